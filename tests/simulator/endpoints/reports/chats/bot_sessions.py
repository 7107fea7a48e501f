"""reports_manager.php: sessions with chat bots, and their questions and answers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.events import chats
from tests.simulator.world.events.chats import AGENT, BOT, CUSTOMER
from tests.simulator.world.missing_values import missing

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.chats import Chat, Exchange, Session

EXCHANGE_CAP = 6_000
"""The most rows of ``diagram_9``."""

NO_CHAT = "-"
"""The id of the chat if there was none: the customer stayed with the bot."""

SENDERS = {AGENT: "agent", BOT: "chat_bot", CUSTOMER: "customer"}
"""The senders in the words of ``chat_8``, which differ from those of chats."""


@dataclass(frozen=True, slots=True)
class _Journey:
    """A session with a bot, as far as it is known, and the chat that followed, if any."""

    exchanges: tuple[Exchange, ...]
    chat: Chat | None

    @property
    def session(self) -> Session:
        return self.exchanges[0].session

    @property
    def begin(self) -> datetime:
        return self.exchanges[0].date

    @property
    def end(self) -> datetime:
        """When the bot answered last."""
        return self.exchanges[-1].date

    @property
    def typed(self) -> int:
        """How many characters the customer wrote to the bot."""
        return sum(len(exchange.query) for exchange in self.exchanges)


def journeys(report: Report) -> list[_Journey]:
    """The journeys whose sessions began in the range, by date."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    until = min(end, report.known)
    by_id = {chat.conn_id: chat for chat in chats.opened(operation, begin, until)}
    by_session: defaultdict[str, list[Exchange]] = defaultdict(list)
    for exchange in chats.exchanges(operation, begin, until):
        if exchange.date <= report.known:
            by_session[exchange.session.id].append(exchange)
    return [
        _Journey(tuple(exchanges), by_id.get(exchanges[0].session.conn_id))
        for exchanges in by_session.values()
        if report.within(exchanges[0].date)
    ]


@over_range
def chat_8(report: Report) -> list[Row]:
    """One row per bot session that began in the range, with the chat that followed."""
    return [_journey(report, each) for each in journeys(report)]


def _journey(report: Report, journey: _Journey) -> Row:
    session, chat = journey.session, journey.chat
    blank = missing(report.question.operation.dice("journey", session.id))
    lasted = duration((journey.end - journey.begin).total_seconds())
    row = {
        "conn_id": NO_CHAT,
        "session_id": session.id,
        "times_chatted": str(2 * len(journey.exchanges)),
        "start_date": stamp(report.local(journey.begin)),
        "end_date": stamp(report.local(journey.end)),
        "time_on_chatbot": lasted,
        "rp_id": session.connector.routing_point,
        "channel": session.connector.channel,
        "go_to_agent": "no",
        "customer_phone": session.customer.phone,
        "customer_name": session.customer.name,
        "agent_id": blank,
        "agent_name": blank,
        "time_with_agent": blank,
        "total_time": lasted,
        "customer_chars": str(journey.typed),
        "agent_chars": "0",
        "total_chars": str(journey.typed),
        "asa": blank,
        "last_sender": SENDERS[BOT],
        "customer_id": session.customer.id,
        "customer_email": session.email,
    }
    return row if chat is None else row | _with_agent(report, journey, chat)


def _with_agent(report: Report, journey: _Journey, chat: Chat) -> Row:
    """The columns that change when there is a chat, as far as it is known."""
    messages = [message for message in chat.messages if message.date <= report.known]
    answers = [message.text for message in messages if message.sender == AGENT]
    texts = [message.text for message in messages if message.sender == CUSTOMER]
    typed, answered = journey.typed + sum(map(len, texts)), sum(map(len, answers))
    reached = chat.opened + timedelta(seconds=chat.waited)
    over = chat.closed <= report.known
    return {
        "conn_id": chat.conn_id,
        "times_chatted": str(2 * len(journey.exchanges) + len(messages)),
        "end_date": stamp(report.local(chat.closed)) if over else chat.blank,
        "go_to_agent": "yes",
        "agent_id": chat.agent.id,
        "agent_name": chat.agent.name,
        "time_with_agent": duration(max(0, report.so_far(reached, chat.closed))),
        "total_time": duration(report.so_far(chat.opened, chat.closed)),
        "customer_chars": str(typed),
        "agent_chars": str(answered),
        "total_chars": str(typed + answered),
        "asa": str(chat.until_answer) if answers else chat.blank,
        "last_sender": SENDERS[messages[-1].sender],
    }


@over_range
def diagram_9(report: Report) -> list[Row]:
    """One row per question to a bot, with its answer."""
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


ENDPOINTS = (
    Endpoint("reports_manager", "chat_8", 200, FOUND, chat_8, DATES, NO_ROWS, days=31),
    Endpoint(
        "reports_manager",
        "diagram_9",
        200,
        FOUND,
        diagram_9,
        DATES,
        NO_ROWS,
        days=31,
        cap=EXCHANGE_CAP,
    ),
)
