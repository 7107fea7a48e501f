"""Readers of endpoints without dates: current figures, catalogues, and the latest events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from tap_wolkvox import clock
from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.catalog.endpoints import SHARED
from tap_wolkvox.cursor.checkpoint import NO_CHECKPOINT, Checkpoint
from tap_wolkvox.cursor.partitions import UNPARTITIONED, PartitionProgress
from tap_wolkvox.reporting import CostEstimate
from tap_wolkvox.streams.readers.parents import list_partitions, sync_partitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_wolkvox.catalog.endpoint import PartitionSpec
    from tap_wolkvox.cursor.partitions import Partition
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.streams.protocols import ReaderContext

EARLIEST = datetime.min  # noqa: DTZ901  # without a zone, as all wall-clock times
"""`first_unread` of these readers: their streams are read before dated streams."""

EVERYTHING_LEFT = "all of it"
"""Description of what remains of a stream of which nothing is read."""


@dataclass(slots=True)
class _Reading:
    """One reading of a snapshot.

    Args:
        stamp: The time of the first response: the value of the stamp column in all rows.
    """

    stamp: str = ""


class SnapshotReader:
    """Reads all current rows, from one response or from a response for each id.

    Args:
        context: The context of the reader.
    """

    starts_before_state = False
    starts_in_future = False
    first_unread = EARLIEST

    def __init__(self, context: ReaderContext) -> None:
        self._context = context
        self._progress: PartitionProgress | None = None

    def read(self) -> Iterable[RecordBatch]:
        """Yield the records of each response, all with the same stamp."""
        spec, reading = self._context.endpoint.partition, _Reading()
        if spec:
            yield from self._read_partitions(spec, reading)
        else:
            yield self.read_all(reading)
        if reading.stamp:
            self._context.state.advance(reading.stamp)

    def read_all(self, reading: _Reading | None = None) -> RecordBatch:
        """Return the records of one response, which is cached if other streams need it too."""
        reading, name = reading or _Reading(), self._context.endpoint.name
        if name not in SHARED:
            return self._fetch(reading)
        # Before the cache: to read the quota may cache the same records.
        self._context.operation.prepare_request()
        cached = self._context.client.cached(name, partial(self._fetch, reading))
        stamp_column = self._context.endpoint.stamp_column
        reading.stamp = reading.stamp or next((record[stamp_column] for record in cached), "")
        return cached

    @property
    def parent(self) -> str:
        """Name of the stream whose ids the reader needs; empty if it needs none."""
        spec = self._context.endpoint.partition
        return spec.stream if spec else ""

    @property
    def cost(self) -> CostEstimate:
        """One request, or one for each id."""
        spec = self._context.endpoint.partition
        return CostEstimate(
            stream=self._context.endpoint.name, requests=1, depends_on=str(spec) if spec else ""
        )

    def current_checkpoint(self) -> Checkpoint:
        """Return the checkpoint to save if the run stops now: the ids that are read."""
        if self._context.holds_back:
            # Nothing is emitted yet, so the next run has to begin anew.
            return NO_CHECKPOINT
        if self._progress is None:
            return replace(self._context.state.checkpoint, deferred_since=None)
        return Checkpoint(done=self._progress.done, failed=self._progress.failed)

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Return what remains after a checkpoint, as text."""
        return f"all but {len(checkpoint.done)} ids" if checkpoint.done else EVERYTHING_LEFT

    def checkpoint_after(self, saved: Checkpoint, *, failed: bool) -> Checkpoint:
        """Return no checkpoint, unless the stream failed before the first id was requested."""
        not_begun = failed and self._progress is None
        return replace(saved, deferred_since=None) if not_begun else NO_CHECKPOINT

    def _read_partitions(self, spec: PartitionSpec, reading: _Reading) -> Iterator[RecordBatch]:
        partitions = list_partitions(self._context, spec)
        # If all is emitted at the end, an earlier run that did not get there has emitted nothing.
        holds_back = self._context.holds_back
        before = NO_CHECKPOINT if holds_back else self._context.state.checkpoint
        self._progress = PartitionProgress(self._context.secret, before)

        def read(partition: Partition) -> Iterator[RecordBatch]:
            yield self._fetch(reading, partition)

        yield from sync_partitions(partitions, spec, self._progress, read)

    def _fetch(self, reading: _Reading, partition: Partition = UNPARTITIONED) -> RecordBatch:
        rows = self._context.retriever.fetch(partition=partition)
        reading.stamp = reading.stamp or self._stamp()
        constants = {self._context.endpoint.stamp_column: reading.stamp}
        return self._context.pipeline.build(rows, constants)

    def _stamp(self) -> str:
        """Return the time of the last request, as the stamp column has it: a day or a second."""
        requested_at = self._context.requested_at
        if self._context.endpoint.kind is Kind.SNAPSHOT:
            return requested_at.astimezone(self._context.zone).date().isoformat()
        return requested_at.isoformat(timespec="seconds")


class FeedReader:
    """Reads the events of the last minutes.

    Two runs may read the same event. It has the same key in both, so the target keeps one record.

    Args:
        context: The context of the reader.
    """

    parent = ""
    starts_before_state = False
    starts_in_future = False
    first_unread = EARLIEST

    def __init__(self, context: ReaderContext) -> None:
        self._context = context

    def read(self) -> Iterable[RecordBatch]:
        """Yield the records of one response."""
        context = self._context
        rows = context.retriever.fetch()
        requested_at = context.requested_at
        yield context.pipeline.build(rows, {}, context.pipeline.new_row_keys())
        self._warn_of_gap(requested_at)
        context.state.advance(requested_at.isoformat(timespec="seconds"))

    @property
    def cost(self) -> CostEstimate:
        """One request."""
        return CostEstimate(stream=self._context.endpoint.name, requests=1)

    def current_checkpoint(self) -> Checkpoint:
        """Return no checkpoint: each run reads everything."""
        return NO_CHECKPOINT

    def describe_remaining(self, checkpoint: Checkpoint) -> str:  # noqa: ARG002
        """Return what remains, as text: everything."""
        return EVERYTHING_LEFT

    def checkpoint_after(self, saved: Checkpoint, *, failed: bool) -> Checkpoint:  # noqa: ARG002
        """Return no checkpoint: each run reads everything."""
        return NO_CHECKPOINT

    def _warn_of_gap(self, requested_at: datetime) -> None:
        """Warn if no response covers some time: after the last response, and before this one."""
        bookmark, history = self._context.state.bookmark, self._context.endpoint.history
        if not bookmark or not history:
            return
        last, begin = clock.instant(bookmark), requested_at - history
        if last < begin:
            self._context.logger.warning(
                "What happened from %s to %s is in no answer: this endpoint shows the last %d "
                "minutes, so run it more often",
                last.isoformat(timespec="seconds"),
                begin.isoformat(timespec="seconds"),
                history.total_seconds() // 60,
            )
