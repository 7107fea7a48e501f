"""Wall time: whether the next window is asked for while the target still works on the last."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import answers, commands, limits, rows_of
from benchmarks.measure import environment
from benchmarks.outcome import Outcome, Size, Verdict
from benchmarks.server import DATED
from benchmarks.serving import Served, serving

TITLE = "Wall time"
HOW = """\
A server that takes its time for each answer, and a target that takes its time for each window,
during which it reads nothing; a window's rows are many times what a pipe holds. One after the other
that is the sum of both, side by side about the larger one, and one window more: nothing can be
loaded before the first answer is there, or asked for after the last. The start, up to the first
request, is shown beside it and not part of the ratio."""

TARGET = Path(__file__).with_name("target.py")
ROWS = 2_000
"""Rows of a window: about 1 MB of messages, where a pipe holds 64 KiB."""

LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True, slots=True)
class Case:
    """How long it is to take.

    Args:
        windows: How many.
        seconds: How long the server and the target take for each.
        rounds: How often that is run.
    """

    windows: int
    seconds: float
    rounds: int

    @property
    def larger(self) -> float:
        """The larger of both sums, in seconds: here they are equal."""
        return self.windows * self.seconds


FULL = Case(windows=20, seconds=2, rounds=1)
SMALL = Case(windows=8, seconds=1, rounds=3)


@dataclass(frozen=True, slots=True)
class Timed:
    """How long a run took, in seconds.

    Args:
        start: Up to the first request.
        rest: From then on until the target has ended.
    """

    start: float
    rest: float


def measure(size: Size) -> Outcome:
    """Run the tap between the server and the target."""
    case = SMALL if size.small else FULL
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / f"{DATED}.json").write_bytes(answers.body(answers.calls(ROWS)))
        with serving(folder, case.seconds) as served:
            begin = _first_day(case.windows)
            command = commands.tap(served, DATED, folder, f"{begin}", f"{LAST_DAY}")
            rows_of.warm(commands.TAP, folder)
            timed = [_timed(command, served, case, folder) for _ in range(case.rounds)]
    start, rest = median(each.start for each in timed), median(each.rest for each in timed)
    ratio = rest / case.larger
    figures = (case.larger, 2 * case.larger, start, rest)
    return Outcome(
        header=["windows", "larger", "sum", "start", "measured after it", "measured / larger"],
        rows=[[str(case.windows), *(f"{each:.1f} s" for each in figures), f"{ratio:.2f}"]],
        verdicts=[Verdict(limits.WALL, ratio)],
    )


def _first_day(windows: int) -> date:
    """Return the first day of so many windows, each of which is a month."""
    years, month = divmod(12 * LAST_DAY.year + LAST_DAY.month - windows, 12)
    return date(years, month + 1, 1)


def _timed(command: tuple[str, ...], served: Served, case: Case, folder: Path) -> Timed:
    """Run the tap into a target.

    Raises:
        RuntimeError: A row is missing, or a window was asked for twice.
    """
    before = len(served.seen)
    began = time.monotonic()
    rows = _loaded(command, case.seconds, folder)
    ended = time.monotonic()
    seen = served.seen[before:]
    if rows != case.windows * ROWS or len(seen) != case.windows:
        raise RuntimeError(f"{rows} rows were loaded, for {len(seen)} requests")
    # Both processes read the clock of the machine.
    return Timed(seen[0] - began, ended - seen[0])


def _loaded(command: tuple[str, ...], seconds: float, folder: Path) -> int:
    """Return how many rows the target got."""
    read = [sys.executable, str(TARGET), str(ROWS), str(seconds)]
    with (
        (folder / "log.txt").open("wb") as log,
        subprocess.Popen(read, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as target,
    ):
        tap = subprocess.run(
            command,
            cwd=folder,
            env=environment(folder),
            stdout=target.stdin,
            stderr=log,
            check=False,
        )
        said, _ = target.communicate()
    if tap.returncode:
        raise RuntimeError((folder / "log.txt").read_text(encoding="utf-8")[-4000:])
    return int(said)
