"""The most rows of an answer, and what happens to the rest."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import ErrorCase

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

ROW_CAP = 60_000


class Cap(Enum):
    """What happens to an answer with too many rows. The vendor does not say."""

    SILENT = "it ends, and counts what it holds"
    COUNTED = "it ends, and counts all"
    ERROR = "it is an error"


TOO_MANY_ROWS = ErrorCase(400, "THE RESULT EXCEEDS THE LIMIT OF RECORDS, SHORTEN THE RANGE")
"""Our words: the vendor shows no such error."""


def fitted(
    rows: list[Row], cap: int, how: Cap, *, newest_first: bool
) -> tuple[list[Row], int] | None:
    """The rows of an answer and the number it gives for them; None for an error."""
    ordered = rows[::-1] if newest_first else rows
    if len(rows) <= cap:
        return ordered, len(rows)
    if how is Cap.ERROR:
        return None
    return ordered[:cap], len(rows) if how is Cap.COUNTED else cap
