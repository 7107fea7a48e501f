"""Rows of other shapes, and of none."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.catalog.endpoints import BY_NAME
from tap_wolkvox.errors import RetryableError, StreamError
from tap_wolkvox.response.extractors import (
    LIST,
    ExtractedRows,
    Row,
    RowExtractor,
    Rows,
    SingleObject,
    joined,
    named,
)
from tests.support import reading
from tests.unit.shapes.common import EXAMPLES, PHONE, refusal

ROW = {"telephone": PHONE}
NOTHING: list[object] = [[], None, ""]
CHATS = BY_NAME["real_time_chats"].extractor
SURVEYS = BY_NAME["quality_quality_matrix"].extractor
INTERVALS = BY_NAME["reports_cdr_4"].extractor
LATENCY = BY_NAME["real_time_latency"].extractor
TALKS = BY_NAME["reports_chat_2"].extractor


NO_LIST = [
    ROW,
    {PHONE: [ROW]},
    {"0": [ROW]},
    {"0": PHONE},
    {"0": ROW, "a": ROW},
    *({name: ROW} for name in ("", "-1", "00", "1.0", "1e1", " 1", "²", "9" * 20)),
    PHONE,
    " ",
    0,
    5,
    1.5,
    Decimal("1.5"),
    True,
    False,
    [PHONE],
    [None],
    [[]],
    [[ROW]],
    [ROW, PHONE],
    [ROW, None],
]
"""What is neither nothing nor a list of objects."""

NO_OBJECT = [PHONE, " ", 0, 5, 1.5, True, False, [PHONE], [None], [[]], [[ROW]], [ROW]]
"""What is neither nothing nor an object."""


class TestOtherShapes:
    """They fail the stream, and no message holds what was sent."""

    @pytest.mark.parametrize("data", NO_LIST, ids=repr)
    @pytest.mark.parametrize("shape", [LIST, Rows(path=("data", "data")), CHATS, TALKS], ids=repr)
    def test_a_list_of_objects_is_nothing_else(self, shape: RowExtractor, data: object) -> None:
        message = refusal(shape, data)
        assert PHONE not in message
        assert f"`{'.'.join(shape.path)}`" in message

    @pytest.mark.parametrize("data", [each for each in NO_LIST if type(each) is not dict], ids=repr)
    @pytest.mark.parametrize("shape", [SingleObject(), LATENCY], ids=repr)
    def test_one_object_is_nothing_else(self, shape: RowExtractor, data: object) -> None:
        assert PHONE not in refusal(shape, data)

    @pytest.mark.parametrize("data", [[ROW, ROW], [{}, {}], [{}, ROW]], ids=repr)
    @pytest.mark.parametrize("shape", [SingleObject(), LATENCY], ids=repr)
    def test_one_object_is_not_two(self, shape: RowExtractor, data: object) -> None:
        message = refusal(shape, data)
        assert PHONE not in message
        assert "2 objects" in message

    @pytest.mark.parametrize("data", [{}, [{}]], ids=repr)
    @pytest.mark.parametrize("shape", [SingleObject(), LATENCY], ids=repr)
    def test_one_object_has_fields(self, shape: RowExtractor, data: object) -> None:
        assert "without fields" in refusal(shape, data)

    @pytest.mark.parametrize("data", NO_OBJECT, ids=repr)
    def test_the_row_of_a_name_is_an_object(self, data: object) -> None:
        message = refusal(INTERVALS, {"0_5_seg": data})
        assert PHONE not in message
        assert "`data.*`" in message

    @pytest.mark.parametrize("shape", [SURVEYS, INTERVALS], ids=repr)
    @pytest.mark.parametrize("data", NO_OBJECT, ids=repr)
    def test_rows_by_name_are_no_list(self, shape: RowExtractor, data: object) -> None:
        message = refusal(shape, data)
        assert PHONE not in message
        assert "`data` is" in message

    @pytest.mark.parametrize("listed", NO_LIST, ids=repr)
    def test_under_a_name_is_a_list_of_objects_and_the_name_is_not_shown(
        self, listed: object
    ) -> None:
        message = refusal(SURVEYS, {"Sales": [ROW], PHONE: listed})
        assert PHONE not in message
        assert "`data.*`" in message

    @pytest.mark.parametrize("listed", NO_LIST, ids=repr)
    def test_in_a_row_of_rows_is_a_list_of_objects(self, listed: object) -> None:
        good = {"agent_id": PHONE, "active_chats": [ROW]}
        message = refusal(CHATS, [good, {"agent_id": PHONE, "active_chats": listed}])
        assert PHONE not in message
        assert "`data.active_chats`" in message

    @pytest.mark.parametrize("outer", [{}, ROW, {"Active_Chats": [ROW]}], ids=repr)
    def test_a_row_of_rows_without_its_list_fails_the_stream(self, outer: Row) -> None:
        message = refusal(CHATS, [{"agent_id": PHONE, "active_chats": []}, outer])
        assert PHONE not in message
        assert "`active_chats`" in message

    @pytest.mark.parametrize("listed", NO_LIST, ids=repr)
    def test_in_a_row_with_an_earliest_date_is_a_list_of_objects(self, listed: object) -> None:
        good = {"conn_id": PHONE, "conversation": [ROW]}
        message = refusal(TALKS, [good, {"conn_id": PHONE, "conversation": listed}])
        assert PHONE not in message
        assert "`data.conversation`" in message

    @pytest.mark.parametrize("row", [{}, ROW, {"Conversation": [ROW]}], ids=repr)
    def test_a_row_without_the_list_of_its_dates_fails_the_stream(self, row: Row) -> None:
        message = refusal(TALKS, [{"conn_id": PHONE, "conversation": []}, row])
        assert PHONE not in message
        assert "`conversation`" in message

    @pytest.mark.parametrize("field", ["by_agent", "by_ip", "by_pbx"])
    @pytest.mark.parametrize("listed", NO_LIST, ids=repr)
    def test_of_each_kind_is_a_list_of_objects(self, field: str, listed: object) -> None:
        message = refusal(LATENCY, [{field: listed}])
        assert PHONE not in message
        assert f"`data.{field}`" in message

    @pytest.mark.parametrize("listed", [[ROW], [], None, "", PHONE], ids=repr)
    def test_an_unknown_kind_fails_the_stream_and_is_not_shown(self, listed: object) -> None:
        message = refusal(LATENCY, [{"by_ip": [ROW], PHONE: listed}])
        assert PHONE not in message
        assert "1 unknown" in message

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            ({}, "an object"),
            ([1], "a list of other things"),
            ("a", "text"),
            (True, "yes or no"),
            (None, "null"),
            (0, "a number"),
            (Decimal("1.5"), "a number"),
        ],
        ids=repr,
    )
    def test_what_came_instead_is_named(self, data: object, name: str) -> None:
        assert named(data) == name


GAPS = {"0": {"a": "1"}, "2": {"a": "2"}, "11": {"a": "3"}}
"""What PHP makes of a list that something was filtered out of."""

WITHOUT_GAPS: list[Row] = list(GAPS.values())


class TestListsWithGaps:
    def test_the_objects_are_the_rows_in_their_order(self) -> None:
        backwards = dict(reversed(GAPS.items()))
        assert LIST.read(GAPS) == LIST.read(WITHOUT_GAPS)
        assert LIST.read(backwards) == LIST.read(WITHOUT_GAPS[::-1])

    def test_an_object_without_names_is_no_rows(self) -> None:
        assert LIST.read({}) == LIST.read([])

    def test_they_are_read_wherever_a_shape_wants_a_list(self) -> None:
        outer = {"1": {"agent_id": "7", "active_chats": GAPS}}
        filled = [{"agent_id": "7", "active_chats": WITHOUT_GAPS}]
        assert len(CHATS.read(outer).rows) == 3
        assert CHATS.read(outer) == CHATS.read(filled)
        assert SURVEYS.read({"a": GAPS}) == SURVEYS.read({"a": WITHOUT_GAPS})
        assert LATENCY.read({"by_ip": GAPS}) == LATENCY.read({"by_ip": WITHOUT_GAPS})

    @pytest.mark.parametrize("shape", [INTERVALS, SURVEYS], ids=repr)
    def test_names_that_are_numbers_stay_names_where_names_say_something(
        self, shape: RowExtractor
    ) -> None:
        found = shape.read({"7": [{"a": "1"}]} if shape is SURVEYS else {"7": {"a": "1"}})
        assert found.rows == [{shape.non_payload_columns[0]: "7", "a": "1"}]

    def test_one_object_is_no_list(self) -> None:
        assert SingleObject().read({"1": ROW}).rows == [{"1": ROW}]
        assert "1 unknown field" in refusal(LATENCY, {"1": ROW})

    @pytest.mark.parametrize("content", [GAPS, {"data": GAPS, "code": 200, "msg": ""}], ids=str)
    def test_a_whole_answer_may_be_one(self, content: object) -> None:
        assert reading.rows(200, json.dumps(content).encode()) == WITHOUT_GAPS

    def test_they_have_lost_a_row_only_if_more_are_counted(self) -> None:
        counted = {"code": 200, "msg": "3 records were found", "data": GAPS}
        assert reading.rows(200, json.dumps(counted).encode()) == WITHOUT_GAPS
        more = counted | {"msg": "12 records were found"}
        with pytest.raises(RetryableError, match="counts 12 rows and sent 3"):
            reading.rows(200, json.dumps(more).encode())
        none = counted | {"msg": "1 records were found", "data": {}}
        with pytest.raises(RetryableError, match="counts 1 rows and sent 0"):
            reading.rows(200, json.dumps(none).encode())

    def test_a_number_that_is_there_twice_fails_the_stream(self) -> None:
        with pytest.raises(StreamError, match="twice"):
            reading.rows(200, b'{"data": {"1": {"a": "1"}, "1": {"a": "2"}}}')


class TestNothing:
    @pytest.mark.parametrize("data", NOTHING, ids=repr)
    @pytest.mark.parametrize("stream", [stream for stream, _, _ in EXAMPLES])
    def test_nothing_is_no_rows(self, stream: str, data: object) -> None:
        found = BY_NAME[stream].extractor.read(data)
        assert found.rows == []
        assert found.received == 0

    def test_an_object_without_names_is_no_rows_by_name(self) -> None:
        assert SURVEYS.read({}) == SURVEYS.read([])

    @pytest.mark.parametrize("listed", NOTHING, ids=repr)
    def test_a_name_without_rows_is_no_row_and_counts(self, listed: object) -> None:
        found = SURVEYS.read({"a": listed, "b": [ROW], "c": listed})
        assert found.rows == [{"survey": "b", **ROW}]
        assert found.received == 3

    @pytest.mark.parametrize("listed", NOTHING, ids=repr)
    def test_a_row_without_rows_is_no_row_and_counts(self, listed: object) -> None:
        found = CHATS.read(
            [
                {"agent_id": "1", "active_chats": listed},
                {"agent_id": "2", "active_chats": [ROW]},
                {"agent_id": "3", "active_chats": listed},
            ]
        )
        assert found.rows == [{"agent_id": "2", **ROW}]
        assert found.received == 3

    @pytest.mark.parametrize("listed", NOTHING, ids=repr)
    @pytest.mark.parametrize("field", ["by_agent", "by_pbx"])
    def test_a_kind_without_rows_is_no_row(self, field: str, listed: object) -> None:
        found = LATENCY.read([{field: listed, "by_ip": [{"ip": "192.0.2.1"}]}])
        assert found.rows == [{"kind": "ip", "kind_id": "192.0.2.1", "ip": "192.0.2.1"}]

    @pytest.mark.parametrize("field", ["by_agent", "by_ip", "by_pbx"])
    def test_a_kind_that_is_not_there_is_no_row(self, field: str) -> None:
        [row] = LATENCY.read({field: [ROW]}).rows
        assert row["telephone"] == PHONE

    def test_a_row_that_does_not_say_what_it_is_about_has_null_for_it(self) -> None:
        assert LATENCY.read([{"by_ip": [ROW]}]).rows == [{"kind": "ip", "kind_id": None, **ROW}]


class TestJoined:
    def test_the_outer_fields_come_first(self) -> None:
        row = joined({"a": "1", "b": "2"}, {"c": "3", "d": "4"}, "list")
        assert list(row.items()) == [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]

    def test_an_equal_value_is_not_doubled(self) -> None:
        assert joined({"a": "1", "b": None}, {"b": None, "a": "1"}, "list") == {"a": "1", "b": None}

    @pytest.mark.parametrize(
        ("outer", "inner"), [("1", "2"), ("1", " 1"), (None, ""), ("1", None), ("1", ["1"])]
    )
    def test_another_value_keeps_a_name_of_its_own(self, outer: object, inner: object) -> None:
        row = joined({"a": outer}, {"a": inner, "b": "3"}, "list")
        assert row == {"a": outer, "list.a": inner, "b": "3"}

    @pytest.mark.parametrize(
        ("outer", "inner"),
        [
            ({"a": "1"}, {"a": "2", "f.a": "3"}),
            ({"a": "1"}, {"f.a": "3", "a": "2"}),
            ({"a": "1", "f.a": "9"}, {"a": "2"}),
            ({"a": 1}, {"a": True}),
        ],
        ids=repr,
    )
    def test_no_name_is_taken_twice(self, outer: Row, inner: Row) -> None:
        kept = [*outer.values(), *inner.values()]
        assert sorted(map(repr, joined(outer, inner, "f").values())) == sorted(map(repr, kept))

    def test_names_that_are_merely_spelled_alike_are_two(self) -> None:
        assert joined({"a": "1"}, {"A": "2"}, "list") == {"a": "1", "A": "2"}

    def test_what_it_is_made_of_stays_as_it_is(self) -> None:
        outer, inner = {"a": "1"}, {"a": "2"}
        joined(outer, inner, "list")["a"] = "3"
        assert (outer, inner) == ({"a": "1"}, {"a": "2"})

    @pytest.mark.parametrize(
        ("shape", "data", "row"),
        [
            (
                CHATS,
                [{"agent_id": "1", "active_chats": [{"agent_id": "2", "active_chats": "x"}]}],
                {"agent_id": "1", "active_chats.agent_id": "2", "active_chats": "x"},
            ),
            (
                SURVEYS,
                {"Sales": [{"survey": "Support", "category": "Voice"}]},
                {"survey": "Sales", "row.survey": "Support", "category": "Voice"},
            ),
            (
                LATENCY,
                [{"by_ip": [{"ip": "192.0.2.1", "kind": "IPv4", "kind_id": "9"}]}],
                {
                    "kind": "ip",
                    "kind_id": "192.0.2.1",
                    "ip": "192.0.2.1",
                    "by_ip.kind": "IPv4",
                    "by_ip.kind_id": "9",
                },
            ),
        ],
        ids=["rows in rows", "rows by name", "rows by kind"],
    )
    def test_a_row_that_says_otherwise_than_its_place_keeps_both(
        self, shape: RowExtractor, data: object, row: Row
    ) -> None:
        assert shape.read(data).rows == [row]


class TestCounts:
    @given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
    def test_what_the_server_counts_is_what_it_sent(
        self, flat: int, sent: int, counted: int
    ) -> None:
        assert ExtractedRows([ROW] * flat, sent).lacks(counted) == (counted > sent)

    @given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
    def test_it_may_count_the_flat_rows_but_then_exactly(
        self, flat: int, sent: int, counted: int
    ) -> None:
        found = ExtractedRows([ROW] * flat, sent, counts_either=True)
        assert found.lacks(counted) == (counted > sent and counted != flat)

    def test_each_shape_counts_what_it_was_sent(self) -> None:
        for shape, data, sent in (
            (LIST, [ROW, ROW], 2),
            (SingleObject(), ROW, 1),
            (SURVEYS, {"a": [ROW, ROW], "b": [ROW]}, 2),
            (CHATS, [{"active_chats": [ROW, ROW]}, {"active_chats": []}], 2),
            (TALKS, [{"conversation": [ROW, ROW]}, {"conversation": []}], 2),
            (LATENCY, [{"by_agent": [ROW, ROW], "by_ip": [ROW]}], 1),
            (LATENCY, [{"by_agent": []}], 1),
        ):
            assert shape.read(data).received == sent


values = st.none() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2)
field_names = st.sampled_from(
    ["a", "b", "agent_id", "ip", "kind", "kind_id", "survey", "user", "row.survey", "by_ip.kind"]
)
"""Few, so that inner fields often have the name of an outer one."""
row_lists = st.lists(st.dictionaries(field_names, values, max_size=4), max_size=4)


def kept(inner: Row, flat: Row, origin: str) -> bool:
    """Return whether a flat row holds each field of an inner one, under a name made of its own."""
    return all(
        any(
            own == name or (own.startswith(f"{origin}.") and own.endswith(f".{name}"))
            for own, found in flat.items()
            if found == value
        )
        for name, value in inner.items()
    )


class TestNothingIsLost:
    """One flat row for each inner one, in the same order, with all that was sent."""

    @given(row_lists)
    def test_of_a_list(self, data: list[Row]) -> None:
        assert LIST.read(data) == ExtractedRows(data, len(data))

    @given(
        st.lists(st.tuples(st.dictionaries(field_names, values, max_size=4), row_lists), max_size=4)
    )
    @example([({"agent_id": "1"}, [{"agent_id": "1"}, {"agent_id": None}])])
    def test_of_rows_in_rows(self, data: list[tuple[Row, list[Row]]]) -> None:
        found = CHATS.read([{**outer, "active_chats": inner} for outer, inner in data])
        pairs = [(outer, row) for outer, inner in data for row in inner]
        for (outer, inner), flat in zip(pairs, found.rows, strict=True):
            assert kept(inner, flat, "active_chats")
            assert {name: flat[name] for name in outer} == outer
            assert len(flat) <= len(outer) + len(inner)
        assert found.received == len(data)

    @given(
        st.lists(
            st.tuples(
                st.dictionaries(field_names | st.sampled_from(["date", "row.date"]), values),
                st.lists(st.fixed_dictionaries({"date": values}), max_size=3),
            ),
            max_size=4,
        )
    )
    @example([({"date": "1", "row.date": "2"}, [{"date": "3"}])])
    def test_of_rows_with_their_earliest(self, data: list[tuple[Row, list[Row]]]) -> None:
        sent = [{**outer, "conversation": inner} for outer, inner in data]
        found = TALKS.read(sent)
        for row, flat in zip(sent, found.rows, strict=True):
            assert kept(row, flat, "row")
            assert next(iter(flat)) == "date"
            assert len(flat) <= 1 + len(row)
        assert found.received == len(data)

    @given(st.dictionaries(st.text(max_size=3), row_lists, max_size=4))
    @example({"": [{"survey": ""}, {"survey": None}]})
    def test_of_rows_by_name(self, data: dict[str, list[Row]]) -> None:
        found = SURVEYS.read(data)
        pairs = [(name, row) for name, listed in data.items() for row in listed]
        for (name, inner), flat in zip(pairs, found.rows, strict=True):
            assert flat["survey"] == name
            assert kept(inner, flat, "row")
            assert len(flat) <= 1 + len(inner)
        assert found.received == len(data)

    @given(
        st.dictionaries(
            st.sampled_from(["by_pbx", "by_ip", "by_agent"]), row_lists, min_size=1, max_size=3
        )
    )
    @example({"by_ip": [{"kind": "ip", "kind_id": None, "ip": "1"}]})
    def test_of_rows_by_kind(self, data: dict[str, list[Row]]) -> None:
        kinds = {
            "by_agent": ("agent", "agent_id"),
            "by_ip": ("ip", "ip"),
            "by_pbx": ("pbx", "user"),
        }
        pairs = [(field, row) for field in kinds for row in data.get(field, [])]
        for (field, inner), flat in zip(pairs, LATENCY.read([data]).rows, strict=True):
            kind, name = kinds[field]
            assert (flat["kind"], flat["kind_id"]) == (kind, inner.get(name))
            assert kept(inner, flat, field)
            assert len(flat) <= 2 + len(inner)

    @given(st.dictionaries(field_names, values, min_size=1, max_size=4))
    def test_of_one_object(self, data: Row) -> None:
        assert SingleObject().read(data) == SingleObject().read([data]) == ExtractedRows([data], 1)
