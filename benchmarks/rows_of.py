"""Count printed rows, to be sure that no program is fast because it drops some."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.measure import launch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def check(commands: Mapping[str, Sequence[str]], folder: Path, count: int) -> None:
    """Run each program once, which also creates its bytecode for the measured runs.

    Args:
        commands: The programs by name.
        folder: Their working folder.
        count: Number of rows that each must print.

    Raises:
        RuntimeError: A program prints another number of rows.
    """
    output = folder / "output.jsonl"
    for name, command in commands.items():
        launch(command, folder, str(output))
        found = printed(output)
        output.unlink()
        if found != count:
            raise RuntimeError(f"{name} printed {found} rows, not {count}")


def printed(path: Path) -> int:
    """Return the number of rows in an output of Singer messages or of one row per line."""
    with path.open("rb") as lines:
        # No row has a field of this name.
        return sum(json.loads(line).get("type", "RECORD") == "RECORD" for line in lines)


def warm(program: Sequence[str], folder: Path) -> None:
    """Run a tap once, so that its bytecode exists."""
    launch((*program, "--version"), folder)
