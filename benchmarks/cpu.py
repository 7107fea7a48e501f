"""CPU: the cost of the largest response, and the cost of one of its rows."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import answers, commands, limits, rows_of
from benchmarks.measure import Run, cpu, ratio, rounds, usual, wall
from benchmarks.outcome import MB, Outcome, Size, Verdict
from benchmarks.serving import serving

TITLE = "CPU"
HOW = """\
The programs read one response of 59,999 calls. The figures are those of the process, from its start
to its end. `floor` decodes the response with msgspec and encodes its rows, with no work between.
`script` is what people write today: `requests.get(…).json()`, `json.dumps` of each row, `print`.
`plain tap` uses the SDK's defaults and leaves every value a text. The cost per row is the cost of
59,999 rows minus the cost of one row, divided by the number of additional rows."""

NAMES = ("floor", "script", "plain tap", "tap")
ONE, MANY = "one", "many"
MICRO = 1_000_000


def measure(size: Size) -> Outcome:
    """Let each contender read the large response and a response of one row."""
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
    """Return the outcome of the runs.

    Args:
        runs: All runs of all contenders.
        count: Number of rows in the large response.
        size: Its size in bytes.
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
        header=[f"{size / MB:.1f} MB", "CPU", "wall", "CPU per row", "tap / this", "per row"],
        rows=rows,
        verdicts=[
            Verdict(limits.CPU_OF_SCRIPT, ratio(many["tap"], many["script"], cpu)),
            Verdict(limits.CPU_OF_PLAIN, ratio(many["tap"], many["plain tap"], cpu)),
            Verdict(limits.ROW_OF_PLAIN, ratio(a_row["tap"], a_row["plain tap"], cpu)),
        ],
    )


def _of_rows(many: list[Run], one: list[Run], count: int) -> list[Run]:
    """Return the cost of one row in each round, without the start, in the form of runs."""
    more = count - 1
    return [
        Run((large.wall - small.wall) / more, (large.cpu - small.cpu) / more, large.peak)
        for large, small in zip(many, one, strict=True)
    ]
