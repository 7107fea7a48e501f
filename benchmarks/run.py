"""Measure the cost of the tap and of its alternatives.

    python benchmarks/run.py                  run all benchmarks: some minutes
    python benchmarks/run.py cpu start        run only these
    python benchmarks/run.py --small          smaller inputs, wider limits: one to three minutes
    python benchmarks/run.py --write          also write the results to docs/benchmarks.md

The script installs what it needs in this folder. The exit code is 1 if a figure exceeds its limit.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.outcome import Outcome, Size

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("memory", "wall", "cpu", "start", "requests")
ROUNDS, SMALL_ROUNDS = 7, 3


class Subject(Protocol):
    """Interface of a module with a benchmark."""

    TITLE: str
    HOW: str

    def measure(self, size: Size, /) -> Outcome:
        """Run the benchmark."""


def main() -> None:
    """Set up, measure, report whether the limits hold."""
    asked = arguments()
    if os.name != "posix":
        sys.exit("The benchmarks need Linux or macOS: other systems report no figures.")
    if not __package__:
        start_again()
    from benchmarks import page
    from benchmarks.outcome import Size

    size = Size(asked.rounds or (SMALL_ROUNDS if asked.small else ROUNDS), asked.small)
    print(page.machine(), end="\n\n", flush=True)
    found = {}
    for subject in subjects(asked.names or NAMES):
        found[subject] = subject.measure(size)
        print(page.section(subject, found[subject], size), flush=True)
    if asked.write:
        page.PAGE.write_text(page.text(found, size), encoding="utf-8", newline="\n")
    verdicts = [verdict for outcome in found.values() for verdict in outcome.verdicts]
    if all(verdict.holds(size) for verdict in verdicts):
        return
    load, *_ = os.getloadavg()  # type: ignore[attr-defined,unused-ignore]  # not on Windows
    if excuse := page.busy(load, os.cpu_count() or 1):
        print(excuse)
    sys.exit(1)


def start_again() -> NoReturn:
    """Start again in `.venv`, as a module of this package."""
    environment = str(ROOT / "scripts" / "environment.py")
    module = ("test", "-m", "benchmarks.run")
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, environment, *module, *sys.argv[1:]])  # noqa: S606


def arguments() -> argparse.Namespace:
    """Return the arguments of the command line."""
    parser = argparse.ArgumentParser(
        "benchmarks/run.py", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of {', '.join(NAMES)}")
    parser.add_argument("--small", action="store_true", help="smaller inputs, wider limits")
    parser.add_argument("--rounds", type=int, help="number of runs of each program")
    parser.add_argument("--write", action="store_true", help="write the results to the page")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    if asked.write and (asked.small or asked.names):
        parser.error("--write needs all benchmarks, without --small")
    return asked


def subjects(names: Iterable[str]) -> list[Subject]:
    """Return the benchmark modules by name."""
    from benchmarks import cpu, memory, spending, start, wall

    known: dict[str, Subject] = {
        "memory": memory,
        "wall": wall,
        "cpu": cpu,
        "start": start,
        "requests": spending,
    }
    return [known[name] for name in names]


if __name__ == "__main__":
    main()
