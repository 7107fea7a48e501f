"""reports_manager.php: evaluations of calls and chats."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import percent, stamp
from tests.simulator.endpoints.common.report_scope import Report, known_events, over_range
from tests.simulator.endpoints.quality import matrix
from tests.simulator.world.cache import cached
from tests.simulator.world.events import conversations
from tests.simulator.world.events.conversations import VOICE
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from datetime import datetime
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.conversations import Conversation
    from tests.simulator.world.operation import Operation

    Key = TypeVar("Key", bound=Hashable)

EVALUATED = 0.08
TWICE = 0.1
MET = 0.8
SOON = timedelta(hours=1)
LATEST = timedelta(hours=48)
"""The longest time until an evaluation, and from there until the agent hears of it."""

BOT = "QAi_Bot"
ANALYSTS = (BOT, BOT, "Mónica Peña", "calidad@example.com", "Raúl Quiñones (auditoría)")
OF_CALLS = ("Monitoreo de voz", "Auditoría de cobranza")
OF_CHATS = ("Monitoreo de chat",)
TOTAL = "TOTAL"
"""Marks a row of totals. In which column is not known."""

COMMENTS = (
    "Cumple el protocolo ✅",
    "No validó los datos del «titular»",
    "<p>Buen manejo; <b>falta</b> cierre</p>",
)
FEEDBACKS = ("Se refuerza el saludo", "Felicitaciones 👏", "Plan de mejora: escucha activa")


@dataclass(frozen=True, slots=True)
class Judged:
    """An attribute of the matrix, and whether the agent met it."""

    category: str
    attribute: str
    error_type: str
    weight: int
    met: bool
    comment: str

    @property
    def critical(self) -> bool:
        """Whether missing it is a critical error."""
        return self.error_type == "CE"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation of a conversation. The agent hears of it at ``told_at``."""

    conversation: Conversation
    date: datetime
    survey: str
    analyst: str
    judged: tuple[Judged, ...]
    comments: str
    feedback: str
    told_at: datetime
    blank: str

    @property
    def flawless(self) -> bool:
        """Whether there was no critical error."""
        return all(each.met for each in self.judged if each.critical)

    @property
    def score(self) -> float:
        """The share of attributes met, by weight."""
        met = sum(each.weight for each in self.judged if each.met)
        return met / sum(each.weight for each in self.judged)


@cached
def _of_hour(operation: Operation, hour: datetime) -> tuple[Evaluation, ...]:
    return tuple(_evaluations(operation, hour))


def _evaluations(operation: Operation, hour: datetime) -> Iterator[Evaluation]:
    """Evaluations of the conversations that began in an hour. Some are evaluated twice."""
    dice = operation.dice("evaluations", hour.isoformat())
    for conversation in conversations.of_hour(operation, hour):
        if dice.random() < EVALUATED:
            yield _evaluation(operation, dice, conversation)
            if dice.random() < TWICE:
                yield _evaluation(operation, dice, conversation)


def _evaluation(operation: Operation, dice: Random, conversation: Conversation) -> Evaluation:
    survey = dice.choice(OF_CALLS if conversation.channel == VOICE else OF_CHATS)
    analyst = dice.choice(ANALYSTS)
    date = conversation.ended + _after(dice, SOON if analyst == BOT else LATEST)
    return Evaluation(
        conversation=conversation,
        date=date,
        survey=survey,
        analyst=analyst,
        judged=tuple(_judged(dice, row) for row in _attributes(operation, survey)),
        comments=perhaps(dice, dice.choice(COMMENTS)),
        feedback=perhaps(dice, dice.choice(FEEDBACKS)),
        told_at=date + _after(dice, LATEST),
        blank=missing(dice),
    )


def _after(dice: Random, most: timedelta) -> timedelta:
    return timedelta(seconds=dice.randint(300, int(most.total_seconds())))


def _judged(dice: Random, row: Row) -> Judged:
    return Judged(
        category=row["category"],
        attribute=row["attribute"],
        error_type=row["error_type"],
        weight=int(row["percent"].removesuffix(" %")),
        met=dice.random() < MET,
        comment=perhaps(dice, dice.choice(COMMENTS), 0.7),
    )


@cached
def _attributes(operation: Operation, survey: str) -> tuple[Row, ...]:
    """The attributes of a survey."""
    return tuple(row for row in matrix(operation) if row["survey"] == survey)


def _known(report: Report) -> list[Evaluation]:
    """The evaluations of the range, by their date."""
    return known_events(report, _of_hour, conversations.LONGEST + LATEST)


def _by(report: Report, key: Callable[[Evaluation], Key]) -> dict[Key, list[Evaluation]]:
    found: defaultdict[Key, list[Evaluation]] = defaultdict(list)
    for each in _known(report):
        found[key(each)].append(each)
    return found


def _percent(part: float, whole: float) -> str:
    """A share as on the vendor's pages of 2026: without a blank."""
    return percent(part, whole, "%")


def _precision(found: list[Evaluation], opportunity: str) -> Row:
    """The shares of evaluations and of critical attributes without an error, and the score.

    ``opportunity`` is the column of the second. Some surveys have no critical attributes.
    """
    critical = [each.met for one in found for each in one.judged if each.critical]
    return {
        "precision_unit_critical_error": _percent(sum(each.flawless for each in found), len(found)),
        opportunity: _percent(sum(critical), len(critical)) if critical else found[0].blank,
        "accuracy": _percent(sum(each.score for each in found), len(found)),
    }


@over_range
def quality_1(report: Report) -> list[Row]:
    """One row per agent: the evaluations of the range."""
    found = _by(report, lambda each: each.conversation.agent)
    return [
        {
            "agent_id": agent.id,
            "agent_name": agent.name,
            "evaluations": str(len(found[agent])),
            **_precision(found[agent], "precision_opportunity_critical_error"),
        }
        for agent in sorted(found, key=lambda agent: agent.id)
    ]


@over_range
def quality_2(report: Report) -> list[Row]:
    """One row per evaluation. A row of totals follows the last row of each agent."""
    found = _by(report, lambda each: each.conversation.agent)
    last = {id(mine[-1]): mine for mine in found.values()}
    rows = []
    for each in _known(report):
        rows.append(_evaluated(report, each))
        if id(each) in last:
            total_in = report.question.forms.total_in
            rows.append(_total(rows[-1], last[id(each)]) | {total_in: TOTAL})
    return rows


def _total(row: Row, found: list[Evaluation]) -> Row:
    """The row of totals of an agent. ``row`` is any row of that agent."""
    whose = {name: row[name] for name in ("agent_id", "agent_name")}
    averages = _precision(found, "precision_opportunity_error")
    return dict.fromkeys(row, "") | whose | averages


def _evaluated(report: Report, each: Evaluation) -> Row:
    conversation = each.conversation
    code = conversation.code_at(report.known)
    return {
        "conn_id": conversation.conn_id,
        "agent_id": conversation.agent.id,
        "agent_name": conversation.agent.name,
        "comments": each.comments,
        **_precision([each], "precision_opportunity_error"),
        "date": stamp(report.local(each.date)),
        "survey": each.survey,
        "cod_act": code.id if code else conversation.blank,
        "channel": conversation.channel,
        "feedback": each.feedback if each.told_at <= report.known else each.blank,
        "skill_id": conversation.skill.id if conversation.skill else conversation.blank,
    }


@over_range
def quality_3(report: Report) -> list[Row]:
    """One row per attribute of an evaluation."""
    return [
        {
            "conn_id": each.conversation.conn_id,
            "agent_id": each.conversation.agent.id,
            "agent_name": each.conversation.agent.name,
            "attribute": judged.attribute,
            "type_error": judged.error_type,
            "yes/no": "yes" if judged.met else "no",
            "date": stamp(report.local(each.date)),
            "survey": each.survey,
            "category": judged.category,
            "quality_analyst": each.analyst,
            "channel": each.conversation.channel,
            "ai_comment": judged.comment,
        }
        for each in _known(report)
        for judged in each.judged
    ]


@over_range
def quality_4(report: Report) -> list[Row]:
    """One row per attribute of a survey."""
    mets: defaultdict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for each in _known(report):
        for judged in each.judged:
            mets[each.survey, judged.category, judged.attribute].append(judged.met)
    return [
        {
            "attribute": attribute,
            "yes": str(sum(met)),
            "no": str(len(met) - sum(met)),
            "percent": _percent(sum(met), len(met)),
            "survey": survey,
            "category": category,
        }
        for (survey, category, attribute), met in sorted(mets.items())
    ]


@over_range
def quality_5(report: Report) -> list[Row]:
    """One row per analyst."""
    return [
        {
            "quality_analyst": analyst,
            "evaluations": str(len(found)),
            **_precision(found, "precision_opportunity_critical_error"),
        }
        for analyst, found in sorted(_by(report, lambda each: each.analyst).items())
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, 200, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows in (quality_1, quality_2, quality_3, quality_4, quality_5)
)
