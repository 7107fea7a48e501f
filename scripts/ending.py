"""How a script ends that is told to: by Ctrl-C, a closed terminal or SIGTERM."""

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
"""What tells a script to end."""


def end_on_signals() -> None:
    """Let each signal end this script by `SystemExit`, and the first of them only.

    So what it has begun is ended in peace. What is ignored stays so, as with `nohup`.
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
    """Enter and leave a context undisturbed, so that no signal finds it half begun or half ended.

    Args:
        context: The context; what it begins has to come to an end by itself.
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
    """Keep signals back until the block is over."""
    came: list[int] = []
    before = {each: signal.signal(each, lambda number, _: came.append(number)) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        if came:
            signal.raise_signal(came[0])
