"""Schedule: the range that a dated stream has to read, from its state and the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_wolkvox import clock
from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.cursor import bookmarks
from tap_wolkvox.cursor.checkpoint import EVERYTHING, NO_CHECKPOINT, Checkpoint, WindowPass
from tap_wolkvox.cursor.windows import Limits, Plan, Window
from tap_wolkvox.reporting import CostEstimate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.streams.protocols import ReaderContext


def limits_of(endpoint: Endpoint) -> Limits:
    """Return what an endpoint delivers in one response."""
    return Limits(days=endpoint.days, rows=endpoint.row_cap, by_day=is_of_days(endpoint))


def is_of_days(endpoint: Endpoint) -> bool:
    """Whether the rows of an endpoint describe whole days, so that no window may split a day."""
    if endpoint.kind is not Kind.EVENT:
        return True
    return bool(schemas.received(endpoint)[endpoint.date or ""]["format"] == "date")


class Schedule:
    """The range that one dated stream has to read.

    Args:
        context: The context of the reader.
        limits: What the endpoint delivers in one response.
    """

    def __init__(self, context: ReaderContext, limits: Limits) -> None:
        self.limits = limits
        self._context = context
        self._state = context.state

    @property
    def unread(self) -> Window:
        """The range to read; if it is empty, it ends before it begins."""
        zone, bookmark = self._context.zone, self._state.bookmark
        bookmark_zone = self._state.zone(zone)
        usual = bookmarks.to_read(bookmark, self._context.period, clock.now(), zone, bookmark_zone)
        checkpoint = self._state.checkpoint
        # A full table has no bookmark. The checkpoint stands in, or each run would begin anew and
        # never reach the end.
        unread_since = self.unread_since if self._state.is_incremental else checkpoint.begin
        return checkpoint.to_read(usual, unread_since, self._context.period.start)

    @property
    def unread_since(self) -> datetime | None:
        """The first second that is unread by the bookmark; None without a bookmark."""
        bookmark, zone = self._state.bookmark, self._context.zone
        if not bookmark:
            return None
        return bookmarks.unread_since(bookmark, zone, self._state.zone(zone))

    @property
    def resumed_from(self) -> Checkpoint:
        """The saved checkpoint if this run resumes exactly there, else `NO_CHECKPOINT`."""
        return self._resumed_from(self.unread)

    def _resumed_from(self, unread: Window) -> Checkpoint:
        checkpoint = self._state.checkpoint
        if not checkpoint.goes_on(unread):
            return NO_CHECKPOINT
        return checkpoint.of_days(unread) if self.limits.by_day else checkpoint

    def plan(self) -> Plan:
        """Return the plan for the range to read."""
        unread = self.unread
        resumed = self._resumed_from(unread)
        return self.plan_of(unread).resumed(resumed.width, resumed.end)

    def plan_of(self, unread: Window, whose: str = EVERYTHING) -> Plan:
        """Return the plan to read a range.

        Args:
            unread: The range.
            whose: The hash of the id that is read, or `EVERYTHING`.
        """
        return Plan.to_read(unread, self.limits, self._state.checkpoint.unreadable.get(whose))

    def new_pass(self, whole: Window) -> WindowPass:
        """Return the progress of a run that has read nothing yet.

        Args:
            whole: The range to read.
        """
        endpoint = self._context.endpoint
        # With one of these, the key of a row does not depend on the rows before it on its day.
        has_stable_keys = endpoint.has_natural_id or endpoint.date in endpoint.key
        today = clock.midnight(clock.wall_time(clock.now(), self._context.zone))
        return WindowPass(
            before=self._state.checkpoint,
            whole=whole,
            next_unread=whole.begin,
            mutable_since=today - self._context.period.lookback,
            resume_at_midnight=self.limits.by_day or not has_stable_keys,
        )

    def log(self, unread: Window) -> None:
        """Log the range to read, and warn if the bookmark lies in the future."""
        bookmark, logger = self._state.bookmark, self._context.logger
        if bookmarks.is_ahead(bookmark, clock.now(), self._context.zone):
            logger.warning(
                "The state says that the future is read, up to %s: only the last days are read "
                "again. Mend the state, or remove it, if that is wrong",
                bookmark,
            )
        if unread.begin > unread.end:
            logger.info("Nothing to read: it would begin with %s.", unread.begin)
        else:
            logger.info("To read: %s.", unread)

    def cost(self, plan: Plan, ranges: Callable[[Window], Sequence[Window]]) -> CostEstimate:
        """Return the cost of a plan if no window has to be split.

        Args:
            plan: The plan.
            ranges: Returns the ranges to request for a window.
        """
        requests = 0
        while not plan.is_done:
            requests += len(ranges(plan.window))
            plan = plan.read(0)
        is_exact = self._context.endpoint.kind is Kind.AGGREGATE_OVER_WINDOW or not requests
        return CostEstimate(
            stream=self._context.endpoint.name,
            requests=requests,
            depends_on="" if is_exact else "what one answer does not hold",
        )

    @property
    def starts_before_state(self) -> bool:
        """Whether `start_date` is before the first second that was ever read."""
        start = self._context.period.start
        if start is None or self._state.bookmark is None:
            return False
        return start < (self._state.begun or self.unread.begin)

    @property
    def starts_in_future(self) -> bool:
        """Whether `start_date` is in the future."""
        start = self._context.period.start
        return start is not None and start > clock.wall_time(clock.now(), self._context.zone)
