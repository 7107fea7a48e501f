"""How many rows an answer holds, and what becomes of more."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import ErrorCase

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

ROW_CAP = 60_000


class Cap(Enum):
    """What an answer says that would hold more rows than it may: the vendor does not tell."""

    SILENT = "it ends, and counts what it holds"
    COUNTED = "it ends, and counts all"
    ERROR = "it is an error"


TOO_MANY_ROWS = ErrorCase(400, "THE RESULT EXCEEDS THE LIMIT OF RECORDS, SHORTEN THE RANGE")
"""The words are ours."""


def fitted(
    rows: list[Row], cap: int, how: Cap, *, newest_first: bool
) -> tuple[list[Row], int] | None:
    """The rows that fit an answer and how many it says there are; None if it is an error."""
    ordered = rows[::-1] if newest_first else rows
    if len(rows) <= cap:
        return ordered, len(rows)
    if how is Cap.ERROR:
        return None
    return ordered[:cap], len(rows) if how is Cap.COUNTED else cap
