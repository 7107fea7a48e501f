"""Throttle: one request at a time with one token, and time between their starts.

It holds between the processes of a user too: in a folder of the user, in the machine's folder for
temporary files, lie a lock file and a file whose time of change is the start of the last request,
both named by a hash of the token.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import stat
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from tap_wolkvox.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_WAIT = 7200.0
"""Seconds to wait for another process, which may hold the lock for an hour's request."""

_FOR_THE_USER_ALONE = 0o700

logger = logging.getLogger("tap-wolkvox")


class Throttle:
    """The turns of one token.

    Args:
        token: The token; its hash names the lock.
        interval: Least time from the start of one request to the start of the next, in seconds.
    """

    def __init__(self, token: str, interval: float) -> None:
        self._folder = Path(tempfile.gettempdir()) / f"tap-wolkvox-{_user()}"
        self._name = hashlib.sha256(f"tap-wolkvox {token}".encode()).hexdigest()[:24]
        self._interval = interval

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may start, and keep others from starting one until it is over.

        Raises:
            OperationError: The lock can't be had.
        """
        try:
            lock = self._begin()
        except OSError as error:
            raise OperationError(
                f"no lock can be had in the folder for temporary files ({error.strerror}): make it "
                "writable, or set TMPDIR to one that is"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _begin(self) -> FileLock:
        _make(self._folder)
        lock = FileLock(self._folder / f"{self._name}.lock")
        started = self._folder / f"{self._name}.started"
        _acquire(lock)
        try:
            time.sleep(self._wait(started))
            _mark(started)
        except BaseException:
            lock.release()
            raise
        return lock

    def _wait(self, started: Path) -> float:
        try:
            passed = time.time() - started.stat().st_mtime
        except FileNotFoundError:
            return 0.0
        # A clock that was set back must not make a long wait of it.
        return min(max(self._interval - passed, 0.0), self._interval)


def _user() -> int:
    """Return the number of the user."""
    # Windows has no such number, here as in `st_uid`, but a folder for temporary files for each.
    user: int = getattr(os, "geteuid", lambda: 0)()
    return user


def _make(folder: Path) -> None:
    """Make the user's own folder, if it is not there.

    The folder for temporary files is open to all: what another user has laid there is not touched.

    Raises:
        OperationError: It is a link, no folder, or another user's.
        OSError: It can't be made.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(_FOR_THE_USER_ALONE)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != _user():
        raise OperationError(
            f"`{folder.name}` in the folder for temporary files is not a folder of this user: "
            "remove it, or set TMPDIR to a folder of your own"
        )


def _acquire(lock: FileLock) -> None:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        logger.info("Waiting for another process that uses the same token.")
        try:
            lock.acquire(timeout=LONGEST_WAIT)
        except Timeout:
            raise OperationError(
                "another process has used the same token all the time: is one stuck? End it"
            ) from None


def _mark(started: Path) -> None:
    """Set a file's time of change to now; to the nanosecond, which a touch is not everywhere."""
    started.touch()
    now = time.time_ns()
    os.utime(started, ns=(now, now))
