"""What a run did, and what one would cost: tables for a person to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_wolkvox.api.quota import QuotaUsage

AT_LEAST = "at least "

_STATS_COLUMNS = ("server", "stream", "windows", "rows", "requests", "splits", "seconds")
_COST_COLUMNS = ("stream", "requests", "more for")


@dataclass(slots=True)
class SyncStats:
    """What one stream did.

    Args:
        server: The operation's server.
        stream: Its name.
        windows: Windows that were read whole; none of a stream that takes no dates.
        rows: Rows that were emitted.
        requests: Requests that were sent, retries among them.
        quota_requests: Those of them that asked for the quota, on behalf of any stream.
        foreign_responses: Those of them that something before the API answered in its place.
        splits: Windows that were split because one response did not hold them.
        seconds: How long it took.
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
        """What it did, as the cells of a table."""
        counts = (self.windows, self.rows, self.requests, self.splits)
        numbers = (*(f"{count:,}" for count in counts), f"{self.seconds:.1f}")
        return (self.server, self.stream, *numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """What a stream would cost, retries left out.

    Args:
        stream: Its name.
        requests: Requests, as if there were one id where it is asked for one by one.
        depends_on: What may make them more; nothing where the number is exact.
    """

    stream: str
    requests: int
    depends_on: str = ""

    @property
    def cells(self) -> tuple[str, str, str]:
        """What it would cost, as the cells of a table."""
        return self.stream, _number(self.requests, at_least=bool(self.depends_on)), self.depends_on


def stats_table(stats: Sequence[SyncStats]) -> Iterator[str]:
    """Yield the lines of a table, and a last one with the sums; of one server without its name."""
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
    """Yield the lines of a table, and a last one with the sum."""
    total, at_least = _sum(costs)
    last = ("total", _number(total, at_least=at_least), "")
    yield from _table([_COST_COLUMNS, *(cost.cells for cost in costs), last], numbers=(1,))


def _table(lines: Sequence[Sequence[str]], numbers: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a table.

    Args:
        lines: The cells of each line.
        numbers: Columns that are set flush right.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = [
            cell.rjust(width) if place in numbers else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def quota_lines(costs: Sequence[CostEstimate], usage: QuotaUsage, reserve: int) -> Iterator[str]:
    """Yield lines that say how much of an operation's quota a run would take.

    Args:
        costs: What the streams would cost.
        usage: What the API says of the quota.
        reserve: Requests of a day that are left to others.
    """
    total, at_least = _sum(costs)
    number = _number(total, at_least=at_least)
    yield f"Requests today, this question not counted: {usage}."
    if usage.limit is None:
        yield "How many there are a day is not known, so neither is how many days it would take."
    elif usage.limit <= reserve:
        yield "The `quota_reserve` is the whole quota of a day: nothing would be read."
    else:
        kept = f", less the `quota_reserve` of {reserve:,}" if reserve else ""
        days = total / (usage.limit - reserve)
        shown = f"{days:,.1f}" if days >= 1 else f"{days:.2g}"
        yield (
            f"A run would take {number}, that is {AT_LEAST if at_least else ''}{shown} days of the "
            f"quota ({usage.limit:,} a day{kept})."
        )
    if usage.left is not None and total > max(usage.left - 1 - reserve, 0):
        yield "That is more than may be spent today: the rest would be left to the next days."


def runs_line(costs: Sequence[CostEstimate], most: int) -> str:
    """Return a line that says how many runs it takes.

    Args:
        costs: What the streams of all operations would cost.
        most: Requests that a run may spend.
    """
    total, at_least = _sum(costs)
    number = _number(max(-(-total // most), 1), at_least=at_least)
    return f"Runs that it takes with `max_requests` of {most:,}: {number}."


def counted(number: int, what: str) -> str:
    """Return a number of things, as `1 row` or `2 rows`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _sum(costs: Sequence[CostEstimate]) -> tuple[int, bool]:
    return sum(cost.requests for cost in costs), any(cost.depends_on for cost in costs)


def _number(number: int, *, at_least: bool) -> str:
    return f"{AT_LEAST if at_least else ''}{number:,}"
