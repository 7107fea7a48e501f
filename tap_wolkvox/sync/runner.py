"""The run: operation after operation, stream after stream, each apart from failures of others."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from tap_wolkvox import report
from tap_wolkvox.cursor.checkpoint import LATEST
from tap_wolkvox.errors import BudgetError, OperationError, QuotaError, RunError, StreamError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_wolkvox.messages.writer import WholeMessageWriter
    from tap_wolkvox.streams import WolkvoxStream

ENOUGH = 3
"""Streams in a row that get no answer of the API's own before their operation is given up."""

logger = logging.getLogger("tap-wolkvox")


def read_all(operations: Sequence[Sequence[WolkvoxStream]], writer: WholeMessageWriter) -> None:
    """Read the streams of all operations, as many of them as can be read.

    Args:
        operations: The streams of each operation, in the order to read them in.
        writer: What writes their messages.

    Raises:
        RunError: Something was not read; the log says what and why.
    """
    failures: list[str] = []
    left: list[str] = []
    try:
        for streams in sorted(filter(None, operations), key=_patience):
            failures += _failures(streams, left)
        writer.repeat_state()
        writer.drain()
    except OSError as error:
        # Without anybody to read for, no other stream is better off.
        failures.append(f"the messages can't be written: {error.strerror}")
    finally:
        tallies = [stream.tally for streams in operations for stream in streams]
        for line in report.table([tally for tally in tallies if tally.seconds]):
            logger.info("%s", line)
    for line in left:
        logger.warning("%s", line)
    for failure in failures:
        logger.error("%s", failure)
    if failures:
        raise RunError("the run is not complete: see the lines above")


def _patience(streams: Sequence[WolkvoxStream]) -> tuple[datetime, int]:
    """Return what orders operations: how long one has waited, and how many streams have not."""
    since = [stream.turn[0] for stream in streams]
    return since[0], since.count(LATEST)


def _failures(streams: Sequence[WolkvoxStream], left: list[str]) -> Iterator[str]:
    """Read stream after stream, and yield what went wrong.

    Args:
        streams: The streams of an operation, in their order.
        left: Takes what is left to the next run.
    """
    operation = streams[0].connection.operation
    named = f"Server {operation.server}"
    logger.info("%s: dates are in %s.", named, operation.zone.key)
    for position, stream in enumerate(streams):
        try:
            _read_next(streams[: position + 1])
        except BudgetError as error:
            if error.__cause__:
                yield f"{named}, stream {stream.name} not read: {error.__cause__}"
            unread = _leave(streams[position:], error)
            left += (
                f"{named}, stream {name}: left to the next run, {what}" for name, what in unread
            )
            left.append(f"{named}: {error}; streams left to the next run: {len(unread)}")
            return
        except OperationError as error:
            if isinstance(error, QuotaError):
                _leave(streams[position:], error)
                if error.__cause__:
                    yield f"{named}, stream {stream.name} not read: {error.__cause__}"
            names = ", ".join(stream.name for stream in streams[position:])
            yield f"{named} stopped: {error}. Not read: {names}"
            return
        except StreamError as error:
            yield f"{named}, stream {stream.name} not read: {error}"
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # a mistake of ours must not stop the others
            yield f"{named}, stream {stream.name} not read: {unexpected(error)}"


def _read_next(streams: Sequence[WolkvoxStream]) -> None:
    """Read the last of some streams.

    Args:
        streams: It, after those that were read before it.

    Raises:
        OperationError: Neither it nor those just before it got an answer of the API's own.
    """
    try:
        _read(streams[-1])
    except StreamError as error:
        asked = [stream.tally for stream in streams if stream.tally.requests][-ENOUGH:]
        if len(asked) == ENOUGH and all(tally.foreign == tally.requests for tally in asked):
            what = f"{error}; so it was with {ENOUGH} streams in a row"
            raise OperationError(what) from None
        raise


def _read(stream: WolkvoxStream) -> None:
    begin, connection = time.monotonic(), stream.connection
    requests, questions = connection.requests, connection.questions
    foreign = connection.foreign
    try:
        stream.sync()
        stream.conclude()
    except StreamError:
        stream.conclude(failed=True)
        raise
    finally:
        stream.tally.seconds = time.monotonic() - begin
        stream.tally.requests = connection.requests - requests
        stream.tally.questions = connection.questions - questions
        stream.tally.foreign = connection.foreign - foreign
        # Bookmarks say at any time what is completely read: so also after a failure.
        stream.finalize_state_progress_markers()


def _leave(
    streams: Sequence[WolkvoxStream], why: BudgetError | QuotaError
) -> list[tuple[str, str]]:
    """Let the next run go on with streams, the first of which was begun.

    Args:
        streams: The streams, in their order.
        why: Why they are left.

    Returns:
        The names of those with anything to read, and what that is.
    """
    left: list[tuple[str, str]] = []
    for stream in streams:
        # Neither the question for the quota nor the request that was refused was any service.
        tally = stream.tally
        served = tally.requests - tally.questions > isinstance(why, QuotaError)
        what = stream.leave(served=served)
        if what:
            left.append((stream.name, what))
        if not tally.requests:
            tally.seconds = 0.0
    streams[0].write_state()
    return left


def unexpected(error: Exception) -> str:
    """Say what and where an error was that nobody foresaw; its text could hold a row."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    advice = "check `stream_maps` if you set it, or report it"
    return f"unexpected {type(error).__name__} at {place}: {advice}"
