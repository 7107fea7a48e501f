"""The errors of the tap, and what each of them stops.

WolkvoxError
├── InputError                 a file given to the tap can't be used: no request is sent
├── RetryableError             the same request may succeed later: it is retried
│   └── ForeignError           a server in front of the API responded in its place
├── StreamError                this stream fails, the others continue
│   ├── RedirectError          a server redirects, and the token is not sent there
│   └── ResponseTooLargeError  rows may be missing: a smaller request may succeed
├── OperationError             all streams of the operation would fail alike: it stops
│   └── QuotaError             the operation's quota of today is spent
├── BudgetError                the settings allow no more requests: the rest is deferred to the
│                              next run, which is not a failure
└── RunError                   the run is over and something was not read: exit code 1

No message contains the token, a row, or text of a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TruncatedResponse:
    """A response that lacks rows, or may lack rows.

    Args:
        shown: The rows that the response has. They are never emitted. They only show how the rows
            are spread over time, so that the window can be split well.
        counted: Least number of rows that a complete response would have.
    """

    shown: Iterable[Row]
    counted: int


class WolkvoxError(Exception):
    """Base class of all errors that the tap raises on purpose; the message is one line."""


class InputError(WolkvoxError):
    """A file given to the tap (settings, state or catalog) can't be used."""


class RetryableError(WolkvoxError):
    """A request failed, but the same request may succeed later.

    Args:
        message: What happened, and what to do if it keeps happening.
        answered: Whether an HTTP response arrived.
        retry_after: Seconds to wait, as the server's `Retry-After` says; None if it says nothing.
        size_related: Whether a smaller request may succeed too.
        truncated: The response, if it lacks rows. Then the failure is always size-related.
    """

    def __init__(
        self,
        message: str,
        *,
        answered: bool = True,
        retry_after: float | None = None,
        size_related: bool = False,
        truncated: TruncatedResponse | None = None,
    ) -> None:
        super().__init__(message)
        self.answered = answered
        self.retry_after = retry_after
        self.size_related = size_related or truncated is not None
        self.truncated = truncated


class ForeignError(RetryableError):
    """A server in front of the API responded in its place, as it would to any request."""


class StreamError(WolkvoxError):
    """One stream can't be read; the other streams are not affected."""


class RedirectError(StreamError):
    """A server redirects to another place. The tap does not send the token there."""


class ResponseTooLargeError(StreamError):
    """A request asked for more rows than one response holds, or it seems so.

    Args:
        message: What happened.
        truncated: The response; None if none arrived.
    """

    def __init__(self, message: str, *, truncated: TruncatedResponse | None = None) -> None:
        super().__init__(message)
        self.truncated = truncated


class OperationError(WolkvoxError):
    """A failure that would stop every stream of the operation, such as a wrong token."""


class QuotaError(OperationError):
    """The operation's quota of today is spent."""


class BudgetError(WolkvoxError):
    """The settings allow no more requests; the rest is deferred to the next run."""


class RunError(WolkvoxError):
    """The run ended, and something was not read; the log says what."""
