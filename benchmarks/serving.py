"""Start a server in a separate process, and end it."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Served:
    """A running server.

    Args:
        root: Its address, without a path.
    """

    root: str

    def api_url(self, name: str) -> str:
        """Return the base URL of an API that always sends the same response.

        Args:
            name: File name of the response, without `.json`.
        """
        return f"{self.root}/{name}/api/v2"

    def calls_url(self, name: str) -> str:
        """Return the URL from which a client without settings reads the calls."""
        return f"{self.api_url(name)}/reports_manager.php?api=cdr_1"

    @property
    def seen(self) -> list[float]:
        """Times of the requests, in seconds of the machine's monotonic clock."""
        # Proxies in the environment are for other machines.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.root}/seen") as response:
            times: list[float] = json.load(response)
        return times


@contextmanager
def serving(folder: Path, delay: float = 0) -> Iterator[Served]:
    """Serve the responses of a folder.

    Args:
        folder: Folder with the responses as JSON files.
        delay: Delay of each response in seconds.
    """
    command = [sys.executable, "-m", "benchmarks.server", str(folder), str(delay)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout  # noqa: S101  # it is a pipe
            yield Served(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()
