"""Answer rows: the rows of an answer, decoded when they are needed, and never held all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sized
from hashlib import blake2b
from types import MappingProxyType
from typing import TYPE_CHECKING

import simplejson

from tap_wolkvox.errors import StreamError
from tap_wolkvox.response.decoding import decode
from tap_wolkvox.response.extractors import LIST, joined
from tap_wolkvox.spool import Span, Spool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tap_wolkvox.response.extractors import Row, RowExtractor

NOTHING: Mapping[str, str] = MappingProxyType({})


class RowBatch:
    """Rows that are few enough to be held.

    Args:
        source: Where they are: the part of a document, or themselves.
        shape: The shape of the part.
        outer: What is said of each row by the request.
    """

    __slots__ = ("_outer", "_shape", "_source")

    def __init__(
        self,
        source: Span | Sequence[Row],
        shape: RowExtractor = LIST,
        outer: Mapping[str, str] = NOTHING,
    ) -> None:
        self._source = source
        self._shape = shape
        self._outer = outer

    @property
    def raw(self) -> bytes | None:
        """The rows as the JSON list that was sent, if that is what they are."""
        part = self._source
        is_sent = self._shape.is_plain and not self._outer
        return _as_list(part) if is_sent and isinstance(part, Span) else None

    @property
    def rows(self) -> Sequence[Row]:
        """The rows.

        Raises:
            StreamError: They can't be read.
        """
        rows = self._source
        if isinstance(rows, Span):
            try:
                rows = self._shape.read(decode(_as_list(rows))).rows
            except ValueError:
                raise StreamError(
                    "the answer holds text or a number that can't be read: please report it"
                ) from None
        return [joined(self._outer, row, "row") for row in rows] if self._outer else rows

    def with_columns(self, outer: Mapping[str, str]) -> RowBatch:
        """Return the same rows, with columns that the request says of each."""
        return RowBatch(self._source, self._shape, {**outer, **self._outer})

    def kept_in(self, spool: Spool) -> RowBatch:
        """Return the same rows, kept in another spool."""
        source = self._source
        if isinstance(source, Span):
            source = Span.added(spool, source.read(), source.count)
        return RowBatch(source, self._shape, self._outer)


def _as_list(part: Span) -> bytes:
    return b"[%s]" % part.read()


def _digest(row: Row) -> bytes:
    return blake2b(simplejson.dumps(sorted(row.items())).encode(), digest_size=16).digest()


def _is_beyond(row: Row, left: Counter[bytes]) -> bool:
    """Whether a row is one more than those that are left, of which it takes one otherwise."""
    digest = _digest(row)
    if not left[digest]:
        return True
    left[digest] -= 1
    return False


class ResponseRows(Sized):
    """All rows of an answer, or of several; gone through as often as needed.

    Args:
        batches: The rows, in their order.
        count: How many they are.
    """

    def __init__(self, batches: Iterable[RowBatch] = (), count: int = 0) -> None:
        self.batches = list(batches)
        self._count = count
        self._spool = Spool()

    @classmethod
    def of(cls, rows: Sequence[Row]) -> ResponseRows:
        """Return rows that are at hand."""
        return cls([RowBatch(rows)], len(rows))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        for batch in self.batches:
            yield from batch.rows

    def with_columns(self, outer: Mapping[str, str]) -> ResponseRows:
        """Return the same rows, with columns that the request says of each."""
        return ResponseRows([batch.with_columns(outer) for batch in self.batches], self._count)

    def beyond(self, others: ResponseRows) -> ResponseRows:
        """Return the rows that come more often here than in others, as often as they do."""
        left = Counter(map(_digest, others))
        found = ResponseRows()
        for batch in self.batches:
            found.add([row for row in batch.rows if _is_beyond(row, left)])
        return found

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows, which need no memory from then on."""
        if rows:
            written = ", ".join(map(simplejson.dumps, rows)).encode()
            self.batches.append(RowBatch(Span.added(self._spool, written, len(rows))))
            self._count += len(rows)

    def extend(self, others: ResponseRows) -> None:
        """Add the rows of another answer, which needs no file of its own from then on."""
        self.batches += [batch.kept_in(self._spool) for batch in others.batches]
        self._count += len(others)
