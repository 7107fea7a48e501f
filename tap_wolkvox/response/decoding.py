"""Decodes JSON without losing a digit of a number or a field of an object."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NoReturn

from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from tap_wolkvox.response.extractors import Row

LEADING = rb"(?:[ \t\r\n]|\xef\xbb\xbf)*+"
"""Pattern of blanks and byte order marks before a document: any number of them, in any order."""

_LEADING = re.compile(LEADING)


def without_marks(text: bytes) -> bytes:
    """Return a text without the blanks and byte order marks that it begins with."""
    leading = _LEADING.match(text)
    return text[leading.end() :] if leading else text


def decode(text: bytes) -> Any:
    """Return the value of a JSON document; numbers with a fraction become `Decimal`.

    Raises:
        ValueError: The text is not JSON. `NaN` and `Infinity` are not JSON either.
        StreamError: An object has the same field twice. A `dict` could keep only one of the two.
    """
    try:
        return json.loads(
            without_marks(text),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_object,
        )
    # `Decimal` refuses an exponent that is too large; the parser refuses too many levels.
    except (ArithmeticError, RecursionError) as error:
        raise ValueError from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> Row:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise StreamError("the answer holds an object with the same field twice: please report it")
    return row
