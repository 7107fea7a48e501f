"""Left off: where a stream goes on that ran out of requests, as its state tells the next run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_wolkvox.windows import Window

LATEST = datetime.max.replace(tzinfo=UTC)
"""Since when a stream has waited that has not."""

KEY = "left_off"
"""Where the state of a stream has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOff:
    """Where a stream goes on. Times are of the wall clock, as the API is asked for them.

    Args:
        since: The instant since which it has got nothing, in UTC; None where it has got something.
        begin: First second that is unread; None where the stream was read to its end.
        end: Last second of the window in which some ids are read.
        width: How much to ask for next.
        again: Day from which the pass after this one reads again, at the latest: what was younger
            than the days to read again when it was read may change.
        done: Ids that are read, each as a hash.
    """

    since: datetime | None = None
    begin: datetime | None = None
    end: datetime | None = None
    width: timedelta | None = None
    again: datetime | None = None
    done: frozenset[str] = frozenset()

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """Return what the state of a stream has.

        Raises:
            ValueError: It is not what it should be.
            TypeError: The same.
        """
        held = {**state.get(KEY, {})}
        since, begin, end, again = (_time(held.pop(name, None)) for name in _TIMES)
        width, done = held.pop("width", None), held.pop("done", [])
        if held or not isinstance(done, list) or not all(isinstance(each, str) for each in done):
            raise ValueError
        if (since and not since.tzinfo) or any(t and t.tzinfo for t in (begin, end, again)):
            raise ValueError
        if width is not None and not timedelta(seconds=width) > timedelta():
            raise ValueError
        return cls(
            since=since,
            begin=begin,
            end=end,
            width=None if width is None else timedelta(seconds=width),
            again=again,
            done=frozenset(done),
        )

    def put(self, state: dict[str, Any]) -> None:
        """Let the state of a stream have it, or nothing where there is nothing to say."""
        times = {name: getattr(self, name) for name in _TIMES}
        held: dict[str, Any] = {
            name: time.isoformat(timespec="seconds") for name, time in times.items() if time
        }
        if self.width:
            held["width"] = int(self.width.total_seconds())
        if self.done:
            held["done"] = sorted(self.done)
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
        elif self.again:
            begin = min(begin, self.again)
        return replace(usual, begin=max(begin, start or begin))

    def goes_on(self, unread: Window) -> bool:
        """Whether a run that has so much to read goes on exactly here."""
        return self.begin == unread.begin


_TIMES = ("since", "begin", "end", "again")


def _time(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


NOWHERE = LeftOff()
"""Of a stream that was read to its end."""
