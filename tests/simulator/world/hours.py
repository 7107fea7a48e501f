"""Hours: whatever happens is made hour by hour."""

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
    """The hours, in UTC, that hold all from one moment to another."""
    hour = begin.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour <= end:
        yield hour
        hour += AN_HOUR


def moments(operation: Operation, dice: Random, hour: datetime, usual: float) -> list[datetime]:
    """When something happens in an hour that usually happens so many times; oldest first."""
    wanted = dice.uniform(0.5, 1.5) * usual * operation.conditions.pace
    # The fraction is thrown for: also at a small pace there is something now and then.
    count = int(wanted + dice.random())
    return sorted(hour + timedelta(seconds=dice.randrange(3600)) for _ in range(count))


class Happened(Protocol):
    """Anything with a moment of its own."""

    @property
    def date(self) -> datetime:
        """When it was."""


Event = TypeVar("Event", bound=Happened)


def hourly_events(
    about: str, usual: int, make: Callable[[Operation, Random, datetime], Event]
) -> Callable[[Operation, datetime], tuple[Event, ...]]:
    """What is made of an hour in which something happens so many times, usually."""

    @cached
    def of_hour(operation: Operation, hour: datetime) -> tuple[Event, ...]:
        dice = operation.dice(about, hour.isoformat())
        return tuple(make(operation, dice, date) for date in moments(operation, dice, hour, usual))

    return of_hour
