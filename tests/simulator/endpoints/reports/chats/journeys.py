"""reports_manager.php: the way of chats from bots and ads to agents."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.chats.chat_list import DATES, FOUND, closed
from tests.simulator.world.events import chats
from tests.simulator.world.events.chats import AGENT, BOT, CUSTOMER
from tests.simulator.world.missing_values import missing

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Connector
    from tests.simulator.world.events.chats import Chat, Exchange, Session
    from tests.simulator.world.operation import Operation

NO_CHAT = "-"
"""Stands for the id of a chat where a customer stayed with the bot."""

SENDERS = {AGENT: "agent", BOT: "chat_bot", CUSTOMER: "customer"}
"""As the journeys spell them, which is not how chats do."""

WHATSAPP = "whatsapp"
WITH_TEMPLATE = 0.2
LED_BY_AD = 0.3
ADS = 8
RECEIVERS = ("agent", "skill", "routing point")
SHARES = (60, 25, 15)
"""How many transfers in a hundred go to each of them."""


@dataclass(frozen=True, slots=True)
class _Journey:
    """What is known of a bot's session, and of the chat that came of it if one did."""

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
        """When the bot answered for the last time."""
        return self.exchanges[-1].date

    @property
    def typed(self) -> int:
        """How much the customer wrote to the bot."""
        return sum(len(exchange.query) for exchange in self.exchanges)


def _journeys(report: Report) -> list[_Journey]:
    """Those whose sessions began in the range, by when they did."""
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
    """One row a bot's session that began in the range, with the chat that came of it."""
    return [_journey(report, each) for each in _journeys(report)]


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
    """What is otherwise once there is a chat, as far as it has gone."""
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


def _opened(report: Report) -> list[Chat]:
    """The chats that were opened in the range, in that order."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = chats.opened(operation, begin, min(end, report.known))
    return sorted(
        (chat for chat in found if chat.opened <= report.known and report.within(chat.opened)),
        key=lambda chat: (chat.opened, chat.conn_id),
    )


@over_range
def chat_10(report: Report) -> list[Row]:
    """One row a chat on WhatsApp that was opened in the range."""
    return [_billed(report, chat) for chat in _opened(report) if chat.connector.channel == WHATSAPP]


def _billed(report: Report, chat: Chat) -> Row:
    """One with a template goes out to the customer, one without comes in."""
    operation, phone = report.question.operation, chat.customer.phone
    template = operation.dice("billed", chat.conn_id).random() < WITH_TEMPLATE
    return {
        "conn_id": chat.conn_id,
        "session_id": f"{phone}.{operation.server}.{chat.connector.id}",
        "date": stamp(report.local(chat.opened)),
        "customer_phone": phone,
        "template": "yes" if template else "no",
        "destiny": phone if template else chat.connector.routing_point,
    }


@over_range
def chat_11(report: Report) -> list[Row]:
    """One row a chat that its agent transferred in the range."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = []
    for chat in chats.opened(operation, begin - chats.LONGEST, min(end, report.known)):
        if chat.transferred:
            dice = operation.dice("transfer", chat.conn_id)
            date = _transferred(dice, chat)
            if date <= report.known and report.within(date):
                found.append((date, chat.conn_id, _transfer(report, dice, chat, date)))
    return [row for _, _, row in sorted(found, key=lambda each: each[:2])]


def _transferred(dice: Random, chat: Chat) -> datetime:
    """When its agent had written all that the chat has of that agent."""
    reached = chat.opened + timedelta(seconds=chat.waited)
    last = max(reached, chat.messages[-1].date)
    return last + timedelta(seconds=dice.randint(1, int((chat.closed - last).total_seconds())))


def _transfer(report: Report, dice: Random, chat: Chat, date: datetime) -> Row:
    id_, name, dni = _receiver(report.question.operation, dice, chat)
    return {
        "conn_id": chat.conn_id,
        "transfer_agent_id": chat.agent.id,
        "transfer_agent_name": chat.agent.name,
        "transfer_agent_dni": chat.agent.dni,
        "receiver_agent_id": id_,
        "receiver_agent_name": name,
        "receiver_agent_dni": dni,
        "channel": chat.connector.channel,
        "date": stamp(report.local(date)),
    }


def _receiver(operation: Operation, dice: Random, chat: Chat) -> tuple[str, str, str]:
    """Id, name and document; only people have the last."""
    [kind] = dice.choices(RECEIVERS, SHARES)
    world = operation.world
    if kind == "agent":
        agent = dice.choice([each for each in world.agents if each != chat.agent])
        return agent.id, agent.name, agent.dni
    if kind == "skill":
        skill = dice.choice([each for each in world.skills[:-1] if each != chat.skill])
        return skill.id, skill.name, chat.blank
    number = dice.randrange(len(world.routing_points))
    return world.routing_points[number], f"Línea {number + 1}", chat.blank


@over_range
def chat_13(report: Report) -> list[Row]:
    """One row a channel, over the chats that ``chat_1`` has for the same range."""
    counts = Counter(chat.connector.channel for chat in closed(report))
    return [
        {"chanel": channel, "interaction": str(count)} for channel, count in sorted(counts.items())
    ]


@dataclass(frozen=True, slots=True)
class _Ad:
    """An ad or a post that leads to WhatsApp."""

    url: str
    type: str
    id: str
    media_type: str
    media_url: str


def _ads(operation: Operation) -> list[_Ad]:
    dice = operation.dice("ads")
    ids = [str(dice.randint(10**14, 10**15)) for _ in range(ADS)]
    return [
        _Ad(
            url=f"https://fb.me/{id_[-9:]}?ref=campaña&n={number}",
            type="post" if number % 2 else "ad",
            id=id_,
            media_type=dice.choice(("image", "video")),
            media_url=f"https://example.com/media/{id_}",
        )
        for number, id_ in enumerate(ids)
    ]


@dataclass(frozen=True, slots=True)
class _Click:
    """A chat, or a session that led to none, that began with an ad."""

    date: datetime
    id: str
    connector: Connector
    chat: Chat | None


def _clicks(report: Report) -> list[tuple[_Click, _Ad]]:
    """Those of the range, each with its ad; by date."""
    operation = report.question.operation
    ads = _ads(operation)
    begun = [_Click(each.opened, each.conn_id, each.connector, each) for each in _opened(report)]
    begun += [
        _Click(each.begin, each.session.id, each.session.connector, None)
        for each in _journeys(report)
        if each.chat is None
    ]
    found = []
    for click in begun:
        dice = operation.dice("click", click.id)
        if click.connector.channel == WHATSAPP and dice.random() < LED_BY_AD:
            found.append((click, dice.choice(ads)))
    return sorted(found, key=lambda each: (each[0].date, each[0].id))


@over_range
def chat_14(report: Report) -> list[Row]:
    """One row a chat that began with an ad, also if it stayed with a bot: then it is a session."""
    return [_clicked(report, click, ad) for click, ad in _clicks(report)]


def _clicked(report: Report, click: _Click, ad: _Ad) -> Row:
    chat = click.chat
    blank = missing(report.question.operation.dice("clicked", click.id))
    return {
        "source_url": ad.url,
        "source_type": ad.type,
        "source_id": ad.id,
        "chat_id": click.id,
        "rp_id": click.connector.routing_point,
        "agent_id": chat.agent.id if chat else blank,
        "media_type": ad.media_type,
        "media_url": ad.media_url,
        "date": stamp(report.local(click.date)),
        "cod_act": chat.code.id if chat and chat.coded_at <= report.known else blank,
    }


@over_range
def chat_15(report: Report) -> list[Row]:
    """One row altogether, over the chats that ``chat_14`` has for the same range."""
    sums: Counter[str] = Counter()
    for click, ad in _clicks(report):
        by = "agents" if click.chat else "chatbot"
        sums[f"{ad.type}_{by}"] += 1
        sums[f"total_{by}"] += 1
    columns = [f"{what}_{by}" for what in ("ad", "post", "total") for by in ("chatbot", "agents")]
    return [{column: str(sums[column]) for column in columns}] if sums else []


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows, code in (
        (chat_8, 200),
        (chat_10, 200),
        (chat_11, 200),
        (chat_13, "200"),
        (chat_14, "200"),
        (chat_15, "200"),
    )
)
