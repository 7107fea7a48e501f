"""Validates the settings before the first request.

No message contains a value: someone may have put a secret into the wrong setting.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jsonschema import Draft7Validator, ValidationError

from tap_wolkvox.config.completion import json_mistake
from tap_wolkvox.config.operation import each_operation, filled_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# The server number becomes part of a host name.
_SERVER = re.compile(r"[A-Za-z0-9-]{1,16}", re.ASCII)
# Characters of a base URL. It decides where the token is sent, so it may not contain a user (`@`),
# a query, a fragment, an escape (`%`) or another placeholder.
_PLAIN = re.compile(r"[A-Za-z0-9.:/_~\[\]-]+", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\]"
_URL = re.compile(rf"https?://(?:{_HOST})(?::\d{{1,5}})?(?:/[A-Za-z0-9./_~-]*)?", re.ASCII)
# What the name of a setting looks like. Other names are not shown: they may be values.
_SETTING = re.compile(r"[A-Za-z_-]{1,40}", re.ASCII)
# Printable ASCII without blanks: anything else can't be sent in a header, or is a copying error.
_TOKEN = re.compile(r"[!-~]+", re.ASCII)
# Stricter than `datetime.fromisoformat`, which also accepts `20260131` and `2026-W05`.
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_YEARS = range(2000, 3000)
"""Years that a date may have; any other is a typing error."""

# Names in the zone folder of some machines: they differ between machines, or are no zones.
_MACHINE_ZONES = ("localtime", "Factory", "posix", "right")


def problems(config: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Return the problems of a configuration, one line each: the setting and the fix.

    Args:
        config: The configuration, after `complete`.
        schema: JSON Schema of all settings, including the SDK's own.
    """
    violations = Draft7Validator(schema).iter_errors(config)
    structural = [
        *_form_problems(config),
        *(
            _unknown(name, schema["properties"])
            for name in config
            if name not in schema["properties"]
        ),
        *(_explained(error) for error in violations if error.absolute_path),
    ]
    # The checks of values need values of the right type.
    return structural or list(_semantic_problems(config))


def _form_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield problems of how operations are given: either one, or the list `operations`."""
    if "operations" not in config:
        for name in ("server", "token"):
            if name not in config:
                yield f"setting `{name}` is missing: set it, or `operations` for several"
        return
    if not config.keys().isdisjoint(("server", "token")):
        yield "setting `operations` takes the place of `server` and `token`: remove them, or it"
    if config["operations"] == []:
        yield "setting `operations` is empty: name an operation, or set `server` and `token`"


def _explained(error: ValidationError) -> str:
    """Return the message for a schema violation. The validator's own text shows the value."""
    # Only the first name is shown. The user chose the names after it.
    name, *inner_path = error.absolute_path
    expected = cast("Any", error.validator_value)
    if name == "operations" and inner_path:
        return _explained_of_entry(error, *inner_path)
    name = f"`{name}`"
    match error.validator:
        case "type":
            return f"setting {name} {_wrong_type(None if inner_path else error.instance, expected)}"
        case "minimum":
            return f"setting {name} must be {expected} or more"
        case "maximum":
            return f"setting {name} must be {expected} or less"
        case "exclusiveMinimum":
            return f"setting {name} must be more than {expected}"
    return f"setting {name} is not valid ({error.validator}): see its description in --about"


def _wrong_type(value: Any, expected: str | list[str]) -> str:
    """Return the end of a message about a value that has the wrong type."""
    is_text = isinstance(value, str) and ("array" in expected or "object" in expected)
    mistake = json_mistake(value) if is_text else None
    if not mistake:
        return f"must be {_type_named(expected)}"
    return (
        f"is no JSON: the mistake is at character {mistake} (texts stand in double quotes, and a "
        "comma only between two values)"
    )


def _explained_of_entry(error: ValidationError, position: Any, *name: Any) -> str:
    """Return the message for a schema violation in an entry of `operations`.

    Args:
        error: The violation.
        position: Index of the entry.
        *name: The field of the entry, if the violation is in a field.
    """
    expected = cast("Any", error.validator_value)
    entry = f"setting `operations`, entry {position + 1}"
    match error.validator:
        case "type" if name:
            return f"{entry}: `{name[0]}` must be {_type_named(expected)}"
        case "required":
            fields = cast("Mapping[str, Any]", error.instance)
            missing = next(name for name in expected if name not in fields)
            return f"{entry}: `{missing}` is missing: set it"
        case "additionalProperties":
            return f"{entry} holds something else than `server`, `token` and `timezone`: remove it"
    return f"{entry} must be an object with `server`, `token` and, if need be, `timezone`"


def _unknown(name: str, candidates: Iterable[str]) -> str:
    if not _SETTING.fullmatch(name):
        return "a setting is not known, and its name is none: --about lists all settings"
    close = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.8)
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
    types = [types] if isinstance(types, str) else types
    return " or ".join(names[name] for name in types if name in names)


def _semantic_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield problems of values that have the right type."""
    configs = each_operation(config)
    if zone(config["timezone"]) is None:
        yield _no_zone("setting")
    for number, entry in enumerate(config.get("operations", [config]), 1):
        prefix = f"setting `operations`, entry {number}:" if "operations" in config else "setting"
        yield from (f"{prefix} {problem}" for problem in _operation_problems(entry))
        if entry is not config and "timezone" in entry and zone(entry["timezone"]) is None:
            yield _no_zone(prefix)
    # The server number is part of a host name, in which the case does not matter.
    if len({single["server"].lower() for single in configs}) < len(configs):
        yield "setting `operations` has the same `server` twice: name it once"
    if len({single["token"] for single in configs}) < len(configs):
        yield "setting `operations` has the same `token` twice: each operation has its own"
    if len(configs) > 1 and config["emit_activate_version_messages"]:
        yield (
            "setting `emit_activate_version_messages` can't go with several `operations`: what is "
            "read of one would retire the rows of the others in the same table"
        )
    for check in (_api_url_problems, _time_problems):
        yield from dict.fromkeys(problem for single in configs for problem in check(single))
    yield from _number_problems(config)
    if "quota_reserve" in config and config.get("max_requests") == 1:
        yield "setting `max_requests` must be 2 or more: `quota_reserve` costs one of them"


def _no_zone(prefix: str) -> str:
    return f"{prefix} `timezone` is no IANA time zone: write it as `America/Bogota`"


def _operation_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield problems of the server and the token of one operation."""
    server, token = entry["server"], entry["token"]
    if not _SERVER.fullmatch(server):
        yield (
            "`server` must be the server number alone, as `0011` for "
            "wv0011.wolkvox.com: letters, digits and `-` only"
        )
    if token and token == server:
        yield "`server` is the token: set it to the server number, as `0011`"
    if not token.strip():
        yield "`token` is empty: set it to the operation's API token"
    elif not _TOKEN.fullmatch(token):
        yield (
            "`token` holds blanks or characters that no token has: copy it again, "
            "without anything around it"
        )


def _api_url_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield problems of the base URL with the server number of one operation."""
    problem = _url_problem(filled_url(config)) if _SERVER.fullmatch(config["server"]) else None
    if problem:
        yield f"setting `api_url` {problem}"


def _url_problem(url: str) -> str | None:
    """Return the problem of a base URL; None if it is safe to send the token there."""
    if not _PLAIN.fullmatch(url):
        return (
            "must be a plain URL such as https://wv{server}.wolkvox.com/api/v2: no user, query, "
            "fragment or other placeholder than {server}"
        )
    parts = _parts(url) if _URL.fullmatch(url) else None
    if parts is None:
        return "must begin with https:// and a host, and its port must be a number up to 65535"
    if url.startswith("http://") and not _is_loopback(parts):
        return "must begin with https://, for http:// would send the token in the clear"
    return None


def _parts(url: str) -> SplitResult | None:
    """Return the parts of a URL; None if its host or port is not valid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def _is_loopback(parts: SplitResult) -> bool:
    """Whether the host of a URL is this machine itself."""
    host = parts.hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _time_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield problems of the dates, in the time zone of one operation."""
    # A wrong time zone has a message of its own.
    local = zone(config["timezone"])
    moments = {
        name: _moment(config[name], local or UTC)
        for name in ("start_date", "end_date")
        if name in config
    }
    for name, moment in moments.items():
        if moment is None:
            yield f"setting `{name}` is no date: write it as `2026-01-31` or `2026-01-31T08:00:00`"
        elif moment.year not in _YEARS:
            yield f"setting `{name}` is before {_YEARS[0]} or after {_YEARS[-1]}: check its year"
    start, end = moments.get("start_date"), moments.get("end_date")
    if start and end and _end_of(end, config["end_date"]) < start:
        yield "setting `end_date` is before `start_date`: nothing would be read"


def zone(name: str) -> ZoneInfo | None:
    """Return the zone of a name; None if there is none that is the same on every machine."""
    try:
        return None if name.split("/", maxsplit=1)[0] in _MACHINE_ZONES else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the instant of a date or date-time; None if the text is neither.

    Args:
        text: The text.
        zone: The time zone of a text without an offset.
    """
    try:
        moment = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None
    return moment and (moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _end_of(moment: datetime, text: str) -> datetime:
    """Return the last second of an end date. A date without a time means its whole day."""
    return moment if ":" in text else moment.replace(hour=23, minute=59, second=59)


def _number_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the settings that are NaN, which no limit of the schema refuses."""
    for name in ("request_interval", "request_timeout"):
        if math.isnan(config[name]):
            yield f"setting `{name}` must be a number"
