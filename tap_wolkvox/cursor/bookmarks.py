"""Bookmarks: up to where a dated stream is read, and what that leaves to read.

A bookmark is text: the last second that is completely read, as an instant in UTC, or the last day
for streams whose rows are of a day.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from tap_wolkvox.clock import (
    A_DAY,
    A_SECOND,
    PLAUSIBLE_YEARS,
    first_unread,
    instant,
    last_instant,
    midnight,
    wall_time,
)
from tap_wolkvox.cursor.windows import Window

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tap_wolkvox.config.operation import Period

_DAY_LENGTH = len("2026-11-20")


def to_read(
    bookmark: str | None,
    period: Period,
    now: datetime,
    zone: ZoneInfo,
    bookmark_zone: ZoneInfo | None = None,
) -> Window:
    """Return what a run has to read; its end lies before its begin where that is nothing.

    Args:
        bookmark: The bookmark, if there is one.
        period: What the settings want.
        now: The present instant.
        zone: Time zone of the operation.
        bookmark_zone: The one that was set when the bookmark was made, if it was another. Either
            may have been wrong, so what both of them have read is taken for read.
    """
    latest = wall_time(now - period.settle, zone).replace(microsecond=0) - A_SECOND
    end = min(period.end or latest, latest)
    if bookmark is None:
        first_of_month = midnight(wall_time(now, zone)).replace(day=1)
        return Window(period.start or first_of_month, end)
    unread = min(unread_since(bookmark, zone, bookmark_zone), latest + A_SECOND)
    start = midnight(unread) - period.lookback
    return Window(max(start, period.start or start), end)


def unread_since(bookmark: str, *zones: ZoneInfo | None) -> datetime:
    """Return the first local second that may not be read, by the first of the zones.

    Args:
        bookmark: The bookmark.
        *zones: Time zone of the operation, and what was set as such when the bookmark was made.
    """
    known = [zone for zone in zones if zone]
    if len(bookmark) == _DAY_LENGTH:
        day = datetime.combine(date.fromisoformat(bookmark), time())
        # What was a whole day by one clock may not have been one by another.
        return day if len({zone.key for zone in known}) > 1 else day + A_DAY
    return min(first_unread(instant(bookmark), zone) for zone in known)


def is_ahead(bookmark: str | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a bookmark says that the future is read."""
    return bookmark is not None and unread_since(bookmark, zone) > wall_time(now, zone) + A_SECOND


def is_usable(bookmark: str) -> bool:
    """Whether a bookmark is a time that can be counted with."""
    return int(bookmark[:4]) in PLAUSIBLE_YEARS


def day_mark(window: Window) -> str | None:
    """Return the bookmark of a window that is read: its last day that is over, if there is one."""
    day = (window.end + A_SECOND).date() - A_DAY
    return day.isoformat() if day >= window.begin.date() else None


def second_mark(window: Window, zone: ZoneInfo) -> str:
    """Return the bookmark of a window that is read: its last second."""
    return last_instant(window.end, zone).isoformat()


def later(one: str, other: str) -> str:
    """Return the later of two bookmarks, which may be written with different offsets."""
    return max(one, other, key=instant)
