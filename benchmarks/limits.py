"""What the tap may cost: all limits in one place, each with the margin for a small, quick run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a figure may be.

    Args:
        name: What it limits.
        most: The limit.
        margin: The limit of a small run, whose few and short rounds tell little: a figure beyond
            this one is no noise.
        unit: Of all three; none for a ratio.
    """

    name: str
    most: float
    margin: float
    unit: str = ""


MEMORY = Limit("peak resident memory of the tap", 100, 150, "MB")
WALL = Limit("run without its start / larger of the two sums", 1.15, 1.5)
CPU_OF_SCRIPT = Limit("CPU of the tap / of the script", 1.25, 2)
CPU_OF_PLAIN = Limit("CPU of the tap / of the plain tap", 0.4, 0.6)
ROW_OF_PLAIN = Limit("CPU for a row: the tap / the plain tap", 0.2, 0.35)
VERSION = Limit("`--version`: the tap / the plain tap", 1.3, 2)
DISCOVER = Limit("`--discover`: the tap / the plain tap", 2, 3)

# Requests are counted, not timed: there is no noise. The tap can't know what is to come. It spends
# a few requests on finding out, whatever the range, and an answer or two more on each burst that is
# cut; nor are windows filled to the last row.
FEW = 5
REQUESTS = Limit(f"requests of the tap less {FEW} / fewest possible", 1.5, 1.5)
DAILY = Limit("requests of the tap / of daily windows", 0.7, 0.7)
