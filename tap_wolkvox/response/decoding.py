"""Decoding: JSON as this tap reads it. No digit of a number is lost, and no field."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from tap_wolkvox.response.extractors import Row

LEADING = rb"(?:[ \t\r\n]|\xef\xbb\xbf)*+"
"""Blanks and byte order marks: before a document they carry nothing, in whatever number."""

_LEADING = re.compile(LEADING)


def without_marks(text: bytes) -> bytes:
    """Return a text from its first sign on that carries anything."""
    begin = _LEADING.match(text)
    return text[begin.end() :] if begin else text


def decode(text: bytes) -> Any:
    """Return what JSON holds; numbers with a fraction are exact.

    Raises:
        ValueError: It is no JSON, as `NaN` is none.
        StreamError: An object has the same field twice: of the two, only one could be kept.
    """
    try:
        return json.loads(
            without_marks(text),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    except (ArithmeticError, RecursionError) as error:
        raise ValueError from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> Row:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise StreamError("the answer holds an object with the same field twice: please report it")
    return made
