"""Throttle: sends one request at a time with a token, with a minimum time between their starts.

It also works between all processes of a user. They share a folder of this user in the machine's
temporary folder, with two files for each token:

    tap-wolkvox-<user id>/<hash of the token>.lock       locked while a request runs
    tap-wolkvox-<user id>/<hash of the token>.started    its mtime: when the last request started
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
"""Seconds to wait for another process. One request may take up to an hour (`request_timeout`)."""

_OWNER_ONLY = 0o700

logger = logging.getLogger("tap-wolkvox")


class Throttle:
    """The throttle of one token.

    Args:
        token: The token; its hash is the name of the lock.
        interval: Minimum time from the start of one request to the start of the next, in seconds.
    """

    def __init__(self, token: str, interval: float) -> None:
        self._folder = Path(tempfile.gettempdir()) / f"tap-wolkvox-{_user()}"
        self._name = hashlib.sha256(f"tap-wolkvox {token}".encode()).hexdigest()[:24]
        self._interval = interval

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may start, and hold the lock until it ends.

        Raises:
            OperationError: The lock can't be acquired.
        """
        try:
            lock = self._start()
        except OSError as error:
            raise OperationError(
                f"no lock can be had in the folder for temporary files ({error.strerror}): make it "
                "writable, or set TMPDIR to one that is"
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _start(self) -> FileLock:
        """Return the acquired lock, once the interval is over."""
        _create(self._folder)
        lock = FileLock(self._folder / f"{self._name}.lock")
        started = self._folder / f"{self._name}.started"
        _acquire(lock)
        try:
            time.sleep(self._seconds_to_wait(started))
            _set_mtime(started)
        except BaseException:
            lock.release()
            raise
        return lock

    def _seconds_to_wait(self, started: Path) -> float:
        """Return the rest of the interval since the last request started."""
        try:
            elapsed = time.time() - started.stat().st_mtime
        except FileNotFoundError:
            return 0.0
        # If the clock was set back, the elapsed time is negative: never wait for more than the
        # interval.
        return min(max(self._interval - elapsed, 0.0), self._interval)


def _user() -> int:
    """Return the id of the user; 0 on Windows."""
    # Windows has no user ids: `st_uid` is always 0. There, each user has a temporary folder.
    user: int = getattr(os, "geteuid", lambda: 0)()
    return user


def _create(folder: Path) -> None:
    """Create the user's own folder, if it does not exist.

    All users can write to the temporary folder. So a folder of that name may belong to someone
    else, or be a link to another place.

    Raises:
        OperationError: It is a link, not a folder, or it belongs to another user.
        OSError: It can't be created.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(_OWNER_ONLY)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != _user():
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


def _set_mtime(started: Path) -> None:
    """Set the mtime of a file to now, in nanoseconds. On some systems, `touch` is less exact."""
    started.touch()
    now = time.time_ns()
    os.utime(started, ns=(now, now))
