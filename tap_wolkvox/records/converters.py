"""Converters: from the text that the API sends to the type that the schema of a column declares.

The API sends nearly all values as text, numbers too. A value that does not fit its column is not
lost: the column is null, and the value goes to `_rescued_data` under the API's name of the field.

    column             received               record
    number             "15,233.33 %"          15233.33
    integer, seconds   "01:02:03"             3723
    date-time          "2026-11-20 10:00:00"  "2026-11-20T15:00:00+00:00"
    integer            "n/a"                  null, and {"calls": "n/a"} in `_rescued_data`
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
"""Type of a value in a record."""

Converter = Callable[[object], Scalar]
"""Returns the value of a column for a received value; raises `MisfitError` if it does not fit."""

MAX_DIGITS = 38
"""Maximum of digits, before and after the point together: exact types of warehouses hold 38."""

INTEGERS = range(-(2**63), 2**63)
"""Integers that a 64-bit column holds; any other would make the target fail."""

_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
"""`12`, `1234.5` or `1,234.5`. `1,23` is refused: it could be a decimal comma."""

_NO_FRACTION = r"(?:\.0{1,9})?"
"""The fraction that Java and MySQL add to whole seconds.

Any other fraction goes to `_rescued_data`: to cut it off would change the value.
"""

_DURATION = re.compile(r"(\d{1,9}):([0-5]\d):([0-5]\d)" + _NO_FRACTION, re.ASCII)
"""`HH:MM:SS`. No real duration has more than nine digits of hours, and that many fit 64 bits."""

_DATE = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)", re.ASCII)
"""`2026-11-20` or `20261120`."""

_DATE_TIME = re.compile(
    rf"(\d{{4}})-(\d\d)-(\d\d)[ -](\d\d)(?::(\d\d)(?::(\d\d){_NO_FRACTION})?)?"
    rf"|(\d{{4}})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d){_NO_FRACTION}",
    re.ASCII,
)
"""`2026-11-20 10`, `2026-11-20-10`, either with `:MM` or `:MM:SS`, or `20261120100000`."""

_AFTER_DATE = r"(?:(?<=\d{4}-\d\d-\d\d)|(?<=\d{8}))[ -]"
_FULL_HOUR_END = rf"(?::00(?::00{_NO_FRACTION})?)?\Z"
_MIDNIGHT = re.compile(f"{_AFTER_DATE}00{_FULL_HOUR_END}", re.ASCII)
"""The time of day in `2026-11-20 00:00:00`: a date that a report sends as a date-time."""

_FULL_HOUR = re.compile(rf"{_AFTER_DATE}(?:[01]\d|2[0-3]){_FULL_HOUR_END}", re.ASCII)
"""The time of day in `2026-11-20 13:00:00` or `2026-11-20-13`: a date with a full hour."""

_HOUR = re.compile(rf"([01]?\d|2[0-3])(?::00(?::00{_NO_FRACTION})?)?", re.ASCII)
"""`9`, `09`, `09:00` or `09:00:00`."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""Characters that databases refuse: NUL, and half a surrogate pair, which has no UTF-8 form."""


class MisfitError(ValueError):
    """A value does not fit its column. It has no message: the value must not reach the log."""


def to_text(value: object) -> str | None:
    """Return text as received; a number, list or object as JSON text.

    Raises:
        MisfitError: The text holds a character that databases refuse (see `_UNSTORABLE`).
    """
    if value is None:
        return None
    text = value if isinstance(value, str) else simplejson.dumps(value, ensure_ascii=False)
    if _UNSTORABLE.search(text):
        raise MisfitError
    return text


def to_id(value: object) -> str | None:
    """Return an id as received, or null for a text that stands for no value (`-`, blanks).

    Otherwise all rows with a blank id would join to each other.

    Raises:
        MisfitError: The text holds a character that databases refuse.
    """
    text = to_text(value)
    return None if text is None or text.strip() in MISSING else text


def to_number(value: object) -> Decimal | None:
    """Return the exact number of `34.64`, `15,233.33 %` (the comma groups digits) or JSON's 34.64.

    Raises:
        MisfitError: The value is not a number, or has more than `MAX_DIGITS` digits.
    """
    text = _present(value)
    return None if text is None else _exact(text.removesuffix("%").rstrip())


def to_integer(value: object) -> int | None:
    """Return the integer of `12`, `12.0` or `1,234`.

    Raises:
        MisfitError: The value is not an integer, or does not fit into 64 bits.
    """
    text = _present(value)
    if text is None:
        return None
    number = _exact(text)
    if number != int(number) or int(number) not in INTEGERS:
        raise MisfitError
    return int(number)


def to_seconds(value: object) -> int | None:
    """Return the seconds of a duration: `HH:MM:SS`, also over 24 hours, or a number of seconds.

    Raises:
        MisfitError: The value is neither.
    """
    text = _present(value)
    if text is None:
        return None
    if match := _DURATION.fullmatch(text):
        hours, minutes, seconds = (int(part) for part in match.groups())
        return hours * 3600 + minutes * 60 + seconds
    return to_integer(value)


def to_decimal_seconds(value: object) -> Decimal | None:
    """Return the seconds of a duration: `HH:MM:SS`, or a number that may have a fraction.

    Raises:
        MisfitError: The value is neither.
    """
    text = _present(value)
    if text is None:
        return None
    return Decimal(to_seconds(text) or 0) if ":" in text else _exact(text)


def to_minutes(value: object) -> Decimal | None:
    """Return the minutes of a duration: `HH:MM:SS`, rounded to four decimals, or a number.

    Raises:
        MisfitError: The value is neither.
    """
    number = to_decimal_seconds(value)
    return number if number is None or ":" not in str(value) else round(number / 60, 4)


def to_hour(value: object) -> int | None:
    """Return the hour of the day, 0 to 23, of `13:00`, `13:00:00` or `13`.

    Raises:
        MisfitError: The value is not a full hour of a day.
    """
    text = _present(value)
    if text is None:
        return None
    match = _HOUR.fullmatch(text)
    if not match:
        raise MisfitError
    return int(match[1])


def to_date(value: object) -> str | None:
    """Return the ISO 8601 date of `2026-11-20`, `20261120`, `2026-11-20 00:00:00` or `…-20-00`.

    Raises:
        MisfitError: The value is not a date of the calendar.
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
    """Return the ISO 8601 date of `2026-11-20`, `2026-11-20 13:00:00` or `…-20-13`.

    The hour is dropped: another column of the row holds it.

    Raises:
        MisfitError: The value is not a date of the calendar, or its time is not a full hour.
    """
    text = _present(value)
    return None if text is None else to_date(_FULL_HOUR.sub("", text))


def to_utc(value: object, zone: ZoneInfo) -> str | None:
    """Return the instant of a local time, in UTC: `2026-11-20T15:00:00+00:00`.

    A local time that occurs twice, when clocks are set back, is taken as the first of the two.

    Args:
        value: `2026-11-20 10:00:00`, `2026-11-20 10:00`, `2026-11-20-10` or `20261120100000`.
            Seconds may have a fraction of zeros.
        zone: Time zone of the value.

    Raises:
        MisfitError: The value is not a date-time of the calendar.
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
    """Return the converter for the JSON Schema of a column.

    Args:
        schema: Schema of one column. Besides `type` and `format`, these annotations count:
            `x-unit`: unit of a number that the API writes in a form of its own (`seconds`:
            `HH:MM:SS`);
            `x-zone`: time zone of the column, if it is not the zone of the operation;
            `x-hour`: column that holds the hour of a date;
            `x-id`: true for a column of ids.
        zone: Time zone of the operation.
        in_key: Whether the column is part of the primary key, which must not be null: a blank id
            stays the text that the API sent.

    Raises:
        TypeError: There is no converter for the type.
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
    # A number of any other unit is a plain number; a string of any other format is a mistake.
    fallback = None if name == "string" else _CONVERTERS.get((name, None))
    chosen = _CONVERTERS.get((name, form), fallback)
    if not chosen:
        raise TypeError(f"no conversion for a column of type {name}")
    return chosen


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
"""The converters by the type, and the format or unit, of a column."""


def convert_row(
    row: Mapping[str, object],
    columns: Mapping[str, Converter],
    aliases: Mapping[str, str] = NO_ALIASES,
) -> tuple[dict[str, Scalar], dict[str, object]]:
    """Convert one row.

    Args:
        row: The row as the API sent it.
        columns: The converters of the declared columns, in the order of the columns.
        aliases: Other names of columns, each with the column name.

    Returns:
        The record, with every declared column; and the fields for `_rescued_data`: unknown fields,
        values that do not fit, and a second field for the same column.
    """
    record: dict[str, Scalar] = dict.fromkeys(columns)
    rescued: dict[str, object] = {}
    filled: set[str] = set()
    for field, value in row.items():
        column = column_name(field, aliases)
        if column not in columns or column in filled:
            rescued[field] = value
            continue
        filled.add(column)
        try:
            record[column] = columns[column](value)
        except MisfitError:
            rescued[field] = value
    return record, rescued


def rescued_text(rescued: Mapping[str, object]) -> str | None:
    """Return the value of `_rescued_data`: a JSON object as text, or null without rescued fields.

    The fields are sorted by name, so that the text does not depend on the order in a response.
    """
    if not rescued:
        return None
    ordered = dict(sorted(rescued.items()))
    text = simplejson.dumps(ordered, ensure_ascii=False)
    # ASCII with escapes: databases accept `\ud800` as six characters. JSON always escapes NUL.
    return simplejson.dumps(ordered) if _UNSTORABLE.search(text) else text


def _present(value: object) -> str | None:
    """Return a value that is not text by its schema, as text; None if the value is missing.

    Raises:
        MisfitError: The value is a boolean, list or object, or a number with a huge exponent.
    """
    if value is None:
        return None
    if isinstance(value, Decimal):
        return _positional(value)
    if isinstance(value, bool | list | dict):
        raise MisfitError
    text = str(value).strip()
    return None if text in MISSING else text


def _positional(number: Decimal) -> str:
    """Return a number without exponent. The limit spares megabytes of zeros: JSON allows 1e999999.

    Raises:
        MisfitError: The number has more digits than any column holds.
    """
    if abs(number.adjusted()) > MAX_DIGITS:
        raise MisfitError
    return format(number, "f")


def _exact(text: str) -> Decimal:
    """Return the number of a text without losing digits.

    Raises:
        MisfitError: The text is not a number, or has more than `MAX_DIGITS` digits.
    """
    if not _NUMBER.fullmatch(text) or sum(map(str.isdigit, text)) > MAX_DIGITS:
        raise MisfitError
    return Decimal(text.replace(",", ""))
