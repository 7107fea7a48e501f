"""The number of requests that a range costs: at best, and with daily windows.

Ranges are in local time, to the second, and include both ends.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime, time, timedelta

A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Whole:
    """The range to read.

    Args:
        times: Times of its rows, oldest first.
        begin: Its first second.
        end: Its last second.
    """

    times: list[datetime]
    begin: datetime
    end: datetime

    def rows(self, begin: datetime, end: datetime) -> int:
        """Return the number of rows in a window of it."""
        return bisect_right(self.times, end) - bisect_left(self.times, begin)


def possible(whole: Whole, days: int, cap: int) -> int:
    """Return the minimum of requests that read all of it, none across the end of a month.

    Starting at the oldest second, each window is the longest that fits. No other sequence needs
    fewer windows: a part of a window that fits also fits, so if one sequence is behind after a
    number of windows, it is not ahead after the next one. By induction no sequence is ever ahead
    of this one, so none reaches the end with fewer windows.

    Args:
        whole: The range to read.
        days: Days of the longest window.
        cap: Number of rows at which a response may be truncated; a window that fits has fewer.

    Raises:
        ValueError: A single second does not fit.
    """
    begin, windows = whole.begin, 0
    while begin <= whole.end:
        end = min(begin + days * A_DAY - A_SECOND, _end_of_month(begin), whole.end)
        too_many = bisect_left(whole.times, begin) + cap - 1
        if too_many < len(whole.times):
            end = min(end, whole.times[too_many] - A_SECOND)
        if end < begin:
            raise ValueError(f"more happened at {begin} than a response holds")
        begin, windows = end + A_SECOND, windows + 1
    return windows


def _end_of_month(moment: datetime) -> datetime:
    first = datetime.combine(moment.date().replace(day=1), time())
    return (first + 31 * A_DAY).replace(day=1) - A_SECOND


def daily(whole: Whole, cap: int) -> int:
    """Return the number of requests with daily windows, split in halves where necessary.

    Args:
        whole: The range to read.
        cap: Number of rows at which a response may be truncated.
    """
    begin, requests = whole.begin, 0
    while begin <= whole.end:
        midnight = datetime.combine(begin.date() + A_DAY, time())
        requests += _in_halves(whole, begin, min(midnight - A_SECOND, whole.end), cap)
        begin = midnight
    return requests


def _in_halves(whole: Whole, begin: datetime, end: datetime, cap: int) -> int:
    """Return the number of requests for a window, including those with truncated responses."""
    if whole.rows(begin, end) < cap or begin == end:
        return 1
    middle = begin + (end - begin) // (2 * A_SECOND) * A_SECOND
    halves = ((begin, middle), (middle + A_SECOND, end))
    return 1 + sum(_in_halves(whole, *half, cap) for half in halves)
