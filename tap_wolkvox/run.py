"""The run: stream after stream, each apart from the failures of the others."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from tap_wolkvox import report
from tap_wolkvox.errors import OperationError, RunError, StreamError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_wolkvox.streams import WolkvoxStream

logger = logging.getLogger("tap-wolkvox")


def read_all(server: str, streams: Sequence[WolkvoxStream]) -> None:
    """Read the streams of one operation, as many of them as can be read.

    Args:
        server: The operation's server.
        streams: Its streams, in the order to read them in.

    Raises:
        RunError: Something was not read; the log says what and why.
    """
    try:
        failures = list(_failures(server, streams))
    finally:
        for line in report.table([stream.tally for stream in streams if stream.tally.seconds]):
            logger.info("%s", line)
    for failure in failures:
        logger.error("%s", failure)
    if failures:
        raise RunError("the run is not complete: see the lines above")


def _failures(server: str, streams: Sequence[WolkvoxStream]) -> Iterator[str]:
    """Read stream after stream, and yield what went wrong."""
    for position, stream in enumerate(streams):
        try:
            _read(stream)
        except OperationError as error:
            unread = ", ".join(left.name for left in streams[position:])
            yield f"Server {server} stopped: {error}. Not read: {unread}"
            return
        except StreamError as error:
            yield f"Server {server}, stream {stream.name} not read: {error}"
        except OSError as error:
            # Without anybody to read for, no other stream is better off.
            raise RunError(f"the messages can't be written: {error.strerror}") from None
        except Exception as error:  # noqa: BLE001  # a mistake of ours must not stop the others
            yield f"Server {server}, stream {stream.name} not read: {unexpected(error)}"


def _read(stream: WolkvoxStream) -> None:
    begin, requests = time.monotonic(), stream.connection.requests
    try:
        stream.sync()
    finally:
        stream.tally.seconds = time.monotonic() - begin
        stream.tally.requests = stream.connection.requests - requests
        # Bookmarks say at any time what is completely read: so also after a failure or a signal.
        stream.finalize_state_progress_markers()


def unexpected(error: Exception) -> str:
    """Say what and where an error was that nobody foresaw; its text could hold a row."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    advice = "check `stream_maps` if you set it, or report it"
    return f"unexpected {type(error).__name__} at {place}: {advice}"
