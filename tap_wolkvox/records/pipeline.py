"""RecordPipeline: turns the rows of one stream into its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import SERVER
from tap_wolkvox.clock import local_time
from tap_wolkvox.messages.batch import RecordBatch
from tap_wolkvox.records import converters
from tap_wolkvox.records.builder import RecordBuilder
from tap_wolkvox.records.fast_builder import FEW, FastRecordBuilder
from tap_wolkvox.records.keys import RowKeyGenerator
from tap_wolkvox.records.totals import TOTAL, TotalRows
from tap_wolkvox.response.fields import by_column
from tap_wolkvox.response.redaction import shown_names

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from singer_sdk.helpers.types import Record

    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.config.operation import Operation
    from tap_wolkvox.response.extractors import Row
    from tap_wolkvox.response.rows import ResponseRows

    Logger = logging.LoggerAdapter[logging.Logger]


class RecordPipeline:
    """Builds the records of one stream, response after response.

    Args:
        endpoint: The endpoint of the stream.
        operation: The operation, with its server, time zone and token.
        unplaced: Declared columns that the catalog of the user lacks: their values go to
            `_rescued_data`.
        version: Returns the table version for the RECORD messages; None if the stream has none.
        logger: Logger of the stream.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        operation: Operation,
        *,
        unplaced: Collection[str],
        version: Callable[[], int | None],
        logger: Logger,
    ) -> None:
        declared = schemas.received(endpoint)
        key = endpoint.primary_key
        self._endpoint = endpoint
        self._operation = operation
        self._version = version
        self._logger = logger
        self._converters = {
            name: converters.converter(schema, operation.zone, in_key=name in key)
            for name, schema in declared.items()
            if name not in unplaced
        }
        self.aliases = schemas.aliases(endpoint)
        """Other names under which the API may send a column, each with the column name."""
        self._numbers = [name for name in self._converters if "number" in declared[name]["type"]]
        self._fast = FastRecordBuilder(self._converters)
        self._received: set[str] = set()
        self._rescued: set[str] = set()

    def build(
        self,
        rows: ResponseRows,
        constants: Mapping[str, str],
        row_keys: RowKeyGenerator | None = None,
        *,
        keep_row: Callable[[Row], bool] | None = None,
        keep_record: Callable[[Record], bool] | None = None,
    ) -> RecordBatch:
        """Return the records of one response.

        Args:
            rows: The rows of the response.
            constants: Columns with the same value in each record.
            row_keys: Generates the `row_key` column; None if the stream has none.
            keep_row: Returns whether a row becomes a record; None to keep all rows.
            keep_record: Returns whether a record is emitted; None to emit all records.

        Raises:
            StreamError: The API sent no column that the schema declares, or a key is unusable.
        """
        builder = RecordBuilder(
            endpoint=self._endpoint,
            primary_key=self._endpoint.primary_key,
            converters=self._converters,
            aliases=self.aliases,
            constants={SERVER: self._operation.server, **constants},
            row_keys=row_keys,
            keep_row=keep_row,
            keep_record=keep_record,
        )
        built = self.empty()
        for batch in rows.batches:
            raw = batch.raw if len(rows) > FEW else None
            fast = self._fast.build(raw, builder) if raw else None
            built.add(builder.build(batch.rows) if fast is None else fast)
        self._rescued |= builder.seen.rescued_fields
        builder.seen.verify()
        self._received |= builder.seen.received_columns
        if builder.seen.skipped_totals:
            self._logger.info("%d rows named %s are left out.", builder.seen.skipped_totals, TOTAL)
        return built

    def empty(self) -> RecordBatch:
        """Return a batch without records."""
        return RecordBatch(self._endpoint.name, self._numbers, self._version())

    def new_row_keys(self) -> RowKeyGenerator:
        """Return a generator of row keys that has counted no rows yet."""
        return RowKeyGenerator(self._endpoint.key, self._endpoint.date, self.aliases)

    def typed(self, rows: ResponseRows) -> Iterator[Mapping[str, converters.Scalar]]:
        """Yield the converted columns of rows that are not emitted, without rows of totals."""
        totals = TotalRows(self._endpoint, self.aliases)
        for row in rows:
            if not totals.has(row):
                yield converters.convert_row(row, self._converters, self.aliases)[0]

    def local_time_of(self, row: Row) -> datetime | None:
        """Return the wall-clock time of a row; None if the row has no valid date."""
        date = self._endpoint.date or ""
        value = by_column(row, self.aliases).get(date)
        try:
            text = self._converters[date](value) if date in self._converters else None
        except converters.MisfitError:
            text = None
        return None if text is None else local_time(str(text), self._operation.zone)

    def report(self) -> None:
        """Log where the responses since the last report differed from the schema."""
        endpoint = self._endpoint
        missing = schemas.expected(endpoint) - self._received - set(endpoint.non_payload_columns)
        if self._received and missing:
            self._logger.warning(
                "Columns that the API did not send: %s", ", ".join(sorted(missing))
            )
        if self._rescued:
            names = shown_names(self._rescued, self._operation.token)
            self._logger.warning("Fields that went to `%s`: %s", schemas.RESCUED, names)
        self._received, self._rescued = set(), set()
