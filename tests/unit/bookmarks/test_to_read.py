"""What a run is to read by its bookmark, and the marks it leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.clock import A_DAY, A_SECOND, first_instant, last_instant, midnight, wall_time
from tap_wolkvox.config.operation import Period
from tap_wolkvox.cursor.bookmarks import (
    day_mark,
    is_ahead,
    later,
    second_mark,
    to_read,
    unread_since,
)
from tap_wolkvox.cursor.windows import Window
from tests.unit.bookmarks.common import (
    BOGOTA,
    MADRID,
    NOW,
    SANTIAGO,
    TOKYO,
    History,
    at,
    minutes,
    present_turns,
    runs_near,
    span,
    turns,
)

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


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
