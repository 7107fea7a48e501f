"""Streams of rows that are in an answer only if two of their dates lie in the range."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_wolkvox.clock import A_DAY, A_SECOND, midnight
from tap_wolkvox.cursor import bookmarks
from tap_wolkvox.cursor.windows import Limits, Plan, Window
from tap_wolkvox.errors import StreamError, TooLargeError
from tap_wolkvox.records import converters
from tap_wolkvox.response.rows import AnswerRows
from tap_wolkvox.streams.parents import to_ask
from tap_wolkvox.streams.windowed import DatedStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from singer_sdk.helpers.types import Context, Record

    from tap_wolkvox.catalog.endpoints import Endpoint, PartitionSpec
    from tap_wolkvox.messages.batch import Records
    from tap_wolkvox.records.keys import RowKeys
    from tap_wolkvox.response.extractors import Row
    from tap_wolkvox.sync.operation import Source
    from tap_wolkvox.tap import TapWolkvox

MARGIN = A_DAY
"""How much before its window a row's date may lie: the API compares in a zone nobody knows."""


class AttemptStream(DatedStream):
    """Attempts to reach what was loaded before: both dates must lie in the range asked for.

    So a range always reaches back as far as it may from the end of its window, a day at a time: an
    attempt is missed only if it comes later after the loading than that, less a day. No answer is
    cut by time, which would lose what was loaded before the cut, but by id.

    Such a range mostly crosses the end of a month, which Wolkvox may not allow. So the part of it
    that lies in the month of the window is asked for too: each row is emitted as often as it comes
    in the fuller of the two answers.

    Args:
        tap: The tap.
        endpoint: Its line in the table.
        source: What it is a stream of, if not the first operation.
        each: What an answer that is cut is asked for by.
    """

    def __init__(
        self, tap: TapWolkvox, endpoint: Endpoint, source: Source | None, each: PartitionSpec
    ) -> None:
        super().__init__(tap, endpoint, source)
        self._each = each
        self._earliest: datetime | None = None
        self._emitted: set[object] = set()
        self._differing: list[str] = []

    @override
    def read(self, context: Context | None) -> Iterable[Records]:
        """Yield the records of each window; the bookmark follows it."""
        self._differing = []
        try:
            yield from super().read(context)
        finally:
            self._tell_of_differences()

    @property
    @override
    def limits(self) -> Limits:
        return Limits(days=1, rows=self.endpoint.row_cap, by_day=True)

    @override
    def plan(self) -> Plan:
        plan = super().plan()
        self._earliest, self._emitted = plan.unread.begin, set()
        if self.bookmark is not None and not plan.is_done:
            self._earliest = self.period.start
        return plan

    @property
    @override
    def planned(self) -> Plan:
        """The plan of days, the first of which has those with it that are read again."""
        plan, bookmark = super().planned, self.bookmark
        if bookmark is None or plan.is_done:
            return plan
        unread = bookmarks.unread_since(bookmark, self.zone, self.bookmark_zone)
        first_end = midnight(min(unread, plan.unread.end)) + A_DAY
        width = first_end - midnight(plan.unread.begin)
        return replace(plan, width=min(max(width, A_DAY), self.endpoint.days * A_DAY))

    @override
    def keys_for(self, window: Window) -> RowKeys:
        """Return new ones: a window repeats rows of the one before."""
        return self.new_keys()

    @override
    def rows(self, context: Context | None, window: Window, *, divisible: bool) -> AnswerRows:
        """Return the rows of a window, and of what lies before it."""
        across, *within = self.ranges(window)
        rows = self._of_range(context, across)
        for each in within:
            more = self._of_range(context, each).beyond(rows)
            if more:
                self._differing.append(f"{window.end:%Y-%m-%d}")
            rows.extend(more)
        return rows

    @override
    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the range that reaches back, and what of it lies in the month of the window."""
        across = Window(window.end - self.endpoint.days * A_DAY + A_SECOND, window.end)
        month = midnight(window.end.replace(day=1))
        return (across,) if month <= across.begin else (across, Window(month, window.end))

    def _of_range(self, context: Context | None, asked: Window) -> AnswerRows:
        """Return the rows of a range, which is not cut by time."""
        try:
            return self.ask(context, asked.parameters, divisible=True)
        except TooLargeError as error:
            self.tally.splits += 1
            return self._by_id(context, asked, error)

    @override
    def records(self, rows: AnswerRows, window: Window) -> Records:
        """Return the records of a window and of what lies just before it.

        Those that the window before had too are left out.
        """
        begin = max(window.begin - MARGIN, self._earliest or window.begin - MARGIN)
        before, self._emitted = self._emitted, set()

        def is_wanted(row: Row) -> bool:
            time = self.time_of(row)
            return time is None or time >= begin

        def is_new(record: Record) -> bool:
            key = record[self.endpoint.stamp_column]
            self._emitted.add(key)
            return key not in before

        typist = self.typist_for(window)
        typist.is_wanted, typist.is_new = is_wanted, is_new
        return self.typed(rows, typist)

    def _by_id(self, context: Context | None, asked: Window, error: TooLargeError) -> AnswerRows:
        """Return the rows of an answer that was cut, from one for each id.

        Raises:
            StreamError: Even that gives not all of them.
        """
        name = self._each.column
        self.logger.info("%s: %s; asking for one `%s` at a time.", asked, error, name)
        rows = AnswerRows()
        for each in self._ids(context, error):
            try:
                rows.extend(self.ask(context, asked.parameters | {name: each}))
            except TooLargeError as too_large:
                raise StreamError(
                    f"`{name}` {each} alone is more than the API gives at once, and it can't be "
                    f"asked for in smaller parts: {too_large}"
                ) from None
        counted = error.cut.counted if error.cut else 0
        if len(rows) < counted:
            raise StreamError(
                f"one `{name}` at a time, the API gives {len(rows)} rows of {counted}: nothing of "
                "them was emitted"
            )
        return rows

    def _tell_of_differences(self) -> None:
        """Say where a range across the end of a month did not have what a part of it has."""
        if self._differing:
            self.logger.warning(
                "On %d day(s), the first of them %s, the range across the end of the month lacks "
                "rows that the range within the month has. They were read from the latter, but "
                "attempts of what was loaded in the month before may be missing",
                len(self._differing),
                self._differing[0],
            )

    def _ids(self, context: Context | None, error: TooLargeError) -> list[str]:
        """Return the ids that are known, and those that only the cut answer shows."""
        name = self._each.column
        rows = (
            converters.by_column(row, self.aliases)
            for row in (error.cut.shown if error.cut else ())
        )
        shown = (str(row[name]) for row in rows if name in row)
        known = (one.columns[name] for one in to_ask(self, context, self._each))
        return list(dict.fromkeys([*known, *shown]))
