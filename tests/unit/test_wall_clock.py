"""Wall clock: local times that come twice, and those that do not come at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.clock import (
    A_DAY,
    A_SECOND,
    first_instant,
    first_unread,
    last_instant,
    midnight,
    wall_time,
)

at = datetime.fromisoformat

TURNS = [
    ("America/Bogota", "2026-11-20T05:00:00"),  # none: a midnight like all others
    ("Europe/Madrid", "2026-03-29T01:00:00"),
    ("Europe/Madrid", "2026-10-25T01:00:00"),
    ("America/Santiago", "2026-04-05T03:00:00"),  # 23:00 to 24:00 comes twice
    ("America/Santiago", "2026-09-06T04:00:00"),  # 00:00 to 01:00 does not come
    ("America/Havana", "2026-03-08T05:00:00"),
    ("America/Havana", "2026-11-01T05:00:00"),  # 00:00 to 01:00 comes twice
    ("Australia/Lord_Howe", "2026-04-04T15:00:00"),  # by half an hour
    ("Australia/Lord_Howe", "2026-10-03T15:30:00"),
    ("America/St_Johns", "2010-03-14T03:31:00"),
    ("America/St_Johns", "2010-11-07T02:31:00"),  # 23:01 to 00:01 comes twice, over midnight
    ("America/St_Johns", "2026-11-01T04:30:00"),
    ("Asia/Tehran", "2021-03-21T20:30:00"),
    ("Asia/Tehran", "2021-09-21T19:30:00"),
    ("Pacific/Apia", "2011-12-30T10:00:00"),  # a day that does not come
]
"""Zones, and the instants at which their clocks are changed, in UTC."""

turns = st.sampled_from(TURNS).map(
    lambda turn: (ZoneInfo(turn[0]), at(turn[1]).replace(tzinfo=UTC))
)
offsets = st.one_of(
    st.integers(-2 * 86_400, 2 * 86_400),
    st.integers(-5_400, 5_400),
    st.sampled_from([
        sign * seconds + change
        for sign in (-1, 1)
        for seconds in (0, 1_800, 3_600, 86_400)
        for change in (-1, 0, 1)
    ]),
).map(lambda seconds: timedelta(seconds=seconds))  # fmt: skip


@st.composite
def instants(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """Zones, and instants not far from where their clocks are changed."""
    zone, turn = draw(turns)
    return zone, turn + draw(offsets)


@st.composite
def walls(draw: st.DrawFn) -> tuple[ZoneInfo, datetime]:
    """Zones, and local times not far from there: some come twice, some not at all."""
    zone, turn = draw(turns)
    return zone, wall_time(turn, zone) + draw(offsets)


def instants_of(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return all instants at which a clock shows a time, found by trying the zone's offsets."""
    near = [wall.replace(tzinfo=UTC) + days * A_DAY for days in (-3, -2, -1, 0, 1, 2, 3)]
    found = {moment.astimezone(zone).utcoffset() or timedelta() for moment in near}
    candidates = [wall.replace(tzinfo=UTC) - offset for offset in found]
    return sorted(each for each in candidates if wall_time(each, zone) == wall)


class TestInstants:
    @given(walls())
    def test_a_time_that_comes_is_the_first_instant_at_which_it_does(
        self, wall_in: tuple[ZoneInfo, datetime]
    ) -> None:
        zone, wall = wall_in
        found = instants_of(wall, zone)
        if found:
            assert first_instant(wall, zone) == last_instant(wall, zone) == found[0]

    @given(walls())
    def test_a_time_that_does_not_come_is_where_the_clock_is_put_over_it(
        self, wall_in: tuple[ZoneInfo, datetime]
    ) -> None:
        zone, wall = wall_in
        first, last = first_instant(wall, zone), last_instant(wall, zone)
        if not instants_of(wall, zone):
            assert first - last == A_SECOND
            assert wall_time(last, zone) < wall < wall_time(first, zone)

    @given(instants())
    def test_an_instant_is_no_earlier_than_the_first_that_its_clock_shows(
        self, instant_in: tuple[ZoneInfo, datetime]
    ) -> None:
        zone, instant = instant_in
        wall = wall_time(instant, zone)
        first = first_instant(wall, zone)
        assert first <= instant
        assert wall_time(first, zone) == wall
        assert instant - first == timedelta() or instants_of(wall, zone) == [first, instant]

    @given(turns, offsets, offsets)
    def test_later_times_are_no_earlier_instants(
        self, turn_in: tuple[ZoneInfo, datetime], one: timedelta, other: timedelta
    ) -> None:
        zone, turn = turn_in
        earlier, later = (wall_time(turn, zone) + each for each in sorted((one, other)))
        assert first_instant(earlier, zone) <= first_instant(later, zone)
        assert last_instant(earlier, zone) <= last_instant(later, zone)

    @given(walls())
    def test_instants_are_in_utc_and_times_have_no_zone(
        self, wall_in: tuple[ZoneInfo, datetime]
    ) -> None:
        zone, wall = wall_in
        for found in (first_instant(wall, zone), last_instant(wall, zone)):
            assert found.tzinfo is UTC
            shown = wall_time(found, zone)
            assert (shown.tzinfo, shown.fold) == (None, 0)

    def test_an_instant_of_any_offset_is_shown(self) -> None:
        shown = wall_time(at("2026-11-20T01:30:00+09:00"), ZoneInfo("America/Bogota"))
        assert shown == at("2026-11-19T11:30:00")

    @pytest.mark.parametrize(("zone", "wall", "instant"), [
        ("America/Santiago", "2026-04-04T23:30:00", "2026-04-05T02:30:00"),
        ("America/Havana", "2026-11-01T00:00:00", "2026-11-01T04:00:00"),
        ("Europe/Madrid", "2026-10-25T02:59:59", "2026-10-25T00:59:59"),
        ("Australia/Lord_Howe", "2026-04-05T01:30:00", "2026-04-04T14:30:00"),
        ("America/St_Johns", "2010-11-07T00:00:59", "2010-11-07T02:30:59"),
    ])  # fmt: skip
    def test_a_time_that_comes_twice_is_the_first_of_the_two(
        self, zone: str, wall: str, instant: str
    ) -> None:
        assert first_instant(at(wall), ZoneInfo(zone)) == at(instant).replace(tzinfo=UTC)

    @pytest.mark.parametrize(("zone", "wall", "instant"), [
        ("America/Santiago", "2026-09-06T00:00:00", "2026-09-06T04:00:00"),
        ("America/Santiago", "2026-09-06T00:59:59", "2026-09-06T04:00:00"),
        ("America/Havana", "2026-03-08T00:00:00", "2026-03-08T05:00:00"),
        ("Asia/Tehran", "2021-03-22T00:00:00", "2021-03-21T20:30:00"),
        ("America/St_Johns", "2010-03-14T00:01:00", "2010-03-14T03:31:00"),
        ("Pacific/Apia", "2011-12-30T00:00:00", "2011-12-30T10:00:00"),
        ("Pacific/Apia", "2011-12-30T23:59:59", "2011-12-30T10:00:00"),
    ])  # fmt: skip
    def test_a_midnight_that_does_not_come_is_the_first_instant_that_does(
        self, zone: str, wall: str, instant: str
    ) -> None:
        turn = at(instant).replace(tzinfo=UTC)
        assert first_instant(at(wall), ZoneInfo(zone)) == turn
        assert last_instant(at(wall), ZoneInfo(zone)) == turn - A_SECOND


class TestFirstUnread:
    @given(instants(), offsets)
    def test_whatever_comes_later_is_unread(
        self, instant_in: tuple[ZoneInfo, datetime], offset: timedelta
    ) -> None:
        zone, instant = instant_in
        later = max(instant + A_SECOND, instant + offset)
        assert wall_time(later, zone) >= first_unread(instant, zone)

    @given(instants())
    def test_it_is_the_next_second_or_where_the_repeated_time_begins(
        self, instant_in: tuple[ZoneInfo, datetime]
    ) -> None:
        zone, instant = instant_in
        wall, unread = wall_time(instant, zone), first_unread(instant, zone)
        if len(instants_of(wall, zone)) == 1:
            assert unread == wall + A_SECOND
            return
        assert unread <= wall
        assert len(instants_of(unread, zone)) == 2
        assert len(instants_of(unread - A_SECOND, zone)) < 2
        first = first_instant(wall, zone)
        assert first - first_instant(unread, zone) == wall - unread

    @given(walls())
    def test_after_what_is_read_up_to_a_time_the_next_is_unread(
        self, wall_in: tuple[ZoneInfo, datetime]
    ) -> None:
        zone, wall = wall_in
        unread = first_unread(last_instant(wall, zone), zone)
        assert unread <= wall + A_SECOND
        if len(instants_of(wall, zone)) == 1:
            assert unread == wall + A_SECOND

    @pytest.mark.parametrize(("zone", "instant", "unread"), [
        ("America/Bogota", "2026-11-20T04:59:59", "2026-11-20T00:00:00"),
        ("Europe/Madrid", "2026-10-24T23:59:59", "2026-10-25T02:00:00"),
        ("Europe/Madrid", "2026-10-25T00:00:00", "2026-10-25T02:00:00"),
        ("Europe/Madrid", "2026-10-25T00:47:11", "2026-10-25T02:00:00"),
        ("Europe/Madrid", "2026-10-25T01:59:59", "2026-10-25T02:00:00"),  # even the second pass
        ("Europe/Madrid", "2026-10-25T02:00:00", "2026-10-25T03:00:01"),
        ("Australia/Lord_Howe", "2026-04-04T14:45:30", "2026-04-05T01:30:00"),
        ("America/St_Johns", "2010-11-07T02:30:30", "2010-11-06T23:01:00"),
        ("America/Havana", "2026-03-08T04:59:59", "2026-03-08T00:00:00"),
    ])  # fmt: skip
    def test_examples(self, zone: str, instant: str, unread: str) -> None:
        found = first_unread(at(instant).replace(tzinfo=UTC), ZoneInfo(zone))
        assert found == at(unread)


@given(st.datetimes())
def test_midnight_is_the_beginning_of_the_day(wall: datetime) -> None:
    found = midnight(wall)
    assert (found.date(), found.time()) == (wall.date(), datetime.min.time())


@pytest.mark.parametrize("second", [0, 0.5, 1, 1.5, 1800.5, 3599, 3599.5])
def test_a_time_between_two_seconds_that_does_not_exist_has_an_instant_too(second: float) -> None:
    wall = datetime.fromisoformat("2026-09-06T00:00:00") + timedelta(seconds=second)
    found = first_instant(wall, ZoneInfo("America/Santiago"))
    assert found.isoformat() == "2026-09-06T04:00:00+00:00"
