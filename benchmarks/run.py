"""Measure what the tap costs, beside what else could be done.

    python benchmarks/run.py                  all of it, some minutes
    python benchmarks/run.py cpu start        some of it
    python benchmarks/run.py --small          smaller inputs, wider limits: one to three minutes
    python benchmarks/run.py --write          and put it into docs/benchmarks.md

It sets up what it needs in this folder. The exit code is 1 if a figure is beyond its limit.
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
    """What a module that measures something has."""

    TITLE: str
    HOW: str

    def measure(self, size: Size, /) -> Outcome:
        """Measure it."""


def main() -> None:
    """Set up, measure, say whether the limits hold."""
    asked = arguments()
    if os.name != "posix":
        sys.exit("It needs Linux or macOS: elsewhere nobody says what a process took.")
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
    """Go on in `.venv`, as a module of this package."""
    environment = str(ROOT / "scripts" / "environment.py")
    module = ("test", "-m", "benchmarks.run")
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, environment, *module, *sys.argv[1:]])  # noqa: S606


def arguments() -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(
        "benchmarks/run.py", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--small", action="store_true", help="smaller inputs, wider limits")
    parser.add_argument("--rounds", type=int, help="how often each program runs")
    parser.add_argument("--write", action="store_true", help="put it into docs/benchmarks.md")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}, but {', '.join(NAMES)}")
    if asked.write and (asked.small or asked.names):
        parser.error("the page has all of it, in full")
    return asked


def subjects(names: Iterable[str]) -> list[Subject]:
    """Return the modules that measure, by what they are called here."""
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
