"""Completes a configuration: adds defaults, and converts values that arrive as text."""

from __future__ import annotations

import ast
import json
import re
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMERIC = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_TRUTH = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def complete(config: dict[str, Any], schema: Mapping[str, Any]) -> None:
    """Add defaults and convert values to the types of the schema, in place.

    Environment variables are text, and numbers in files arrive as `Decimal`. Null and an empty
    text count as a missing setting, because some systems can only empty a variable, not remove it.
    A value that can't be converted stays unchanged, and the validation reports it.

    Args:
        config: The settings.
        schema: The JSON Schema of all settings.
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
    """Return a schema in which all settings are text, as they are in environment variables."""
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
    """Return the value of a text that is JSON or a Python literal. Meltano accepts both.

    A text that is neither, or whose value is again a text, is returned unchanged.
    """
    for read in (json.loads, _literal):
        try:
            value = read(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        return text if isinstance(value, str) else value
    return text


def _literal(text: str) -> Any:
    with warnings.catch_warnings():
        # A syntax warning would show a part of the text, which may be a secret.
        warnings.simplefilter("ignore")
        return ast.literal_eval(text)


def json_mistake(text: str) -> int | None:
    """Return the position of the first JSON error in a text, counted from 1; None if it is JSON."""
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return getattr(error, "pos", 0) + 1
    return None


def _number(value: Any) -> Any:
    if isinstance(value, str) and _NUMERIC.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, Decimal):
        is_whole = value.is_finite() and value == value.to_integral_value()
        return int(value) if is_whole else float(value)
    return value
