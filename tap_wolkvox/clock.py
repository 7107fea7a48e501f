"""Converts between local times of an operation and instants.

Requests and responses contain local times without a UTC offset. A local time (`wall`) is a
`datetime` without a zone. An instant is a `datetime` in UTC. Bookmarks are instants.

When the clock is put forward, some local times do not exist; when it is put back, some occur twice
(New York, 2026):

    8 March      01:59:59  →  03:00:00     02:30 does not exist
    1 November   01:59:59  →  01:00:00     01:30 occurs twice
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

A_SECOND = timedelta(seconds=1)
A_MINUTE = timedelta(minutes=1)
A_DAY = timedelta(days=1)

PLAUSIBLE_YEARS = range(1990, 9000)
"""Years that a state may contain. `datetime` can add and subtract days in all of them."""


def now() -> datetime:
    """Return the current instant, in UTC."""
    return datetime.now(UTC)


def instant(text: str) -> datetime:
    """Return the instant of an ISO 8601 text. A text without an offset is in UTC.

    Raises:
        ValueError: The text is not a date.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def local_time(text: str, zone: ZoneInfo) -> datetime:
    """Return the local time of an ISO 8601 text. A text without an offset is in local time.

    Raises:
        ValueError: The text is not a date.
    """
    moment = datetime.fromisoformat(text)
    return wall_time(moment, zone) if moment.tzinfo else moment


def wall_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the local time at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time, in UTC.

    If the local time occurs twice, this is the first of the two instants. If it does not exist,
    this is the instant at which the clock is put forward.
    """
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    return instant if _exists(wall, zone) else _clock_change(wall, zone)


def last_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of the last second of a window that ends at a local time.

    If the local time does not exist, this is the last second before the clock is put forward.
    """
    instant = first_instant(wall, zone)
    return instant if _exists(wall, zone) else instant - A_SECOND


def first_unread(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the first local second that is unread.

    Normally this is the second after the instant. If the local time of the instant occurs twice,
    this is the beginning of the repeated hour: the rows of its second pass may be unread, and the
    API can't tell the two passes apart.

    Args:
        instant: The instant up to which everything was read.
        zone: Time zone of the operation.
    """
    wall = wall_time(instant, zone)
    if not _repeats(wall, zone):
        return wall + A_SECOND
    # Clocks change at whole minutes.
    wall = wall.replace(second=0, microsecond=0)
    while _repeats(wall - A_MINUTE, zone):
        wall -= A_MINUTE
    return wall


def midnight(wall: datetime) -> datetime:
    """Return the first second of a local time's day."""
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def end_of_month(wall: datetime) -> datetime:
    """Return the last second of a local time's calendar month."""
    return (midnight(wall.replace(day=1)) + 32 * A_DAY).replace(day=1) - A_SECOND


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    return wall_time(wall.replace(tzinfo=zone).astimezone(UTC), zone) == wall


def _repeats(wall: datetime, zone: ZoneInfo) -> bool:
    offsets = {wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) > 1 and _exists(wall, zone)


def _clock_change(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which the clock is put forward over a local time.

    This is a binary search, to the second, between the two instants that the local time has under
    the offset before and the offset after the change.
    """
    # With fractions of a second, the search would not end.
    wall = wall.replace(microsecond=0)
    before, after = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    offset = after.astimezone(zone).utcoffset()
    while after - before > A_SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after
