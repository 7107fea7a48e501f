"""Everything that happens is made hour by hour: helpers for that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from tests.simulator.world.cache import cached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from tests.simulator.world.operation import Operation

AN_HOUR = timedelta(hours=1)


def hours(begin: datetime, end: datetime) -> Iterator[datetime]:
    """The hours in UTC from the one of ``begin`` to the one of ``end``."""
    hour = begin.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour <= end:
        yield hour
        hour += AN_HOUR


def moments(operation: Operation, dice: Random, hour: datetime, usual: float) -> list[datetime]:
    """Random moments of an hour, about ``usual`` of them, oldest first."""
    wanted = dice.uniform(0.5, 1.5) * usual * operation.conditions.pace
    # A fraction counts as a chance: so a small pace has some events too.
    count = int(wanted + dice.random())
    return sorted(hour + timedelta(seconds=dice.randrange(3600)) for _ in range(count))


class Happened(Protocol):
    """An event with a date."""

    @property
    def date(self) -> datetime:
        """When it was."""


Event = TypeVar("Event", bound=Happened)


def hourly_events(
    about: str, usual: int, make: Callable[[Operation, Random, datetime], Event]
) -> Callable[[Operation, datetime], tuple[Event, ...]]:
    """Return a function from an operation and an hour to the events of that hour."""

    @cached
    def of_hour(operation: Operation, hour: datetime) -> tuple[Event, ...]:
        dice = operation.dice(about, hour.isoformat())
        return tuple(make(operation, dice, date) for date in moments(operation, dice, hour, usual))

    return of_hour
