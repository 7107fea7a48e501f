"""Completes a configuration: defaults, and values that came as text."""

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
