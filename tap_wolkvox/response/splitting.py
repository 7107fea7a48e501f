"""Splitting: cuts a long list inside a JSON document into pieces that fit into memory.

A document of 256 MB fills more than a gigabyte of memory once it is decoded. So the list of rows
is found by its name and cut between two of its objects, without decoding the whole document:

    {"code": "200", "data": [{"id": 1}, {"id": 2}, {"id": 3}], "msg": ""}

    around   {"code": "200", "data": "<mark>", "msg": ""}     decoded
    parts    {"id": 1}, {"id": 2}                             a span of the spool
             {"id": 3}                                        a span of the spool

The places to cut at are guessed, and each guess is checked: a piece that ends inside an object or
a text is not valid JSON.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import msgspec

from tap_wolkvox.response.decoding import LEADING, decode
from tap_wolkvox.spool import BLOCK, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_wolkvox.spool import Spool

GUESSES = 3
"""Guesses for one piece. If all fail, the block is searched token by token, which is slower."""

_BLANK = rb"[ \t\r\n]*"
_LIST = rb"\[(?=" + _BLANK + rb"\{)"
# The whole document is the list.
_BARE = re.compile(LEADING + _LIST)
_END = re.compile(_BLANK + rb"\]")
_NEXT = re.compile(_BLANK + rb"(?:(,)|\])")
# A text without an end matches up to the end of the block: brackets inside it are no brackets.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_OPENING, _CLOSING = frozenset(b"[{"), frozenset(b"]}")


class BrokenError(ValueError):
    """The document is not JSON, or it is truncated."""


class _OtherThingsError(Exception):
    """The list holds something that is not an object."""


class _Object(msgspec.Struct, gc=False):
    """Any object. Without declared fields the decoder skips them all, so counting is cheap."""


_objects = msgspec.json.Decoder(list[_Object])


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document whose list was split.

    Args:
        around: The decoded document, with `mark` in place of the list.
        mark: A random text that occurs nowhere else in the document.
        parts: The pieces of the list: objects with commas between them.
    """

    around: Any
    mark: str
    parts: Sequence[Span]


def split_list(spool: Spool, name: str) -> SplitDocument | None:
    """Split the list of a document.

    Returns None if the first block holds no list of that name that begins with an object.

    Args:
        spool: The document.
        name: The field that holds the list. If the document itself is a list, that list is split.

    Raises:
        BrokenError: The document is not JSON.
        StreamError: Outside of the list, an object has the same field twice.
    """
    block = spool.read(0, BLOCK)
    named = re.compile(rb'"' + re.escape(name.encode()) + rb'"' + _BLANK + rb":" + _BLANK + _LIST)
    opening = _BARE.match(block) or named.search(block)
    if not opening:
        return None
    try:
        parts = list(_parts(spool, opening.end()))
    except _OtherThingsError:
        return None
    end = parts[-1].begin + parts[-1].size
    mark = uuid4().hex
    head, tail = block[: opening.end() - 1], spool.read(end)
    # `_parts` has checked that the closing bracket of the list follows.
    tail = tail[cast("re.Match[bytes]", _END.match(tail)).end() :]
    try:
        around = decode(b'%s"%s"%s' % (head, mark.encode(), tail))
    except ValueError:
        raise BrokenError from None
    return SplitDocument(around, mark, parts)


def _parts(spool: Spool, position: int) -> Iterator[Span]:
    """Yield the pieces of a list.

    Args:
        spool: The document.
        position: Position of the first byte after the opening bracket of the list.
    """
    block = spool.read(position, BLOCK)
    while True:
        is_last = position + len(block) >= spool.size
        piece = _piece(block, is_last=is_last)
        if not piece and is_last:
            raise BrokenError
        if not piece:
            # One object is longer than the block: double the block.
            block += spool.read(position + len(block), len(block))
            continue
        size, count = piece
        yield Span(spool, position, size, count)
        position += size
        block = spool.read(position, BLOCK)
        while not block.strip(b" \t\r\n") and position + len(block) < spool.size:
            # Blanks fill the whole block.
            block += spool.read(position + len(block), len(block))
        separator = _NEXT.match(block)
        if not separator:
            raise BrokenError
        if not separator[1]:
            return
        position += separator.end()
        block = block[separator.end() :] or spool.read(position, BLOCK)


def _piece(block: bytes, *, is_last: bool) -> tuple[int, int] | None:
    """Return the size in bytes and the number of objects of the piece that a block begins with.

    Returns None if the block holds no whole object.
    """
    # The last block holds the end of the list: cut before its bracket. Others: behind an object.
    for end in _guesses(block, b"]" if is_last else b"},", 0 if is_last else 1):
        count = _count(block[:end])
        if count:
            return end, count
    end = _last_end(block)
    return (end, _checked_count(block[:end])) if end else None


def _guesses(block: bytes, separator: bytes, offset: int) -> Iterator[int]:
    """Yield guesses of where to cut, from the end of the block backwards.

    Args:
        block: The block.
        separator: The bytes to look for.
        offset: How many bytes of the separator belong to the piece.
    """
    position = len(block)
    for _ in range(GUESSES):
        position = block.rfind(separator, 0, position)
        if position < 0:
            return
        yield position + offset


def _last_end(block: bytes) -> int:
    """Return the end of the last whole object, or of the list; 0 if there is no whole object."""
    depth = end = 0
    for token in _TOKEN.finditer(block):
        char = token[0][0]
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth < 0:
            return token.start()
        if not depth and char in _CLOSING:
            end = token.end()
    return end


def _count(piece: bytes) -> int:
    """Return how many objects a piece holds; 0 if the fast decoder refuses it.

    Raises:
        _OtherThingsError: The piece holds something that is not an object.
    """
    try:
        return len(_objects.decode(b"[%s]" % piece))
    except msgspec.ValidationError:
        raise _OtherThingsError from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        return 0


def _checked_count(piece: bytes) -> int:
    """Return how many objects a piece holds. There is no smaller piece to try.

    Raises:
        BrokenError: The piece is not JSON.
        _OtherThingsError: The piece holds something that is not an object.
    """
    count = _count(piece)
    if count:
        return count
    try:
        # The fast decoder refuses half a surrogate pair (`\ud83d`), the standard library accepts
        # it. The standard library decides, because it decodes the rows later.
        items = decode(b"[%s]" % piece)
    except ValueError:
        raise BrokenError from None
    if not items:
        raise BrokenError
    if not all(isinstance(item, dict) for item in items):
        raise _OtherThingsError
    return len(items)
