"""information.php: notifications of the Manager to its users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, known_events, over_range
from tests.simulator.world.hours import hourly_events

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.operation import Operation

USUAL_HOUR = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification."""

    date: datetime
    text: str


def _notice(operation: Operation, dice: Random, date: datetime) -> Notice:
    world = operation.world
    agent, skill = dice.choice(world.agents), dice.choice(world.skills)
    campaign = dice.choice(world.campaigns)
    text = dice.choice(
        (
            f"Agent {agent.id} ({agent.name}) has been in an auxiliary state for too long ⏰",
            f"Skill {skill.id} «{skill.name}»: calls are waiting",
            f"Campaign {campaign.id} has run out of records",
            f"<b>Storage</b> is at {dice.randint(80, 99)} %",
        )
    )
    return Notice(date, text)


_of_hour = hourly_events("notices", USUAL_HOUR, _notice)


@over_range
def get_notification(report: Report) -> list[Row]:
    """One row per notification."""
    return [
        {"date": stamp(report.local(each.date)), "notification": each.text}
        for each in known_events(report, _of_hour)
    ]


ENDPOINTS = (
    Endpoint(
        "information",
        "get_notification",
        "200",
        FOUND,
        get_notification,
        DATES,
        NO_ROWS,
        days=31,
    ),
)
