"""Run programs and measure the resources that they use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LAUNCHER = Path(__file__).with_name("launcher.py")

FOREIGN = ("TAP_WOLKVOX_", "COVERAGE_", "PYTHON", "LOGLEVEL")
"""Prefixes of variables that would change a run: no bytecode, say, or coverage."""

UNIT_OF_PEAK = 1 if sys.platform == "darwin" else 1024
"""Number of bytes in the unit of the kernel's peak memory."""


@dataclass(frozen=True, slots=True)
class Run:
    """Resources of one run of a program, from its start to its end.

    Args:
        wall: Wall time in seconds.
        cpu: CPU time in seconds, of all its threads and of the system on its behalf.
        peak: Peak resident memory in bytes.
    """

    wall: float
    cpu: float
    peak: int


def environment(folder: Path) -> dict[str, str]:
    """Return the environment variables of a measured program.

    Args:
        folder: Folder for its temporary files.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(FOREIGN) and not name.lower().endswith("_proxy")
    }
    return kept | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)) | {"PYTHONUTF8": "1"}


def launch(command: Sequence[str], folder: Path, output: str = os.devnull) -> Run:
    """Run a program to its end.

    Args:
        command: Its path and its arguments.
        folder: Its working folder and its folder for temporary files.
        output: File for its standard output.

    Raises:
        RuntimeError: It failed.
    """
    log = folder / "log.txt"
    asked = json.dumps([[*command], output, str(log)])
    ended = subprocess.run(
        [sys.executable, "-S", "-E", str(LAUNCHER), asked],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        check=True,
    )
    said = json.loads(ended.stdout)
    if said["code"]:
        told = log.read_text(encoding="utf-8")[-4000:]
        raise RuntimeError(f"{command} ended with {said['code']}:\n{told}")
    return Run(said["wall"], said["cpu"], said["peak"] * UNIT_OF_PEAK)


def rounds(commands: Mapping[str, Sequence[str]], folder: Path, count: int) -> dict[str, list[Run]]:
    """Return the runs of several programs, which take turns.

    The speed of a machine varies over time; programs in the same round run under the same
    conditions. Run each program once before, so that its bytecode exists.

    Args:
        commands: The programs by name.
        folder: Their working folder.
        count: Number of runs of each.
    """
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(count):
        for name, command in commands.items():
            runs[name].append(launch(command, folder))
    return runs


def usual(runs: Sequence[Run], figure: Callable[[Run], float]) -> float:
    """Return the median of a figure."""
    return median(map(figure, runs))


def ratio(runs: Sequence[Run], others: Sequence[Run], figure: Callable[[Run], float]) -> float:
    """Return the ratio of two programs' figures: the median of the ratios per round."""
    return median(figure(one) / figure(other) for one, other in zip(runs, others, strict=True))


def wall(run: Run) -> float:
    """Return the wall time in seconds."""
    return run.wall


def cpu(run: Run) -> float:
    """Return the CPU time in seconds."""
    return run.cpu
