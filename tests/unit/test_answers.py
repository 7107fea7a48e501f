"""Answers: what a reply means. Empty, refused, cut and failed are four different things."""

from __future__ import annotations

import codecs
import json
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tap_wolkvox.errors import (
    OperationError,
    QuotaError,
    ResponseTooLargeError,
    RetryableError,
    StreamError,
    TruncatedResponse,
    WolkvoxError,
)
from tap_wolkvox.response.extractors import (
    LIST,
    KeyedRows,
    NestedRows,
    Row,
    RowExtractor,
    Rows,
    RowsByKind,
    SingleObject,
)
from tap_wolkvox.response.redaction import shown_names
from tests.support.reading import rows

SHAPES: list[RowExtractor] = list(
    {repr(line.extractor): line.extractor for line in ENDPOINTS}.values()
)
"""Each shape that an endpoint has, once."""

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=repr)

CAP = 60_000
ROW = {"operation": "demo", "items": "5"}
BOM = codecs.BOM_UTF8
HTML = b"<!DOCTYPE html><html><body>Ana 3001234567</body></html>"
EMPTY = "Validate dates entered"


class Absent:
    """A field that is not in the envelope."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()

SUCCESS_CODES = [200, "200", "0", "", 0, None, ABSENT]

ERRORS: list[tuple[int, str, type[WolkvoxError]]] = [
    (404, "REPORT NOT FOUND", StreamError),
    (404, "", StreamError),
    (400, "THE API YOU WANT TO CONSULT DOES NOT EXIST", StreamError),
    (400, "SOME PARAMETERS ARE REQUIRED", StreamError),
    (400, "THE RESULT EXCEEDS THE LIMIT OF RECORDS, SHORTEN THE RANGE", ResponseTooLargeError),
    (413, "TOO MANY RECORDS", ResponseTooLargeError),
    (413, "", StreamError),
    (401, "PLEASE ENTER THE WOLKVOX-TOKEN", OperationError),
    (403, "PLEASE VALIDATE TOKEN", OperationError),
    (403, "TOKEN LIMIT EXCEEDED", QuotaError),
    (403, "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)", RetryableError),
    (403, "Forbidden", RetryableError),
    (403, "", RetryableError),
    (429, "Too many requests", RetryableError),
    (500, "Internal error", RetryableError),
    (502, "", RetryableError),
    (503, "Maintenance", RetryableError),
]
"""The API's errors: status, message, and how far each reaches."""

each_error = pytest.mark.parametrize(
    ("status", "msg", "kind"), ERRORS, ids=[f"{status} {msg}" for status, msg, _ in ERRORS]
)


def body(**fields: object) -> bytes:
    return json.dumps(
        {name: value for name, value in fields.items() if value is not ABSENT}
    ).encode()


def answer(
    data: object = ABSENT, msg: object = "", code: object = 200, error: object = None
) -> bytes:
    return body(code=code, error=error, msg=msg, data=data)


def placed(
    shape: RowExtractor, data: object, msg: object = "", code: object = 200, **around: object
) -> bytes:
    """Return an answer that holds something where a shape expects its rows.

    Args:
        shape: The shape.
        data: What lies there.
        msg: The envelope's message.
        code: The envelope's code.
        **around: What lies beside it, in the same object.
    """
    *outside, last = shape.path
    beside = {name: value for name, value in around.items() if value is not ABSENT}
    holder: dict[str, object] = {last: data, **beside}
    for name in reversed(outside):
        holder = {name: holder}
    return body(code=code, msg=msg, **holder)


def failure(
    status: int, content: bytes, *, extractor: RowExtractor = LIST, secret: str = ""
) -> WolkvoxError:
    with pytest.raises(WolkvoxError) as caught:
        rows(status, content, extractor=extractor, secret=secret)
    return caught.value


class TestErrorTable:
    @each_error
    def test_a_status_means_what_the_table_says(
        self, status: int, msg: str, kind: type[WolkvoxError]
    ) -> None:
        assert type(failure(status, answer(msg=msg, code=status))) is kind

    @each_error
    @pytest.mark.parametrize("spelled", [int, str, lambda code: f" {code} "])
    def test_a_200_with_an_error_code_means_the_same_as_that_status(
        self, status: int, msg: str, kind: type[WolkvoxError], spelled: Any
    ) -> None:
        as_status = failure(status, answer(msg=msg, code=status))
        as_code = failure(200, answer(msg=msg, code=spelled(status)))
        assert type(as_code) is kind
        assert str(as_code) == str(as_status)

    @each_error
    def test_case_of_the_message_does_not_matter(
        self, status: int, msg: str, kind: type[WolkvoxError]
    ) -> None:
        assert type(failure(status, answer(msg=msg.lower(), code=status))) is kind
        assert type(failure(status, answer(msg=msg.upper(), code=status))) is kind

    @each_error
    def test_rows_beside_an_error_are_no_rows(
        self, status: int, msg: str, kind: type[WolkvoxError]
    ) -> None:
        assert type(failure(status, answer([ROW], msg=msg, code=status))) is kind
        assert type(failure(200, answer([ROW], msg=msg, code=status))) is kind

    @pytest.mark.parametrize("code", SUCCESS_CODES[:-1], ids=repr)
    def test_an_error_status_stays_one_whatever_the_code_says(self, code: object) -> None:
        assert isinstance(failure(500, answer([ROW], code=code)), RetryableError)
        assert isinstance(failure(401, answer([ROW], code=code)), OperationError)

    @pytest.mark.parametrize("status", [201, 206, 301, 302, 303, 307, 308, 402, 405, 410, 418, 600])
    def test_a_status_that_is_not_known_fails_the_stream(self, status: int) -> None:
        assert isinstance(failure(status, answer([ROW])), StreamError)

    @pytest.mark.parametrize("code", [201, 206, 302, 307, 402, 405, 410, 600])
    def test_a_code_that_is_not_known_fails_the_stream_like_that_status(self, code: int) -> None:
        error = failure(200, answer([ROW], code=code))
        assert isinstance(error, StreamError)
        assert str(error) == str(failure(code, answer([ROW], code=code)))

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_told_from_other_failures(self, status: int) -> None:
        for content in (b"", HTML, answer(code=status)):
            message = str(failure(status, content))
            assert "redirect" in message
            assert "`api_url`" in message

    @pytest.mark.parametrize("status", [402, 405, 410])
    def test_an_unknown_status_is_named(self, status: int) -> None:
        assert str(status) in str(failure(status, answer(code=status)))

    @pytest.mark.parametrize("code", ["E-17", "error", True, 99, 1000, -1, 200.5, [], {}, "20O"])
    def test_a_code_that_is_neither_success_nor_a_status_may_pass(self, code: object) -> None:
        assert isinstance(failure(200, answer([ROW], code=code)), RetryableError)

    @pytest.mark.parametrize(
        ("status", "msg", "advice"),
        [
            (401, "PLEASE ENTER THE WOLKVOX-TOKEN", "`token`"),
            (403, "PLEASE VALIDATE TOKEN", "`token`"),
            (403, "TOKEN LIMIT EXCEEDED", "tomorrow"),
            (403, "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)", "other program"),
            (404, "REPORT NOT FOUND", "deselect"),
        ],
    )
    def test_the_message_says_what_the_api_said_and_what_to_do(
        self, status: int, msg: str, advice: str
    ) -> None:
        message = str(failure(status, answer(msg=msg, code=status)))
        assert msg in message
        assert advice in message


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
            ("ExtractedRows 12 records", 12),
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


class TestAnswersThatAreTooLarge:
    """What a stream that takes dates needs to know, to ask for less."""

    def test_at_the_cap_the_rows_are_shown_but_not_returned(self) -> None:
        sent = [{"id": str(number)} for number in range(10)]
        with pytest.raises(ResponseTooLargeError) as caught:
            rows(200, answer(sent), row_cap=10)
        assert caught.value.truncated == TruncatedResponse(sent, 10)
        assert rows(200, answer(sent), row_cap=11) == sent

    def test_the_count_is_kept_where_it_is_more(self) -> None:
        with pytest.raises(ResponseTooLargeError) as caught:
            rows(200, answer([ROW] * 10, "14 records were found"), row_cap=10)
        assert caught.value.truncated == TruncatedResponse([ROW] * 10, 14)

    def test_at_the_cap_asking_again_is_no_use(self) -> None:
        error = failure(200, answer([{}] * CAP))
        assert isinstance(error, StreamError)
        assert not isinstance(error, RetryableError)

    @pytest.mark.parametrize("cap", [1, 10, 6_000])
    def test_a_cap_of_its_own_is_named(self, cap: int) -> None:
        with pytest.raises(ResponseTooLargeError, match=f"limit is {cap}:"):
            rows(200, answer([ROW] * cap), row_cap=cap)
        assert len(rows(200, answer([ROW] * (cap - 1)), row_cap=cap)) == cap - 1

    def test_rows_are_shown_as_they_come_out(self) -> None:
        data = [{"agent_id": "1", "active_chats": [ROW, ROW]}]
        error = failure(200, placed(CHATS, data, found(3)), extractor=CHATS)
        assert isinstance(error, RetryableError)
        assert error.truncated == TruncatedResponse([{"agent_id": "1", **ROW}] * 2, 3)

    def test_fewer_rows_than_counted_may_pass_or_be_too_large(self) -> None:
        error = failure(200, answer([ROW], "2 records were found"))
        assert isinstance(error, RetryableError)
        assert error.size_related
        assert error.truncated == TruncatedResponse([ROW], 2)

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    def test_so_may_a_server_error(self, status: int) -> None:
        error = failure(status, b"")
        assert isinstance(error, RetryableError)
        assert error.size_related
        assert error.truncated is None

    def test_so_may_what_is_no_json(self) -> None:
        error = failure(200, b'{"code": 200, "data": [')
        assert isinstance(error, RetryableError)
        assert error.size_related

    @pytest.mark.parametrize(
        "content", [HTML, b"", b'{"code": 200, "data": [{"a": NaN}]}'], ids=repr
    )
    def test_so_may_any_body_that_can_not_be_read(self, content: bytes) -> None:
        error = failure(200, content)
        assert isinstance(error, RetryableError)
        assert error.size_related
        assert error.truncated is None

    def test_so_may_a_server_error_in_the_envelope_alone(self) -> None:
        error = failure(200, answer(code=500))
        assert isinstance(error, RetryableError)
        assert error.size_related

    @pytest.mark.parametrize(
        ("status", "content"),
        [
            (403, b""),
            (403, answer(msg="EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)")),
            (403, answer(msg="TOO MANY RECORDS")),
            (429, b""),
            (429, answer(msg="TOO MANY RECORDS")),
            (200, answer([ROW], code="odd")),
            (200, answer([], error="Query timed out")),
        ],
    )
    def test_what_has_another_reason_is_not_too_large(self, status: int, content: bytes) -> None:
        error = failure(status, content)
        assert isinstance(error, RetryableError)
        assert not error.size_related
        assert error.truncated is None

    @pytest.mark.parametrize("status", [400, 413])
    @pytest.mark.parametrize(
        "msg",
        [
            "THE RESULT EXCEEDS THE LIMIT OF RECORDS, SHORTEN THE RANGE",
            "Too many records",
            "The query returns more than 6000 records, use a shorter range",
            "records limit exceeded",
            "Maximum 60000 rows per request",
            "EXCEDE EL LIMITE DE REGISTROS",
            "demasiados registros",
            "Supera el máximo de resultados",
            "TOO MANY\nRECORDS",
            "Please use a shorter range",
        ],
    )
    def test_a_refusal_that_speaks_of_too_many_rows_is(self, status: int, msg: str) -> None:
        error = failure(status, answer(msg=msg, code=status))
        assert isinstance(error, ResponseTooLargeError)
        assert error.truncated == TruncatedResponse([], 0)

    def test_such_a_refusal_is_quoted_like_any_other(self) -> None:
        said = "TOO MANY RECORDS FOR T0KEN OF ana@example.org 3001234567"
        message = str(failure(400, answer(msg=said, code=400), secret="t0ken"))
        assert "(TOO MANY RECORDS FOR … OF … …)" in message

    @pytest.mark.parametrize("status", [400, 413])
    @pytest.mark.parametrize(
        "msg",
        [
            "SOME PARAMETERS ARE REQUIRED",
            "THE RANGE IS WRONG",
            "records",
            "limit",
            "",
            "Climax records",
            "Arrows unlimited",
            "4 records were found",
        ],
    )
    def test_any_other_refusal_is_not(self, status: int, msg: str) -> None:
        assert type(failure(status, answer(msg=msg, code=status))) is StreamError

    @pytest.mark.parametrize("status", [401, 404, 302, 410])
    def test_a_refusal_of_another_status_is_not(self, status: int) -> None:
        error = failure(status, answer(msg="TOO MANY RECORDS", code=status))
        assert not isinstance(error, ResponseTooLargeError | RetryableError)


CHATS = NestedRows(field="active_chats")
SURVEYS = KeyedRows(column="survey")
LATENCY = RowsByKind(kinds={"by_agent": ("agent", "agent_id"), "by_ip": ("ip", "ip")})
RECORDS = Rows(path=("records",))
PAGE = Rows(path=("data", "data"))


def found(count: int) -> str:
    return f"{count} records were found"


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


class TestPages:
    """An answer that says how many rows one holds, and how many there are in all."""

    @staticmethod
    def page(sent: int, msg: str = "", **around: object) -> bytes:
        return placed(PAGE, [ROW] * sent, msg, **around)

    @pytest.mark.parametrize(
        ("limit", "total"), [(100, 250), ("100", "250"), ("100", "2,500")], ids=repr
    )
    def test_a_full_page_of_more_fails_the_stream_at_once(
        self, limit: object, total: object
    ) -> None:
        error = failure(200, self.page(100, total=total, limit=limit, page=1), extractor=PAGE)
        assert isinstance(error, StreamError)
        assert "a page of 100 rows" in str(error)

    def test_a_full_page_of_more_by_the_message_fails_the_stream_too(self) -> None:
        error = failure(200, self.page(100, found(101), total=100, limit=100), extractor=PAGE)
        assert isinstance(error, StreamError)

    def test_a_full_page_of_all_is_whole(self) -> None:
        content = self.page(100, total="100", limit="100", page="1")
        assert len(rows(200, content, extractor=PAGE)) == 100

    @pytest.mark.parametrize("sent", [100, 101])
    def test_a_full_page_of_nobody_knows_how_many_fails_the_stream(self, sent: int) -> None:
        for msg in ("", found(sent)):
            error = failure(200, self.page(sent, msg, limit="100"), extractor=PAGE)
            assert isinstance(error, StreamError)
            assert "page" in str(error)

    @pytest.mark.parametrize("sent", [0, 1, 98])
    def test_fewer_rows_than_in_all_on_a_page_that_is_not_full_are_cut(self, sent: int) -> None:
        error = failure(200, self.page(sent, total="99", limit="100"), extractor=PAGE)
        assert isinstance(error, RetryableError)

    @pytest.mark.parametrize("limit", [ABSENT, None, "", 0, "0", "none", [], 100], ids=repr)
    def test_a_page_that_is_not_full_or_has_no_limit_is_whole_with_all_rows(
        self, limit: object
    ) -> None:
        for total in (ABSENT, "99", None):
            content = self.page(99, total=total, limit=limit)
            assert len(rows(200, content, extractor=PAGE)) == 99

    @pytest.mark.parametrize("status", [200, 404])
    def test_rows_beside_the_empty_message_are_not_lost(self, status: int) -> None:
        content = body(code=404, msg=EMPTY, records=[ROW], total_records="1")
        error = failure(status, content, extractor=Rows(path=("records",)))
        assert isinstance(error, StreamError)

    @pytest.mark.parametrize("limit", [ABSENT, 0], ids=repr)
    def test_fewer_rows_than_in_all_without_a_limit_are_cut(self, limit: object) -> None:
        error = failure(200, self.page(100, total=250, limit=limit), extractor=PAGE)
        assert isinstance(error, RetryableError)

    @given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 30))
    def test_a_page_is_whole_exactly_if_it_holds_all(
        self, sent: int, total: int, limit: int
    ) -> None:
        content = self.page(sent, total=total, limit=limit)
        full = sent >= limit
        if sent == total or (sent > total and not full):
            assert len(rows(200, content, extractor=PAGE)) == sent
        else:
            kind = StreamError if full else RetryableError
            assert type(failure(200, content, extractor=PAGE)) is kind

    @pytest.mark.parametrize("total", [None, "", "many", "0", "99"], ids=repr)
    def test_a_full_page_with_another_total_fails_the_stream(self, total: object) -> None:
        error = failure(200, self.page(100, total=total, limit="100"), extractor=PAGE)
        assert isinstance(error, StreamError)

    @pytest.mark.parametrize("total", [" 250 ", 250.0, "2,500", "250"], ids=repr)
    def test_a_total_counts_in_whatever_form_it_is_written(self, total: object) -> None:
        error = failure(200, self.page(99, total=total, limit=100.0), extractor=PAGE)
        assert isinstance(error, RetryableError)
        error = failure(200, self.page(100, total=total, limit=" 100 "), extractor=PAGE)
        assert isinstance(error, StreamError)

    def test_figures_further_out_are_not_of_the_page(self) -> None:
        content = body(code=200, total=9, limit=1, data={"data": [ROW]})
        assert rows(200, content, extractor=PAGE) == [ROW]


WHOLE = answer([ROW], "1 records were found")


class TestBodies:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b" ",
            HTML,
            b"null",
            b'{"code": 200, "data": [{"a": NaN}]}',
            b'{"code": 200, "data": [{"a": Infinity}]}',
            b'{"code": 200, "data": [{"a": -Infinity}]}',
            b'{"code": 200, "data": []} trailing',
            WHOLE + WHOLE,
            b"Warning: mysql\n" + WHOLE,
            b"[" * 100_000,
            b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
            b'{"data": [{"a": ' + b'{"a": ' * 100_000 + b"1" + b"}" * 100_000 + b"}]}",
        ],
        ids=lambda content: ascii(content[:40]),
    )
    def test_what_is_no_whole_json_document_may_pass(self, content: bytes) -> None:
        assert isinstance(failure(200, content), RetryableError)

    @given(st.integers(0, len(WHOLE) - 1))
    def test_a_cut_body_may_pass_wherever_it_was_cut(self, length: int) -> None:
        assert isinstance(failure(200, WHOLE[:length]), RetryableError)

    @pytest.mark.parametrize(
        "before", [BOM, BOM + b"\n  ", 2 * BOM, b"\n" + BOM, b" \r\n" + 3 * BOM]
    )
    def test_byte_order_marks_and_blanks_before_it_are_no_matter(self, before: bytes) -> None:
        assert rows(200, before + WHOLE + b"\r\n") == [ROW]
        assert rows(200, before + json.dumps([ROW]).encode()) == [ROW]
        assert rows(200, before + b'{"code": 200, "msg": "", "data": []}') == []
        assert rows(404, before + answer(msg=EMPTY, code=404)) == []

    @pytest.mark.parametrize(
        "content", [WHOLE + BOM, BOM, b" \n", WHOLE[:1] + BOM + WHOLE[1:], b"[" + BOM + b"{}]"]
    )
    def test_a_mark_anywhere_else_is_an_error(self, content: bytes) -> None:
        assert isinstance(failure(200, content), RetryableError)

    def test_text_is_utf_8(self) -> None:
        sent = [{"nombre": "Ñandú 😀", "html": "<b>ü</b>"}]
        content = json.dumps({"code": "200", "data": sent}, ensure_ascii=False, indent=2).encode()
        assert rows(200, content) == sent

    def test_numbers_of_json_stay_numbers(self) -> None:
        assert rows(200, b'{"data": [{"a": 12, "b": null, "c": true}]}') == [
            {"a": 12, "b": None, "c": True}
        ]


SECRET = "Sup3r-s3cret_T0ken"
STATUSES = [200, 201, 302, 400, 401, 403, 404, 429, 500]


class TestSecrecy:
    @pytest.mark.parametrize("status", STATUSES)
    @pytest.mark.parametrize("said", ["{}", "PLEASE VALIDATE TOKEN {}", "a {0} b {0}", "{0}{0}"])
    def test_no_message_holds_the_token(self, status: int, said: str) -> None:
        msg = said.format(SECRET)
        for code in (status, 403, 401, 500):
            content = answer(SECRET, msg, code, error=SECRET)
            assert SECRET not in str(failure(status, content, secret=SECRET))

    @given(
        st.sampled_from(STATUSES),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=40),
        st.integers(0, 120),
    )
    def test_no_message_holds_any_part_of_any_token_worth_the_name(
        self, status: int, secret: str, before: int
    ) -> None:
        content = answer("text", f"{'.' * before}{secret}", status)
        message = str(failure(status, content, secret=secret))
        assert secret not in message
        # Nor does the shortening of a long message leave its beginning there.
        assert before > 80 or secret[:12] not in message

    def test_a_token_that_the_api_repeats_changes_nothing_of_what_it_means(self) -> None:
        content = answer(msg=f"PLEASE VALIDATE TOKEN {SECRET}", code=403)
        assert isinstance(failure(403, content, secret=SECRET), OperationError)

    @pytest.mark.parametrize("status", STATUSES)
    @pytest.mark.parametrize(
        "data",
        ["Ana María", {"name": "Ana María"}, ["Ana María"], [[{"name": "Ana María"}]]],
        ids=["text", "object", "list", "nested"],
    )
    def test_no_message_holds_text_of_the_data(self, status: int, data: object) -> None:
        assert "Ana" not in str(failure(status, answer(data, "9 records", status)))

    def test_no_message_holds_text_of_rows_that_were_cut(self) -> None:
        assert "demo" not in str(failure(200, answer([ROW], "9 records were found")))

    @pytest.mark.parametrize("status", STATUSES)
    def test_no_message_quotes_a_body_that_is_no_envelope(self, status: int) -> None:
        for content in (HTML, json.dumps("Ana").encode(), b'{"msg": "Ana", "data": [{"x": "y'):
            assert "Ana" not in str(failure(status, content))

    @pytest.mark.parametrize("number", ["12345", "3001234567", "573001234567", "1" * 60])
    def test_long_numbers_in_what_the_api_said_are_masked(self, number: str) -> None:
        message = str(failure(400, answer(msg=f"Phone {number}x is 42", code=400)))
        assert number not in message
        assert "Phone …x is 42" in message

    def test_what_the_api_said_is_one_short_line(self) -> None:
        message = str(failure(400, answer(msg="word\n\t word\r\n" * 500, code=400)))
        assert "\n" not in message
        assert "word word word" in message
        assert len(message) < 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["active_chats", "active_interactions", "by_agent", "by_ip", "agent_id"])
inner_rows = st.lists(st.dictionaries(names | st.text(), json_values, max_size=3), max_size=3)
outer_rows = st.lists(
    st.dictionaries(names, inner_rows | json_values, max_size=3), min_size=1, max_size=2
)
held = st.fixed_dictionaries(
    {},
    optional={
        "data": inner_rows,
        "meta_templates": inner_rows | json_values,
        "total": st.integers(0, 4) | json_values,
        "limit": st.integers(0, 4) | json_values,
    },
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from([200, "200", "0", "", 0, 404, "404", 403, 500]) | json_values,
        "msg": st.sampled_from([EMPTY, "4 records were found", *(msg for _, msg, _ in ERRORS)])
        | json_values,
        "error": json_values,
        "data": inner_rows
        | outer_rows
        | held
        | st.dictionaries(st.text(), inner_rows, max_size=3)
        | json_values,
        "records": inner_rows | json_values,
        "total_records": st.integers(0, 4) | json_values,
    },
).map(lambda envelope: json.dumps(envelope).encode())
bodies = st.one_of(
    st.binary(), json_values.map(lambda value: json.dumps(value).encode()), envelopes
)
statuses = st.integers() | st.sampled_from([200, 404, *STATUSES])


class TestAnything:
    @given(statuses, bodies, st.sampled_from(SHAPES), st.sampled_from(["", SECRET]))
    @example(200, b"\xff\xfe\x00\x00", LIST, "")
    @example(200, b'{"code": -0, "data": "\\ud800"}', SingleObject(), "")
    @example(404, b'{"msg": "\\ud800\\u0000"}', LIST, SECRET)
    @example(200, b'{"data": {"\\ud800": [{"survey": "\\udc00"}]}}', SURVEYS, "")
    @example(200, b'{"data": {"data": [{}], "limit": -1, "total": 1e999}}', PAGE, "")
    def test_it_is_a_list_of_rows_or_an_error_of_ours(
        self, status: int, content: bytes, shape: RowExtractor, secret: str
    ) -> None:
        self.check(status, content, shape, secret)

    @staticmethod
    def check(status: int, content: bytes, shape: RowExtractor, secret: str) -> None:
        try:
            read = rows(status, content, extractor=shape, secret=secret)
        except WolkvoxError as error:
            line = str(error)
        else:
            line = ""
            assert type(read) is list
            assert all(type(row) is dict for row in read)
        assert len(line) < 400
        assert len(line.splitlines()) <= 1

    @each_shape
    @given(bodies)
    def test_no_shape_lets_anything_else_happen(self, shape: RowExtractor, content: bytes) -> None:
        self.check(200, content, shape, "")

    @given(statuses.filter(lambda status: status not in (200, 404)), bodies)
    def test_only_a_200_or_a_404_is_ever_rows_or_empty(self, status: int, content: bytes) -> None:
        failure(status, content)


class TestContradictions:
    """What is not known to be good is never taken for rows, and never for empty."""

    def test_the_same_field_twice_in_a_row_fails_the_stream(self) -> None:
        content = b'{"code": 200, "data": [{"a": "1", "a": "2"}]}'
        assert isinstance(failure(200, content), StreamError)

    @pytest.mark.parametrize("data", [[], [ROW]], ids=["no rows", "rows"])
    @pytest.mark.parametrize("error", ["partial", 500, True, ["x"]], ids=repr)
    def test_a_success_that_holds_an_error_is_asked_again(
        self, data: object, error: object
    ) -> None:
        assert isinstance(failure(200, answer(data, error=error)), RetryableError)

    @pytest.mark.parametrize("error", [None, "", " ", False, 0, "0", "None", "null"], ids=repr)
    def test_an_error_field_that_says_none_is_none(self, error: object) -> None:
        assert rows(200, answer([ROW], error=error)) == [ROW]

    @pytest.mark.parametrize("msg", ["1 records were found", "1 records skipped, 9 records found"])
    def test_the_largest_of_several_counts_counts(self, msg: str) -> None:
        content = body(code=200, msg=msg, data=[ROW], total_records="9")
        assert isinstance(failure(200, content), RetryableError)

    @pytest.mark.parametrize(
        "value",
        [b'"\xff\xfe"', b'"caf\xe9"', b"9" * 10_000, b"1e99999999999999999999"],
        ids=lambda value: ascii(value[:10]),
    )
    def test_a_value_that_can_not_be_read_would_come_again(self, value: bytes) -> None:
        with pytest.raises(StreamError, match="can't be read"):
            rows(200, b'{"data": [{"a": ' + value + b"}]}")

    @pytest.mark.timed
    def test_a_message_of_a_megabyte_is_quoted_in_no_time(self) -> None:
        began = time.monotonic()
        failure(400, answer(msg="x" * 1_000_000))
        assert time.monotonic() - began < 2

    @pytest.mark.parametrize("total", [2, "2", "2,000"], ids=repr)
    def test_the_total_of_the_envelope_counts_too(self, total: object) -> None:
        content = body(code=200, data=[ROW], total_records=total)
        assert isinstance(failure(200, content), RetryableError)

    def test_a_count_of_thousands_of_digits_is_a_count(self) -> None:
        assert isinstance(failure(200, answer([ROW], "9" * 5000 + " records")), RetryableError)

    @pytest.mark.parametrize("data", [{}, [{}]], ids=repr)
    def test_one_object_without_fields_is_none(self, data: object) -> None:
        assert isinstance(failure(200, answer(data), extractor=SingleObject()), StreamError)

    def test_no_digit_of_a_number_is_lost(self) -> None:
        number = "1.2345678901234567890123456789"
        [row] = rows(200, f'{{"data": [{{"a": {number}, "b": 1e999}}]}}'.encode())
        assert str(row["a"]) == number
        assert row["b"] == Decimal("1e999")


class TestQuotes:
    @pytest.mark.parametrize(
        "personal", ["3001234567", "300 123 4567", "300-123-4567", "ana.perez@example.com"]
    )
    def test_what_could_be_personal_is_not_quoted(self, personal: str) -> None:
        shown = str(failure(400, answer(msg=f"NOT FOR {personal} NOW")))
        assert personal not in shown
        assert "NOT FOR … NOW" in shown

    @pytest.mark.parametrize("msg", [[{"name": "Ana"}], {"name": "Ana"}], ids=["list", "object"])
    def test_a_message_that_is_no_text_is_not_quoted(self, msg: object) -> None:
        assert "Ana" not in str(failure(400, answer(msg=msg)))

    def test_the_secret_is_hidden_in_any_letter_case(self) -> None:
        assert "SECRET" not in str(failure(400, answer(msg="NO SECRET HERE"), secret="secret"))

    def test_the_secret_does_not_change_what_a_message_means(self) -> None:
        assert isinstance(
            failure(403, answer(msg="PLEASE VALIDATE TOKEN"), secret="TOKEN"), OperationError
        )
        assert isinstance(
            failure(200, answer([], "4 records were found"), secret="4"), RetryableError
        )


class TestShown:
    def test_names_of_fields_are_shown_in_their_order(self) -> None:
        assert shown_names(["opt2", "Total Calls", "opt1"], SECRET) == "Total Calls, opt1, opt2"

    @pytest.mark.parametrize(
        "name", ["3001234567", "a 300 123 4567", "ana@example.com", "Ñandú?", "", "x" * 41, SECRET]
    )
    def test_a_name_that_could_be_something_else_is_counted_alone(self, name: str) -> None:
        assert shown_names([name, "opt1"], SECRET) == "opt1 and 1 not shown here"
        assert shown_names([name], SECRET) == "1 with names that are not shown here"

    def test_many_names_are_not_all_shown(self) -> None:
        names = [f"opt{number}" for number in range(25)]
        assert shown_names(names, "") == f"{', '.join(sorted(names)[:20])} and 5 not shown here"
