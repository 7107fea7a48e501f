"""Bookmarks: what a run begins with, and that no second is left unread between runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.clock import A_DAY, A_SECOND, first_instant, last_instant, midnight, wall_time
from tap_wolkvox.config.operation import Period
from tap_wolkvox.cursor.bookmarks import (
    day_mark,
    is_ahead,
    is_usable,
    later,
    second_mark,
    to_read,
    unread_since,
)
from tap_wolkvox.cursor.windows import Window
from tests.loops import for_each

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


class TestResumption:
    @given(turns, st.data())
    def test_no_second_is_left_unread_as_time_goes_on(
        self, turn_in: tuple[ZoneInfo, datetime], data: st.DataObject
    ) -> None:
        zone, turn = turn_in
        history = History(zone)
        start = midnight(wall_time(turn, zone)) - 2 * A_DAY
        for now in data.draw(runs_near(turn)):
            settle = timedelta(minutes=data.draw(minutes))
            share = data.draw(st.just(1.0) | st.floats(0, 1))
            history.run(now, Period(start=start, settle=settle), share)
            assert history.unread() == []

    @given(turns, st.data())
    def test_no_second_is_left_unread_after_a_bookmark_of_any_instant(
        self, turn_in: tuple[ZoneInfo, datetime], data: st.DataObject
    ) -> None:
        zone, turn = turn_in
        # All wall-clock text was read, up to that of the bookmark, when it was as late.
        settled = (turn + data.draw(span(-7_200, 7_200))).replace(microsecond=0)
        end = wall_time(settled, zone) - A_SECOND
        begin = midnight(end) - 3 * A_DAY
        settle = timedelta(minutes=data.draw(minutes))
        first = Run(settled + settle, settled, Window(begin, end), zone)
        bookmark = second_mark(first.window, zone)
        now = first.now + data.draw(span(1, 86_400))
        history = History(zone, runs=[first], bookmark=bookmark)
        assert history.unread() == []
        history.run(now, Period(settle=settle))
        assert history.unread() == []
        assert history.bookmark is not None
        assert at(history.bookmark) >= at(bookmark)

    @for_each("minutes_on", range(0, 300, 7))
    @pytest.mark.parametrize(("zone", "turn"), TURNS)
    def test_a_run_every_few_minutes_reads_all(
        self, zone: ZoneInfo, turn: str, minutes_on: int
    ) -> None:
        first = at(turn).replace(tzinfo=UTC) - timedelta(minutes=150)
        history = History(zone)
        for now in (first, first + timedelta(minutes=minutes_on), first + timedelta(hours=6)):
            history.run(now, Period(settle=timedelta(minutes=15)))
        assert history.unread() == []
        assert history.bookmark is not None
        settled = history.runs[-1].known
        assert settled - at(history.bookmark) == A_SECOND

    @given(present_turns, st.data())
    def test_no_day_is_left_that_was_not_read_whole_after_it_was_over(
        self, turn_in: tuple[ZoneInfo, datetime], data: st.DataObject
    ) -> None:
        zone, turn = turn_in
        history = History(zone, by_day=True)
        start = midnight(wall_time(turn, zone)) - 3 * A_DAY
        for now in data.draw(runs_near(turn)):
            settle = timedelta(minutes=data.draw(minutes))
            share = data.draw(st.just(1.0) | st.floats(0, 1))
            history.run(now, Period(start=start, settle=settle), share)
            last = at(history.bookmark) if history.bookmark else start - A_DAY
            days = [start + count * A_DAY for count in range((last - start).days + 1)]
            assert all(any(run.has_read_whole(day) for run in history.runs) for day in days)

    def test_the_rows_of_a_second_pass_are_read(self) -> None:
        history = History(MADRID)
        # 02:30 of the first pass, 02:10 of the second, and 02:50 of that.
        for now in ("2026-10-25T00:30", "2026-10-25T01:10", "2026-10-25T01:50"):
            history.run(at(now).replace(tzinfo=UTC), Period())
        assert [str(run.window.end.time()) for run in history.runs] == [
            "02:29:59",
            "02:09:59",
            "02:49:59",
        ]
        # The bookmark is of the first pass until the clock shows what comes once.
        assert history.bookmark == "2026-10-25T00:49:59+00:00"
        assert unread_since(history.bookmark, MADRID) == at("2026-10-25T02:00")
        history.run(at("2026-10-25T02:00:01").replace(tzinfo=UTC), Period())
        assert history.bookmark == "2026-10-25T02:00:00+00:00"
        assert unread_since(history.bookmark, MADRID) == at("2026-10-25T03:00:01")


class TestAnotherZone:
    def test_the_times_were_read_in_the_zone_that_was_set_then(self) -> None:
        mark = "2026-11-19T03:00:00+00:00"
        assert to_read(mark, Period(), NOW, BOGOTA).begin == at("2026-11-18")
        assert to_read(mark, Period(), NOW, BOGOTA, BOGOTA).begin == at("2026-11-18")
        # In Bogota, that is the 18th at 22:00; in Madrid, the 19th at 04:00.
        assert to_read(mark, Period(), NOW, MADRID, BOGOTA).begin == at("2026-11-18")

    @example(BOGOTA, MADRID, at("2026-11-20T03:00:00"), timedelta(hours=12))
    @given(
        st.sampled_from([BOGOTA, SANTIAGO]),
        st.sampled_from([BOGOTA, MADRID, SANTIAGO, TOKYO]),
        st.datetimes(at("2026-11-19"), at("2026-11-22")).map(
            lambda now: now.replace(microsecond=0)
        ),
        span(60, 2 * 86_400),
    )
    def test_no_second_is_left_unread_once_a_wrong_zone_is_mended(
        self, true: ZoneInfo, wrong: ZoneInfo, now: datetime, length: timedelta
    ) -> None:
        history = History(true)
        first = now.replace(tzinfo=UTC)
        history.run(first, Period(start=at("2026-11-16")), zone=wrong)
        history.run(first + length, Period(start=at("2026-11-16")))
        assert history.unread() == []


class TestToRead:
    def test_a_run_begins_with_the_day_of_the_first_unread_second(self) -> None:
        found = to_read("2026-11-19T20:00:00+00:00", Period(), NOW, BOGOTA)
        assert found == Window(at("2026-11-19T00:00"), at("2026-11-20T09:07:12"))

    def test_a_day_that_is_read_to_its_last_second_is_not_read_again(self) -> None:
        assert to_read("2026-11-20T04:59:58Z", Period(), NOW, BOGOTA).begin == at("2026-11-19")
        assert to_read("2026-11-20T04:59:59Z", Period(), NOW, BOGOTA).begin == at("2026-11-20")

    def test_it_begins_as_many_days_before_as_the_lookback(self) -> None:
        period = Period(lookback=3 * A_DAY)
        found = to_read("2026-11-19T20:00:00+00:00", period, NOW, BOGOTA)
        assert found.begin == at("2026-11-16T00:00")

    def test_it_never_begins_before_the_start(self) -> None:
        period = Period(start=at("2026-11-18T10:30"), lookback=3 * A_DAY)
        mark = "2026-11-19T20:00:00+00:00"
        assert to_read(mark, period, NOW, BOGOTA).begin == at("2026-11-18T10:30")

    def test_a_start_before_what_is_read_changes_nothing(self) -> None:
        mark = "2026-11-19T20:00:00+00:00"
        found = to_read(mark, Period(start=at("2020-01-01")), NOW, BOGOTA)
        assert found.begin == at("2026-11-19")

    def test_without_a_bookmark_it_begins_with_the_start_whatever_the_lookback(self) -> None:
        period = Period(start=at("2025-03-04T05:06:07"), lookback=3 * A_DAY)
        assert to_read(None, period, NOW, BOGOTA).begin == at("2025-03-04T05:06:07")

    @pytest.mark.parametrize(("now", "first"), [
        (NOW, "2026-11-01"),
        (at("2026-12-01T04:59:59+00:00"), "2026-11-01"),  # in Bogota, still November
        (at("2026-12-01T05:00:00+00:00"), "2026-12-01"),
    ])  # fmt: skip
    def test_without_a_start_either_it_begins_with_the_present_month(
        self, now: datetime, first: str
    ) -> None:
        assert to_read(None, Period(lookback=A_DAY), now, BOGOTA).begin == at(first)

    @given(present_turns, span(-86_400, 86_400), minutes)
    def test_the_newest_minutes_are_left(
        self, turn_in: tuple[ZoneInfo, datetime], offset: timedelta, settle: int
    ) -> None:
        zone, turn = turn_in
        now = turn + offset
        period = Period(settle=timedelta(minutes=settle))
        end = to_read(None, period, now, zone).end
        assert end == wall_time(now - timedelta(minutes=settle), zone) - A_SECOND
        assert last_instant(end, zone) < now - timedelta(minutes=settle)

    def test_it_ends_with_the_end_that_is_set_unless_that_is_to_come(self) -> None:
        for end, wanted in (("2026-11-12", "2026-11-12"), ("2027-01-01", "2026-11-20T09:07:12")):
            period = Period(end=at(end))
            assert to_read(None, period, NOW, BOGOTA).end == at(wanted)
            assert to_read("2026-11-10T00:00:00Z", period, NOW, BOGOTA).end == at(wanted)

    @pytest.mark.parametrize("mark", [None, "2026-11-19T20:00:00+00:00", "2026-11-18"])
    @pytest.mark.parametrize("period", [
        Period(start=at("2026-11-20T09:07:13")),
        Period(start=at("2027-01-01")),
        Period(start=at("2026-11-12"), end=at("2026-11-11")),
    ])  # fmt: skip
    def test_there_can_be_nothing_to_read(self, mark: str | None, period: Period) -> None:
        found = to_read(mark, period, NOW, BOGOTA)
        assert found.begin > found.end

    def test_what_ends_before_it_is_unread_needs_no_reading(self) -> None:
        found = to_read("2026-11-19T20:00:00+00:00", Period(end=at("2026-11-12")), NOW, BOGOTA)
        assert found.begin > found.end

    def test_a_midnight_that_does_not_come_is_asked_for_all_the_same(self) -> None:
        now = at("2026-09-06T15:00:00+00:00")
        found = to_read("2026-09-06T04:30:00+00:00", Period(), now, SANTIAGO)
        assert found.params == {"date_ini": "20260906000000", "date_end": "20260906115959"}
        assert first_instant(found.begin, SANTIAGO) == at("2026-09-06T04:00:00+00:00")

    @given(
        present_turns,
        span(-86_400, 86_400),
        span(1, 40 * 86_400),
        st.integers(0, 5),
        st.none() | span(-86_400, 40 * 86_400),
    )
    def test_it_begins_at_midnight_or_with_the_start(
        self,
        turn_in: tuple[ZoneInfo, datetime],
        offset: timedelta,
        age: timedelta,
        lookback: int,
        start_before: timedelta | None,
    ) -> None:
        zone, turn = turn_in
        now = turn + offset
        mark = (now - age).isoformat()
        start = None if start_before is None else wall_time(now - start_before, zone)
        period = Period(start=start, lookback=lookback * A_DAY)
        begin = to_read(mark, period, now, zone).begin
        unread = min(unread_since(mark, zone), wall_time(now, zone))
        wanted = midnight(unread) - lookback * A_DAY
        assert begin == (max(wanted, start) if start else wanted)

    @given(present_turns, span(-86_400, 86_400), span(1, 40 * 86_400))
    def test_later_bookmarks_leave_no_more_to_read(
        self, turn_in: tuple[ZoneInfo, datetime], offset: timedelta, age: timedelta
    ) -> None:
        zone, turn = turn_in
        now = turn + offset
        marks = [(now - age * share).replace(microsecond=0).isoformat() for share in (1, 0.5, 0)]
        begins = [to_read(mark, Period(), now, zone).begin for mark in marks]
        assert begins == sorted(begins)


@pytest.mark.parametrize(
    ("mark", "usable"),
    [
        ("2026-11-20", True),
        ("2026-11-20T14:07:13+00:00", True),
        ("9999-12-31", False),
        ("9999-12-31T23:59:59+00:00", False),
        ("0001-01-01T00:00:00+00:00", False),
    ],
)
def test_a_bookmark_at_the_ends_of_time_is_not_usable(mark: str, *, usable: bool) -> None:
    assert is_usable(mark) == usable


def test_a_day_that_another_clock_took_for_over_is_read_again() -> None:
    assert unread_since("2026-11-19", BOGOTA, MADRID) == at("2026-11-19")
    assert unread_since("2026-11-19", BOGOTA, BOGOTA) == at("2026-11-20")
    assert unread_since("2026-11-19", BOGOTA, None) == at("2026-11-20")


class TestFuture:
    """A bookmark can be ahead of time: as a clock was, or made by hand."""

    @pytest.mark.parametrize("mark", [
        "2026-11-21T00:00:00+00:00",
        "2030-01-01T00:00:00+00:00",
        "2026-11-20",  # that day is not over
        "2030-01-01",
        "8999-12-31T00:00:00+00:00",
        "8999-12-31",
    ])  # fmt: skip
    def test_the_last_days_are_read_again(self, mark: str) -> None:
        assert is_ahead(mark, NOW, BOGOTA)
        period = Period(lookback=3 * A_DAY, settle=timedelta(minutes=15))
        found = to_read(mark, period, NOW, BOGOTA)
        assert found == Window(at("2026-11-17T00:00"), at("2026-11-20T08:52:12"))

    @pytest.mark.parametrize("mark", [
        None,
        "2026-11-20T14:07:13+00:00",
        "2026-11-20T14:07:12",
        "2026-11-20T09:07:13-05:00",
        "2026-11-19",
        "2020-01-01",
    ])  # fmt: skip
    def test_what_is_over_is_not_ahead(self, mark: str | None) -> None:
        assert not is_ahead(mark, NOW, BOGOTA)

    @given(present_turns, span(-86_400, 86_400), span(3, 10**8))
    def test_what_is_to_come_is_ahead(
        self, turn_in: tuple[ZoneInfo, datetime], offset: timedelta, length: timedelta
    ) -> None:
        zone, turn = turn_in
        mark = turn + offset + length
        # A time that is repeated is read again from where it begins, so that is not.
        if unread_since(mark.isoformat(), zone) > wall_time(mark, zone):
            now = min(turn + offset, mark - timedelta(hours=3))
            assert is_ahead(mark.isoformat(), now, zone)

    @given(present_turns, st.data())
    def test_no_bookmark_of_a_run_is_ahead(
        self, turn_in: tuple[ZoneInfo, datetime], data: st.DataObject
    ) -> None:
        zone, turn = turn_in
        for by_day in (False, True):
            history = History(zone, by_day=by_day)
            for now in data.draw(runs_near(turn)):
                assert not is_ahead(history.bookmark, now, zone)
                history.run(now, Period())
                assert not is_ahead(history.bookmark, now, zone)


class TestMarks:
    @pytest.mark.parametrize(("begin", "end", "day"), [
        ("2026-11-01T00:00:00", "2026-11-19T23:59:59", "2026-11-19"),
        ("2026-11-01T00:00:00", "2026-11-20T08:52:12", "2026-11-19"),
        ("2026-11-20T00:00:00", "2026-11-20T23:59:59", "2026-11-20"),
        ("2026-11-20T15:00:00", "2026-11-20T23:59:59", "2026-11-20"),
        ("2026-11-20T00:00:00", "2026-11-20T23:59:58", None),
        ("2026-11-20T00:00:00", "2026-11-20T00:00:00", None),
    ])  # fmt: skip
    def test_a_day_counts_once_it_is_over(self, begin: str, end: str, day: str | None) -> None:
        assert day_mark(Window(at(begin), at(end))) == day

    @given(st.datetimes(at("2000-01-01"), at("2030-01-01")), span(0, 40 * 86_400))
    def test_after_a_day_the_next_is_unread(self, begin: datetime, length: timedelta) -> None:
        window = Window(begin, begin + length)
        mark = day_mark(window)
        if mark is None:
            assert window.end < midnight(begin) + A_DAY - A_SECOND
            return
        unread = unread_since(mark, BOGOTA)
        assert unread == midnight(unread) == unread_since(mark, MADRID)
        assert window.begin < unread <= window.end + A_SECOND < unread + A_DAY

    @given(present_turns, span(-86_400, 86_400))
    def test_after_a_second_the_next_is_unread_or_the_repeated_time(
        self, turn_in: tuple[ZoneInfo, datetime], offset: timedelta
    ) -> None:
        zone, turn = turn_in
        end = wall_time(turn + offset, zone)
        unread = unread_since(second_mark(Window(midnight(end), end), zone), zone)
        repeated = first_instant(end, zone) != turn + offset or unread <= end
        assert unread == end + A_SECOND or repeated
        assert end - unread < timedelta(hours=1)

    @pytest.mark.parametrize(("zone", "end", "mark"), [
        (BOGOTA, "2026-11-20T08:52:12", "2026-11-20T13:52:12+00:00"),
        (SANTIAGO, "2026-04-04T23:59:59", "2026-04-05T02:59:59+00:00"),  # the first of two
        (SANTIAGO, "2026-09-06T00:30:00", "2026-09-06T03:59:59+00:00"),  # that does not come
    ])  # fmt: skip
    def test_a_bookmark_is_an_instant_in_utc(self, zone: ZoneInfo, end: str, mark: str) -> None:
        assert second_mark(Window(at("2026-01-01"), at(end)), zone) == mark

    @given(turns, span(-86_400, 86_400), span(1, 86_400))
    def test_bookmarks_of_later_windows_are_no_earlier(
        self, turn_in: tuple[ZoneInfo, datetime], offset: timedelta, length: timedelta
    ) -> None:
        zone, turn = turn_in
        begin = wall_time(turn, zone) + offset
        ends = [begin + length * share for share in (0, 0.5, 1)]
        marks = [second_mark(Window(begin, end), zone) for end in ends]
        assert all(later(one, other) == other for one, other in pairwise(marks) if one != other)

    def test_a_bookmark_without_an_offset_is_in_utc(self) -> None:
        mark = "2026-11-20T13:52:12"
        assert unread_since(mark, BOGOTA) == unread_since(f"{mark}+00:00", BOGOTA)


zoned = st.builds(
    datetime.astimezone,
    st.datetimes(at("2000-01-01"), at("2030-01-01"), timezones=st.just(UTC)),
    st.sampled_from([UTC, BOGOTA, MADRID, TOKYO]),
)
marks = st.one_of(
    zoned.map(datetime.isoformat),
    st.datetimes(at("2000-01-01"), at("2030-01-01")).map(datetime.isoformat),
    st.dates(at("2000-01-01").date(), at("2030-01-01").date()).map(lambda day: day.isoformat()),
)


class TestLater:
    @given(marks, marks)
    def test_it_is_one_of_the_two_and_neither_is_later(self, one: str, other: str) -> None:
        found = later(one, other)
        assert found in {one, other}
        assert later(found, one) == found
        assert later(found, other) == found

    @given(zoned, zoned)
    def test_it_is_the_later_instant_whatever_the_offsets(
        self, one: datetime, other: datetime
    ) -> None:
        assert at(later(one.isoformat(), other.isoformat())) == max(one, other).astimezone(UTC)

    def test_days_are_compared_as_days(self) -> None:
        assert later("2026-11-20", "2026-11-19") == "2026-11-20"
        assert later("2026-09-30", "2026-10-01") == "2026-10-01"

    def test_of_two_that_are_the_same_instant_the_first_stays(self) -> None:
        one, other = "2026-11-20T09:00:00-05:00", "2026-11-20T14:00:00+00:00"
        assert later(one, other) == one
        assert later(other, one) == other
