"""Reader of dated endpoints that need a request for each id.

    window 1 Nov - 30 Nov    id 7   |1 Nov ................ 30 Nov|
                             id 8   |1 Nov .. 12 Nov|13 Nov ... 30 Nov|   split for this id only
                             id 9   |1 Nov ................ 30 Nov|
    bookmark                                                 30 Nov       once all ids are read

A run that stops within a window saves the hashes of the ids that are read (`Checkpoint.done`).
"""

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
from tap_wolkvox.streams.readers.fetching import WindowFetcher, build_window, new_row_keys
from tap_wolkvox.streams.readers.parents import list_partitions, sync_partitions
from tap_wolkvox.streams.readers.reading import Learned
from tap_wolkvox.streams.readers.schedule import limits_of
from tap_wolkvox.streams.readers.windowed import WindowedReader

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
    from tap_wolkvox.streams.readers.reading import WindowedReading
    from tap_wolkvox.streams.readers.schedule import Schedule

Counts = Counter[tuple[object, ...]]
"""Sums of the columns with counts: (natural key without the id, column name) → sum."""


@dataclass
class _OpenWindow:
    """The window that is being read, id after id.

    Args:
        window: The window.
        progress: The ids that are read.
        partition: The id that is being read; `UNPARTITIONED` before the first one.
        requests: Number of requests of the operation before that id.
        is_over: Whether all ids are read.
    """

    window: Window
    progress: PartitionProgress
    partition: Partition = UNPARTITIONED
    requests: int = 0
    is_over: bool = False

    def has_tried(self, requests: int) -> bool:
        """Whether a request for an id was sent in this window.

        Args:
            requests: Requests of the operation up to now.
        """
        was_requested = self.partition is not UNPARTITIONED and requests > self.requests
        return was_requested or self.progress.has_grown

    def is_elsewhere(self, begin: datetime | None) -> bool:
        """Whether the next run does not go on in this window.

        Args:
            begin: Where the next run goes on.
        """
        return self.is_over or self.window.begin != begin


@dataclass
class _Run:
    """What one run keeps across windows.

    Args:
        partitions: The ids, the same for all windows; None before they are needed.
        row_keys: The generator of row keys of each id, by id.
        incomplete_days: Days on which all ids together count less than the response for all ids.
    """

    partitions: list[Partition] | None = None
    row_keys: dict[str, RowKeyGenerator | None] = field(default_factory=dict)
    incomplete_days: list[str] = field(default_factory=list)


class PartitionedSource:
    """The source for endpoints that need a request for each id.

    A window is as long as the API allows. Within the window, each id has a plan of its own, because
    a window with too many rows for one id may have few for another. The bookmark moves once all ids
    are read.

    Args:
        context: The context of the reader.
        spec: The source of the ids.
    """

    def __init__(self, context: ReaderContext, spec: PartitionSpec) -> None:
        self.limits = limits_of(context.endpoint)
        self.open: _OpenWindow | None = None
        """The window that is being read; None before the first one."""
        self._context = context
        self._spec = spec

    def plan(self, schedule: Schedule) -> Plan:
        """Return the plan of the schedule."""
        return schedule.plan()

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the window itself: the requests for one id."""
        return (window,)

    def windows(
        self, plan: Plan, reading: WindowedReading
    ) -> Iterator[tuple[Window, Iterable[RecordBatch]]]:
        """Yield each window with the records of all ids. Requests are sent as records are taken."""
        context, run = self._context, _Run()
        progress = PartitionProgress(context.secret, reading.schedule.resumed_from)
        self.open = _OpenWindow(plan.window, progress)
        try:
            if not context.endpoint.probe_all_first and not plan.is_done and not self._ids(run):
                # The parent stream may lack its ids for a moment only. If the bookmark moved, the
                # rows of these ids would be lost.
                context.logger.warning("`%s` has no ids: nothing was read.", self._spec.stream)
                return
            while not plan.is_done:
                yield plan.window, self._read_window(self.open, run, reading)
                # As if the window had no rows: only the plan of an id depends on the rows.
                plan = plan.read(0)
                self.open = _OpenWindow(plan.window, PartitionProgress(context.secret))
        finally:
            self._warn_of_incomplete(run.incomplete_days)

    @property
    def has_tried(self) -> bool:
        """Whether a request for an id was sent in the window that is being read."""
        return self.open is not None and self.open.has_tried(self._context.client.requests)

    def checkpoint(self, current: Checkpoint, reading: WindowedReading) -> Checkpoint:
        """Return the checkpoint to save if the run stops now, with the ids that are read.

        Args:
            current: The checkpoint without ids.
            reading: The reading that stops.
        """
        opened = self.open
        if opened is None or not self.has_tried or opened.is_elsewhere(current.begin):
            return current
        window, done = opened.window, opened.progress.done
        end = window.end if opened.progress.has_grown else self._shorter(window).end
        next_reread = reading.progress.next_reread(window.end + A_SECOND)
        reread_from = next_reread if done else current.reread_from
        failed = opened.progress.failed
        return replace(current, end=end, reread_from=reread_from, done=done, failed=failed)

    def _shorter(self, window: Window) -> Window:
        """Return half of a window, for a run whose requests did not suffice for even one id.

        A window of two days or more is halved to whole days: the run after the next one resumes at
        midnight, so it would read a part of a day again.
        """
        by_day = window.length >= 2 * A_DAY or self.limits.by_day
        return Plan.to_read(window, replace(self.limits, by_day=by_day)).failed().window

    def _ids(self, run: _Run) -> list[Partition]:
        """Return the ids. The parent stream is read on the first call."""
        if run.partitions is None:
            run.partitions = list_partitions(self._context, self._spec)
        return run.partitions

    def _read_window(
        self, opened: _OpenWindow, run: _Run, reading: WindowedReading
    ) -> Iterator[RecordBatch]:
        """Yield the records of a window for all ids; none if the response for all ids is empty."""
        # No request for all ids if the window is resumed: it has rows, and the counts of the ids
        # that an earlier run has read are not known any more.
        is_probed = self._context.endpoint.probe_all_first and not opened.progress.is_resumed
        all_rows = self._probe(opened.window) if is_probed else None
        if all_rows is None or all_rows:
            yield from self._read_ids(opened, run, reading, all_rows)
        opened.is_over = True

    def _read_ids(
        self,
        opened: _OpenWindow,
        run: _Run,
        reading: WindowedReading,
        all_rows: ResponseRows | None,
    ) -> Iterator[RecordBatch]:
        """Yield the records of all ids, and compare their counts with the response for all ids.

        Args:
            opened: The window.
            run: What the run keeps across windows.
            reading: The reading.
            all_rows: The rows of the response for all ids; None if there is none to compare with.

        Raises:
            StreamError: There are rows, but no ids to request.
        """
        window, partitions = opened.window, self._ids(run)
        if not partitions:
            raise StreamError(
                f"{window}: there are rows, but `{self._spec.stream}` has no ids to ask for"
            )

        def read(partition: Partition) -> Iterator[RecordBatch]:
            return self._read_id(partition, opened, run, reading)

        by_ids = Counts()
        for records in sync_partitions(partitions, self._spec, opened.progress, read):
            for record in records if all_rows else ():
                by_ids.update(self._counts(record))
            yield records
        if all_rows and not self._sum(all_rows) <= by_ids:
            run.incomplete_days.append(f"{window.begin:%Y-%m-%d}")

    def _read_id(
        self, partition: Partition, opened: _OpenWindow, run: _Run, reading: WindowedReading
    ) -> Iterator[RecordBatch]:
        """Yield the records of one id in one window."""
        context = self._context
        opened.partition, opened.requests = partition, context.client.requests
        value = partition.columns[self._spec.column]
        row_keys = run.row_keys.setdefault(value, new_row_keys(context))

        def fetch(window: Window, *, can_split: bool) -> ResponseRows:
            return context.retriever.fetch(window.params, partition, can_split=can_split)

        def build(rows: ResponseRows, window: Window) -> RecordBatch:
            return build_window(context, rows, window, row_keys)

        fetcher = WindowFetcher(
            context=context,
            # Without the width: a window that is too long for one id may be fine for the others.
            learned=Learned(reading.learned.unreadable),
            fetch=fetch,
            build=build,
            whose=opened.progress.hash_of(partition),
        )
        for _, batches in fetcher.read(reading.schedule.plan_of(opened.window, fetcher.whose)):
            yield from batches

    def _probe(self, window: Window) -> ResponseRows | None:
        """Return the rows of the response for all ids; None if the response is too large.

        Raises:
            StreamError: The request fails for another reason.
        """
        try:
            return self._context.retriever.fetch(window.params, can_split=True)
        except ResponseTooLargeError:
            return None
        except StreamError as error:
            raise StreamError(f"{window}: {error}") from None

    @cached_property
    def _counted(self) -> list[str]:
        """Columns whose sums over all ids are compared with the response for all ids."""
        return schemas.counts(self._context.endpoint)

    def _sum(self, rows: ResponseRows) -> Counts:
        """Return the counts of rows, added up over all ids."""
        counts = Counts()
        for record in self._context.pipeline.typed(rows):
            counts.update(self._counts(record))
        return counts

    def _counts(self, record: Mapping[str, Any]) -> Counts:
        """Return the counts of one record."""
        key = self._context.endpoint.key
        natural = [record.get(name) for name in key if name != self._spec.column]
        return Counter({(*natural, name): record.get(name) or 0 for name in self._counted})

    def _warn_of_incomplete(self, days: Sequence[str]) -> None:
        """Warn of days on which all ids together count less than the response for all ids."""
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
    """Reads a dated endpoint that needs a request for each id.

    Args:
        context: The context of the reader.
        spec: The source of the ids.
    """

    def __init__(self, context: ReaderContext, spec: PartitionSpec) -> None:
        self._context = context
        self._spec = spec
        self._source = PartitionedSource(context, spec)
        self._windows = WindowedReader(context, self._source)

    def read(self) -> Iterable[RecordBatch]:
        """Yield the records of each window. The bookmark moves once all ids are read."""
        return self._windows.read()

    @property
    def first_unread(self) -> datetime:
        """The first wall-clock second that is unread."""
        return self._windows.first_unread

    @property
    def starts_before_state(self) -> bool:
        """Whether `start_date` is before the first second that was ever read."""
        return self._windows.starts_before_state

    @property
    def starts_in_future(self) -> bool:
        """Whether `start_date` is in the future."""
        return self._windows.starts_in_future

    @property
    def parent(self) -> str:
        """Name of the stream whose ids the reader needs; empty if it may need none.

        It may need none if a request for all ids comes first.
        """
        is_resumed = bool(self._windows.schedule.resumed_from.done)
        may_need_none = self._context.endpoint.probe_all_first and not is_resumed
        return "" if may_need_none else self._spec.stream

    @property
    def cost(self) -> CostEstimate:
        """One request for each id in each window."""
        cost, spec = self._windows.cost, self._spec
        if not cost.requests:
            return cost
        if self._context.endpoint.probe_all_first or spec.stream:
            return replace(cost, depends_on=str(spec))
        done = len(self._windows.schedule.resumed_from.done)
        return replace(cost, requests=cost.requests * len(spec.listed) - done)

    def current_checkpoint(self) -> Checkpoint:
        """Return the checkpoint to save if the run stops now."""
        reading = self._windows.reading
        return self._source.checkpoint(reading.checkpoint(), reading)

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Return what remains after a checkpoint, as text; empty if there was nothing to read."""
        what, done = self._windows.describe_remaining(checkpoint), len(checkpoint.done)
        return f"{what}, but for {done} ids up to {checkpoint.end}" if done else what

    def checkpoint_after(self, saved: Checkpoint, *, failed: bool) -> Checkpoint:
        """Return the checkpoint of a stream that was read to its end, or that failed."""
        if failed and not self._source.has_tried:
            # No request for an id was sent, so the saved ids stay as they are.
            return replace(saved, deferred_since=None)
        current = self.current_checkpoint()
        return self._windows.checkpoint_replacing(saved, current, failed=failed)
