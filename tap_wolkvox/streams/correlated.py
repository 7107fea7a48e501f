"""Rows that are in a response only if two of their dates lie in the range."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tap_wolkvox.clock import A_DAY, A_SECOND, midnight
from tap_wolkvox.cursor.windows import Limits, Window
from tap_wolkvox.errors import ResponseTooLargeError, StreamError
from tap_wolkvox.response.fields import by_column
from tap_wolkvox.response.rows import ResponseRows
from tap_wolkvox.streams.parents import list_partitions
from tap_wolkvox.streams.windowed import WindowFetcher, new_row_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from singer_sdk.helpers.types import Record

    from tap_wolkvox.catalog.endpoint import PartitionSpec
    from tap_wolkvox.cursor.windows import Plan
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.response.extractors import Row
    from tap_wolkvox.streams.protocols import ReaderContext
    from tap_wolkvox.streams.schedule import Schedule
    from tap_wolkvox.streams.windowed import WindowedReading

MARGIN = A_DAY
"""How much before its window a row's date may lie: the API compares in a zone nobody knows."""


@dataclass
class _Emitted:
    """What one reading has emitted.

    Args:
        earliest: The first second of which rows are emitted; None for as early as a window may.
        last: Keys of the rows of the last window.
        differing: Days on which the range across the end of a month lacked rows.
    """

    earliest: datetime | None
    last: set[object] = field(default_factory=set)
    differing: list[str] = field(default_factory=list)


class CorrelatedSource:
    """Attempts to reach what was loaded before: both dates must lie in the range.

    So a range always reaches back as far as it may from the end of its window, a day at a time: an
    attempt is missed only if it comes later after the loading than that, less a day. No response is
    split by time, which would lose what was loaded before the split, but by id.

    Such a range mostly crosses the end of a month, which Wolkvox may not allow. So the part of it
    that lies in the month of the window is asked for too: each row is emitted as often as it comes
    in the fuller of the two responses. For the window of 20 November:

        range across    21 October ................... 20 November
        range within                 1 November ...... 20 November

    Args:
        context: What it works with.
        split_by: The ids to ask for one by one, should a response be truncated.
    """

    def __init__(self, context: ReaderContext, split_by: PartitionSpec) -> None:
        self.limits = Limits(days=1, rows=context.endpoint.row_cap, by_day=True)
        self._context = context
        self._split_by = split_by

    def plan(self, schedule: Schedule) -> Plan:
        """Return the plan of days; the first window has those with it that are read again."""
        plan, unread_since = schedule.plan(), schedule.unread_since
        if unread_since is None or plan.is_done:
            return plan
        first_end = midnight(min(unread_since, plan.unread.end)) + A_DAY
        width = first_end - midnight(plan.unread.begin)
        return replace(plan, width=min(max(width, A_DAY), self._context.endpoint.days * A_DAY))

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the range that reaches back, and what of it lies in the month of the window."""
        across = Window(window.end - self._context.endpoint.days * A_DAY + A_SECOND, window.end)
        month = midnight(window.end.replace(day=1))
        return (across,) if month <= across.begin else (across, Window(month, window.end))

    def windows(
        self, plan: Plan, reading: WindowedReading
    ) -> Iterator[tuple[Window, Iterable[RecordBatch]]]:
        """Yield each window of a plan that is read, with its records."""
        emitted = _Emitted(self._earliest(plan))

        def fetch(window: Window, can_split: bool) -> ResponseRows:  # noqa: ARG001, FBT001
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
        """Return the first second of which rows are emitted."""
        if self._context.state.bookmark is not None and not plan.is_done:
            return self._context.period.start
        return plan.unread.begin

    def _fetch(self, window: Window, emitted: _Emitted) -> ResponseRows:
        """Return the rows of a window, and of what lies before it."""
        across, *within = self.ranges(window)
        rows = self._fetch_range(across)
        for each in within:
            more = self._fetch_range(each).beyond(rows)
            if more:
                emitted.differing.append(f"{window.end:%Y-%m-%d}")
            rows.extend(more)
        return rows

    def _fetch_range(self, asked: Window) -> ResponseRows:
        """Return the rows of a range, which is not split by time."""
        try:
            return self._context.retriever.fetch(asked.params, can_split=True)
        except ResponseTooLargeError as error:
            self._context.stats.splits += 1
            return self._fetch_by_id(asked, error)

    def _build(self, rows: ResponseRows, window: Window, emitted: _Emitted) -> RecordBatch:
        """Return the records of a window and of what lies just before it.

        Those that the window before had too are left out.
        """
        begin = max(window.begin - MARGIN, emitted.earliest or window.begin - MARGIN)
        before, emitted.last = emitted.last, set()

        def is_late_enough(row: Row) -> bool:
            time = self._context.pipeline.local_time_of(row)
            return time is None or time >= begin

        def is_new(record: Record) -> bool:
            key = record[self._context.endpoint.stamp_column]
            emitted.last.add(key)
            return key not in before

        # New keys: a window repeats rows of the one before.
        row_keys = new_row_keys(self._context)
        return self._context.pipeline.build(
            rows, {}, row_keys, keep_row=is_late_enough, keep_record=is_new
        )

    def _fetch_by_id(self, asked: Window, error: ResponseTooLargeError) -> ResponseRows:
        """Return the rows of a response that was truncated, from one response for each id.

        Raises:
            StreamError: Even that gives not all of them.
        """
        name = self._split_by.column
        self._context.logger.info("%s: %s; asking for one `%s` at a time.", asked, error, name)
        rows = ResponseRows()
        for each in self._ids(error):
            try:
                rows.extend(self._context.retriever.fetch(asked.params | {name: each}))
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
        """Return the ids that are known, and those that only the truncated response shows."""
        name, aliases = self._split_by.column, self._context.pipeline.aliases
        shown = error.truncated.shown if error.truncated else ()
        rows = (by_column(row, aliases) for row in shown)
        ids = [str(row[name]) for row in rows if name in row]
        known = (each.columns[name] for each in list_partitions(self._context, self._split_by))
        return list(dict.fromkeys([*known, *ids]))

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
