"""RecordBatch: the records of a response, stored as encoded RECORD messages in a spool."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import repeat
from typing import TYPE_CHECKING, Any

import msgspec

from tap_wolkvox.spool import Span, Spool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from singer_sdk.helpers.types import Record

encoder = msgspec.json.Encoder(decimal_format="number")
"""Encoder of all messages to the target. A `Decimal` becomes a JSON number with all its digits."""


class _Message(msgspec.Struct, tag_field="type", tag="RECORD", gc=False):
    """A RECORD message, its fields in the order in which the SDK writes them."""

    stream: str
    record: Any
    version: int | msgspec.UnsetType
    time_extracted: str


class _Line(msgspec.Struct, gc=False):
    """The part of an encoded RECORD message that is needed to read the record back."""

    record: dict[str, Any]


_decoder = msgspec.json.Decoder(_Line, float_hook=Decimal)


class RecordBatch:
    """Records of one stream, outside of memory if they are many. Iterate as often as needed.

    Args:
        stream: Name of the stream.
        numbers: Columns that hold exact numbers.
        version: Table version for the messages; None if the stream has none.
    """

    def __init__(
        self, stream: str, numbers: Iterable[str] = (), version: int | None = None
    ) -> None:
        self.parts: list[Span] = []
        """The encoded messages, in their order. Each part holds whole lines."""
        self._stream = stream
        self._numbers = tuple(numbers)
        self._version = msgspec.UNSET if version is None else version
        self._spool = Spool()

    def __len__(self) -> int:
        return sum(part.count for part in self.parts)

    def __iter__(self) -> Iterator[Record]:
        for part in self.parts:
            for line in _decoder.decode_lines(part.read()):
                yield self._exact(line.record)

    def add(self, records: Sequence[Record | msgspec.Struct]) -> None:
        """Add records.

        Args:
            records: Dictionaries, or `msgspec` objects that encode to the same JSON.
        """
        now = datetime.now(UTC).isoformat()
        stream, version, time = repeat(self._stream), repeat(self._version), repeat(now)
        messages = list(map(_Message, stream, records, version, time))
        self._append(encoder.encode_lines(messages), len(messages))

    def extend(self, others: RecordBatch) -> None:
        """Add the records of another batch. They are copied, so the other batch can be freed."""
        for part in others.parts:
            self._append(part.read(), part.count)

    def _append(self, lines: bytes, count: int) -> None:
        if count:
            self.parts.append(Span.added(self._spool, lines, count))

    def _exact(self, record: Record) -> Record:
        """Return a record as it was added.

        Decoding makes an `int` of a whole number in JSON, so number columns become `Decimal` again.
        """
        for name in self._numbers:
            if record[name] is not None:
                record[name] = Decimal(record[name])
        return record
