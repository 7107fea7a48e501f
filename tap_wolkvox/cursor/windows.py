"""Windows: which ranges of time to ask for, one after the other, from the oldest to the newest.

Ranges are of wall-clock time, with both their ends in them, to the second: each begins a second
after the one before. What is not known is how much happened when. So a plan starts with the widest
range that the API takes and learns from the answers: it goes on as widely as they stay small, and
asks for less where one was cut or did not come. No range crosses the end of a calendar month:
Wolkvox says that reports are made within one. Nothing here knows of requests or of the SDK.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Self

from tap_wolkvox.clock import A_DAY, A_SECOND, end_of_month, midnight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FILL = 0.8
"""Share of a full answer that a window aims at: traffic is not even."""

SHOWN = 0.9
"""Share of the rows of a cut answer, oldest first, that the next window is to hold."""

MIDDLE = 0.4
"""The same of one that shows rows in no order: perhaps a sample of many more."""

FADES = 4
"""By how much the expected rows a second go down from window to window, at most."""

RECOVERS = 2
"""By how much windows grow again, each time, after one that failed."""

_DIGITS = "%Y%m%d%H%M%S"
_FORMAT = re.compile(r"\d{14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """A range of wall-clock time.

    Args:
        begin: Its first second.
        end: Its last second.
    """

    begin: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.begin} to {self.end}"

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.begin + A_SECOND

    def share_of(self, whole: Window) -> float:
        """Return how much of a whole is read once the window is."""
        return (self.end - whole.begin + A_SECOND) / whole.length

    @property
    def params(self) -> dict[str, str]:
        """The parameters that ask for it, each of 14 digits."""
        return {"date_ini": f"{self.begin:{_DIGITS}}", "date_end": f"{self.end:{_DIGITS}}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an endpoint gives at once.

    Args:
        days: Days of the longest range.
        rows: Rows at which an answer may have been cut.
        by_day: Whether a range may only be cut at midnight.
    """

    days: int
    rows: int
    by_day: bool = False

    @property
    def granularity(self) -> timedelta:
        """The shortest range."""
        return A_DAY if self.by_day else A_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is left to read, and how to ask for it.

    Args:
        unread: What is left.
        limits: What the endpoint gives at once.
        width: How much to ask for next.
        most: What the width may grow to.
        rows_per_second: Rows that are expected in a second.
        next_rate: The same for the time after the next window, if a truncated response has shown
            it.
        split_boundary: End of a window that was split; the next windows do not cross it.
        width_from_sample: Whether the width comes from the rows of a truncated response.
        unreadable: Begin of the shortest range that could not be read in an earlier run. It is
            asked for alone, so that it needs no search.
    """

    unread: Window
    limits: Limits
    width: timedelta
    most: timedelta
    rows_per_second: float = 0.0
    next_rate: float | None = None
    split_boundary: datetime | None = None
    width_from_sample: bool = False
    unreadable: datetime | None = None

    @classmethod
    def to_read(cls, unread: Window, limits: Limits, unreadable: datetime | None = None) -> Self:
        """Return the plan to read a range."""
        widest = limits.days * A_DAY
        if unreadable and limits.by_day:
            unreadable = midnight(unreadable)
        return cls(unread=unread, limits=limits, width=widest, most=widest, unreadable=unreadable)

    def resumed(self, width: timedelta | None, split_boundary: datetime | None = None) -> Plan:
        """Return the plan of a run that goes on with what another has learned.

        Args:
            width: How much that would have asked for next.
            split_boundary: End of the window that it was in.
        """
        most = min(width or self.most, self.most)
        return replace(self, width=self._floored(most), most=most, split_boundary=split_boundary)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to read."""
        return self.unread.begin > self.unread.end

    @property
    def window(self) -> Window:
        """What to ask for next."""
        return Window(self.unread.begin, min(self._ends))

    @property
    def can_split(self) -> bool:
        """Whether less can be asked for than the window."""
        return self._steps > 1

    def read(self, rows: int) -> Plan:
        """Return the plan for what is left once the window is read.

        Args:
            rows: Rows of its answer.
        """
        window = self.window
        begin = window.end + A_SECOND
        seen = rows / window.length.total_seconds()
        rate = max(seen, self.rows_per_second / FADES) if self.next_rate is None else self.next_rate
        boundary = self.split_boundary
        most = min(self.most * RECOVERS, self.limits.days * A_DAY)
        return replace(
            self,
            unread=Window(begin, self.unread.end),
            width=self._floored(min(most, _time_for(FILL * self.limits.rows, rate, most))),
            most=most,
            rows_per_second=rate,
            next_rate=None,
            split_boundary=boundary if boundary and begin <= boundary else None,
            width_from_sample=False,
        )

    def cut(self, shown: Sequence[datetime] = ()) -> Plan:
        """Return the plan after the window's answer was cut: to ask for less.

        Args:
            shown: The times of the rows that the answer has, in their order. They decide how much
                less, once; should that be cut too, the window is halved.
        """
        window = self.window
        within = [time for time in shown if window.begin <= time <= window.end]
        made = replace(self, split_boundary=window.end, width_from_sample=False, next_rate=None)
        if not within or self.width_from_sample:
            return replace(made, width=self._half)
        if any(later < earlier for earlier, later in pairwise(within)):
            middle = sorted(within)[int(MIDDLE * len(within))]
            return replace(made, width=min(self._up_to(middle), self._half), width_from_sample=True)
        last = int(SHOWN * len(within))
        behind = max((within[-1] - within[last]).total_seconds(), 1.0)
        next_rate = (len(within) - last) / behind
        return replace(
            made, width=self._up_to(within[last]), next_rate=next_rate, width_from_sample=True
        )

    def failed(self) -> Plan:
        """Return the plan after the window's answer did not come: to ask for half of it."""
        half = self._half
        return replace(
            self,
            width=half,
            most=half,
            split_boundary=self.window.end,
            width_from_sample=False,
            next_rate=None,
        )

    @property
    def _ends(self) -> Iterator[datetime]:
        """What the next window may not go beyond, each its last second."""
        origin = self._origin
        end = origin + self.width - A_SECOND
        yield end
        if end.month != origin.month:
            # No window is as long as a year.
            yield end_of_month(origin)
        yield self.unread.end
        if self.split_boundary:
            yield self.split_boundary
        if self.unreadable and origin < self.unreadable:
            yield self.unreadable - A_SECOND
        if origin == self.unreadable:
            yield origin + self.limits.granularity - A_SECOND

    @property
    def _origin(self) -> datetime:
        """Where the grains are counted from."""
        return midnight(self.unread.begin) if self.limits.by_day else self.unread.begin

    @property
    def _steps(self) -> int:
        """The grains of the window, a broken one at its end included."""
        return -((self._origin - A_SECOND - self.window.end) // self.limits.granularity)

    @property
    def _half(self) -> timedelta:
        return max(self._steps // 2, 1) * self.limits.granularity

    def _up_to(self, time: datetime) -> timedelta:
        """Return the width of a window that ends before a time, and is less than this one."""
        grains = (time - self._origin) // self.limits.granularity
        return min(max(grains, 1), self._steps - 1) * self.limits.granularity

    def _floored(self, width: timedelta) -> timedelta:
        return max(width // self.limits.granularity, 1) * self.limits.granularity


def _time_for(rows: float, rows_per_second: float, most: timedelta) -> timedelta:
    """Return how long it takes for so many rows to come, or the most."""
    seconds = rows / rows_per_second if rows_per_second else most.total_seconds()
    return timedelta(seconds=min(seconds, most.total_seconds()))


def problem(sent: Mapping[str, str], days: int, *, across_months: bool = False) -> str | None:
    """Return what is wrong with the range that a request was sent with, if anything is.

    The API says of a wrong range what it says of one without rows.

    Args:
        sent: The parameters as they were sent.
        days: Days of the longest range.
        across_months: Whether it may cross the end of a month.
    """
    texts = [sent.get(name, "") for name in ("date_ini", "date_end")]
    if not all(map(_FORMAT.fullmatch, texts)):
        return "has a date that is not of 14 digits"
    try:
        begin, end = (datetime.strptime(text, _DIGITS) for text in texts)  # noqa: DTZ007  # local
    except ValueError:
        return "has a date that is none"
    if begin > end:
        return "ends before it begins"
    if Window(begin, end).length > days * A_DAY:
        return f"is longer than {days} days"
    if end > end_of_month(begin) and not across_months:
        return "crosses the end of a month"
    return None
