"""Bursts: calls and bot exchanges in addition to the usual ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo


AN_HOUR = 3600


@dataclass(frozen=True)
class Burst:
    """Calls and bot exchanges in addition to the usual ones, evenly between two moments.

    Moments without a zone are local.
    """

    begin: datetime
    end: datetime
    calls: int = 0
    exchanges: int = 0


def spread(
    burst: Burst, count: int, zone: tzinfo, hour: datetime
) -> Iterator[tuple[int, datetime]]:
    """Spread moments evenly over a burst. Yield those of an hour, each with its number."""
    begin, end = (_instant(each, zone) for each in (burst.begin, burst.end))
    lasts = max(1, int((end - begin).total_seconds()))
    since = int((hour - begin).total_seconds())
    first, beyond = (-(-second * count // lasts) for second in (since, since + AN_HOUR))
    for number in range(max(0, first), min(count, beyond)):
        yield number, begin + timedelta(seconds=number * lasts // count)


def _instant(moment: datetime, zone: tzinfo) -> datetime:
    local = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return local.astimezone(UTC).replace(microsecond=0)
