"""Analyses of calls and chats by machines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.world.cache import cached
from tests.simulator.world.events import chats, conversations
from tests.simulator.world.events.chats import FEELINGS
from tests.simulator.world.missing_values import FORMS, perhaps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from random import Random

    from tests.simulator.world.entities import Customer
    from tests.simulator.world.events.chats import Chat
    from tests.simulator.world.events.conversations import Conversation
    from tests.simulator.world.operation import Operation

ANALYSED_CALLS = 0.3
ON_DEMAND = 0.25
AGAIN = 0.1
SOON = timedelta(minutes=30)
LATEST = timedelta(hours=24)
"""The latest time of an analysis on demand. Others come soon after the end."""

CATEGORIES = {
    "saludo_corporativo": ("bienvenido", "con gusto"),
    "ofrece_beneficio": ("descuento", "promoción", "beneficio"),
}
"""The customer's own categories: a column for each."""

TOPICS = ("factura", "reclamo", "reconexión", "cita médica", "retiro 😟")


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysis of a conversation, ready at ``done_at``. ``silence`` is in seconds."""

    conversation: Conversation
    done_at: datetime
    silence: int
    greeted: bool
    slow: bool
    named: bool
    categories: tuple[tuple[str, str], ...]
    text: str
    summary: str
    feeling: str

    @property
    def date(self) -> datetime:
        """When the conversation began."""
        return self.conversation.date

    @property
    def channel(self) -> str:
        """The channel in the words of these reports."""
        if self.conversation.chat is None:
            return self.conversation.channel
        return f"chat-{self.conversation.channel.removeprefix('chat-')}"


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """The analysis of a chat's text, on demand."""

    chat: Chat
    date: datetime
    text: str
    summary: str


@cached
def of_hour(operation: Operation, hour: datetime) -> tuple[Analysis, ...]:
    """The analyses of the conversations that began in an hour."""
    return tuple(_analyses(operation, hour))


def _analyses(operation: Operation, hour: datetime) -> Iterator[Analysis]:
    """Analyses of some calls and of the chats with a feeling that began in an hour."""
    dice = operation.dice("speech", hour.isoformat())
    for each in conversations.of_hour(operation, hour):
        if each.chat:
            if each.chat.feeling not in FORMS:
                yield _analysis(dice, each, _written(each.chat), each.chat.feeling, 0)
        elif dice.random() < ANALYSED_CALLS:
            silence = int(each.lasted * dice.uniform(0, 0.6))
            yield _analysis(dice, each, _spoken(dice, each), dice.choice(FEELINGS), silence)


def _analysis(
    dice: Random, conversation: Conversation, text: str, feeling: str, silence: int
) -> Analysis:
    return Analysis(
        conversation=conversation,
        done_at=conversation.ended + timedelta(seconds=dice.randint(60, SOON.seconds)),
        silence=silence,
        greeted=dice.random() < 0.8,
        slow=dice.random() < 0.2,
        named=dice.random() < 0.6,
        categories=tuple(
            (name, f"yes - {dice.choice(words)}" if dice.random() < 0.4 else "no")
            for name, words in CATEGORIES.items()
        ),
        text=text,
        summary=_summary(dice, conversation.customer),
        feeling=feeling,
    )


def _written(chat: Chat) -> str:
    """The whole text of a chat."""
    return "\n".join(f"{each.sender}: {each.text}" for each in chat.messages)


def _spoken(dice: Random, conversation: Conversation) -> str:
    """The transcript of a call. Some are missing."""
    lines = (
        f"agent: Buenos días, habla con {conversation.agent.name}, ¿en qué le ayudo?",
        f"customer: Soy {conversation.customer.name}, llamo por mi {dice.choice(TOPICS)}",
        "agent: «Un momento», por favor…",
    )
    return perhaps(dice, "\n".join(lines), 0.05)


def _summary(dice: Random, customer: Customer) -> str:
    return f"{customer.first_name} pregunta por su {dice.choice(TOPICS)}"


@cached
def on_demand_of_hour(operation: Operation, hour: datetime) -> tuple[TextAnalysis, ...]:
    """The analyses on demand of the chats opened in an hour."""
    return tuple(_text_analyses(operation, hour))


def _text_analyses(operation: Operation, hour: datetime) -> Iterator[TextAnalysis]:
    """Analyses on demand of the chats opened in an hour. Some have two."""
    dice = operation.dice("on demand", hour.isoformat())
    for chat in chats.opened(operation, hour, hour):
        if dice.random() < ON_DEMAND:
            for _ in range(2 if dice.random() < AGAIN else 1):
                after = timedelta(seconds=dice.randint(60, int(LATEST.total_seconds())))
                summary = _summary(dice, chat.customer)
                yield TextAnalysis(chat, chat.closed + after, _written(chat), summary)
