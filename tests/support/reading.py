"""Answers that are read in a test: bytes in, all rows at once out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_wolkvox.errors import ResponseTooLargeError, RetryableError
from tap_wolkvox.response import parser
from tap_wolkvox.response.gateway import Reply
from tap_wolkvox.spool import Spool

if TYPE_CHECKING:
    from tap_wolkvox.response.extractors import Row


def spooled(content: bytes) -> Spool:
    spool = Spool()
    spool.write(content)
    return spool


def rows(status: int, content: bytes, *, media: str = "", **asked: Any) -> list[Row]:
    """Return the rows of an answer; of an error that shows rows, these are at hand too."""
    try:
        found = parser.parse_response(Reply(status, spooled(content), media), **asked)
    except (RetryableError, ResponseTooLargeError) as error:
        error.truncated = error.truncated and replace(
            error.truncated, shown=list(error.truncated.shown)
        )
        raise
    read = list(found)
    assert len(found) == len(read)
    return read
