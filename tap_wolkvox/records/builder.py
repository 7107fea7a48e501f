"""Typist: makes records of the rows of an answer, and says at its end whether they are good."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import SERVER
from tap_wolkvox.errors import StreamError
from tap_wolkvox.records import converters, keys
from tap_wolkvox.records.totals import Sums

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from singer_sdk.helpers.types import Record

    from tap_wolkvox.catalog.endpoints import Endpoint
    from tap_wolkvox.response.extractors import Row


@dataclass(kw_only=True)
class Typist:
    """The rows of one answer, batch after batch.

    Args:
        endpoint: What answered.
        key: Columns that tell a record from all others.
        converters: The conversions of the columns that it sends, by name.
        aliases: Other names of columns, each with the column.
        added: Columns before those, which say the same of each row.
        row_keys: What gives each row its `row_key`, if it has one.
        is_wanted: Whether a row is to be kept; None where all are.
        is_new: Whether a record is to be kept; None where all are.
    """

    endpoint: Endpoint
    key: Sequence[str]
    converters: Mapping[str, converters.Converter]
    aliases: Mapping[str, str]
    added: Mapping[str, str]
    row_keys: keys.RowKeys | None = None
    is_wanted: Callable[[Row], bool] | None = None
    is_new: Callable[[Record], bool] | None = None

    sent: set[str] = field(default_factory=set)
    """Columns that came so far, under whatever name."""
    rescued: set[str] = field(default_factory=set)
    """Fields that found no place in a column so far."""
    rows: int = 0
    """Rows so far that are kept."""
    left_out: int = 0
    """Rows so far that add up the others."""
    unique: keys.Unique = field(init=False)
    """The keys of all rows so far."""
    sums: Sums = field(init=False)
    """Tells which rows add up the others."""

    def __post_init__(self) -> None:
        made = (SERVER, *self.endpoint.added_columns)
        self.unique = keys.Unique(self.key, made)
        self.sums = Sums(self.endpoint, self.aliases)

    def records(self, rows: Sequence[Row]) -> list[Record]:
        """Return the records of the next rows."""
        kept = [row for row in rows if not self.sums.has(row)]
        self.left_out += len(rows) - len(kept)
        if self.is_wanted:
            kept = list(filter(self.is_wanted, kept))
        self.rows += len(kept)
        row_keys = self.row_keys.of(kept) if self.row_keys else repeat("")
        records = list(map(self._record, kept, row_keys))
        self.unique.add([tuple(record.get(name) for name in self.key) for record in records])
        return list(filter(self.is_new, records)) if self.is_new else records

    def check(self) -> None:
        """Make sure that the rows are good, now that all of them are known.

        Raises:
            StreamError: None of what the API sent is declared, or a key is not what it should be.
        """
        known = (self.sent - set(self.endpoint.non_payload_columns)) & self.converters.keys()
        if self.rows and not known:
            raise StreamError("the answer holds other fields than the schema: please report it")
        self.unique.check()

    def _record(self, row: Row, row_key: str) -> Record:
        record = dict(self.added)
        if row_key:
            record[self.endpoint.stamp_column] = row_key
        typed, rescued = converters.convert(row, self.converters, self.aliases)
        self.sent.update(converters.column_name(name, self.aliases) for name in row)
        self.rescued |= rescued.keys()
        return record | typed | {schemas.RESCUED: converters.rescued_text(rescued)}
