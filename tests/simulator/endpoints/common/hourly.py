"""What is made hour by hour, as far as a report over a range may tell of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, TypeVar

from tests.simulator.world.cache import remembered
from tests.simulator.world.events.chats import hours, moments

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

    from tests.simulator.endpoints.common.report_scope import Report
    from tests.simulator.world.operation import Operation


class Happened(Protocol):
    """Anything with a moment of its own."""

    @property
    def date(self) -> datetime:
        """When it was."""


Event = TypeVar("Event", bound=Happened)

AT_ONCE = timedelta()


def made(
    about: str, usual: int, make: Callable[[Operation, Random, datetime], Event]
) -> Callable[[Operation, datetime], tuple[Event, ...]]:
    """What is made of an hour in which something happens so many times, usually."""

    @remembered
    def of_hour(operation: Operation, hour: datetime) -> tuple[Event, ...]:
        dice = operation.dice(about, hour.isoformat())
        return tuple(make(operation, dice, date) for date in moments(operation, dice, hour, usual))

    return of_hour


def known(
    report: Report,
    of_hour: Callable[[Operation, datetime], tuple[Event, ...]],
    later: timedelta = AT_ONCE,
) -> list[Event]:
    """The events of the range that are known, by date; an hour's are that much later at most."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = [
        event
        for hour in hours(begin - later, min(end, report.known))
        for event in of_hour(operation, hour)
        if event.date <= report.known and report.within(event.date)
    ]
    return sorted(found, key=lambda event: event.date)
