"""Start: the cost of `--version` and `--discover`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import commands, limits
from benchmarks.measure import Run, cpu, launch, ratio, rounds, usual, wall
from benchmarks.outcome import Outcome, Size, Verdict

TITLE = "Start"
HOW = """\
The tap with all its streams is compared with the plain tap with its one stream. Ratios are ratios
of wall time."""

ASKED = {"--version": limits.VERSION, "--discover": limits.DISCOVER}


def measure(size: Size) -> Outcome:
    """Start both taps with each option."""
    programs = {"plain tap": commands.PLAIN_TAP, "tap": commands.TAP}
    contenders = {f"{name} {word}": (*program, word) for word in ASKED
                  for name, program in programs.items()}  # fmt: skip
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for command in contenders.values():
            launch(command, folder)
        runs = rounds(contenders, folder, size.rounds)
    return Outcome(
        header=["", "wall", "CPU", "tap / plain tap"],
        rows=[_row(name, runs) for name in contenders],
        verdicts=[
            Verdict(limit, ratio(runs[f"tap {word}"], runs[f"plain tap {word}"], wall))
            for word, limit in ASKED.items()
        ],
    )


def _row(name: str, runs: dict[str, list[Run]]) -> list[str]:
    times = [f"{usual(runs[name], figure):.2f} s" for figure in (wall, cpu)]
    other = f"plain {name}"
    return [name, *times, f"{ratio(runs[name], runs[other], wall):.2f}" if other in runs else ""]
