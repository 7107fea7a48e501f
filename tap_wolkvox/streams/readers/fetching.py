"""Fetches the windows of a plan, splits those that are too large, and builds their records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.clock import A_DAY, first_instant, last_instant
from tap_wolkvox.cursor.checkpoint import EVERYTHING
from tap_wolkvox.errors import ResponseTooLargeError, StreamError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.cursor.windows import Plan, Window
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.records.keys import RowKeyGenerator
    from tap_wolkvox.response.rows import ResponseRows
    from tap_wolkvox.streams.protocols import ReaderContext
    from tap_wolkvox.streams.readers.reading import Learned

DATE_DISTANCE = 2 * A_DAY
"""How long before a window the dates of its rows may lie: the API lists chats when they close.

The counts of row keys are kept for that long.
"""


class FetchWindow(Protocol):
    """Returns the rows of a window."""

    def __call__(self, window: Window, *, can_split: bool) -> ResponseRows:
        """Send the requests that the window needs.

        Args:
            window: The window.
            can_split: Whether the window could be split.

        Raises:
            ResponseTooLargeError: The window has to be split.
            StreamError: The window can't be read.
        """


@dataclass(kw_only=True)
class WindowFetcher:
    """Fetches the windows of a plan, and adapts the plan to each response.

    Args:
        context: The context of the reader.
        learned: What earlier responses have shown; it is updated after each response.
        fetch: Returns the rows of a window.
        build: Returns the records for the rows of a window.
        whose: The hash of the id that is read, or `EVERYTHING`: the key in `learned.unreadable`.
    """

    context: ReaderContext
    learned: Learned
    fetch: FetchWindow
    build: Callable[[ResponseRows, Window], RecordBatch]
    whose: str = EVERYTHING

    def read(self, plan: Plan) -> Iterator[tuple[Window, tuple[RecordBatch]]]:
        """Yield each window of the plan once it is read, with its records.

        Raises:
            StreamError: A window can't be read.
            OperationError: No stream of the operation can be read.
            BudgetError: No more requests may be sent.
        """
        while not plan.is_done:
            window, self.learned.width = plan.window, plan.width
            try:
                rows = self.fetch(window, can_split=plan.can_split)
                count, records = len(rows), self.build(rows, window)
            except ResponseTooLargeError as error:
                plan = self._split(plan, error)
                continue
            except StreamError as error:
                self._note_failure(plan)
                raise StreamError(f"{window}: {error}") from None
            self._note_success(window)
            # Frees the memory and the temporary file before the next response is fetched.
            del rows
            yield window, (records,)
            plan = plan.read(count)

    def _split(self, plan: Plan, error: ResponseTooLargeError) -> Plan:
        """Return the plan with a shorter window.

        Raises:
            StreamError: The window can't be shorter.
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
        """Remember a range that the API could not deliver, so that no later run searches for it.

        Only a window that can't be split counts: any other window has failed for another reason
        than its size. Nor does an endpoint count that never allows more than the shortest range:
        it needs no search.
        """
        if not plan.can_split and plan.limits.days * A_DAY > plan.limits.granularity:
            self.learned.unreadable[self.whose] = plan.window.begin

    def _note_success(self, window: Window) -> None:
        """Forget a range that an earlier run could not read, once it is read."""
        begin = self.learned.unreadable.get(self.whose)
        if begin and window.begin <= begin <= window.end:
            del self.learned.unreadable[self.whose]


def new_row_keys(context: ReaderContext) -> RowKeyGenerator | None:
    """Return a new generator of row keys; None if the stream has no `row_key`."""
    endpoint = context.endpoint
    has_row_key = endpoint.kind is Kind.EVENT and not endpoint.has_natural_id
    return context.pipeline.new_row_keys() if has_row_key else None


def build_window(
    context: ReaderContext,
    rows: ResponseRows,
    window: Window,
    row_keys: RowKeyGenerator | None,
) -> RecordBatch:
    """Return the records for the rows of one window.

    Args:
        context: The context of the reader.
        rows: The rows.
        window: The window.
        row_keys: The generator that has made the row keys of earlier windows, if there are any.

    Raises:
        StreamError: The API sent no column that the schema declares, or a key is unusable.
    """
    if row_keys:
        row_keys.forget((window.begin - DATE_DISTANCE).date())
    stamps = window_stamps(context.endpoint, window, context.zone)
    return context.pipeline.build(rows, stamps, row_keys)


def window_stamps(endpoint: Endpoint, window: Window, zone: ZoneInfo) -> dict[str, str]:
    """Return the columns with the window, for an endpoint whose rows do not tell their date."""
    if endpoint.kind is not Kind.AGGREGATE_OVER_WINDOW:
        return {}
    begin, end = first_instant(window.begin, zone), last_instant(window.end, zone)
    stamps = (window.begin.date(), begin, end)
    return dict(zip(endpoint.added_columns, (at.isoformat() for at in stamps), strict=True))
