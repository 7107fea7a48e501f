"""What the simulator prints when it serves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess

LAST_LINE = "Ctrl-C stops it.\n"


def greeting(process: subprocess.Popen[str]) -> tuple[str, Any]:
    """Return what a simulator prints until it serves, and the settings for the tap in it."""
    assert process.stdout
    lines = []
    # A simulator that does not start ends its output, and so the loop.
    while (line := process.stdout.readline()) not in (LAST_LINE, ""):
        lines.append(line)
    assert line == LAST_LINE, process.communicate()
    printed = "".join(lines)
    return printed, json.loads(printed[printed.index("\n{") : printed.rindex("}") + 1])
