"""Rows of the shapes that are documented."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.catalog.endpoints import BY_NAME, ENDPOINTS
from tap_wolkvox.response.extractors import (
    LIST,
    KeyedRow,
    KeyedRows,
    NestedRows,
    Row,
    RowExtractor,
    Rows,
    RowsByKind,
    RowsWithEarliest,
    SingleObject,
)
from tests.support import reading
from tests.unit.shapes.common import EXAMPLES, PHONE, refusal

each_example = pytest.mark.parametrize(
    ("stream", "document", "rows"), EXAMPLES, ids=[stream for stream, _, _ in EXAMPLES]
)


class TestDocumentedAnswers:
    def test_every_shape_that_an_endpoint_has_is_among_them(self) -> None:
        shapes = [BY_NAME[stream].extractor for stream, _, _ in EXAMPLES]
        assert all(endpoint.extractor in shapes for endpoint in ENDPOINTS)

    @each_example
    def test_the_rows_of_an_endpoint_are_found(
        self, stream: str, document: object, rows: list[Row]
    ) -> None:
        shape = BY_NAME[stream].extractor
        found = reading.rows(200, json.dumps(document).encode(), extractor=shape)
        assert found == rows
        assert [list(row) for row in found] == [list(row) for row in rows]

    @each_example
    def test_the_columns_of_a_place_are_in_every_row(
        self, stream: str, document: object, rows: list[Row]
    ) -> None:
        made = BY_NAME[stream].extractor.non_payload_columns
        assert all(row[column] is not None for row in rows for column in made)

    @each_example
    def test_what_was_sent_stays_as_it_is(
        self, stream: str, document: object, rows: list[Row]
    ) -> None:
        data: Any = document
        for name in BY_NAME[stream].extractor.path if isinstance(document, dict) else ():
            data = data[name]
        before = copy.deepcopy(data)
        BY_NAME[stream].extractor.read(data)
        assert data == before


class TestRowsWithEarliest:
    SHAPE = RowsWithEarliest(field="messages", inner="date", column="date")

    @pytest.mark.parametrize(
        "messages",
        [
            *([], None, "", [{}], [{"other": "1"}]),
            *([{"date": value}] for value in ("", " ", None, 20261120, ["2026-11-20"])),
        ],
        ids=repr,
    )
    def test_without_a_date_there_is_none(self, messages: object) -> None:
        [row] = self.SHAPE.read([{"id": "1", "messages": messages}]).rows
        assert row == {"date": None, "id": "1", "messages": messages}

    @given(st.lists(st.datetimes().map(str) | st.sampled_from(["", " "]), max_size=5))
    def test_it_is_the_earliest_wherever_it_stands(self, dates: list[str]) -> None:
        [row] = self.SHAPE.read([{"messages": [{"date": date} for date in dates]}]).rows
        assert row["date"] == min(filter(str.strip, dates), default=None)

    def test_the_list_itself_stays(self) -> None:
        messages = [{"date": "2026-11-21", "text": PHONE}, {"date": "2026-11-20", "text": ""}]
        before = copy.deepcopy(messages)
        [row] = self.SHAPE.read([{"messages": messages}]).rows
        assert row["messages"] is messages
        assert messages == before

    def test_the_date_is_that_of_its_own_row(self) -> None:
        lists = [[{"date": "2026-11-20"}], [], [{"date": "2026-11-19"}]]
        rows = self.SHAPE.read([{"messages": each} for each in lists]).rows
        assert [row["date"] for row in rows] == ["2026-11-20", None, "2026-11-19"]

    def test_what_stands_for_no_date_is_not_the_earliest(self) -> None:
        sent = ["2026-11-20 10:00:00", "-", "--", " ", "", " 2026-11-21 00:00:00", None]
        messages = [{"date": date} for date in sent]
        [row] = self.SHAPE.read([{"messages": messages}]).rows
        assert row["date"] == "2026-11-20 10:00:00"

    def test_a_date_of_the_row_itself_keeps_a_name_of_its_own(self) -> None:
        [row] = self.SHAPE.read([{"date": "x", "messages": [{"date": "2026"}]}]).rows
        assert row["date"] == "2026"
        assert row["row.date"] == "x"

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ([{"id": "1"}], "a row holds no `messages`"),
            ([{"messages": "text"}], "`data.messages` is text"),
            ([{"messages": [1]}], "`data.messages` is a list of other things"),
            ("text", "`data` is text"),
        ],
    )
    def test_anything_else_is_refused(self, data: object, said: str) -> None:
        assert said in refusal(self.SHAPE, data)

    def test_rows_are_counted(self) -> None:
        assert self.SHAPE.read([{"messages": []}] * 3).received == 3


class TestNotes:
    @pytest.mark.parametrize("shape", [LIST, SingleObject()], ids=repr)
    def test_what_is_not_odd_has_none_and_makes_no_column(self, shape: RowExtractor) -> None:
        assert shape.note == ""
        assert shape.non_payload_columns == ()

    @pytest.mark.parametrize(
        ("shape", "words", "made"),
        [
            (Rows(path=("records",)), ["`records`"], ()),
            (Rows(path=("data", "data")), ["`data.data`"], ()),
            (SingleObject(path=("data", "server")), ["`data.server`"], ()),
            (KeyedRows(column="survey"), ["`survey`"], ("survey",)),
            (KeyedRow(column="interval"), ["`interval`"], ("interval",)),
            (NestedRows(field="active_chats"), ["`active_chats`"], ()),
            (
                RowsWithEarliest(field="messages", inner="sent", column="date"),
                ["`date`", "`sent`", "`messages`"],
                ("date",),
            ),
            (
                RowsByKind(kinds={"by_ip": ("ip", "ip"), "by_pbx": ("pbx", "user")}),
                ["`by_ip` (ip)", "`by_pbx` (pbx)", "`kind`"],
                ("kind", "kind_id"),
            ),
        ],
        ids=repr,
    )
    def test_what_is_odd_is_said_in_a_sentence_and_makes_its_columns(
        self, shape: RowExtractor, words: list[str], made: tuple[str, ...]
    ) -> None:
        assert all(word in shape.note for word in words)
        assert shape.note[0].isupper()
        assert shape.note.endswith(".")
        assert "\n" not in shape.note
        assert shape.non_payload_columns == made
