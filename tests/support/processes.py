"""Processes of the tap: forks of one that has imported it, or such as Python starts.

What they have in common is what the tests use of `subprocess.Popen`.
"""

from __future__ import annotations

import subprocess
import sys
from time import monotonic, sleep
from typing import IO, TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

PATIENCE = 600.0
"""Seconds to wait for what comes soon, unless the machine is busy."""

A_MOMENT, LONG_ENOUGH = 0.05, 10
"""Seconds between two looks, and how many of them in a row show that nothing changes."""


class Process(Protocol):
    """A running tap."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def stdout(self) -> IO[str] | None:
        """Its output."""

    @property
    def stderr(self) -> IO[str] | None:
        """Its log."""

    @property
    def returncode(self) -> Any:
        """Its exit code, or the negative number of the signal that ended it; None if it runs."""

    def communicate(self, *, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end; return output and log."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return the exit code."""

    def poll(self) -> int | None:
        """Return the exit code, if it has ended."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it runs."""

    def kill(self) -> None:
        """Kill it, if it runs."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def started(command: list[str], folder: Path, environment: dict[str, str]) -> Process:
    """Start a process as the tests usually do.

    Args:
        command: Its command line.
        folder: Its working folder.
        environment: All its environment variables.
    """
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: It does not.
    """
    deadline = monotonic() + PATIENCE
    while not holds():
        if monotonic() > deadline:
            raise TimeoutError
        sleep(A_MOMENT)


def wait_until_full(pipe: IO[str]) -> None:
    """Wait until somebody who writes to a pipe has to wait: no more comes into it.

    Raises:
        TimeoutError: Nothing comes.
    """
    wait_until(lambda: _unread(pipe))
    sizes: list[int] = []
    while len(sizes) < LONG_ENOUGH or len({*sizes[-LONG_ENOUGH:]}) > 1:
        sizes.append(_unread(pipe))
        sleep(A_MOMENT)


if sys.platform == "win32":

    def _unread(pipe: IO[str]) -> int:
        raise NotImplementedError

else:
    import fcntl
    import termios

    def _unread(pipe: IO[str]) -> int:
        size = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
        return int.from_bytes(size, sys.byteorder)
