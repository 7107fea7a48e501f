"""What all endpoints that take dates share: the range, how fresh its rows are, how many fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from tests.simulator.answers import NO_ROWS, ErrorCase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, tzinfo

    from tests.simulator.answers import Row

ROW_CAP = 60_000
A_SECOND = timedelta(seconds=1)
A_DAY = timedelta(days=1)
MARGIN = timedelta(hours=3)
"""How far local time may be turned back, and more."""


class Cap(Enum):
    """What an answer says that would hold more rows than it may: the vendor does not tell."""

    SILENT = "it ends, and counts what it holds"
    COUNTED = "it ends, and counts all"
    ERROR = "it is an error"


TOO_MANY_ROWS = ErrorCase(400, "THE RESULT EXCEEDS THE LIMIT OF RECORDS, SHORTEN THE RANGE")
"""The words are ours."""


@dataclass(frozen=True)
class Range:
    """From one local second to another, both of them in it."""

    begin: datetime
    end: datetime

    def __contains__(self, local: datetime) -> bool:
        return self.begin <= local.replace(tzinfo=None) <= self.end

    def days(self) -> Iterator[date]:
        """The local days it touches."""
        day = self.begin.date()
        while day <= self.end.date():
            yield day
            day += A_DAY

    def instants(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Two instants with everything between them, whatever daylight saving time does."""
        return self.begin.replace(tzinfo=zone) - MARGIN, self.end.replace(tzinfo=zone) + MARGIN


def asked_range(query: Mapping[str, str]) -> Range | None:
    """The range that is asked for; None if it is none."""
    try:
        begin, end = (
            datetime.strptime(query[name], "%Y%m%d%H%M%S")  # noqa: DTZ007  # local, as rows are
            for name in ("date_ini", "date_end")
        )
    except ValueError:
        return None
    fourteen = len(query["date_ini"]) == len(query["date_end"]) == len("YYYYMMDDHHMMSS")
    return Range(begin, end) if fourteen and begin <= end else None


def refusal(query: Mapping[str, str], days: int) -> ErrorCase | None:
    """Why a range can't be asked for: in the words that also say that there are no rows."""
    asked = asked_range(query)
    if asked is None or asked.end - asked.begin + A_SECOND > days * A_DAY:
        return NO_ROWS
    return None


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
