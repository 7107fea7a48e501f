"""Messages and emails to customers, shared screens, and releases from the contact law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.world.cache import cached
from tests.simulator.world.events import conversations, shifts
from tests.simulator.world.events.conversations import VOICE
from tests.simulator.world.hours import hourly_events
from tests.simulator.world.missing_values import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from tests.simulator.world.entities import Agent
    from tests.simulator.world.events.conversations import Conversation
    from tests.simulator.world.operation import Operation

SENT = 0.12
AGAIN = 0.2
SOON = timedelta(minutes=10)
LONGEST_CALL = timedelta(hours=1)
SHARED = 0.05

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


@cached
def messages_of_hour(operation: Operation, hour: datetime) -> tuple[Sent, ...]:
    """The messages after the calls that began in an hour."""
    return tuple(_messages(operation, hour))


def _messages(operation: Operation, hour: datetime) -> Iterator[Sent]:
    """Messages after the calls that began in an hour. Some customers get two."""
    dice = operation.dice("messages", hour.isoformat())
    for each in conversations.of_hour(operation, hour):
        if each.channel == VOICE and dice.random() < SENT:
            for _ in range(2 if dice.random() < AGAIN else 1):
                date = each.ended + timedelta(seconds=dice.randint(5, SOON.seconds))
                yield Sent(each, date, _channel(operation, dice), dice.choice(MESSAGES))


def _channel(operation: Operation, dice: Random) -> str:
    """SMS, or WhatsApp with its connector."""
    connectors = [each for each in operation.world.connectors if each.channel == "whatsapp"]
    return dice.choice(("SMS", f"Whatsapp {dice.choice(connectors).id}"))


@dataclass(frozen=True, slots=True)
class Email:
    """An email of a routing point or a campaign."""

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


emails_of_hour = hourly_events("emails", EMAILS_AN_HOUR, _email)


@dataclass(frozen=True, slots=True)
class Shared:
    """A shared screen: an agent sees the customer's screen during a conversation."""

    date: datetime
    end: datetime
    agent: Agent
    hung_up: str
    blank: str


@cached
def shared_of_hour(operation: Operation, hour: datetime) -> tuple[Shared, ...]:
    """The shared screens in the conversations that began in an hour."""
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


@dataclass(frozen=True, slots=True)
class Release:
    """A phone or a customer that an agent released from the law that limits contacts."""

    date: datetime
    agent: Agent
    item: str
    value: str


def _release(operation: Operation, dice: Random, date: datetime) -> Release:
    hour = date.replace(minute=0, second=0, microsecond=0)
    customer = dice.choice(operation.world.customers)
    item, value = dice.choice((("tel_number", customer.phone), ("id_customer", customer.id)))
    return Release(date, dice.choice(shifts.on_duty(operation, hour)), item, value)


releases_of_hour = hourly_events("releases", RELEASES_AN_HOUR, _release)
