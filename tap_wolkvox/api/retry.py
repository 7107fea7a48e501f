"""Retries: how long to wait, when to give up, and which error remains."""

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
"""Seconds; the longest wait that the tap chooses without a `Retry-After` header."""

LONGEST_ASKED_WAIT = 3600.0
"""Seconds; if `Retry-After` is longer, the tap gives up, and the next run tries again."""


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds to wait that a `Retry-After` header names, as a number or as a date.

    Args:
        header: The header; None if there is none.
        now: The current instant.

    Returns:
        None if there is no header, or if it is neither a number nor a date.
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
    """Yield the seconds to wait before each retry: 1, 2, 4 … or the `Retry-After` of the server.

    `backoff` starts the generator and sends each error into it, to get the wait for that error.
    """
    # The first value is never waited for: `backoff` only advances to the first `yield`.
    error, delay = (yield 0.0), 1.0
    while True:
        wait = min(delay, LONGEST_WAIT) if error.retry_after is None else error.retry_after
        # Jitter: several runs that failed together do not retry together.
        jittered = wait + random.random()  # noqa: S311  # not a secret
        error = yield min(jittered, max(wait, LONGEST_WAIT))
        delay *= 2


def asks_too_long(error: Exception) -> bool:
    """Whether the server asks for a longer wait than a run accepts."""
    return isinstance(error, RetryableError) and (error.retry_after or 0) > LONGEST_ASKED_WAIT


def is_too_large(error: Exception, failed: list[RetryableError]) -> bool:
    """Whether to stop retrying, because a smaller request is more likely to succeed.

    That is so if the response was truncated, or if a second failure may come from the size. A
    server that asks to wait says itself what helps.

    Args:
        error: The last failure.
        failed: The failures before it.
    """
    if (
        not isinstance(error, RetryableError)
        or not error.size_related
        or error.retry_after is not None
    ):
        return False
    return error.truncated is not None or any(before.size_related for before in failed)


def final_error(failed: list[RetryableError]) -> StreamError | OperationError:
    """Return the error of a request whose retries all failed.

    If no attempt got any response, the server can't be reached: the operation fails, not only the
    stream.

    Args:
        failed: The failures of all attempts, in their order.
    """
    last = failed[-1]
    ending = f"tried {len(failed)} times"
    if asks_too_long(last):
        ending = f"the server asks to wait {last.retry_after:.0f} s: run again then"
    message = f"{last} ({ending})"
    if last.truncated:
        return ResponseTooLargeError(message, truncated=last.truncated)
    kind = StreamError if any(error.answered for error in failed) else OperationError
    return kind(message)
