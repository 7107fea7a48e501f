"""Forecast: what a run would cost, reckoned from the settings, the catalog and the state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_wolkvox.api.quota import Usage


AT_LEAST = "at least "


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
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
        """The same, as text."""
        return self.stream, _number(self.requests, at_least=bool(self.depends_on)), self.depends_on


def table(costs: Sequence[Cost]) -> Iterator[str]:
    """Yield the lines of a table, and a last one with the sum."""
    lines = [("stream", "requests", "more for"), *(cost.cells for cost in costs)]
    total, at_least = _sum(costs)
    lines.append(("total", _number(total, at_least=at_least), ""))
    name, number = (max(len(line[place]) for line in lines) for place in (0, 1))
    for line in lines:
        yield f"{line[0].ljust(name)}  {line[1].rjust(number)}  {line[2]}".rstrip()


def quota(costs: Sequence[Cost], usage: Usage, reserve: int) -> Iterator[str]:
    """Yield lines that say how much of an operation's quota that would be.

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


def runs(costs: Sequence[Cost], most: int) -> str:
    """Return a line that says how many runs it takes.

    Args:
        costs: What the streams of all operations would cost.
        most: Requests that a run may spend.
    """
    total, at_least = _sum(costs)
    number = _number(max(-(-total // most), 1), at_least=at_least)
    return f"Runs that it takes with `max_requests` of {most:,}: {number}."


def _sum(costs: Sequence[Cost]) -> tuple[int, bool]:
    return sum(cost.requests for cost in costs), any(cost.depends_on for cost in costs)


def _number(number: int, *, at_least: bool) -> str:
    return f"{AT_LEAST if at_least else ''}{number:,}"
