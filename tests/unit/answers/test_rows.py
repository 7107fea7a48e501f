"""The rows of an answer, how many it says there are, and answers without any."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.errors import (
    RetryableError,
    StreamError,
)
from tap_wolkvox.response.extractors import (
    Row,
    RowExtractor,
    Rows,
    RowsByKind,
    SingleObject,
)
from tests.support.reading import rows
from tests.unit.answers.common import (
    ABSENT,
    CAP,
    CHATS,
    EMPTY,
    PAGE,
    ROW,
    SHAPES,
    SUCCESS_CODES,
    SURVEYS,
    answer,
    body,
    each_shape,
    failure,
    found,
    placed,
)


class TestRows:
    @pytest.mark.parametrize("code", SUCCESS_CODES, ids=repr)
    def test_a_list_of_objects_is_rows_in_every_spelling_of_success(self, code: object) -> None:
        assert rows(200, answer([ROW, {}], code=code)) == [ROW, {}]

    def test_a_bare_list_of_objects_is_rows(self) -> None:
        assert rows(200, json.dumps([ROW, ROW]).encode()) == [ROW, ROW]

    def test_a_bare_list_of_nothing_is_empty(self) -> None:
        assert rows(200, b"[]") == []

    @pytest.mark.parametrize("data", [[], None, ""], ids=repr)
    @pytest.mark.parametrize("code", SUCCESS_CODES, ids=repr)
    @pytest.mark.parametrize(
        "msg", ["", None, ABSENT, "0 records were found", "No records"], ids=repr
    )
    def test_no_data_is_empty_where_the_api_counts_none(
        self, data: object, code: object, msg: object
    ) -> None:
        for shape in SHAPES:
            assert rows(200, placed(shape, data, msg, code), extractor=shape) == []

    @pytest.mark.parametrize("data", [[], None, ""], ids=repr)
    @each_shape
    def test_no_data_is_cut_where_the_api_counts_more(
        self, shape: RowExtractor, data: object
    ) -> None:
        error = failure(200, placed(shape, data, "1 records were found"), extractor=shape)
        assert isinstance(error, RetryableError)

    @pytest.mark.parametrize("data", [[], None, ""], ids=repr)
    @pytest.mark.parametrize("shape", [shape for shape in SHAPES if len(shape.path) > 1], ids=repr)
    def test_no_data_further_out_is_no_data(self, shape: RowExtractor, data: object) -> None:
        content = body(code=200, **{shape.path[0]: data})
        assert rows(200, content, extractor=shape) == []
        content = body(code=200, msg="1 records were found", **{shape.path[0]: data})
        assert isinstance(failure(200, content, extractor=shape), RetryableError)

    @each_shape
    def test_a_missing_data_fails_the_stream(self, shape: RowExtractor) -> None:
        for content in (
            answer(msg="1 records were found"),
            b"{}",
            body(code=200, rows=[ROW]),
            body(code=200, **{name: [ROW] for name in {"data", "records"} - {shape.path[0]}}),
        ):
            error = failure(200, content, extractor=shape)
            assert isinstance(error, StreamError)
            assert f"`{shape.path[0]}`" in str(error)

    @pytest.mark.parametrize("shape", [shape for shape in SHAPES if len(shape.path) > 1], ids=repr)
    def test_a_missing_inner_place_fails_the_stream_and_is_named(self, shape: RowExtractor) -> None:
        for outer in ({}, {"rows": [ROW]}):
            error = failure(200, answer(outer), extractor=shape)
            assert isinstance(error, StreamError)
            assert f"`{'.'.join(shape.path)}`" in str(error)

    @pytest.mark.parametrize("outer", [[ROW], ["x"], "text", " ", 0, 5, True, False], ids=repr)
    @pytest.mark.parametrize("shape", [shape for shape in SHAPES if len(shape.path) > 1], ids=repr)
    def test_an_outer_place_that_is_no_object_fails_the_stream(
        self, shape: RowExtractor, outer: object
    ) -> None:
        error = failure(200, answer(outer), extractor=shape)
        assert isinstance(error, StreamError)
        assert "`data`" in str(error)

    def test_a_bare_list_has_no_inner_place(self) -> None:
        error = failure(200, json.dumps([ROW]).encode(), extractor=Rows(path=("data", "data")))
        assert isinstance(error, StreamError)

    @pytest.mark.parametrize(
        "data",
        [
            ROW,
            {"a": [ROW]},
            "text",
            " ",
            0,
            5,
            1.5,
            True,
            False,
            [1],
            [[ROW]],
            [ROW, "x"],
            [None],
        ],
        ids=repr,
    )
    def test_any_other_shape_fails_the_stream(self, data: object) -> None:
        assert isinstance(failure(200, answer(data)), StreamError)

    @pytest.mark.parametrize("content", [b"5", b'"text"', b"true", b"1.5", b'["a"]', b"[[]]", b"0"])
    def test_a_document_that_is_no_envelope_and_no_rows_fails_the_stream(
        self, content: bytes
    ) -> None:
        for shape in SHAPES:
            assert isinstance(failure(200, content, extractor=shape), StreamError)

    @given(st.lists(st.dictionaries(st.text(), st.text() | st.none(), max_size=4), max_size=4))
    def test_rows_are_returned_as_they_were_sent(self, sent: list[Row]) -> None:
        assert rows(200, answer(sent, f"{len(sent)} records were found")) == sent
        assert rows(200, json.dumps(sent, ensure_ascii=False).encode()) == sent


class TestOneObject:
    @pytest.mark.parametrize("data", [ROW, [ROW]], ids=["bare", "in a list"])
    def test_it_is_one_row_bare_or_in_a_list(self, data: object) -> None:
        sent = answer(data, "X records were found", "200")
        assert rows(200, sent, extractor=SingleObject()) == [ROW]

    def test_more_than_one_fail_the_stream(self) -> None:
        error = failure(200, answer([ROW, ROW]), extractor=SingleObject())
        assert isinstance(error, StreamError)
        assert "2 objects" in str(error)

    @pytest.mark.parametrize("data", ["text", 5, True, ["text"], [[ROW]], [None]], ids=repr)
    def test_other_shapes_fail_the_stream(self, data: object) -> None:
        assert isinstance(failure(200, answer(data), extractor=SingleObject()), StreamError)

    def test_an_object_without_an_envelope_fails_the_stream(self) -> None:
        error = failure(200, json.dumps(ROW).encode(), extractor=SingleObject())
        assert isinstance(error, StreamError)

    def test_fewer_than_counted_is_cut(self) -> None:
        error = failure(200, answer(ROW, "2 records were found"), extractor=SingleObject())
        assert isinstance(error, RetryableError)


class TestEmpty:
    @pytest.mark.parametrize(
        "msg",
        [
            EMPTY,
            EMPTY.upper(),
            EMPTY.lower(),
            EMPTY.title(),
            "vALIDATE dates ENTERED",
            f" {EMPTY} ",
        ],
    )
    @pytest.mark.parametrize("data", [ABSENT, None, [], ""], ids=["absent", "null", "list", "text"])
    def test_a_404_with_its_own_message_is_empty_in_any_case_of_letters(
        self, msg: str, data: object
    ) -> None:
        for code in (404, "404", ABSENT):
            assert rows(404, answer(data, msg, code)) == []
        for code in (404, "404"):
            assert rows(200, answer(data, msg, code)) == []

    @pytest.mark.parametrize(
        "msg",
        [
            "",
            None,
            "Not found",
            "Validate dates",
            "Please validate dates entered",
            "Validate dates entered: date_ini",
            "Validate the dates entered",
            "0 records were found",
            [EMPTY],
        ],
        ids=repr,
    )
    def test_any_other_404_fails_the_stream(self, msg: object) -> None:
        assert isinstance(failure(404, answer(msg=msg, code=404)), StreamError)
        assert isinstance(failure(200, answer(msg=msg, code=404)), StreamError)

    def test_a_404_without_a_message_is_not_the_word_of_the_api(self) -> None:
        assert isinstance(failure(404, answer(msg=ABSENT, code=404)), RetryableError)

    @pytest.mark.parametrize("data", [[ROW], [{}], ROW, "text"], ids=repr)
    def test_a_404_that_brings_data_is_never_empty(self, data: object) -> None:
        assert isinstance(failure(404, answer(data, EMPTY, 404)), StreamError)
        assert isinstance(failure(200, answer(data, EMPTY, 404)), StreamError)

    @pytest.mark.parametrize("status", [400, 401, 403, 405, 410, 429, 500, 503])
    def test_the_empty_message_under_another_status_is_no_empty_answer(self, status: int) -> None:
        failure(status, answer(msg=EMPTY, code=status))
        failure(status, answer(msg=EMPTY, code=404))

    def test_the_empty_message_outside_of_an_envelope_is_no_empty_answer(self) -> None:
        failure(404, EMPTY.encode())
        failure(404, json.dumps(EMPTY).encode())
        failure(404, json.dumps([{"msg": EMPTY}]).encode())

    def test_the_empty_message_with_success_and_without_data_fails_the_stream(self) -> None:
        assert isinstance(failure(200, answer(msg=EMPTY)), StreamError)

    @pytest.mark.parametrize("data", [[], None, ""], ids=repr)
    def test_no_rows_with_an_error_are_not_taken_for_empty(self, data: object) -> None:
        error = failure(200, answer(data, error="Query timed out"))
        assert isinstance(error, RetryableError)
        assert "Query" not in str(error)

    @pytest.mark.parametrize("nothing", [None, "", " ", ABSENT], ids=repr)
    def test_no_rows_with_an_empty_error_are_empty(self, nothing: object) -> None:
        assert rows(200, answer([], error=nothing)) == []


class TestCounts:
    @pytest.mark.parametrize(
        ("msg", "counted"),
        [
            ("4 records were found", 4),
            (" 4 records were found", 4),
            ("4 RECORDS WERE FOUND", 4),
            ("4  records  were found", 4),
            ("1 record was found", 1),
            ("1,234 records were found", 1234),
            ("1.234 records were found", 1234),
            ("Found 12 records", 12),
        ],
    )
    def test_fewer_rows_than_counted_are_cut_and_as_many_or_more_are_whole(
        self, msg: str, counted: int
    ) -> None:
        assert isinstance(failure(200, answer([ROW] * (counted - 1), msg)), RetryableError)
        assert len(rows(200, answer([ROW] * counted, msg))) == counted
        assert len(rows(200, answer([ROW] * (counted + 1), msg))) == counted + 1

    def test_the_message_says_both_counts(self) -> None:
        message = str(failure(200, answer([ROW], "60,000 records were found")))
        assert "60000" in message
        assert "sent 1" in message

    @pytest.mark.parametrize(
        "msg",
        [
            "X records were found",
            "  records were found",
            "Information found for the current month",
            "recording 9 of 10",
            "",
            None,
            ABSENT,
            7,
        ],
        ids=repr,
    )
    def test_a_message_without_a_count_says_nothing_of_the_rows(self, msg: object) -> None:
        assert rows(200, answer([ROW], msg)) == [ROW]

    @given(st.integers(0, 300), st.integers(0, 300))
    def test_rows_are_whole_exactly_if_none_is_missing(self, sent: int, counted: int) -> None:
        content = answer([ROW] * sent, f"{counted} records were found")
        if sent >= counted:
            assert len(rows(200, content)) == sent
        else:
            assert isinstance(failure(200, content), RetryableError)

    @pytest.mark.parametrize("extra", [0, 1])
    @pytest.mark.parametrize("counted", [0, CAP, CAP + 5])
    def test_an_answer_at_the_cap_is_never_accepted(self, extra: int, counted: int) -> None:
        content = answer([{}] * (CAP + extra), f"{counted} records were found")
        error = failure(200, content)
        assert isinstance(error, StreamError)
        assert str(CAP) in str(error)

    def test_an_answer_just_below_the_cap_is_accepted(self) -> None:
        assert (
            len(rows(200, answer([{}] * (CAP - 1), f"{CAP - 1:,} records were found"))) == CAP - 1
        )


LATENCY = RowsByKind(kinds={"by_agent": ("agent", "agent_id"), "by_ip": ("ip", "ip")})
RECORDS = Rows(path=("records",))


class TestCountsOfRowsThatAreTakenApart:
    def test_rows_in_rows_are_counted_before_they_are_taken_apart(self) -> None:
        data = [{"agent_id": "1", "active_chats": [ROW, ROW, ROW]}]
        assert len(rows(200, placed(CHATS, data, found(1)), extractor=CHATS)) == 3
        for counted in (2, 3, 4):
            error = failure(200, placed(CHATS, data, found(counted)), extractor=CHATS)
            assert isinstance(error, RetryableError)

    def test_rows_that_hold_no_rows_count_too(self) -> None:
        data = [{"agent_id": "1", "active_chats": []}, {"agent_id": "2", "active_chats": None}]
        assert rows(200, placed(CHATS, data, found(2)), extractor=CHATS) == []
        error = failure(200, placed(CHATS, data, found(3)), extractor=CHATS)
        assert isinstance(error, RetryableError)

    @given(st.lists(st.integers(0, 4), max_size=6), st.integers(0, 12))
    def test_rows_in_rows_are_whole_exactly_if_no_outer_one_is_missing(
        self, sizes: list[int], counted: int
    ) -> None:
        content = placed(CHATS, [{"active_chats": [ROW] * size} for size in sizes], found(counted))
        if len(sizes) >= counted:
            assert len(rows(200, content, extractor=CHATS)) == sum(sizes)
        else:
            assert isinstance(failure(200, content, extractor=CHATS), RetryableError)

    @given(st.lists(st.integers(0, 4), max_size=6), st.integers(0, 12))
    def test_rows_by_name_are_whole_if_all_names_or_exactly_all_rows_are_there(
        self, sizes: list[int], counted: int
    ) -> None:
        data = {f"survey {number}": [ROW] * size for number, size in enumerate(sizes)}
        content = placed(SURVEYS, data, found(counted))
        if counted <= len(sizes) or counted == sum(sizes):
            assert len(rows(200, content, extractor=SURVEYS)) == sum(sizes)
        else:
            assert isinstance(failure(200, content, extractor=SURVEYS), RetryableError)

    @given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 12))
    def test_rows_by_kind_are_whole_if_the_object_or_exactly_all_rows_are_there(
        self, agents: int, ips: int, counted: int
    ) -> None:
        content = placed(
            LATENCY, [{"by_agent": [ROW] * agents, "by_ip": [ROW] * ips}], found(counted)
        )
        if counted <= 1 or counted == agents + ips:
            assert len(rows(200, content, extractor=LATENCY)) == agents + ips
        else:
            assert isinstance(failure(200, content, extractor=LATENCY), RetryableError)

    @pytest.mark.parametrize("total", [3, "3", "1,000"], ids=repr)
    def test_the_total_beside_the_records_counts(self, total: object) -> None:
        whole = body(code="200", total_records="2", campaign_id="7", records=[ROW, ROW])
        assert rows(200, whole, extractor=RECORDS) == [ROW, ROW]
        cut = body(code="200", total_records=total, campaign_id="7", records=[ROW, ROW])
        assert isinstance(failure(200, cut, extractor=RECORDS), RetryableError)

    def test_a_total_without_records_is_cut(self) -> None:
        content = body(code="200", total_records="2", records=[])
        assert isinstance(failure(200, content, extractor=RECORDS), RetryableError)

    @pytest.mark.parametrize(
        ("shape", "data"),
        [
            (CHATS, [{"active_chats": [{}] * (CAP // 2)}] * 2),
            (CHATS, [{"active_chats": []}] * CAP),
            (SURVEYS, {"a": [{}] * (CAP - 1), "b": [{}]}),
            (SURVEYS, {str(number): [] for number in range(CAP)}),
            (LATENCY, [{"by_agent": [{}] * (CAP - 1), "by_ip": [{}]}]),
            (RECORDS, [{}] * CAP),
            (PAGE, [{}] * CAP),
        ],
        ids=["inner rows", "outer rows", "rows", "names", "kinds", "records", "page"],
    )
    def test_an_answer_at_the_cap_before_or_after_it_is_taken_apart_is_never_accepted(
        self, shape: RowExtractor, data: object
    ) -> None:
        error = failure(200, placed(shape, data), extractor=shape)
        assert isinstance(error, StreamError)
        assert str(CAP) in str(error)

    def test_rows_in_rows_just_below_the_cap_are_accepted(self) -> None:
        data: object = [{"active_chats": [{}] * (CAP - 1)}]
        assert len(rows(200, placed(CHATS, data), extractor=CHATS)) == CAP - 1
