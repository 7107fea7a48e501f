"""OperationSync: one operation in one run: its streams, and the client that they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from singer_sdk.mapper import RemoveRecordTransform

from tap_wolkvox import clock
from tap_wolkvox.api import quota
from tap_wolkvox.api.budget import Budget, QuotaReserve
from tap_wolkvox.api.client import Client
from tap_wolkvox.catalog.endpoints import BY_NAME, QUOTA
from tap_wolkvox.cursor.checkpoint import NEVER_DEFERRED
from tap_wolkvox.reporting import CostEstimate
from tap_wolkvox.streams import new_stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from singer_sdk import Tap
    from singer_sdk.streams import Stream

    from tap_wolkvox.api.budget import RequestLimit
    from tap_wolkvox.config.operation import Operation
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.streams import WolkvoxStream
    from tap_wolkvox.streams.readers.current import SnapshotReader


class OperationSync:
    """The streams of one operation, with the client that they share.

    Args:
        tap: The tap; its catalog says which streams are selected.
        operation: The operation.
        config: The settings.
        limit: Limit of the requests of the whole run, shared by all operations.
    """

    def __init__(
        self, tap: Tap, operation: Operation, config: Mapping[str, Any], limit: RequestLimit
    ) -> None:
        self.operation = operation
        kept = config.get("quota_reserve")
        self._reserve = None if kept is None else QuotaReserve(operation.server, kept)
        self.client = Client(operation, config, Budget(limit, self._reserve))
        self._tap = tap
        self._streams: dict[str, WolkvoxStream] = {}

    def prepare_request(self) -> None:
        """Ask for the quota before the first request of a day, if a reserve is set.

        Raises:
            BudgetError: `max_requests` leaves no request to ask with.
            OperationError: The quota can't be known, or no request can be sent at all.
        """
        if self._reserve:
            today = clock.now().astimezone(self.operation.zone).date()
            self._reserve.learn(today, self.quota_usage)

    def stream(self, name: str) -> WolkvoxStream:
        """Return a stream of this operation, always the same one."""
        if name not in self._streams:
            stream = new_stream(self._tap, BY_NAME[name], lambda: self)
            if self._tap.input_catalog is not None:
                stream.apply_catalog(self._tap.input_catalog)
            self._streams[name] = stream
        return self._streams[name]

    def parent_records(self, stream: str) -> RecordBatch:
        """Return all records of a stream, whether it is selected or not.

        Args:
            stream: The name of a stream that takes no dates and is not partitioned.

        Raises:
            StreamError: The stream can't be read.
            OperationError: No stream of the operation can be read.
        """
        return cast("SnapshotReader", self.stream(stream).reader).read_all()

    def selected(self) -> list[WolkvoxStream]:
        """Return the streams to read, in the order in which to read them."""
        names = [name for name, each in self._tap.streams.items() if _is_to_be_read(each)]
        return sorted((self.stream(name) for name in names), key=sync_order)

    def quota_usage(self) -> quota.QuotaUsage:
        """Return the current usage of the quota. That costs one request.

        Raises:
            WolkvoxError: The API does not tell the usage.
        """
        # A cached response would be out of date. The new response stays cached for the stream.
        self.client.invalidate(QUOTA)
        before = self.client.requests
        try:
            return quota.usage(list(self.parent_records(QUOTA)))
        finally:
            self.client.quota_requests += self.client.requests - before

    def costs(self) -> list[CostEstimate]:
        """Return the cost of each stream, after the cost of parent streams that are not selected.

        With a `quota_reserve`, the stream of the quota counts as such a parent.
        """
        costs = {each: each.reader.cost for each in self.selected()}
        with_requests = [each for each, cost in costs.items() if cost.requests]
        extra = {each.reader.parent for each in with_requests}
        extra |= {QUOTA} if with_requests and "quota_reserve" in self._tap.config else set()
        extra -= {"", *(each.name for each in costs)}
        parents = [CostEstimate(stream=name, requests=1) for name in sorted(extra)]
        return [*parents, *costs.values()]


def sync_order(stream: WolkvoxStream) -> tuple[datetime, datetime, bool]:
    """Return the sort key for the order of the streams in a run.

    1. Streams that were deferred, the longest wait first.
    2. Streams that take no dates: tomorrow the API no longer has what it has now.
       Their `first_unread` is the earliest `datetime`, so they sort before dated streams.
    3. Dated streams, the oldest unread second first.

    If all that is equal, partitioned streams come last, because they cost the most requests.
    """
    is_partitioned = stream.endpoint.partition is not None
    return deferred_since(stream), stream.reader.first_unread, is_partitioned


def deferred_since(stream: WolkvoxStream) -> datetime:
    """Return the instant since which a stream is deferred, or `NEVER_DEFERRED`."""
    return stream.state.checkpoint.deferred_since or NEVER_DEFERRED


def _is_to_be_read(stream: Stream) -> bool:
    """Whether a stream is selected, and its stream maps do not remove all records."""
    return stream.selected and not all(
        isinstance(stream_map, RemoveRecordTransform) for stream_map in stream.stream_maps
    )
