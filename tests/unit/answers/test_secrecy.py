"""What is said of an answer shows neither the token nor data."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.errors import (
    OperationError,
    WolkvoxError,
)
from tap_wolkvox.response.extractors import (
    LIST,
    RowExtractor,
    SingleObject,
)
from tests.support.reading import rows
from tests.unit.answers.common import (
    EMPTY,
    ERRORS,
    HTML,
    PAGE,
    ROW,
    SECRET,
    SHAPES,
    SURVEYS,
    answer,
    each_shape,
    failure,
    names,
)

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
