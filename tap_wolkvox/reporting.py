"""Statistics of a run and estimates of its cost, as tables for the log and the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_wolkvox.api.quota import QuotaUsage

AT_LEAST = "at least "
"""Stands before a number that is a minimum."""

_STATS_COLUMNS = ("server", "stream", "windows", "rows", "requests", "splits", "seconds")
_COST_COLUMNS = ("stream", "requests", "more for")


@dataclass(slots=True)
class SyncStats:
    """Statistics of one stream in one run.

    Args:
        server: The server of the operation.
        stream: Name of the stream.
        windows: Number of windows that were completely read; 0 for a stream that takes no dates.
        rows: Number of records that were emitted.
        requests: Number of requests that were sent, including retries.
        quota_requests: How many of the requests were for the quota usage.
        foreign_responses: How many of the requests were answered by something in between, such as
            a proxy, instead of the API.
        splits: Number of windows that were split because the response was too large.
        seconds: Duration.
    """

    server: str
    stream: str
    windows: int = 0
    rows: int = 0
    requests: int = 0
    quota_requests: int = 0
    foreign_responses: int = 0
    splits: int = 0
    seconds: float = 0.0

    @property
    def cells(self) -> tuple[str, ...]:
        """The statistics as the cells of a table."""
        counts = (self.windows, self.rows, self.requests, self.splits)
        numbers = (*(f"{count:,}" for count in counts), f"{self.seconds:.1f}")
        return (self.server, self.stream, *numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """Number of requests that it would take to read a stream, without retries.

    Args:
        stream: Name of the stream.
        requests: Number of requests; for a partitioned stream, for one id.
        depends_on: What the number has to be multiplied by, or what may increase it; empty if the
            number is exact.
    """

    stream: str
    requests: int
    depends_on: str = ""

    @property
    def cells(self) -> tuple[str, str, str]:
        """The estimate as the cells of a table."""
        return self.stream, _number(self.requests, at_least=bool(self.depends_on)), self.depends_on


def stats_table(stats: Sequence[SyncStats]) -> Iterator[str]:
    """Yield the lines of a table with the sums in the last line; one server needs no column."""
    total = SyncStats("", "total")
    for each in stats:
        total.windows += each.windows
        total.rows += each.rows
        total.requests += each.requests
        total.splits += each.splits
        total.seconds += each.seconds
    lines = [_STATS_COLUMNS, *(each.cells for each in (*stats, total))]
    first = 0 if len({each.server for each in stats}) > 1 else 1
    yield from _table([line[first:] for line in lines], numbers=range(2 - first, 7 - first))


def cost_table(costs: Sequence[CostEstimate]) -> Iterator[str]:
    """Yield the lines of a table with the sum in the last line."""
    total, at_least = _sum(costs)
    last = ("total", _number(total, at_least=at_least), "")
    yield from _table([_COST_COLUMNS, *(cost.cells for cost in costs), last], numbers=(1,))


def _table(lines: Sequence[Sequence[str]], numbers: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a table.

    Args:
        lines: The cells of each line.
        numbers: Indices of the columns that are aligned to the right.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def quota_lines(costs: Sequence[CostEstimate], usage: QuotaUsage, reserve: int) -> Iterator[str]:
    """Yield lines that compare the cost of a run with the quota of an operation.

    Args:
        costs: The cost of each stream.
        usage: The usage of the quota, as the API reports it. It does not include the request for
            the usage itself.
        reserve: The `quota_reserve`: requests of each day that the tap leaves to others.
    """
    total, at_least = _sum(costs)
    number = _number(total, at_least=at_least)
    yield f"Requests today, this question not counted: {usage}."
    if usage.limit is None:
        yield "How many there are a day is not known, so neither is how many days it would take."
    elif usage.limit <= reserve:
        yield "The `quota_reserve` is the whole quota of a day: nothing would be read."
    else:
        less = f", less the `quota_reserve` of {reserve:,}" if reserve else ""
        days = total / (usage.limit - reserve)
        shown = f"{days:,.1f}" if days >= 1 else f"{days:.2g}"
        yield (
            f"A run would take {number}, that is {AT_LEAST if at_least else ''}{shown} days of the "
            f"quota ({usage.limit:,} a day{less})."
        )
    # The one more is the request for the usage.
    if usage.left is not None and total > max(usage.left - 1 - reserve, 0):
        yield "That is more than may be spent today: the rest would be left to the next days."


def runs_line(costs: Sequence[CostEstimate], most: int) -> str:
    """Return a line with the number of runs that it takes to read everything.

    Args:
        costs: The cost of each stream of all operations.
        most: The `max_requests` of a run.
    """
    total, at_least = _sum(costs)
    number = _number(max(-(-total // most), 1), at_least=at_least)
    return f"Runs that it takes with `max_requests` of {most:,}: {number}."


def counted(number: int, what: str) -> str:
    """Return a number with a noun: `1 row` or `2 rows`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _sum(costs: Sequence[CostEstimate]) -> tuple[int, bool]:
    """Return the sum of the requests, and whether the sum is a minimum only."""
    return sum(cost.requests for cost in costs), any(cost.depends_on for cost in costs)


def _number(number: int, *, at_least: bool) -> str:
    return f"{AT_LEAST if at_least else ''}{number:,}"
