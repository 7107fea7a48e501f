"""Reads the JSON of input files, in whatever encoding a shell wrote them.

PowerShell writes UTF-16. A redirection such as `tap --state s.json > s.json` empties the file
before the tap reads it. No message contains a value.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import simplejson

from tap_wolkvox.errors import InputError
from tap_wolkvox.inputs.validation import CATALOG, STATE

CONFIG = "the settings (--config)"

_IF_EMPTY = {
    CONFIG: "write the settings into it",
    CATALOG: "make one with --discover",
    STATE: "leave --state out of a first run",
}
_IF_SEVERAL = {STATE: "keep the last line"}


def settings(path: str) -> dict[str, Any]:
    """Return the settings in a file.

    Raises:
        InputError: The file can't be read, or does not hold a JSON object.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{CONFIG} can't be read: {path}: {error.strerror}") from None
    config = parsed(content, CONFIG)
    if not isinstance(config, dict):
        raise InputError(f"{CONFIG} are no JSON object, as {{…}}")
    return config


def parsed(content: bytes, name: str) -> Any:
    """Return the value of a JSON file; numbers with a fraction become `Decimal`.

    Args:
        content: The bytes of the file.
        name: Which file this is: `CONFIG`, `CATALOG` or `STATE`.

    Raises:
        InputError: The file is not JSON.
    """
    try:
        # The byte order mark, or the positions of zero bytes, tell the encoding.
        text = content.decode(json.detect_encoding(content))
    except UnicodeDecodeError:
        advice = "in PowerShell, write it with `| Out-File -Encoding utf8`"
        raise InputError(f"{name}: the file is no UTF-8: save it as such ({advice})") from None
    if not text.strip():
        raise InputError(f"{name}: the file is empty: {_IF_EMPTY[name]}")
    try:
        return _decoded(text)
    except simplejson.JSONDecodeError as error:
        if _are_several(text):
            advice = _IF_SEVERAL.get(name, "keep one of them")
            message = f"{name}: the file holds several documents, one a line: {advice}"
        else:
            position = f"line {error.lineno} column {error.colno}"
            message = f"{name}: the file is no JSON: {error.msg} at {position}"
        raise InputError(message) from None


def _decoded(text: str) -> Any:
    return simplejson.loads(text, parse_float=Decimal)


def _are_several(text: str) -> bool:
    """Whether a text is several lines, each with a JSON document, as a target writes states."""
    try:
        return len([_decoded(line) for line in text.splitlines() if line.strip()]) > 1
    except simplejson.JSONDecodeError:
        return False
