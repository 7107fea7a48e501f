"""Documents, and the blocks in which they come."""

from __future__ import annotations

import json
import random
import re
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st

from tap_wolkvox.response import parser, splitting
from tap_wolkvox.response.extractors import (
    LIST,
    NestedRows,
    RowExtractor,
    RowsWithEarliest,
)
from tap_wolkvox.response.gateway import Reply
from tests.support.reading import spooled

if TYPE_CHECKING:
    from collections.abc import Iterator


IN_ROWS = NestedRows(field="inner")
EARLIEST = RowsWithEarliest(field="inner", inner="date", column="first_date")

TRICKY = [
    *("},", "]", "{", '":', "\\", '"', "[{", "}]", ",", ":", "\\u007b", 'data":[{', '"data": [{'),
    *("😀", "é", "\ud83d", "\ude00", "\n", "\t", "\x00", "\x7f", "\u2028", " ", "a"),
]
"""What texts are made of: what a place to cut at looks like, and what is not written as it is."""

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


def batches(body: bytes, shape: RowExtractor = LIST) -> int:
    return len(parser.parse_response(Reply(200, spooled(body)), extractor=shape).batches)
