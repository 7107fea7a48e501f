"""Spool: more bytes than are to be held in memory, in a file that has no name.

It is gone with the process, however that ends: the system keeps no file that nobody could open.
"""

from __future__ import annotations

import contextlib
import tempfile
import weakref
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from tap_wolkvox.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 2**17
"""Bytes that are handled at once; a spool of fewer stays in memory."""


class Spool:
    """Bytes that are written once, one after the other, and read as often as needed."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=BLOCK)  # noqa: SIM115  # as long as this
        weakref.finalize(self, _forget, self._file)
        self.size = 0
        """Bytes it holds."""

    def write(self, data: bytes) -> None:
        """Add bytes at the end.

        Raises:
            OperationError: There is no room for them.
        """
        with _told():
            self._file.seek(self.size)
            self._file.write(data)
            # What it keeps back in memory would fail where nobody listens, once it is closed.
            self._file.flush()
        self.size += len(data)

    def read(self, begin: int = 0, size: int = -1) -> bytes:
        """Return bytes, fewer than asked for at the end.

        Args:
            begin: Position of the first.
            size: How many; all that follow, if it is negative.

        Raises:
            OperationError: They can't be read.
        """
        with _told():
            self._file.seek(begin)
            return self._file.read(size)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a spool that holds whole things of one kind.

    Args:
        spool: Where it is.
        begin: Position of its first byte.
        size: Bytes it has.
        count: Things in it.
    """

    spool: Spool
    begin: int
    size: int
    count: int

    @classmethod
    def added(cls, spool: Spool, data: bytes, count: int) -> Part:
        """Return the part that bytes become at the end of a spool."""
        begin = spool.size
        spool.write(data)
        return cls(spool, begin, len(data), count)

    def read(self) -> bytes:
        """Return its bytes."""
        return self.spool.read(self.begin, self.size)


def _forget(file: IO[bytes]) -> None:
    # What found no room is still to be written, it thinks.
    with contextlib.suppress(OSError):
        file.close()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Say of what the system refuses where it was, and what to do."""
    try:
        yield
    except OSError as error:
        raise OperationError(
            f"no temporary file can be kept ({error.strerror}): make room in the folder for "
            "temporary files, or set TMPDIR to one with room for a whole answer"
        ) from None
