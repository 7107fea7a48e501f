"""Interfaces between a stream, its reader and its operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tap_wolkvox import clock

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from tap_wolkvox.api.client import Client
    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.config.operation import Period
    from tap_wolkvox.cursor.checkpoint import Checkpoint
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.records.pipeline import RecordPipeline
    from tap_wolkvox.reporting import CostEstimate, SyncStats
    from tap_wolkvox.streams.retrieval import Retriever
    from tap_wolkvox.streams.state import StreamState


class OperationContext(Protocol):
    """The operation from which a stream is read."""

    @property
    def client(self) -> Client:
        """The HTTP client of the operation."""

    def prepare_request(self) -> None:
        """Do what has to be done before a request, such as to ask for the quota.

        Raises:
            BudgetError: No more requests may be sent.
            OperationError: No stream of the operation can be read.
        """

    def parent_records(self, stream: str) -> RecordBatch:
        """Return all records of a stream of the operation, whether it is selected or not.

        Raises:
            StreamError: The stream can't be read.
            OperationError: No stream of the operation can be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderContext:
    """Everything that a reader needs of its stream.

    Args:
        endpoint: The endpoint to read.
        operation: The operation from which to read.
        period: The start date, end date, lookback and settle time of the settings.
        retriever: Fetches responses.
        pipeline: Builds records from rows.
        state: The bookmark and the checkpoint of the stream.
        stats: Statistics of the stream in this run.
        logger: Logger of the stream.
        holds_back: Whether all records are emitted together at the end: an ACTIVATE_VERSION message
            makes the target remove all other rows, so nothing may be missing.
    """

    endpoint: Endpoint
    operation: OperationContext
    period: Period
    retriever: Retriever
    pipeline: RecordPipeline
    state: StreamState
    stats: SyncStats
    logger: logging.LoggerAdapter[logging.Logger]
    holds_back: bool

    @property
    def client(self) -> Client:
        """The HTTP client of the operation."""
        return self.operation.client

    @property
    def requested_at(self) -> datetime:
        """The instant of the last request, in UTC; the present one before the first request."""
        return self.client.last_request_at or clock.now()

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the operation."""
        return self.client.operation.zone

    @property
    def secret(self) -> str:
        """The token, which is the key for hashes of ids."""
        return self.client.operation.token


class StreamReader(Protocol):
    """Reads one kind of endpoint."""

    def read(self) -> Iterable[RecordBatch]:
        """Yield the records of each response, once the whole response is verified.

        Raises:
            StreamError: A response is invalid; no record of the response is yielded.
            OperationError: No stream of the operation can be read.
            BudgetError: No more requests may be sent.
        """

    @property
    def first_unread(self) -> datetime:
        """The first wall-clock second that is unread; `datetime.min` for streams without dates."""

    @property
    def starts_before_state(self) -> bool:
        """Whether `start_date` is before the first second that was ever read.

        The stream continues after its bookmark, so the time before is never read.
        """

    @property
    def starts_in_future(self) -> bool:
        """Whether `start_date` is in the future, so that nothing is read."""

    @property
    def parent(self) -> str:
        """Name of the stream whose ids the reader needs; empty if it needs none."""

    @property
    def cost(self) -> CostEstimate:
        """Number of requests to read the stream, as if its parent stream had one id."""

    def current_checkpoint(self) -> Checkpoint:
        """Return the checkpoint to save if the run stops now."""

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Return what remains after a checkpoint, as text; empty if there was nothing to read."""

    def checkpoint_after(self, saved: Checkpoint, *, failed: bool) -> Checkpoint:
        """Return the checkpoint of a stream that was read to its end, or that failed.

        Args:
            saved: The checkpoint before this run.
            failed: Whether the stream failed.
        """
