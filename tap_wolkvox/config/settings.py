"""Settings: what can be set, and what a configuration means."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from singer_sdk import typing as th

from tap_wolkvox.clock import A_DAY, A_SECOND, wall_time
from tap_wolkvox.cursor.bookmarks import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 3600
"""Seconds that any of the times may be set to."""

LONGEST_LOOKBACK = 3650
"""Days that can be read again."""

LONGEST_SETTLING = 31 * 24 * 60
"""Minutes that can be left to the next run."""

SCHEMA: dict[str, Any] = th.PropertiesList(
    th.Property(
        "server",
        th.StringType(nullable=False),
        title="Server",
        description="Number of your Wolkvox server, as in `wv0011.wolkvox.com`: `0011`. "
        "Quote it in YAML, or it loses its zeros. Needed, unless `operations` is set.",
    ),
    th.Property(
        "token",
        th.StringType(nullable=False),
        secret=True,
        title="Token",
        description="API token of the operation, sent as the header `wolkvox-token`. Needed, "
        "unless `operations` is set.",
    ),
    th.Property(
        "operations",
        th.ArrayType(
            th.ObjectType(
                th.Property("server", th.StringType(nullable=False), required=True),
                th.Property("token", th.StringType(nullable=False), required=True),
                th.Property("timezone", th.StringType(nullable=False)),
                additional_properties=False,
            ),
            nullable=False,
        ),
        secret=True,
        title="Operations",
        description="Several operations to read in one run, one after the other, instead of "
        "`server` and `token`: a list of objects with `server`, `token` and, where it is another "
        "than the setting says, `timezone`.",
    ),
    th.Property(
        "api_url",
        th.StringType(nullable=False),
        default="https://wv{server}.wolkvox.com/api/v2",
        title="API URL",
        description="Base URL of the API. `{server}` stands for the server number, anywhere in "
        "it. `http://` is for a loopback host only.",
    ),
    th.Property(
        "timezone",
        th.StringType(nullable=False),
        default="America/Bogota",
        title="Time zone",
        description="IANA name of the operation's time zone: days are counted in it, and the "
        "times that the API sends are read in it.",
    ),
    th.Property(
        "start_date",
        th.StringType(nullable=False),
        title="Start date",
        description="First moment to extract from streams that take dates, as `2026-01-31` or "
        "`2026-01-31T08:00:00`; without an offset it is local time. Quote it in YAML, or an "
        "offset is lost. If it is not set, a first run begins with the first day of the current "
        "month.",
    ),
    th.Property(
        "end_date",
        th.StringType(nullable=False),
        title="End date",
        description="Last moment to extract from streams that take dates, written like "
        "`start_date`; a bare date means its whole day. If it is not set, it is now.",
    ),
    th.Property(
        "lookback_days",
        th.IntegerType(nullable=False, minimum=0, maximum=LONGEST_LOOKBACK),
        default=3,
        title="Days to read again",
        description="How many days before the first unread one a stream that takes dates reads "
        "again, for rows that change or come late.",
    ),
    th.Property(
        "settle_minutes",
        th.IntegerType(nullable=False, minimum=0, maximum=LONGEST_SETTLING),
        default=15,
        title="Minutes to settle",
        description="How many of the newest minutes are left to the next run: Wolkvox rebuilds "
        "its reports every 10 minutes or so.",
    ),
    th.Property(
        "request_interval",
        th.NumberType(nullable=False, minimum=0, maximum=LONGEST),
        default=1.0,
        title="Request interval",
        description="Least time in seconds from the start of one request to the start of the "
        "next with the same token, across processes too.",
    ),
    th.Property(
        "request_timeout",
        th.NumberType(nullable=False, exclusive_minimum=0, maximum=LONGEST),
        default=90,
        title="Request timeout",
        description="Seconds that one request may take, all in all.",
    ),
    th.Property(
        "max_retries",
        th.IntegerType(nullable=False, minimum=0),
        default=5,
        title="Retries",
        description="Tries after the first for what may pass by itself. The waits between them "
        "are 1, 2, 4 … s, at most 60, or what the server asks for.",
    ),
    th.Property(
        "max_requests",
        th.IntegerType(nullable=False, minimum=1),
        title="Most requests",
        description="Requests that a run may spend, of all operations together, retries counted. "
        "What is left then is read by the next runs.",
    ),
    th.Property(
        "quota_reserve",
        th.IntegerType(nullable=False, minimum=0),
        title="Quota reserve",
        description="Requests of each operation's daily quota that are left to your other "
        "integrations. A run asks once what there is, for one request, and ends before it would "
        "touch them; what is left to read then is read by the next runs.",
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType(nullable=False),
        default=False,
        title="Emit ACTIVATE_VERSION messages",
        description="Tell the target to retire rows of FULL_TABLE streams that no longer exist; "
        "never of streams that take dates, of which a run reads a part. Not with several "
        "operations: one would retire the rows of the others.",
    ),
    additional_properties=False,
).to_dict()
"""JSON Schema of the settings of this tap; the SDK has some of its own."""

_NUMERIC = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_TRUTH = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation (tenant) of Wolkvox, with a server and a token of its own.

    Args:
        server: Its server number, as text; a host's name is the same in capitals, so in small ones.
        token: Its API token; never shown.
        api_url: Its base URL, filled and checked.
        zone: Its time zone.
    """

    server: str
    token: str = field(repr=False)
    api_url: str
    zone: ZoneInfo


def operations(config: Mapping[str, Any]) -> list[Operation]:
    """Return the operations of a configuration that has no problems, in the order to read them."""
    return [
        Operation(
            server=each["server"].lower(),
            token=each["token"],
            api_url=filled_url(each).rstrip("/"),
            zone=ZoneInfo(each["timezone"]),
        )
        for each in each_operation(config)
    ]


def each_operation(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the configuration of each operation alone, as if it were the only one."""
    listed = config.get("operations")
    return [{**config, **each} for each in listed] if listed else [config]


def period(config: Mapping[str, Any], zone: ZoneInfo) -> Period:
    """Return what a configuration that has no problems wants read of an operation.

    Args:
        config: The configuration.
        zone: Time zone of the operation.
    """
    start, end = (
        _wall_time(config[name], zone) if name in config else None
        for name in ("start_date", "end_date")
    )
    if end and ":" not in config["end_date"]:
        end += A_DAY - A_SECOND
    return Period(
        start=start,
        end=end,
        lookback=timedelta(days=config["lookback_days"]),
        settle=timedelta(minutes=config["settle_minutes"]),
    )


def _wall_time(text: str, zone: ZoneInfo) -> datetime:
    """Return the second of a date or date-time; without an offset it is local time."""
    found = datetime.fromisoformat(text).replace(microsecond=0)
    return wall_time(found, zone) if found.tzinfo else found


def filled_url(config: Mapping[str, Any]) -> str:
    """Return the base URL with the server number where `{server}` stands."""
    url: str = config["api_url"]
    return url.replace("{server}", config["server"])


def complete(config: dict[str, Any], schema: Mapping[str, Any]) -> None:
    """Fill in the defaults, in place, and make values of text and of decimals.

    All is text in the environment, and a number is a decimal where the SDK read it from a file. A
    null is as good as a setting that is not there, and so is an empty text: that is how a variable
    is unset where it can't be left out. What does not fit stays as it is.
    """
    for name in [name for name, value in config.items() if value in (None, "")]:
        del config[name]
    for name, declared in schema["properties"].items():
        if "default" in declared:
            config.setdefault(name, declared["default"])
        if name in config:
            config[name] = _converted(config[name], declared.get("type", ()))
    if isinstance(config.get("operations"), list):
        config["operations"] = [_without_nulls(each) for each in config["operations"]]


def _without_nulls(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    return {name: value for name, value in entry.items() if value is not None}


def as_text(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema by which all settings are text, as the environment holds them."""
    properties = {
        name: {**declared, "type": "string"} for name, declared in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def _converted(value: Any, types: str | list[str]) -> Any:
    if isinstance(value, str) and "boolean" in types:
        return _TRUTH.get(value.strip().lower(), value)
    if isinstance(value, str) and ("object" in types or "array" in types):
        return _from_json(value)
    return _number(value) if "number" in types or "integer" in types else value


def _from_json(text: str) -> Any:
    """Return what a text stands for: JSON, or a literal of Python, as Meltano takes it; or itself.

    What stands for a text is left as it was, and so is no list or object.
    """
    for read in (json.loads, _literal):
        try:
            found = read(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        return text if isinstance(found, str) else found
    return text


def _literal(text: str) -> Any:
    with warnings.catch_warnings():
        # They would show a part of it.
        warnings.simplefilter("ignore")
        return ast.literal_eval(text)


def json_mistake(text: str) -> int | None:
    """Return which character of a text, counted from 1, keeps it from being JSON, if one does."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return getattr(error, "pos", 0) + 1
    return None


def _number(value: Any) -> Any:
    if isinstance(value, str) and _NUMERIC.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, Decimal):
        whole = value.is_finite() and value == value.to_integral_value()
        return int(value) if whole else float(value)
    return value
