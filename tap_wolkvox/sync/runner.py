"""The run: syncs all operations and their streams, and decides what a failure stops.

- `StreamError`: the stream fails. The next stream of the operation is read.
- `OperationError`: the operation stops. The next operation is read.
- `BudgetError`: no requests are left. The streams that remain are deferred to the next run.
- `OSError`: the target is gone. The whole run stops.
"""

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
"""Streams in a row without any response of the API itself before their operation stops.

Their responses come from something in between, such as a proxy or a login page. One such stream may
be chance; to try all streams would waste requests.
"""

logger = logging.getLogger("tap-wolkvox")


def sync_all(operations: Sequence[Sequence[WolkvoxStream]], writer: WholeMessageWriter) -> None:
    """Sync the streams of all operations, as many streams as possible.

    Args:
        operations: The streams of each operation, in the order in which to read them.
        writer: The writer of the messages.

    Raises:
        RunError: A stream was not read; the log says which one and why.
    """
    failures: list[str] = []
    deferred: list[str] = []
    try:
        for streams in sorted(filter(None, operations), key=_operation_order):
            failures += _sync_operation(streams, deferred)
        writer.repeat_state()
        writer.drain()
    except OSError as error:
        # Nobody reads the messages any more, so the other streams would fail too.
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
    """Return the sort key for operations.

    The operation whose first stream was deferred the longest comes first; if that is equal, the one
    with the most deferred streams.
    """
    since = [deferred_since(stream) for stream in streams]
    return since[0], since.count(NEVER_DEFERRED)


def _sync_operation(streams: Sequence[WolkvoxStream], deferred: list[str]) -> Iterator[str]:
    """Sync the streams of an operation, and yield a line for each failure.

    Args:
        streams: The streams of the operation, in the order in which to read them.
        deferred: Receives a line for each stream that is deferred to the next run.
    """
    operation = streams[0].operation.client.operation
    prefix = f"Server {operation.server}"
    logger.info("%s: dates are in %s.", prefix, operation.zone.key)
    for position, stream in enumerate(streams):
        try:
            _sync_last(streams[: position + 1])
        except BudgetError as error:
            if error.__cause__:
                # Ids of the stream failed before the requests were used up.
                yield f"{prefix}, stream {stream.name} not read: {error.__cause__}"
            remaining = _defer_all(streams[position:], error)
            deferred += (
                f"{prefix}, stream {name}: left to the next run, {what}" for name, what in remaining
            )
            deferred.append(f"{prefix}: {error}; streams left to the next run: {len(remaining)}")
            return
        except OperationError as error:
            if isinstance(error, QuotaError):
                _defer_all(streams[position:], error)
                if error.__cause__:
                    yield f"{prefix}, stream {stream.name} not read: {error.__cause__}"
            names = ", ".join(stream.name for stream in streams[position:])
            yield f"{prefix} stopped: {error}. Not read: {names}"
            return
        except StreamError as error:
            yield f"{prefix}, stream {stream.name} not read: {error}"
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # a bug in the tap must not stop other streams
            yield f"{prefix}, stream {stream.name} not read: {unexpected(error)}"


def _sync_last(streams: Sequence[WolkvoxStream]) -> None:
    """Sync the last of some streams.

    Args:
        streams: The stream, after those that were synced before it.

    Raises:
        StreamError: The stream can't be read.
        OperationError: Neither this stream nor those just before it got a response of the API
            itself (see `MAX_FOREIGN_STREAMS`).
    """
    try:
        _sync(streams[-1])
    except StreamError as error:
        latest = [stream.stats for stream in streams if stream.stats.requests]
        latest = latest[-MAX_FOREIGN_STREAMS:]
        are_foreign = all(each.foreign_responses == each.requests for each in latest)
        if len(latest) == MAX_FOREIGN_STREAMS and are_foreign:
            what = f"{error}; so it was with {MAX_FOREIGN_STREAMS} streams in a row"
            raise OperationError(what) from None
        raise


def _sync(stream: WolkvoxStream) -> None:
    """Sync one stream, and complete its statistics and its state, also after a failure."""
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
        # Also after a failure: a bookmark covers only what is completely read.
        stream.finalize_state_progress_markers()


def _finish(stream: WolkvoxStream, *, failed: bool = False) -> None:
    """Update the checkpoint of a stream that was read to its end or failed; write it if it changed.

    Args:
        stream: The stream.
        failed: Whether the stream could not be read to its end.
    """
    saved = stream.state.checkpoint
    after = stream.reader.checkpoint_after(saved, failed=failed)
    if after != saved:
        stream.state.save_checkpoint(after)
        stream.state.write()


def _defer_all(
    streams: Sequence[WolkvoxStream], why: BudgetError | QuotaError
) -> list[tuple[str, str]]:
    """Defer streams to the next run: save a checkpoint for each of them.

    Args:
        streams: The streams. The first one was being read; the others have not begun.
        why: The reason why they are deferred.

    Returns:
        For each stream that has anything to read, its name and what remains of it.
    """
    remaining: list[tuple[str, str]] = []
    for stream in streams:
        # Requests for the quota usage make no progress, nor does the request that was refused
        # because the quota is used up.
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
    """Save the checkpoint with which the next run resumes a stream.

    Args:
        stream: The stream.
        made_progress: Whether the stream got a useful response in this run. If not, it keeps its
            place in the order of the next run (`deferred_since`).

    Returns:
        What remains, as text for the log; empty if there was nothing to read.
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
    """Return a description of an unexpected error: its type and its line of code.

    The message of the error is left out, because it could contain a row.
    """
    frames = traceback.extract_tb(error.__traceback__)
    location = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    advice = "check `stream_maps` if you set it, or report it"
    return f"unexpected {type(error).__name__} at {location}: {advice}"
