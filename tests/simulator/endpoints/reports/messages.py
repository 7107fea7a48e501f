"""reports_manager.php: messages and emails sent, texts given to machines, shared screens."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.hourly import known, made
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.agents.activity import NOT_YET
from tests.simulator.endpoints.reports.assistant import questions
from tests.simulator.endpoints.reports.calls.call_list import DATES, FOUND
from tests.simulator.endpoints.reports.speech import text_analyses
from tests.simulator.world.cache import remembered
from tests.simulator.world.events import chats, conversations, shifts
from tests.simulator.world.events.conversations import LONGEST, UNTIL_ANSWERED, VOICE
from tests.simulator.world.missing_values import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent
    from tests.simulator.world.events.conversations import Conversation
    from tests.simulator.world.operation import Operation

SENT = 0.12
AGAIN = 0.2
SOON = timedelta(minutes=10)
LONGEST_CALL = timedelta(hours=1)
SHARED = 0.05
CHAT = "_chat_"
"""The channel of a text that was written in any chat, on pages of 2026."""

CHARS_A_CREDIT = 1000
"""Nobody says how many there are."""

EMAILS_AN_HOUR = 4
RELEASES_AN_HOUR = 2

MESSAGES = (
    "Su cita quedó agendada ✅",
    "Pague aquí: https://example.com/p?x=1&y=2",
    "Hola, «recuerde» su compromiso de pago.\nGracias 🙏",
)
SUBJECTS = ("Su factura está lista", "Confirmación de cita 📅", "Recordatorio: «pago» pendiente")
BODIES = (
    '<p>Señor usuario:<br>puede pagar <a href="https://example.com/p?x=1&amp;y=2">aquí</a>.</p>',
    "Hola,\r\n\r\nlo esperamos mañana a las 3 p. m.\r\n",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message to a customer after a call."""

    conversation: Conversation
    date: datetime
    channel: str
    text: str


@remembered
def _messages_of_hour(operation: Operation, hour: datetime) -> tuple[Sent, ...]:
    return tuple(_messages(operation, hour))


def _messages(operation: Operation, hour: datetime) -> Iterator[Sent]:
    """Of the calls that began in an hour; some customers get two."""
    dice = operation.dice("messages", hour.isoformat())
    for each in conversations.of_hour(operation, hour):
        if each.channel == VOICE and dice.random() < SENT:
            for _ in range(2 if dice.random() < AGAIN else 1):
                date = each.ended + timedelta(seconds=dice.randint(5, SOON.seconds))
                yield Sent(each, date, _channel(operation, dice), dice.choice(MESSAGES))


def _channel(operation: Operation, dice: Random) -> str:
    """SMS, or WhatsApp with the connector it went through."""
    connectors = [each for each in operation.world.connectors if each.channel == "whatsapp"]
    return dice.choice(("SMS", f"Whatsapp {dice.choice(connectors).id}"))


@over_range
def cdr_3(report: Report) -> list[Row]:
    """One row a message."""
    return [
        {
            "agent_id": each.conversation.agent.id,
            "agent_name": each.conversation.agent.name,
            "date": stamp(report.local(each.date)),
            "destiny": f"57{each.conversation.customer.phone}",
            "telephone": each.conversation.customer.phone,
            "message": each.text,
            "channel": each.channel,
            "customer_id": each.conversation.customer.id,
            "conn_id": each.conversation.conn_id,
        }
        for each in known(report, _messages_of_hour, LONGEST_CALL + SOON)
    ]


@dataclass(frozen=True, slots=True)
class _Use:
    """A text that was given to a machine, and how long it and the answer were.

    ``channel`` is what older pages call so, with the id of the session in it.
    """

    date: datetime
    type: str
    channel: str
    bare_channel: str
    session: str
    sent: int
    answered: int


def _uses(report: Report) -> list[_Use]:
    """What bots, the assistant and the analysis of texts were given in the range; by date."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = [
        *(
            _Use(
                each.date,
                "chatbot",
                f"{each.session.connector.channel} - {each.session.id}",
                each.session.connector.channel,
                each.session.id,
                len(each.query),
                len(each.answer),
            )
            for each in chats.exchanges(operation, begin, min(end, report.known))
            if each.date <= report.known and report.within(each.date)
        ),
        *(
            _Use(
                each.date,
                "copilot",
                f"agent {each.conversation.agent.id} - {each.conversation.conn_id}",
                each.conversation.channel,
                each.conversation.conn_id,
                len(each.text),
                len(each.answer),
            )
            for each in questions(report)
        ),
        *(
            _Use(
                each.date,
                "text-analytics",
                f"chat {each.chat.conn_id}",
                CHAT,
                each.chat.conn_id,
                len(each.text),
                len(each.summary),
            )
            for each in text_analyses(report)
        ),
    ]
    return sorted(found, key=lambda use: use.date)


@over_range
def cdr_7(report: Report) -> list[Row]:
    """One row a use."""
    return [
        {
            "type_nlp": each.type,
            **_where(report, each),
            **_amounts(report, each.sent, each.answered),
            "date": stamp(report.local(each.date)),
        }
        for each in _uses(report)
    ]


def _where(report: Report, use: _Use) -> Row:
    if report.question.forms.nlp_credits:
        return {"nlp_channel": use.bare_channel, "session_id": use.session}
    return {"nlp_channel": use.channel}


def _amounts(report: Report, sent: int, answered: int) -> Row:
    """How much was sent and answered, in characters or in the credits that they cost."""
    if report.question.forms.nlp_credits:
        return {
            "credits_send": f"{sent / CHARS_A_CREDIT:.3f}",
            "credits_answer": f"{answered / CHARS_A_CREDIT:.3f}",
            "total_credits": f"{(sent + answered) / CHARS_A_CREDIT:.3f}",
        }
    return {
        "chars_send": str(sent),
        "chars_answer": str(answered),
        "total_chars": str(sent + answered),
    }


@over_range
def cdr_8(report: Report) -> list[Row]:
    """One row a type, over the uses that ``cdr_7`` has for the same range."""
    uses, sent, answered = Counter[str](), Counter[str](), Counter[str]()
    for each in _uses(report):
        uses[each.type] += 1
        sent[each.type] += each.sent
        answered[each.type] += each.answered
    return [
        {
            "type_nlp": type_,
            "nlp_amount": str(uses[type_]),
            **_amounts(report, sent[type_], answered[type_]),
        }
        for type_ in sorted(uses)
    ]


@dataclass(frozen=True, slots=True)
class Email:
    """What a routing point or a campaign sent."""

    date: datetime
    channel: str
    to: str
    subject: str
    body: str


def _email(operation: Operation, dice: Random, date: datetime) -> Email:
    campaign = dice.choice([each for each in operation.world.campaigns if each.customers])
    channel, customers = dice.choice(
        (
            (f"campaign-{campaign.id}", campaign.customers),
            (
                f"email-route-{dice.choice(operation.world.routing_points)}",
                operation.world.customers,
            ),
        )
    )
    return Email(
        date,
        channel,
        f"cliente{dice.choice(customers).id}@example.com",
        dice.choice(SUBJECTS),
        dice.choice(BODIES),
    )


_emails_of_hour = made("emails", EMAILS_AN_HOUR, _email)


@over_range
def cdr_9(report: Report) -> list[Row]:
    """One row an email."""
    return [
        {
            "channel": each.channel,
            "date": stamp(report.local(each.date)),
            "from": "no-responder@example.com",
            "to": each.to,
            "subject": each.subject,
            "body": each.body,
        }
        for each in known(report, _emails_of_hour)
    ]


@dataclass(frozen=True, slots=True)
class Shared:
    """When an agent saw a customer's screen, within a conversation, and who ended it."""

    date: datetime
    end: datetime
    agent: Agent
    hung_up: str
    blank: str


@remembered
def _shared_of_hour(operation: Operation, hour: datetime) -> tuple[Shared, ...]:
    dice = operation.dice("cobrowsing", hour.isoformat())
    return tuple(
        _shared(dice, each)
        for each in conversations.of_hour(operation, hour)
        if dice.random() < SHARED
    )


def _shared(dice: Random, conversation: Conversation) -> Shared:
    whole = int((conversation.ended - conversation.answered).total_seconds())
    first, last = sorted(dice.sample(range(whole + 1), 2))
    return Shared(
        conversation.answered + timedelta(seconds=first),
        conversation.answered + timedelta(seconds=last),
        conversation.agent,
        dice.choice(("agent", "customer")),
        missing(dice),
    )


@over_range
def cdr_10(report: Report) -> list[Row]:
    """One row a session that began in the range; who ended it is known when it is over."""
    found = known(report, _shared_of_hour, LONGEST + UNTIL_ANSWERED)
    return [
        {
            "agent_id": each.agent.id,
            "agent_name": each.agent.name,
            "date_ini": stamp(report.local(each.date)),
            "date_end": stamp(report.local(each.end)) if over else NOT_YET,
            "time": duration(report.so_far(each.date, each.end)),
            "hung_up": each.hung_up if over else each.blank,
        }
        for each, over in ((each, each.end <= report.known) for each in found)
    ]


@dataclass(frozen=True, slots=True)
class Release:
    """A phone or a customer that an agent freed from the law that limits contacts."""

    date: datetime
    agent: Agent
    item: str
    value: str


def _release(operation: Operation, dice: Random, date: datetime) -> Release:
    hour = date.replace(minute=0, second=0, microsecond=0)
    customer = dice.choice(operation.world.customers)
    item, value = dice.choice((("tel_number", customer.phone), ("id_customer", customer.id)))
    return Release(date, dice.choice(shifts.on_duty(operation, hour)), item, value)


_releases_of_hour = made("releases", RELEASES_AN_HOUR, _release)


@over_range
def cdr_11(report: Report) -> list[Row]:
    """One row a release."""
    operation = report.question.operation
    company = f"900{operation.dice('company').randint(100_000, 999_999)}"
    return [
        {
            "protected_nit": company,
            "agent_id": each.agent.id,
            "name_agent": each.agent.name,
            "operation": operation.name,
            "date": stamp(report.local(each.date)),
            "item": each.item,
            "value": each.value,
        }
        for each in known(report, _releases_of_hour)
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, msg, rows, DATES, NO_ROWS, days=31)
    for rows, code, msg in (
        (cdr_3, 200, FOUND),
        (cdr_7, "", ""),
        (cdr_8, "", ""),
        (cdr_9, "", ""),
        (cdr_10, "200", FOUND),
        (cdr_11, "200", FOUND),
    )
)
