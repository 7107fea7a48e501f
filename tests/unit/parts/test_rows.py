"""The rows of answers that are read part by part."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.errors import ResponseTooLargeError, RetryableError, StreamError, WolkvoxError
from tap_wolkvox.response import parser
from tap_wolkvox.response.decoding import decode
from tap_wolkvox.response.extractors import (
    LIST,
    Row,
    RowExtractor,
)
from tap_wolkvox.response.gateway import Reply
from tap_wolkvox.response.rows import ResponseRows
from tests.support.reading import rows, spooled
from tests.unit.parts.common import (
    EARLIEST,
    IN_ROWS,
    batches,
    block_sizes,
    blocks_of,
    documents,
    longest_blank,
)


class TestRowsThatAreMissing:
    """What an answer says of itself is held against all of its parts together."""

    LISTED: tuple[Row, ...] = tuple({"id": each, "inner": [{}, {}]} for each in range(40))

    def body(self, **around: object) -> bytes:
        return json.dumps({"msg": "", "data": list(self.LISTED), **around}).encode()

    @pytest.mark.parametrize("shape", [LIST, IN_ROWS, EARLIEST], ids=repr)
    def test_as_many_rows_as_the_cap_may_be_too_few(self, shape: RowExtractor) -> None:
        count = len(rows(200, self.body(), extractor=shape))
        with blocks_of(64):
            assert batches(self.body(), shape) > 5
            assert len(rows(200, self.body(), extractor=shape, row_cap=count + 1)) == count
            with pytest.raises(ResponseTooLargeError, match=f"holds {count} rows") as caught:
                rows(200, self.body(), extractor=shape, row_cap=count)
        assert caught.value.truncated
        assert caught.value.truncated.counted == count
        assert len(list(caught.value.truncated.shown)) == count

    @pytest.mark.parametrize("said", [{"msg": "41 records were found"}, {"total_records": 41}])
    @pytest.mark.parametrize("place", ["before", "behind"])
    def test_rows_that_are_counted_and_not_sent_are_missed(
        self, said: dict[str, object], place: str
    ) -> None:
        around = {"msg": "", **said}
        listed = {"data": list(self.LISTED)}
        body = {**around, **listed} if place == "before" else {**listed, **around}
        with blocks_of(90), pytest.raises(RetryableError, match="41 rows and sent 40") as caught:
            rows(200, json.dumps(body).encode())
        assert caught.value.truncated
        assert list(caught.value.truncated.shown) == list(self.LISTED)

    @pytest.mark.parametrize("said", ["40 records were found", "39 records", "records"])
    def test_rows_that_are_all_there_pass(self, said: str) -> None:
        with blocks_of(64):
            assert rows(200, self.body(msg=said)) == list(self.LISTED)

    def test_things_are_counted_before_they_are_taken_apart(self) -> None:
        with blocks_of(64):
            assert len(rows(200, self.body(msg="40 records"), extractor=IN_ROWS)) == 80
            with pytest.raises(RetryableError, match="80 rows and sent 40"):
                rows(200, self.body(msg="80 records"), extractor=IN_ROWS)

    def test_a_page_is_not_all(self) -> None:
        with blocks_of(64), pytest.raises(StreamError, match="a page of 40 rows"):
            rows(200, self.body(limit=40))

    @pytest.mark.parametrize("status", [404, 403, 500, 302])
    def test_rows_of_a_refusal_are_none(self, status: int) -> None:
        with blocks_of(64), pytest.raises(WolkvoxError):
            rows(status, self.body(msg="Validate dates entered"))
        with blocks_of(64), pytest.raises(WolkvoxError):
            rows(200, self.body(msg="Validate dates entered", code=status))


class TestAnswerRows:
    """Rows that lie in parts are gone through as if they were a list."""

    @given(documents(LIST), st.data())
    @example(b'[{"id": 5}, {"name": "x"}]', None)
    def test_what_the_request_says_of_each_row_is_joined_to_it(
        self, body: bytes, data: st.DataObject | None
    ) -> None:
        with blocks_of(data.draw(block_sizes(body)) if data else 5):
            found = parser.parse_response(Reply(200, spooled(body)))
        each = found.with_columns({"id": "7", "a": "x"})
        assert len(each) == len(found)
        for row, joined in zip(found, each, strict=True):
            assert joined.items() >= {"id": "7", "a": "x"}.items()
            assert joined.keys() >= row.keys()
        assert all(batch.raw is None for batch in each.batches)

    @given(st.lists(documents(LIST), max_size=4))
    def test_answers_that_are_put_together_are_all_their_rows(self, bodies: list[bytes]) -> None:
        together = ResponseRows()
        expected = []
        for body in bodies:
            with blocks_of(longest_blank(body) + 20):
                found = parser.parse_response(Reply(200, spooled(body)))
            expected += list(found)
            together.extend(found)
        assert repr(list(together)) == repr(expected)
        assert len(together) == len(expected)
        assert repr(list(together)) == repr(expected)

    @given(documents(LIST))
    def test_what_was_sent_is_the_same_rows(self, body: bytes) -> None:
        with blocks_of(longest_blank(body) + 20):
            found = parser.parse_response(Reply(200, spooled(body)))
        for batch in found.batches:
            if batch.raw is not None:
                assert repr(decode(batch.raw)) == repr(batch.rows)
