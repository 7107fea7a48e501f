"""Runs one after the other, and what each has read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tap_wolkvox.clock import A_DAY, A_SECOND, first_instant, midnight, wall_time
from tap_wolkvox.cursor.bookmarks import (
    day_mark,
    later,
    second_mark,
    to_read,
)
from tap_wolkvox.cursor.windows import Window

if TYPE_CHECKING:
    from tap_wolkvox.config.operation import Period

at = datetime.fromisoformat

BOGOTA = ZoneInfo("America/Bogota")
MADRID = ZoneInfo("Europe/Madrid")
SANTIAGO = ZoneInfo("America/Santiago")
HAVANA = ZoneInfo("America/Havana")
ST_JOHNS = ZoneInfo("America/St_Johns")
TOKYO = ZoneInfo("Asia/Tokyo")

NOW = at("2026-11-20T14:07:13.700000+00:00")
"""In Bogota, 09:07:13 of the same day."""

TURNS = [
    (BOGOTA, "2026-11-20T05:00:00"),  # none: a midnight like all others
    (MADRID, "2026-03-29T01:00:00"),
    (MADRID, "2026-10-25T01:00:00"),
    (SANTIAGO, "2026-04-05T03:00:00"),  # 23:00 to 24:00 comes twice
    (SANTIAGO, "2026-09-06T04:00:00"),  # 00:00 to 01:00 does not come
    (HAVANA, "2026-03-08T05:00:00"),
    (HAVANA, "2026-11-01T05:00:00"),  # 00:00 to 01:00 comes twice
    (ZoneInfo("Australia/Lord_Howe"), "2026-04-04T15:00:00"),  # by half an hour
    (ZoneInfo("Australia/Lord_Howe"), "2026-10-03T15:30:00"),
    (ST_JOHNS, "2026-03-08T05:30:00"),
    (ST_JOHNS, "2026-11-01T04:30:00"),
    (ST_JOHNS, "2010-11-07T02:31:00"),  # 23:01 to 00:01 comes twice, over midnight
    (ZoneInfo("Asia/Tehran"), "2021-03-21T20:30:00"),
    (ZoneInfo("Asia/Tehran"), "2021-09-21T19:30:00"),
]
"""Zones, and the instants at which their clocks are changed, in UTC."""

turns = st.sampled_from(TURNS).map(lambda turn: (turn[0], at(turn[1]).replace(tzinfo=UTC)))
present_turns = turns.filter(lambda turn: turn[1].year > 2020)
minutes = st.sampled_from([0, 1, 15, 60, 90, 1_500]) | st.integers(0, 3_000)


def span(least: int, most: int) -> st.SearchStrategy[timedelta]:
    """Return lengths of so many seconds, most of them of a few hours or to the hour."""
    whole = st.integers(least // 1_800, most // 1_800).map(lambda halves: halves * 1_800)
    near = st.integers(max(least, -9_000), min(most, 9_000))
    return (st.integers(least, most) | whole | near).map(lambda count: timedelta(seconds=count))


@dataclass
class Run:
    """One run: when it was, what it read, and up to which instant the API knew of rows."""

    now: datetime
    known: datetime
    window: Window
    zone: ZoneInfo
    """Time zone of the operation."""

    def has_read(self, instant: datetime) -> bool:
        wall = wall_time(instant, self.zone)
        return instant <= self.known and self.window.begin <= wall <= self.window.end

    def has_read_whole(self, day: datetime) -> bool:
        """Whether it read all of a local day, after the last of its instants."""
        inside = self.window.begin <= day and self.window.end >= day + A_DAY - A_SECOND
        # The clock must not show that day again.
        later = (self.known + A_SECOND + count * timedelta(minutes=5) for count in range(24))
        return inside and all(wall_time(moment, self.zone) >= day + A_DAY for moment in later)

    @property
    def edges(self) -> list[datetime]:
        """The instants where what it has read begins and ends."""
        walls = (self.window.begin, self.window.end)
        folds = [wall.replace(tzinfo=self.zone, fold=fold) for wall in walls for fold in (0, 1)]
        return [self.known, self.now, *(each.astimezone(UTC) for each in folds)]


@dataclass
class History:
    """Runs, one after the other, each from the bookmark of the one before."""

    zone: ZoneInfo
    by_day: bool = False
    runs: list[Run] = field(default_factory=list)
    bookmark: str | None = None
    bookmark_zone: ZoneInfo | None = None

    def run(
        self, now: datetime, period: Period, share: float = 1.0, zone: ZoneInfo | None = None
    ) -> None:
        """Run, perhaps interrupted after a share of it, or with a zone that is not the true one."""
        setting = zone or self.zone
        window = to_read(self.bookmark, period, now, setting, self.bookmark_zone)
        if window.begin > window.end:
            return
        end = window.begin + (share * window.length) // A_SECOND * A_SECOND - A_SECOND
        if self.by_day and end < window.end:
            end = midnight(end) - A_SECOND
        if end < window.begin:
            return
        window = Window(window.begin, end)
        self.runs.append(Run(now, now - period.settle, window, self.zone))
        mark = day_mark(window) if self.by_day else second_mark(window, setting)
        if mark:
            self.bookmark = later(self.bookmark or mark, mark)
            if self.bookmark == mark:
                self.bookmark_zone = setting

    def unread(self) -> list[datetime]:
        """Return instants up to the bookmark that no run has read, if there are any."""
        if self.bookmark is None:
            return []
        first, last = first_instant(self.runs[0].window.begin, self.zone), at(self.bookmark)
        # What is read begins and ends with the edges, so that no other instants need be tried.
        edges = [first, last, *(edge for run in self.runs for edge in run.edges)]
        near = {edge + change * A_SECOND for edge in edges for change in (-1, 0, 1)}
        return [
            instant
            for instant in sorted(near)
            if first <= instant <= last and not any(run.has_read(instant) for run in self.runs)
        ]


@st.composite
def runs_near(draw: st.DrawFn, turn: datetime) -> list[datetime]:
    """Instants of some runs, the first not long before a clock is changed."""
    now = turn + draw(span(-86_400, 7_200))
    nows = [now]
    for length in draw(st.lists(span(1, 2 * 86_400), min_size=1, max_size=3)):
        nows.append(nows[-1] + length)
    return nows
