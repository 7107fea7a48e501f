"""Ranges of dates: which part of a range an endpoint answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, tzinfo

DIGITS = "%Y%m%d%H%M%S"
A_SECOND = timedelta(seconds=1)
A_DAY = timedelta(days=1)
MARGIN = timedelta(hours=3)
"""More than any change of local time."""


class Months(Enum):
    """Which part of a range is answered if it crosses the end of a month.

    The vendor's manual limits its own reports to one month. It says nothing about the API.
    """

    ALL = "all of it"
    FIRST = "the first month alone"
    LAST = "the last month alone"
    NONE = "nothing: it is refused"


@dataclass(frozen=True)
class Range:
    """From one local second to another, both included."""

    begin: datetime
    end: datetime

    def __contains__(self, local: datetime) -> bool:
        return self.begin <= local.replace(tzinfo=None) <= self.end

    @property
    def crosses_a_month_end(self) -> bool:
        """Whether it begins and ends in different months."""
        return (self.begin.year, self.begin.month) != (self.end.year, self.end.month)

    def days(self) -> Iterator[date]:
        """The local days that it touches."""
        day = self.begin.date()
        while day <= self.end.date():
            yield day
            day += A_DAY

    def instants(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Two instants. The whole range lies between them, whatever daylight saving time does."""
        return self.begin.replace(tzinfo=zone) - MARGIN, self.end.replace(tzinfo=zone) + MARGIN


def asked_range(query: Mapping[str, str]) -> Range | None:
    """The range in the query, or None if it is not valid."""
    try:
        begin, end = (
            datetime.strptime(query[name], DIGITS)  # noqa: DTZ007  # local, as rows are
            for name in ("date_ini", "date_end")
        )
    except ValueError:
        return None
    fourteen = len(query["date_ini"]) == len(query["date_end"]) == len("YYYYMMDDHHMMSS")
    return Range(begin, end) if fourteen and begin <= end else None


def answered_range(query: Mapping[str, str], days: int, months: Months) -> Range | None:
    """The part of the range that is answered, or None if it is refused."""
    asked = asked_range(query)
    if asked is None or asked.end - asked.begin + A_SECOND > days * A_DAY:
        return None
    return _of_months(asked, months) if asked.crosses_a_month_end else asked


def _of_months(asked: Range, months: Months) -> Range | None:
    second = _month_of(_month_of(asked.begin) + 31 * A_DAY)
    parts = {
        Months.ALL: asked,
        Months.FIRST: Range(asked.begin, second - A_SECOND),
        Months.LAST: Range(_month_of(asked.end), asked.end),
    }
    return parts.get(months)


def _month_of(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0)


def with_range(query: Mapping[str, str], asked: Range) -> dict[str, str]:
    """The query with another range."""
    dates = {"date_ini": asked.begin, "date_end": asked.end}
    return {**query, **{name: f"{each:{DIGITS}}" for name, each in dates.items()}}
