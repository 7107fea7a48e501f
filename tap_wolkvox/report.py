"""Report: what a run did, for a person to read at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COLUMNS = ("server", "stream", "windows", "rows", "requests", "splits", "seconds")
TEXTS = 2
"""Columns at the beginning that hold no counts."""


@dataclass(slots=True)
class Tally:
    """What one stream did.

    Args:
        server: The operation's server.
        stream: Its name.
        windows: Windows that were read whole; none of a stream that takes no dates.
        rows: Rows that were emitted.
        requests: Requests that were sent, retries among them.
        questions: Those of them that asked for the quota, for whose sake ever.
        foreign: Those of them that something before the API answered in its place.
        splits: Windows that were cut because one answer did not hold them.
        seconds: How long it took.
    """

    server: str
    stream: str
    windows: int = 0
    rows: int = 0
    requests: int = 0
    questions: int = 0
    foreign: int = 0
    splits: int = 0
    seconds: float = 0.0

    @property
    def cells(self) -> tuple[str, ...]:
        """What it did, as text."""
        counts = (self.windows, self.rows, self.requests, self.splits)
        return (
            self.server,
            self.stream,
            *(f"{count:,}" for count in counts),
            f"{self.seconds:.1f}",
        )


def table(tallies: Sequence[Tally]) -> Iterator[str]:
    """Yield the lines of a table, and a last one with the sums; of one server without its name."""
    total = Tally("", "total")
    for tally in tallies:
        total.windows += tally.windows
        total.rows += tally.rows
        total.requests += tally.requests
        total.splits += tally.splits
        total.seconds += tally.seconds
    lines = [COLUMNS, *(tally.cells for tally in (*tallies, total))]
    widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
    first = 0 if len({tally.server for tally in tallies}) > 1 else 1
    for line in lines:
        texts = map(str.ljust, line[:TEXTS], widths)
        counts = map(str.rjust, line[TEXTS:], widths[TEXTS:])
        yield "  ".join([*texts, *counts][first:])


def counted(number: int, what: str) -> str:
    """Return a number of things, as `1 row` or `2 rows`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
