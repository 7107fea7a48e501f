"""The clock of an operation: real time, or the time that a test sets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from threading import Lock
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

BOGOTA = "America/Bogota"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        if name != BOGOTA:
            raise
        # Windows may have no time zone files. Colombia has no daylight saving time.
        return timezone(timedelta(hours=-5), BOGOTA)


class Clock:
    """The local time of an operation. It is real time until it is set.

    Args:
        zone: IANA name of the time zone.
        now: The time of the stopped clock; None lets it run.

    Raises:
        ValueError: No such time zone.
    """

    def __init__(self, zone: str = BOGOTA, now: datetime | None = None) -> None:
        try:
            self.zone = _zone(zone)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(f"no such time zone: {zone!r}") from error
        self._lock = Lock()
        self._frozen: datetime | None = None
        self._ahead = timedelta()
        self.set(now)

    def now(self) -> datetime:
        """The current moment, with its zone."""
        with self._lock:
            moment = self._frozen or datetime.now(UTC) + self._ahead
        return moment.astimezone(self.zone)

    def today(self) -> date:
        """The current local day. Quota and billing depend on it."""
        return self.now().date()

    def set(self, now: datetime | None) -> None:
        """Stop the clock at a moment, local if it has no zone; None for real time again."""
        if now is not None and now.tzinfo is None:
            now = now.replace(tzinfo=self.zone)
        with self._lock:
            self._frozen = now and now.astimezone(UTC)
            self._ahead = timedelta()

    def advance(self, step: timedelta) -> None:
        """Move the clock forward. A stopped clock stays stopped, a running one runs on."""
        with self._lock:
            if self._frozen is None:
                self._ahead += step
            else:
                self._frozen += step
