"""reports_manager.php: how soon the skills answered those who called."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tests.simulator.answers import NO_ROWS
from tests.simulator.call_reports import DATES, FOUND
from tests.simulator.endpoints import Endpoint
from tests.simulator.figures import average, duration, percent
from tests.simulator.report import Report, over_range

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from tests.simulator.answers import Row
    from tests.simulator.calls import Call
    from tests.simulator.world import Skill

    Key = TypeVar("Key", tuple[str, int], tuple[date, str, int])

LEVELS = (10, 20, 30)
"""Seconds of the service levels."""


@dataclass(frozen=True)
class _Figures:
    """Those of some inbound calls."""

    calls: list[Call]
    report: Report

    @property
    def answered(self) -> list[Call]:
        return [call for call in self.calls if call.connected]

    @property
    def abandoned(self) -> list[Call]:
        return [call for call in self.calls if not call.connected]

    @property
    def talk(self) -> int:
        return sum(call.talk for call in self.answered)

    @property
    def acw(self) -> int:
        return sum(call.worked(self.report.known) for call in self.answered)

    @property
    def aht(self) -> int:
        return average(self.talk + self.acw, len(self.answered))

    def counts(self) -> Row:
        return {
            "inbound_calls": str(len(self.calls)),
            "answer_calls": str(len(self.answered)),
            "abandon_calls": str(len(self.abandoned)),
        }

    def levels(self) -> Row:
        waited = [call.waited for call in self.answered]
        within = {level: sum(each <= level for each in waited) for level in LEVELS}
        return {
            f"service_level_{level}seg": percent(count, len(self.calls))
            for level, count in within.items()
        }

    def abandon(self) -> str:
        return percent(len(self.abandoned), len(self.calls))


def _waited(calls: list[Call]) -> str:
    """The average wait."""
    return str(average(sum(call.waited for call in calls), len(calls)))


def _figures(report: Report, key: Callable[[Skill, datetime], Key]) -> list[tuple[Key, _Figures]]:
    """Figures by what the key says of a skill and a local time; of all skills or the asked one."""
    wanted = report.question.query["skill_id"]
    calls: defaultdict[Key, list[Call]] = defaultdict(list)
    for local, call in report.calls():
        if call.skill and wanted in {"all", call.skill.id}:
            calls[key(call.skill, local)].append(call)
    return [(each, _Figures(calls[each], report)) for each in sorted(calls)]


@over_range
def skill_4(report: Report) -> list[Row]:
    """One row a skill and hour of the day, whatever the day."""
    return [
        {
            "skill_id": skill,
            "hour": str(hour),
            **each.counts(),
            **each.levels(),
            "asa": _waited(each.answered),
            "abandon": each.abandon(),
            "aht": duration(each.aht),
            "ata": _waited(each.abandoned),
            "att": duration(average(each.talk, len(each.answered))),
            "acw": duration(each.acw),
        }
        for (skill, hour), each in _figures(report, lambda skill, local: (skill.id, local.hour))
    ]


@over_range
def skill_5(report: Report) -> list[Row]:
    """One row a skill and hour of the day: how many agents it took."""
    return [
        {
            "skill_id": skill,
            "hour": str(hour),
            "inbound_calls": str(len(each.calls)),
            "inbound_calls_unique_customers": str(len({call.customer for call in each.calls})),
            "aht": duration(each.aht),
            "agents_needed": str(1 + len(each.calls) * each.aht // 3600),
        }
        for (skill, hour), each in _figures(report, lambda skill, local: (skill.id, local.hour))
    ]


@over_range
def skill_7(report: Report) -> list[Row]:
    """One row a day, skill and hour."""
    names = {skill.id: skill.name for skill in report.question.operation.world.skills}
    return [
        {
            "date": day.isoformat(),
            "skill_id": skill,
            "skill_name": names[skill],
            "hour": str(hour),
            **each.counts(),
            **each.levels(),
            "wait_time": duration(sum(call.waited for call in each.calls)),
            "abandon": each.abandon(),
            "aht": duration(each.aht),
            "asa": _waited(each.answered),
            "ata": _waited(each.abandoned),
        }
        for (day, skill, hour), each in _figures(
            report, lambda skill, local: (local.date(), skill.id, local.hour)
        )
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, 200, FOUND, rows, ("skill_id", *DATES), NO_ROWS, days=days)
    for api, rows, days in (
        ("skill_4", skill_4, 31),
        ("skill_5", skill_5, 1),
        ("skill_7", skill_7, 31),
    )
)
