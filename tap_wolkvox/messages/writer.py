"""Writer of Singer messages: a thread writes them, each whole, while the tap reads on."""

from __future__ import annotations

import atexit
import codecs
import errno
import json
import os
import re
import select
import sys
import threading
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from singer_sdk.singerlib import RecordMessage, StateMessage
from singer_sdk.singerlib.encoding import SimpleSingerWriter
from singer_sdk.singerlib.json import serialize_json
from typing_extensions import override

from tap_wolkvox.errors import WolkvoxError
from tap_wolkvox.messages.batch import encoder
from tap_wolkvox.spool import Span, Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from singer_sdk.singerlib.encoding.simple import Message

    from tap_wolkvox.messages.batch import RecordBatch

AT_ONCE = 2**16
"""Bytes per write, the size of a pipe's buffer on Linux; more only for a longer message."""

STEP = 0.5
"""Seconds of each wait in a loop: on Windows, a wait without a timeout can't be interrupted."""

_NON_ASCII = re.compile(r"[^\x00-\x7f]+")


class WholeMessageWriter(SimpleSingerWriter):
    """A writer that hands messages to a thread, so that the tap need not wait for the target.

        tap      fetch 1 | fetch 2 | (waits) | fetch 3
        thread             write 1 ......... | write 2 .........

    Messages are written in their order. `write_records` returns once all earlier messages are
    written. So the tap fetches one response while the target reads another one, and never more
    than two are stored. A signal does not end the program within a message. After a signal or a
    failed write, all methods raise.
    """

    def __init__(self) -> None:
        super().__init__()
        # RECORD messages that came one by one since the last message of another type.
        self._records = Spool()
        # The last STATE message, if there was one, and whether records have followed.
        self._state = b""
        self._has_records = False
        # Lock of the attributes below; notified when `_is_writing` changes.
        self._change = threading.Condition()
        self._queue: deque[tuple[int, Sequence[Span]]] = deque()
        self._is_writing = False
        self._exit_code: int | None = None
        self._error: OSError | None = None
        atexit.register(self._finish)

    @override
    def write_message(self, message: Message) -> None:
        """Queue a message. A RECORD message is queued later, with the next other one or by `flush`.

        Raises:
            OSError: An earlier message could not be written.
            SystemExit: A signal has asked the program to exit.
        """
        line = _encoded(message) + b"\n"
        if isinstance(message, RecordMessage):
            self._has_records = True
            self._records.write(line)
            return
        if isinstance(message, StateMessage):
            self._state, self._has_records = line, False
        self.flush()
        self._enqueue([Span.added(Spool(), line, 1)])

    def write_records(self, records: RecordBatch) -> None:
        """Queue the messages of a batch, once all earlier messages are written.

        Raises:
            OSError: An earlier message could not be written.
            SystemExit: A signal has asked the program to exit.
        """
        self._has_records = True
        self._enqueue(records.parts, after_earlier=True)

    def repeat_state(self) -> None:
        """Queue the last STATE message again if records have followed it.

        Targets that were made from Singer's template discard a state when the next record comes.
        Without this message, they would emit no state at their end.

        Raises:
            OSError: An earlier message could not be written.
            SystemExit: A signal has asked the program to exit.
        """
        self.flush()
        if self._state and self._has_records:
            self._has_records = False
            self._enqueue([Span.added(Spool(), self._state, 1)])

    def flush(self) -> None:
        """Queue the RECORD messages that came one by one, once all earlier messages are written.

        Raises:
            OSError: An earlier message could not be written.
            SystemExit: A signal has asked the program to exit.
        """
        if self._records.size:
            records, self._records = self._records, Spool()
            self._enqueue([Span(records, 0, records.size, 1)], after_earlier=True)

    def drain(self) -> None:
        """Wait until all messages are written.

        Raises:
            OSError: A message could not be written.
            SystemExit: A signal has asked the program to exit.
        """
        self.flush()
        with self._change:
            self._wait_until(lambda: not self._is_writing)
            self._raise_if_stopped()

    def shut_down(self, exit_code: int) -> None:
        """Exit the program, once the thread has finished the message that it is writing.

        A second call exits at once: the target may have stopped reading.

        Raises:
            SystemExit: Always.
        """
        if self._exit_code is None:
            self._exit_code = exit_code
            with self._change:
                self._wait_until(lambda: not self._is_writing)
        sys.exit(exit_code)

    def _finish(self) -> None:
        """Wait for queued messages when the program ends, unless a signal ends it."""
        with self._change:
            self._wait_until(lambda: not self._is_writing or self._exit_code is not None)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition is true. The caller holds the lock `_change`."""
        while not self._change.wait_for(condition, STEP):
            pass

    def _enqueue(self, parts: Sequence[Span], *, after_earlier: bool = False) -> None:
        """Queue messages for the thread, and start the thread if it is not running.

        Standard output that is not a file of the system, as in tests, is written without a thread.

        Args:
            parts: Encoded messages: whole lines.
            after_earlier: Whether to wait first until all earlier messages are written.
        """
        descriptor = _descriptor()
        if descriptor is None:
            for part in parts:
                sys.stdout.write(part.read().decode())
            return
        with self._change:
            self._wait_until(lambda: not (after_earlier and self._is_writing))
            self._raise_if_stopped()
            if not self._is_writing:
                threading.Thread(target=self._write, daemon=True).start()
                # Not before `start`: a signal in between would wait for a thread that never began.
                self._is_writing = True
            self._queue.append((descriptor, parts))

    def _raise_if_stopped(self) -> None:
        """Raise the reason why no more is written, each time: a caller may have ignored the first.

        Raises:
            OSError: An earlier message could not be written.
            SystemExit: A signal has asked the program to exit.
        """
        if self._exit_code is not None:
            sys.exit(self._exit_code)
        if self._error:
            raise OSError(self._error.errno, self._error.strerror)

    def _write(self) -> None:
        """Write queued messages until the queue is empty. This is the thread."""
        while (entry := self._next()) is not None:
            descriptor, parts = entry
            try:
                for part in parts:
                    self._write_part(descriptor, part)
            except OSError as error:
                self._fail(error)
            except Exception as error:  # noqa: BLE001  # the main thread raises it, see `_fail`
                reason = str(error) if isinstance(error, WolkvoxError) else type(error).__name__
                self._fail(OSError(errno.EIO, reason))

    def _next(self) -> tuple[int, Sequence[Span]] | None:
        """Return the next entry of the queue; None to end the thread."""
        with self._change:
            # Under the same lock as the look at the queue: if the thread ends now, the next
            # `_enqueue` sees that and starts another one.
            self._is_writing = bool(self._queue) and self._exit_code is None
            self._change.notify_all()
            return self._queue.popleft() if self._is_writing else None

    def _fail(self, error: OSError) -> None:
        """Store an error for the main thread, and drop all messages in the queue."""
        with self._change:
            self._error = error
            self._queue.clear()

    def _write_part(self, descriptor: int, part: Span) -> None:
        """Write the lines of a part. After a signal, stop before the next block of lines."""
        escapes = not _is_utf_8()
        for lines in _lines(part):
            if self._exit_code is not None:
                return
            remaining = _escaped(lines) if escapes else lines
            while remaining:
                remaining = remaining[_write_some(descriptor, remaining) :]


def _write_some(descriptor: int, data: bytes) -> int:
    """Write and return the number of bytes written: 0 if the pipe was full, after a wait for room.

    A pipe that is full blocks, unless a process that shares it has made it non-blocking, as
    Node.js does.
    """
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        select.select((), (descriptor,), ())
        return 0


def _encoded(message: Message) -> bytes:
    """Return the JSON of a message."""
    content = message.to_dict()
    try:
        return encoder.encode(_plain(content))
    except UnicodeEncodeError:
        # A stream map has made text with half a surrogate pair, which has no UTF-8 form.
        return serialize_json(content).encode()


def _plain(value: Any) -> Any:
    """Return a value that `msgspec` encodes as the SDK encodes the original."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _descriptor() -> int | None:
    """Return the file descriptor of standard output; None if it is an object in memory."""
    sys.stdout.flush()
    try:
        return sys.stdout.fileno()
    except (OSError, AttributeError):
        return None


def _is_utf_8() -> bool:
    """Whether standard output is UTF-8.

    A target in the same pipeline reads in the encoding that this program has for its output.
    """
    return codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"


def _escaped(lines: bytes) -> bytes:
    """Return the same JSON in ASCII, with escapes: nearly all encodings read ASCII alike."""
    return _NON_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], lines.decode()).encode()


def _lines(part: Span) -> Iterator[bytes]:
    """Yield whole lines, as many at once as `AT_ONCE` bytes hold, but at least one.

    Raises:
        EOFError: The temporary file is shorter than it was.
    """
    begin, end, size = part.begin, part.begin + part.size, AT_ONCE
    while begin < end:
        block = part.spool.read(begin, min(size, end - begin))
        if not block:
            raise EOFError
        whole = block.rfind(b"\n") + 1
        # A line that is longer than the block is read again, with twice the size.
        size = AT_ONCE if whole else 2 * size
        begin += whole
        if whole:
            yield block[:whole]
