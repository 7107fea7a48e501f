"""Requests: what a backfill costs, beside the fewest possible and a request a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import fewest, limits
from benchmarks.outcome import Outcome, Size, Verdict
from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tests.simulator import Burst, Simulator
from tests.support import truth
from tests.support.command_line import for_simulator

TITLE = "Requests"
HOW = """\
A first run against the simulator, every request counted. `fewest` is what one would need who knew
beforehand when everything happened; `daily` asks for a day at a time and halves one whose answer
may be cut, until all parts fit. Busy months are of `reports_diagram_9`, which the API cuts at 6,000
rows instead of 60,000, so that the simulator has less to make up."""

at = datetime.fromisoformat
NOW = "2026-11-20T10:00:00-05:00"
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
LAST = at("2026-10-31T23:59:59")


@dataclass(frozen=True, slots=True)
class Case:
    """What happened in the time to read.

    Args:
        name: What it is called.
        api: The report that is read.
        days: How many, the last of them the end of October 2026.
        pace: How much happens on a usual day.
        bursts: What happens on top of it.
    """

    name: str
    api: str
    days: int
    pace: float
    bursts: tuple[Burst, ...] = ()

    @property
    def begin(self) -> datetime:
        """Its first second."""
        return LAST + A_SECOND - self.days * A_DAY


def _busy(day: str, exchanges: int) -> Burst:
    return Burst(at(day), at(day) + A_DAY, exchanges=exchanges)


CASES = (
    Case("quiet year", "cdr_1", 365, 0.05),
    Case("busy month: the busiest days are half an answer", "diagram_9", 31, 2.5),
    Case(
        "quiet month, two days of 4 answers and more",
        "diagram_9",
        31,
        0.2,
        (_busy("2026-10-09", 30_000), _busy("2026-10-20", 25_000)),
    ),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """What a case cost.

    Args:
        tap: Requests of the tap.
        fewest: The fewest possible.
        daily: Those of daily windows.
        rows: How much there was.
    """

    tap: int
    fewest: int
    daily: int
    rows: int


def measure(_size: Size) -> Outcome:
    """Count the requests of each case: once, and the same whatever the size, for that is exact."""
    spent = {case: _spent(case) for case in CASES}
    return Outcome(
        header=["", "rows", "fewest", "tap", "daily"],
        rows=[
            [case.name, f"{each.rows:,}", *map(str, (each.fewest, each.tap, each.daily))]
            for case, each in spent.items()
        ],
        verdicts=[
            verdict
            for case, each in spent.items()
            for verdict in (
                Verdict(limits.REQUESTS, (each.tap - limits.FEW) / each.fewest, case.name),
                Verdict(limits.DAILY, each.tap / each.daily, case.name),
            )
        ],
    )


def _spent(case: Case) -> Spent:
    """Let the tap read a case, and reckon what else could be asked for.

    Raises:
        RuntimeError: The tap did not read all.
    """
    [endpoint] = [each for each in ENDPOINTS if each.name == truth.stream(case.api)]
    with (
        Simulator(pace=case.pace, bursts=case.bursts, now=at(NOW)) as simulator,
        TemporaryDirectory() as folder,
    ):
        tap = for_simulator(simulator, Path(folder), endpoint.name)
        result = tap.run(now=NOW, start_date=f"{case.begin:%Y-%m-%d}", end_date=f"{LAST:%Y-%m-%d}")
        spent = len(simulator.requests)
        times = _times(simulator, case)
    rows = len(result.records(endpoint.name))
    if result.code or rows != len(times):
        raise RuntimeError(f"{rows} rows of {len(times)} were read:\n{result.log[-4000:]}")
    whole = fewest.Whole(times, case.begin, LAST)
    return Spent(
        tap=spent,
        fewest=fewest.possible(whole, endpoint.days, endpoint.row_cap),
        daily=fewest.daily(whole, endpoint.row_cap),
        rows=rows,
    )


def _times(simulator: Simulator, case: Case) -> list[datetime]:
    """Return when each row happened, oldest first, free of charge and never cut."""
    return sorted(at(row["date"]) for row in truth.served(simulator, case.api, case.begin, LAST))
