"""Output: Singer messages, each written whole or not at all, while the tap already goes on."""

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
"""Bytes that are written at once, if they hold a message: as many as a pipe takes."""

STEP = 0.5
"""Seconds after which a wait begins anew: Windows hears no Ctrl-C in one that has no end."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


class WholeMessageWriter(SimpleSingerWriter):
    """A writer that leaves the waiting for the target to a thread.

    Messages come out in their order. Records are taken an answer at a time, the next one once all
    before it is written: so one is fetched while the target takes one in, and no more. A signal
    stops no message in its middle. Once the program is to be left, or a message could not be
    written, no other one is taken.
    """

    def __init__(self) -> None:
        super().__init__()
        # Records that came one by one since the last message of another kind.
        self._records = Spool()
        # The last STATE, if there was one, and whether records have followed it.
        self._state = b""
        self._has_records = False
        # Guards what follows, and tells of each change.
        self._change = threading.Condition()
        self._queue: deque[tuple[int, Sequence[Span]]] = deque()
        self._is_writing = False
        self._exit_code: int | None = None
        self._error: OSError | None = None
        atexit.register(self._finish)

    @override
    def write_message(self, message: Message) -> None:
        """Write a message; a record once another message follows, or `flush`.

        Raises:
            OSError: What came before can't be written.
            SystemExit: The program is to be left.
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
        """Write the messages of the records of an answer.

        Raises:
            OSError: What came before can't be written.
            SystemExit: The program is to be left.
        """
        self._has_records = True
        self._enqueue(records.parts, in_turn=True)

    def repeat_state(self) -> None:
        """Write the last STATE again if records have followed it.

        Targets that were made from Singer's template forget a state with the next record, and would
        end without one.

        Raises:
            OSError: What came before can't be written.
            SystemExit: The program is to be left.
        """
        self.flush()
        if self._state and self._has_records:
            self._has_records = False
            self._enqueue([Span.added(Spool(), self._state, 1)])

    def flush(self) -> None:
        """Write the records that came one by one.

        Raises:
            OSError: What came before can't be written.
            SystemExit: The program is to be left.
        """
        if self._records.size:
            records, self._records = self._records, Spool()
            self._enqueue([Span(records, 0, records.size, 1)], in_turn=True)

    def drain(self) -> None:
        """Wait until all is written.

        Raises:
            OSError: It can't be.
            SystemExit: The program is to be left.
        """
        self.flush()
        with self._change:
            self._wait_until(lambda: not self._is_writing)
            self._raise_if_stopped()

    def shut_down(self, exit_code: int) -> None:
        """Leave the program as soon as the messages in progress are written, if there are any.

        Who asks twice does not want to wait for a target that has stopped reading.

        Raises:
            SystemExit: Always.
        """
        if self._exit_code is None:
            self._exit_code = exit_code
            with self._change:
                self._wait_until(lambda: not self._is_writing)
        sys.exit(exit_code)

    def _finish(self) -> None:
        """Wait for what was handed over, where the program ends otherwise than by a signal."""
        with self._change:
            self._wait_until(lambda: not self._is_writing or self._exit_code is not None)

    def _wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait, with the lock of `_change`, until something holds."""
        while not self._change.wait_for(holds, STEP):
            pass

    def _enqueue(self, parts: Sequence[Span], *, in_turn: bool = False) -> None:
        """Let messages be written.

        Args:
            parts: They.
            in_turn: Whether all before them is to be written first.
        """
        descriptor = _descriptor()
        if descriptor is None:
            for part in parts:
                sys.stdout.write(part.read().decode())
            return
        with self._change:
            self._wait_until(lambda: not (in_turn and self._is_writing))
            self._raise_if_stopped()
            if not self._is_writing:
                threading.Thread(target=self._write, daemon=True).start()
                # Not before: a signal in between would wait for a thread that there is not.
                self._is_writing = True
            self._queue.append((descriptor, parts))

    def _raise_if_stopped(self) -> None:
        """Say again that there is no more to write, as who was told so first may not have heard."""
        if self._exit_code is not None:
            sys.exit(self._exit_code)
        if self._error:
            raise OSError(self._error.errno, self._error.strerror)

    def _write(self) -> None:
        """Write what is left, until nothing is."""
        while (put := self._next()) is not None:
            descriptor, parts = put
            try:
                for part in parts:
                    self._write_part(descriptor, part)
            except OSError as error:
                self._fail(error)
            except Exception as error:  # noqa: BLE001  # it is raised where somebody listens
                said = str(error) if isinstance(error, WolkvoxError) else type(error).__name__
                self._fail(OSError(errno.EIO, said))

    def _next(self) -> tuple[int, Sequence[Span]] | None:
        """Return what is to be written next; None, to end with."""
        with self._change:
            # In one moment: what is put after that begins anew.
            self._is_writing = bool(self._queue) and self._exit_code is None
            self._change.notify_all()
            return self._queue.popleft() if self._is_writing else None

    def _fail(self, error: OSError) -> None:
        with self._change:
            self._error = error
            self._queue.clear()

    def _write_part(self, descriptor: int, part: Span) -> None:
        escapes = not _takes_utf_8()
        for lines in _lines(part):
            if self._exit_code is not None:
                return
            left = _escaped(lines) if escapes else lines
            while left:
                left = left[_written(descriptor, left) :]


def _written(descriptor: int, data: bytes) -> int:
    """Return how many bytes were written: none where the other end takes none just now."""
    try:
        return os.write(descriptor, data)
    except BlockingIOError:
        # Whoever shares the pipe may have set it so, as Node.js does.
        select.select((), (descriptor,), ())
        return 0


def _encoded(message: Message) -> bytes:
    content = message.to_dict()
    try:
        return encoder.encode(_plain(content))
    except UnicodeEncodeError:
        # Half a surrogate pair, which a stream map has made.
        return serialize_json(content).encode()


def _plain(value: Any) -> Any:
    """Return what JSON has a form for; of anything else what the SDK makes of it."""
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
    """Return what standard output is to the system; None where it is kept in memory."""
    sys.stdout.flush()
    try:
        return sys.stdout.fileno()
    except (OSError, AttributeError):
        return None


def _takes_utf_8() -> bool:
    """Whether a target that is started as this program is reads UTF-8."""
    return codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"


def _escaped(lines: bytes) -> bytes:
    """Return the same JSON in ASCII, which is read alike in nearly all encodings."""
    return _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], lines.decode()).encode()


def _lines(part: Span) -> Iterator[bytes]:
    """Yield whole lines, as many as are to be written at once."""
    begin, end, size = part.begin, part.begin + part.size, AT_ONCE
    while begin < end:
        block = part.spool.read(begin, min(size, end - begin))
        if not block:
            raise EOFError
        whole = block.rfind(b"\n") + 1
        # One that is longer is read again, with more of it.
        size = AT_ONCE if whole else 2 * size
        begin += whole
        if whole:
            yield block[:whole]
