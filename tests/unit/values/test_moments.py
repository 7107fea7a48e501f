"""Dates and moments."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.records.converters import (
    MisfitError,
    to_date,
    to_date_of_hour,
    to_utc,
)
from tests.unit.values.common import BOGOTA, SANTIAGO, TOKYO, accepted

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")
"""Left out a whole day, 30 December 2011."""


class TestDates:
    @given(st.dates())
    def test_both_spellings_are_the_same_date(self, day: date) -> None:
        dashed = day.isoformat()
        assert to_date(dashed) == to_date(dashed.replace("-", "")) == dashed

    def test_a_json_number_is_read_like_its_text(self) -> None:
        assert to_date(20261120) == "2026-11-20"

    @pytest.mark.parametrize(
        "received",
        [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-11-31",
            "20260230",
            "0000-00-00",
            "0000-01-01",
            "2026-1120",
            "202611-20",
            "2026-1-2",
            "20-11-2026",
            "20/11/2026",
            "2026-11",
            "2026-11-20 10:00:00",
            "2026-11-20 00:00:01",
            "2026-11-20 01",
            "2026-11-20-01",
            "2026-11-00",
            "2026-11-20T00:00:00",
            "00:00:00",
            "２０２６-11-20",  # noqa: RUF001  # digits that only look like ours
        ],
    )
    def test_what_is_no_date_of_the_calendar_does_not_fit(self, received: str) -> None:
        with pytest.raises(MisfitError):
            to_date(received)

    @pytest.mark.parametrize(
        "received",
        [
            *("2026-11-20 00:00:00", "20261120 00:00:00", "2026-11-20 00:00:00.0"),
            *("2026-11-20 00:00", "2026-11-20 00", "2026-11-20-00", "20261120-00:00"),
        ],
    )
    def test_a_midnight_is_dropped(self, received: str) -> None:
        assert to_date(received) == "2026-11-20"

    @pytest.mark.parametrize(
        "received",
        [
            *("2026-11-20", "2026-11-20 13:00:00", "2026-11-20 13:00", "2026-11-20 13"),
            *("20261120 00", "2026-11-20-13", "2026-11-20-13:00", "20261120-20"),
        ],
    )
    def test_a_full_hour_is_dropped_where_another_column_has_it(self, received: str) -> None:
        assert to_date_of_hour(received) == "2026-11-20"

    @pytest.mark.parametrize(
        "received",
        [
            "2026-11-20 13:30:00",
            "2026-11-20 24:00:00",
            "2026-11-20 13:00:01",
            "2026-11-20 8:00",
            "2026-11-20T13:00:00",
            "2026-02-30 13:00:00",
            "13:00",
        ],
    )
    def test_what_is_no_full_hour_or_no_date_does_not_fit(self, received: str) -> None:
        with pytest.raises(MisfitError):
            to_date_of_hour(received)

    @given(st.dates(), st.integers(0, 23))
    def test_an_hour_is_dropped_where_another_column_has_it_and_nowhere_else(
        self, day: date, hour: int
    ) -> None:
        received = f"{day.isoformat()} {hour:02}:00:00"
        assert to_date_of_hour(received) == day.isoformat()
        assert accepted("day", received) == ((hour == 0), None if hour else day.isoformat())

    def test_a_leap_day_fits(self) -> None:
        assert to_date("2028-02-29") == "2028-02-29"


class TestDateTimes:
    @pytest.mark.parametrize(
        ("zone", "local", "instant"),
        [
            (BOGOTA, "2026-11-20 10:00:00", "2026-11-20T15:00:00+00:00"),
            (BOGOTA, "20261120100000", "2026-11-20T15:00:00+00:00"),
            (BOGOTA, "2026-11-20 00:00:00", "2026-11-20T05:00:00+00:00"),
            (BOGOTA, "2026-12-31 23:59:59", "2027-01-01T04:59:59+00:00"),
            (BOGOTA, " 2026-11-20 10:00:00 ", "2026-11-20T15:00:00+00:00"),
            (TOKYO, "2026-11-20 08:59:59", "2026-11-19T23:59:59+00:00"),
            (NEW_YORK, "2026-07-01 12:00:00", "2026-07-01T16:00:00+00:00"),
            (NEW_YORK, "2026-12-01 12:00:00", "2026-12-01T17:00:00+00:00"),
        ],
    )
    def test_local_time_is_the_same_instant_in_utc(
        self, zone: ZoneInfo, local: str, instant: str
    ) -> None:
        assert to_utc(local, zone) == instant

    @pytest.mark.parametrize(
        ("zone", "local", "first"),
        [
            (NEW_YORK, "2026-11-01 01:30:00", "2026-11-01T05:30:00+00:00"),
            (NEW_YORK, "20261101013000", "2026-11-01T05:30:00+00:00"),
            (SANTIAGO, "2026-04-04 23:30:00", "2026-04-05T02:30:00+00:00"),
            (SAO_PAULO, "2018-02-17 23:00:00", "2018-02-18T01:00:00+00:00"),
        ],
    )
    def test_a_local_time_that_occurs_twice_is_the_first(
        self, zone: ZoneInfo, local: str, first: str
    ) -> None:
        assert to_utc(local, zone) == first

    @pytest.mark.parametrize(
        ("zone", "midnight", "instant"),
        [
            (SANTIAGO, "2026-09-06 00:00:00", "2026-09-06T01:00:00-03:00"),
            (SAO_PAULO, "2018-11-04 00:00:00", "2018-11-04T01:00:00-02:00"),
            (SAO_PAULO, "20181104000000", "2018-11-04T01:00:00-02:00"),
            (APIA, "2011-12-30 00:00:00", "2011-12-31T00:00:00+14:00"),
        ],
    )
    def test_a_midnight_that_does_not_exist_is_the_first_instant_that_does(
        self, zone: ZoneInfo, midnight: str, instant: str
    ) -> None:
        assert to_utc(midnight, zone) == datetime.fromisoformat(instant).astimezone(UTC).isoformat()

    @pytest.mark.parametrize(
        ("received", "instant"),
        [
            ("2026-11-20 10:30", "2026-11-20T15:30:00+00:00"),
            ("2026-11-20-10:30:15", "2026-11-20T15:30:15+00:00"),
            ("2026-11-20-10", "2026-11-20T15:00:00+00:00"),
            ("2026-11-20 10", "2026-11-20T15:00:00+00:00"),
        ],
    )
    def test_a_full_hour_or_minute_may_say_no_more(self, received: str, instant: str) -> None:
        assert to_utc(received, BOGOTA) == instant

    @pytest.mark.parametrize("fraction", [".0", ".000", ".000000", ".000000000"])
    @pytest.mark.parametrize(
        "received", ["2026-11-20 10:00:07", "2026-11-20-10:00:07", "20261120100007"]
    )
    def test_a_fraction_of_zeros_says_nothing(self, received: str, fraction: str) -> None:
        assert to_utc(received + fraction, BOGOTA) == to_utc(received, BOGOTA)

    @pytest.mark.parametrize(
        "received",
        [
            *("2026-11-20 10:00:07.5", "2026-11-20 10:00:07.000001", "20261120100007.001"),
            *("2026-11-20 10:00:07.", "2026-11-20 10:00.0", "2026-11-20 10.0", "2026-11-20-10.0"),
            *("2026-11-20 10:00:07,0", "2026-11-20 10:00:07.0000000000"),
        ],
    )
    def test_any_other_fraction_is_rescued_for_to_cut_it_off_would_change_it(
        self, received: str
    ) -> None:
        with pytest.raises(MisfitError):
            to_utc(received, BOGOTA)

    @pytest.mark.parametrize(
        ("zone", "received"),
        [
            (TOKYO, "0001-01-01 00:00:00"),
            (BOGOTA, "9999-12-31 23:59:59"),
            (BOGOTA, "0000-00-00 00:00:00"),
            (BOGOTA, "0000-01-01 00:00:00"),
            (BOGOTA, "2026-02-30 10:00:00"),
            (BOGOTA, "2026-11-20 24:00:00"),
            (BOGOTA, "2026-11-20 10:60:00"),
            (BOGOTA, "2026-11-20 10:00:60"),
            (BOGOTA, "20261120246060"),
            (BOGOTA, "2026-11-20"),
            (BOGOTA, "20261120"),
            (BOGOTA, "2026-11-20 24"),
            (BOGOTA, "2026-11-20 10:60"),
            (BOGOTA, "2026-11-20-"),
            (BOGOTA, "2026-11-2010"),
            (BOGOTA, "2026112010"),
            (BOGOTA, "2026-11-20 10:00:00.5"),
            (BOGOTA, "2026-11-20  10:00:00"),
            (BOGOTA, "2026-11-20 10:00:00 PM"),
            (BOGOTA, "٢٠٢٦-11-20 10:00:00"),
        ],
    )
    def test_what_is_no_date_time_of_the_calendar_does_not_fit(
        self, zone: ZoneInfo, received: str
    ) -> None:
        with pytest.raises(MisfitError):
            to_utc(received, zone)

    @pytest.mark.parametrize(
        ("zone", "local", "instant"),
        [
            (TOKYO, "9999-12-31 23:59:59", "9999-12-31T14:59:59+00:00"),
            (ZoneInfo("UTC"), "0001-01-01 00:00:00", "0001-01-01T00:00:00+00:00"),
        ],
    )
    def test_the_edges_of_the_calendar_fit_where_utc_has_them(
        self, zone: ZoneInfo, local: str, instant: str
    ) -> None:
        assert to_utc(local, zone) == instant

    @given(
        st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
        st.sampled_from([BOGOTA, SANTIAGO, NEW_YORK, TOKYO, APIA]),
    )
    def test_an_instant_in_utc_reads_back_as_the_local_time(
        self, local: datetime, zone: ZoneInfo
    ) -> None:
        local = local.replace(microsecond=0)
        result = to_utc(local.isoformat(" "), zone)
        assert result == to_utc(local.strftime("%Y%m%d%H%M%S"), zone)
        assert result is not None
        assert result.endswith("+00:00")
        back = datetime.fromisoformat(result).astimezone(zone)
        # A local time that the clocks jump over reads back as the time after the jump.
        assert back.replace(tzinfo=None) >= local
        assert back.fold == 0
