"""Wall clock: local times of the operation, and the instants that they are.

The API is asked for wall-clock times and answers with them; it knows no UTC offset. A wall-clock
time is a `datetime` without a zone, an instant is one in UTC. Bookmarks are instants.
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
"""Years that a state may name: with all of them, days can be added and taken away."""


def now() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)


def instant(text: str) -> datetime:
    """Return the instant that ISO 8601 text names; without an offset it is in UTC.

    Raises:
        ValueError: It is no date.
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def local_time(text: str, zone: ZoneInfo) -> datetime:
    """Return the wall-clock time that ISO 8601 text names; without an offset it is local.

    Raises:
        ValueError: It is no date.
    """
    found = datetime.fromisoformat(text)
    return wall_time(found, zone) if found.tzinfo else found


def wall_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what the operation's clock shows at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant of a local time, in UTC.

    The time is of full seconds. One that occurs twice is the first of the two. One that does
    not exist, for the clock is put forward over it, is the first instant that does.
    """
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    return found if _exists(wall, zone) else _turn(wall, zone)


def last_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant up to which all is read once it is read up to a local time, in UTC.

    That of a time that does not exist is the last second before the clock is put forward.
    """
    found = first_instant(wall, zone)
    return found if _exists(wall, zone) else found - A_SECOND


def first_unread(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the local second that follows an instant up to which all was read.

    Where the instant's local time occurs twice, that is where the repeated time begins: who read
    up to the first of the two has not seen the second.
    """
    wall = wall_time(instant, zone)
    if not _repeats(wall, zone):
        return wall + A_SECOND
    wall = wall.replace(second=0, microsecond=0)
    while _repeats(wall - A_MINUTE, zone):
        wall -= A_MINUTE
    return wall


def midnight(wall: datetime) -> datetime:
    """Return the beginning of a local time's day."""
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def end_of_month(wall: datetime) -> datetime:
    """Return the last second of a local time's calendar month."""
    return (midnight(wall.replace(day=1)) + 32 * A_DAY).replace(day=1) - A_SECOND


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    return wall_time(wall.replace(tzinfo=zone).astimezone(UTC), zone) == wall


def _repeats(wall: datetime, zone: ZoneInfo) -> bool:
    offsets = {wall.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    return len(offsets) > 1 and _exists(wall, zone)


def _turn(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the clock is put forward over a local time, in UTC."""
    # Between full seconds the halving below would come to no end.
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
