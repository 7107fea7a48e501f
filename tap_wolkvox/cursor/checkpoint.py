"""Checkpoint: where the next run resumes a stream that could not be read to its end.

A run that has no requests left saves a checkpoint in the state. The next run resumes there:

    run 1: reads  1 Nov .......... 12 Nov  and stops; checkpoint: begin 12 Nov
    run 2: reads                   12 Nov .......... 20 Nov; no checkpoint

A pass reads a stream up to the present, in one run or in several. The next pass reads the days of
the lookback period again, because their rows may have changed. `reread_from` tells the next pass
where that period began when this pass read it.
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
"""Stands for `deferred_since` of a stream that was never deferred; sorts after all others."""

NO_IDS: frozenset[str] = frozenset()
"""Hashes of no ids."""

EVERYTHING = "all"
"""Key in `unreadable`, instead of the hash of an id, of a stream that is not read id by id."""

KEY = "left_off"
"""Key of the checkpoint in the state of a stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Where the next run resumes. Times are wall-clock times, as in requests to the API.

    Args:
        deferred_since: The instant, in UTC, since which no run had requests left for the stream;
            None if the last run had some.
        begin: First second that is unread; None if the stream was read to its end.
        end: Last second of the window to resume, for a stream that is read id by id.
        width: Length of the next window.
        reread_from: Day on which the next pass begins at the latest. If `begin` is set, the next
            pass is the one after the pass that `begin` resumes.
        done: Hashes of the ids whose rows are read up to `end`.
        failed: Hashes of the ids whose requests failed.
        unreadable: First second of the shortest range that the API could not deliver, by the hash
            of the id, or by `EVERYTHING`.
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
        """Return the checkpoint in the state of a stream.

        Raises:
            ValueError: The checkpoint is invalid: somebody has edited the state.
            TypeError: The checkpoint is invalid: somebody has edited the state.
        """
        stored = {**state.get(KEY, {})}
        since, begin, end, again = (_time(stored.pop(name, None)) for name in _TIMES)
        width = stored.pop("width", None)
        done, failed = (_hashes(stored.pop(name, [])) for name in _HASHES)
        unreadable = _times(stored.pop("unreadable", {}))
        if stored:
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
        """Store the checkpoint in the state of a stream; an empty checkpoint removes the key."""
        values = (self.deferred_since, self.begin, self.end, self.reread_from)
        times = dict(zip(_TIMES, values, strict=True))
        stored: dict[str, Any] = {
            name: time.isoformat(timespec="seconds") for name, time in times.items() if time
        }
        if self.width:
            stored["width"] = int(self.width.total_seconds())
        hashes = {name: sorted(getattr(self, name)) for name in _HASHES}
        stored |= {name: each for name, each in hashes.items() if each}
        if self.unreadable:
            stored["unreadable"] = {
                partition: time.isoformat() for partition, time in sorted(self.unreadable.items())
            }
        state.pop(KEY, None)
        if stored:
            state[KEY] = stored

    def to_read(self, usual: Window, unread: datetime | None, start: datetime | None) -> Window:
        """Return the range that a run reads.

        Args:
            usual: The range that a run reads without a checkpoint.
            unread: First second that is unread by the bookmark; None without a bookmark.
            start: `start_date` of the settings, if it is set.
        """
        begin = usual.begin
        if unread is None:
            # Without `start_date`, a first run begins with the current month. That may be another
            # month than the one in which the first run began.
            begin = begin if start else min(begin, self.begin or begin)
        elif self.begin:
            # Without the lookback of `usual`: a run whose requests suffice only for the lookback
            # days would never make progress.
            begin = min(self.begin, unread)
        elif self.reread_from:
            begin = min(begin, self.reread_from)
        return replace(usual, begin=max(begin, start or begin))

    def goes_on(self, unread: Window) -> bool:
        """Whether a run that has this range to read resumes at this checkpoint."""
        return self.begin == unread.begin

    def of_days(self, unread: Window) -> Checkpoint:
        """Return the checkpoint for a stream whose days must not be split.

        Args:
            unread: The range that the run reads.
        """
        if not self.end or self.end.date() == unread.end.date():
            # The day is not over, so a later run reads its rows again in any case.
            return replace(self, end=None)
        end = midnight(self.end + A_SECOND) - A_SECOND
        return (
            replace(self, end=end)
            if end > unread.begin
            else replace(NO_CHECKPOINT, begin=self.begin)
        )


_TIMES = ("since", "begin", "end", "again")
"""Keys of `deferred_since`, `begin`, `end` and `reread_from` in the state, in this order."""

_HASHES = ("done", "failed")
"""Keys of lists of hashes in the state."""


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
    return {partition: cast("datetime", _time(text)) for partition, text in listed.items()}


def _hashes(listed: Any) -> frozenset[str]:
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise ValueError
    return frozenset(listed)


NO_CHECKPOINT = Checkpoint()
"""The checkpoint of a stream that was read to its end."""


@dataclass(slots=True, kw_only=True)
class WindowPass:
    """The part of a pass that one run reads, and how far the run is.

    Args:
        before: The checkpoint that the previous run saved.
        whole: The range that is left to read of the pass.
        next_unread: First second that is not read yet.
        mutable_since: First day of the lookback period of this run: rows from then on may change.
        resume_at_midnight: Whether the next run must resume at midnight. It must if row keys count
            the equal rows of a day: they are stable only if a day is read from its beginning.
    """

    before: Checkpoint
    whole: Window
    next_unread: datetime
    mutable_since: datetime
    resume_at_midnight: bool

    @property
    def is_empty(self) -> bool:
        """Whether the range is empty."""
        return self.whole.begin > self.whole.end

    @property
    def is_over(self) -> bool:
        """Whether the whole range is read."""
        return self.next_unread > self.whole.end

    def checkpoint(self, width: timedelta | None = None) -> Checkpoint:
        """Return the checkpoint with which the next run resumes.

        Args:
            width: Length of the first window of the next run, if responses have shown one that
                works.
        """
        if self.is_empty:
            return replace(self.before, deferred_since=None)
        if self.next_unread == self.whole.begin:
            # Nothing is read yet: all that the previous run has saved stays valid.
            resumes = self.before.goes_on(self.whole)
            unchanged = (
                self.before
                if resumes
                else Checkpoint(begin=self.next_unread, reread_from=self._carried_reread)
            )
            return replace(unchanged, deferred_since=None, width=width or unchanged.width)
        reread_from = self.next_reread(self.next_unread)
        return Checkpoint(begin=self._begin, width=width, reread_from=reread_from)

    def next_reread(self, reached: datetime) -> datetime | None:
        """Return the day on which the next pass begins at the latest; None if that is open yet.

        Args:
            reached: First second that is not read yet.
        """
        has_mutable_rows = reached > self.mutable_since
        return self._carried_reread or (self.mutable_since if has_mutable_rows else None)

    @property
    def _carried_reread(self) -> datetime | None:
        """The `reread_from` of an earlier run of the same pass.

        Without `begin`, the previous pass is complete, and this pass itself begins on that day.
        """
        return self.before.reread_from if self.before.begin else None

    @property
    def _begin(self) -> datetime:
        """The midnight before the first unread second, so that row keys count whole days.

        If one run can't read even the first day, the next run resumes within the day, unless
        `resume_at_midnight` forbids that.
        """
        day = midnight(self.next_unread)
        if day > self.whole.begin:
            return day
        return self.whole.begin if self.resume_at_midnight else self.next_unread
