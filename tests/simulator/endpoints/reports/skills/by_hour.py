"""reports_manager.php: how soon the skills answered those who called."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import average, duration, percent
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.calls.call_list import DATES, FOUND
from tests.simulator.world.entities import Skill

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.calls import Call

    Key = TypeVar("Key", tuple[str, int], tuple[str, str], tuple[date, str], tuple[date, str, int])

MERGED = Skill("ALL", "ALL", ())
"""Stands for all skills where a report that is asked for all of them merges them."""

LEVELS = (10, 20, 30)
"""Seconds of the service levels."""


class Waiter(Protocol):
    """What waits for an agent."""

    @property
    def connected(self) -> bool:
        """Whether one came."""

    @property
    def waited(self) -> int:
        """How many seconds."""


Waiting = TypeVar("Waiting", bound=Waiter)


@dataclass(frozen=True)
class Waits(Generic[Waiting]):
    """Figures of some calls, or whatever else may wait."""

    calls: list[Waiting]

    @property
    def answered(self) -> list[Waiting]:
        """Those that an agent answered."""
        return [call for call in self.calls if call.connected]

    @property
    def abandoned(self) -> list[Waiting]:
        """The others."""
        return [call for call in self.calls if not call.connected]

    def counts(self) -> Row:
        """How many of each."""
        return {
            "inbound_calls": str(len(self.calls)),
            "answer_calls": str(len(self.answered)),
            "abandon_calls": str(len(self.abandoned)),
        }

    def level(self, seconds: int) -> str:
        """The share that was answered within so many seconds."""
        return percent(sum(call.waited <= seconds for call in self.answered), len(self.calls))

    def levels(self) -> Row:
        """The service levels."""
        return {f"service_level_{level}seg": self.level(level) for level in LEVELS}

    def abandon(self) -> str:
        """The share that was abandoned."""
        return percent(len(self.abandoned), len(self.calls))

    def wait_time(self) -> str:
        """How long all of them waited."""
        return duration(sum(call.waited for call in self.calls))

    def asa(self) -> str:
        """The average wait for an answer."""
        return _waited(self.answered)

    def ata(self) -> str:
        """The average wait for none."""
        return _waited(self.abandoned)


@dataclass(frozen=True)
class Figures(Waits["Call"]):
    """Those of some inbound calls."""

    report: Report

    @property
    def talk(self) -> int:
        """Seconds of talk."""
        return sum(call.talk for call in self.answered)

    @property
    def acw(self) -> int:
        """Seconds of work after them."""
        return sum(call.worked(self.report.known) for call in self.answered)

    @property
    def aht(self) -> int:
        """The average time to handle one."""
        return average(self.talk + self.acw, len(self.answered))


def _waited(calls: Sequence[Waiter]) -> str:
    return str(average(sum(call.waited for call in calls), len(calls)))


def figures(report: Report, key: Callable[[Skill, datetime], Key]) -> list[tuple[Key, Figures]]:
    """Figures by what the key says of a skill and a local time; of all skills or the asked one."""
    wanted = report.question.query["skill_id"]
    calls: defaultdict[Key, list[Call]] = defaultdict(list)
    for local, call in report.calls():
        if call.skill and wanted in {"all", call.skill.id}:
            calls[key(call.skill, local)].append(call)
    return [(each, Figures(calls[each], report)) for each in sorted(calls)]


def merged(report: Report, key: Callable[[Skill, datetime], Key]) -> list[tuple[Key, Figures]]:
    """The same, but all skills are one if all are asked for."""
    if report.question.query["skill_id"] != "all":
        return figures(report, key)
    return figures(report, lambda _, local: key(MERGED, local))


@over_range
def skill_4(report: Report) -> list[Row]:
    """One row an hour of the day with calls, whatever the day: of a skill, or of all together."""
    return [
        {
            "skill_id": skill,
            "hour": str(hour),
            **each.counts(),
            **each.levels(),
            "asa": each.asa(),
            "abandon": each.abandon(),
            "aht": duration(each.aht),
            "ata": each.ata(),
            "att": duration(average(each.talk, len(each.answered))),
            "acw": duration(each.acw),
        }
        for (skill, hour), each in merged(report, lambda skill, local: (skill.id, local.hour))
    ]


@over_range
def skill_5(report: Report) -> list[Row]:
    """One row an hour of the day: how many agents it took, of a skill or of all together."""
    return [
        {
            "skill_id": skill,
            "hour": str(hour),
            "inbound_calls": str(len(each.calls)),
            "inbound_calls_unique_customers": str(len({call.customer for call in each.calls})),
            "aht": duration(each.aht),
            "agents_needed": str(1 + len(each.calls) * each.aht // 3600),
        }
        for (skill, hour), each in merged(report, lambda skill, local: (skill.id, local.hour))
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
            "wait_time": each.wait_time(),
            "abandon": each.abandon(),
            "aht": duration(each.aht),
            "asa": each.asa(),
            "ata": each.ata(),
        }
        for (day, skill, hour), each in figures(
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
