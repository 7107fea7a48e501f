"""What is told between the tests and the process that forks for them."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from socket import MSG_WAITALL
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket

MEASURED = "COVERAGE_PROCESS_CONFIG"
"""Environment variable by which coverage measures a process."""

NUMBER = struct.Struct("q")


@dataclass(frozen=True)
class Job:
    """A run to start.

    Args:
        arguments: Words of the command line, without the program.
        folder: The working folder.
        environment: All environment variables.
    """

    arguments: list[str]
    folder: str
    environment: dict[str, str]

    def sent(self) -> bytes:
        """Return it as a line."""
        return json.dumps(asdict(self)).encode() + b"\n"


def send(to: socket.socket, number: int) -> None:
    """Send a number."""
    to.sendall(NUMBER.pack(number))


def received(of: socket.socket) -> int:
    """Receive a number.

    Raises:
        struct.error: None comes any more.
    """
    number: int
    [number] = NUMBER.unpack(of.recv(NUMBER.size, MSG_WAITALL))
    return number
