"""Values: text of the API becomes what a column declares, and nothing is dropped on the way."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.records.converters import (
    Converter,
    MisfitError,
    Scalar,
    convert_row,
    converter,
    rescued_text,
    to_date,
    to_date_of_hour,
    to_decimal_seconds,
    to_hour,
    to_id,
    to_integer,
    to_minutes,
    to_number,
    to_seconds,
    to_text,
    to_utc,
)
from tap_wolkvox.response.fields import column_name

BOGOTA = ZoneInfo("America/Bogota")
SANTIAGO = ZoneInfo("America/Santiago")
"""Its clocks change at midnight: a day that has none, and a 23:30 that comes twice."""
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NEW_YORK = ZoneInfo("America/New_York")
TOKYO = ZoneInfo("Asia/Tokyo")
APIA = ZoneInfo("Pacific/Apia")
"""Left out a whole day, 30 December 2011."""

NUL = "\x00"
HIGH, LOW = "\ud83d", "\ude00"
"""The two halves of a surrogate pair; no database stores one alone."""

CONVERTERS: dict[str, Converter] = {
    "text": to_text,
    "code": to_id,
    "count": to_integer,
    "amount": to_number,
    "length": to_seconds,
    "day": to_date,
    "moment": lambda value: to_utc(value, BOGOTA),
    "average": to_decimal_seconds,
    "hour": to_hour,
    "start": to_date_of_hour,
}
NOT_TEXT = [name for name in CONVERTERS if name not in {"text", "code"}]


def as_parsed(value: Any) -> Any:
    """Return a value as a JSON parser gives it: two halves side by side are one character."""
    return json.loads(json.dumps(value))


characters = st.one_of(
    st.characters(), st.sampled_from([NUL, HIGH, LOW, "-", " ", "%", ",", ":", "0", "9", "٣"])
)
texts = st.text(characters, max_size=12)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # As the API writes them.
    | st.sampled_from(["", " ", "-", "--", "12", "1,234", "34.64 %", "25:00:00", "2026-11-20"])
    | st.sampled_from(["13:00", "8", "12.5", "2026-11-20 00:00:00", "2026-11-20 13:00:00"])
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
).map(as_parsed)
field_names = st.one_of(texts, st.sampled_from([*CONVERTERS, "TEXT", " count ", "Day", "amount "]))
json_objects = st.dictionaries(field_names, json_values, max_size=8).map(as_parsed)
ALIASES = {"number_of": "count", "total": "count", "text": "amount"}
"""Other names of columns: two of one column, and one that is the name of another column."""
aliased_objects = st.dictionaries(
    field_names | st.sampled_from([*ALIASES, "Number Of", "TOTAL "]), json_values, max_size=8
).map(as_parsed)


class TestNumbers:
    @pytest.mark.parametrize(
        ("received", "number"),
        [
            ("0", "0"),
            ("34.64", "34.64"),
            ("34.64 %", "34.64"),
            ("34.64%", "34.64"),
            ("34.64\u00a0%", "34.64"),
            ("15,233.33 %", "15233.33"),
            ("1,234,567", "1234567"),
            ("1234567.5", "1234567.5"),
            ("-1,234.50", "-1234.50"),
            ("+7", "7"),
            (" 8 ", "8"),
            ("007", "7"),
            (7, "7"),
            (7.25, "7.25"),
            (-3, "-3"),
        ],
    )
    def test_a_number_is_exact(self, received: object, number: str) -> None:
        assert to_number(received) == Decimal(number)

    @pytest.mark.parametrize(
        "received",
        [
            "12,34",
            "1,2345",
            ",123",
            "1,234,56",
            "1234,567",
            "1.234,56",
            "1.",
            ".5",
            "1.2.3",
            "1e3",
            "0x10",
            "1_000",
            "%",
            "5 %%",
            "% 5",
            "$5",
            "five",
            "NaN",
            "Infinity",
            "- 5",
            "---",
            "5\n6",
        ],
    )
    def test_what_is_no_number_does_not_fit(self, received: str) -> None:
        with pytest.raises(MisfitError):
            to_number(received)

    @pytest.mark.parametrize("received", ["٣", "１２", "1٢", "²", "५.५", "1,２34"])  # noqa: RUF001  # digits that only look like ours
    @pytest.mark.parametrize("name", ["count", "amount", "length"])
    def test_digits_of_other_scripts_do_not_fit(self, name: str, received: str) -> None:
        with pytest.raises(MisfitError):
            CONVERTERS[name](received)

    def test_38_digits_fit_and_keep_the_last_one(self) -> None:
        assert str(to_number("1234567890123456789.0123456789012345678")) == (
            "1234567890123456789.0123456789012345678"
        )

    @pytest.mark.parametrize("digits", ["1" * 39, "0." + "1" * 38, "1" * 20 + "." + "1" * 19])
    def test_39_digits_do_not_fit(self, digits: str) -> None:
        with pytest.raises(MisfitError):
            to_number(digits)

    @given(
        st.decimals(
            min_value=-(10**20), max_value=10**20, places=4, allow_nan=False, allow_infinity=False
        )
    )
    def test_commas_and_a_percent_sign_change_nothing(self, number: Decimal) -> None:
        assert to_number(f"{number:,f} %") == to_number(f"{number:f}") == number


class TestIntegers:
    @pytest.mark.parametrize(
        ("received", "number"),
        [
            ("0", 0),
            ("12", 12),
            ("0012", 12),
            ("1,234", 1234),
            ("60,000", 60_000),
            ("-5", -5),
            ("3.0", 3),
            (12, 12),
            (3.0, 3),
            (str(2**63 - 1), 2**63 - 1),
            (str(-(2**63 - 1)), -(2**63 - 1)),
        ],
        ids=repr,
    )
    def test_a_whole_number_is_an_integer(self, received: object, number: int) -> None:
        result = to_integer(received)
        assert result == number
        assert isinstance(result, int)

    @pytest.mark.parametrize(
        "received", ["1.5", 2.5, "1,23", "12 34", str(2**63), str(-(2**63) - 1), "9" * 38, "9" * 50]
    )
    def test_no_whole_number_or_beyond_64_bits_does_not_fit(self, received: object) -> None:
        with pytest.raises(MisfitError):
            to_integer(received)

    @given(st.integers(-(2**63) + 1, 2**63 - 1))
    def test_every_64_bit_number_survives_with_and_without_commas(self, number: int) -> None:
        assert to_integer(str(number)) == to_integer(f"{number:,}") == number


class TestDurations:
    @pytest.mark.parametrize(
        ("received", "seconds"),
        [
            ("00:00:00", 0),
            ("00:00:59", 59),
            ("01:02:03", 3723),
            ("1:02:03", 3723),
            ("4:38:08", 16_688),
            ("23:59:59", 86_399),
            ("24:00:00", 86_400),
            ("137:00:01", 493_201),
            (" 00:01:00 ", 60),
            ("00:01:00.000", 60),
            ("75", 75),
            ("1,075", 1075),
            (75, 75),
        ],
        ids=repr,
    )
    def test_a_duration_is_seconds(self, received: object, seconds: int) -> None:
        assert to_seconds(received) == seconds

    @pytest.mark.parametrize(
        "received", ["00:60:00", "00:00:60", "01:02", "1:2:3", "01:02:03:04", "01:02:03.5", "1.5"]
    )
    def test_what_is_no_duration_does_not_fit(self, received: str) -> None:
        with pytest.raises(MisfitError):
            to_seconds(received)

    def test_more_hours_than_anybody_worked_do_not_fit(self) -> None:
        with pytest.raises(MisfitError):
            to_seconds("9" * 30 + ":00:00")

    @given(st.integers(0, 999_999), st.integers(0, 59), st.integers(0, 59))
    def test_sums_pass_24_hours(self, hours: int, minutes: int, seconds: int) -> None:
        expected = timedelta(hours=hours, minutes=minutes, seconds=seconds).total_seconds()
        assert to_seconds(f"{hours:02}:{minutes:02}:{seconds:02}") == expected


class TestDecimalSeconds:
    @pytest.mark.parametrize(
        ("received", "seconds"),
        [
            ("00:01:15", "75"),
            ("00:00:00", "0"),
            ("30:00:00", "108000"),
            ("75", "75"),
            ("12.34", "12.34"),
            ("1,075.5", "1075.5"),
        ],
    )
    def test_an_average_may_have_a_fraction(self, received: str, seconds: str) -> None:
        assert to_decimal_seconds(received) == Decimal(seconds)

    @given(st.integers(0, 10**9 - 1), st.integers(0, 59), st.integers(0, 59))
    def test_a_duration_is_as_many_seconds_as_in_a_whole_column(
        self, hours: int, minutes: int, seconds: int
    ) -> None:
        received = f"{hours:02}:{minutes:02}:{seconds:02}"
        assert to_decimal_seconds(received) == to_seconds(received)

    @pytest.mark.parametrize("received", ["1:2", "00:60:00", "00:00:01.5", "-00:00:01", "1e3"])
    def test_what_is_neither_does_not_fit(self, received: str) -> None:
        with pytest.raises(MisfitError):
            to_decimal_seconds(received)

    @pytest.mark.parametrize(
        ("received", "minutes"),
        [("12", "12"), ("1,234.5", "1234.5"), ("00:03:10", "3.1667"), ("25:00:30", "1500.5")],
    )
    def test_minutes_are_a_number_or_a_time(self, received: str, minutes: str) -> None:
        assert to_minutes(received) == Decimal(minutes)

    @pytest.mark.parametrize("missing", ["", " ", "-", "--", None])
    def test_missing_minutes_are_none(self, missing: str | None) -> None:
        assert to_minutes(missing) is None

    @pytest.mark.parametrize("received", ["03:10", "3 min", "3:10:61"])
    def test_what_is_neither_does_not_fit_as_minutes(self, received: str) -> None:
        with pytest.raises(MisfitError):
            to_minutes(received)


class TestHours:
    @given(st.integers(0, 23), st.sampled_from(["{}", "{:02}", "{:02}:00", "{:02}:00:00", "{}:00"]))
    def test_all_spellings_are_the_same_hour(self, hour: int, form: str) -> None:
        assert to_hour(form.format(hour)) == hour

    def test_a_json_number_is_read_like_its_text(self) -> None:
        assert to_hour(8) == to_hour(Decimal(8)) == 8

    @pytest.mark.parametrize(
        "received",
        [
            *("24", "24:00", "13:30", "13:00:30", "13:0", "13:00:", ":00", "13:00:00.5"),
            *("-1", "8 - 9", "1.0", "008", "8h", "8:00 PM", "2026-11-20 13:00:00", "٨"),
        ],
    )
    def test_what_is_no_full_hour_does_not_fit(self, received: str) -> None:
        with pytest.raises(MisfitError):
            to_hour(received)

    @given(st.text("0123456789:. -", max_size=8))
    @example("23:00:00")
    @example("24")
    def test_nothing_else_is_an_hour(self, received: str) -> None:
        spellings = {
            form.format(hour): hour
            for hour in range(24)
            for form in ("{}", "{:02}", "{}:00", "{:02}:00", "{}:00:00", "{:02}:00:00")
        }
        _, hour = accepted("hour", received)
        assert hour == spellings.get(received.strip())


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


class TestMissing:
    @pytest.mark.parametrize("received", ["", " ", "-", "--", "   ", " - ", " -- ", None])
    @pytest.mark.parametrize("name", NOT_TEXT)
    def test_what_stands_for_no_value_is_null_in_a_column_that_is_not_text(
        self, name: str, received: str | None
    ) -> None:
        assert CONVERTERS[name](received) is None

    @pytest.mark.parametrize("received", ["---", "N/A", "null", "x"])
    @pytest.mark.parametrize("name", NOT_TEXT)
    def test_other_text_is_not_taken_for_missing(self, name: str, received: str) -> None:
        with pytest.raises(MisfitError):
            CONVERTERS[name](received)

    @pytest.mark.parametrize("received", [True, False, [], {}, ["5"], {"a": "5"}])
    @pytest.mark.parametrize("name", NOT_TEXT)
    def test_yes_no_lists_and_objects_do_not_fit_a_column_that_is_not_text(
        self, name: str, received: object
    ) -> None:
        with pytest.raises(MisfitError):
            CONVERTERS[name](received)

    def test_a_misfit_says_nothing_of_the_value(self) -> None:
        with pytest.raises(MisfitError) as caught:
            to_integer("555-0100 Ana")
        assert not str(caught.value)


class TestText:
    @pytest.mark.parametrize(
        "received",
        ["", " ", "-", "--", " a ", "0011", "20717-", "1,234", "yes", "Ñandú 😀", "<b>x</b>\n"],
    )
    def test_text_is_kept_as_received(self, received: str) -> None:
        assert to_text(received) == received

    @given(st.text(st.characters(codec="utf-8", exclude_characters=NUL)))
    def test_any_storable_text_is_kept_as_received(self, received: str) -> None:
        assert to_text(received) == received

    def test_null_is_null(self) -> None:
        assert to_text(None) is None

    @pytest.mark.parametrize(
        ("received", "text"),
        [
            (True, "true"),
            (False, "false"),
            (12, "12"),
            (1.5, "1.5"),
            ([], "[]"),
            (["á", None], '["á", null]'),
            ({"a": {"b": [1]}}, '{"a": {"b": [1]}}'),
        ],
    )
    def test_what_is_no_text_becomes_json(self, received: object, text: str) -> None:
        assert to_text(received) == text

    @pytest.mark.parametrize(
        "received", [NUL, f"a{NUL}b", HIGH, LOW, f"a{LOW}{HIGH}b", [HIGH], {"a": {LOW: "b"}}]
    )
    def test_what_no_database_stores_does_not_fit(self, received: object) -> None:
        with pytest.raises(MisfitError):
            to_text(received)


class TestIds:
    @pytest.mark.parametrize("received", ["", " ", "-", "--", "   ", " - ", " --", "\u00a0", None])
    def test_what_stands_for_no_id_is_null(self, received: str | None) -> None:
        assert to_id(received) is None

    @pytest.mark.parametrize(
        "received", ["0", "0011", " 7 ", "---", "- -", "N/A", "TIMEOUTACW", "20717-", "chat_bot"]
    )
    def test_any_other_is_kept_as_received(self, received: str) -> None:
        assert to_id(received) == received

    @given(json_values)
    def test_it_is_the_text_unless_that_is_missing(self, received: object) -> None:
        try:
            text = to_text(received)
        except MisfitError:
            with pytest.raises(MisfitError):
                to_id(received)
            return
        assert to_id(received) == (text if text and text.strip() not in {"", "-", "--"} else None)


class TestConverter:
    @pytest.mark.parametrize(
        ("schema", "received", "value"),
        [
            ({"type": ["string", "null"]}, "07", "07"),
            ({"type": "string"}, "-", "-"),
            ({"type": ["string", "null"], "x-id": True}, "-", None),
            ({"type": ["string", "null"], "x-id": True}, "07", "07"),
            ({"type": ["integer", "null"]}, "07", 7),
            ({"type": "integer"}, "1,000", 1000),
            ({"type": ["integer", "null"], "x-unit": "seconds"}, "25:00:00", 90_000),
            ({"type": ["number", "null"]}, "34.64 %", Decimal("34.64")),
            ({"type": ["number", "null"], "x-unit": "percent"}, "34.64 %", Decimal("34.64")),
            ({"type": ["string", "null"], "format": "date"}, "20261120", "2026-11-20"),
            ({"type": "integer", "x-unit": "hour of the day"}, "13:00", 13),
            ({"type": "number", "x-unit": "seconds"}, "00:01:15", Decimal(75)),
            (
                {"type": "string", "format": "date", "x-hour": "hour"},
                "2026-11-20 13:00:00",
                "2026-11-20",
            ),
            (
                {"type": ["string", "null"], "format": "date-time"},
                "2026-11-20 10:00:00",
                "2026-11-20T15:00:00+00:00",
            ),
        ],
    )
    def test_a_column_is_converted_as_its_schema_declares(
        self, schema: dict[str, object], received: str, value: Scalar
    ) -> None:
        assert converter(schema, BOGOTA)(received) == value

    @pytest.mark.parametrize("received", ["", " ", "-", "--", "07"])
    def test_a_blank_id_of_a_key_is_kept_as_received(self, received: str) -> None:
        schema = {"type": ["string", "null"], "x-id": True}
        assert converter(schema, BOGOTA, in_key=True)(received) == received

    def test_a_date_time_is_read_in_the_zone_of_the_operation(self) -> None:
        moment = converter({"type": "string", "format": "date-time"}, TOKYO)
        assert moment("2026-11-20 10:00:00") == "2026-11-20T01:00:00+00:00"

    def test_a_date_time_of_a_zone_of_its_own_is_read_in_that(self) -> None:
        schema = {"type": "string", "format": "date-time", "x-zone": "Etc/GMT+5"}
        for zone in (BOGOTA, TOKYO, SANTIAGO):
            moment = converter(schema, zone)("2026-07-20 10:00:00")
            assert moment == "2026-07-20T15:00:00+00:00"

    @pytest.mark.parametrize(
        "schema",
        [
            {"type": "object"},
            {"type": ["array", "null"]},
            {"type": "boolean"},
            {"type": "string", "format": "email"},
            {"type": "string", "x-unit": "seconds"},
        ],
    )
    def test_a_schema_without_a_conversion_is_refused(self, schema: dict[str, object]) -> None:
        with pytest.raises(TypeError, match="no conversion"):
            converter(schema, BOGOTA)


class TestColumnNames:
    @pytest.mark.parametrize(
        ("field", "column"),
        [
            ("agent_id", "agent_id"),
            ("agent_anwers ", "agent_anwers"),
            ("ASA", "asa"),
            ("yes/no", "yes_no"),
            ("busy/congestion/failed", "busy_congestion_failed"),
            ("0_5_seg", "0_5_seg"),
            ("campaing_id", "campaing_id"),
            ("aht_outbund", "aht_outbund"),
            (" Total Calls\t", "total_calls"),
            ("Año", "a_o"),
            ("a--b", "a__b"),
            ("😀", "_"),
            ("٣", "_"),
            ("", ""),
        ],
    )
    def test_the_vendors_spelling_stays_as_far_as_a_column_can_hold_it(
        self, field: str, column: str
    ) -> None:
        assert column_name(field) == column

    @given(texts)
    def test_a_column_name_has_no_other_characters_and_is_its_own_column(self, field: str) -> None:
        column = column_name(field)
        assert re.fullmatch(r"[a-z0-9_]*", column)
        assert column_name(column) == column

    @pytest.mark.parametrize(
        ("field", "column"),
        [
            ("number_of", "count"),
            (" Number/Of ", "count"),
            ("TOTAL", "count"),
            ("count", "count"),
            ("text", "amount"),
            ("totals", "totals"),
        ],
    )
    def test_a_field_under_an_alias_is_of_its_column_in_any_spelling(
        self, field: str, column: str
    ) -> None:
        assert column_name(field, ALIASES) == column

    @given(texts)
    def test_a_field_without_an_alias_is_its_own_column(self, field: str) -> None:
        column = column_name(field)
        assert column_name(field, ALIASES) == ALIASES.get(column, column)
        assert column_name(field, {}) == column


def accepted(name: str, value: object) -> tuple[bool, Scalar]:
    """Return whether a value fits a column, and as what."""
    try:
        return True, CONVERTERS[name](value)
    except MisfitError:
        return False, None


class TestConvert:
    @given(json_objects)
    @example({"count": "x", " COUNT ": "5"})
    @example({"count": "5", " COUNT ": "6", "other": None})
    @example({"text": NUL, "moment": "9999-12-31 23:59:59", "_rescued_data": "{}"})
    def test_nothing_that_the_api_sent_is_dropped(self, row: dict[str, Any]) -> None:
        record, rescued = convert_row(row, CONVERTERS)
        placed: set[str] = set()
        for field, value in row.items():
            if field in rescued:
                assert rescued[field] is value
                continue
            column = column_name(field)
            assert column not in placed
            assert accepted(column, value) == (True, record[column])
            placed.add(column)
        assert rescued.keys() <= row.keys()
        assert all(value is None for name, value in record.items() if name not in placed)

    @given(json_objects)
    def test_only_what_has_no_place_is_rescued(self, row: dict[str, Any]) -> None:
        _, rescued = convert_row(row, CONVERTERS)
        for field in rescued:
            column = column_name(field)
            same = [other for other in row if column_name(other) == column]
            assert (
                column not in CONVERTERS or same[0] != field or not accepted(column, row[field])[0]
            )

    @given(json_objects)
    def test_all_declared_columns_are_there_in_their_order(self, row: dict[str, Any]) -> None:
        record, _ = convert_row(row, CONVERTERS)
        assert list(record) == list(CONVERTERS)

    def test_a_row_is_typed(self) -> None:
        row = {
            "day": "20261120",
            "Moment": "2026-11-20 10:00:00",
            "text ": "-",
            "Code": "--",
            "count": "1,234",
            "amount": "34.64 %",
            "length": "--",
            "average": "12.5",
            "hour": "13:00",
            "start": "2026-11-20 13:00:00",
        }
        assert convert_row(row, CONVERTERS) == (
            {
                "text": "-",
                "code": None,
                "count": 1234,
                "amount": Decimal("34.64"),
                "length": None,
                "day": "2026-11-20",
                "moment": "2026-11-20T15:00:00+00:00",
                "average": Decimal("12.5"),
                "hour": 13,
                "start": "2026-11-20",
            },
            {},
        )

    def test_an_unknown_field_is_rescued_under_its_own_name(self) -> None:
        record, rescued = convert_row({"Opt 13": " x ", "count": "1"}, {"count": to_integer})
        assert record == {"count": 1}
        assert rescued == {"Opt 13": " x "}

    def test_the_second_field_of_a_column_is_rescued(self) -> None:
        record, rescued = convert_row({"ASA": "1", "asa ": "2", "asa": "3"}, {"asa": to_integer})
        assert record == {"asa": 1}
        assert rescued == {"asa ": "2", "asa": "3"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("text", f"a{NUL}b"),
            ("text", HIGH),
            ("count", "many"),
            ("count", str(2**63)),
            ("amount", "1" * 39),
            ("amount", True),
            ("length", "01:02"),
            ("day", "2026-02-30"),
            ("moment", "yesterday"),
            ("average", "00:60:00"),
            ("hour", "13:30"),
            ("start", "2026-11-20 13:30:00"),
            ("moment", {"at": "10:00"}),
        ],
    )
    def test_a_value_that_does_not_fit_leaves_null_and_is_rescued(
        self, name: str, value: object
    ) -> None:
        record, rescued = convert_row({name: value}, CONVERTERS)
        assert record[name] is None
        assert rescued == {name: value}

    @pytest.mark.parametrize("field", ["number_of", "Number Of", "total", "count"])
    def test_a_field_under_its_alias_lands_in_its_column(self, field: str) -> None:
        record, rescued = convert_row({field: "1,234"}, CONVERTERS, ALIASES)
        assert record["count"] == 1234
        assert rescued == {}

    def test_a_misfit_under_an_alias_is_rescued_under_its_own_name(self) -> None:
        record, rescued = convert_row({"Number Of": "many"}, CONVERTERS, ALIASES)
        assert record["count"] is None
        assert rescued == {"Number Of": "many"}

    @pytest.mark.parametrize(
        "fields",
        [("count", "total"), ("total", "count"), ("total", "number_of"), ("total", "TOTAL")],
    )
    @pytest.mark.parametrize("first", ["1", "", "many"])
    def test_of_a_field_and_its_alias_the_first_wins_and_the_second_is_rescued(
        self, fields: tuple[str, str], first: str
    ) -> None:
        _, second = fields
        record, rescued = convert_row(
            dict(zip(fields, (first, "2"), strict=True)), CONVERTERS, ALIASES
        )
        assert record["count"] == (1 if first == "1" else None)
        assert rescued[second] == "2"

    def test_without_aliases_another_name_is_unknown(self) -> None:
        record, rescued = convert_row({"total": "1"}, CONVERTERS)
        assert record["count"] is None
        assert rescued == {"total": "1"}

    @given(aliased_objects)
    @example({"total": "x", "count": "5", "Number Of": "5"})
    def test_nothing_that_the_api_sent_under_an_alias_is_dropped(self, row: dict[str, Any]) -> None:
        record, rescued = convert_row(row, CONVERTERS, ALIASES)
        placed = {column_name(field, ALIASES): row[field] for field in row.keys() - rescued.keys()}
        assert len(placed) == len(row) - len(rescued)
        assert all(rescued[field] is row[field] for field in rescued)
        for column in CONVERTERS:
            value = placed.get(column)
            assert (True, record[column]) == accepted(column, value)

    def test_an_empty_row_has_all_columns_and_nothing_rescued(self) -> None:
        assert convert_row({}, CONVERTERS) == (dict.fromkeys(CONVERTERS), {})


class TestRescuedText:
    def test_nothing_rescued_is_null(self) -> None:
        assert rescued_text({}) is None

    def test_accents_and_emoji_stay_readable(self) -> None:
        assert rescued_text({"año": "Ñandú 😀"}) == '{"año": "Ñandú 😀"}'

    @given(json_objects.filter(bool))
    @example({f"k{NUL}": f"a{NUL}b", HIGH: [LOW], "ñ": {"x": HIGH}})
    @example({"": None})
    def test_it_reads_back_as_what_was_rescued_and_any_database_takes_it(
        self, rescued: dict[str, Any]
    ) -> None:
        text = rescued_text(rescued)
        assert text is not None
        assert json.loads(text) == rescued
        assert NUL not in text
        text.encode("utf-8")  # raises at half a surrogate pair


@given(json_values)
def test_any_json_value_is_of_its_columns_type_or_does_not_fit_and_nothing_else(
    value: object,
) -> None:
    kinds = {"count": int, "length": int, "hour": int, "amount": Decimal, "average": Decimal}
    for name in CONVERTERS:
        _, result = accepted(name, value)
        assert result is None or type(result) is kinds.get(name, str)


class TestJsonNumbers:
    """The API sends text; should it send numbers, they are worth as much."""

    @pytest.mark.parametrize(
        ("received", "number"),
        [("1E+5", 100_000), ("1E-7", Decimal("0.0000001")), ("34.64", Decimal("34.64"))],
    )
    def test_a_decimal_is_a_number_in_any_notation(
        self, received: str, number: Decimal | int
    ) -> None:
        assert to_number(Decimal(received)) == number

    @pytest.mark.parametrize("received", ["1e999", "1e-999", "1e999999999"])
    def test_a_decimal_of_no_end_does_not_fit(self, received: str) -> None:
        with pytest.raises(MisfitError):
            to_number(Decimal(received))

    def test_a_rescued_decimal_keeps_all_of_its_digits(self) -> None:
        number = Decimal("1.2345678901234567890123456789")
        assert rescued_text({"x": number}) == f'{{"x": {number}}}'

    def test_text_of_a_decimal_is_as_received(self) -> None:
        assert to_text(Decimal("1.10")) == "1.10"

    def test_a_percentage_is_no_count_and_no_duration(self) -> None:
        for convert_to in (to_integer, to_seconds):
            with pytest.raises(MisfitError):
                convert_to("50 %")

    def test_the_smallest_integer_of_64_bits_fits(self) -> None:
        assert to_integer(str(-(2**63))) == -(2**63)
