"""Texts, missing values, and rows as a whole."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.records.converters import (
    MisfitError,
    Scalar,
    convert_row,
    converter,
    rescued_text,
    to_id,
    to_integer,
    to_text,
)
from tap_wolkvox.response.fields import column_name
from tests.unit.values.common import BOGOTA, CONVERTERS, SANTIAGO, TOKYO, accepted

NUL = "\x00"
HIGH, LOW = "\ud83d", "\ude00"
"""The two halves of a surrogate pair; no database stores one alone."""
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
