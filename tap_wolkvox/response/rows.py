"""The rows of a response, decoded batch by batch, so that they are never all in memory at once."""

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
    """A few rows, which fit into memory.

    Args:
        source: The rows themselves, or the span of a spool that holds their JSON: objects with
            commas between them.
        extractor: The extractor that turns the objects of the span into rows.
        outer: Values that the request adds to each row, by column.
    """

    __slots__ = ("_extractor", "_outer", "_source")

    def __init__(
        self,
        source: Span | Sequence[Row],
        extractor: RowExtractor = LIST,
        outer: Mapping[str, str] = NOTHING,
    ) -> None:
        self._source = source
        self._extractor = extractor
        self._outer = outer

    @property
    def raw(self) -> bytes | None:
        """The rows as a JSON list, as received; None if the rows differ from what was received."""
        source = self._source
        is_unchanged = self._extractor.is_plain and not self._outer
        return _as_list(source) if is_unchanged and isinstance(source, Span) else None

    @property
    def rows(self) -> Sequence[Row]:
        """The rows. Each access decodes them again.

        Raises:
            StreamError: They can't be decoded.
        """
        rows = self._source
        if isinstance(rows, Span):
            try:
                rows = self._extractor.read(decode(_as_list(rows))).rows
            except ValueError:
                raise StreamError(
                    "the answer holds text or a number that can't be read: please report it"
                ) from None
        return [joined(self._outer, row, "row") for row in rows] if self._outer else rows

    def with_columns(self, outer: Mapping[str, str]) -> RowBatch:
        """Return the same rows, with values that the request adds to each row."""
        return RowBatch(self._source, self._extractor, {**outer, **self._outer})

    def kept_in(self, spool: Spool) -> RowBatch:
        """Return the same rows, copied to another spool."""
        source = self._source
        if isinstance(source, Span):
            source = Span.added(spool, source.read(), source.count)
        return RowBatch(source, self._extractor, self._outer)


def _as_list(span: Span) -> bytes:
    return b"[%s]" % span.read()


def _digest(row: Row) -> bytes:
    return blake2b(simplejson.dumps(sorted(row.items())).encode(), digest_size=16).digest()


def _is_surplus(row: Row, unmatched: Counter[bytes]) -> bool:
    """Whether no unmatched row equals a row. Otherwise one equal row becomes matched."""
    digest = _digest(row)
    if not unmatched[digest]:
        return True
    unmatched[digest] -= 1
    return False


class ResponseRows(Sized):
    """All rows of one response, or of several; iterate over them as often as needed.

    Args:
        batches: The rows, in their order.
        count: Number of rows in all batches.
    """

    def __init__(self, batches: Iterable[RowBatch] = (), count: int = 0) -> None:
        self.batches = list(batches)
        self._count = count
        self._spool = Spool()

    @classmethod
    def of(cls, rows: Sequence[Row]) -> ResponseRows:
        """Return rows that are already decoded, as one batch."""
        return cls([RowBatch(rows)], len(rows))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        for batch in self.batches:
            yield from batch.rows

    def with_columns(self, outer: Mapping[str, str]) -> ResponseRows:
        """Return the same rows, with values that the request adds to each row."""
        return ResponseRows([batch.with_columns(outer) for batch in self.batches], self._count)

    def beyond(self, others: ResponseRows) -> ResponseRows:
        """Return the rows that others lack. A row counts as often as it occurs.

        [A, A, B] beyond [A, C]  →  [A, B]
        """
        unmatched = Counter(map(_digest, others))
        surplus = ResponseRows()
        for batch in self.batches:
            surplus.add([row for row in batch.rows if _is_surplus(row, unmatched)])
        return surplus

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows; they are written to the spool, so the caller can drop its copy."""
        if rows:
            encoded = ", ".join(map(simplejson.dumps, rows)).encode()
            self.batches.append(RowBatch(Span.added(self._spool, encoded, len(rows))))
            self._count += len(rows)

    def extend(self, others: ResponseRows) -> None:
        """Add the rows of another response; they are copied, so its temporary file can close."""
        self.batches += [batch.kept_in(self._spool) for batch in others.batches]
        self._count += len(others)
