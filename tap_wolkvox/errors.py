"""What can go wrong, and how far it reaches.

WolkvoxError
├── PassingError      may pass by itself: the request is asked again
├── StreamError       this stream fails, the others go on
├── OperationError    every stream of this operation would fail alike: it stops
└── RunError          the run is over and something was not read: exit code 1

No message holds the token, a row, or text of a row.
"""

from __future__ import annotations


class WolkvoxError(Exception):
    """Anything this tap reports by itself; its text is one line for a person to read."""


class PassingError(WolkvoxError):
    """A request that failed in a way that may pass by itself.

    Args:
        message: What happened, and what to do if it stays.
        answered: Whether an HTTP answer came at all.
        retry_after: Seconds that the server asks to wait, if it does.
    """

    def __init__(
        self, message: str, *, answered: bool = True, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.answered = answered
        self.retry_after = retry_after


class StreamError(WolkvoxError):
    """A failure of one stream."""


class OperationError(WolkvoxError):
    """A failure that every stream of the operation would share."""


class RunError(WolkvoxError):
    """The run ended and something was not read; what it was is in the log."""
