"""information.php: what people and programs did in the Manager."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.cache import cached
from tests.simulator.world.hours import hours, moments
from tests.simulator.world.missing_values import perhaps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.operation import Operation

USUAL_HOUR = 4
TWICE = 0.05
USERS = ("admin", "supervisor.cobranza", "Mónica Peña", "integración_bi", "calidad@example.com")
ACTIONS = (
    "The API cdr_1 has been consumed",
    "The API agent_1 has been consumed",
    "Login to Manager",
    "Campaign 20717- has been started",
    "Skill «Posventa 🛠» has been edited",
    "Report <b>chat_1</b> has been downloaded",
)


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a user."""

    date: datetime
    ip: str
    user: str
    action: str
    workstation: str


@over_range
def audit_log(report: Report) -> list[Row]:
    """One row per action. Some actions are in the log twice."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    return [
        {
            "date": stamp(report.local(each.date)),
            "ip": each.ip,
            "user": each.user,
            "action": each.action,
            "workstation": each.workstation,
        }
        for hour in hours(begin, min(end, report.known))
        for each in _of_hour(operation, hour)
        if each.date <= report.known and report.within(each.date)
    ]


@cached
def _of_hour(operation: Operation, hour: datetime) -> tuple[Action, ...]:
    return tuple(_actions(operation, hour))


def _actions(operation: Operation, hour: datetime) -> Iterator[Action]:
    dice = operation.dice("audit", hour.isoformat())
    for date in moments(operation, dice, hour, USUAL_HOUR):
        action = Action(
            date,
            f"203.0.113.{dice.randint(1, 254)}",
            dice.choice(USERS),
            dice.choice(ACTIONS),
            perhaps(dice, f"PC-{dice.randint(1, 40):02}"),
        )
        yield action
        if dice.random() < TWICE:
            yield action


ENDPOINTS = (
    Endpoint(
        "information",
        "audit_log",
        200,
        FOUND,
        audit_log,
        ("date_ini", "date_end"),
        NO_ROWS,
        days=31,
    ),
)
