"""Clean exit of a script after Ctrl-C, a closed terminal or SIGTERM."""

from __future__ import annotations

import signal
import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

T = TypeVar("T")

# Windows has no SIGHUP.
SIGNALS = [each for each in signal.Signals if each.name in {"SIGINT", "SIGTERM", "SIGHUP"}]
"""Signals that end a script."""


def end_on_signals() -> None:
    """Let the first signal end this script by `SystemExit`, and ignore later ones.

    So context managers can clean up. A signal that is ignored, as with `nohup`, stays ignored.
    """
    for each in SIGNALS:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, _end)


def _end(number: int, _: FrameType | None) -> None:
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


@contextmanager
def entered(context: AbstractContextManager[T]) -> Iterator[T]:
    """Enter and leave a context without interruption, so that no signal leaves it half done.

    Args:
        context: The context; its enter and exit must end without a signal.
    """
    with ExitStack() as stack:
        with _undisturbed():
            value = stack.enter_context(context)
        try:
            yield value
        finally:
            with _undisturbed():
                stack.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold signals back until the block has ended."""
    came: list[int] = []
    before = {each: signal.signal(each, lambda number, _: came.append(number)) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        if came:
            signal.raise_signal(came[0])
