"""The reading of one dated stream: how far it is, and what the state says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tap_wolkvox.clock import A_DAY, A_SECOND
from tap_wolkvox.cursor import bookmarks
from tap_wolkvox.cursor.checkpoint import NO_IDS, Checkpoint
from tap_wolkvox.reporting import counted
from tap_wolkvox.streams.readers.schedule import Schedule, is_of_days
from tap_wolkvox.streams.state import BEGUN, TIMEZONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, timedelta

    from tap_wolkvox.cursor.windows import Window
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.streams.protocols import ReaderContext


@dataclass
class Learned:
    """What the responses have shown about the size of windows.

    Args:
        unreadable: First second of the shortest range that the API could not deliver, by the hash
            of the id, or by `EVERYTHING`.
        width: Width of the last window; None before the first request.
    """

    unreadable: dict[str, datetime]
    width: timedelta | None = None


class WindowedReading:
    """One run through the range of a dated stream. It moves the bookmark after each window.

    Args:
        context: The context of the reader.
        schedule: The schedule of the stream.
        whole: The range to read.
    """

    def __init__(self, context: ReaderContext, schedule: Schedule, whole: Window) -> None:
        self.progress = schedule.new_pass(whole)
        """How far the run has read."""
        self.learned = Learned(dict(context.state.checkpoint.unreadable))
        """What the responses have shown about the size of windows."""
        self.schedule = schedule
        """The schedule of the stream."""
        self._context = context

    def follow(
        self, windows: Iterable[tuple[Window, Iterable[RecordBatch]]]
    ) -> Iterator[RecordBatch]:
        """Yield the records of windows. After each window, update the state.

        Args:
            windows: The windows in their order, each with its records.
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
        """Return the checkpoint to save if the run stops now."""
        checkpoint = self.progress.checkpoint(self._narrowed_width)
        return replace(checkpoint, unreadable=self.learned.unreadable)

    def describe_remaining(self, checkpoint: Checkpoint) -> str:
        """Return what remains after a checkpoint, as text; empty if there was nothing to read."""
        progress = self.progress
        return "" if progress.is_empty else f"{checkpoint.begin} to {progress.whole.end}"

    def checkpoint_after(
        self, saved: Checkpoint, current: Checkpoint, *, failed: bool
    ) -> Checkpoint:
        """Return the checkpoint of a stream that was read to its end, or that failed.

        Args:
            saved: The checkpoint before this run.
            current: The checkpoint to save if the run stopped now.
            failed: Whether the stream failed.
        """
        if self.progress.is_over and not self.progress.is_empty and not failed:
            return Checkpoint(reread_from=saved.reread_from if saved.begin else None)
        if saved.begin and failed:
            # The pass resumes at the failed window, as if that window had not begun.
            return replace(current, end=None, width=None, done=NO_IDS, failed=NO_IDS)
        return replace(saved, deferred_since=None, unreadable=self.learned.unreadable)

    @property
    def _narrowed_width(self) -> timedelta | None:
        """Width of the last window, if it was shorter than the API allows; else None."""
        width = self.learned.width
        return width if width and width < self.schedule.limits.days * A_DAY else None

    def _mark(self, window: Window) -> None:
        """Move the bookmark to the end of a window, and write a STATE message."""
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
        """Store the first second that was ever read, if the history begins with this run.

        It does if there was no bookmark, or if this run begins after the bookmark: then a gap lies
        before it.
        """
        state, begin = self._context.state, self.progress.whole.begin
        unread_since = self.schedule.unread_since
        if not unread_since or begin > unread_since:
            state.open()[BEGUN] = begin.isoformat()
        elif state.begun is None:
            # A state of version 0.1 has no `begun`. Most likely its first run began at the
            # `start_date` of the settings.
            start = self._context.period.start
            state.open()[BEGUN] = min(begin, start or begin).isoformat()
