"""Numbers, durations and hours."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.records.converters import (
    MisfitError,
    rescued_text,
    to_decimal_seconds,
    to_hour,
    to_integer,
    to_minutes,
    to_number,
    to_seconds,
    to_text,
)
from tests.unit.values.common import CONVERTERS, accepted


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
