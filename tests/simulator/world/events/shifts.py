"""When agents are logged in, and when they take a break."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tests.simulator.world.cache import cached
from tests.simulator.world.missing_values import missing
from tests.simulator.world.rhythm import WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.simulator.world.entities import Agent
    from tests.simulator.world.operation import Operation

LUNCH, PAUSE, TOILET, TRAINING = "Almuerzo", "Pausa activa", "Baño", "Capacitación ✏️"

SHIFTS = (
    *("08:00-12:30 13:30-17:30", "09:30-13:30 15:30-19:30", "07:00-16:00"),
    *("08:00-12:00 14:00-18:00", "09:00-18:00", "06:30-15:30", "09:00-13:00 15:00-19:00"),
    *("08:00-17:00", "07:30-11:30 13:30-17:30", "12:00-21:00", "07:00-13:00"),
    *("08:00-12:00 14:00-18:00", "08:00-17:00", "09:00-13:30 14:30-18:30", "07:00-16:00"),
    *("08:30-13:00 14:00-18:00", "13:00-19:00", "07:00-13:00", "08:00-17:00"),
    *("09:00-13:00 15:00-19:00", "07:30-12:00 13:00-17:00", "08:30-13:00 14:00-18:00"),
    *("06:00-15:00", "09:00-13:00 15:00-19:00", "07:30-11:30 13:30-17:30", "12:00-18:00"),
    *("07:00-13:00", "08:00-12:00 14:00-18:00", "13:00-19:00", "07:00-13:00"),
    *("08:00-17:00", "09:00-18:00"),
)
"""Shifts of a day; logins and logouts are some minutes later.

Any number of them from the front covers the hours with many calls.
"""

ON_AN_AVERAGE_DAY = 14.5
"""Agents who work on an average day."""

SATURDAY, SUNDAY = 5, 6
QUARTER = 15 * 60
A_MINUTE = 60
FULL_TIME, HALF_TIME = timedelta(hours=8), timedelta(hours=5)
TRAINED = 0.08
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Break:
    """Some minutes in an auxiliary state. ``blank`` is the missing value of its row."""

    state: str
    begin: datetime
    end: datetime
    blank: str


@dataclass(frozen=True, slots=True)
class Session:
    """From a login to the next logout, within a local day."""

    agent: Agent
    begin: datetime
    end: datetime
    breaks: tuple[Break, ...]

    def at_work(self, moment: datetime) -> bool:
        """Whether the agent is logged in and has no break at a moment."""
        return self.begin <= moment < self.end and not any(
            each.begin <= moment < each.end for each in self.breaks
        )


@cached
def of_day(operation: Operation, day: date) -> tuple[Session, ...]:
    """The sessions of a local day, by agent."""
    roster = _roster(operation, day)
    return tuple(
        _session(operation, agent, day, *times.split("-"))
        for agent in operation.world.agents
        for times in roster.get(agent, "").split()
    )


@cached
def on_duty(operation: Operation, hour: datetime) -> tuple[Agent, ...]:
    """The agents logged in for most of an hour; all agents if there are none."""
    middle = hour.astimezone(UTC) + HALF_AN_HOUR
    found = (each.agent for each in around(operation, middle) if each.begin <= middle <= each.end)
    return tuple(found) or operation.world.agents


def around(operation: Operation, moment: datetime) -> tuple[Session, ...]:
    """The sessions of the local day of a moment."""
    return of_day(operation, moment.astimezone(operation.clock.zone).date())


def _roster(operation: Operation, day: date) -> dict[Agent, str]:
    """The agents who work on a day, and their shifts.

    The shifts change every week. Agents without one from Monday to Friday work on Saturday.
    """
    agents = list(operation.world.agents)
    operation.dice("roster", *day.isocalendar()[:2]).shuffle(agents)
    if day.weekday() == SATURDAY:
        agents.reverse()
    elif day.weekday() == SUNDAY:
        agents = agents[len(agents) // 2 :]
    wanted = ON_AN_AVERAGE_DAY * WEEK[day.weekday()] * len(WEEK) / sum(WEEK)
    count = round(wanted * operation.conditions.pace)
    at_least = 1 if operation.conditions.pace else 0
    return dict(zip(agents[: max(count, at_least)], SHIFTS, strict=False))


def _session(operation: Operation, agent: Agent, day: date, begin: str, end: str) -> Session:
    dice = operation.dice("session", agent.id, day, begin)
    first, last = (
        datetime.combine(day, time.fromisoformat(each), operation.clock.zone).astimezone(UTC)
        + timedelta(seconds=dice.randrange(QUARTER))
        for each in (begin, end)
    )
    return Session(agent, first, last, tuple(_breaks(dice, first, last)))


def _breaks(dice: Random, begin: datetime, end: datetime) -> Iterator[Break]:
    """The breaks of a session. A long session has lunch in the middle."""
    for state, place, minutes in _planned(dice, end - begin):
        away = (end - begin) * place + timedelta(seconds=dice.randrange(QUARTER))
        start = (begin + away).replace(microsecond=0)
        lasts = timedelta(seconds=dice.randint(A_MINUTE * minutes // 2, A_MINUTE * minutes))
        yield Break(state, start, start + lasts, missing(dice))


def _planned(dice: Random, lasts: timedelta) -> Iterator[tuple[str, float, int]]:
    """Each break of a session: its state, its place from 0 to 1, its longest minutes."""
    if lasts >= FULL_TIME:
        yield PAUSE, 0.2, 20
        yield LUNCH, 0.45, 60
        yield (TRAINING, 0.65, 60) if dice.random() < TRAINED else (PAUSE, 0.65, 20)
        yield TOILET, 0.85, 8
        return
    yield PAUSE, 0.4, 20
    if lasts >= HALF_TIME or dice.random() < 0.5:
        yield TOILET, 0.75, 8
