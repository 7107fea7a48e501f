"""The chats of an operation, and the sessions with its chat bots."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.world import rhythm
from tests.simulator.world.bursts import spread
from tests.simulator.world.cache import cached
from tests.simulator.world.events import shifts
from tests.simulator.world.events.call import conn_id
from tests.simulator.world.hours import AN_HOUR, hours, moments
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.simulator.world.entities import Agent, Code, Connector, Customer, Skill
    from tests.simulator.world.operation import Operation

LONGEST = timedelta(hours=24)
"""No chat stays open longer."""

AGENT, BOT, CUSTOMER = "agent", "chat-bot", "customer"
NOBODY = "0"
"""The id of the chat if a session with a bot led to none."""

TIMEOUT = "TIMEOUTCHAT"
TIMES_OUT = 23 * 3600
BOT_HOUR = 10
"""Sessions per hour that lead to no agent. Some chats begin with a session too."""

SOON = 45
"""An agent who gets a chat writes within so many seconds."""

UNANSWERED = 0.12
TIMED_OUT = 0.1
TRANSFERRED = 0.12
LED_BY_BOT = 0.4
CODED_LATE = 0.15
PICTURE = 0.02

FEELINGS = ("very negative", "negative", "neutral", "positive", "very positive")
TEXTS = {
    CUSTOMER: ("Hola, buenos días", "¿Me ayudan con mi factura? 🙏", "Sí, señora 👍🏽", "…",
               "Mi número de contrato es 00457", "No he podido pagar en línea 😡"),
    AGENT: ("Con gusto, ¿me confirma su cédula?", "Permítame un momento mientras verifico ⏳",
            'Puede pagar <a href="https://example.com/pagos?id=1&amp;m=2">aquí</a>',
            "<p>Señor usuario:<br>su caso quedó <b>radicado</b>.</p>", "¿Algo más?\n¡Feliz día!"),
    BOT: ("Bienvenido 🤖 Elija una opción:\n1. Pagos\n2. Soporte", "Lo comunico con un asesor"),
}  # fmt: skip
EXCHANGES = (
    ("Hola", "¡Hola! 👋 Soy <b>Sofía</b>, tu asistente. ¿En qué te ayudo?"),
    ("1", "Escribe tu número de cédula, sin puntos"),
    ("¿Cuánto debo?", "Tu saldo es $ 45.900; paga antes del día 15 📅"),
    ("Quiero hablar con un asesor 😤", "Un momento, por favor…"),
    ("Gracias, muy amable", '¿Nos calificas? <a href="https://example.com/nps">Aquí</a>'),
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a chat. The sender is AGENT, BOT or CUSTOMER."""

    date: datetime
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat of a customer with an agent. The first message opens it.

    It ``waited`` seconds for the agent. The code is known from ``coded_at`` on. ``blank`` is the
    missing value of its rows.
    """

    conn_id: str
    opened: datetime
    closed: datetime
    waited: int
    agent: Agent
    customer: Customer
    skill: Skill
    connector: Connector
    messages: tuple[Message, ...]
    code: Code
    coded_at: datetime
    feeling: str
    comments: str
    comment: str
    extra: str
    email: str
    transferred: bool
    blank: str

    @property
    def lasted(self) -> int:
        """Seconds it was open."""
        return int((self.closed - self.opened).total_seconds())

    @property
    def until_answer(self) -> int | None:
        """Seconds until the agent wrote, None if that never happened."""
        for message in self.messages:
            if message.sender == AGENT:
                return int((message.date - self.opened).total_seconds())
        return None

    def texts_of(self, sender: str) -> list[str]:
        """All texts of a sender."""
        return [message.text for message in self.messages if message.sender == sender]


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a customer with a bot. ``conn_id`` is NOBODY if it led to no chat."""

    id: str
    connector: Connector
    customer: Customer
    email: str
    conn_id: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question to a bot and its answer."""

    session: Session
    date: datetime
    query: str
    answer: str


def opened(operation: Operation, begin: datetime, end: datetime) -> list[Chat]:
    """The chats opened in the hours from ``begin`` to ``end``, oldest first."""
    return [chat for hour in hours(begin, end) for chat in _of_hour(operation, hour)]


def exchanges(operation: Operation, begin: datetime, end: datetime) -> list[Exchange]:
    """The exchanges of the sessions around ``begin`` to ``end``, oldest first."""
    # A session may begin in the hour before.
    found = [
        exchange
        for hour in hours(begin - AN_HOUR, end)
        for exchange in _exchanges_of_hour(operation, hour)
    ]
    return sorted(found, key=lambda each: (each.date, each.session.id))


@cached
def _of_hour(operation: Operation, hour: datetime) -> tuple[Chat, ...]:
    dice = operation.dice("chats", hour.isoformat())
    usual = rhythm.chats(hour.astimezone(operation.clock.zone))
    dates = moments(operation, dice, hour, usual)
    return tuple(_chat(operation, dice, date, number) for number, date in enumerate(dates))


def _chat(operation: Operation, dice: Random, date: datetime, number: int) -> Chat:
    timed_out = dice.random() < TIMED_OUT
    skill = dice.choice(operation.world.skills[:-1])
    agent = _agent(operation, dice, skill, date)
    customer = dice.choice(operation.world.customers)
    lasted = TIMES_OUT + dice.randrange(600) if timed_out else _some_minutes(dice, 40)
    waited = dice.randint(0, 90)
    closed = date + timedelta(seconds=lasted)
    return Chat(
        conn_id=conn_id(agent, date, dice, number),
        opened=date,
        closed=closed,
        waited=waited,
        agent=agent,
        customer=customer,
        skill=skill,
        connector=dice.choice(operation.world.connectors),
        messages=_messages(dice, date, waited, _some_minutes(dice, 10) if timed_out else lasted),
        code=_code(operation, dice, timed_out=timed_out),
        coded_at=closed if timed_out else closed + _until_coded(dice),
        feeling=perhaps(dice, dice.choice(FEELINGS), 0.1),
        comments=perhaps(dice, f"{customer.first_name} escribe por «factura» 🧾", 0.6),
        comment=perhaps(dice, "Se envía <i>soporte</i> de pago; cliente satisfecho", 0.4),
        extra=perhaps(dice, f"pedido {dice.randint(1, 9999):05}", 0.8),
        email=perhaps(dice, _email(customer)),
        transferred=dice.random() < TRANSFERRED,
        blank=missing(dice),
    )


def _agent(operation: Operation, dice: Random, skill: Skill, date: datetime) -> Agent:
    """An expert of the skill, if possible one at work."""
    experts = [agent for agent, _ in skill.experts]
    hour = date.replace(minute=0, second=0, microsecond=0)
    at_work = shifts.on_duty(operation, hour)
    return dice.choice([each for each in experts if each in at_work] or experts)


def _some_minutes(dice: Random, usual: int) -> int:
    """Seconds: 6 minutes to 12 hours, mostly short ones."""
    return min(12 * 3600, 360 + int(dice.expovariate(1 / (60 * usual))))


def _messages(dice: Random, date: datetime, waited: int, lasted: int) -> tuple[Message, ...]:
    """The messages: first the customer, then the agent soon or never, then anybody."""
    answer = [waited + dice.randint(1, SOON)] if dice.random() >= UNANSWERED else []
    begin = answer[0] if answer else waited
    later = sorted(dice.sample(range(begin + 1, lasted), dice.randint(0, 4)))
    others = (AGENT, CUSTOMER, BOT) if answer else (CUSTOMER, BOT)
    senders = dice.choices(others, (55, 35, 10)[-len(others) :], k=len(later))
    written = zip((0, *answer, *later), (CUSTOMER, *(AGENT for _ in answer), *senders), strict=True)
    return tuple(
        Message(date + timedelta(seconds=after), sender, _text(dice, sender))
        for after, sender in written
    )


def _text(dice: Random, sender: str) -> str:
    if dice.random() < PICTURE:
        return f"data:image/png;base64,{b64encode(dice.randbytes(900)).decode()}"
    return dice.choice(TEXTS[sender])


def _code(operation: Operation, dice: Random, *, timed_out: bool) -> Code:
    codes = operation.world.codes_of("cod_act1")
    return dice.choice([code for code in codes if (code.id == TIMEOUT) is timed_out])


def _until_coded(dice: Random) -> timedelta:
    late = dice.random() < CODED_LATE
    return timedelta(seconds=dice.randint(600, 40 * 3600) if late else dice.randint(0, 600))


@cached
def _exchanges_of_hour(operation: Operation, hour: datetime) -> tuple[Exchange, ...]:
    return tuple(_exchanges(operation, hour))


def _exchanges(operation: Operation, hour: datetime) -> Iterator[Exchange]:
    """Exchanges of an hour: sessions without a chat, sessions with one, then bursts."""
    dice = operation.dice("bots", hour.isoformat())
    for number, date in enumerate(moments(operation, dice, hour, BOT_HOUR)):
        yield from _talk(dice, _session(operation, dice, date, number), date)
    for chat in _of_hour(operation, hour):
        if dice.random() < LED_BY_BOT:
            # The chat opens with the session: its id is known from the first exchange on.
            yield from _talk(dice, _session_of(dice, chat), chat.opened)
    for burst in operation.conditions.bursts:
        for number, date in spread(burst, burst.exchanges, operation.clock.zone, hour):
            yield _exchange(dice, _session(operation, dice, date, number), date)


def _session(operation: Operation, dice: Random, date: datetime, number: int) -> Session:
    """A session that leads to no chat."""
    id_ = f"{int(date.timestamp())}.{dice.randint(100_000, 999_999)}.{number}"
    connector = dice.choice(operation.world.connectors)
    customer = dice.choice(operation.world.customers)
    return Session(id_, connector, customer, perhaps(dice, _email(customer)), NOBODY)


def _session_of(dice: Random, chat: Chat) -> Session:
    id_ = f"{int(chat.opened.timestamp())}.{dice.randint(100_000, 999_999)}.{chat.agent.id}"
    return Session(id_, chat.connector, chat.customer, chat.email, chat.conn_id)


def _talk(dice: Random, session: Session, date: datetime) -> Iterator[Exchange]:
    """Up to five exchanges. They end before the shortest chat does."""
    for _ in range(dice.randint(1, 5)):
        yield _exchange(dice, session, date)
        date += timedelta(seconds=dice.randint(3, 85))


def _exchange(dice: Random, session: Session, date: datetime) -> Exchange:
    return Exchange(session, date, *dice.choice(EXCHANGES))


def _email(customer: Customer) -> str:
    return f"cliente{customer.id}@example.com"
