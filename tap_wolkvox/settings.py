"""Settings: what can be set, and what a configuration means."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from singer_sdk import typing as th

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 3600
"""Seconds that any of the times may be set to."""

SCHEMA: dict[str, Any] = th.PropertiesList(
    th.Property(
        "server",
        th.StringType(nullable=False),
        required=True,
        title="Server",
        description="Number of your Wolkvox server, as in `wv0011.wolkvox.com`: `0011`. "
        "Quote it in YAML, or it loses its zeros.",
    ),
    th.Property(
        "token",
        th.StringType(nullable=False),
        required=True,
        secret=True,
        title="Token",
        description="API token of the operation, sent as the header `wolkvox-token`.",
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
        description="First moment to extract from endpoints that take dates (no stream does yet), "
        "as `2026-01-31` or `2026-01-31T08:00:00`; without an offset it is local time.",
    ),
    th.Property(
        "end_date",
        th.StringType(nullable=False),
        title="End date",
        description="Last moment to extract from endpoints that take dates (no stream does yet), "
        "written like `start_date`; a bare date means its whole day.",
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
        "emit_activate_version_messages",
        th.BooleanType(nullable=False),
        default=False,
        title="Emit ACTIVATE_VERSION messages",
        description="Tell the target to retire rows of FULL_TABLE streams that no longer exist.",
    ),
    additional_properties=False,
).to_dict()
"""JSON Schema of the settings of this tap; the SDK has some of its own."""

_NUMERIC = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation (tenant) of Wolkvox, with a server and a token of its own.

    Args:
        server: Its server number, as text.
        token: Its API token; never shown.
        api_url: Its base URL, filled and checked.
        zone: Its time zone.
    """

    server: str
    token: str = field(repr=False)
    api_url: str
    zone: ZoneInfo


def operation(config: Mapping[str, Any]) -> Operation:
    """Return the operation of a configuration that has no problems."""
    return Operation(
        server=config["server"],
        token=config["token"],
        api_url=filled_url(config).rstrip("/"),
        zone=ZoneInfo(config["timezone"]),
    )


def filled_url(config: Mapping[str, Any]) -> str:
    """Return the base URL with the server number where `{server}` stands."""
    url: str = config["api_url"]
    return url.replace("{server}", config["server"])


def complete(config: dict[str, Any], schema: Mapping[str, Any]) -> None:
    """Fill in the defaults, in place, and make values of text and of decimals.

    All is text in the environment, and a number is a decimal where the SDK read it from a file. A
    null is as good as a setting that is not there. What does not fit stays as it is.
    """
    for name in [name for name, value in config.items() if value is None]:
        del config[name]
    for name, declared in schema["properties"].items():
        if "default" in declared:
            config.setdefault(name, declared["default"])
        if name in config:
            config[name] = _converted(config[name], declared.get("type", ()))


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
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(value: Any) -> Any:
    if isinstance(value, str) and _NUMERIC.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, Decimal):
        whole = value.is_finite() and value == value.to_integral_value()
        return int(value) if whole else float(value)
    return value
