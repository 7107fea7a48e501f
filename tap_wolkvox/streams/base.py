"""WolkvoxStream: one endpoint as an SDK stream."""

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
    """A logger that puts the name of the stream before each message."""

    @override
    def process(self, msg: Any, kwargs: Any) -> tuple[Any, Any]:
        return f"{(self.extra or {})['stream']}: {msg}", kwargs


class WolkvoxStream(RESTStream[None]):
    """One endpoint: implements the hooks of the SDK, and leaves the reading to a reader.

    Args:
        tap: The tap.
        endpoint: The endpoint.
        operation: Returns the operation from which the stream is read. Discovery never calls it.
        new_reader: Creates the reader.
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

    # Parts. They are created on first use, because the SDK applies the catalog after `__init__`.

    @cached_property
    def operation(self) -> OperationContext:
        """The operation from which the stream is read."""
        return self._operation()

    @cached_property
    def stats(self) -> SyncStats:
        """Statistics of the stream in this run."""
        return SyncStats(self.operation.client.operation.server, self.name)

    @cached_property
    def state(self) -> StreamState:
        """The bookmark and the checkpoint."""
        server = self.operation.client.operation.server
        return StreamState(self, server, self._write_state)

    @cached_property
    def reader(self) -> StreamReader:
        """The reader for the kind of the endpoint."""
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
            # Not for dated streams: a range never has all rows, so a target must not remove others.
            holds_back=activates and not self.endpoint.days,
        )
        return self._new_reader(context)

    @cached_property
    def pipeline(self) -> RecordPipeline:
        """Builds records from rows."""
        return RecordPipeline(
            self.endpoint,
            self.operation.client.operation,
            unplaced=self.unplaced,
            version=lambda: self._stream_version,
            logger=self.logger,
        )

    @cached_property
    def unplaced(self) -> set[str]:
        """Columns that the API sends and the catalog lacks: their values go to `_rescued_data`.

        A column that the user has deselected is in the catalog, so it does not count: the SDK
        removes it from the records.
        """
        in_catalog = self.effective_schema["properties"]
        return {
            name
            for name in schemas.received(self.endpoint)
            if name not in in_catalog and self.mask["properties", name]
        }

    @property
    @override
    def logger(self) -> NamedLogger:  # type: ignore[override]  # a property in later SDKs too
        """A logger with the stream's name in each message: Meltano does not show logger names."""
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
        """Return None: the API has no pages."""

    @override
    def get_http_request(self, *, page: PageContext[None]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        params = cast("RequestContext", page.stream_context).params
        request.params = {**query_of(self.endpoint, params)}
        request.data = body_of(self.endpoint, params)
        return request

    @override
    def validate_response(self, response: requests.Response) -> None:
        """Parse the response, while the client can still retry it. The rows replace its body."""
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
        """Yield all rows of a response as one item: there may be too many to pass one by one."""
        yield cast("ResponseRows", response.raw)

    # State. The reader moves the bookmark: no single record tells that a window is completely read.

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Do nothing: the reader moves the bookmark."""

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Return None: no bookmark comes from a record, so none needs an upper limit."""

    # Messages.

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log a message of the SDK, but no errors: `sync.runner` handles and logs them."""
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        """Do nothing: the SDK calls this method before anything is read.

        The target removes the other rows as soon as it gets the message, even if the stream fails
        later. `_batches` writes the message once everything is read.
        """

    @override
    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[Record, None, None]:
        """Write whole batches of encoded messages, if nothing changes the records.

        If a stream map, flattening or a deselected column changes records, the SDK's method
        processes and writes them one by one.
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
        """Yield single records, for the SDK to change them."""
        for records in self._batches():
            for record in records:
                self.stats.rows += 1
                yield record
            self._writer.flush()

    @property
    def _writes_unchanged(self) -> bool:
        """Whether all records are written, with all columns, as they are.

        Only the types of the columns count: a catalog may have other descriptions.
        """
        if self.ABORT_AT_RECORD_COUNT is not None:
            # The SDK stops a test of the connection after so many records.
            return False
        declared, in_catalog = (
            {name: each.get("type") for name, each in schema["properties"].items()}
            for schema in (self.schema, self.effective_schema)
        )
        for name in self.unplaced:
            del declared[name]
        has_all = declared == in_catalog and all(self.mask["properties", name] for name in declared)
        return has_all and all(
            isinstance(each, SameRecordTransform) and not each.flattening_enabled
            for each in self.stream_maps
        )

    def _batches(self) -> Iterator[RecordBatch]:
        """Yield the records in batches; with an ACTIVATE_VERSION message, all in one batch.

        That message makes the target remove all other rows, so it must not be written before
        everything is read.
        """
        batches = self.reader.read()
        try:
            if self._stream_version is not None and not self.endpoint.days:
                collected = self.pipeline.empty()
                for batch in batches:
                    collected.extend(batch)
                super()._write_activate_version_message(self._stream_version)
                batches = (collected,)
            yield from batches
        finally:
            self.pipeline.report()
