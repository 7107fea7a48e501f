"""Wall time: whether the tap requests a window while the target loads the previous one."""

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
The server delays each response, and the target pauses for each window and reads nothing meanwhile.
The rows of a window are many times larger than the buffer of a pipe. If fetching and loading run
one after the other, the total is the sum of both. If they run in parallel, it is about the larger
one plus one window: the target cannot load before the first response arrives, and the tap has
nothing to request after the last one. The start, up to the first request, has its own column and is
not part of the ratio."""

TARGET = Path(__file__).with_name("target.py")
ROWS = 2_000
"""Rows of a window: about 1 MB of messages; the buffer of a pipe has 64 KiB."""

LAST_DAY = date(2026, 10, 31)


@dataclass(frozen=True, slots=True)
class Case:
    """Duration of the measurement.

    Args:
        windows: Number of windows.
        seconds: Time that the server and the target each take per window.
        rounds: Number of runs.
    """

    windows: int
    seconds: float
    rounds: int

    @property
    def larger(self) -> float:
        """The larger of the two sums in seconds; here they are equal."""
        return self.windows * self.seconds


FULL = Case(windows=20, seconds=2, rounds=1)
SMALL = Case(windows=8, seconds=1, rounds=3)


@dataclass(frozen=True, slots=True)
class Timed:
    """Duration of a run in seconds.

    Args:
        start: Time until the first request.
        rest: Time from then until the target has ended.
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
        header=["windows", "larger", "sum", "start", "after start", "after start / larger"],
        rows=[[str(case.windows), *(f"{each:.1f} s" for each in figures), f"{ratio:.2f}"]],
        verdicts=[Verdict(limits.WALL, ratio)],
    )


def _first_day(windows: int) -> date:
    """Return the first day of a number of windows, each of one month."""
    years, month = divmod(12 * LAST_DAY.year + LAST_DAY.month - windows, 12)
    return date(years, month + 1, 1)


def _timed(command: tuple[str, ...], served: Served, case: Case, folder: Path) -> Timed:
    """Run the tap into a target.

    Raises:
        RuntimeError: A row is missing, or the tap requested a window twice.
    """
    before = len(served.seen)
    began = time.monotonic()
    rows = _loaded(command, case.seconds, folder)
    ended = time.monotonic()
    seen = served.seen[before:]
    if rows != case.windows * ROWS or len(seen) != case.windows:
        raise RuntimeError(f"the target loaded {rows} rows from {len(seen)} requests")
    # Both processes read the clock of the machine.
    return Timed(seen[0] - began, ended - seen[0])


def _loaded(command: tuple[str, ...], seconds: float, folder: Path) -> int:
    """Return the number of rows that the target received."""
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
