"""Runs of the tap as forks of a process that has imported it; not for Windows, which has none."""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from threading import Lock, Thread
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, Self

from typing_extensions import override

from tests.support.jobs import MEASURED, Job, received
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.processes import Process

assert sys.platform != "win32"


def forked(arguments: list[str], folder: Path, environment: dict[str, str]) -> Process:
    """Start a run of the tap in a fork of a process that has imported it.

    Args:
        arguments: Words of the command line, without the program.
        folder: Its working folder.
        environment: All its environment variables; those that Python reads as it starts are the
            same for all runs.
    """
    python = frozenset(each for each in environment.items() if each[0].startswith("PYTHON"))
    return Fork(_server(python), Job(arguments, str(folder), environment))


@cache
def _server(python: frozenset[tuple[str, str]]) -> Server:
    other = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return Server(other | dict(python))


class Server:
    """A process that has imported the tap and forks; it ends with this one.

    Args:
        environment: Its environment variables.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._jobs, theirs = socket.socketpair()
        self._lock = Lock()
        # What is measured is the forks.
        measured = [MEASURED] * (environment.pop(MEASURED, None) is not None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server", str(theirs.fileno()), *measured],
            cwd=ROOT,
            env=environment,
            # As that of a fork, by which Python chooses how to write to it.
            stdout=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        atexit.register(self._end)

    def send(self, *descriptors: int) -> None:
        """Hand over the descriptors of a job."""
        with self._lock:
            socket.send_fds(self._jobs, [b"."], descriptors)

    def _end(self) -> None:
        self._jobs.close()
        self._process.communicate()


class Fork:
    """A running tap that a server has forked; offers what `subprocess.Popen` does.

    Args:
        server: The server.
        job: The run.
    """

    def __init__(self, server: Server, job: Job) -> None:
        output, of_output = os.pipe()
        log, of_log = os.pipe()
        ours, theirs = socket.socketpair()
        with theirs:
            server.send(of_output, of_log, theirs.fileno())
        os.close(of_output)
        os.close(of_log)
        ours.sendall(job.sent())
        self._socket = ours
        self.stdout: IO[str] = os.fdopen(output, encoding="utf-8")
        self.stderr: IO[str] = os.fdopen(log, encoding="utf-8")
        self._readers: list[_Reader] = []
        self.pid = received(ours)
        self._code: int | None = None

    @property
    def returncode(self) -> Any:
        """Its exit code, or the negative number of the signal that ended it; None if it runs."""
        return self._code

    def communicate(self, *, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end; return output and log."""
        deadline = None if timeout is None else monotonic() + timeout
        self._readers = self._readers or [_Reader(self.stdout), _Reader(self.stderr)]
        for each in self._readers:
            each.join(_until(deadline))
            if each.is_alive():
                raise subprocess.TimeoutExpired("tap_wolkvox", timeout or 0)
        self.wait(_until(deadline))
        output, log = (each.text for each in self._readers)
        return output, log

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return the exit code."""
        if self._code is None:
            ready, _, _ = select.select([self._socket], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired("tap_wolkvox", timeout or 0)
            self._code = received(self._socket)
            self._socket.close()
        return self._code

    def poll(self) -> int | None:
        """Return the exit code, if it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self._code

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """Kill it, if it runs."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._readers:
            self.stdout.close()
            self.stderr.close()
        self.wait()


class _Reader(Thread):
    """Reads a file to its end, if nobody has closed it."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(daemon=True)
        self.file = file
        self.text = ""
        self.start()

    @override
    def run(self) -> None:
        if not self.file.closed:
            with self.file:
                self.text = self.file.read()


def _until(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - monotonic())
