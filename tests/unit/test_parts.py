"""Parts: a list that is cut into pieces holds what the document holds, or it is an error."""

from __future__ import annotations

import json
import random
import re
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from tap_wolkvox.errors import ResponseTooLargeError, RetryableError, StreamError, WolkvoxError
from tap_wolkvox.response import parser, splitting
from tap_wolkvox.response.decoding import decode
from tap_wolkvox.response.extractors import (
    LIST,
    NestedRows,
    Row,
    RowExtractor,
    Rows,
    RowsWithEarliest,
)
from tap_wolkvox.response.gateway import Reply
from tap_wolkvox.response.rows import ResponseRows
from tap_wolkvox.spool import Spool
from tests.support.reading import rows, spooled

if TYPE_CHECKING:
    from collections.abc import Iterator

NESTED = Rows(path=("data", "data"))
IN_ROWS = NestedRows(field="inner")
EARLIEST = RowsWithEarliest(field="inner", inner="date", column="first_date")
SHAPES: list[RowExtractor] = [LIST, NESTED, IN_ROWS, EARLIEST]

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=repr)

TRICKY = [
    *("},", "]", "{", '":', "\\", '"', "[{", "}]", ",", ":", "\\u007b", 'data":[{', '"data": [{'),
    *("😀", "é", "\ud83d", "\ude00", "\n", "\t", "\x00", "\x7f", "\u2028", " ", "a"),
]
"""What texts are made of: what a place to cut at looks like, and what is not written as it is."""

ODD_BYTES = [*b'{}[],:"\\ \n0a-.eN', 0, 1, 0x7F, 0x80, 0xC3, 0xED, 0xFF]

texts = st.lists(st.sampled_from(TRICKY), max_size=5).map("".join)
names = st.sampled_from(["a", "b", "data", "é", "", "a b", 'x"data', "rows"]) | texts
numbers = st.sampled_from(
    [0, -1, 10**30, Decimal("1.10"), Decimal("-0.0"), Decimal("1E+400"), Decimal("0.1E-7")]
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(names, values, max_size=4)
dates = st.sampled_from(["2026-11-20", " 2026-11-19 ", "", "-", None, 5])
inner_rows = st.lists(
    st.builds(lambda row, date: {**row, "date": date}, objects, dates) | objects, max_size=3
)
outer_rows = st.builds(lambda row, inner: {**row, "inner": inner}, objects, inner_rows)
seeds = st.integers(0, 2**32).map(random.Random)


class Writer:
    """Writes JSON in one of the ways in which it may be written.

    Args:
        chance: Chooses.
        style: Blanks between the tokens: none, those of an indented document, or any.
    """

    def __init__(self, chance: random.Random, style: str) -> None:
        self._chance = chance
        self._style = style

    def document(self, value: Any) -> bytes:
        return f"{self._blank(0)}{self._written(value, 0)}{self._blank(0)}".encode()

    def _written(self, value: Any, depth: int) -> str:
        inner = self._blank(depth + 1)
        if isinstance(value, dict):
            fields = [
                f"{self._text(name)}{self._any()}:{self._any()}{self._written(each, depth + 1)}"
                for name, each in value.items()
            ]
            return f"{{{inner}{self._comma(depth).join(fields)}{self._blank(depth)}}}"
        if isinstance(value, list):
            things = [self._written(each, depth + 1) for each in value]
            return f"[{inner}{self._comma(depth).join(things)}{self._blank(depth)}]"
        if isinstance(value, str):
            return self._text(value)
        return str(value) if isinstance(value, Decimal) else json.dumps(value)

    def _text(self, text: str) -> str:
        halves = re.search("[\ud800-\udfff]", text)
        return json.dumps(text, ensure_ascii=bool(halves) or self._chance.random() < 0.5)

    def _comma(self, depth: int) -> str:
        return f"{self._any()},{self._blank(depth + 1)}"

    def _blank(self, depth: int) -> str:
        return f"\n{'  ' * depth}" if self._style == "indented" else self._any()

    def _any(self) -> str:
        if self._style != "blanked":
            return ""
        return "".join(self._chance.choices(" \t\r\n", k=self._chance.choice([0, 0, 0, 1, 2, 4])))


def without(field: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != field}


beside = st.dictionaries(
    st.sampled_from(["x", "y", "z", "é", 'x"data', "more"]),
    values | st.fixed_dictionaries({"data": st.lists(objects, max_size=2)}) | st.just("},{" * 60),
    max_size=2,
)
writers = st.builds(Writer, seeds, st.sampled_from(["compact", "indented", "blanked"]))


@st.composite
def documents(draw: st.DrawFn, shape: RowExtractor) -> bytes:
    """Draw an answer that holds rows in the place that a shape says."""
    listed: Any = draw(st.lists(objects if shape.is_plain else outer_rows, max_size=8))
    if len(shape.path) > 1 or draw(st.booleans()):
        for name in reversed(shape.path):
            before, after = draw(beside), draw(beside)
            listed = {**without(name, before), name: listed, **without(name, after)}
    writer: Writer = draw(writers)
    return writer.document(listed)


def longest_blank(body: bytes) -> int:
    return max(map(len, re.findall(rb"[ \t\r\n]+", body)), default=0)


@st.composite
def block_sizes(draw: st.DrawFn, body: bytes) -> int:
    """Draw a size that no run of blanks fills, for which there are tests of their own."""
    return longest_blank(body) + draw(st.integers(2, 80))


@contextmanager
def blocks_of(size: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "BLOCK", size)
        yield


@contextmanager
def no_cuts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "cut", lambda spool, name: None)
        yield


def outcome(body: bytes, shape: RowExtractor) -> str | None:
    """Return the rows of an answer, to their last digit; None if it is refused."""
    try:
        return repr(rows(200, body, extractor=shape))
    except WolkvoxError:
        return None


def at_once(body: bytes, shape: RowExtractor) -> str | None:
    with no_cuts():
        return outcome(body, shape)


def batches(body: bytes, shape: RowExtractor = LIST) -> int:
    return len(parser.parse_response(Reply(200, spooled(body)), extractor=shape).batches)


class TestWholeDocuments:
    @each_shape
    @given(data=st.data())
    def test_its_rows_are_those_of_the_document_decoded_at_once(
        self, shape: RowExtractor, data: st.DataObject
    ) -> None:
        body = data.draw(documents(shape))
        listed = decode(body)
        for name in shape.path:
            listed = listed[name] if isinstance(listed, dict) else listed
        with blocks_of(data.draw(block_sizes(body))):
            event(f"{min(batches(body, shape), 3)} batches or more")
            found = rows(200, body, extractor=shape)
        assert repr(found) == repr(shape.read(listed).rows)

    @pytest.mark.parametrize("size", [10, 20, 40, 80, 200])
    @pytest.mark.parametrize("indent", [None, 1])
    def test_what_is_larger_than_a_block_is_cut(self, size: int, indent: int | None) -> None:
        listed = [{"id": str(each), "text": '},{"data":[{' * (each % 3)} for each in range(50)]
        body = json.dumps({"data": listed, "more": "x" * 300}, indent=indent).encode()
        with blocks_of(size + 10):
            assert batches(body) > 5
            assert rows(200, body) == listed

    @pytest.mark.parametrize(
        "body",
        [
            b'{"x": {"data": [{"a": 1}]}, "data": [{"b": 2}]}',
            b'{"x": [{"data": [{"a": 1}]}], "data": [{"b": 2}]}',
            b'{"x\\"data": [{"a": 1}], "data": [{"b": 2}]}',
            b'{"x": "\\"data\\": [{", "data": [{"b": 2}]}',
            b'{"d\\u0061ta": [{"b": 2}], "x": {"data": [{"a": 1}]}}',
            b'{"data": [{"b": 2}], "x": {"data": [{"a": 1}]}}',
            b'{"x": ["data", [{"a": 1}]], "data": [{"b": 2}]}',
            b'[{"b": 2}]',
            b'\xef\xbb\xbf[{"b": 2}]',
            b'\xef\xbb\xbf{"data": [{"b": 2}]}',
            '{"data": [{"b": 2}]}'.encode("utf-16"),
            '[{"b": 2}]'.encode("utf-32-le"),
        ],
    )
    def test_another_list_of_that_name_is_not_taken_for_it(self, body: bytes) -> None:
        assert rows(200, body) == [{"b": 2}]

    def test_rows_that_hold_lists_of_that_name_are_rows(self) -> None:
        listed = [{"data": [{"data": [{"a": each}]}]} for each in range(9)]
        body = json.dumps(listed).encode()
        with blocks_of(30):
            assert rows(200, body) == listed
            assert rows(200, b'{"data": %s}' % body) == listed

    @pytest.mark.parametrize("place", ["before a comma", "after a comma", "before the end"])
    @pytest.mark.parametrize("behind", [b"", b', "x": "' + b"y" * 99 + b'"'])
    def test_blanks_that_fill_a_block_are_blanks(self, place: str, behind: bytes) -> None:
        blanks = {"before a comma": b"", "after a comma": b"", "before the end": b""}
        blanks[place] = b" \n" * 50
        between = b"%s,%s" % (blanks["before a comma"], blanks["after a comma"])
        end = blanks["before the end"]
        body = b'{"data": [{"a": 1}%s{"a": 2}%s]%s}' % (between, end, behind)
        with blocks_of(40):
            assert rows(200, body) == [{"a": 1}, {"a": 2}]

    @pytest.mark.parametrize("size", range(14, 20))
    @pytest.mark.parametrize("behind", range(3))
    def test_a_comma_that_ends_a_block_is_passed(self, size: int, behind: int) -> None:
        reads: list[int] = []

        class Counting(Spool):
            def read(self, begin: int = 0, size: int | None = None) -> bytes:
                reads.append(begin)
                assert len(reads) < 100, "it does not end"
                return super().read(begin, size)

        spool = Counting()
        spool.write(
            b'{"data": [{"a": 1}%s,{"a": 2}%s,%s{"a": 3}]}' % ((b" " * (size - 1 - behind),) * 3)
        )
        with blocks_of(size):
            assert list(parser.parse_response(Reply(200, spool))) == [{"a": 1}, {"a": 2}, {"a": 3}]

    @pytest.mark.parametrize("other", [b"5", b"null", b'"x"', b"[]", b'[{"a": 1}]', b"true"])
    @pytest.mark.parametrize("size", [15, 30, 1000])
    def test_a_list_that_holds_something_else_too_is_refused(self, other: bytes, size: int) -> None:
        body = b'{"data": [{"a": 1}, {"a": "},"}, %s, {"a": 3}]}' % other
        with blocks_of(size), pytest.raises(StreamError, match="not a list of objects"):
            rows(200, body)


class TestBrokenDocuments:
    """What is not as it was sent is an error, or holds what it says."""

    @each_shape
    @given(data=st.data())
    def test_a_document_that_ends_too_soon_is_refused(
        self, shape: RowExtractor, data: st.DataObject
    ) -> None:
        body = data.draw(documents(shape)).rstrip()
        begin = body[: data.draw(st.integers(0, len(body) - 1))]
        with blocks_of(data.draw(block_sizes(body))):
            assert outcome(begin, shape) is None

    @each_shape
    @given(data=st.data())
    def test_a_byte_that_is_another_one_gives_no_other_rows_than_the_whole_does(
        self, shape: RowExtractor, data: st.DataObject
    ) -> None:
        body = data.draw(documents(shape))
        place = data.draw(st.integers(0, len(body) - 1))
        byte = bytes([data.draw(st.sampled_from(ODD_BYTES))])
        kept = place + data.draw(st.sampled_from([0, 1]))
        new = data.draw(st.sampled_from([b"", byte]))
        changed = body[:place] + new + body[kept:]
        with blocks_of(data.draw(block_sizes(changed))):
            found = outcome(changed, shape)
        event("refused" if found is None else "read")
        assert found == at_once(changed, shape)

    @given(st.binary(max_size=40), st.integers(30, 80))
    def test_anything_else_is_no_document(self, tail: bytes, size: int) -> None:
        body = b'{"data": [{"a": 1}, {"a": 2}' + tail
        with blocks_of(size):
            assert outcome(body, LIST) == at_once(body, LIST)

    @pytest.mark.parametrize(
        "body",
        [
            b'{"data": [{"a": 1},]}',
            b'{"data": [{"a": 1}{"a": 2}]}',
            b'{"data": [{"a": 1},,{"a": 2}]}',
            b'{"data": [{"a": 1}}]}',
            b'{"data": [{"a": 1]}]}',
            b'{"data": [{"a": 1}], }',
            b'{"data": [{"a": 1}]} x',
            b'{"data": [{"a": 1}]}]',
            b'{"data": [{"a": 1}, {"a": NaN}]}',
            b'{"data": [{"a": 1}, {"a": "\n"}]}',
            b'{"data": [{"a": 1}], "x": NaN}',
            b'{"data": [{"a": 1}] "x": 1}',
            b'[{"a": 1}',
            b'[{"a": 1}] [{"a": 2}]',
        ],
    )
    @pytest.mark.parametrize("size", [13, 20, 1000])
    def test_what_is_no_json_may_pass_by_itself(self, body: bytes, size: int) -> None:
        with blocks_of(size), pytest.raises(RetryableError, match="no whole JSON document"):
            rows(200, body)

    @pytest.mark.parametrize("size", range(11, 30))
    @pytest.mark.parametrize("text", [b"x", b"\\ud800"])
    def test_nothing_behind_a_comma_is_no_json(self, text: bytes, size: int) -> None:
        with blocks_of(size), pytest.raises(RetryableError, match="no whole JSON document"):
            rows(200, b'{"data": [{"a": "%s"}, ]}' % text)

    @pytest.mark.parametrize("text", [b"x", b"\\ud800"])
    def test_a_list_of_other_things_too_is_none_of_rows(self, text: bytes) -> None:
        with pytest.raises(StreamError, match="a list of other things"):
            rows(200, b'{"data": [{"a": "%s"}, 5]}' % text)

    def test_a_page_of_html_is_no_json_however_long(self) -> None:
        with pytest.raises(RetryableError, match="no answer of the API"):
            rows(200, b" \n<html>" + b"x" * 1_000_000)

    @pytest.mark.parametrize("value", [b'"\xff"', b"1" * 5000, b"1e" + b"9" * 30])
    def test_a_value_that_cannot_be_read_is_refused(self, value: bytes) -> None:
        body = b'{"data": [{"a": 1}, {"a": %s}]}' % value
        with pytest.raises(WolkvoxError):
            rows(200, body)

    def test_what_is_nested_too_deep_is_refused(self) -> None:
        depth = 100_000
        body = b'{"data": [{"a": 1}, {"a": %s%s}]}' % (b"[" * depth, b"]" * depth)
        with pytest.raises(WolkvoxError):
            rows(200, body)

    @pytest.mark.parametrize("depth", [10, 500])
    def test_what_is_nested_is_read(self, depth: int) -> None:
        body = b'{"data": [{"a": 1}, {"a": %s%s}]}' % (b"[" * depth, b"]" * depth)
        with blocks_of(30):
            assert len(rows(200, body)) == 2

    @pytest.mark.parametrize(
        "double",
        [
            b'"a": 1, "a": 1',
            b'"a": 1, "b": 2, "\\u0061": 3',
            b'"a": {"b": {"c": 1, "c": 2}}',
            b'"a": [[{"b": 1, "b": null}]]',
            b'"a": "},", "a" : "},"',
            b'"a": "\\ud83d", "a": 2',
        ],
    )
    @given(st.lists(objects, max_size=5), st.lists(objects, max_size=5), st.data())
    def test_a_field_that_comes_twice_in_a_row_is_an_error(
        self, double: bytes, before: list[Row], after: list[Row], data: st.DataObject
    ) -> None:
        writer = data.draw(writers)
        written = [*map(writer.document, before), b"{%s}" % double, *map(writer.document, after)]
        body = b'{"data": [%s]}' % b",".join(written)
        with blocks_of(data.draw(block_sizes(body))), pytest.raises(StreamError, match="twice"):
            rows(200, body)

    @pytest.mark.parametrize(
        "body",
        [
            b'{"data": [{"a": 1}], "data": [{"a": 1}]}',
            b'{"data": [], "data": [{"a": 1}]}',
            b'{"data": [{"a": 1}], "x": 1, "d\\u0061ta": null}',
            b'{"x": {"y": 1, "y": 2}, "data": [{"a": 1}]}',
            b'{"data": [{"a": 1}], "x": 1, "x": 1}',
        ],
    )
    def test_a_field_that_comes_twice_around_the_rows_is_an_error(self, body: bytes) -> None:
        with pytest.raises(StreamError, match="twice"):
            rows(200, body)


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
