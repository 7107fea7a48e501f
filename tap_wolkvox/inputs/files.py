"""Input files: the JSON of the files that the tap is given, whoever has written them.

PowerShell writes UTF-16, and a shell empties a file before it is read. No message shows a value.
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
        InputError: It can't be read, or holds no object.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{CONFIG} can't be read: {path}: {error.strerror}") from None
    held = parsed(content, CONFIG)
    if not isinstance(held, dict):
        raise InputError(f"{CONFIG} are no JSON object, as {{…}}")
    return held


def parsed(content: bytes, name: str) -> Any:
    """Return what a file holds; numbers with a fraction are exact.

    Args:
        content: The bytes of the file.
        name: What the file is to the tap: `CONFIG`, `CATALOG` or `STATE`.

    Raises:
        InputError: It is no JSON.
    """
    try:
        # By its mark, or by where its zero bytes are.
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
            what = f"{name}: the file holds several documents, one a line: {advice}"
        else:
            place = f"line {error.lineno} column {error.colno}"
            what = f"{name}: the file is no JSON: {error.msg} at {place}"
        raise InputError(what) from None


def _decoded(text: str) -> Any:
    return simplejson.loads(text, parse_float=Decimal)


def _are_several(text: str) -> bool:
    """Whether a text has JSON documents in several lines, one in each."""
    try:
        return len([_decoded(line) for line in text.splitlines() if line.strip()]) > 1
    except simplejson.JSONDecodeError:
        return False
