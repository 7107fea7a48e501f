"""Values and their columns."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tap_wolkvox.records.converters import (
    Converter,
    MisfitError,
    Scalar,
    to_date,
    to_date_of_hour,
    to_decimal_seconds,
    to_hour,
    to_id,
    to_integer,
    to_number,
    to_seconds,
    to_text,
    to_utc,
)

BOGOTA = ZoneInfo("America/Bogota")
SANTIAGO = ZoneInfo("America/Santiago")
"""Its clocks change at midnight: a day that has none, and a 23:30 that comes twice."""
TOKYO = ZoneInfo("Asia/Tokyo")

CONVERTERS: dict[str, Converter] = {
    "text": to_text,
    "code": to_id,
    "count": to_integer,
    "amount": to_number,
    "length": to_seconds,
    "day": to_date,
    "moment": lambda value: to_utc(value, BOGOTA),
    "average": to_decimal_seconds,
    "hour": to_hour,
    "start": to_date_of_hour,
}


def accepted(name: str, value: object) -> tuple[bool, Scalar]:
    """Return whether a value fits a column, and as what."""
    try:
        return True, CONVERTERS[name](value)
    except MisfitError:
        return False, None
