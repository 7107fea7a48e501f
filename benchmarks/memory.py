"""Memory: peak resident memory while a program reads one large response."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import answers, commands, limits, rows_of
from benchmarks.measure import Run, rounds, usual
from benchmarks.outcome import MB, Outcome, Size, Verdict
from benchmarks.serving import serving

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.serving import Served

TITLE = "Memory"
HOW = """\
The programs read one response of 59,999 rows, one row below the API's limit. Text added to the
comments makes the response as large as the column says (1 MB is 1,000,000 bytes). Peak resident
memory is the value that the kernel reports after the process has ended."""

SIZES = (40, 256)
SMALL_SIZES = (8, 64)
SMALL_ROWS = 12_000
ROUNDS, SMALL_ROUNDS = 3, 1
"""Maximum number of rounds: memory hardly differs between runs."""


def measure(size: Size) -> Outcome:
    """Let each contender read each response."""
    sizes = SMALL_SIZES if size.small else SIZES
    rows = answers.calls(SMALL_ROWS if size.small else answers.MOST)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for megabytes in sizes:
            path = folder / f"{megabytes}.json"
            path.write_bytes(answers.fat(rows, megabytes * MB))
        with serving(folder) as served:
            found = {each: _peaks(served, each, folder, len(rows), size) for each in sizes}
    names = list(found[sizes[0]])
    return Outcome(
        header=["", *(f"{each} MB response" for each in sizes)],
        rows=[[name, *(f"{found[each][name]:.0f} MB" for each in sizes)] for name in names],
        verdicts=[
            Verdict(limits.MEMORY, found[each]["tap"], f"{each} MB response") for each in sizes
        ],
    )


def _peaks(
    served: Served, megabytes: int, folder: Path, count: int, size: Size
) -> dict[str, float]:
    """Return the median peak of each contender, in MB."""
    contenders: Mapping[str, Sequence[str]] = {
        "script": commands.script(served, str(megabytes)),
        "plain tap": commands.plain_tap(served, str(megabytes), folder),
        "tap": commands.tap(served, str(megabytes), folder),
    }
    rows_of.check(contenders, folder, count)
    most = SMALL_ROUNDS if size.small else ROUNDS
    runs = rounds(contenders, folder, min(size.rounds, most))
    return {name: usual(each, _peak) / MB for name, each in runs.items()}


def _peak(run: Run) -> float:
    return run.peak
