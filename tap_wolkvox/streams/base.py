"""What all streams have in common: how an endpoint is asked, and its rows are typed."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections import deque
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from singer_sdk.streams import RESTStream
from typing_extensions import override

from tap_wolkvox import clock
from tap_wolkvox.api.client import retry_after
from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import SERVER
from tap_wolkvox.cursor import bookmarks
from tap_wolkvox.cursor.checkpoint import LATEST, NOWHERE, LeftOff
from tap_wolkvox.errors import PassingError
from tap_wolkvox.forecast import Cost
from tap_wolkvox.messages.batch import Records
from tap_wolkvox.records import converters
from tap_wolkvox.records.builder import Typist
from tap_wolkvox.records.fast_builder import FEW, Press
from tap_wolkvox.records.totals import TOTAL
from tap_wolkvox.report import Tally
from tap_wolkvox.response import parser
from tap_wolkvox.response.gateway import Reply
from tap_wolkvox.response.rows import AnswerRows
from tap_wolkvox.streams.parents import ALL

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    import requests
    from singer_sdk.helpers.types import Auth, Context, Record, RequestFunc
    from singer_sdk.streams.rest import HTTPRequest, PageContext

    from tap_wolkvox.api.client import Connection
    from tap_wolkvox.catalog.endpoints import Endpoint
    from tap_wolkvox.records.keys import RowKeys
    from tap_wolkvox.response.extractors import Row
    from tap_wolkvox.spool import Spool
    from tap_wolkvox.streams.parents import One
    from tap_wolkvox.sync.operation import Source
    from tap_wolkvox.tap import TapWolkvox


class NamedLogger(logging.LoggerAdapter[logging.Logger]):
    """A logger that begins each line with the name of a stream."""

    @override
    def process(self, msg: Any, kwargs: Any) -> tuple[Any, Any]:
        return f"{(self.extra or {})['stream']}: {msg}", kwargs


class WolkvoxStream(RESTStream[None]):
    """One endpoint: one request gives all of its rows.

    Args:
        tap: The tap.
        endpoint: Its line in the table.
        source: What it is a stream of, if not the first operation.
    """

    allow_redirects = False
    payload_as_json = True

    def __init__(self, tap: TapWolkvox, endpoint: Endpoint, source: Source | None) -> None:
        self.endpoint = endpoint
        self._source = source
        self.selected_by_default = endpoint.selected
        self._wolkvox = tap
        self._asked: Mapping[str, str] = {}
        self._divisible = False
        self._answer = AnswerRows()
        self._sent: set[str] = set()
        self._rescued: set[str] = set()
        self._version: int | None = None
        super().__init__(tap, name=endpoint.name, path=f"/{endpoint.php_file}.php")
        self.primary_keys = endpoint.primary_key
        self.replication_key = endpoint.replication_key

    @property
    def connection(self) -> Connection:
        """The way to the operation that is read."""
        return self.source.connection

    @property
    def source(self) -> Source:
        """What it is a stream of."""
        return self._source or self._wolkvox.sources[0]

    @cached_property
    def tally(self) -> Tally:
        """What it did in this run."""
        return Tally(self.connection.operation.server, self.name)

    def sibling(self, name: str) -> WolkvoxStream:
        """Return another stream of the same operation."""
        return self.source.stream(name)

    @property
    @override
    def logger(self) -> NamedLogger:  # type: ignore[override]  # so it is in later SDKs
        """What logs with the stream's name in the line: Meltano shows no logger's name."""
        return NamedLogger(self._logger, {"stream": self.name})

    @override
    @cached_property
    def schema(self) -> schemas.JsonSchema:
        return schemas.stream_schema(self.endpoint)

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Other names under which the API may send a column, each with the column."""
        return schemas.aliases(self.endpoint)

    @cached_property
    def converters(self) -> Mapping[str, converters.Converter]:
        """The conversions of the columns that the API sends, by name."""
        zone = self.connection.operation.zone
        key = self.endpoint.primary_key
        declared = schemas.received(self.endpoint).items()
        return {
            name: converters.converter(schema, zone, in_key=name in key)
            for name, schema in declared
            if name not in self.unplaced
        }

    @cached_property
    def unplaced(self) -> set[str]:
        """Columns that the API sends and the catalog in use lacks: they are no columns then.

        One that somebody has deselected is one all the same, and is left out when it is written.
        """
        placed = self.effective_schema["properties"]
        return {
            name
            for name in schemas.received(self.endpoint)
            if name not in placed and self.mask["properties", name]
        }

    @cached_property
    def _press(self) -> Press:
        return Press(self.converters)

    @cached_property
    def _numbers(self) -> list[str]:
        """Columns that hold exact numbers."""
        declared = schemas.received(self.endpoint)
        return [name for name in self.converters if "number" in declared[name]["type"]]

    @property
    def place(self) -> dict[str, str]:
        """Where in the state its bookmark is: state is kept apart for each server."""
        return {SERVER: self.connection.operation.server}

    @property
    @override
    def partitions(self) -> list[dict[str, str]]:
        return [self.place]

    @property
    @override
    def url_base(self) -> str:
        return self.connection.operation.api_url

    @property
    @override
    def authenticator(self) -> Auth:
        return self.connection.authenticator

    @property
    @override
    def requests_session(self) -> requests.Session:
        return self.connection.session

    @override
    def request_decorator(self, func: RequestFunc) -> RequestFunc:
        return self.connection.guard(func, divisible=self._divisible)

    @override
    def get_new_paginator(self) -> None:
        """The API has no pages."""

    @override
    def get_http_request(self, *, page: PageContext[None]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        each = self.endpoint.partition
        in_body = each is not None and each.in_body
        request.data = dict(self._asked) if in_body else None
        request.params = {
            "api": self.endpoint.api,
            **self.endpoint.params,
            **({} if in_body else self._asked),
        }
        return request

    @override
    def validate_response(self, response: requests.Response) -> None:
        """Read the answer, inside of the retries."""
        media = response.headers.get("Content-Type", "")
        try:
            self._answer = parser.rows(
                Reply(response.status_code, cast("Spool", response.raw), media),
                shape=self.endpoint.extractor,
                cap=self.endpoint.row_cap,
                secret=self.connection.operation.token,
            )
        except PassingError as error:
            error.retry_after = retry_after(response.headers.get("Retry-After"), clock.now())
            raise

    @property
    def is_held_back(self) -> bool:
        """Whether nothing is emitted before all of it is read: the rest will be retired."""
        return self._version is not None

    @property
    def has_rows(self) -> bool:
        """Whether the last answer holds rows."""
        return bool(self._answer)

    @override
    def parse_response(self, response: requests.Response) -> Iterable[Row]:
        """Return nothing: the rows of an answer may be too many to be handed on one by one."""
        return ()

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Leave the bookmark alone: it says what was read whole, which no single row can."""

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Keep no limit of bookmarks in the state: none is taken from a row."""

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log, but for what the run says better (errors), and for the end of pages there are not.

        The SDK calls unhandled what the run handles.
        """
        if level < logging.ERROR and not message.startswith("Pagination"):
            super().log(message, *args, level=level, **kwargs)

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        """Hold the message back, which the SDK sends before anything was read.

        It retires the rows of before, and would do so where the reading fails.
        """
        self._version = full_table_version

    @override
    def _sync_records(
        self, context: Context | None = None, *, write_messages: bool = True
    ) -> Generator[Record, None, None]:
        """Write the messages that were made with the records, if nothing is to change in them.

        Where it is, by a stream map, flattening or a column that was deselected, the SDK does so,
        record by record.
        """
        if not (write_messages and self._are_to_stay):
            yield from super()._sync_records(context, write_messages=write_messages)
            return
        with self.get_record_counter() as counter, self.get_sync_timer() as timer:
            for place in self.partitions if context is None else [context]:
                counter.with_context(place)
                timer.with_context(place)
                self._write_starting_replication_value(place)
                for records in self._reported(place):
                    self._wolkvox.message_writer.write_records(records)
                    self.tally.rows += len(records)
                    self.state_manager.is_flushed = False
                    counter.increment(len(records))
                self._finalize_state(self.get_context_state(place))
        self._finalize_state(self.stream_state)
        self._write_state_message()
        yield from ()

    @property
    def _are_to_stay(self) -> bool:
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

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        """Yield the records, for the SDK to change them."""
        for records in self._reported(context):
            for record in records:
                self.tally.rows += 1
                yield record
            self._wolkvox.message_writer.hand_over()

    def _reported(self, context: Context | None) -> Iterator[Records]:
        """Yield the records, and tell the target before if they are all there are."""
        batches = self.read(context)
        try:
            if self._version is not None:
                batches = [self._held(batches)]
                super()._write_activate_version_message(self._version)
            yield from batches
        finally:
            self._report()

    def _held(self, batches: Iterable[Records]) -> Records:
        """Return all records at once."""
        held = self._no_records()
        for records in batches:
            held.extend(records)
        return held

    @abstractmethod
    def read(self, context: Context | None) -> Iterable[Records]:
        """Yield the records of whole answers, each once it is known to be good.

        Raises:
            StreamError: An answer is not what it should be; nothing of it is yielded.
            OperationError: No stream of the operation can be read.
        """

    @property
    def bookmark(self) -> str | None:
        """The bookmark, if there is one and it counts."""
        state = self.known
        is_its = state.get("replication_key") == self.replication_key
        if not is_its or self.replication_method != REPLICATION_INCREMENTAL:
            return None
        value: str | None = state.get("replication_key_value")
        return value

    def advance(self, context: Context | None, value: str) -> None:
        """Move the bookmark to the end of what is completely read; it never goes back.

        Args:
            context: The server whose state it is.
            value: The new value; ISO 8601 text sorts as time does.
        """
        if self.replication_method != REPLICATION_INCREMENTAL or not self.replication_key:
            return
        before = self.bookmark
        state = self.get_context_state(context)
        state["replication_key"] = self.replication_key
        state["replication_key_value"] = bookmarks.later(before or value, value)

    @property
    def turn(self) -> tuple[datetime, datetime, bool]:
        """Its place in the order of a run.

        How long it has waited, what of it is unread first, and whether it costs a request an id.
        """
        each = self.endpoint.partition is not None
        return self.left_off.since or LATEST, self.first_unread, each

    @property
    def first_unread(self) -> datetime:
        """The first second that is unread, by the wall clock; the least of what is of now."""
        return datetime.min  # noqa: DTZ901  # as all wall-clock times, without a zone

    @property
    def is_before_state(self) -> bool:
        """Whether `start_date` is before what the state has, which the stream goes on after."""
        return False

    @property
    def is_in_future(self) -> bool:
        """Whether `start_date` leaves nothing to read, for it is still to come."""
        return False

    @property
    def parent(self) -> str:
        """The stream that has the ids it will ask for, if one has."""
        return self.endpoint.partition.stream if self.endpoint.partition else ""

    @property
    def cost(self) -> Cost:
        """What a run would cost, without the ids that another stream has."""
        return Cost(stream=self.name, requests=1)

    @property
    def known(self) -> Mapping[str, Any]:
        """What the state has of it; unlike `get_context_state`, this puts nothing there."""
        known = self.tap_state.get("bookmarks", {}).get(self.name, {}).get("partitions", [])
        return next((each for each in known if each["context"] == self.place), {})

    @property
    def left_off(self) -> LeftOff:
        """Where the run before left off, if it could not afford all."""
        return LeftOff.of(self.known)

    def leave(self, *, served: bool) -> str:
        """Let the state say where the next run goes on.

        Args:
            served: Whether it has got anything in this run.

        Returns:
            What is left, for people; nothing where nothing was to be read.
        """
        before, left = self.left_off, self.where_left()
        what = self.what_is_left(left)
        if served and left == replace(before, since=None):
            what = what and f"{what}: one step of it takes more than this run could spend"
        if what and not served:
            left = replace(left, since=before.since or clock.now())
        left.put(self.get_context_state(self.place))
        return what

    def where_left(self) -> LeftOff:
        """Return where the next run goes on."""
        return NOWHERE

    def what_is_left(self, left: LeftOff) -> str:  # noqa: ARG002
        """Say what is left, for people; nothing where nothing was to be read.

        Args:
            left: Where the next run goes on.
        """
        return "all of it"

    def conclude(self, *, failed: bool = False) -> None:
        """Let the state say that nothing is left, or nothing that another run could go on with.

        Args:
            failed: Whether it could not be read to its end.
        """
        state = self.get_context_state(self.place)
        before = self.left_off
        after = self.after(before, failed=failed)
        if after != before:
            after.put(state)
            self.write_state()

    def after(self, before: LeftOff, *, failed: bool) -> LeftOff:  # noqa: ARG002
        """Return what there is to say of a stream that was read, or that failed."""
        return NOWHERE

    def write_state(self) -> None:
        """Write a STATE message."""
        self._wolkvox.state_writer.write_state(self.tap_state)

    def ask(
        self,
        context: Context | None,
        asked: Mapping[str, str] = MappingProxyType({}),
        one: One = ALL,
        *,
        divisible: bool = False,
    ) -> AnswerRows:
        """Return the rows of one whole answer, for one request and its retries.

        Args:
            context: The server that is asked.
            asked: Parameters of this request.
            one: The id that is asked for, which becomes a column.
            divisible: Whether less could be asked for.

        Raises:
            TooLargeError: Less is to be asked for.
            StreamError: The answer is not what it should be.
            OperationError: No stream of the operation can be read.
        """
        # Not in the context: the SDK logs that, and an id may be personal.
        self._asked, self._divisible = {**asked, **one.parameters}, divisible
        deque(self.request_records(context), maxlen=0)
        rows, self._answer = self._answer, AnswerRows()
        return rows.with_each(one.columns)

    def asked_at(self) -> datetime:
        """Return the instant of the last request, in UTC."""
        return self.connection.asked_at or clock.now()

    def typist(self, added: Mapping[str, str], row_keys: RowKeys | None = None) -> Typist:
        """Return what makes the records of an answer of its rows.

        Args:
            added: Columns that say the same of each row.
            row_keys: What gives each row its `row_key`, if it has one.
        """
        return Typist(
            endpoint=self.endpoint,
            key=self.primary_keys,
            converters=self.converters,
            aliases=self.aliases,
            added={SERVER: self.connection.operation.server, **added},
            row_keys=row_keys,
        )

    def typed(self, rows: AnswerRows, typist: Typist) -> Records:
        """Return the records of the rows of one answer.

        Raises:
            StreamError: They are not what they should be.
        """
        made = self._no_records()
        for batch in rows.batches:
            raw = batch.raw if len(rows) > FEW else None
            pressed = self._press.records(raw, typist) if raw else None
            made.add(typist.records(batch.rows) if pressed is None else pressed)
        self._rescued |= typist.rescued
        typist.check()
        self._sent |= typist.sent
        if typist.left_out:
            self.logger.info("%d rows named %s are left out.", typist.left_out, TOTAL)
        return made

    def _no_records(self) -> Records:
        return Records(self.name, self._numbers, self._stream_version)

    def _report(self) -> None:
        """Name in the log, once, where what was sent differs from what the schema declares."""
        missing = (
            schemas.expected(self.endpoint) - self._sent - set(self.endpoint.non_payload_columns)
        )
        if self._sent and missing:
            self.logger.warning("Columns that the API did not send: %s", ", ".join(sorted(missing)))
        if self._rescued:
            names = parser.shown(self._rescued, self.connection.operation.token)
            self.logger.warning("Fields that went to `%s`: %s", schemas.RESCUED, names)
        self._sent, self._rescued = set(), set()
