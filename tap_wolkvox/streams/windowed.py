"""Streams of what happened when: read window after window, from the oldest to the newest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_wolkvox import clock
from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import Kind
from tap_wolkvox.clock import (
    A_DAY,
    A_SECOND,
    first_instant,
    last_instant,
    midnight,
    wall_time,
)
from tap_wolkvox.config import settings
from tap_wolkvox.cursor import bookmarks, windows
from tap_wolkvox.cursor.checkpoint import EVERYTHING, NONE, NOWHERE, LeftOff, Pass
from tap_wolkvox.errors import StreamError, TooLargeError
from tap_wolkvox.forecast import Cost
from tap_wolkvox.records import converters, keys
from tap_wolkvox.report import counted
from tap_wolkvox.streams.base import WolkvoxStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta

    import requests
    from singer_sdk.helpers.types import Context

    from tap_wolkvox.catalog.endpoints import Endpoint
    from tap_wolkvox.cursor.windows import Window
    from tap_wolkvox.messages.batch import Records
    from tap_wolkvox.records.builder import Typist
    from tap_wolkvox.response.extractors import Row
    from tap_wolkvox.response.rows import AnswerRows
    from tap_wolkvox.sync.operation import Source
    from tap_wolkvox.tap import TapWolkvox

TIMEZONE = "timezone"
"""Where a bookmark says in which zone the times were that it is made of."""

BEGUN = "begun"
"""Where a bookmark says from which second on, by the wall clock, all is read up to it."""

REMEMBERED = 2 * A_DAY
"""How long before a window the dates of its rows may lie: chats are listed when they close."""


class DatedStream(WolkvoxStream):
    """An endpoint that is asked for a range of time, in as few requests as its limits allow."""

    def __init__(self, tap: TapWolkvox, endpoint: Endpoint, source: Source | None) -> None:
        super().__init__(tap, endpoint, source)
        self._row_keys: keys.RowKeys | None = None
        self._pass: Pass | None = None
        self._width: timedelta | None = None
        self._unreadable: dict[str, datetime] = {}

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the operation."""
        return self.connection.operation.zone

    @property
    def period(self) -> bookmarks.Period:
        """What the settings want read."""
        return settings.period(self.config, self.zone)

    @property
    def limits(self) -> windows.Limits:
        """What the endpoint gives at once."""
        endpoint = self.endpoint
        return windows.Limits(days=endpoint.days, rows=endpoint.row_cap, by_day=self._is_of_days)

    @cached_property
    def _is_of_days(self) -> bool:
        """Whether its rows are of days, none of which may be cut."""
        schema = schemas.stream_schema(self.endpoint)["properties"]
        dated = schema[self.endpoint.replication_key]["format"] == "date"
        return dated or self.endpoint.kind is not Kind.EVENT

    @override
    def read(self, context: Context | None) -> Iterable[Records]:
        """Yield the records of each window; the bookmark follows it."""
        plan = self.plan()
        whole, before = plan.unread, self.connection.requests
        self._pass = self.pass_over(whole)
        self._row_keys = None
        self._unreadable = dict(self.left_off.unreadable)
        for window, batches in self.in_windows(context, plan):
            emitted = self.tally.rows
            yield from batches
            self._pass.reached = window.end + A_SECOND
            self._mark(context, window)
            self.logger.info(
                "%s: %s; %s so far, %d %% read.",
                window,
                counted(self.tally.rows - emitted, "row"),
                counted(self.connection.requests - before, "request"),
                100 * window.share_of(whole),
            )

    def in_windows(
        self, context: Context | None, plan: windows.Plan
    ) -> Iterator[tuple[Window, Iterable[Records]]]:
        """Yield each window of a plan that was read, with its records, answer by answer.

        Raises:
            StreamError: A window can't be had.
            OperationError: No stream of the operation can be read.
        """
        while not plan.is_done:
            window, self._width = plan.window, plan.width
            try:
                rows = self.rows(context, window, divisible=plan.is_divisible)
                count, records = len(rows), self.records(rows, window)
            except TooLargeError as error:
                plan = self._with_less(plan, error)
                continue
            except StreamError as error:
                self._note_failure(plan)
                raise StreamError(f"{window}: {error}") from None
            self._note_success(window)
            # The next answer needs the room of this one.
            del rows
            yield window, (records,)
            plan = plan.read(count)

    @property
    def whose(self) -> str:
        """What is being read: the hash of an id, where one is."""
        return EVERYTHING

    @property
    def unreadable(self) -> Mapping[str, datetime]:
        """Where it begins that could not be read, by what is being read."""
        return self._unreadable if self._pass else self.left_off.unreadable

    def _note_failure(self, plan: windows.Plan) -> None:
        """Remember what could not be read, so that no run has to search for it again.

        A window that could still have been cut has failed for another reason than what is in it.
        """
        if not plan.is_divisible and plan.limits.days * A_DAY > plan.limits.grain:
            self._unreadable[self.whose] = plan.window.begin

    def _note_success(self, window: Window) -> None:
        """Forget what could not be read before, and can now."""
        place = self._unreadable.get(self.whose)
        if place and window.begin <= place <= window.end:
            del self._unreadable[self.whose]

    def plan(self) -> windows.Plan:
        """Return the plan of what there is to read, and log it."""
        now, bookmark = clock.now(), self.bookmark
        if bookmarks.is_ahead(bookmark, now, self.zone):
            self.logger.warning(
                "The state says that the future is read, up to %s: only the last days are read "
                "again. Mend the state, or remove it, if that is wrong",
                bookmark,
            )
        unread = self.unread
        if unread.begin > unread.end:
            self.logger.info("Nothing to read: it would begin with %s.", unread.begin)
        else:
            self.logger.info("To read: %s.", unread)
        return self.planned

    @property
    def planned(self) -> windows.Plan:
        """The plan of what there is to read."""
        left = self.goes_on
        return self.plan_of(self.unread).resumed(left.width, left.end)

    def plan_of(self, unread: Window) -> windows.Plan:
        """Return the plan to read a range, of what is being read."""
        unreadable = self.left_off.unreadable.get(self.whose)
        return windows.Plan.to_read(unread, self.limits, unreadable)

    @property
    def goes_on(self) -> LeftOff:
        """Where a run goes on, if the one before left off just there."""
        left, unread = self.left_off, self.unread
        if not left.goes_on(unread):
            return NOWHERE
        return left.of_days(unread) if self.limits.by_day else left

    @property
    @override
    def cost(self) -> Cost:
        plan, requests = self.planned, 0
        while not plan.is_done:
            requests += len(self.ranges(plan.window))
            plan = plan.read(0)
        is_exact = self.endpoint.kind is Kind.AGGREGATE_OVER_WINDOW or not requests
        return Cost(
            stream=self.name,
            requests=requests,
            depends_on="" if is_exact else "what one answer does not hold",
        )

    @property
    def unread(self) -> Window:
        """Return what there is to read."""
        bookmark, then = self.bookmark, self.bookmark_zone
        usual = bookmarks.to_read(bookmark, self.period, clock.now(), self.zone, then)
        left = self.left_off
        unread = bookmarks.unread_since(bookmark, self.zone, then) if bookmark else None
        if self.replication_method != REPLICATION_INCREMENTAL:
            # It has no bookmark, and would begin anew for ever.
            unread = left.begin
        return left.to_read(usual, unread, self.period.start)

    @property
    def begun(self) -> datetime | None:
        """From when on all is read up to the bookmark, as far as the state says so."""
        try:
            return datetime.fromisoformat(self.known[BEGUN]).replace(tzinfo=None)
        except (KeyError, TypeError, ValueError):
            return None

    @property
    @override
    def is_before_state(self) -> bool:
        start = self.period.start
        if start is None or self.bookmark is None:
            return False
        return start < (self.begun or self.unread.begin)

    @property
    @override
    def is_in_future(self) -> bool:
        start = self.period.start
        return start is not None and start > wall_time(clock.now(), self.zone)

    @property
    @override
    def first_unread(self) -> datetime:
        return self.unread.begin

    def pass_over(self, whole: Window) -> Pass:
        """Return the pass that begins now.

        Args:
            whole: What there is to read.
        """
        endpoint = self.endpoint
        is_told_apart = endpoint.has_natural_id or endpoint.date in endpoint.key
        return Pass(
            before=self.left_off,
            whole=whole,
            reached=whole.begin,
            young=midnight(wall_time(clock.now(), self.zone)) - self.period.lookback,
            from_midnight=self.limits.by_day or not is_told_apart,
        )

    @property
    def narrowed(self) -> timedelta | None:
        """How much is asked for at once, where that has turned out to be less than there may be."""
        width = self._width
        return width if width and width < self.limits.days * A_DAY else None

    @property
    def current(self) -> Pass:
        """The pass that is under way, or that would begin now."""
        return self._pass or self.pass_over(self.unread)

    @override
    def where_left(self) -> LeftOff:
        return replace(self.current.left(self.narrowed), unreadable=self.unreadable)

    @override
    def what_is_left(self, left: LeftOff) -> str:
        current = self.current
        return "" if current.is_empty else f"{left.begin} to {current.whole.end}"

    @override
    def after(self, before: LeftOff, *, failed: bool) -> LeftOff:
        if self._pass and self._pass.is_over and not self._pass.is_empty and not failed:
            return LeftOff(again=before.again if before.begin else None)
        if self._pass and before.begin and failed:
            return replace(self.where_left(), end=None, width=None, done=NONE, failed=NONE)
        return replace(before, since=None, unreadable=self.unreadable)

    @property
    def bookmark_zone(self) -> ZoneInfo:
        """The time zone that was set when the bookmark was made."""
        return ZoneInfo(self.known.get(TIMEZONE) or self.zone.key)

    def keys_for(self, window: Window) -> keys.RowKeys:
        """Return what gives the rows of a window their keys."""
        self._row_keys = self._row_keys or self.new_keys()
        self._row_keys.forget((window.begin - REMEMBERED).date())
        return self._row_keys

    def new_keys(self) -> keys.RowKeys:
        """Return what gives rows their keys, with no row before them."""
        return keys.RowKeys(self.endpoint.key, self.endpoint.date, self.aliases)

    def rows(self, context: Context | None, window: Window, *, divisible: bool) -> AnswerRows:
        """Return the rows of a window.

        Raises:
            TooLargeError: One answer does not hold them.
            StreamError: They can't be had.
            OperationError: No stream of the operation can be read.
        """
        return self.ask(context, window.parameters, divisible=divisible)

    def ranges(self, window: Window) -> Sequence[Window]:
        """Return the ranges that are asked for to read a window."""
        return (window,)

    def time_of(self, row: Row) -> datetime | None:
        """Return the wall-clock time of a row, None where it has none that is known."""
        date = self.endpoint.date or ""
        sent = converters.by_column(row, self.aliases).get(date)
        try:
            found = self.converters[date](sent) if date in self.converters else None
        except converters.MisfitError:
            found = None
        return None if found is None else _wall_time(str(found), self.zone)

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        """Send none: it would retire the rows of before, and no range of time has all of them."""

    @override
    def validate_response(self, response: requests.Response) -> None:
        """Read the answer; of one without rows, make sure that the range was none to refuse."""
        super().validate_response(response)
        if self.has_rows:
            return
        sent = dict(parse_qsl(urlsplit(response.request.url or "").query))
        across_months = self.endpoint.split_by is not None
        problem = windows.problem(sent, self.endpoint.days, across_months=across_months)
        if problem:
            raise StreamError(
                f"the range that was sent {problem}, so the answer does not say that there are no "
                "rows: please report it"
            )

    def _with_less(self, plan: windows.Plan, error: TooLargeError) -> windows.Plan:
        """Return the plan that asks for less.

        Raises:
            StreamError: Less can't be asked for.
        """
        window = plan.window
        if not plan.is_divisible:
            self._note_failure(plan)
            raise StreamError(f"{window}, which can't be asked for in parts: {error}") from None
        self.tally.splits += 1
        self.logger.info("%s: %s; asking for less.", window, error)
        if error.cut is None:
            return plan.failed()
        return plan.cut([time for time in map(self.time_of, error.cut.shown) if time])

    def records(self, rows: AnswerRows, window: Window) -> Records:
        """Return the records of one window, each with what tells it from all others.

        Raises:
            StreamError: They are not what they should be.
        """
        return self.typed(rows, self.typist_for(window))

    def typist_for(self, window: Window) -> Typist:
        """Return what makes the records of a window."""
        has_hash = self.endpoint.kind is Kind.EVENT and not self.endpoint.has_natural_id
        return self.typist(self._stamps(window), self.keys_for(window) if has_hash else None)

    def _stamps(self, window: Window) -> dict[str, str]:
        """Return the columns that tell what window the figures are of, where the rows do not."""
        if self.endpoint.kind is not Kind.AGGREGATE_OVER_WINDOW:
            return {}
        begin = first_instant(window.begin, self.zone)
        end = last_instant(window.end, self.zone)
        stamps = (window.begin.date(), begin, end)
        return dict(
            zip(self.endpoint.added_columns, (at.isoformat() for at in stamps), strict=True)
        )

    def _mark(self, context: Context | None, window: Window) -> None:
        """Let the bookmark, and a STATE message, say that a window is read."""
        self.tally.windows += 1
        if self.replication_method != REPLICATION_INCREMENTAL:
            return
        state = self.get_context_state(context)
        if self._is_of_days:
            mark = bookmarks.day_mark(window)
        else:
            mark = bookmarks.second_mark(window, self.zone)
        if mark:
            self._mark_begin(state)
            self.advance(context, mark)
            if state["replication_key_value"] == mark:
                state[TIMEZONE] = self.zone.key
        if self.left_off.begin:
            self.where_left().put(state)
        self.finalize_state_progress_markers(state)

    def _mark_begin(self, state: dict[str, Any]) -> None:
        """Let the state say from when on all is read, where that begins with this pass."""
        begin, bookmark = self.current.whole.begin, self.bookmark
        unread = bookmark and bookmarks.unread_since(bookmark, self.zone, self.bookmark_zone)
        if not unread or begin > unread:
            state[BEGUN] = begin.isoformat()
        elif self.begun is None:
            # Of version 0.1, which did not say: most likely it began where it is told to now.
            state[BEGUN] = min(begin, self.period.start or begin).isoformat()


def _wall_time(date: str, zone: ZoneInfo) -> datetime:
    """Return the local time of a typed date, which is a day or an instant."""
    found = datetime.fromisoformat(date)
    return wall_time(found, zone) if found.tzinfo else found
