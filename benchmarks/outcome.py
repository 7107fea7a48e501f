"""Results of a benchmark: a table, and whether its limits hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.limits import Limit

MB = 1_000_000
"""Bytes of a decimal megabyte: a limit in it is stricter than in binary megabytes."""


@dataclass(frozen=True, slots=True)
class Size:
    """How thorough a measurement is.

    Args:
        rounds: Number of runs of each program.
        small: Whether inputs are small and limits wide, for tests and experiments.
    """

    rounds: int
    small: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A figure and its limit.

    Args:
        limit: The limit.
        figure: The measured value.
        case: Name of the case, if there are several.
    """

    limit: Limit
    figure: float
    case: str = ""

    def most(self, size: Size) -> float:
        """Return the limit for a size."""
        return self.limit.margin if size.small else self.limit.most

    def holds(self, size: Size) -> bool:
        """Whether the figure is within the limit."""
        return self.figure <= self.most(size)

    def line(self, size: Size) -> str:
        """Return the verdict as a line of text."""
        name = ", ".join(filter(None, (self.limit.name, self.case)))
        unit = f" {self.limit.unit}".rstrip()
        word = "holds" if self.holds(size) else "EXCEEDED"
        return f"- {name}: {self.figure:.2f}{unit}, at most {self.most(size):g}{unit}: {word}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Results of a benchmark.

    Args:
        header: Titles of the columns.
        rows: Rows of the table.
        verdicts: The figures that have a limit.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    verdicts: Sequence[Verdict]

    def lines(self, size: Size) -> list[str]:
        """Return the results as Markdown that is also readable as plain text."""
        cells = [list(self.header), *map(list, self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        rules = ["-" * width for width in widths]
        table = [
            f"| {' | '.join(map(str.ljust, line, widths))} |"
            for line in (cells[0], rules, *cells[1:])
        ]
        return [*table, "", *(verdict.line(size) for verdict in self.verdicts)]
