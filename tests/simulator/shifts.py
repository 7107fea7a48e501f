"""When agents are logged in, and when they take a break."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tests.simulator.missing import missing
from tests.simulator.remembered import remembered

if TYPE_CHECKING:
    from random import Random

    from tests.simulator.operation import Operation
    from tests.simulator.world import Agent

AUX_STATES = ("Almuerzo", "Pausa activa", "Baño", "Capacitación ✏️")
SHIFTS = (
    (("07:30", "12:30"), ("13:30", "18:00")),
    (("06:00", "14:00"),),
    (("09:00", "13:00"), ("14:00", "19:00")),
    (("13:00", "22:00"),),
    (("00:05", "06:00"), ("19:30", "23:30")),
)
"""Sessions of a day; they begin and end up to a quarter of an hour later."""

QUARTER = 15 * 60
SUNDAY = 6
OFF_ON_SUNDAYS = 0.6
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Break:
    """Some minutes in an auxiliary state; ``blank`` is how its row says that there is no value."""

    state: str
    begin: datetime
    end: datetime
    blank: str


@dataclass(frozen=True, slots=True)
class Session:
    """From one login to the logout after it, within a local day."""

    agent: Agent
    begin: datetime
    end: datetime
    breaks: tuple[Break, ...]


@remembered
def of_day(operation: Operation, day: date) -> tuple[Session, ...]:
    """The sessions that begin on a local day, which is when they end too; by agent."""
    return tuple(
        _session(operation, agent, day, *times)
        for agent in operation.world.agents
        if _works(operation, agent, day)
        for times in operation.dice("shift", agent.id).choice(SHIFTS)
    )


@remembered
def on_duty(operation: Operation, hour: datetime) -> tuple[Agent, ...]:
    """Those who are logged in for most of an hour; all agents if that is nobody."""
    middle = hour.astimezone(UTC) + HALF_AN_HOUR
    day = middle.astimezone(operation.clock.zone).date()
    found = (each.agent for each in of_day(operation, day) if each.begin <= middle <= each.end)
    return tuple(found) or operation.world.agents


def _works(operation: Operation, agent: Agent, day: date) -> bool:
    off = operation.dice("off", agent.id).random() < OFF_ON_SUNDAYS
    if off and day.weekday() == SUNDAY:
        return False
    return operation.dice("works", agent.id, day).random() < operation.conditions.pace


def _session(operation: Operation, agent: Agent, day: date, begin: str, end: str) -> Session:
    dice = operation.dice("session", agent.id, day, begin)
    first, last = (
        datetime.combine(day, time.fromisoformat(each), operation.clock.zone).astimezone(UTC)
        + timedelta(seconds=dice.randrange(QUARTER))
        for each in (begin, end)
    )
    return Session(agent, first, last, _breaks(dice, first, last))


def _breaks(dice: Random, begin: datetime, end: datetime) -> tuple[Break, ...]:
    """Up to two, one far enough from the other."""
    count = dice.randint(0, 2)
    made = []
    for number in range(1, count + 1):
        away = (end - begin) // (count + 1) * number + timedelta(seconds=dice.randrange(QUARTER))
        start = (begin + away).replace(microsecond=0)
        lasts = timedelta(seconds=dice.randint(QUARTER // 5, 2 * QUARTER))
        made.append(Break(dice.choice(AUX_STATES), start, start + lasts, missing(dice)))
    return tuple(made)
