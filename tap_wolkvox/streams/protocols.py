"""What a reader gets from its stream, and what a stream gets from its reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

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
    """The operation that a stream is read from."""

    @property
    def client(self) -> Client:
        """The way to its API."""

    def prepare_request(self) -> None:
        """Do what has to be done before a request, such as to ask for the quota.

        Raises:
            BudgetError: No more requests may be sent.
            OperationError: No stream of the operation can be read.
        """

    def parent_records(self, stream: str) -> RecordBatch:
        """Return all records of one of its streams, whether it is selected or not.

        Raises:
            StreamError: They can't be read.
            OperationError: No stream of the operation can be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderContext:
    """What a reader works with.

    Args:
        endpoint: The endpoint that it reads.
        operation: The operation that it reads it from.
        period: What the settings want read.
        retriever: Fetches responses.
        pipeline: Makes records of their rows.
        state: The bookmark and the checkpoint of the stream.
        stats: What the stream did in this run.
        logger: Log of the stream.
        holds_back: Whether nothing is emitted before everything is read, because the target then
            removes all other rows.
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
        """The way to the API."""
        return self.operation.client

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the operation."""
        return self.client.operation.zone

    @property
    def secret(self) -> str:
        """The token: a key for hashes."""
        return self.client.operation.token


class StreamReader(Protocol):
    """How a kind of endpoint is read."""

    def read(self) -> Iterable[RecordBatch]:
        """Yield the records of whole responses, each once it is known to be good.

        Raises:
            StreamError: A response is not what it should be; nothing of it is yielded.
            OperationError: No stream of the operation can be read.
            BudgetError: No more requests may be sent.
        """

    @property
    def first_unread(self) -> datetime:
        """The first wall-clock second that is unread; the earliest there is for current figures."""

    @property
    def starts_before_state(self) -> bool:
        """Whether `start_date` is before what was read so far: the stream goes on after that."""

    @property
    def starts_in_future(self) -> bool:
        """Whether `start_date` is still to come, and nothing is read before."""

    @property
    def parent(self) -> str:
        """The stream whose ids it will ask for, if there is one."""

    @property
    def cost(self) -> CostEstimate:
        """What reading it would cost; the ids that another stream has are left out."""

    def current_checkpoint(self) -> Checkpoint:
        """Return where the next run goes on, if this one stops now."""

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Say what is left after a checkpoint; nothing if there was nothing to read."""

    def checkpoint_after(self, saved: Checkpoint, *, failed: bool) -> Checkpoint:
        """Return the checkpoint of a stream that was read to its end, or that failed.

        Args:
            saved: The checkpoint before this run.
            failed: Whether it failed.
        """
