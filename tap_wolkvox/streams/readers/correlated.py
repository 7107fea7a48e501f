"""Source for an endpoint whose rows are in a response only if two dates lie in the range."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tap_wolkvox.clock import A_DAY, A_SECOND, midnight
from tap_wolkvox.cursor.windows import Limits, Window
from tap_wolkvox.errors import ResponseTooLargeError, StreamError
from tap_wolkvox.response.fields import by_column
from tap_wolkvox.response.rows import ResponseRows
from tap_wolkvox.streams.readers.fetching import WindowFetcher, new_row_keys
from tap_wolkvox.streams.readers.parents import list_partitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from singer_sdk.helpers.types import Record

    from tap_wolkvox.catalog.endpoint import PartitionSpec
    from tap_wolkvox.cursor.windows import Plan
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.response.extractors import Row
    from tap_wolkvox.streams.protocols import ReaderContext
    from tap_wolkvox.streams.readers.reading import WindowedReading
    from tap_wolkvox.streams.readers.schedule import Schedule

MARGIN = A_DAY
"""How long before its window the date of a row may lie.

The API compares dates in a time zone that nobody has documented.
"""


@dataclass
class _Emitted:
    """What one run has emitted.

    Args:
        earliest: The first second whose rows are emitted; None if only `MARGIN` limits it.
        last: Keys of the rows of the last window.
        differing: Days on which the range across the end of a month lacked rows.
    """

    earliest: datetime | None
    last: set[object] = field(default_factory=set)
    differing: list[str] = field(default_factory=list)


class CorrelatedSource:
    """The source for attempts to contact customers who were loaded into a campaign before.

    The API returns an attempt only if both dates lie in the range: the date of the attempt, and the
    date on which the customer was loaded, which the row does not show. A range of one day would
    lose attempts of customers who were loaded earlier. So the window is one day, but its range
    begins as early as the API allows (`across`). Only attempts of customers who were loaded still
    earlier are lost.

    Such a range mostly crosses the end of a month, which Wolkvox may not support. So the part of
    the range within the month of the window is requested too (`within`), and each row is emitted as
    often as the response with more of it has it. For the window of 20 November:

        window                                         20 November
        across      21 October ....................... 20 November
        within                    1 November ......... 20 November
        emitted                                     19, 20 November    (`MARGIN`, no duplicates)

    For the same reason, a truncated response is not split by time, but by id.

    Args:
        context: The context of the reader.
        split_by: The ids for which requests are sent if a response is truncated.
    """

    def __init__(self, context: ReaderContext, split_by: PartitionSpec) -> None:
        self.limits = Limits(days=1, rows=context.endpoint.row_cap, by_day=True)
        self._context = context
        self._split_by = split_by

    def plan(self, schedule: Schedule) -> Plan:
        """Return a plan of one-day windows. The first window also has all lookback days.

        One range covers the lookback days too, so they need no requests of their own.
        """
        plan, unread_since = schedule.plan(), schedule.unread_since
        if unread_since is None or plan.is_done:
            return plan
        first_end = midnight(min(unread_since, plan.unread.end)) + A_DAY
        width = first_end - midnight(plan.unread.begin)
        return replace(plan, width=min(max(width, A_DAY), self._context.endpoint.days * A_DAY))

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the range `across`, and the range `within` if `across` begins in another month."""
        across = Window(window.end - self._context.endpoint.days * A_DAY + A_SECOND, window.end)
        month = midnight(window.end.replace(day=1))
        return (across,) if month <= across.begin else (across, Window(month, window.end))

    def windows(
        self, plan: Plan, reading: WindowedReading
    ) -> Iterator[tuple[Window, Iterable[RecordBatch]]]:
        """Yield each window of a plan with its records."""
        emitted = _Emitted(self._earliest(plan))

        def fetch(window: Window, *, can_split: bool) -> ResponseRows:  # noqa: ARG001  # by id only
            return self._fetch(window, emitted)

        def build(rows: ResponseRows, window: Window) -> RecordBatch:
            return self._build(rows, window, emitted)

        fetcher = WindowFetcher(
            context=self._context, learned=reading.learned, fetch=fetch, build=build
        )
        try:
            yield from fetcher.read(plan)
        finally:
            self._warn_of_differences(emitted.differing)

    def _earliest(self, plan: Plan) -> datetime | None:
        """Return the first second whose rows are emitted; None if only `MARGIN` limits it."""
        if self._context.state.bookmark is not None and not plan.is_done:
            return self._context.period.start
        return plan.unread.begin

    def _fetch(self, window: Window, emitted: _Emitted) -> ResponseRows:
        """Return the rows of both ranges of a window."""
        across, *within = self.ranges(window)
        rows = self._fetch_range(across)
        for each in within:
            missing = self._fetch_range(each).beyond(rows)
            if missing:
                emitted.differing.append(f"{window.end:%Y-%m-%d}")
            rows.extend(missing)
        return rows

    def _fetch_range(self, requested: Window) -> ResponseRows:
        """Return the rows of a range; if the response is truncated, request each id."""
        try:
            return self._context.retriever.fetch(requested.params, can_split=True)
        except ResponseTooLargeError as error:
            self._context.stats.splits += 1
            return self._fetch_by_id(requested, error)

    def _build(self, rows: ResponseRows, window: Window, emitted: _Emitted) -> RecordBatch:
        """Return the records of a window and of the `MARGIN` before it.

        Records that the last window had too are left out.
        """
        begin = max(window.begin - MARGIN, emitted.earliest or window.begin - MARGIN)
        last_keys, emitted.last = emitted.last, set()

        def is_late_enough(row: Row) -> bool:
            time = self._context.pipeline.local_time_of(row)
            return time is None or time >= begin

        def is_new(record: Record) -> bool:
            key = record[self._context.endpoint.stamp_column]
            emitted.last.add(key)
            return key not in last_keys

        # A new generator: the range repeats rows of the last window, and they must keep their keys.
        row_keys = new_row_keys(self._context)
        return self._context.pipeline.build(
            rows, {}, row_keys, keep_row=is_late_enough, keep_record=is_new
        )

    def _fetch_by_id(self, requested: Window, error: ResponseTooLargeError) -> ResponseRows:
        """Return the rows of a range from one response for each id.

        Args:
            requested: The range.
            error: The error of the response for all ids.

        Raises:
            StreamError: The response for an id is too large as well, or all of them together have
                fewer rows than the response for all ids has announced.
        """
        name = self._split_by.column
        self._context.logger.info("%s: %s; asking for one `%s` at a time.", requested, error, name)
        rows = ResponseRows()
        for each in self._ids(error):
            try:
                rows.extend(self._context.retriever.fetch(requested.params | {name: each}))
            except ResponseTooLargeError as too_large:
                raise StreamError(
                    f"`{name}` {each} alone is more than the API gives at once, and it can't be "
                    f"asked for in smaller parts: {too_large}"
                ) from None
        counted = error.truncated.counted if error.truncated else 0
        if len(rows) < counted:
            raise StreamError(
                f"one `{name}` at a time, the API gives {len(rows)} rows of {counted}: nothing of "
                "them was emitted"
            )
        return rows

    def _ids(self, error: ResponseTooLargeError) -> list[str]:
        """Return the ids of the parent stream, and ids that only the truncated response has.

        The parent stream lacks ids that no longer exist.
        """
        name, aliases = self._split_by.column, self._context.pipeline.aliases
        shown = error.truncated.shown if error.truncated else ()
        rows = (by_column(row, aliases) for row in shown)
        shown_ids = [str(row[name]) for row in rows if name in row]
        partitions = list_partitions(self._context, self._split_by)
        return list(dict.fromkeys([*(each.columns[name] for each in partitions), *shown_ids]))

    def _warn_of_differences(self, days: Sequence[str]) -> None:
        """Warn of days on which a range across the end of a month lacked rows."""
        if days:
            self._context.logger.warning(
                "On %d day(s), the first of them %s, the range across the end of the month lacks "
                "rows that the range within the month has. They were read from the latter, but "
                "attempts of what was loaded in the month before may be missing",
                len(days),
                days[0],
            )
