"""CPU: what an answer of as many rows as there may be takes, and what one of its rows does."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import answers, commands, limits, rows_of
from benchmarks.measure import Run, cpu, ratio, rounds, usual, wall
from benchmarks.outcome import MB, Outcome, Size, Verdict
from benchmarks.serving import serving

TITLE = "CPU"
HOW = """\
One answer of 59,999 calls, from the start of the process to its end. `floor` is msgspec decoding
the answer and encoding its rows, with nothing between; `script` is what people write today:
`requests.get(…).json()`, `json.dumps` of each row, `print`; `plain tap` has the SDK's defaults and
leaves every value a text. A row is what 59,999 rows take more than one row, divided."""

NAMES = ("floor", "script", "plain tap", "tap")
ONE, MANY = "one", "many"
MICRO = 1_000_000


def measure(size: Size) -> Outcome:
    """Let each contender read the answer, and one of a single row."""
    rows = answers.calls()
    bodies = {ONE: answers.body(rows[:1]), MANY: answers.body(rows)}
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name, body in bodies.items():
            (folder / f"{name}.json").write_bytes(body)
        runs = _runs(folder, len(rows), size)
    return _outcome(runs, len(rows), len(bodies[MANY]))


def _runs(folder: Path, count: int, size: Size) -> dict[str, list[Run]]:
    with serving(folder) as served:
        contenders = {
            f"{name} {many}": command
            for many in (ONE, MANY)
            for name, command in {
                "floor": commands.floor(served, many),
                "script": commands.script(served, many),
                "plain tap": commands.plain_tap(served, many, folder),
                "tap": commands.tap(served, many, folder),
            }.items()
        }
        every = {name: each for name, each in contenders.items() if name.endswith(MANY)}
        rows_of.check(every, folder, count)
        return rounds(contenders, folder, size.rounds)


def _outcome(runs: dict[str, list[Run]], count: int, size: int) -> Outcome:
    """Return what the runs say.

    Args:
        runs: All runs of all contenders.
        count: Rows of the large answer.
        size: Its bytes.
    """
    many = {name: runs[f"{name} {MANY}"] for name in NAMES}
    a_row = {name: _of_rows(many[name], runs[f"{name} {ONE}"], count) for name in NAMES}
    rows = [
        [
            name,
            f"{usual(many[name], cpu):.2f} s",
            f"{usual(many[name], wall):.2f} s",
            f"{usual(a_row[name], cpu) * MICRO:.1f} µs",
            f"{ratio(many['tap'], many[name], cpu):.2f}",
            f"{ratio(a_row['tap'], a_row[name], cpu):.2f}",
        ]
        for name in NAMES
    ]
    return Outcome(
        header=[f"{size / MB:.1f} MB", "CPU", "wall", "CPU a row", "tap / this", "a row"],
        rows=rows,
        verdicts=[
            Verdict(limits.CPU_OF_SCRIPT, ratio(many["tap"], many["script"], cpu)),
            Verdict(limits.CPU_OF_PLAIN, ratio(many["tap"], many["plain tap"], cpu)),
            Verdict(limits.ROW_OF_PLAIN, ratio(a_row["tap"], a_row["plain tap"], cpu)),
        ],
    )


def _of_rows(many: list[Run], one: list[Run], count: int) -> list[Run]:
    """Return what a row took in each round, the start taken out: a run of it, so to speak."""
    more = count - 1
    return [
        Run((large.wall - small.wall) / more, (large.cpu - small.cpu) / more, large.peak)
        for large, small in zip(many, one, strict=True)
    ]
