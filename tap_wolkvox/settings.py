"""Settings: what can be set, and every check that can be made before the first request.

No message shows a value: a mistaken setting may hold a secret.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jsonschema import Draft7Validator, ValidationError
from singer_sdk import typing as th

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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

_SERVER = re.compile(r"[A-Za-z0-9-]{1,63}", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9.:/_~\[\]-]+", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_URL = re.compile(
    rf"https?://(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(?::\d{{1,5}})?(?:/[A-Za-z0-9./_~-]*)?",
    re.ASCII,
)
_SETTING = re.compile(r"[A-Za-z_-]{1,40}", re.ASCII)
_TOKEN = re.compile(r"[!-~]+", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_NUMERIC = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_MACHINE_ZONES = ("localtime", "Factory", "posix", "right")


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
        api_url=_filled(config).rstrip("/"),
        zone=ZoneInfo(config["timezone"]),
    )


def complete(config: dict[str, Any], schema: Mapping[str, Any]) -> None:
    """Fill in the defaults, in place, and make numbers of text and of decimals.

    A number is text in the environment, and a decimal where the SDK read it from a file. A null is
    as good as a setting that is not there.
    """
    for name in [name for name, value in config.items() if value is None]:
        del config[name]
    for name, declared in schema["properties"].items():
        if "default" in declared:
            config.setdefault(name, declared["default"])
        if _numeric(declared) and name in config:
            config[name] = _number(config[name])


def _number(value: Any) -> Any:
    """Return the number in a value, or the value itself where there is none."""
    if isinstance(value, str) and _NUMERIC.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, Decimal):
        whole = value.is_finite() and value == value.to_integral_value()
        return int(value) if whole else float(value)
    return value


def with_numbers_as_text(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema by which numbers are text, as the environment holds them."""
    properties = {
        name: {**declared, "type": "string"} if _numeric(declared) else declared
        for name, declared in schema["properties"].items()
    }
    return {**schema, "properties": properties}


def problems(config: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a configuration, a line each: the setting and the fix.

    Args:
        config: The configuration, completed.
        schema: JSON Schema of all settings, the SDK's own among them.
    """
    wrong = Draft7Validator(schema).iter_errors(config)
    found = [
        *(
            f"setting `{name}` is missing: set it"
            for name in schema["required"]
            if name not in config
        ),
        *(
            _unknown(name, schema["properties"])
            for name in config
            if name not in schema["properties"]
        ),
        *(_explained(error) for error in wrong if error.absolute_path),
    ]
    # What has the wrong type already needs no second message.
    return found or list(_semantic_problems(config))


def _explained(error: ValidationError) -> str:
    """Say what a schema violation means, without the value that the validator's text shows."""
    name = "`" + ".".join(str(part) for part in error.absolute_path) + "`"
    wanted = cast("Any", error.validator_value)
    match error.validator:
        case "type":
            return f"setting {name} must be {_type_named(wanted)}"
        case "minimum":
            return f"setting {name} must be {wanted} or more"
        case "maximum":
            return f"setting {name} must be {wanted} or less"
        case "exclusiveMinimum":
            return f"setting {name} must be more than {wanted}"
    return f"setting {name} is not valid ({error.validator}): see its description in --about"


def _unknown(name: str, known: Iterable[str]) -> str:
    if not _SETTING.fullmatch(name):
        return "a setting is not known, and its name is none: --about lists all settings"
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.8)
    advice = f"did you mean `{close[0]}`?" if close else "remove it; --about lists all settings"
    return f"setting `{name}` is not known: {advice}"


def _type_named(types: str | list[str]) -> str:
    names = {
        "string": "text: put it in quotes",
        "number": "a number",
        "integer": "a whole number",
        "boolean": "true or false",
        "array": "a list",
        "object": "an object",
    }
    wanted = [types] if isinstance(types, str) else types
    return " or ".join(names[name] for name in wanted if name in names)


def _semantic_problems(config: Mapping[str, Any]) -> Iterator[str]:
    server, token = config["server"], config["token"]
    if not _SERVER.fullmatch(server):
        yield (
            "setting `server` must be the server number alone, as `0011` for "
            "wv0011.wolkvox.com: letters, digits and `-` only"
        )
    elif problem := _url_problem(_filled(config)):
        yield f"setting `api_url` {problem}"
    if not token.strip():
        yield "setting `token` is empty: set it to the operation's API token"
    elif not _TOKEN.fullmatch(token):
        yield (
            "setting `token` holds blanks or characters that no token has: copy it again, "
            "without anything around it"
        )
    yield from _time_problems(config)
    yield from _number_problems(config)


def _filled(config: Mapping[str, Any]) -> str:
    url: str = config["api_url"]
    return url.replace("{server}", config["server"])


def _url_problem(url: str) -> str | None:
    """Return what is wrong with a filled base URL: it decides where the token is sent."""
    if not _PLAIN.fullmatch(url):
        return (
            "must be a plain URL such as https://wv{server}.wolkvox.com/api/v2: no user, query, "
            "fragment or other placeholder than {server}"
        )
    if not _URL.fullmatch(url) or not _has_port(urlsplit(url)):
        return "must begin with https:// and a host, and its port must be a number up to 65535"
    if url.startswith("http://") and not is_loopback(urlsplit(url)):
        return "must begin with https://, for http:// would send the token in the clear"
    return None


def _has_port(parts: SplitResult) -> bool:
    """Whether a URL's port, if it names one, can be one."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def is_loopback(parts: SplitResult) -> bool:
    """Whether a URL points to this machine itself."""
    host = parts.hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _time_problems(config: Mapping[str, Any]) -> Iterator[str]:
    zone = _zone(config["timezone"])
    if zone is None:
        yield "setting `timezone` is no IANA time zone: write it as `America/Bogota`"
    moments = {
        name: _moment(config[name], zone or UTC)
        for name in ("start_date", "end_date")
        if name in config
    }
    for name, moment in moments.items():
        if moment is None:
            yield f"setting `{name}` is no date: write it as `2026-01-31` or `2026-01-31T08:00:00`"
    start, end = moments.get("start_date"), moments.get("end_date")
    if start and end and end < start:
        yield "setting `end_date` is before `start_date`: nothing would be read"


def _zone(name: str) -> ZoneInfo | None:
    """Return the zone of a name that means the same on every machine."""
    try:
        return None if name.split("/", maxsplit=1)[0] in _MACHINE_ZONES else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the instant of a date or date-time; without an offset it is local time."""
    try:
        found = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None
    return found and (found if found.tzinfo else found.replace(tzinfo=zone))


def _number_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for name in ("request_interval", "request_timeout"):
        if math.isnan(config[name]):
            yield f"setting `{name}` must be a number"


def _numeric(declared: Mapping[str, Any]) -> bool:
    types = declared.get("type", ())
    return "number" in types or "integer" in types
