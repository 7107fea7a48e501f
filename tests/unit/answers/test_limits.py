"""Answers that hold too much, or contradict themselves."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from tap_wolkvox.errors import (
    ResponseTooLargeError,
    RetryableError,
    StreamError,
    TruncatedResponse,
)
from tap_wolkvox.response.extractors import (
    SingleObject,
)
from tests.support.reading import rows
from tests.unit.answers.common import (
    CAP,
    CHATS,
    HTML,
    ROW,
    answer,
    body,
    failure,
    found,
    placed,
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
