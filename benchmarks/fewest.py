"""How many requests a range of time costs whoever knows when everything happened, and who does not.

Ranges are of local time, to the second, with both their ends in them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import datetime, time, timedelta

A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Whole:
    """What is to be read.

    Args:
        times: When its rows happened, oldest first.
        begin: Its first second.
        end: Its last second.
    """

    times: list[datetime]
    begin: datetime
    end: datetime

    def rows(self, begin: datetime, end: datetime) -> int:
        """Return how many rows a window of it has."""
        return bisect_right(self.times, end) - bisect_left(self.times, begin)


def possible(whole: Whole, days: int, cap: int) -> int:
    """Return the fewest requests that read all of it, none of them across the end of a month.

    From the oldest second on, each window is the longest that fits. No other way takes fewer: a
    part of a window that fits fits too, so that windows which end later reach at least as far with
    the next one. By induction no other way is ahead after any number of windows, and so none is at
    the end with fewer.

    Args:
        whole: What is to be read.
        days: Days of the longest window.
        cap: Rows at which an answer may have been cut: one that fits has fewer.

    Raises:
        ValueError: A second alone does not fit.
    """
    begin, windows = whole.begin, 0
    while begin <= whole.end:
        end = min(begin + days * A_DAY - A_SECOND, _end_of_month(begin), whole.end)
        too_many = bisect_left(whole.times, begin) + cap - 1
        if too_many < len(whole.times):
            end = min(end, whole.times[too_many] - A_SECOND)
        if end < begin:
            raise ValueError(f"more happened at {begin} than an answer holds")
        begin, windows = end + A_SECOND, windows + 1
    return windows


def _end_of_month(moment: datetime) -> datetime:
    first = datetime.combine(moment.date().replace(day=1), time())
    return (first + 31 * A_DAY).replace(day=1) - A_SECOND


def daily(whole: Whole, cap: int) -> int:
    """Return the requests of who asks day by day, and for halves of what may have been cut.

    Args:
        whole: What is to be read.
        cap: Rows at which an answer may have been cut.
    """
    begin, requests = whole.begin, 0
    while begin <= whole.end:
        midnight = datetime.combine(begin.date() + A_DAY, time())
        requests += _in_halves(whole, begin, min(midnight - A_SECOND, whole.end), cap)
        begin = midnight
    return requests


def _in_halves(whole: Whole, begin: datetime, end: datetime, cap: int) -> int:
    """Return the requests for a window; an answer that may have been cut was one, too."""
    if whole.rows(begin, end) < cap or begin == end:
        return 1
    middle = begin + (end - begin) // (2 * A_SECOND) * A_SECOND
    halves = ((begin, middle), (middle + A_SECOND, end))
    return 1 + sum(_in_halves(whole, *half, cap) for half in halves)
