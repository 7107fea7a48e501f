"""reports_manager.php: the calls of skills by hour, half hour and ten minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import average, duration
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.skills.figures import figures, merged

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.endpoints.reports.skills.figures import Figures
    from tests.simulator.world.entities import Skill


@over_range
def skill_4(report: Report) -> list[Row]:
    """One row per hour with calls, all days together: of a skill, or of all skills as one."""
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
    """One row per hour: the agents needed, of a skill or of all skills as one."""
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
    """One row per day, skill and hour."""
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


@over_range
def skill_4_1(report: Report) -> list[Row]:
    """One row per half hour, all days together: of a skill, or of all skills as one."""
    return [_of_slot(key, each) | {"aht": duration(each.aht)} for key, each in _slots(report, 30)]


@over_range
def skill_4_2(report: Report) -> list[Row]:
    """One row per ten minutes, all days together: of a skill, or of all skills as one."""
    return [_of_slot(key, each) for key, each in _slots(report, 10)]


def _slots(report: Report, minutes: int) -> list[tuple[tuple[str, str], Figures]]:
    def key(skill: Skill, local: datetime) -> tuple[str, str]:
        return skill.id, f"{local.hour:02}:{local.minute // minutes * minutes:02}"

    return merged(report, key)


def _of_slot(key: tuple[str, str], each: Figures) -> Row:
    skill, slot = key
    return {
        "skill_id": skill,
        "hour": slot,
        **each.counts(),
        **each.levels(),
        "asa": each.asa(),
        "abandon": each.abandon(),
        "ata": each.ata(),
    }


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, 200, FOUND, rows, ("skill_id", *DATES), NO_ROWS, days=days)
    for api, rows, days in (
        ("skill_4", skill_4, 31),
        ("skill_4_1", skill_4_1, 31),
        ("skill_4_2", skill_4_2, 31),
        ("skill_5", skill_5, 1),
        ("skill_7", skill_7, 31),
    )
)
