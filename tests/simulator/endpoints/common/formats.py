"""Numbers and dates as reports write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def duration(seconds: float) -> str:
    """HH:MM:SS, also beyond a day."""
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def average(total: float, count: int) -> int:
    """In whole numbers; 0 of nothing."""
    return round(total / count) if count else 0


def percent(part: float, whole: float, sign: str = " %") -> str:
    """A share, with a comma for thousands; 0 of nothing."""
    return f"{100 * part / whole if whole > 0 else 0:,.2f}{sign}"


def stamp(local: datetime) -> str:
    """A date with its time, to the second."""
    return local.replace(tzinfo=None, microsecond=0).isoformat(" ")
