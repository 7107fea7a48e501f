"""The command lines of the measured programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.command_line import selection

if TYPE_CHECKING:
    from benchmarks.serving import Served

CONTENDERS = Path(__file__).with_name("contenders")
STREAM = "reports_cdr_1"

TAP = (sys.executable, "-m", "tap_wolkvox")
PLAIN_TAP = (sys.executable, str(CONTENDERS / "plain_tap.py"))


def tap(
    served: Served, name: str, folder: Path, begin: str = "2026-10-01", end: str = "2026-10-31"
) -> tuple[str, ...]:
    """Return the command of a first run of the tap that reads only calls.

    Args:
        served: The server that it reads from.
        name: Name of the response that it gets.
        folder: Folder for its files.
        begin: First day that it reads.
        end: Last day that it reads.
    """
    settings = {
        "server": "0011",
        "token": "demo-token",
        "api_url": served.api_url(name),
        "timezone": "America/Bogota",
        "start_date": begin,
        "end_date": end,
        "request_interval": 0,
    }
    config = _written(folder / f"tap-{name}.json", settings)
    catalog = _written(folder / "catalog.json", selection(STREAM))
    return (*TAP, "--config", config, "--catalog", catalog)


def plain_tap(served: Served, name: str, folder: Path) -> tuple[str, ...]:
    """Return the command of the plain tap, with the same arguments."""
    config = _written(folder / f"plain-{name}.json", {"url": served.calls_url(name)})
    return (*PLAIN_TAP, "--config", config)


def script(served: Served, name: str) -> tuple[str, ...]:
    """Return the command of the script."""
    return (sys.executable, str(CONTENDERS / "script.py"), served.calls_url(name))


def floor(served: Served, name: str) -> tuple[str, ...]:
    """Return the command of the floor, the minimum of work."""
    return (sys.executable, str(CONTENDERS / "floor.py"), served.calls_url(name))


def _written(path: Path, content: object) -> str:
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)
