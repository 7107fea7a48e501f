"""Parts: a long list within a JSON document, cut into pieces that are small enough to be held.

A document of 256 MB fills more than a gigabyte once it is decoded. So its list is found by its
name, and cut between two of its objects. Where that is, is guessed, and each guess is proved: what
ends within an object or a text is no JSON. What is around the list is decoded as any document.
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
"""Places to cut at that are tried before a block is looked through from its begin."""

_BLANK = rb"[ \t\r\n]*"
_LIST = rb"\[(?=" + _BLANK + rb"\{)"
_BARE = re.compile(LEADING + _LIST)
_END = re.compile(_BLANK + rb"\]")
_NEXT = re.compile(_BLANK + rb"(?:(,)|\])")
# A text that does not end takes all that follows: its brackets are none.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_OPENING, _CLOSING = frozenset(b"[{"), frozenset(b"]}")


class BrokenError(ValueError):
    """The document is no JSON, or does not go on to its end."""


class _OtherThingsError(Exception):
    """The list holds what is no object."""


class _Object(msgspec.Struct, gc=False):
    """Any object. Its fields are passed over: that it is one costs little to know."""


_objects = msgspec.json.Decoder(list[_Object])


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document whose list was cut.

    Args:
        around: The document, decoded, with `mark` in the place of the list.
        mark: A text that is nowhere else in it.
        parts: The list: objects, with the commas between them.
    """

    around: Any
    mark: str
    parts: Sequence[Span]


def split_list(spool: Spool, name: str) -> SplitDocument | None:
    """Cut the list of a document; None where no list that begins with an object is in sight.

    Args:
        spool: The document.
        name: The field that holds the list, which may also be the whole document.

    Raises:
        BrokenError: It is no JSON.
        StreamError: What is around the list has a field twice.
    """
    block = spool.read(0, BLOCK)
    named = re.compile(rb'"' + re.escape(name.encode()) + rb'"' + _BLANK + rb":" + _BLANK + _LIST)
    begin = _BARE.match(block) or named.search(block)
    if not begin:
        return None
    try:
        parts = list(_parts(spool, begin.end()))
    except _OtherThingsError:
        return None
    end = parts[-1].begin + parts[-1].size
    mark = uuid4().hex
    head, tail = block[: begin.end() - 1], spool.read(end)
    tail = tail[cast("re.Match[bytes]", _END.match(tail)).end() :]
    try:
        around = decode(b'%s"%s"%s' % (head, mark.encode(), tail))
    except ValueError:
        raise BrokenError from None
    return SplitDocument(around, mark, parts)


def _parts(spool: Spool, position: int) -> Iterator[Span]:
    """Yield the pieces of the list whose first object follows a position."""
    held = spool.read(position, BLOCK)
    while True:
        is_last = position + len(held) >= spool.size
        piece = _piece(held, is_last=is_last)
        if not piece and is_last:
            raise BrokenError
        if not piece:
            held += spool.read(position + len(held), len(held))
            continue
        size, count = piece
        yield Span(spool, position, size, count)
        position += size
        held = spool.read(position, BLOCK)
        while not held.strip(b" \t\r\n") and position + len(held) < spool.size:
            held += spool.read(position + len(held), len(held))
        following = _NEXT.match(held)
        if not following:
            raise BrokenError
        if not following[1]:
            return
        position += following.end()
        held = held[following.end() :] or spool.read(position, BLOCK)


def _piece(held: bytes, *, is_last: bool) -> tuple[int, int] | None:
    """Return the bytes and the objects of a piece that a block begins with; None if it has none."""
    for end in _guesses(held, b"]" if is_last else b"},", 0 if is_last else 1):
        count = _counted(held[:end])
        if count:
            return end, count
    end = _last_end(held)
    return (end, _proved(held[:end])) if end else None


def _guesses(held: bytes, sign: bytes, kept: int) -> Iterator[int]:
    """Yield places to cut at, from the last on: before a sign, of which so many bytes are kept."""
    found = len(held)
    for _ in range(GUESSES):
        found = held.rfind(sign, 0, found)
        if found < 0:
            return
        yield found + kept


def _last_end(held: bytes) -> int:
    """Return the end of the last whole object, or of the list; 0 where none is."""
    depth = end = 0
    for token in _TOKEN.finditer(held):
        sign = token[0][0]
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if depth < 0:
            return token.start()
        if not depth and sign in _CLOSING:
            end = token.end()
    return end


def _counted(piece: bytes) -> int:
    """Return how many objects a piece holds; 0 where it is not to be decoded so.

    Raises:
        _OtherThingsError: It holds something else.
    """
    try:
        return len(_objects.decode(b"[%s]" % piece))
    except msgspec.ValidationError:
        raise _OtherThingsError from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        return 0


def _proved(piece: bytes) -> int:
    """Return how many objects a piece holds, of which no smaller one is known.

    Raises:
        BrokenError: It is no JSON.
        _OtherThingsError: It holds something else.
    """
    count = _counted(piece)
    if count:
        return count
    try:
        # Half a surrogate pair is JSON to the standard library, which is the judge.
        things = decode(b"[%s]" % piece)
    except ValueError:
        raise BrokenError from None
    if not things:
        raise BrokenError
    if not all(isinstance(thing, dict) for thing in things):
        raise _OtherThingsError
    return len(things)
