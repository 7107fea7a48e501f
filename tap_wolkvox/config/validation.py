"""Checks: what is wrong with the settings, before the first request.

No message shows a value: a mistaken setting may hold a secret.
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

_SERVER = re.compile(r"[A-Za-z0-9-]{1,16}", re.ASCII)
_PLAIN = re.compile(r"[A-Za-z0-9.:/_~\[\]-]+", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = rf"{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]+\]"
_URL = re.compile(rf"https?://(?:{_HOST})(?::\d{{1,5}})?(?:/[A-Za-z0-9./_~-]*)?", re.ASCII)
_SETTING = re.compile(r"[A-Za-z_-]{1,40}", re.ASCII)
_TOKEN = re.compile(r"[!-~]+", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_YEARS = range(2000, 3000)
"""Those that can be meant."""

_MACHINE_ZONES = ("localtime", "Factory", "posix", "right")


def problems(config: Mapping[str, Any], schema: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a configuration, a line each: the setting and the fix.

    Args:
        config: The configuration, completed.
        schema: JSON Schema of all settings, the SDK's own among them.
    """
    wrong = Draft7Validator(schema).iter_errors(config)
    found = [
        *_form_problems(config),
        *(
            _unknown(name, schema["properties"])
            for name in config
            if name not in schema["properties"]
        ),
        *(_explained(error) for error in wrong if error.absolute_path),
    ]
    # What has the wrong type already needs no second message.
    return found or list(_semantic_problems(config))


def _form_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with how the operations are named: one, or a list of them."""
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
    """Say what a schema violation means, without the value that the validator's text shows."""
    # The path goes on with names that the user chose.
    name, *within = error.absolute_path
    wanted = cast("Any", error.validator_value)
    if name == "operations" and within:
        return _explained_of_entry(error, *within)
    name = f"`{name}`"
    match error.validator:
        case "type":
            return f"setting {name} {_misfit(None if within else error.instance, wanted)}"
        case "minimum":
            return f"setting {name} must be {wanted} or more"
        case "maximum":
            return f"setting {name} must be {wanted} or less"
        case "exclusiveMinimum":
            return f"setting {name} must be more than {wanted}"
    return f"setting {name} is not valid ({error.validator}): see its description in --about"


def _misfit(value: Any, wanted: str | list[str]) -> str:
    """Say why a value has not the type that is wanted."""
    is_text = isinstance(value, str) and ("array" in wanted or "object" in wanted)
    mistake = json_mistake(value) if is_text else None
    if not mistake:
        return f"must be {_type_named(wanted)}"
    return (
        f"is no JSON: the mistake is at character {mistake} (texts stand in double quotes, and a "
        "comma only between two values)"
    )


def _explained_of_entry(error: ValidationError, position: Any, *name: Any) -> str:
    """Say what a schema violation inside of `operations` means."""
    wanted = cast("Any", error.validator_value)
    entry = f"setting `operations`, entry {position + 1}"
    match error.validator:
        case "type" if name:
            return f"{entry}: `{name[0]}` must be {_type_named(wanted)}"
        case "required":
            given = cast("Mapping[str, Any]", error.instance)
            missing = next(name for name in wanted if name not in given)
            return f"{entry}: `{missing}` is missing: set it"
        case "additionalProperties":
            return f"{entry} holds something else than `server`, `token` and `timezone`: remove it"
    return f"{entry} must be an object with `server`, `token` and, if need be, `timezone`"


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
    each = each_operation(config)
    if zone(config["timezone"]) is None:
        yield _no_zone("setting")
    for number, entry in enumerate(config.get("operations", [config]), 1):
        named = f"setting `operations`, entry {number}:" if "operations" in config else "setting"
        yield from (f"{named} {problem}" for problem in _operation_problems(entry))
        if entry is not config and "timezone" in entry and zone(entry["timezone"]) is None:
            yield _no_zone(named)
    # The server is part of a host's name, which is the same in capitals.
    if len({alone["server"].lower() for alone in each}) < len(each):
        yield "setting `operations` has the same `server` twice: name it once"
    if len({alone["token"] for alone in each}) < len(each):
        yield "setting `operations` has the same `token` twice: each operation has its own"
    if len(each) > 1 and config["emit_activate_version_messages"]:
        yield (
            "setting `emit_activate_version_messages` can't go with several `operations`: what is "
            "read of one would retire the rows of the others in the same table"
        )
    for check in (_api_url_problems, _time_problems):
        yield from dict.fromkeys(problem for alone in each for problem in check(alone))
    yield from _number_problems(config)
    if "quota_reserve" in config and config.get("max_requests") == 1:
        yield "setting `max_requests` must be 2 or more: `quota_reserve` costs one of them"


def _no_zone(named: str) -> str:
    return f"{named} `timezone` is no IANA time zone: write it as `America/Bogota`"


def _operation_problems(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the server and the token of one operation."""
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
    """Yield what is wrong with the base URL once the server of an operation is filled in."""
    problem = _url_problem(filled_url(config)) if _SERVER.fullmatch(config["server"]) else None
    if problem:
        yield f"setting `api_url` {problem}"


def _url_problem(url: str) -> str | None:
    """Return what is wrong with a filled base URL: it decides where the token is sent."""
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
    """Return the parts of a URL whose host and port can be one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts


def _is_loopback(parts: SplitResult) -> bool:
    """Whether a URL points to this machine itself."""
    host = parts.hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _time_problems(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the dates, by the clock of one operation."""
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


def _end_of(moment: datetime, text: str) -> datetime:
    """Return the last moment that an end means: a bare date is its whole day."""
    return moment if ":" in text else moment.replace(hour=23, minute=59, second=59)


def _number_problems(config: Mapping[str, Any]) -> Iterator[str]:
    for name in ("request_interval", "request_timeout"):
        if math.isnan(config[name]):
            yield f"setting `{name}` must be a number"
