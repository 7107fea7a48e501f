"""Spool: more bytes than are to be held in memory, in a file that is gone with the process.

However that ends: the file has no name where the system can do that, and Windows removes it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import weakref
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from tap_wolkvox.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 2**17
"""Bytes that are handled at once; a spool of fewer stays in memory."""

_POSITION = threading.RLock()
"""Guards what only Windows shares between threads: where in a file the next byte is."""


class Spool:
    """Bytes that are written once, one after the other, and read as often as needed.

    One thread writes; any may read at the same time.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self.size = 0
        """Bytes it holds."""

    def write(self, data: bytes) -> None:
        """Add bytes at the end.

        Raises:
            OperationError: There is no room for them.
        """
        if not self._file and self.size + len(data) <= BLOCK:
            self._held += data
        else:
            with explained_os_errors():
                self._put(data)
        self.size += len(data)

    def read(self, begin: int = 0, size: int | None = None) -> bytes:
        """Return bytes, fewer than asked for at the end.

        Args:
            begin: Position of the first.
            size: How many; None for all that follow.

        Raises:
            OperationError: They can't be read.
        """
        end = self.size if size is None else min(begin + size, self.size)
        # In this order: once there is a file, it holds all of what was held.
        held, file = self._held, self._file
        if not file:
            return bytes(held[begin:end])
        with explained_os_errors():
            return _read(file, begin, max(end - begin, 0))

    def _put(self, data: bytes) -> None:
        """Write to the file, which there is from now on."""
        if not self._file:
            file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # as long as this
            weakref.finalize(self, file.close)
            _write(file, 0, self._held)
            self._file, self._held = file, bytearray()
        # Where the last whole write has ended: one that failed may have left something there.
        _write(self._file, self.size, data)


@dataclass(frozen=True, slots=True)
class Span:
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
    def added(cls, spool: Spool, data: bytes, count: int) -> Span:
        """Return the part that bytes become at the end of a spool."""
        begin = spool.size
        spool.write(data)
        return cls(spool, begin, len(data), count)

    def read(self) -> bytes:
        """Return its bytes."""
        return self.spool.read(self.begin, self.size)


def _write(file: IO[bytes], begin: int, data: bytes | bytearray) -> None:
    left = memoryview(data)
    with _POSITION:
        file.seek(begin)
        while left:
            left = left[file.write(left) :]


def _read(file: IO[bytes], begin: int, size: int) -> bytes:
    """Return so many bytes; without a position that threads would share, where that can be."""
    if not hasattr(os, "pread"):
        # Windows.
        with _POSITION:
            file.seek(begin)
            return file.read(size)
    blocks: list[bytes] = []
    while size and (block := os.pread(file.fileno(), size, begin)):
        blocks.append(block)
        begin, size = begin + len(block), size - len(block)
    return b"".join(blocks)


@contextlib.contextmanager
def explained_os_errors() -> Iterator[None]:
    """Say of what the system refuses where it was, and what to do.

    Raises:
        OperationError: The system refuses a temporary file, or knows no folder for it.
    """
    try:
        yield
    except OSError as error:
        raise OperationError(
            f"no temporary file can be kept ({error.strerror}): make room in the folder for "
            "temporary files, or set TMPDIR to a folder that can be written, with room for a whole "
            "answer"
        ) from None
