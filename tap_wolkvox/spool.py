"""Spool: bytes that do not fit into memory, in a temporary file that ends with the process.

The file is removed even if the process is killed: on POSIX it has no name, and Windows deletes it
when it is closed.
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
"""Bytes to handle at a time. A spool that holds no more than this stays in memory."""

_POSITION = threading.RLock()
"""Guards the position of a file. Only on Windows do threads need that position to read."""


class Spool:
    """Bytes that are appended once and read as often as needed.

    One thread may write. Any number of threads may read at the same time.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._file: IO[bytes] | None = None
        self.size = 0
        """Number of bytes written so far."""

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            OperationError: The temporary file can't be written.
        """
        if not self._file and self.size + len(data) <= BLOCK:
            self._buffer += data
        else:
            with explained_os_errors():
                self._put(data)
        self.size += len(data)

    def read(self, begin: int = 0, size: int | None = None) -> bytes:
        """Return bytes; fewer than `size` if the spool ends before.

        Args:
            begin: Position of the first byte.
            size: Number of bytes; None for all bytes up to the end.

        Raises:
            OperationError: The temporary file can't be read.
        """
        end = self.size if size is None else min(begin + size, self.size)
        # Read the attributes in this order. `_put` sets the file first and then empties the buffer:
        # a reader that sees the file also finds all bytes in it.
        buffer, file = self._buffer, self._file
        if not file:
            return bytes(buffer[begin:end])
        with explained_os_errors():
            return _read(file, begin, max(end - begin, 0))

    def _put(self, data: bytes) -> None:
        """Write to the file; create it first if there is none."""
        if not self._file:
            file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # open as long as the spool
            weakref.finalize(self, file.close)
            _write(file, 0, self._buffer)
            self._file, self._buffer = file, bytearray()
        # At `size`, not at the end of the file: a write that failed may have left bytes there.
        _write(self._file, self.size, data)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a spool that holds a number of whole items, such as rows.

    Args:
        spool: The spool.
        begin: Position of the first byte.
        size: Number of bytes.
        count: Number of items.
    """

    spool: Spool
    begin: int
    size: int
    count: int

    @classmethod
    def added(cls, spool: Spool, data: bytes, count: int) -> Span:
        """Append bytes to a spool and return the span that holds them."""
        begin = spool.size
        spool.write(data)
        return cls(spool, begin, len(data), count)

    def read(self) -> bytes:
        """Return the bytes of the span."""
        return self.spool.read(self.begin, self.size)


def _write(file: IO[bytes], begin: int, data: bytes | bytearray) -> None:
    remaining = memoryview(data)
    with _POSITION:
        file.seek(begin)
        # The file is unbuffered: one call may write only a part.
        while remaining:
            remaining = remaining[file.write(remaining) :]


def _read(file: IO[bytes], begin: int, size: int) -> bytes:
    """Return bytes of a file; on POSIX without its position, which all threads share."""
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
    """Turn an error of the system about a temporary file into a message that says what to do.

    Raises:
        OperationError: The system refuses the file, or there is no temporary folder.
    """
    try:
        yield
    except OSError as error:
        raise OperationError(
            f"no temporary file can be kept ({error.strerror}): make room in the folder for "
            "temporary files, or set TMPDIR to a folder that can be written, with room for a whole "
            "answer"
        ) from None
