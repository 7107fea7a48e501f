"""Bookmarks: how far a dated stream is read, and which range is still unread.

A bookmark is text in one of two forms:

    2026-11-20T15:04:59+00:00   the stream is read up to this second, an instant in UTC
    2026-11-20                  the stream is read up to this day; its rows describe whole days
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
"""Length of a bookmark that is a day."""


def to_read(
    bookmark: str | None,
    period: Period,
    now: datetime,
    zone: ZoneInfo,
    bookmark_zone: ZoneInfo | None = None,
) -> Window:
    """Return the range that a run has to read; if the range is empty, it ends before it begins.

    Args:
        bookmark: The bookmark; None in a first run.
        period: The start date, end date, lookback and settle time of the settings.
        now: The present instant.
        zone: Time zone of the operation.
        bookmark_zone: The time zone that was set when the bookmark was saved, if that was another
            one. Either setting may have been wrong, so a second counts as read only if it is read
            by both zones.
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
    """Return the first local second that may be unread: the earliest by any of the zones.

    Args:
        bookmark: The bookmark.
        *zones: Time zone of the operation, and the one that was set when the bookmark was saved.
    """
    candidates = [zone for zone in zones if zone]
    if len(bookmark) == _DAY_LENGTH:
        day = datetime.combine(date.fromisoformat(bookmark), time())
        # A day that was complete in one zone may have been incomplete in the other.
        return day if len({zone.key for zone in candidates}) > 1 else day + A_DAY
    return min(first_unread(instant(bookmark), zone) for zone in candidates)


def is_ahead(bookmark: str | None, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a bookmark lies in the future."""
    return bookmark is not None and unread_since(bookmark, zone) > wall_time(now, zone) + A_SECOND


def is_usable(bookmark: str) -> bool:
    """Whether date arithmetic with a bookmark stays within the years of `datetime`."""
    return int(bookmark[:4]) in PLAUSIBLE_YEARS


def day_mark(window: Window) -> str | None:
    """Return the bookmark after a window: the last day that is complete in it, or None."""
    day = (window.end + A_SECOND).date() - A_DAY
    return day.isoformat() if day >= window.begin.date() else None


def second_mark(window: Window, zone: ZoneInfo) -> str:
    """Return the bookmark after a window: its last second, in UTC."""
    return last_instant(window.end, zone).isoformat()


def later(one: str, other: str) -> str:
    """Return the later of two bookmarks; their UTC offsets may differ, so text does not sort."""
    return max(one, other, key=instant)
