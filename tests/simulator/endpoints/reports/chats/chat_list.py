"""reports_manager.php: chats and their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import average, duration, percent, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.events import chats
from tests.simulator.world.events.chats import AGENT, BOT, CUSTOMER

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent
    from tests.simulator.world.events.chats import Chat, Message


@over_range
def chat_1(report: Report) -> list[Row]:
    """One row per chat closed in the range. Its date is when it was opened."""
    return [_chat(report, chat) for chat in closed(report)]


def closed(report: Report) -> list[Chat]:
    """The chats closed in the range, by that date."""
    begin, end = report.asked.instants(report.question.operation.clock.zone)
    found = chats.opened(report.question.operation, begin - chats.LONGEST, min(end, report.known))
    return sorted(
        (chat for chat in found if chat.closed <= report.known and report.within(chat.closed)),
        key=lambda chat: (chat.closed, chat.conn_id),
    )


def opened(report: Report) -> list[Chat]:
    """The chats opened in the range, by that date."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = chats.opened(operation, begin, min(end, report.known))
    return sorted(
        (chat for chat in found if chat.opened <= report.known and report.within(chat.opened)),
        key=lambda chat: (chat.opened, chat.conn_id),
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
    """One row per chat opened in the range, with its messages so far."""
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
        for chat in opened(report)
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
    """One row per agent: the sums of ``chat_1``."""
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


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows, code in (
        (chat_1, 200),
        (chat_2, 200),
        (chat_16, "200"),
    )
)
