"""WolkvoxStream: one endpoint as a stream of the SDK."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE
from singer_sdk.streams import RESTStream
from typing_extensions import override

from tap_wolkvox import clock
from tap_wolkvox.api.retry import retry_after
from tap_wolkvox.catalog import schemas
from tap_wolkvox.config.operation import period
from tap_wolkvox.errors import RetryableError
from tap_wolkvox.records.pipeline import RecordPipeline
from tap_wolkvox.reporting import SyncStats
from tap_wolkvox.response.gateway import Reply
from tap_wolkvox.response.parser import parse_response
from tap_wolkvox.streams.protocols import ReaderContext
from tap_wolkvox.streams.retrieval import Retriever, body_of, check_range, query_of
from tap_wolkvox.streams.state import StreamState

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    import requests
    from singer_sdk import Tap
    from singer_sdk.helpers.types import Auth, Context, Record, RequestFunc
    from singer_sdk.streams.rest import HTTPRequest, PageContext

    from tap_wolkvox.api.request import RequestContext
    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.messages.writer import WholeMessageWriter
    from tap_wolkvox.response.rows import ResponseRows
    from tap_wolkvox.spool import Spool
    from tap_wolkvox.streams.protocols import OperationContext, StreamReader


class NamedLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger that begins each line with the name of a stream."""

    @override
    def process(self, msg: Any, kwargs: Any) -> tuple[Any, Any]:
        return f"{(self.extra or {})['stream']}: {msg}", kwargs


class WolkvoxStream(RESTStream[None]):
    """One endpoint: the SDK's hooks; how it is read is up to its reader.

    Args:
        tap: The tap.
        endpoint: The endpoint.
        operation: Returns the operation that it is read from; discovery needs none.
        new_reader: Makes what reads it.
    """

    allow_redirects = False
    payload_as_json = True

    def __init__(
        self,
        tap: Tap,
        endpoint: Endpoint,
        operation: Callable[[], OperationContext],
        new_reader: Callable[[ReaderContext], StreamReader],
    ) -> None:
        self.endpoint = endpoint
        self.selected_by_default = endpoint.selected
        self._operation = operation
        self._new_reader = new_reader
        self._writer = cast("WholeMessageWriter", tap.message_writer)
        self._write_state = tap.state_writer.write_state
        super().__init__(tap, name=endpoint.name, path=f"/{endpoint.php_file}.php")
        self.primary_keys = endpoint.primary_key
        self.replication_key = endpoint.replication_key

    # What it is composed of. Made when needed: a catalog may be applied after the stream is made.

    @cached_property
    def operation(self) -> OperationContext:
        """The operation that it is read from."""
        return self._operation()

    @cached_property
    def stats(self) -> SyncStats:
        """What it did in this run."""
        return SyncStats(self.operation.client.operation.server, self.name)

    @cached_property
    def state(self) -> StreamState:
        """Its bookmark and its checkpoint."""
        server = self.operation.client.operation.server
        return StreamState(self, server, self._write_state)

    @cached_property
    def reader(self) -> StreamReader:
        """What reads it."""
        operation = self.operation.client.operation
        is_full_table = self.replication_method == REPLICATION_FULL_TABLE
        activates = is_full_table and self.emit_activate_version_messages
        context = ReaderContext(
            endpoint=self.endpoint,
            operation=self.operation,
            period=period(self.config, operation.zone),
            retriever=Retriever(
                self.request_records, self.state.context, self.operation.prepare_request
            ),
            pipeline=self.pipeline,
            state=self.state,
            stats=self.stats,
            logger=self.logger,
            # A range of time never has all rows: to remove the others would lose them.
            holds_back=activates and not self.endpoint.days,
        )
        return self._new_reader(context)

    @cached_property
    def pipeline(self) -> RecordPipeline:
        """What makes its records."""
        return RecordPipeline(
            self.endpoint,
            self.operation.client.operation,
            unplaced=self.unplaced,
            version=lambda: self._stream_version,
            logger=self.logger,
        )

    @cached_property
    def unplaced(self) -> set[str]:
        """Columns that the API sends and the catalog lacks: what comes in them is rescued.

        A column that somebody has deselected is in the catalog; the SDK leaves it out.
        """
        placed = self.effective_schema["properties"]
        return {
            name
            for name in schemas.received(self.endpoint)
            if name not in placed and self.mask["properties", name]
        }

    @property
    @override
    def logger(self) -> NamedLogger:  # type: ignore[override]  # so it is in later SDKs
        """What logs with the stream's name in the line: Meltano shows no logger's name."""
        return NamedLogger(self._logger, {"stream": self.name})

    @override
    @cached_property
    def schema(self) -> schemas.JsonSchema:
        return schemas.stream_schema(self.endpoint)

    @property
    @override
    def partitions(self) -> list[dict[str, str]]:
        return [self.state.context]

    # One request.

    @property
    @override
    def url_base(self) -> str:
        return self.operation.client.operation.api_url

    @property
    @override
    def authenticator(self) -> Auth:
        return self.operation.client.authenticator

    @property
    @override
    def requests_session(self) -> requests.Session:
        return self.operation.client.session

    @override
    def request_decorator(self, func: RequestFunc) -> RequestFunc:
        return self.operation.client.with_retries(func)

    @override
    def get_new_paginator(self) -> None:
        """Return none: the API has no pages."""

    @override
    def get_http_request(self, *, page: PageContext[None]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        asked = cast("RequestContext", page.stream_context).params
        request.params = {**query_of(self.endpoint, asked)}
        request.data = body_of(self.endpoint, asked)
        return request

    @override
    def validate_response(self, response: requests.Response) -> None:
        """Parse the response while it can still be retried; its rows replace its body."""
        media_type = response.headers.get("Content-Type", "")
        try:
            rows = parse_response(
                Reply(response.status_code, cast("Spool", response.raw), media_type),
                extractor=self.endpoint.extractor,
                row_cap=self.endpoint.row_cap,
                secret=self.operation.client.operation.token,
            )
        except RetryableError as error:
            error.retry_after = retry_after(response.headers.get("Retry-After"), clock.now())
            raise
        if not rows:
            check_range(self.endpoint, response.request.url or "")
        cast("Any", response).raw = rows

    @override
    def parse_response(self, response: requests.Response) -> Iterable[Any]:
        """Yield the rows of a response as one item: there may be too many for one at a time."""
        yield cast("ResponseRows", response.raw)

    # The state: a reader says what was read whole, which no single record can.

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Leave the bookmark alone."""

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Return none: no bookmark is taken from a record, so none needs a limit."""

    # Messages.

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log, but for errors: the SDK calls unhandled what the run handles."""
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        """Write none yet: the SDK would send it before anything was read.

        The target removes the other rows when it gets the message, even if the reading fails.
        """

    @override
    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[Record, None, None]:
        """Write the messages that were made with the records, if nothing is to change in them.

        Where a stream map, flattening or a deselected column changes records, the SDK writes them
        one by one.
        """
        if not (write_messages and self._writes_unchanged):
            yield from super()._sync_records(context, write_messages=write_messages)
            return
        partition = self.state.context
        with self.get_record_counter() as counter, self.get_sync_timer() as timer:
            counter.with_context(partition)
            timer.with_context(partition)
            self._write_starting_replication_value(partition)
            for records in self._batches():
                self._writer.write_records(records)
                self.stats.rows += len(records)
                self.state_manager.is_flushed = False
                counter.increment(len(records))
            self._finalize_state(self.state.open())
        self._finalize_state(self.stream_state)
        self._write_state_message()
        yield from ()

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield the records, for the SDK to change them."""
        for records in self._batches():
            for record in records:
                self.stats.rows += 1
                yield record
            self._writer.flush()

    @property
    def _writes_unchanged(self) -> bool:
        """Whether records are to be written as they are, and all of them."""
        if self.ABORT_AT_RECORD_COUNT is not None:
            return False
        declared, wanted = (
            {name: each.get("type") for name, each in schema["properties"].items()}
            for schema in (self.schema, self.effective_schema)
        )
        for name in self.unplaced:
            del declared[name]
        is_all = declared == wanted and all(self.mask["properties", name] for name in declared)
        return is_all and all(
            isinstance(each, SameRecordTransform) and not each.flattening_enabled
            for each in self.stream_maps
        )

    def _batches(self) -> Iterator[RecordBatch]:
        """Yield the records; where the target is to remove all others, all at once."""
        batches = self.reader.read()
        try:
            if self._stream_version is not None and not self.endpoint.days:
                held = self.pipeline.empty()
                for batch in batches:
                    held.extend(batch)
                super()._write_activate_version_message(self._stream_version)
                batches = (held,)
            yield from batches
        finally:
            self.pipeline.report()
