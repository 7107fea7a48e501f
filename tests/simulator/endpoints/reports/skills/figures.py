"""Figures of the calls of skills, by any key."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from tests.simulator.endpoints.common.formats import average
from tests.simulator.endpoints.common.waits import Waits
from tests.simulator.world.entities import Skill

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from tests.simulator.endpoints.common.report_scope import Report
    from tests.simulator.world.events.call import Call

    Key = TypeVar("Key", tuple[str, int], tuple[str, str], tuple[date, str], tuple[date, str, int])


MERGED = Skill("ALL", "ALL", ())
"""All skills, for reports that merge them if a client asks for all."""


@dataclass(frozen=True)
class Figures(Waits["Call"]):
    """Figures of inbound calls."""

    report: Report

    @property
    def talk(self) -> int:
        """Seconds of talk."""
        return sum(call.talk for call in self.answered)

    @property
    def acw(self) -> int:
        """Seconds of work after the calls."""
        return sum(call.worked(self.report.known) for call in self.answered)

    @property
    def aht(self) -> int:
        """The average time to handle a call."""
        return average(self.talk + self.acw, len(self.answered))


def figures(report: Report, key: Callable[[Skill, datetime], Key]) -> list[tuple[Key, Figures]]:
    """Figures of all skills, or of the one asked for, by a key of skill and local time."""
    wanted = report.question.query["skill_id"]
    calls: defaultdict[Key, list[Call]] = defaultdict(list)
    for local, call in report.calls():
        if call.skill and wanted in {"all", call.skill.id}:
            calls[key(call.skill, local)].append(call)
    return [(each, Figures(calls[each], report)) for each in sorted(calls)]


def merged(report: Report, key: Callable[[Skill, datetime], Key]) -> list[tuple[Key, Figures]]:
    """The same, but all skills are merged if the client asks for all."""
    if report.question.query["skill_id"] != "all":
        return figures(report, key)
    return figures(report, lambda _, local: key(MERGED, local))
