"""reports_manager.php: conversations with voice bots: speech, recognition and sentiment."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.cache import cached
from tests.simulator.world.hours import hours, moments
from tests.simulator.world.missing_values import perhaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Customer
    from tests.simulator.world.operation import Operation

USUAL_HOUR = 4
VOICES = ("es-CO-SalomeNeural", "es-CO-GonzaloNeural", "es-MX-DaliaNeural")
LANGUAGES = ("es-CO", "es-CO", "es-MX", "en-US")
PHRASES = (
    "Diga o marque su número de cédula",
    "¿En qué le puedo ayudar?",
    "No le entendí; por favor, repita",
    "Lo comunico con un asesor",
    "Su solicitud quedó registrada. ¡Que tenga un buen día!",
)
ANSWERS = (
    "sí",
    "no señorita",
    "quiero pagar mi factura",
    "necesito hablar con un asesor por favor",
    "mi número de cédula es mil veinte cuatrocientos",
    "llevo tres días sin servicio y nadie me responde",
)
LETTERS_A_SECOND = 14
FELT = 0.6
LETTERS_A_UNIT = 25
"""Letters of a text that sentiment analysis bills as one unit: a guess."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A phrase of the bot and the customer's answer.

    The bot begins to speak at ``spoken``, listens for ``listened`` seconds and has understood the
    answer at ``heard``.
    """

    spoken: datetime
    phrase: str
    voice: str
    heard: datetime
    listened: int
    answer: str
    language: str
    felt: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """A call with a bot that no agent took over."""

    connect_id: str
    routing_point: str
    date: datetime
    turns: tuple[Turn, ...]

    @property
    def ended(self) -> datetime:
        """When it ended."""
        return self.turns[-1].heard

    @property
    def listened(self) -> int:
        """Seconds of speech recognition."""
        return sum(turn.listened for turn in self.turns)

    @property
    def letters_spoken(self) -> int:
        """Letters turned into speech."""
        return sum(len(turn.phrase) for turn in self.turns)

    @property
    def letters_heard(self) -> int:
        """Letters recognised."""
        return sum(len(turn.answer) for turn in self.turns)


def conversations(report: Report) -> Iterator[Conversation]:
    """The conversations of the range and of some hours around it, by hour."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    for hour in hours(begin, min(end, report.known)):
        yield from _of_hour(operation, hour)


@cached
def _of_hour(operation: Operation, hour: datetime) -> tuple[Conversation, ...]:
    dice = operation.dice("voice bots", hour.isoformat())
    dates = moments(operation, dice, hour, USUAL_HOUR)
    return tuple(_conversation(operation, dice, date, number) for number, date in enumerate(dates))


def _conversation(operation: Operation, dice: Random, date: datetime, number: int) -> Conversation:
    first, second, third = (dice.randint(1000, 9999) for _ in range(3))
    return Conversation(
        # No two have the same moment and number.
        connect_id=f"{first}.{second}.{third}.{int(date.timestamp())}.{number}",
        routing_point=dice.choice(operation.world.routing_points),
        date=date,
        turns=tuple(_turns(dice, dice.choice(operation.world.customers), date)),
    )


def _turns(dice: Random, customer: Customer, date: datetime) -> Iterator[Turn]:
    """Up to five turns within some minutes."""
    voice = dice.choice(VOICES)
    phrase = f"Hola, {customer.first_name}, le habla Sofía"
    for _ in range(dice.randint(1, 5)):
        listened = dice.randint(1, 15)
        heard = date + timedelta(seconds=1 + len(phrase) // LETTERS_A_SECOND + listened)
        yield Turn(
            spoken=date,
            phrase=phrase,
            voice=voice,
            heard=heard,
            listened=listened,
            answer=dice.choice(ANSWERS),
            language=perhaps(dice, dice.choice(LANGUAGES), 0.1),
            felt=dice.random() < FELT,
        )
        balance = f"Su saldo es de {dice.randint(1, 90)} mil pesos"
        phrase = dice.choice((*PHRASES, balance))
        date = heard + timedelta(seconds=dice.randint(1, 4))


def _turns_by(
    report: Report, moment: Callable[[Turn], datetime]
) -> list[tuple[Conversation, Turn]]:
    """The turns with that moment in the range, if it is known, by that moment."""
    found = [
        (each, turn)
        for each in conversations(report)
        for turn in each.turns
        if moment(turn) <= report.known and report.within(moment(turn))
    ]
    return sorted(found, key=lambda pair: (moment(pair[1]), pair[0].connect_id))


def _spoken(turn: Turn) -> datetime:
    return turn.spoken


def _heard(turn: Turn) -> datetime:
    return turn.heard


@over_range
def diagram_7(report: Report) -> list[Row]:
    """One row per recognised answer, by the moment of recognition."""
    return [
        {
            "time": str(turn.listened),
            "language": turn.language,
            "recognized_text": turn.answer,
            "date": stamp(report.local(turn.heard)),
            "rp_id": each.routing_point,
        }
        for each, turn in _turns_by(report, _heard)
    ]


@over_range
def diagram_8(report: Report) -> list[Row]:
    """One row per spoken phrase. ``tts_text`` is the voice, as documented."""
    return [
        {
            "tts_text": turn.voice,
            "credits": str(len(turn.phrase)),
            "recognized_text": turn.phrase,
            "date": stamp(report.local(turn.spoken)),
            "rp_id": each.routing_point,
        }
        for each, turn in _turns_by(report, _spoken)
    ]


@over_range
def diagram_10(report: Report) -> list[Row]:
    """One row per phrase: how often it was spoken, the most frequent first."""
    counts = Counter(turn.phrase for _, turn in _turns_by(report, _spoken))
    return [
        {"total": str(count), "characters": str(len(phrase)), "tts_text": phrase}
        for phrase, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


@over_range
def diagram_12(report: Report) -> list[Row]:
    """One row per answer with sentiment analysis."""
    return [
        {
            "units": str(1 + len(turn.answer) // LETTERS_A_UNIT),
            "text": turn.answer,
            "date": stamp(report.local(turn.heard)),
        }
        for _, turn in _turns_by(report, _heard)
        if turn.felt
    ]


NLP_CREDITS_A_LETTER = 0.037


@over_range
def diagram_15(report: Report) -> list[Row]:
    """One row per ended conversation, by its begin."""
    found = [
        each
        for each in conversations(report)
        if each.ended <= report.known and report.within(each.date)
    ]
    return [
        {
            "conversational_id": f"conversations-voice-{each.routing_point}",
            "connect_id": each.connect_id,
            "date": stamp(report.local(each.date)),
            "ivr_time": duration((each.ended - each.date).total_seconds()),
            "nlp_credits": f"{each.letters_heard * NLP_CREDITS_A_LETTER:.3f}",
            "asr_time": duration(each.listened),
            "tts_credits": str(each.letters_spoken),
        }
        for each in sorted(found, key=lambda each: (each.date, each.connect_id))
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows, code in (
        (diagram_7, 200),
        (diagram_8, 200),
        (diagram_10, 200),
        (diagram_12, 200),
        (diagram_15, "200"),
    )
)
