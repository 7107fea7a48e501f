"""Counts what came out, to be sure that nobody is fast by leaving something off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.measure import launch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def check(commands: Mapping[str, Sequence[str]], folder: Path, count: int) -> None:
    """Run each program once, which also leaves its bytecode behind for the runs that count.

    Args:
        commands: The programs by name.
        folder: Where they run.
        count: Rows that each should print.

    Raises:
        RuntimeError: One prints another number of rows.
    """
    output = folder / "output.jsonl"
    for name, command in commands.items():
        launch(command, folder, str(output))
        found = printed(output)
        output.unlink()
        if found != count:
            raise RuntimeError(f"{name} printed {found} rows, not {count}")


def printed(path: Path) -> int:
    """Return how many rows an output has: Singer messages, or a row a line."""
    with path.open("rb") as lines:
        # No row has a field of this name.
        return sum(json.loads(line).get("type", "RECORD") == "RECORD" for line in lines)


def warm(program: Sequence[str], folder: Path) -> None:
    """Let a tap leave its bytecode behind."""
    launch((*program, "--version"), folder)
