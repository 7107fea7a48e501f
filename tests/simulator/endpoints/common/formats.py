"""Numbers and dates in the formats of the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def duration(seconds: float) -> str:
    """HH:MM:SS; more than 24 hours are possible."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def average(total: float, count: int) -> int:
    """The average as a whole number, 0 if there is nothing to average."""
    return round(total / count) if count else 0


def percent(part: float, whole: float, sign: str = " %") -> str:
    """A share in percent, with a comma for thousands; 0 if the whole is 0."""
    return f"{100 * part / whole if whole > 0 else 0:,.2f}{sign}"


def stamp(local: datetime) -> str:
    """Date and time, to the second."""
    return local.replace(tzinfo=None, microsecond=0).isoformat(" ")
