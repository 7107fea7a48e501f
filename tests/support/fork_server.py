"""The tap without the time to import it: a process that has done so, and forks for each run.

Each fork becomes what `python -m tap_wolkvox` is once its imports are done, and ends as that does.
Most runs of the tests start so: to import the SDK takes longer than what they are about.
"""

from __future__ import annotations

import inspect
import json
import os
import runpy
import select
import socket
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.jobs import MEASURED, Job, send

if TYPE_CHECKING:
    from types import ModuleType

assert sys.platform != "win32"

SET_CLOCK = Path(__file__).parent / "set_clock" / "sitecustomize.py"


@dataclass(frozen=True)
class Child:
    """A run that was started, and who is told how it ended."""

    pid: int
    client: socket.socket

    def end(self) -> None:
        """Tell how it ended."""
        _, status = os.waitpid(self.pid, 0)
        with suppress(BrokenPipeError, ConnectionResetError), self.client:
            send(self.client, os.waitstatus_to_exitcode(status))


def serve(jobs: socket.socket) -> Job:
    """Fork for each job, until there is nobody to send one; return it in its fork.

    Args:
        jobs: Brings, for each job, the descriptors of its output, its log, and of a socket that
            brings the job, in a line, and takes its process id and its exit code.

    Raises:
        SystemExit: There is no more to do.
    """
    running: dict[int, Child] = {}
    while True:
        ready, _, _ = select.select([jobs.fileno(), *running], [], [])
        for ended in running.keys() & {*ready}:
            os.close(ended)
            running.pop(ended).end()
        if jobs.fileno() in ready and (job := _forked(jobs, running)):
            return job


def _forked(jobs: socket.socket, running: dict[int, Child]) -> Job | None:
    """Start the next job; return it in its fork."""
    message, descriptors, _, _ = socket.recv_fds(jobs, 1, 3)
    if not message:
        sys.exit()
    output, log, client = descriptors
    told = socket.socket(fileno=client)
    with told.makefile("rb") as lines:
        job = Job(**json.loads(lines.readline()))
    # A descriptor that ends with the process that holds its other end.
    ended, held = os.pipe()
    pid = os.fork()
    running[ended] = Child(pid, told)
    if not pid:
        os.dup2(output, 1)
        os.dup2(log, 2)
    for each in (output, log):
        os.close(each)
    if not pid:
        _leave(jobs, running)
        return job
    os.close(held)
    send(told, pid)
    return None


def _leave(jobs: socket.socket, running: dict[int, Child]) -> None:
    """Close what is the server's."""
    jobs.close()
    for ended, child in running.items():
        os.close(ended)
        child.client.close()


def become(job: Job, program: ModuleType) -> None:
    """Be the process that was asked for.

    Args:
        job: What was asked for.
        program: What is run.
    """
    os.environ.clear()
    os.environ.update(job.environment)
    time.tzset()
    os.chdir(job.folder)
    sys.argv = [str(program.__file__), *job.arguments]
    sys.path[0] = job.folder
    sys.modules["__main__"] = program
    if MEASURED in os.environ:
        import coverage  # noqa: PLC0415  # only if it is to measure

        coverage.process_startup()
    if "SIMULATED_NOW" in os.environ:
        runpy.run_path(str(SET_CLOCK))


if __name__ == "__main__":
    # Here alone: it prepares signals for its own process.
    from tap_wolkvox import __main__ as tap

    if sys.argv[2:] == [MEASURED]:
        import coverage  # noqa: F401  # once, for all forks

        # As coverage does at its start: what is found out about the modules is kept.
        inspect.stack()
    become(serve(socket.socket(fileno=int(sys.argv[1]))), tap)
    tap.main()
