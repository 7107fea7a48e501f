"""Readers of what happened when: window after window, from the oldest to the newest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.clock import A_DAY, A_SECOND, first_instant, last_instant
from tap_wolkvox.cursor import bookmarks
from tap_wolkvox.cursor.checkpoint import EVERYTHING, NO_IDS, Checkpoint
from tap_wolkvox.errors import ResponseTooLargeError, StreamError
from tap_wolkvox.reporting import counted
from tap_wolkvox.streams.schedule import Schedule, is_of_days, limits_of
from tap_wolkvox.streams.state import BEGUN, TIMEZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.cursor.windows import Limits, Plan, Window
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.records.keys import RowKeyGenerator
    from tap_wolkvox.reporting import CostEstimate
    from tap_wolkvox.response.rows import ResponseRows
    from tap_wolkvox.streams.protocols import ReaderContext

DATE_DISTANCE = 2 * A_DAY
"""How long before a window the dates of its rows may lie: chats are listed when they close."""


@dataclass
class Learned:
    """What a reading has learned about how much to ask for.

    Args:
        unreadable: The first second of what could not be read, by whose it is.
        width: How much was asked for last; None before the first request.
    """

    unreadable: dict[str, datetime]
    width: timedelta | None = None


class WindowedReading:
    """One reading of a dated stream; the bookmark follows each window that is read whole.

    Args:
        context: The stream.
        schedule: What there is to read of it, and how much at once.
        whole: What this reading is to read.
    """

    def __init__(self, context: ReaderContext, schedule: Schedule, whole: Window) -> None:
        self.progress = schedule.new_pass(whole)
        """How far it is."""
        self.learned = Learned(dict(context.state.checkpoint.unreadable))
        """What it has learned about how much to ask for."""
        self.schedule = schedule
        """What there is to read, and how much at once."""
        self._context = context

    def follow(
        self, windows: Iterable[tuple[Window, Iterable[RecordBatch]]]
    ) -> Iterator[RecordBatch]:
        """Yield the records of windows, and let the state follow.

        Args:
            windows: Each window that is read, with its records.
        """
        before, stats = self._context.client.requests, self._context.stats
        for window, batches in windows:
            emitted = stats.rows
            yield from batches
            self.progress.next_unread = window.end + A_SECOND
            self._mark(window)
            self._context.logger.info(
                "%s: %s; %s so far, %d %% read.",
                window,
                counted(stats.rows - emitted, "row"),
                counted(self._context.client.requests - before, "request"),
                100 * window.share_of(self.progress.whole),
            )

    def checkpoint(self) -> Checkpoint:
        """Return where the next run goes on, if this one stops now."""
        checkpoint = self.progress.checkpoint(self._narrowed)
        return replace(checkpoint, unreadable=self.learned.unreadable)

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Say what is left after a checkpoint; nothing if there was nothing to read."""
        progress = self.progress
        return "" if progress.is_empty else f"{checkpoint.begin} to {progress.whole.end}"

    def checkpoint_after(
        self, saved: Checkpoint, current: Checkpoint, *, failed: bool
    ) -> Checkpoint:
        """Return the checkpoint of a stream that was read to its end, or that failed.

        Args:
            saved: The checkpoint before this run.
            current: Where the next run would go on, if this one had stopped.
            failed: Whether it failed.
        """
        if self.progress.is_over and not self.progress.is_empty and not failed:
            return Checkpoint(reread_from=saved.reread_from if saved.begin else None)
        if saved.begin and failed:
            return replace(current, end=None, width=None, done=NO_IDS, failed=NO_IDS)
        return replace(saved, deferred_since=None, unreadable=self.learned.unreadable)

    @property
    def _narrowed(self) -> timedelta | None:
        """How much was asked for last, if less than the API takes has turned out to be enough."""
        width = self.learned.width
        return width if width and width < self.schedule.limits.days * A_DAY else None

    def _mark(self, window: Window) -> None:
        """Let the bookmark, and a STATE message, say that a window is read."""
        self._context.stats.windows += 1
        state, zone = self._context.state, self._context.zone
        if not state.is_incremental:
            return
        if is_of_days(self._context.endpoint):
            mark = bookmarks.day_mark(window)
        else:
            mark = bookmarks.second_mark(window, zone)
        if mark:
            self._mark_begin()
            if state.advance(mark):
                state.open()[TIMEZONE] = zone.key
        if state.checkpoint.begin:
            state.save_checkpoint(self.checkpoint())
        state.publish()

    def _mark_begin(self) -> None:
        """Let the state say from when on everything is read, where that begins with this run."""
        state, begin = self._context.state, self.progress.whole.begin
        unread_since = self.schedule.unread_since
        if not unread_since or begin > unread_since:
            state.open()[BEGUN] = begin.isoformat()
        elif state.begun is None:
            # A state of version 0.1 does not say: most likely it began where the settings begin.
            start = self._context.period.start
            state.open()[BEGUN] = min(begin, start or begin).isoformat()


@dataclass(kw_only=True)
class WindowFetcher:
    """Fetches the windows of a plan, and learns from each response how much to ask for next.

    Args:
        context: The stream.
        learned: What was learned so far, and takes what is learned.
        fetch: Returns the rows of a window; its second argument says whether less could be asked
            for.
        build: Returns the records of the rows of a window.
        whose: The hash of the id that is read, or `EVERYTHING`.
    """

    context: ReaderContext
    learned: Learned
    fetch: Callable[[Window, bool], ResponseRows]
    build: Callable[[ResponseRows, Window], RecordBatch]
    whose: str = EVERYTHING

    def read(self, plan: Plan) -> Iterator[tuple[Window, tuple[RecordBatch]]]:
        """Yield each window that is read, with its records.

        Raises:
            StreamError: A window can't be read.
            OperationError: No stream of the operation can be read.
            BudgetError: No more requests may be sent.
        """
        while not plan.is_done:
            window, self.learned.width = plan.window, plan.width
            try:
                rows = self.fetch(window, plan.can_split)
                count, records = len(rows), self.build(rows, window)
            except ResponseTooLargeError as error:
                plan = self._split(plan, error)
                continue
            except StreamError as error:
                self._note_failure(plan)
                raise StreamError(f"{window}: {error}") from None
            self._note_success(window)
            # The next response needs the room of this one.
            del rows
            yield window, (records,)
            plan = plan.read(count)

    def _split(self, plan: Plan, error: ResponseTooLargeError) -> Plan:
        """Return the plan that asks for less.

        Raises:
            StreamError: Less can't be asked for.
        """
        window = plan.window
        if not plan.can_split:
            self._note_failure(plan)
            raise StreamError(f"{window}, which can't be asked for in parts: {error}") from None
        self.context.stats.splits += 1
        self.context.logger.info("%s: %s; asking for less.", window, error)
        if error.truncated is None:
            return plan.failed()
        times = map(self.context.pipeline.local_time_of, error.truncated.shown)
        return plan.cut([time for time in times if time])

    def _note_failure(self, plan: Plan) -> None:
        """Remember what could not be read, so that no run has to search for it again.

        A window that could still have been split has failed for another reason than its rows.
        """
        if not plan.can_split and plan.limits.days * A_DAY > plan.limits.granularity:
            self.learned.unreadable[self.whose] = plan.window.begin

    def _note_success(self, window: Window) -> None:
        """Forget what could not be read before, and can be read now."""
        begin = self.learned.unreadable.get(self.whose)
        if begin and window.begin <= begin <= window.end:
            del self.learned.unreadable[self.whose]


class WindowSource(Protocol):
    """How the windows of an endpoint are asked for."""

    limits: Limits
    """What the endpoint gives in one response."""

    def plan(self, schedule: Schedule) -> Plan:
        """Return the plan for what there is to read."""

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the ranges that are asked for to read a window."""

    def windows(
        self, plan: Plan, reading: WindowedReading
    ) -> Iterator[tuple[Window, Iterable[RecordBatch]]]:
        """Yield each window of a plan that is read, with its records.

        Raises:
            StreamError: A window can't be read.
            OperationError: No stream of the operation can be read.
            BudgetError: No more requests may be sent.
        """


class RangeSource:
    """A window is one range of time.

    Args:
        context: What it works with.
    """

    def __init__(self, context: ReaderContext) -> None:
        self.limits = limits_of(context.endpoint)
        self._context = context

    def plan(self, schedule: Schedule) -> Plan:
        """Return the plan as it is."""
        return schedule.plan()

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the window."""
        return (window,)

    def windows(
        self, plan: Plan, reading: WindowedReading
    ) -> Iterator[tuple[Window, Iterable[RecordBatch]]]:
        """Yield each window of a plan that is read, with its records."""
        row_keys = new_row_keys(self._context)

        def build(rows: ResponseRows, window: Window) -> RecordBatch:
            return build_window(self._context, rows, window, row_keys)

        fetcher = WindowFetcher(
            context=self._context,
            learned=reading.learned,
            fetch=self._fetch,
            build=build,
        )
        yield from fetcher.read(plan)

    def _fetch(self, window: Window, can_split: bool) -> ResponseRows:  # noqa: FBT001
        return self._context.retriever.fetch(window.params, can_split=can_split)


class WindowedReader:
    """Reads an endpoint that is asked for ranges of time, in as few requests as its limits allow.

    Args:
        context: What it works with.
        source: How its windows are asked for.
    """

    parent = ""

    def __init__(self, context: ReaderContext, source: WindowSource) -> None:
        self._context = context
        self._source = source
        self.schedule = Schedule(context, source.limits)
        """What there is to read."""
        self._reading: WindowedReading | None = None

    def read(self) -> Iterable[RecordBatch]:
        """Yield the records of each window; the bookmark follows."""
        plan = self._source.plan(self.schedule)
        self.schedule.log(plan.unread)
        reading = WindowedReading(self._context, self.schedule, plan.unread)
        self._reading = reading
        yield from reading.follow(self._source.windows(plan, reading))

    @property
    def first_unread(self) -> datetime:
        """The first second that is unread."""
        return self.schedule.unread.begin

    @property
    def starts_before_state(self) -> bool:
        """Whether `start_date` is before what was read so far."""
        return self.schedule.starts_before_state

    @property
    def starts_in_future(self) -> bool:
        """Whether `start_date` is still to come."""
        return self.schedule.starts_in_future

    @property
    def cost(self) -> CostEstimate:
        """A request for each range of each window."""
        return self.schedule.cost(self._source.plan(self.schedule), self._source.ranges)

    @property
    def has_begun(self) -> bool:
        """Whether it has begun to read."""
        return self._reading is not None

    @property
    def reading(self) -> WindowedReading:
        """The reading that has begun, or one that would begin now."""
        unread = self.schedule.unread
        return self._reading or WindowedReading(self._context, self.schedule, unread)

    def current_checkpoint(self) -> Checkpoint:
        """Return where the next run goes on, if this one stops now."""
        return self.reading.checkpoint()

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Say what is left after a checkpoint."""
        return self.reading.describe_remaining(checkpoint)

    def checkpoint_after(self, saved: Checkpoint, *, failed: bool) -> Checkpoint:
        """Return the checkpoint of a stream that was read to its end, or that failed."""
        return self.checkpoint_replacing(saved, self.current_checkpoint(), failed=failed)

    def checkpoint_replacing(
        self, saved: Checkpoint, current: Checkpoint, *, failed: bool
    ) -> Checkpoint:
        """Return the same.

        Args:
            saved: The checkpoint before this run.
            current: Where the next run would go on, if this one had stopped.
            failed: Whether the stream failed.
        """
        if self._reading is None:
            return replace(saved, deferred_since=None)
        return self._reading.checkpoint_after(saved, current, failed=failed)


def new_row_keys(context: ReaderContext) -> RowKeyGenerator | None:
    """Return what makes the keys of rows; None where a row has a key of its own."""
    endpoint = context.endpoint
    has_row_key = endpoint.kind is Kind.EVENT and not endpoint.has_natural_id
    return context.pipeline.new_row_keys() if has_row_key else None


def build_window(
    context: ReaderContext,
    rows: ResponseRows,
    window: Window,
    row_keys: RowKeyGenerator | None,
) -> RecordBatch:
    """Return the records of the rows of one window.

    Args:
        context: The stream.
        rows: The rows.
        window: The window.
        row_keys: What has made the keys of the windows before it.

    Raises:
        StreamError: The rows are not what they should be.
    """
    if row_keys:
        row_keys.forget((window.begin - DATE_DISTANCE).date())
    stamps = window_stamps(context.endpoint, window, context.zone)
    return context.pipeline.build(rows, stamps, row_keys)


def window_stamps(endpoint: Endpoint, window: Window, zone: ZoneInfo) -> dict[str, str]:
    """Return the columns that say what window the figures are of, where the rows do not."""
    if endpoint.kind is not Kind.AGGREGATE_OVER_WINDOW:
        return {}
    begin, end = first_instant(window.begin, zone), last_instant(window.end, zone)
    stamps = (window.begin.date(), begin, end)
    return dict(zip(endpoint.added_columns, (at.isoformat() for at in stamps), strict=True))
