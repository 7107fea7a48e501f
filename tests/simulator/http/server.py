"""The HTTP server: reads requests, passes them to the API or a control page, sends answers."""

from __future__ import annotations

import socket
import socketserver
import sys
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import SplitResult, parse_qsl, urlsplit
from weakref import WeakSet

from tests.simulator.endpoints.common.answers import NOT_FOUND
from tests.simulator.http.journal import Journal, Request
from tests.simulator.http.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.simulator.endpoints.common.answers import Answer
    from tests.simulator.http.api import Api, Outcome
    from tests.simulator.http.control import Control

HOST = "127.0.0.1"
CONTROL = "/simulator/"
_LOOK_UP_EVERY = 0.01  # seconds between checks whether to stop

# The type in socketserver. Only the first occurs here.
Accepted: TypeAlias = socket.socket | tuple[bytes, socket.socket]


@dataclass(frozen=True)
class Backend:
    """What answers the requests to one operation."""

    api: Api
    journal: Journal
    control: Control


@dataclass
class Visit:
    """One request, from its arrival to its end."""

    backend: Backend
    number: int
    outcome: Outcome | None = None
    over: bool = False

    def end(self, status: int | None) -> None:
        """Free the seat and note the end in the journal, once."""
        if self.over:
            return
        self.over = True
        if self.outcome is not None:
            self.backend.api.leave(self.outcome)
        cost = self.outcome.cost if self.outcome else 0
        self.backend.journal.close(self.number, status=status, cost=cost)


class Server(ThreadingHTTPServer):
    """One thread per connection. ``close`` ends all of them, also those that hang.

    Args:
        port: Where to listen; 0 for any free port.
        backends: By the start of the path. An empty start fits every request.
    """

    daemon_threads = False  # `close` waits for threads that are no daemons
    request_queue_size = 64
    # On Windows the option would let two servers share a port.
    allow_reuse_address = sys.platform != "win32"

    def __init__(self, port: int, backends: Mapping[str, Backend]) -> None:
        self.backends = backends
        self.closing = Event()
        self._connections: WeakSet[socket.socket] = WeakSet()
        super().__init__((HOST, port), Handler)
        self._thread = Thread(target=self.serve_forever, args=(_LOOK_UP_EVERY,), name="simulator")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def url(self, prefix: str = "") -> str:
        """The URL of the API under ``prefix``."""
        return f"http://{HOST}:{self.port}{prefix}/api/v2"

    def find(self, path: str) -> tuple[Backend, str] | None:
        """The backend for a path, and the rest of the path; None if there is none."""
        for prefix, backend in self.backends.items():
            if not prefix or path.startswith(f"{prefix}/"):
                return backend, path.removeprefix(prefix)
        return None

    def server_bind(self) -> None:
        """Bind without a look-up of the host's name: that can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.port

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and wait until every thread and socket is gone."""
        self.closing.set()
        self.shutdown()
        self._thread.join()
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection, and keep it to close it later."""
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def handle_error(self, request: Accepted, client_address: object) -> None:
        """Say nothing of a client that leaves. Any other error is a bug of the simulator."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, *args: object, **kwargs: object) -> None:
        """Log nothing: the journal has the requests."""

    def do_GET(self) -> None:
        """Answer a request."""
        self._answer()

    def _answer(self) -> None:
        url = urlsplit(self.path)
        body = self._body()
        found = self.server.find(url.path)
        if found is None:
            self._send(NOT_FOUND)
            return
        backend, path = found
        if path.startswith(CONTROL):
            self._send(backend.control.answer(self.command, path, body))
        else:
            self._api(backend, self._request(url._replace(path=path), body))

    def _body(self) -> bytes:
        """The body. The connection stays open only after a GET with a known length."""
        length = self.headers.get("Content-Length", "0")
        self.close_connection |= self.command != "GET" or not length.isdecimal()
        return self.rfile.read(int(length)) if length.isdecimal() else b""

    def _request(self, url: SplitResult, body: bytes) -> Request:
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        return Request(self.command, url.path, query, self.headers.get("wolkvox-token"), body)

    def _api(self, backend: Backend, request: Request) -> None:
        visit = Visit(backend, backend.journal.open(request))
        wire = self._wire(visit.end)
        try:
            visit.outcome = backend.api.receive(request)
            visit.outcome.fault.apply(wire, visit.outcome.answer)
        except ConnectionError:
            wire.keeps = False
        finally:
            visit.end(None)
            self.close_connection |= not wire.keeps

    def _send(self, answer: Answer) -> None:
        self._wire(lambda _: None).send(answer)

    def _wire(self, over: Callable[[int | None], None]) -> Wire:
        return Wire(self.connection, self.server.closing, over)


# The API refuses these, not the library with a page of its own.
for _method in ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
    setattr(Handler, f"do_{_method}", Handler.do_GET)
