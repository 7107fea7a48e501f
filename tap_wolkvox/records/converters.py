"""Values: the text that the API sends, made into what a column's schema declares.

Every value arrives as text, numbers too. A value that does not fit its column is not dropped:
the column is null and the value goes to `_rescued_data`, under the name the API gave it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

import simplejson

from tap_wolkvox.response.fields import MISSING, NO_ALIASES, column_name

Scalar = str | int | Decimal | None
"""What a column holds once it is typed."""

Converter = Callable[[object], Scalar]

MAX_DIGITS = 38
"""Digits that every database's exact number type holds."""

INTEGERS = range(-(2**63), 2**63)
"""Integers of a 64-bit column; any other would stop the load."""

_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
# Java and MySQL write whole seconds so. Any other fraction goes to the rescued: to cut it off would
# change the value.
_NO_FRACTION = r"(?:\.0{1,9})?"
_DURATION = re.compile(r"(\d{1,9}):([0-5]\d):([0-5]\d)" + _NO_FRACTION, re.ASCII)
_DATE = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)", re.ASCII)
_DATE_TIME = re.compile(
    rf"(\d{{4}})-(\d\d)-(\d\d)[ -](\d\d)(?::(\d\d)(?::(\d\d){_NO_FRACTION})?)?"
    rf"|(\d{{4}})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d){_NO_FRACTION}",
    re.ASCII,
)
_BEHIND_A_DATE = r"(?:(?<=\d{4}-\d\d-\d\d)|(?<=\d{8}))[ -]"
_OF_A_FULL_HOUR = rf"(?::00(?::00{_NO_FRACTION})?)?\Z"
_MIDNIGHT = re.compile(f"{_BEHIND_A_DATE}00{_OF_A_FULL_HOUR}", re.ASCII)
_FULL_HOUR = re.compile(rf"{_BEHIND_A_DATE}(?:[01]\d|2[0-3]){_OF_A_FULL_HOUR}", re.ASCII)
_HOUR = re.compile(rf"([01]?\d|2[0-3])(?::00(?::00{_NO_FRACTION})?)?", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class MisfitError(ValueError):
    """A value does not fit its column; it holds no text, for the value must not be logged."""


def to_text(value: object) -> str | None:
    """Return text as received; lists and objects as text that holds JSON.

    Raises:
        MisfitError: It holds a character that databases refuse (NUL, half a surrogate pair).
    """
    if value is None:
        return None
    text = value if isinstance(value, str) else simplejson.dumps(value, ensure_ascii=False)
    if _UNSTORABLE.search(text):
        raise MisfitError
    return text


def to_id(value: object) -> str | None:
    """Return an id as received; null where the text stands for no value.

    Raises:
        MisfitError: It holds a character that databases refuse.
    """
    text = to_text(value)
    return None if text is None or text.strip() in MISSING else text


def to_number(value: object) -> Decimal | None:
    """Return the exact number in `34.64`, `15,233.33 %` (comma: thousands) or a JSON number.

    Raises:
        MisfitError: It is no number, or has more than `MAX_DIGITS` digits.
    """
    text = _present(value)
    return None if text is None else _exact(text.removesuffix("%").rstrip())


def to_integer(value: object) -> int | None:
    """Return the whole number in `12` or `1,234`.

    Raises:
        MisfitError: It is no whole number, or does not fit 64 bits.
    """
    text = _present(value)
    if text is None:
        return None
    number = _exact(text)
    if number != int(number) or int(number) not in INTEGERS:
        raise MisfitError
    return int(number)


def to_seconds(value: object) -> int | None:
    """Return the seconds in `HH:MM:SS`, which may pass 24 hours, or in a plain count of them.

    Raises:
        MisfitError: It is neither.
    """
    text = _present(value)
    if text is None:
        return None
    if match := _DURATION.fullmatch(text):
        hours, minutes, seconds = (int(part) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds
    return to_integer(value)


def to_decimal_seconds(value: object) -> Decimal | None:
    """Return the seconds in `HH:MM:SS`, or in a plain count of them that may have a fraction.

    Raises:
        MisfitError: It is neither.
    """
    text = _present(value)
    if text is None:
        return None
    return Decimal(to_seconds(text) or 0) if ":" in text else _exact(text)


def to_minutes(value: object) -> Decimal | None:
    """Return the minutes in a number, or with four decimals those in `HH:MM:SS`.

    Raises:
        MisfitError: It is neither.
    """
    number = to_decimal_seconds(value)
    return number if number is None or ":" not in str(value) else round(number / 60, 4)


def to_hour(value: object) -> int | None:
    """Return the hour of the day in `13:00`, `13:00:00` or `13`.

    Raises:
        MisfitError: It is no full hour of a day.
    """
    text = _present(value)
    if text is None:
        return None
    match = _HOUR.fullmatch(text)
    if not match:
        raise MisfitError
    return int(match[1])


def to_date(value: object) -> str | None:
    """Return the ISO 8601 date in `2026-11-20`, `20261120`, `2026-11-20 00:00:00` or `…-20-00`.

    Raises:
        MisfitError: It is no date of the calendar.
    """
    text = _present(value)
    if text is None:
        return None
    match = _DATE.fullmatch(_MIDNIGHT.sub("", text))
    if not match:
        raise MisfitError
    year, _, month, day = match.groups()
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise MisfitError from None


def to_date_of_hour(value: object) -> str | None:
    """Return the ISO 8601 date in `2026-11-20`, `2026-11-20 13:00:00`, `…-20-13`, less the hour.

    Raises:
        MisfitError: It is no date of the calendar, or no full hour.
    """
    text = _present(value)
    return None if text is None else to_date(_FULL_HOUR.sub("", text))


def to_utc(value: object, zone: ZoneInfo) -> str | None:
    """Return the instant of a local time, in UTC: `2026-11-20T15:00:00+00:00`.

    A local time that occurs twice is the first of the two.

    Args:
        value: `2026-11-20 10:00:00`, `2026-11-20 10:00`, `2026-11-20-10` or `20261120100000`,
            local time of the operation; whole seconds may have a fraction of zeros.
        zone: Time zone of the operation.

    Raises:
        MisfitError: It is no date-time of the calendar.
    """
    text = _present(value)
    if text is None:
        return None
    match = _DATE_TIME.fullmatch(text)
    if not match:
        raise MisfitError
    year, month, day, hour, *smaller = (int(part) for part in match.groups() if part)
    minute, second = (*smaller, 0, 0)[:2]
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=zone)
        return local.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise MisfitError from None


def converter(schema: Mapping[str, object], zone: ZoneInfo, *, in_key: bool = False) -> Converter:
    """Return the conversion that a column's JSON Schema asks for.

    Args:
        schema: Schema of one column: `type`, `format`, and `x-unit` for what the API writes as
            text of its own kind (`seconds`: `HH:MM:SS`). A column with dates of a zone of its own
            names it in `x-zone`; one whose hour stands in another column names that in `x-hour`.
            A column of ids says so with `x-id`.
        zone: Time zone of the operation.
        in_key: Whether it is a column of the primary key, which is never null: a blank id in it
            stays the text that it is.

    Raises:
        TypeError: The schema asks for a type that no conversion is known for.
    """
    declared = schema["type"]
    name = declared[0] if isinstance(declared, list) else declared
    form = schema.get("format") or schema.get("x-unit")
    if (name, form) == ("string", "date-time"):
        own = ZoneInfo(str(schema["x-zone"])) if "x-zone" in schema else zone
        return partial(to_utc, zone=own)
    if (name, form) == ("string", "date") and "x-hour" in schema:
        return to_date_of_hour
    if schema.get("x-id") and not in_key:
        return to_id
    usual = None if name == "string" else _CONVERTERS.get((name, None))
    found = _CONVERTERS.get((name, form), usual)
    if not found:
        raise TypeError(f"no conversion for a column of type {name}")
    return found


_CONVERTERS: Mapping[tuple[object, object], Converter] = MappingProxyType(
    {
        ("integer", "seconds"): to_seconds,
        ("integer", "hour of the day"): to_hour,
        ("integer", None): to_integer,
        ("number", "seconds"): to_decimal_seconds,
        ("number", "minutes"): to_minutes,
        ("number", None): to_number,
        ("string", "date"): to_date,
        ("string", None): to_text,
    }
)
"""By type, and by format or unit where those make a difference."""


def convert_row(
    row: Mapping[str, object],
    columns: Mapping[str, Converter],
    aliases: Mapping[str, str] = NO_ALIASES,
) -> tuple[dict[str, Scalar], dict[str, object]]:
    """Type one row.

    Args:
        row: The row as the API sent it.
        columns: The declared columns, in their order, with the conversion of each.
        aliases: Other names of columns, each with the column.

    Returns:
        The typed record with every declared column, and what did not find its place there:
        unknown fields, values that do not fit, and a second field for a column already taken.
    """
    record: dict[str, Scalar] = dict.fromkeys(columns)
    rescued: dict[str, object] = {}
    taken: set[str] = set()
    for field, value in row.items():
        column = column_name(field, aliases)
        if column not in columns or column in taken:
            rescued[field] = value
            continue
        taken.add(column)
        try:
            record[column] = columns[column](value)
        except MisfitError:
            rescued[field] = value
    return record, rescued


def rescued_text(rescued: Mapping[str, object]) -> str | None:
    """Return `_rescued_data`: text that holds a JSON object, or null where nothing was rescued.

    Its fields are in the order of their names: in whatever order they come, the text is the same.
    """
    if not rescued:
        return None
    ordered = dict(sorted(rescued.items()))
    text = simplejson.dumps(ordered, ensure_ascii=False)
    # Escaped, what a database refuses in text is text that it takes; JSON escapes NUL anyway.
    return simplejson.dumps(ordered) if _UNSTORABLE.search(text) else text


def _present(value: object) -> str | None:
    """Return the text of a value that is not text by its schema, or None where it is missing."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        return _positional(value)
    if isinstance(value, bool | list | dict):
        raise MisfitError
    text = str(value).strip()
    return None if text in MISSING else text


def _positional(number: Decimal) -> str:
    """Return a number without an exponent, unless that would be endless."""
    if abs(number.adjusted()) > MAX_DIGITS:
        raise MisfitError
    return format(number, "f")


def _exact(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text) or sum(map(str.isdigit, text)) > MAX_DIGITS:
        raise MisfitError
    return Decimal(text.replace(",", ""))
