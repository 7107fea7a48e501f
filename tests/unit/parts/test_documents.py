"""Documents that are read part by part."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tap_wolkvox.errors import RetryableError, StreamError, WolkvoxError
from tap_wolkvox.response import parser, splitting
from tap_wolkvox.response.decoding import decode
from tap_wolkvox.response.extractors import (
    LIST,
    Row,
    RowExtractor,
    Rows,
)
from tap_wolkvox.response.gateway import Reply
from tap_wolkvox.spool import Spool
from tests.support.reading import rows

if TYPE_CHECKING:
    from collections.abc import Iterator

from tests.unit.parts.common import (
    EARLIEST,
    IN_ROWS,
    batches,
    block_sizes,
    blocks_of,
    documents,
    objects,
    writers,
)

NESTED = Rows(path=("data", "data"))
SHAPES: list[RowExtractor] = [LIST, NESTED, IN_ROWS, EARLIEST]

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=repr)

ODD_BYTES = [*b'{}[],:"\\ \n0a-.eN', 0, 1, 0x7F, 0x80, 0xC3, 0xED, 0xFF]


@contextmanager
def no_cuts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitting, "split_list", lambda spool, name: None)
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
