"""Checkpoint: where a stream goes on that could not be read to its end.

A run that has no requests left saves a checkpoint in the state, and the next run goes on there:

    run 1: reads  1 Nov .......... 12 Nov  and stops; checkpoint: begin 12 Nov
    run 2: reads                   12 Nov .......... 20 Nov; no checkpoint
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, cast

from tap_wolkvox.clock import A_SECOND, PLAUSIBLE_YEARS, midnight

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_wolkvox.cursor.windows import Window

NEVER_DEFERRED = datetime.max.replace(tzinfo=UTC)
"""The instant since which a stream waits that was never deferred: the last to come."""

NO_IDS: frozenset[str] = frozenset()
"""No ids."""

EVERYTHING = "all"
"""What is not asked for by id."""

KEY = "left_off"
"""Where the state of a stream has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where a stream goes on. Times are of the wall clock, as the API is asked for them.

    Args:
        deferred_since: The instant since which the stream gets no requests, in UTC; None where it
            got some.
        begin: First second that is unread; None where the stream was read to its end.
        end: Last second of the window to go on with, of a stream that is asked for by id.
        width: How much to ask for next.
        reread_from: The sync after the next one starts no later than this day, because rows that
            were read within the lookback period may still change.
        done: Hashes of the ids that are read up to `end`.
        failed: Hashes of the ids that failed.
        unreadable: First second of what could not be read, however little was asked for, by the
            hash of the id, or by `EVERYTHING`.
    """

    deferred_since: datetime | None = None
    begin: datetime | None = None
    end: datetime | None = None
    width: timedelta | None = None
    reread_from: datetime | None = None
    done: frozenset[str] = NO_IDS
    failed: frozenset[str] = NO_IDS
    unreadable: Mapping[str, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """Return what the state of a stream has.

        Raises:
            ValueError: It is not what it should be.
            TypeError: The same.
        """
        held = {**state.get(KEY, {})}
        since, begin, end, again = (_time(held.pop(name, None)) for name in _TIMES)
        width = held.pop("width", None)
        done, failed = (_hashes(held.pop(name, [])) for name in _HASHES)
        unreadable = _times(held.pop("unreadable", {}))
        if held:
            raise ValueError
        local = (begin, end, again, *unreadable.values())
        if (since and not since.tzinfo) or any(time and time.tzinfo for time in local):
            raise ValueError
        if (end and not (begin and begin <= end)) or (begin and done and not end):
            raise ValueError
        if width is not None and not timedelta(seconds=width) > timedelta():
            raise ValueError
        return cls(
            deferred_since=since,
            begin=begin,
            end=end,
            width=None if width is None else timedelta(seconds=width),
            reread_from=again,
            done=done,
            failed=failed,
            unreadable=unreadable,
        )

    def put(self, state: dict[str, Any]) -> None:
        """Let the state of a stream have it, or nothing where there is nothing to say."""
        values = (self.deferred_since, self.begin, self.end, self.reread_from)
        times = dict(zip(_TIMES, values, strict=True))
        held: dict[str, Any] = {
            name: time.isoformat(timespec="seconds") for name, time in times.items() if time
        }
        if self.width:
            held["width"] = int(self.width.total_seconds())
        hashes = {name: sorted(getattr(self, name)) for name in _HASHES}
        held |= {name: each for name, each in hashes.items() if each}
        if self.unreadable:
            held["unreadable"] = {
                whose: time.isoformat() for whose, time in sorted(self.unreadable.items())
            }
        state.pop(KEY, None)
        if held:
            state[KEY] = held

    def to_read(self, usual: Window, unread: datetime | None, start: datetime | None) -> Window:
        """Return what is to be read from here on.

        Args:
            usual: What a run would read that knows nothing of this.
            unread: First second that is unread by the bookmark; None where there is no bookmark.
            start: First second that the settings want, if they do.
        """
        begin = usual.begin
        if unread is None:
            # The month, with which a first run begins, may have changed meanwhile.
            begin = begin if start else min(begin, self.begin or begin)
        elif self.begin:
            # Not before that: who can only afford the days to read again would never get on.
            begin = min(self.begin, unread)
        elif self.reread_from:
            begin = min(begin, self.reread_from)
        return replace(usual, begin=max(begin, start or begin))

    def goes_on(self, unread: Window) -> bool:
        """Whether a run that has so much to read goes on exactly here."""
        return self.begin == unread.begin

    def of_days(self, unread: Window) -> Checkpoint:
        """Return the same of a stream no day of which may be read in parts.

        Args:
            unread: What is to be read.
        """
        if not self.end or self.end.date() == unread.end.date():
            # What is done of a day that is not over will be read again in any case.
            return replace(self, end=None)
        end = midnight(self.end + A_SECOND) - A_SECOND
        return (
            replace(self, end=end)
            if end > unread.begin
            else replace(NO_CHECKPOINT, begin=self.begin)
        )


_TIMES = ("since", "begin", "end", "again")
_HASHES = ("done", "failed")


def _time(text: Any) -> datetime | None:
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    if time.year not in PLAUSIBLE_YEARS:
        raise ValueError
    return time


def _times(listed: Any) -> dict[str, datetime]:
    if not isinstance(listed, dict) or not all(listed.values()):
        raise ValueError
    return {whose: cast("datetime", _time(text)) for whose, text in listed.items()}


def _hashes(listed: Any) -> frozenset[str]:
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise ValueError
    return frozenset(listed)


NO_CHECKPOINT = Checkpoint()
"""Of a stream that was read to its end."""


@dataclass(slots=True, kw_only=True)
class WindowPass:
    """The reading of a stream up to the present, as far as one run gets with it.

    Args:
        before: Where the run before left off.
        whole: What there is to read.
        next_unread: First second that is not read yet.
        mutable_since: Day from which on rows may still change, as this run sees them.
        resume_at_midnight: Whether the next run goes on at midnight only, because the rows of a
            day are only told apart when they are read from its beginning.
    """

    before: Checkpoint
    whole: Window
    next_unread: datetime
    mutable_since: datetime
    resume_at_midnight: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read."""
        return self.whole.begin > self.whole.end

    @property
    def is_over(self) -> bool:
        """Whether all of it is read."""
        return self.next_unread > self.whole.end

    def checkpoint(self, width: timedelta | None = None) -> Checkpoint:
        """Return where the next run goes on.

        Args:
            width: How much that is to ask for first, if anything is known of it.
        """
        if self.is_empty:
            return replace(self.before, deferred_since=None)
        if self.next_unread == self.whole.begin:
            goes_on = self.before.goes_on(self.whole)
            kept = (
                self.before
                if goes_on
                else Checkpoint(begin=self.next_unread, reread_from=self._promised)
            )
            return replace(kept, deferred_since=None, width=width or kept.width)
        reread_from = self.next_reread(self.next_unread)
        return Checkpoint(begin=self._begin, width=width, reread_from=reread_from)

    def next_reread(self, reached: datetime) -> datetime | None:
        """Return from when on the pass after this one reads again, as far as that is known.

        Args:
            reached: First second of which nothing is read.
        """
        return self._promised or (self.mutable_since if reached > self.mutable_since else None)

    @property
    def _promised(self) -> datetime | None:
        """What a run before has left to be read again; this pass has it, if it is the next one."""
        return self.before.reread_from if self.before.begin else None

    @property
    def _begin(self) -> datetime:
        """From midnight on, so that the rows of a day are counted from its beginning.

        But for a day that one run can't afford, if it may be.
        """
        day = midnight(self.next_unread)
        if day > self.whole.begin:
            return day
        return self.whole.begin if self.resume_at_midnight else self.next_unread
