"""Requests: the cost of a backfill, compared with the minimum and with daily windows."""

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
The tap makes a first run against the simulator, which counts every request. `fewest` is the minimum
for a client that knows in advance when everything happened. `daily` requests one day at a time and
splits a window in halves if its response may be truncated, until all parts fit. Busy months use
`reports_diagram_9`, which the API truncates at 6,000 rows instead of 60,000, so that the simulator
has to generate fewer rows."""

at = datetime.fromisoformat
NOW = "2026-11-20T10:00:00-05:00"
A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
LAST = at("2026-10-31T23:59:59")


@dataclass(frozen=True, slots=True)
class Case:
    """A range to read and its activity.

    Args:
        name: Its name.
        api: The report that the tap reads.
        days: Number of days; the last one is 31 October 2026.
        pace: Activity of a usual day.
        bursts: Additional activity.
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
    Case("busy month: the busiest days fill half a response", "diagram_9", 31, 2.5),
    Case(
        "quiet month with two days of 4 responses or more",
        "diagram_9",
        31,
        0.2,
        (_busy("2026-10-09", 30_000), _busy("2026-10-20", 25_000)),
    ),
)


@dataclass(frozen=True, slots=True)
class Spent:
    """Cost of a case.

    Args:
        tap: Requests of the tap.
        fewest: Minimum of requests.
        daily: Requests with daily windows.
        rows: Number of rows.
    """

    tap: int
    fewest: int
    daily: int
    rows: int


def measure(_size: Size) -> Outcome:
    """Count the requests of each case, once and independently of the size: counts are exact."""
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
    """Let the tap read a case, and calculate the cost of the alternatives.

    Raises:
        RuntimeError: The tap did not read all rows.
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
        raise RuntimeError(f"the tap read {rows} of {len(times)} rows:\n{result.log[-4000:]}")
    whole = fewest.Whole(times, case.begin, LAST)
    return Spent(
        tap=spent,
        fewest=fewest.possible(whole, endpoint.days, endpoint.row_cap),
        daily=fewest.daily(whole, endpoint.row_cap),
        rows=rows,
    )


def _times(simulator: Simulator, case: Case) -> list[datetime]:
    """Return the time of each row, oldest first, without requests and never truncated."""
    return sorted(at(row["date"]) for row in truth.served(simulator, case.api, case.begin, LAST))
