"""Reader of endpoints that take a range of time: window after window, from the oldest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tap_wolkvox.streams.readers.fetching import WindowFetcher, build_window, new_row_keys
from tap_wolkvox.streams.readers.reading import WindowedReading
from tap_wolkvox.streams.readers.schedule import Schedule, limits_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tap_wolkvox.cursor.checkpoint import Checkpoint
    from tap_wolkvox.cursor.windows import Limits, Plan, Window
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.reporting import CostEstimate
    from tap_wolkvox.response.rows import ResponseRows
    from tap_wolkvox.streams.protocols import ReaderContext


class WindowSource(Protocol):
    """Decides which requests a window needs, for one kind of endpoint."""

    limits: Limits
    """What the endpoint delivers in one response."""

    def plan(self, schedule: Schedule) -> Plan:
        """Return the plan for the range to read."""

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the ranges to request for a window; they serve the estimate of the cost."""

    def windows(
        self, plan: Plan, reading: WindowedReading
    ) -> Iterator[tuple[Window, Iterable[RecordBatch]]]:
        """Yield each window of a plan with its records.

        Raises:
            StreamError: A window can't be read.
            OperationError: No stream of the operation can be read.
            BudgetError: No more requests may be sent.
        """


class RangeSource:
    """The source of most endpoints: one request for each window.

    Args:
        context: The context of the reader.
    """

    def __init__(self, context: ReaderContext) -> None:
        self.limits = limits_of(context.endpoint)
        self._context = context

    def plan(self, schedule: Schedule) -> Plan:
        """Return the plan of the schedule."""
        return schedule.plan()

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the window itself."""
        return (window,)

    def windows(
        self, plan: Plan, reading: WindowedReading
    ) -> Iterator[tuple[Window, Iterable[RecordBatch]]]:
        """Yield each window of a plan with its records."""
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

    def _fetch(self, window: Window, *, can_split: bool) -> ResponseRows:
        return self._context.retriever.fetch(window.params, can_split=can_split)


class WindowedReader:
    """Reads an endpoint that takes dates, in as few requests as its limits allow.

    Args:
        context: The context of the reader.
        source: Decides which requests a window needs.
    """

    parent = ""

    def __init__(self, context: ReaderContext, source: WindowSource) -> None:
        self._context = context
        self._source = source
        self.schedule = Schedule(context, source.limits)
        """The range to read."""
        self._reading: WindowedReading | None = None

    def read(self) -> Iterable[RecordBatch]:
        """Yield the records of each window. The bookmark moves after each window."""
        plan = self._source.plan(self.schedule)
        self.schedule.log(plan.unread)
        reading = WindowedReading(self._context, self.schedule, plan.unread)
        self._reading = reading
        yield from reading.follow(self._source.windows(plan, reading))

    @property
    def first_unread(self) -> datetime:
        """The first wall-clock second that is unread."""
        return self.schedule.unread.begin

    @property
    def starts_before_state(self) -> bool:
        """Whether `start_date` is before the first second that was ever read."""
        return self.schedule.starts_before_state

    @property
    def starts_in_future(self) -> bool:
        """Whether `start_date` is in the future."""
        return self.schedule.starts_in_future

    @property
    def cost(self) -> CostEstimate:
        """One request for each range of each window."""
        return self.schedule.cost(self._source.plan(self.schedule), self._source.ranges)

    @property
    def reading(self) -> WindowedReading:
        """The reading of this run; a new one, which has read nothing, if `read` has not begun."""
        if self._reading:
            return self._reading
        return WindowedReading(self._context, self.schedule, self.schedule.unread)

    def current_checkpoint(self) -> Checkpoint:
        """Return the checkpoint to save if the run stops now."""
        return self.reading.checkpoint()

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Return what remains after a checkpoint, as text; empty if there was nothing to read."""
        return self.reading.describe_remaining(checkpoint)

    def checkpoint_after(self, saved: Checkpoint, *, failed: bool) -> Checkpoint:
        """Return the checkpoint of a stream that was read to its end, or that failed."""
        return self.checkpoint_replacing(saved, self.current_checkpoint(), failed=failed)

    def checkpoint_replacing(
        self, saved: Checkpoint, current: Checkpoint, *, failed: bool
    ) -> Checkpoint:
        """Return the checkpoint as `checkpoint_after` does, for a reader that adds ids to it.

        Args:
            saved: The checkpoint before this run.
            current: The checkpoint to save if the run stopped now.
            failed: Whether the stream failed.
        """
        return self.reading.checkpoint_after(saved, current, failed=failed)
