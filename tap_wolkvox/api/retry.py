"""Retries: what is tried again, after how long, and what remains when nothing helps."""

from __future__ import annotations

import email.utils
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tap_wolkvox.errors import (
    OperationError,
    ResponseTooLargeError,
    RetryableError,
    StreamError,
)

if TYPE_CHECKING:
    from collections.abc import Generator

LONGEST_WAIT = 60.0
"""Seconds; the longest wait between two tries that this tap chooses by itself."""

LONGEST_ASKED_WAIT = 3600.0
"""Seconds; a server that asks to wait longer is left alone until the next run."""


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for: a number, or a date.

    Args:
        header: The header, or None where there is none.
        now: The present, to count from.
    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = email.utils.parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - now).total_seconds(), 0.0)


def waits() -> Generator[float, RetryableError, None]:
    """Yield the seconds to wait before each retry: 1, 2, 4 … or what the server asked for.

    It is sent the error that the wait is for, as `backoff` does.
    """
    error, own = (yield 0.0), 1.0
    while True:
        wait = min(own, LONGEST_WAIT) if error.retry_after is None else error.retry_after
        jittered = wait + random.random()  # noqa: S311  # no secret
        error = yield min(jittered, max(wait, LONGEST_WAIT))
        own *= 2


def asks_too_long(error: Exception) -> bool:
    """Whether the server asks to wait longer than a run should."""
    return isinstance(error, RetryableError) and (error.retry_after or 0) > LONGEST_ASKED_WAIT


def is_too_large(error: Exception, failed: list[RetryableError]) -> bool:
    """Whether to ask for less at once: of an answer that is cut, or after one retry."""
    if (
        not isinstance(error, RetryableError)
        or not error.size_related
        or error.retry_after is not None
    ):
        return False
    return error.truncated is not None or any(before.size_related for before in failed)


def final_error(failed: list[RetryableError]) -> StreamError | OperationError:
    """Return what is left of requests that all failed: the reach depends on all of them."""
    last = failed[-1]
    ending = f"tried {len(failed)} times"
    if asks_too_long(last):
        ending = f"the server asks to wait {last.retry_after:.0f} s: run again then"
    message = f"{last} ({ending})"
    if last.truncated:
        return ResponseTooLargeError(message, truncated=last.truncated)
    reach = StreamError if any(error.answered for error in failed) else OperationError
    return reach(message)
