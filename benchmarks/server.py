"""A server with prepared responses, so that it hardly influences the measurement.

    python -m benchmarks.server FOLDER DELAY

The first part of a path names the file of the folder that the server sends, whatever the rest is:
`/many/api/v2/reports_manager.php` gets `many.json`. If its name begins with `dated`, the server
gives its rows dates within the requested range. `/seen` returns the times of the requests.
"""

from __future__ import annotations

import json
import sys
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks import answers

DATED = "dated"


class Server(ThreadingHTTPServer):
    """Serves the responses of a folder, on any free port.

    Args:
        folder: Folder with the responses.
        delay: Delay of each response in seconds.
    """

    daemon_threads = True

    def __init__(self, folder: Path, delay: float) -> None:
        self.bodies = {path.stem: path.read_bytes() for path in folder.glob("*.json")}
        self.delay = delay
        self.seen: list[float] = []
        self.of_window = cache(self._of_window)
        super().__init__(("127.0.0.1", 0), Handler)

    def body(self, url: str) -> bytes:
        """Return the body of the response to a request.

        Args:
            url: Path and parameters of the request.
        """
        split = urlsplit(url)
        name = split.path.split("/")[1]
        if not name.startswith(DATED):
            return self.bodies[name]
        asked = parse_qs(split.query)
        return self.of_window(name, asked["date_ini"][0], asked["date_end"][0])

    def _of_window(self, name: str, begin: str, end: str) -> bytes:
        rows = json.loads(self.bodies[name])["data"]
        return answers.of_window(rows, begin, end)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, *args: object, **kwargs: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        """Send the response after the delay, which includes the time to prepare it."""
        came = time.monotonic()
        if self.path == "/seen":
            self._send(json.dumps(self.server.seen).encode())
            return
        self.server.seen.append(came)
        body = self.server.body(self.path)
        time.sleep(max(came + self.server.delay - time.monotonic(), 0))
        self._send(body)

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Print the port, and serve until the process ends."""
    with Server(Path(sys.argv[1]), float(sys.argv[2])) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
