"""Streams: one endpoint each, on the SDK's REST stream."""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from singer_sdk.streams import RESTStream
from typing_extensions import override

from tap_wolkvox import answers, clock, columns, keys, values
from tap_wolkvox.connection import retry_after
from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import requests
    from singer_sdk.helpers.types import Auth, Context, Record, RequestFunc
    from singer_sdk.streams.rest import HTTPRequest, PageContext

    from tap_wolkvox.connection import Connection
    from tap_wolkvox.endpoints import Endpoint
    from tap_wolkvox.tap import TapWolkvox


class WolkvoxStream(RESTStream[None]):
    """One endpoint: one request gives all of its rows.

    Args:
        tap: The tap.
        endpoint: Its line in the table.
    """

    allow_redirects = False

    def __init__(self, tap: TapWolkvox, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._wolkvox = tap
        self._answer: list[answers.Row] = []
        super().__init__(tap, name=endpoint.name, path=f"/{endpoint.file}.php")
        self.primary_keys = endpoint.primary_key
        self.replication_key = endpoint.kind.value

    @property
    def connection(self) -> Connection:
        """The way to the operation that is read."""
        return self._wolkvox.connection

    @override
    @cached_property
    def schema(self) -> columns.JsonSchema:
        return columns.stream_schema(self.endpoint)

    @property
    @override
    def partitions(self) -> list[dict[str, str]]:
        """State is kept apart for each server."""
        return [{columns.SERVER: self.connection.operation.server}]

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
        return self.connection.guard(func)

    @override
    def get_new_paginator(self) -> None:
        """The API has no pages."""

    @override
    def get_http_request(self, *, page: PageContext[None]) -> HTTPRequest:
        request = super().get_http_request(page=page)
        request.params["api"] = self.endpoint.api
        return request

    @override
    def validate_response(self, response: requests.Response) -> None:
        """Read the answer, inside of the retries."""
        self._answer = answers.rows(
            response.status_code,
            response.content,
            shape=self.endpoint.shape,
            retry_after=retry_after(response.headers.get("Retry-After"), clock.now()),
            secret=self.connection.operation.token,
        )

    @override
    def parse_response(self, response: requests.Response) -> Iterable[answers.Row]:
        answer, self._answer = self._answer, []
        return answer

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        """Leave the bookmark alone: it says what was read whole, which no single row can."""

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log, but for errors: the SDK calls unhandled what the run handles, and says better."""
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)

    def advance(self, context: Context | None, value: str) -> None:
        """Move the bookmark to the end of what is completely read; it never goes back.

        Args:
            context: The server whose state it is.
            value: The new value; ISO 8601 text sorts as time does.
        """
        if self.replication_method != REPLICATION_INCREMENTAL or not self.replication_key:
            return
        state = self.get_context_state(context)
        known = state.get("replication_key") == self.replication_key
        before = state.get("replication_key_value") if known else None
        state["replication_key"] = self.replication_key
        state["replication_key_value"] = max(before or value, value)

    def typed(self, rows: list[answers.Row], added: dict[str, str]) -> list[Record]:
        """Return the records of rows, and name in the log what found no place in the schema.

        Args:
            rows: The rows as the API sent them.
            added: Columns to begin each record with.
        """
        zone = self.connection.operation.zone
        converters = {
            name: values.converter(schema, zone)
            for name, schema in columns.received(self.endpoint).items()
        }
        records: list[Record] = []
        sent: set[str] = set()
        rescued_fields: set[str] = set()
        for row in rows:
            record, rescued = values.convert(row, converters)
            sent |= row.keys()
            rescued_fields |= rescued.keys()
            records.append({**added, **record, columns.RESCUED: values.rescued_text(rescued)})
        if rows:
            self._compare(converters, sent, rescued_fields)
        return records

    def _compare(
        self, declared: Collection[str], sent: Collection[str], rescued: Collection[str]
    ) -> None:
        """Say where what was sent differs from what the schema declares.

        Raises:
            StreamError: Nothing of it is declared: it is not what was asked for.
        """
        missing = set(declared) - {values.column_name(field) for field in sent}
        if len(missing) == len(declared):
            raise StreamError("the answer holds other fields than the schema: please report it")
        if missing:
            self.logger.warning("Columns that the API did not send: %s", ", ".join(sorted(missing)))
        if rescued:
            names = answers.shown(rescued, self.connection.operation.token)
            self.logger.warning("Fields that went to `%s`: %s", columns.RESCUED, names)


class SnapshotStream(WolkvoxStream):
    """Figures of the moment they are asked for, stamped with the day."""

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield the records of one whole answer.

        Raises:
            StreamError: The answer is not what it should be; nothing of it is yielded.
            OperationError: No stream of the operation can be read.
        """
        rows = list(self.request_records(context))
        operation = self.connection.operation
        asked_at = self.connection.asked_at or clock.now()
        stamp = asked_at.astimezone(operation.zone).date().isoformat()
        added = {columns.SERVER: operation.server, self.endpoint.kind.value: stamp}
        records = self.typed(rows, added)
        keys.check(records, self.primary_keys)
        yield from records
        self.advance(context, stamp)
