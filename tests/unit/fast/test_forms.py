"""Rows of the usual form, and those that are left to the usual way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import SERVER, Endpoint
from tap_wolkvox.records import keys
from tap_wolkvox.records.fast_builder import MAX_CACHED_VALUES, FastRecordBuilder
from tap_wolkvox.records.totals import TOTAL
from tests.unit.fast.common import (
    CDR_1,
    COMPACT,
    RECORDS,
    SKILL_7,
    UNUSUAL,
    Both,
    batches,
    converters_of,
    each_endpoint,
    is_fast,
    lines,
    styles,
    typist,
    usual_cells,
    written,
)


def usual_rows(endpoint: Endpoint, count: int = 4) -> list[dict[str, Any]]:
    """Return rows as they mostly are: texts and nulls in all fields."""
    of_type = {"integer": "12", "number": "34.64"}
    of_form = {"date-time": "2026-11-20 13:{:02}:00", "date": "2026-11-20"}
    rows = []
    for number in range(count):
        row: dict[str, Any] = {}
        for name, schema in schemas.received(endpoint).items():
            usual = of_type.get(schema["type"][0], f"{name} {number}")
            row[name] = of_form.get(schema.get("format", ""), usual).format(number)
        rows.append(row)
    return rows


class TestTheUsualForm:
    """Rows of the usual form are typed the fast way indeed."""

    @each_endpoint
    def test_all_fields_as_they_are_declared(self, endpoint: Endpoint) -> None:
        assert is_fast(usual_rows(endpoint), endpoint)

    @each_endpoint
    @given(data=st.data())
    def test_any_texts_and_nulls(self, endpoint: Endpoint, data: st.DataObject) -> None:
        declared = list(schemas.received(endpoint))
        texts = usual_cells.filter(lambda text: not text or "\x00" not in text)
        rows = data.draw(batches(endpoint, declared, texts))
        raw = written(rows, data.draw(styles))
        # What may be a sum by its ids is left to the other way.
        assert Both(endpoint).compare(raw) != typist(endpoint).totals.may_be_in(raw)

    @each_endpoint
    def test_an_unknown_field(self, endpoint: Endpoint) -> None:
        rows = [{"new": "x", **row, "año": None, "x/y": ""} for row in usual_rows(endpoint)]
        assert is_fast(rows, endpoint)

    @each_endpoint
    def test_fields_under_another_name(self, endpoint: Endpoint) -> None:
        names = {name: alias for alias, name in schemas.aliases(endpoint).items()}
        for row in usual_rows(endpoint):
            spelled = [
                {names.get(name, name): value for name, value in row.items()},
                {name.upper(): value for name, value in row.items()},
                {name.replace("_", "-"): value for name, value in row.items()},
            ]
            assert all(is_fast([each] * 2, endpoint) for each in spelled)

    @each_endpoint
    def test_missing_fields(self, endpoint: Endpoint) -> None:
        for name in schemas.received(endpoint):
            rows = [{n: v for n, v in row.items() if n != name} for row in usual_rows(endpoint)]
            assert is_fast(rows, endpoint)

    @each_endpoint
    @pytest.mark.parametrize("misfit", ["x", "-", "", None, "12:00", ": x", '":', "9" * 40])
    def test_values_that_do_not_fit(self, endpoint: Endpoint, misfit: str | None) -> None:
        rows = usual_rows(endpoint)
        rows[1] = dict.fromkeys(rows[1], misfit)
        assert is_fast(rows, endpoint)

    def test_a_row_that_adds_up_the_others(self) -> None:
        sums = {**usual_rows(RECORDS)[0], "type_of_row": TOTAL}
        assert is_fast([*usual_rows(RECORDS), sums], RECORDS)
        assert is_fast([sums], RECORDS)

    def test_not_where_a_row_may_add_up_others_and_its_ids_tell(self) -> None:
        rows = usual_rows(CDR_1)
        assert not is_fast([*rows, {**rows[0], "agent_name": TOTAL}])
        nobody = dict.fromkeys(schemas.ids(CDR_1), "")
        assert not is_fast([*rows, {**rows[0], **nobody, "agent_name": TOTAL}])
        both, escaped = Both(CDR_1), b"\\u0054OT\\u0041L"
        assert not both.compare(written(rows, COMPACT).replace(b'"1', b'"' + escaped))
        assert both.compare(written([{**rows[0], "agent_name": "Jos\xe9 TOTAL"}], COMPACT))

    def test_rows_without_a_field(self) -> None:
        assert is_fast([{}, {}, {}])

    def test_rows_of_several_batches_and_answers(self) -> None:
        both = Both(CDR_1)
        rows, fewer = usual_rows(CDR_1), [{"conn_id": "1", "date": "2026-11-20 10:00:00"}]
        for each in (rows, rows, fewer, rows, fewer):
            assert both.compare(written(each, COMPACT))
        assert not both.compare(written([*rows, *fewer], COMPACT))
        assert not both.compare(written([{**rows[0], "cost": 5}], COMPACT))
        both.check()
        both.new_answer()
        assert both.compare(written(rows, COMPACT))
        both.check()

    @pytest.mark.parametrize("field", ["agent_id", "AGENT_ID", "agent-id"])
    @pytest.mark.parametrize("blank", ["", " ", "-", "--", "  ", " - ", "\u00a0", None])
    def test_a_blank_id_is_null_under_whatever_name(self, blank: str | None, field: str) -> None:
        first: dict[str, Any] = {field: blank, "comment": blank}
        rows = [first, {field: "0", "comment": " 0"}]
        press = FastRecordBuilder(converters_of(CDR_1))
        made = press.build(written(rows, COMPACT), typist(CDR_1))
        assert made is not None
        records = [json.loads(line)["record"] for line in lines(made).splitlines()]
        assert [row["agent_id"] for row in records] == [None, "0"]
        assert [row["comment"] for row in records] == [blank, " 0"]
        received = keys.RowKeyGenerator(CDR_1.key, CDR_1.date, {}).of(rows)
        assert [row["row_key"] for row in records] == received
        assert is_fast(rows)

    @pytest.mark.parametrize("blank", ["", " ", "-", "--"])
    def test_a_blank_id_in_the_key_is_as_received(self, blank: str) -> None:
        rows = [{"hour": "13:00", "skill_id": blank, "skill_name": blank}, usual_rows(SKILL_7)[0]]
        rows[0] = {**rows[1], **rows[0]}
        press = FastRecordBuilder(converters_of(SKILL_7))
        made = press.build(written(rows, COMPACT), typist(SKILL_7))
        assert made is not None
        assert json.loads(lines(made).splitlines()[0])["record"]["skill_id"] == blank
        assert is_fast(rows, SKILL_7)

    def test_more_values_than_are_remembered(self) -> None:
        both = Both(SKILL_7)
        for begin in range(2):
            rows = [
                {"skill_id": str(each), "answer_calls": str(each), "asa": f"{each}.{begin}"}
                for each in range(MAX_CACHED_VALUES + 10)
            ]
            assert both.compare(written(rows, COMPACT))
        both.check()


class TestWhatIsLeft:
    """Rows of any other form are left to the typist, and nothing is told to it before."""

    @pytest.mark.parametrize("value", UNUSUAL, ids=repr)
    @pytest.mark.parametrize("field", ["conn_id", "date", "cost", "new"])
    def test_what_is_neither_text_nor_null(self, value: object, field: str) -> None:
        rows = [{**row, "new": "x"} for row in usual_rows(CDR_1)]
        rows[2][field] = value
        assert not is_fast(rows)
        assert not is_fast([*rows[2:], *rows[:2]])

    @pytest.mark.parametrize(
        "other",
        [
            {},
            {"conn_id": "1"},
            {"conn_id": "1", "cost": "2", "date": None},
            {"conn_id": "1", "Cost": "2"},
            {"conn_id": "1", "cost": "2", SERVER: "0099"},
            {"conn_id": "1", "cost": "2", "row_key": "x"},
            {"conn_id": "1", "cost": "2", "_rescued_data": "x"},
            {"conn_id": "1", "cost": "2", "telephone": "300"},
        ],
    )
    def test_rows_with_other_fields(self, other: dict[str, Any]) -> None:
        row = {"conn_id": "1", "cost": "2"}
        assert not is_fast([row, other])
        assert not is_fast([other, row])

    @pytest.mark.parametrize("name", [SERVER, "row_key", "_rescued_data"])
    def test_a_field_that_is_named_as_a_column_of_ours(self, name: str) -> None:
        assert not is_fast([{"conn_id": "1", name: "x"}] * 2)

    @pytest.mark.parametrize("name", ['a"', "a:", "a b", "a\\", "a\n", "\x01"])
    def test_a_name_that_is_hard_to_count(self, name: str) -> None:
        assert not is_fast([{"conn_id": "1", name: "x"}] * 2)

    def test_rows_of_which_not_all_are_wanted(self) -> None:
        raw = written(usual_rows(CDR_1), COMPACT)
        for seen in (
            replace(typist(CDR_1), keep_row=bool),
            replace(typist(CDR_1), keep_record=bool),
        ):
            assert FastRecordBuilder(converters_of(CDR_1)).build(raw, seen) is None

    @pytest.mark.parametrize("raw", [b"[]", b"[ ]", b"[1]", b"[[]]", b"[{]", b"", b"{}", b"[{}"])
    def test_what_is_no_list_of_rows(self, raw: bytes) -> None:
        assert FastRecordBuilder(converters_of(CDR_1)).build(raw, typist(CDR_1)) is None

    @pytest.mark.parametrize("depth", [500, 100_000])
    def test_what_is_nested_too_deep(self, depth: int) -> None:
        raw = b'[{"conn_id":%s%s}]' % (b"[" * depth, b"]" * depth)
        assert FastRecordBuilder(converters_of(CDR_1)).build(raw, typist(CDR_1)) is None

    @pytest.mark.parametrize("text", [b"\xff", b"\xed\xa0\xbd", b"\x00", b"\n", b"\\x", b"\\ud83d"])
    def test_what_is_no_text(self, text: bytes) -> None:
        raw = b'[{"conn_id":"x"},{"conn_id":"%s"}]' % text
        assert FastRecordBuilder(converters_of(CDR_1)).build(raw, typist(CDR_1)) is None
