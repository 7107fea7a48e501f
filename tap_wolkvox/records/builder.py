"""Builds the records of one response from its rows, and checks whether they may be emitted."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import SERVER
from tap_wolkvox.errors import StreamError
from tap_wolkvox.records import converters, keys
from tap_wolkvox.records.totals import TotalRows
from tap_wolkvox.response.fields import column_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from singer_sdk.helpers.types import Record

    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.response.extractors import Row


class ResponseCheck:
    """Facts about the rows of one response, collected by both builders.

    Args:
        endpoint: The endpoint that sent the response.
        primary_key: Columns of the primary key of the stream.
        declared: Columns that the schema declares as sent by the API.
    """

    def __init__(
        self, endpoint: Endpoint, primary_key: Sequence[str], declared: Iterable[str]
    ) -> None:
        self._expected = set(declared) - set(endpoint.non_payload_columns)
        self.rows = 0
        """Number of rows that became records."""
        self.skipped_totals = 0
        """Number of rows of totals, which become no records."""
        self.received_columns: set[str] = set()
        """Columns that the API sent, under their own name or under an alias."""
        self.rescued_fields: set[str] = set()
        """Fields that went to `_rescued_data`."""
        self.keys = keys.KeyChecker(primary_key, (SERVER, *endpoint.added_columns))

    def verify(self) -> None:
        """Check that the records may be emitted. Call it after the last row.

        Raises:
            StreamError: The API sent no column that the schema declares, or a key is unusable.
        """
        if self.rows and not self.received_columns & self._expected:
            raise StreamError("the answer holds other fields than the schema: please report it")
        self.keys.check()


@dataclass(kw_only=True)
class RecordBuilder:
    """Builds the records of one response, batch after batch.

        {"agent_id": "7", "calls": "1,234", "mood": "good"}
    becomes
        {"wolkvox_server": "0011", "agent_id": "7", "calls": 1234, "_rescued_data": '{"mood": …}'}

    Args:
        endpoint: The endpoint that sent the response.
        primary_key: Columns of the primary key of the stream.
        converters: The converter of each column that the API sends, by column name.
        aliases: Other names of columns, each with the column name.
        constants: Columns with the same value in each record; they come first.
        row_keys: Generates the `row_key` column; None if the stream has none.
        keep_row: Returns whether a row becomes a record; None to keep all rows.
        keep_record: Returns whether a record is emitted; None to emit all records.
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
    """Facts about the rows of the response so far."""
    totals: TotalRows = field(init=False)
    """Recognizes rows of totals."""

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
