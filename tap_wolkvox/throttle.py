"""Throttle: one request at a time with one token, and time between their starts.

It holds between processes too: in the machine's folder for temporary files lie, named by a hash
of the token, a lock file and a file whose time of change is the start of the last request.
"""

from __future__ import annotations

import hashlib
import logging
import os
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

_FOR_ALL = 0o666

logger = logging.getLogger("tap-wolkvox")


class Throttle:
    """The turns of one token.

    Args:
        token: The token; its hash names the lock.
        interval: Least time from the start of one request to the start of the next, in seconds.
    """

    def __init__(self, token: str, interval: float) -> None:
        digest = hashlib.sha256(f"tap-wolkvox {token}".encode()).hexdigest()[:24]
        folder = Path(tempfile.gettempdir())
        # Another user of this machine may have the same token: all may use the files.
        self._lock = FileLock(folder / f"tap-wolkvox-{digest}.lock", mode=_FOR_ALL)
        self._started = folder / f"tap-wolkvox-{digest}.started"
        self._interval = interval

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a request may start, and keep others from starting one until it is over.

        Raises:
            OperationError: The lock can't be had.
        """
        try:
            self._begin()
        except OSError as error:
            raise OperationError(
                f"no lock can be had in the folder for temporary files ({error.strerror}): make it "
                "writable, or set TMPDIR to one that is"
            ) from None
        try:
            yield
        finally:
            self._lock.release()

    def _begin(self) -> None:
        self._acquire()
        try:
            time.sleep(self._wait())
            self._mark()
        except BaseException:
            self._lock.release()
            raise

    def _acquire(self) -> None:
        try:
            self._lock.acquire(blocking=False)
        except Timeout:
            logger.info("Waiting for another process that uses the same token.")
            try:
                self._lock.acquire(timeout=LONGEST_WAIT)
            except Timeout:
                raise OperationError(
                    "another process has used the same token all the time: is one stuck? End it"
                ) from None

    def _wait(self) -> float:
        try:
            passed = time.time() - self._started.stat().st_mtime
        except FileNotFoundError:
            return 0.0
        # A clock that was set back must not make a long wait of it.
        return min(max(self._interval - passed, 0.0), self._interval)

    def _mark(self) -> None:
        started = time.time_ns()
        try:
            os.utime(self._started, ns=(started, started))
        except FileNotFoundError:
            # Made anew, so that no link which somebody laid there is followed.
            os.close(os.open(self._started, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            self._started.chmod(_FOR_ALL)
        except PermissionError:
            # What belongs to another user can be marked with the present only.
            os.utime(self._started)
