"""What an answer that is an error means, and what is said of it."""

from __future__ import annotations

import codecs
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.errors import (
    OperationError,
    RetryableError,
    StreamError,
    WolkvoxError,
)
from tap_wolkvox.response.extractors import (
    Rows,
)
from tap_wolkvox.response.redaction import shown_names
from tests.support.reading import rows
from tests.unit.answers.common import (
    ABSENT,
    EMPTY,
    ERRORS,
    HTML,
    PAGE,
    ROW,
    SECRET,
    SUCCESS_CODES,
    answer,
    body,
    failure,
    found,
    placed,
)

BOM = codecs.BOM_UTF8

each_error = pytest.mark.parametrize(
    ("status", "msg", "kind"), ERRORS, ids=[f"{status} {msg}" for status, msg, _ in ERRORS]
)


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
