"""Output: Singer messages, each written whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from singer_sdk.singerlib.encoding import SimpleSingerWriter
from typing_extensions import override

if TYPE_CHECKING:
    from singer_sdk.singerlib.encoding.simple import Message


class WholeMessageWriter(SimpleSingerWriter):
    """A writer that a signal does not stop in the middle of a line."""

    def __init__(self) -> None:
        super().__init__()
        self._writing = False
        self._exit_code: int | None = None

    @override
    def write_message(self, message: Message) -> None:
        """Write one message, then leave if a signal asked for it meanwhile."""
        self._writing = True
        try:
            _write_whole(f"{self.format_message(message)}\n")
        except BaseException:
            _abandon()
            raise
        finally:
            self._writing = False
        if self._exit_code is not None:
            sys.exit(self._exit_code)

    def leave(self, exit_code: int) -> None:
        """Leave the program: now, or as soon as the message in progress is written.

        Who asks twice does not want to wait for a target that has stopped reading.

        Raises:
            SystemExit: No message is in progress, or it is asked for again.
        """
        if self._writing and self._exit_code is None:
            self._exit_code = exit_code
        else:
            sys.exit(exit_code)


def _write_whole(line: str) -> None:
    """Write a line to the end.

    Where Python does not buffer its output (PYTHONUNBUFFERED), a signal makes a write end early,
    and what is left of the line would be lost.
    """
    stream = getattr(sys.stdout, "buffer", None)
    if stream is None:
        sys.stdout.write(line)
        return
    left = line.encode()
    while left:
        left = left[stream.write(left) :]
    stream.flush()


def _abandon() -> None:
    """Let nothing follow a line that was not written to its end, and nothing wait for a reader."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
