"""All limits of the tap's cost, each with a wider limit for small, quick runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """The maximum of a figure.

    Args:
        name: Name of the figure.
        most: The limit.
        margin: The limit of a small run. Its rounds are few and short, so noise is large; a figure
            beyond this limit is not noise.
        unit: Unit of the figure and of both limits; empty for a ratio.
    """

    name: str
    most: float
    margin: float
    unit: str = ""


MEMORY = Limit("peak resident memory of the tap", 100, 150, "MB")
WALL = Limit("run time without the start / larger of the two sums", 1.15, 1.5)
CPU_OF_SCRIPT = Limit("CPU of the tap / of the script", 1.25, 2)
CPU_OF_PLAIN = Limit("CPU of the tap / of the plain tap", 0.4, 0.6)
ROW_OF_PLAIN = Limit("CPU per row: the tap / the plain tap", 0.2, 0.35)
VERSION = Limit("`--version`: the tap / the plain tap", 1.3, 2)
DISCOVER = Limit("`--discover`: the tap / the plain tap", 2, 3)

# Requests are counted, not timed, so there is no noise. The tap can't know how many rows will come.
# It spends a few requests on finding out, whatever the range is, and one or two more requests on
# each burst that truncates a response. It also does not fill windows to the last row.
FEW = 5
REQUESTS = Limit(f"requests of the tap minus {FEW} / fewest possible", 1.5, 1.5)
DAILY = Limit("requests of the tap / of daily windows", 0.7, 0.7)
