"""reports_manager.php: chats, what was written in them, and what bots were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.date_range import ROW_CAP
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import average, duration, percent, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.events import chats
from tests.simulator.world.events.chats import AGENT, BOT, CUSTOMER

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Code, Row
    from tests.simulator.endpoints.common.endpoint import Rows
    from tests.simulator.world.entities import Agent
    from tests.simulator.world.events.chats import Chat, Exchange, Message

FOUND = "{count} records were found"
DATES = ("date_ini", "date_end")
EXCHANGE_CAP = 6_000


@over_range
def chat_1(report: Report) -> list[Row]:
    """One row a chat that was closed in the range; its date is when it was opened."""
    return [_chat(report, chat) for chat in closed(report)]


def closed(report: Report) -> list[Chat]:
    """The chats that were closed in the range, in that order."""
    begin, end = report.asked.instants(report.question.operation.clock.zone)
    found = chats.opened(report.question.operation, begin - chats.LONGEST, min(end, report.known))
    return sorted(
        (chat for chat in found if chat.closed <= report.known and report.within(chat.closed)),
        key=lambda chat: (chat.closed, chat.conn_id),
    )


def _chat(report: Report, chat: Chat) -> Row:
    coded = chat.coded_at <= report.known
    answers = chat.texts_of(AGENT)
    return {
        "conn_id": chat.conn_id,
        "channel": chat.connector.channel,
        "date": stamp(report.local(chat.opened)),
        "customer_name": chat.customer.name,
        "customer_email": chat.email,
        "customer_phone": chat.customer.phone,
        "customer_chars": str(sum(map(len, chat.texts_of(CUSTOMER)))),
        "agent_id": chat.agent.id,
        "agent_name": chat.agent.name,
        "agent_chars": str(sum(map(len, answers))),
        "time_on_agent": duration(chat.lasted - chat.waited),
        "chat_duration": duration(chat.lasted),
        "cod_act": chat.code.id if coded else chat.blank,
        "description_cod_act": chat.code.description if coded else chat.blank,
        "comments": chat.comments,
        "customer_id": chat.customer.id,
        "skill_id": chat.skill.id,
        "ASA": chat.blank if chat.until_answer is None else duration(chat.until_answer),
        "last_participant_who_spoke": chat.messages[-1].sender,
        "extra_field": chat.extra,
        "comment": chat.comment if coded else chat.blank,
        "user_id": chat.customer.phone,
        "feeling": chat.feeling,
        "agent_anwers ": str(len(answers)),
    }


@over_range
def chat_2(report: Report) -> list[Row]:
    """One row a chat that was opened in the range, with what was written in it so far."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = [
        chat
        for chat in chats.opened(operation, begin, min(end, report.known))
        if chat.opened <= report.known and report.within(chat.opened)
    ]
    return [
        {
            "conn_id": chat.conn_id,
            "agent_name": chat.agent.name,
            "customer_name": chat.customer.name,
            "conversation": [
                _message(report, chat, message)
                for message in chat.messages
                if message.date <= report.known
            ],
        }
        for chat in sorted(found, key=lambda chat: (chat.opened, chat.conn_id))
    ]


def _message(report: Report, chat: Chat, message: Message) -> Row:
    names = {
        AGENT: (chat.agent.id, chat.agent.name),
        BOT: (chat.connector.routing_point, chat.connector.name),
        CUSTOMER: (chat.customer.phone, chat.customer.name),
    }
    sender, sender_name = names[message.sender]
    _, receiver_name = names[AGENT if message.sender == CUSTOMER else CUSTOMER]
    return {
        "channel": chat.connector.channel,
        "from": sender,
        "from_name": sender_name,
        "to_name": receiver_name,
        "date": stamp(report.local(message.date)),
        "message": message.text,
        "customer_id": chat.customer.id,
        "customer_phone": chat.customer.phone,
    }


@over_range
def chat_16(report: Report) -> list[Row]:
    """One row an agent, over the chats that ``chat_1`` has for the same range."""
    agents = report.question.operation.world.agents
    by_agent: dict[Agent, list[Chat]] = {agent: [] for agent in agents}
    for chat in closed(report):
        by_agent[chat.agent].append(chat)
    return [_productivity(agent, found) for agent, found in by_agent.items() if found]


def _productivity(agent: Agent, found: list[Chat]) -> Row:
    lasted = sum(chat.lasted for chat in found)
    return {
        "agent_id": agent.id,
        "agent_name": agent.name,
        "total_chats": str(len(found)),
        "time": duration(lasted),
        "tmo": duration(average(lasted, len(found))),
        "percent_transfer": percent(sum(chat.transferred for chat in found), len(found)),
    }


@over_range
def diagram_9(report: Report) -> list[Row]:
    """One row an exchange with a bot."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    return [
        _exchange(report, exchange)
        for exchange in chats.exchanges(operation, begin, min(end, report.known))
        if exchange.date <= report.known and report.within(exchange.date)
    ]


def _exchange(report: Report, exchange: Exchange) -> Row:
    session = exchange.session
    return {
        "session_id": session.id,
        "channel": session.connector.channel,
        "rp_id": session.connector.routing_point,
        "date": stamp(report.local(exchange.date)),
        "customer_name": session.customer.name,
        "customer_email": session.email,
        "customer_phone": session.customer.phone,
        "customer_query": exchange.query,
        "routing_answer": exchange.answer,
        "customer_id": session.customer.id,
        "conn_id": session.conn_id,
    }


def _endpoint(rows: Rows, code: Code = 200, cap: int = ROW_CAP) -> Endpoint:
    name = rows.__name__
    return Endpoint("reports_manager", name, code, FOUND, rows, DATES, NO_ROWS, days=31, cap=cap)


ENDPOINTS = (
    _endpoint(chat_1),
    _endpoint(chat_2),
    _endpoint(chat_16, "200"),
    _endpoint(diagram_9, cap=EXCHANGE_CAP),
)
