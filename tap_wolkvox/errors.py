"""What can go wrong, and how far it reaches.

WolkvoxError
├── InputError        a file that the tap is given can't be used: nothing is asked
├── PassingError      may pass by itself: the request is asked again
│   └── ForeignError  something before the API answered in its place
├── StreamError       this stream fails, the others go on
│   ├── RedirectError something before the API answered that it is elsewhere
│   └── TooLargeError asked for less, it may go on
├── OperationError    every stream of this operation would fail alike: it stops
│   └── QuotaError    the API gives no more requests today
├── BudgetError       the settings allow no more requests: no failure, the next run goes on
└── RunError          the run is over and something was not read: exit code 1

No message holds the token, a row, or text of a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TruncatedResponse:
    """What is known of an answer that lacks rows, or may.

    Args:
        shown: The rows that it has: never to be emitted, but they tell where rows lie.
        counted: How many there are, at least.
    """

    shown: Iterable[Row]
    counted: int


class WolkvoxError(Exception):
    """Anything this tap reports by itself; its text is one line for a person to read."""


class InputError(WolkvoxError):
    """A file that the tap is given can't be used."""


class RetryableError(WolkvoxError):
    """A request that failed in a way that may pass by itself.

    Args:
        message: What happened, and what to do if it stays.
        answered: Whether an HTTP answer came at all.
        retry_after: Seconds that the server asks to wait, if it does.
        size_related: Whether it may also pass where less is asked for.
        truncated: What is known of an answer that lacks rows.
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
    """Something before the API answered in its place, as it would whatever is asked for."""


class StreamError(WolkvoxError):
    """A failure of one stream."""


class RedirectError(StreamError):
    """Something before the API answered that it is elsewhere, where the token is not sent."""


class ResponseTooLargeError(StreamError):
    """More was asked for than one answer holds, or so it seems.

    Args:
        message: What happened.
        truncated: What is known of the answer; None where there was none.
    """

    def __init__(self, message: str, *, truncated: TruncatedResponse | None = None) -> None:
        super().__init__(message)
        self.truncated = truncated


class OperationError(WolkvoxError):
    """A failure that every stream of the operation would share."""


class QuotaError(OperationError):
    """The day's quota of the operation is spent."""


class BudgetError(WolkvoxError):
    """No more requests are to be spent; what is left is for the next run."""


class RunError(WolkvoxError):
    """The run ended and something was not read; what it was is in the log."""
