"""The run: operation after operation, stream after stream, each apart from failures of others."""

from __future__ import annotations

import logging
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tap_wolkvox import clock, reporting
from tap_wolkvox.cursor.checkpoint import NEVER_DEFERRED
from tap_wolkvox.errors import BudgetError, OperationError, QuotaError, RunError, StreamError
from tap_wolkvox.sync.operation import deferred_since

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from tap_wolkvox.messages.writer import WholeMessageWriter
    from tap_wolkvox.streams import WolkvoxStream

MAX_FOREIGN_STREAMS = 3
"""Streams in a row that get no response of the API's own before their operation is given up."""

logger = logging.getLogger("tap-wolkvox")


def sync_all(operations: Sequence[Sequence[WolkvoxStream]], writer: WholeMessageWriter) -> None:
    """Sync the streams of all operations, as many of them as can be read.

    Args:
        operations: The streams of each operation, in the order to read them in.
        writer: What writes their messages.

    Raises:
        RunError: Something was not read; the log says what and why.
    """
    failures: list[str] = []
    deferred: list[str] = []
    try:
        for streams in sorted(filter(None, operations), key=_operation_order):
            failures += _sync_operation(streams, deferred)
        writer.repeat_state()
        writer.drain()
    except OSError as error:
        # Without anybody to read for, no other stream is better off.
        failures.append(f"the messages can't be written: {error.strerror}")
    finally:
        stats = [stream.stats for streams in operations for stream in streams]
        for line in reporting.stats_table([each for each in stats if each.seconds]):
            logger.info("%s", line)
    for line in deferred:
        logger.warning("%s", line)
    for failure in failures:
        logger.error("%s", failure)
    if failures:
        raise RunError("the run is not complete: see the lines above")


def _operation_order(streams: Sequence[WolkvoxStream]) -> tuple[datetime, int]:
    """Return what orders operations: how long one was deferred, and how many streams were not."""
    since = [deferred_since(stream) for stream in streams]
    return since[0], since.count(NEVER_DEFERRED)


def _sync_operation(streams: Sequence[WolkvoxStream], deferred: list[str]) -> Iterator[str]:
    """Sync stream after stream, and yield what failed.

    Args:
        streams: The streams of an operation, in their order.
        deferred: Takes what is deferred to the next run.
    """
    operation = streams[0].operation.client.operation
    named = f"Server {operation.server}"
    logger.info("%s: dates are in %s.", named, operation.zone.key)
    for position, stream in enumerate(streams):
        try:
            _sync_last(streams[: position + 1])
        except BudgetError as error:
            if error.__cause__:
                yield f"{named}, stream {stream.name} not read: {error.__cause__}"
            remaining = _defer_all(streams[position:], error)
            deferred += (
                f"{named}, stream {name}: left to the next run, {what}" for name, what in remaining
            )
            deferred.append(f"{named}: {error}; streams left to the next run: {len(remaining)}")
            return
        except OperationError as error:
            if isinstance(error, QuotaError):
                _defer_all(streams[position:], error)
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


def _sync_last(streams: Sequence[WolkvoxStream]) -> None:
    """Sync the last of some streams.

    Args:
        streams: It, after those that were synced before it.

    Raises:
        OperationError: Neither it nor those just before it got a response of the API's own.
    """
    try:
        _sync(streams[-1])
    except StreamError as error:
        asked = [stream.stats for stream in streams if stream.stats.requests][-MAX_FOREIGN_STREAMS:]
        are_foreign = all(each.foreign_responses == each.requests for each in asked)
        if len(asked) == MAX_FOREIGN_STREAMS and are_foreign:
            what = f"{error}; so it was with {MAX_FOREIGN_STREAMS} streams in a row"
            raise OperationError(what) from None
        raise


def _sync(stream: WolkvoxStream) -> None:
    begin, client, stats = time.monotonic(), stream.operation.client, stream.stats
    requests, quota_requests = client.requests, client.quota_requests
    foreign_responses = client.foreign_responses
    try:
        stream.sync()
        _finish(stream)
    except StreamError:
        _finish(stream, failed=True)
        raise
    finally:
        stats.seconds = time.monotonic() - begin
        stats.requests = client.requests - requests
        stats.quota_requests = client.quota_requests - quota_requests
        stats.foreign_responses = client.foreign_responses - foreign_responses
        # Bookmarks say at any time what is read whole: so also after a failure.
        stream.finalize_state_progress_markers()


def _finish(stream: WolkvoxStream, *, failed: bool = False) -> None:
    """Let the state say that nothing is left, or nothing that another run could go on with.

    Args:
        stream: A stream that was read.
        failed: Whether it could not be read to its end.
    """
    saved = stream.state.checkpoint
    after = stream.reader.checkpoint_after(saved, failed=failed)
    if after != saved:
        stream.state.save_checkpoint(after)
        stream.state.write()


def _defer_all(
    streams: Sequence[WolkvoxStream], why: BudgetError | QuotaError
) -> list[tuple[str, str]]:
    """Let the next run go on with streams, the first of which was begun.

    Args:
        streams: The streams, in their order.
        why: Why they are deferred.

    Returns:
        The names of those with anything to read, and what that is.
    """
    remaining: list[tuple[str, str]] = []
    for stream in streams:
        # Neither the question for the quota nor the request that was refused was of any use.
        stats = stream.stats
        useful = stats.requests - stats.quota_requests
        what = _defer(stream, made_progress=useful > isinstance(why, QuotaError))
        if what:
            remaining.append((stream.name, what))
        if not stats.requests:
            stats.seconds = 0.0
    streams[0].state.write()
    return remaining


def _defer(stream: WolkvoxStream, *, made_progress: bool) -> str:
    """Let the state say where the next run goes on.

    Args:
        stream: The stream.
        made_progress: Whether it has got anything in this run.

    Returns:
        What is left, for people; nothing where nothing was to be read.
    """
    saved, checkpoint = stream.state.checkpoint, stream.reader.current_checkpoint()
    what = stream.reader.describe_remaining(checkpoint)
    if made_progress and checkpoint == replace(saved, deferred_since=None):
        what = what and f"{what}: one step of it takes more than this run could spend"
    if what and not made_progress:
        checkpoint = replace(checkpoint, deferred_since=saved.deferred_since or clock.now())
    stream.state.save_checkpoint(checkpoint)
    return what


def unexpected(error: Exception) -> str:
    """Say what and where an error was that nobody foresaw; its text could hold a row."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    advice = "check `stream_maps` if you set it, or report it"
    return f"unexpected {type(error).__name__} at {place}: {advice}"
