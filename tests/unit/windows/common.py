"""Servers, and what is read of them."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from hypothesis import strategies as st

from tap_wolkvox.clock import A_DAY, A_SECOND, end_of_month, midnight
from tap_wolkvox.cursor.windows import Limits, Plan, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


at = datetime.fromisoformat
BEGIN = at("2026-01-01")
MONTH = 31
"""Days of the longest range of most endpoints."""

Answer: TypeAlias = int | list[datetime] | None
"""How many rows a window has, what a cut answer shows of them, or None where none came."""

OLDEST_FIRST, NEWEST_FIRST, NO_ORDER, NOTHING = (
    "oldest first",
    "newest first",
    "no order",
    "nothing",
)
ORDERS = (OLDEST_FIRST, NEWEST_FIRST, NO_ORDER, NOTHING)
"""What a cut answer shows."""


@dataclass
class Reading:
    """What came of a plan: the windows that were read, with their rows, and the refused ones."""

    whole: Window
    limits: Limits
    read: list[tuple[Window, int]] = field(default_factory=list)
    refused: list[Window] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return len(self.read) + len(self.refused)

    @property
    def rows(self) -> int:
        return sum(rows for _, rows in self.read)


def play(plan: Plan, answer: Callable[[Window], Answer]) -> Reading:
    """Ask a server until all is read; what can't be divided is read, whatever it answers.

    On the way, make sure of what holds of any window, however the server answers.
    """
    reading = Reading(plan.unread, plan.limits)
    while not plan.is_done:
        window = plan.window
        assert window.begin == plan.unread.begin
        assert window.begin <= window.end <= plan.unread.end
        assert window.length <= plan.limits.days * A_DAY
        assert (window.begin.year, window.begin.month) == (window.end.year, window.end.month)
        found = answer(window)
        if isinstance(found, int) or not plan.can_split:
            rows = found if isinstance(found, int) else plan.limits.rows
            reading.read.append((window, rows))
            plan = plan.read(rows)
            assert plan.unread == Window(window.end + A_SECOND, reading.whole.end)
            continue
        reading.refused.append(window)
        plan = plan.failed() if found is None else plan.cut(found)
        assert plan.unread.begin == window.begin
        assert plan.window.length < window.length
    covers(reading)
    return reading


def covers(reading: Reading) -> None:
    """Make sure that the windows cover the whole: each begins a second after the one before."""
    windows = [window for window, _ in reading.read]
    assert windows[0].begin == reading.whole.begin
    assert windows[-1].end == reading.whole.end
    assert all(later.begin - earlier.end == A_SECOND for earlier, later in pairwise(windows))
    if reading.limits.by_day:
        inner = [window.begin for window in windows[1:]]
        assert inner == [midnight(begin) for begin in inner]


@dataclass
class Server:
    """Answers with how many rows there are, and cuts answers that reach the cap."""

    times: Sequence[datetime]
    cap: int
    order: str = OLDEST_FIRST
    patience: int | None = None
    """Rows of more than which no answer comes in time."""

    def __call__(self, window: Window) -> Answer:
        first, after = bisect_left(self.times, window.begin), bisect_right(self.times, window.end)
        count = after - first
        if self.patience is not None and count > self.patience:
            return None
        if count < self.cap:
            return count
        rows = self.times[first:after]
        if self.order == NO_ORDER:
            return random.Random(count).sample(rows, self.cap)
        shown = {OLDEST_FIRST: rows, NEWEST_FIRST: rows[::-1], NOTHING: []}[self.order]
        return list(shown[: self.cap])

    def reading(self, days: int, *, widest: int = MONTH, by_day: bool = False) -> Reading:
        """Read so many days of it from BEGIN."""
        limits = Limits(days=widest, rows=self.cap, by_day=by_day)
        whole = Window(BEGIN, BEGIN + days * A_DAY - A_SECOND)
        return play(Plan.to_read(whole, limits), self)


def months(whole: Window) -> Iterator[Window]:
    """Yield the parts of a range that lie in one calendar month each."""
    begin = whole.begin
    while begin <= whole.end:
        end = min(end_of_month(begin), whole.end)
        yield Window(begin, end)
        begin = end + A_SECOND


def spread(begin: datetime, length: timedelta, rows: int) -> list[datetime]:
    """Return the times of so many rows, evenly over a length."""
    return [(begin + length * row / rows).replace(microsecond=0) for row in range(rows)]


moments = st.datetimes(at("2009-01-01"), at("2027-01-01")).map(
    lambda moment: moment.replace(microsecond=0)
)


def sent(begin: str, end: str) -> dict[str, str]:
    return {"date_ini": begin, "date_end": end}
