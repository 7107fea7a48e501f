"""Windows: the time ranges to request, one after the other, from the oldest to the newest.

A window is a range of wall-clock time in whole seconds. It includes both ends, so the next window
begins one second after the end of the window before.

A plan does not know how many rows each day has. It starts with the longest range that the API
accepts and adapts the width to the responses:

    |1 Nov .......................... 30 Nov|   60,000 rows, the row limit: may be truncated
    |1 Nov ............... 26 Nov|              54,000 rows, 90 % of those shown: read
                                 |26 - 30 Nov|  10,000 rows, up to the end of the split window: read
    |1 Dec ......... 23 Dec|                    48,000 rows expected, 80 % of the row limit

No window crosses the end of a calendar month: Wolkvox says that a report covers one month only.
This module is pure: it knows neither HTTP nor the SDK.
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
"""Share of the row limit that a window aims at; the rest is a reserve, as traffic is uneven."""

SHOWN = 0.9
"""Share of the rows of a truncated response that the next window covers, if rows are sorted.

The rows are oldest first, so no row is missing before the last one. A window up to the last one
would reach the row limit again.
"""

MIDDLE = 0.4
"""Share of the rows of a truncated response that the next window covers, if rows are not sorted.

Such rows may be a sample of many more, so the next window is also half as long at most.
"""

FADES = 4
"""Divisor by which the expected rows per second fall from window to window, at most.

One quiet window does not prove that the next one is quiet.
"""

RECOVERS = 2
"""Factor by which the maximum width grows after each window, once a failed window has lowered it.

A server that could not deliver a long range may fail again, so the width does not jump back.
"""

_DIGITS = "%Y%m%d%H%M%S"
"""Format of a date in a request: 14 digits."""

_FORMAT = re.compile(r"\d{14}", re.ASCII)
"""The same as a pattern: `strptime` also accepts fewer digits."""


@dataclass(frozen=True, slots=True)
class Window:
    """A range of wall-clock time, both ends included.

    Args:
        begin: First second.
        end: Last second.
    """

    begin: datetime
    end: datetime

    def __str__(self) -> str:
        return f"{self.begin} to {self.end}"

    @property
    def length(self) -> timedelta:
        """Duration; one second if `begin` equals `end`."""
        return self.end - self.begin + A_SECOND

    def share_of(self, whole: Window) -> float:
        """Return the share of `whole`, from 0 to 1, that is read once this window is read."""
        return (self.end - whole.begin + A_SECOND) / whole.length

    @property
    def params(self) -> dict[str, str]:
        """The request parameters for this window, each of 14 digits."""
        return {"date_ini": f"{self.begin:{_DIGITS}}", "date_end": f"{self.end:{_DIGITS}}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What an endpoint delivers in one response.

    Args:
        days: Length of the longest range, in days.
        rows: Number of rows from which on a response may be truncated.
        by_day: Whether a range may only be split at midnight.
    """

    days: int
    rows: int
    by_day: bool = False

    @property
    def granularity(self) -> timedelta:
        """Length of the shortest range. Widths are multiples of this length."""
        return A_DAY if self.by_day else A_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The range that is still unread, and how to split it into windows.

    A plan is immutable: each response leads to a new plan.

    Args:
        unread: The range that is still unread.
        limits: What the endpoint delivers in one response.
        width: Length of the next window.
        most: Maximum of the width.
        rows_per_second: Expected number of rows per second.
        next_rate: Expected number of rows per second after the next window, if a truncated
            response has shown it.
        split_boundary: End of a window that was split; the next windows do not cross it.
        width_from_sample: Whether the width comes from the rows of a truncated response.
        unreadable: First second of the shortest range that an earlier run could not read. That
            range gets a window of its own, so that no requests are wasted to find it again.
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
        """Return the plan that reads a range from its beginning."""
        widest = limits.days * A_DAY
        if unreadable and limits.by_day:
            unreadable = midnight(unreadable)
        return cls(unread=unread, limits=limits, width=widest, most=widest, unreadable=unreadable)

    def resumed(self, width: timedelta | None, split_boundary: datetime | None = None) -> Plan:
        """Return the plan of a run that resumes where an earlier run stopped.

        Args:
            width: Length that the next window of the earlier run would have had.
            split_boundary: End of the window in which the earlier run stopped.
        """
        most = min(width or self.most, self.most)
        return replace(self, width=self._floored(most), most=most, split_boundary=split_boundary)

    @property
    def is_done(self) -> bool:
        """Whether nothing is unread."""
        return self.unread.begin > self.unread.end

    @property
    def window(self) -> Window:
        """The window to request next."""
        return Window(self.unread.begin, min(self._ends))

    @property
    def can_split(self) -> bool:
        """Whether a shorter window is possible."""
        return self._steps > 1

    def read(self, rows: int) -> Plan:
        """Return the plan after the window was read.

        Args:
            rows: Number of rows of the response.
        """
        window = self.window
        begin = window.end + A_SECOND
        observed = rows / window.length.total_seconds()
        decayed = self.rows_per_second / FADES
        rate = max(observed, decayed) if self.next_rate is None else self.next_rate
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
        """Return the plan after the response was truncated: the next window is shorter.

            rows shown    |x x  xx x x xx x x|  oldest first: the window ends before 90 % of them
            rows shown    |x  x   x    x    x|  not sorted: before 40 % of them, at most at the half
            no times      |                  |  at the half

        The times are used once. If the window that they suggest is truncated too, they were not
        representative, and the window is halved.

        Args:
            shown: Times of the rows in the truncated response, in the order of the rows.
        """
        window = self.window
        times = [time for time in shown if window.begin <= time <= window.end]
        plan = replace(self, split_boundary=window.end, width_from_sample=False, next_rate=None)
        if not times or self.width_from_sample:
            return replace(plan, width=self._half)
        if any(later < earlier for earlier, later in pairwise(times)):
            middle = sorted(times)[int(MIDDLE * len(times))]
            return replace(plan, width=min(self._up_to(middle), self._half), width_from_sample=True)
        last = int(SHOWN * len(times))
        # Rows of the same second would divide by zero.
        remaining_seconds = max((times[-1] - times[last]).total_seconds(), 1.0)
        next_rate = (len(times) - last) / remaining_seconds
        return replace(
            plan, width=self._up_to(times[last]), next_rate=next_rate, width_from_sample=True
        )

    def failed(self) -> Plan:
        """Return the plan after no response came: the next window is half as long.

        The maximum is halved too: without a response, no row count tells how much the server can
        deliver. So later windows grow back only step by step (`RECOVERS`).
        """
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
        """Upper bounds of the end of the next window."""
        origin = self._origin
        end = origin + self.width - A_SECOND
        yield end
        if end.month != origin.month:
            # Comparing the months is enough: no window is as long as a year.
            yield end_of_month(origin)
        yield self.unread.end
        if self.split_boundary:
            yield self.split_boundary
        if self.unreadable and origin < self.unreadable:
            # The window before the unreadable range.
            yield self.unreadable - A_SECOND
        if origin == self.unreadable:
            # The unreadable range alone.
            yield origin + self.limits.granularity - A_SECOND

    @property
    def _origin(self) -> datetime:
        """The time from which the steps of a window are counted."""
        return midnight(self.unread.begin) if self.limits.by_day else self.unread.begin

    @property
    def _steps(self) -> int:
        """Length of the window in units of the granularity, rounded up."""
        return -((self._origin - A_SECOND - self.window.end) // self.limits.granularity)

    @property
    def _half(self) -> timedelta:
        """Half the length of the window: whole steps, at least one."""
        return max(self._steps // 2, 1) * self.limits.granularity

    def _up_to(self, time: datetime) -> timedelta:
        """Return the width of a window that ends before a time, at least one step shorter."""
        steps = (time - self._origin) // self.limits.granularity
        return min(max(steps, 1), self._steps - 1) * self.limits.granularity

    def _floored(self, width: timedelta) -> timedelta:
        """Return a width rounded down to whole steps, at least one."""
        return max(width // self.limits.granularity, 1) * self.limits.granularity


def _time_for(rows: float, rows_per_second: float, most: timedelta) -> timedelta:
    """Return the length of time in which so many rows occur, at most `most`."""
    seconds = rows / rows_per_second if rows_per_second else most.total_seconds()
    return timedelta(seconds=min(seconds, most.total_seconds()))


def problem(sent: Mapping[str, str], days: int, *, across_months: bool = False) -> str | None:
    """Return what is wrong with the range of a request; None if the range is valid.

    The API responds to an invalid range as to a range without rows, so the tap has to check.

    Args:
        sent: The parameters of the request that was sent.
        days: Length of the longest range, in days.
        across_months: Whether the range may cross the end of a month.
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
