"""The wire: sends the bytes of one answer to the client, or breaks off."""

from __future__ import annotations

import select
import socket
import struct
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from tests.simulator.endpoints.common.answers import Answer

_LOOK_UP_EVERY = 0.02  # seconds


class Wire:
    """One connection, during one answer.

    Args:
        connection: The client's socket.
        closing: Set when the simulator closes.
        over: Called once with the status at the end of the answer; None if it was not sent whole.

    Attributes:
        keeps: Whether the connection stays open for another request.
    """

    def __init__(
        self, connection: socket.socket, closing: Event, over: Callable[[int | None], None]
    ) -> None:
        self._connection = connection
        self._closing = closing
        self._over = over
        self.keeps = True

    def send(self, answer: Answer) -> None:
        """Send the whole answer at once."""
        self.finish(answer.head() + answer.body, answer.status)

    def write(self, data: bytes) -> None:
        """Send some bytes of the answer."""
        self._connection.sendall(data)

    def finish(self, data: bytes, status: int) -> None:
        """Send the last bytes of the answer.

        It counts as ended before the very last byte: a client that has the whole answer may ask
        again at once, and must find its seat free.
        """
        self.write(data[:-1])
        self._over(status)
        self.write(data[-1:])

    def pause(self, seconds: float, *, stubborn: bool = False) -> None:
        """Send nothing for some time.

        Raises:
            ConnectionAbortedError: The simulator closes, or the client hung up. With
                ``stubborn``, only the first counts.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._closing.wait(min(left, _LOOK_UP_EVERY)):
                raise ConnectionAbortedError
            if not stubborn and self._hung_up():
                raise ConnectionAbortedError

    def close(self) -> None:
        """Send nothing more, and close the connection."""
        self.keeps = False
        self._over(None)

    def reset(self) -> None:
        """Reset the connection: the client's next read fails."""
        self.close()
        linger_for_nothing = struct.pack("ii", 1, 0)
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_for_nothing)
        # Closed here: the server would shut the connection down in order.
        socket.close(self._connection.detach())

    def _hung_up(self) -> bool:
        with suppress(OSError):
            readable, _, _ = select.select([self._connection], [], [], 0)
            return bool(readable) and not self._connection.recv(1, socket.MSG_PEEK)
        return True
