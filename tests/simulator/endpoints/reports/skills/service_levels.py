"""reports_manager.php: service levels by skill, day, number and channel."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.common.waits import Waits
from tests.simulator.endpoints.reports.skills.figures import figures
from tests.simulator.endpoints.reports.skills.interactions import Interaction, interactions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.endpoints.common.endpoint import Rows
    from tests.simulator.endpoints.common.waits import Waiter, Waiting
    from tests.simulator.endpoints.reports.skills.figures import Figures
    from tests.simulator.world.entities import Skill

LAST_SECONDS = (10, 20, 30, 40, 50)
"""The last second of each interval but the last."""

ANSWERED = (
    "answer_0seg_10seg",
    "answer_11seg_20seg",
    "answer_21seg_30seg",
    "answer_31seg_40seg",
    "answer_41seg_50seg",
    "anwers_greater_than_51seg",
)
ABANDONED = (
    "abandon_0seg_10seg",
    "abandon_11seg_20_seg",
    "abandon_21seg_30seg",
    "abandon_31seg_40seg",
    "abandon_41seg_50seg",
    "abandon_greater_than_51seg",
)


def _columns(each: Waits[Waiting]) -> Row:
    """Counts, levels and waits, in the usual order."""
    return {
        **each.counts(),
        **each.levels(),
        "abandon": each.abandon(),
        "asa": each.asa(),
        "ata": each.ata(),
    }


def _id_and_name(skill: Skill, _: datetime) -> tuple[str, str]:
    return skill.id, skill.name


@over_range
def skill_1(report: Report) -> list[Row]:
    """One row per skill."""
    return [
        {"skill_name": name, "skill_id": skill, **_columns(each), **_level_asked_for(report, each)}
        for (skill, name), each in figures(report, _id_and_name)
    ]


def _level_asked_for(report: Report, each: Figures) -> Row:
    """The service level that the client asks for."""
    seconds = report.question.query.get("services_time", "")
    if not seconds.isdecimal():
        return {}
    return {f"service_level_{seconds}seg": each.level(int(seconds))}


@over_range
def skill_3(report: Report) -> list[Row]:
    """One row per day and skill."""
    return [
        {
            "skill_name": name,
            "date": day.isoformat(),
            **each.counts(),
            **each.levels(),
            "wait_time": each.wait_time(),
            "abandon": each.abandon(),
            "asa": each.asa(),
            "ata": each.ata(),
            "aht": duration(each.aht),
        }
        for (day, name), each in figures(report, lambda skill, local: (local.date(), skill.name))
    ]


@over_range
def skill_6(report: Report) -> list[Row]:
    """One row per number of a customer, as the vendor describes it."""
    calls = [each for each in interactions(report) if each.type == "inbound"]
    by_number = _grouped(calls, lambda each: each.customer.phone)
    return [{"dnis": number, **_columns(each)} for number, each in by_number]


@over_range
def skill_8(report: Report) -> list[Row]:
    """One row per skill: how long answered calls waited."""
    return [
        {
            "skill_id": skill,
            "skill_name": name,
            "answer_calls": str(len(each.answered)),
            **_by_wait(each.answered, ANSWERED),
        }
        for (skill, name), each in figures(report, _id_and_name)
    ]


@over_range
def skill_9(report: Report) -> list[Row]:
    """One row per skill: how long abandoned calls waited."""
    return [
        {
            "skill_id": skill,
            "skill_name": name,
            "abandon_calls": str(len(each.abandoned)),
            **_by_wait(each.abandoned, ABANDONED),
        }
        for (skill, name), each in figures(report, _id_and_name)
    ]


def _by_wait(calls: Sequence[Waiter], names: tuple[str, ...]) -> Row:
    """The number of calls per interval of waiting."""
    counts = Counter(bisect_left(LAST_SECONDS, call.waited) for call in calls)
    return {name: str(counts[number]) for number, name in enumerate(names)}


@over_range
def skill_11(report: Report) -> list[Row]:
    """One row per type of interaction: calls, and chats by their channel."""
    by_type = _grouped(interactions(report), lambda each: each.type)
    return [{"type_interaction": type_, **_columns(each)} for type_, each in by_type]


def _grouped(
    found: list[Interaction], key: Callable[[Interaction], str]
) -> list[tuple[str, Waits[Interaction]]]:
    groups: defaultdict[str, list[Interaction]] = defaultdict(list)
    for each in found:
        groups[key(each)].append(each)
    return [(name, Waits(groups[name])) for name in sorted(groups)]


def _endpoint(rows: Rows) -> Endpoint:
    needs = ("skill_id", *DATES)
    return Endpoint("reports_manager", rows.__name__, 200, FOUND, rows, needs, NO_ROWS, days=31)


ENDPOINTS = tuple(
    map(
        _endpoint,
        (skill_1, skill_3, skill_6, skill_8, skill_9, skill_11),
    )
)
