"""Runs that go on where the one before has ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.clock import A_DAY, A_SECOND, midnight, wall_time
from tap_wolkvox.config.operation import Period
from tap_wolkvox.cursor.bookmarks import (
    is_usable,
    second_mark,
    to_read,
    unread_since,
)
from tap_wolkvox.cursor.windows import Window
from tests.support.loops import for_each
from tests.unit.bookmarks.common import (
    BOGOTA,
    MADRID,
    NOW,
    SANTIAGO,
    TOKYO,
    TURNS,
    History,
    Run,
    at,
    minutes,
    present_turns,
    runs_near,
    span,
    turns,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


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
