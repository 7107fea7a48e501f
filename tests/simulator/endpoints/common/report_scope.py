"""What a report may show: events of its range that are known when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.date_range import A_SECOND, Range, asked_range
from tests.simulator.world.events import calls, shifts
from tests.simulator.world.hours import Event, hours

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.endpoints.common.endpoint import Question, Rows
    from tests.simulator.world.events.call import Call
    from tests.simulator.world.events.shifts import Session
    from tests.simulator.world.operation import Operation


@dataclass(frozen=True)
class Report:
    """One question about a range. The report knows what happened up to ``known``."""

    question: Question
    asked: Range
    known: datetime

    def local(self, moment: datetime) -> datetime:
        """The local time of the operation at a moment, without a zone."""
        return moment.astimezone(self.question.operation.clock.zone).replace(tzinfo=None)

    def within(self, moment: datetime) -> bool:
        """Whether a moment lies in the range."""
        return self.local(moment) in self.asked

    def calls_around(self) -> list[Call]:
        """The ended calls of the range and of some hours before and after it, by date."""
        operation = self.question.operation
        begin, end = self.asked.instants(operation.clock.zone)
        found = calls.between(operation, begin, min(end, self.known))
        return [call for call in found if call.ended <= self.known]

    def calls(self) -> Iterator[tuple[datetime, Call]]:
        """The ended calls of the range with their local dates, by date."""
        for call in self.calls_around():
            local = self.local(call.date)
            if local in self.asked:
                yield local, call

    def connected(self) -> Iterator[tuple[datetime, Call]]:
        """The calls in which an agent talked to somebody."""
        return ((local, call) for local, call in self.calls() if call.connected)

    def sessions(self) -> Iterator[Session]:
        """The sessions that have begun, of all days that the range touches."""
        for day in self.asked.days():
            for session in shifts.of_day(self.question.operation, day):
                if session.begin <= self.known:
                    yield session

    def seconds(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
        """Split a time into local half hours: each with its known seconds in the range."""
        moment = max(begin, self._instant(self.asked.begin))
        until = min(end, self._instant(self.asked.end + A_SECOND), self.known)
        while moment < until:
            local = self.local(moment)
            left = 1800 - local.minute % 30 * 60 - local.second
            step = min(left, int((until - moment).total_seconds()))
            if not step:
                return
            yield local, step
            moment += step * A_SECOND

    def so_far(self, begin: datetime, end: datetime) -> int:
        """Seconds from one moment to another, or to the last known one."""
        return int((min(end, self.known) - begin).total_seconds())

    def _instant(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.question.operation.clock.zone).astimezone(UTC)


def over_range(rows: Callable[[Report], list[Row]]) -> Rows:
    """Make an endpoint's rows from those of a report; none if the range is not valid."""

    @wraps(rows)
    def found(question: Question) -> list[Row]:
        asked = asked_range(question.query)
        if asked is None:
            return []
        return rows(Report(question, asked, question.operation.known_until().astimezone(UTC)))

    return found


AT_ONCE = timedelta()


def known_events(
    report: Report,
    of_hour: Callable[[Operation, datetime], tuple[Event, ...]],
    later: timedelta = AT_ONCE,
) -> list[Event]:
    """The known events of the range, by date.

    The events of an hour may be up to ``later`` after it.
    """
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = [
        event
        for hour in hours(begin - later, min(end, report.known))
        for event in of_hour(operation, hour)
        if event.date <= report.known and report.within(event.date)
    ]
    return sorted(found, key=lambda event: event.date)
