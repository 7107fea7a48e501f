"""Starts a server in a process of its own, and ends it."""

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
    """A server that runs.

    Args:
        root: Its address, without a path.
    """

    root: str

    def api_url(self, name: str) -> str:
        """Return the base URL of an API that always sends one of the answers.

        Args:
            name: File of the answer, without `.json`.
        """
        return f"{self.root}/{name}/api/v2"

    def calls_url(self, name: str) -> str:
        """Return the address that a client without settings reads the calls from."""
        return f"{self.api_url(name)}/reports_manager.php?api=cdr_1"

    @property
    def seen(self) -> list[float]:
        """When requests came, in seconds of the machine's monotonic clock."""
        # Proxies of the environment are for other machines.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.root}/seen") as answer:
            times: list[float] = json.load(answer)
        return times


@contextmanager
def serving(folder: Path, delay: float = 0) -> Iterator[Served]:
    """Serve the answers of a folder.

    Args:
        folder: Where they lie, as JSON files.
        delay: Seconds that each takes.
    """
    command = [sys.executable, "-m", "benchmarks.server", str(folder), str(delay)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, text=True, encoding="utf-8") as process:
        try:
            assert process.stdout  # noqa: S101  # it is a pipe
            yield Served(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()
