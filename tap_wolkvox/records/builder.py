"""Builds the records of one response from its rows, and tells whether they may be emitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import SERVER
from tap_wolkvox.errors import StreamError
from tap_wolkvox.records import converters, keys
from tap_wolkvox.records.totals import TotalRows
from tap_wolkvox.response.fields import column_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from singer_sdk.helpers.types import Record

    from tap_wolkvox.catalog.endpoints import Endpoint
    from tap_wolkvox.response.extractors import Row


class ResponseCheck:
    """What the rows of one response hold, whichever builder reads them.

    Args:
        endpoint: The endpoint that sent the response.
        primary_key: Columns that tell a record from all others.
        declared: Columns that the API may send.
    """

    def __init__(
        self, endpoint: Endpoint, primary_key: Sequence[str], declared: Iterable[str]
    ) -> None:
        self._expected = set(declared) - set(endpoint.non_payload_columns)
        self.rows = 0
        """Rows that became records."""
        self.skipped_totals = 0
        """Rows that add up others, which are left out."""
        self.received_columns: set[str] = set()
        """Columns that came, under whatever name."""
        self.rescued_fields: set[str] = set()
        """Fields that found no place in a column."""
        self.keys = keys.KeyChecker(primary_key, (SERVER, *endpoint.added_columns))

    def verify(self) -> None:
        """Make sure that the records may be emitted, now that all rows are known.

        Raises:
            StreamError: Nothing of what the API sent is declared, or a key is unusable.
        """
        if self.rows and not self.received_columns & self._expected:
            raise StreamError("the answer holds other fields than the schema: please report it")
        self.keys.check()


@dataclass(kw_only=True)
class RecordBuilder:
    """Builds the records of one response, batch after batch.

    Args:
        endpoint: The endpoint that sent the response.
        primary_key: Columns that tell a record from all others.
        converters: The conversion of each column that the API sends.
        aliases: Other names of columns, each with the column.
        constants: Columns with the same value in each record; they come first.
        row_keys: What makes the `row_key` of each row, if there is one.
        keep_row: Whether a row is kept; None to keep all.
        keep_record: Whether a record is kept; None to keep all.
    """

    endpoint: Endpoint
    primary_key: Sequence[str]
    converters: Mapping[str, converters.Converter]
    aliases: Mapping[str, str]
    constants: Mapping[str, str]
    row_keys: keys.RowKeyGenerator | None = None
    keep_row: Callable[[Row], bool] | None = None
    keep_record: Callable[[Record], bool] | None = None

    seen: ResponseCheck = field(init=False)
    """What the rows of the response hold so far."""
    totals: TotalRows = field(init=False)
    """Tells which rows add up the others."""

    def __post_init__(self) -> None:
        self.seen = ResponseCheck(self.endpoint, self.primary_key, self.converters)
        self.totals = TotalRows(self.endpoint, self.aliases)

    def build(self, rows: Sequence[Row]) -> list[Record]:
        """Return the records of the next rows."""
        kept = [row for row in rows if not self.totals.has(row)]
        self.seen.skipped_totals += len(rows) - len(kept)
        if self.keep_row:
            kept = list(filter(self.keep_row, kept))
        self.seen.rows += len(kept)
        row_keys = self.row_keys.of(kept) if self.row_keys else repeat("")
        records = list(map(self._record, kept, row_keys))
        self.seen.keys.add(
            [tuple(record.get(name) for name in self.primary_key) for record in records]
        )
        return list(filter(self.keep_record, records)) if self.keep_record else records

    def _record(self, row: Row, row_key: str) -> Record:
        record = dict(self.constants)
        if row_key:
            record[self.endpoint.stamp_column] = row_key
        typed, rescued = converters.convert_row(row, self.converters, self.aliases)
        self.seen.received_columns.update(column_name(name, self.aliases) for name in row)
        self.seen.rescued_fields |= rescued.keys()
        return record | typed | {schemas.RESCUED: converters.rescued_text(rescued)}
