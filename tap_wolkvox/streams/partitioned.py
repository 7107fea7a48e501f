"""Reader of endpoints that are asked for one id after the other in each window."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tap_wolkvox.catalog import schemas
from tap_wolkvox.clock import A_DAY, A_SECOND
from tap_wolkvox.cursor.partitions import UNPARTITIONED, PartitionProgress
from tap_wolkvox.cursor.windows import Plan
from tap_wolkvox.errors import ResponseTooLargeError, StreamError
from tap_wolkvox.streams.parents import list_partitions, sync_partitions
from tap_wolkvox.streams.schedule import limits_of
from tap_wolkvox.streams.windowed import (
    Learned,
    WindowedReader,
    WindowFetcher,
    build_window,
    new_row_keys,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from tap_wolkvox.catalog.endpoint import PartitionSpec
    from tap_wolkvox.cursor.checkpoint import Checkpoint
    from tap_wolkvox.cursor.partitions import Partition
    from tap_wolkvox.cursor.windows import Window
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.records.keys import RowKeyGenerator
    from tap_wolkvox.reporting import CostEstimate
    from tap_wolkvox.response.rows import ResponseRows
    from tap_wolkvox.streams.protocols import ReaderContext
    from tap_wolkvox.streams.schedule import Schedule
    from tap_wolkvox.streams.windowed import WindowedReading

Counts = Counter[tuple[object, ...]]
"""What rows count, by their natural key without the id, and by column."""


@dataclass
class _OpenWindow:
    """The window that is being read, id after id.

    Args:
        window: The window.
        progress: The ids that are read.
        partition: The id that is asked for; none before the first one.
        requests: Requests of the operation before that id was asked for.
        is_over: Whether all ids are read.
    """

    window: Window
    progress: PartitionProgress
    partition: Partition = UNPARTITIONED
    requests: int = 0
    is_over: bool = False


@dataclass
class _Reading:
    """What lasts as long as one reading.

    Args:
        partitions: The ids, which are the same for all windows; None before they are needed.
        row_keys: What makes the keys of rows, by id: each id is read from the beginning.
        lacking: Days on which all ids together have less than there is.
    """

    partitions: list[Partition] | None = None
    row_keys: dict[str, RowKeyGenerator | None] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)


class PartitionedSource:
    """A window is as long as the API allows, and is read for each id.

    Within it, each id has a plan of its own: what is much for one id is little for another. The
    bookmark moves once all ids are read.

    Args:
        context: What it works with.
        spec: Where the ids come from.
    """

    def __init__(self, context: ReaderContext, spec: PartitionSpec) -> None:
        self.limits = limits_of(context.endpoint)
        self.open: _OpenWindow | None = None
        """The window that is being read; None before the first one."""
        self._context = context
        self._spec = spec

    def plan(self, schedule: Schedule) -> Plan:
        """Return the plan as it is."""
        return schedule.plan()

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the window, as if there were one id."""
        return (window,)

    def windows(
        self, plan: Plan, reading: WindowedReading
    ) -> Iterator[tuple[Window, Iterable[RecordBatch]]]:
        """Yield each window with the records of all ids, which are read as they are taken."""
        context, own = self._context, _Reading()
        progress = PartitionProgress(context.secret, reading.schedule.resumed_from)
        self.open = _OpenWindow(plan.window, progress)
        try:
            if not context.endpoint.probe_all_first and not plan.is_done and not self._ids(own):
                # Perhaps they are merely not there for once: the bookmark must not pass what is.
                context.logger.warning("`%s` has no ids: nothing was read.", self._spec.stream)
                return
            while not plan.is_done:
                yield plan.window, self._read_window(self.open, own, reading)
                plan = plan.read(0)
                self.open = _OpenWindow(plan.window, PartitionProgress(context.secret))
        finally:
            self._warn_of_lacking(own.lacking)

    @property
    def has_tried(self) -> bool:
        """Whether an id was asked for in the window that is being read."""
        if self.open is None:
            return False
        requests = self._context.client.requests
        was_asked = self.open.partition is not UNPARTITIONED and requests > self.open.requests
        return was_asked or self.open.progress.has_grown

    def checkpoint(self, current: Checkpoint, reading: WindowedReading) -> Checkpoint:
        """Return where the next run goes on, by id.

        Args:
            current: The same, as if no id were read.
            reading: The reading that stops.
        """
        opened = self.open
        if opened is None or opened.is_over or not self.has_tried:
            return current
        window, done = opened.window, opened.progress.done
        if window.begin != current.begin:
            return current
        end = window.end if opened.progress.has_grown else self._shorter(window).end
        next_reread = reading.progress.next_reread(window.end + A_SECOND)
        reread_from = next_reread if done else current.reread_from
        failed = opened.progress.failed
        return replace(current, end=end, reread_from=reread_from, done=done, failed=failed)

    def _shorter(self, window: Window) -> Window:
        """Return a window that a run can afford, where it could not afford one id in this one."""
        by_day = window.length >= 2 * A_DAY or self.limits.by_day
        return Plan.to_read(window, replace(self.limits, by_day=by_day)).failed().window

    def _ids(self, own: _Reading) -> list[Partition]:
        if own.partitions is None:
            own.partitions = list_partitions(self._context, self._spec)
        return own.partitions

    def _read_window(
        self, opened: _OpenWindow, own: _Reading, reading: WindowedReading
    ) -> Iterator[RecordBatch]:
        """Yield the records of a window, of all ids; none, where there are none at all."""
        # A window that is gone on with has rows, and its ids so far are not at hand to add up.
        is_probed = self._context.endpoint.probe_all_first and not opened.progress.is_resumed
        whole = self._probe(opened.window) if is_probed else None
        if whole is None or whole:
            yield from self._read_ids(opened, own, reading, whole)
        opened.is_over = True

    def _read_ids(
        self,
        opened: _OpenWindow,
        own: _Reading,
        reading: WindowedReading,
        whole: ResponseRows | None,
    ) -> Iterator[RecordBatch]:
        """Yield the records of all ids, and hold them against the rows of all ids at once."""
        window, partitions = opened.window, self._ids(own)
        if not partitions:
            raise StreamError(
                f"{window}: there are rows, but `{self._spec.stream}` has no ids to ask for"
            )

        def read(partition: Partition) -> Iterator[RecordBatch]:
            return self._read_id(partition, opened, own, reading)

        found = Counts()
        for records in sync_partitions(partitions, self._spec, opened.progress, read):
            for record in records if whole else ():
                found.update(self._counts(record))
            yield records
        if whole and not self._sum(whole) <= found:
            own.lacking.append(f"{window.begin:%Y-%m-%d}")

    def _read_id(
        self, partition: Partition, opened: _OpenWindow, own: _Reading, reading: WindowedReading
    ) -> Iterator[RecordBatch]:
        """Yield the records of one id in one window."""
        context = self._context
        opened.partition, opened.requests = partition, context.client.requests
        value = partition.columns[self._spec.column]
        row_keys = own.row_keys.setdefault(value, new_row_keys(context))

        def fetch(window: Window, can_split: bool) -> ResponseRows:  # noqa: FBT001
            return context.retriever.fetch(window.params, partition, can_split=can_split)

        def build(rows: ResponseRows, window: Window) -> RecordBatch:
            return build_window(context, rows, window, row_keys)

        fetcher = WindowFetcher(
            context=context,
            # What is too much for one id is not for all: its width is forgotten.
            learned=Learned(reading.learned.unreadable),
            fetch=fetch,
            build=build,
            whose=opened.progress.hash_of(partition),
        )
        for _, batches in fetcher.read(reading.schedule.plan_of(opened.window, fetcher.whose)):
            yield from batches

    def _probe(self, window: Window) -> ResponseRows | None:
        """Return the rows of one response for all ids; None where it is too large.

        Raises:
            StreamError: The response can't be had for another reason.
        """
        try:
            return self._context.retriever.fetch(window.params, can_split=True)
        except ResponseTooLargeError:
            return None
        except StreamError as error:
            raise StreamError(f"{window}: {error}") from None

    @cached_property
    def _counted(self) -> list[str]:
        """Columns by which the ids are held against the whole."""
        return schemas.counts(self._context.endpoint)

    def _sum(self, rows: ResponseRows) -> Counts:
        counts = Counts()
        for record in self._context.pipeline.typed(rows):
            counts.update(self._counts(record))
        return counts

    def _counts(self, record: Mapping[str, Any]) -> Counts:
        """Return what a record counts."""
        key = self._context.endpoint.key
        natural = [record.get(name) for name in key if name != self._spec.column]
        return Counter({(*natural, name): record.get(name) or 0 for name in self._counted})

    def _warn_of_lacking(self, days: Sequence[str]) -> None:
        """Warn of days on which all ids together did not account for what there is."""
        if days:
            parameter = self._spec.request_parameter
            self._context.logger.warning(
                "On %d day(s), the first of them %s, `%s=%s` counts more than the ids of `%s` "
                "together: what belongs to ids that are no longer there can't be had by id",
                len(days),
                days[0],
                parameter,
                self._context.endpoint.params[parameter],
                self._spec.stream,
            )


class PartitionedReader:
    """Reads an endpoint that is asked for one id after the other in each window.

    Args:
        context: What it works with.
        spec: Where the ids come from.
    """

    def __init__(self, context: ReaderContext, spec: PartitionSpec) -> None:
        self._context = context
        self._spec = spec
        self._source = PartitionedSource(context, spec)
        self._windows = WindowedReader(context, self._source)

    def read(self) -> Iterable[RecordBatch]:
        """Yield the records of each window; the bookmark follows once all ids are read."""
        return self._windows.read()

    @property
    def first_unread(self) -> datetime:
        """The first second that is unread."""
        return self._windows.first_unread

    @property
    def starts_before_state(self) -> bool:
        """Whether `start_date` is before what was read so far."""
        return self._windows.starts_before_state

    @property
    def starts_in_future(self) -> bool:
        """Whether `start_date` is still to come."""
        return self._windows.starts_in_future

    @property
    def parent(self) -> str:
        """The stream whose ids it will ask for, unless there may be nothing to ask for."""
        is_resumed = bool(self._windows.schedule.resumed_from.done)
        may_be_none = self._context.endpoint.probe_all_first and not is_resumed
        return "" if may_be_none else self._spec.stream

    @property
    def cost(self) -> CostEstimate:
        """A request for each id in each window."""
        cost, spec = self._windows.cost, self._spec
        if not cost.requests:
            return cost
        if self._context.endpoint.probe_all_first or spec.stream:
            return replace(cost, depends_on=str(spec))
        done = len(self._windows.schedule.resumed_from.done)
        return replace(cost, requests=cost.requests * len(spec.listed) - done)

    def current_checkpoint(self) -> Checkpoint:
        """Return where the next run goes on, if this one stops now."""
        reading = self._windows.reading
        return self._source.checkpoint(reading.checkpoint(), reading)

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Say what is left after a checkpoint."""
        what, done = self._windows.describe_remaining(checkpoint), len(checkpoint.done)
        return f"{what}, but for {done} ids up to {checkpoint.end}" if done else what

    def checkpoint_after(self, saved: Checkpoint, *, failed: bool) -> Checkpoint:
        """Return the checkpoint of a stream that was read to its end, or that failed."""
        if failed and not self._source.has_tried:
            # It did not fail because of an id: no id is any further, and none is worse off.
            return replace(saved, deferred_since=None)
        current = self.current_checkpoint()
        return self._windows.checkpoint_replacing(saved, current, failed=failed)
