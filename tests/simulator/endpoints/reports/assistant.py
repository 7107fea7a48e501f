"""reports_manager.php: what agents asked the assistant, and how they rated the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, known_events, over_range
from tests.simulator.world.cache import cached
from tests.simulator.world.events import conversations
from tests.simulator.world.events.conversations import UNTIL_ANSWERED
from tests.simulator.world.missing_values import perhaps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.conversations import Conversation
    from tests.simulator.world.operation import Operation

ASKED = 0.08
FIRST_MINUTES = 10 * 60
"""The agent asks within so many seconds of a conversation."""

GOOD, BAD, UNRATED = "good", "bad", "unrated"
TALKS = (
    ("¿Cuál es el plazo para un reclamo?", "15 días hábiles, según la política vigente 📘"),
    ("¿Cómo anulo una cita?", "Menú <b>Citas</b> → Anular; confirme con el cliente"),
    ("Tarifa de reconexión", "El valor es $ 38.200 más IVA"),
    ("¿Puedo ofrecer «doble cupo»?", "No encontré información sobre eso 😕"),
    ("Requisitos para cambio de titular", "Cédula, contrato firmado\ny paz y salvo"),
)
REASONS = ("La tarifa no es la de este año", "No responde lo que pregunté 👎", "Texto incompleto")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of an agent. ``reason`` says why the answer was bad, if it was."""

    conversation: Conversation
    date: datetime
    text: str
    answer: str
    rating: str
    reason: str


@cached
def _of_hour(operation: Operation, hour: datetime) -> tuple[Question, ...]:
    return tuple(_questions(operation, hour))


def _questions(operation: Operation, hour: datetime) -> Iterator[Question]:
    """Questions in the conversations that began in an hour: at most three in each."""
    dice = operation.dice("assistant", hour.isoformat())
    for conversation in conversations.of_hour(operation, hour):
        if dice.random() < ASKED:
            lasted = int((conversation.ended - conversation.answered).total_seconds())
            seconds = range(min(lasted, FIRST_MINUTES))
            for second in sorted(dice.sample(seconds, dice.randint(1, 3))):
                yield Question(
                    conversation,
                    conversation.answered + timedelta(seconds=second),
                    *dice.choice(TALKS),
                    rating=dice.choices((GOOD, BAD, UNRATED), (35, 25, 40))[0],
                    reason=perhaps(dice, dice.choice(REASONS)),
                )


def questions(report: Report) -> list[Question]:
    """The questions of the range."""
    later = UNTIL_ANSWERED + timedelta(seconds=FIRST_MINUTES)
    return known_events(report, _of_hour, later)


@over_range
def wizard_1(report: Report) -> list[Row]:
    """One row per question."""
    return [
        {
            "agent_id": each.conversation.agent.id,
            "question": each.text,
            "answer": each.answer,
            "conn_id": each.conversation.conn_id,
            "date": stamp(report.local(each.date)),
        }
        for each in questions(report)
    ]


@over_range
def wizard_2(report: Report) -> list[Row]:
    """One row per question with an answer rated good."""
    return [
        {
            "agent_id": each.conversation.agent.id,
            "question": each.text,
            "answer": each.answer,
            "date": stamp(report.local(each.date)),
        }
        for each in questions(report)
        if each.rating == GOOD
    ]


@over_range
def wizard_3(report: Report) -> list[Row]:
    """One row per question with an answer rated bad, with the reason."""
    return [
        {
            "agent_id": each.conversation.agent.id,
            "question": each.text,
            "answer": each.answer,
            "explation": each.reason,
            "date": stamp(report.local(each.date)),
        }
        for each in questions(report)
        if each.rating == BAD
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, "200", FOUND, rows, DATES, NO_ROWS, days=31)
    for rows in (wizard_1, wizard_2, wizard_3)
)
