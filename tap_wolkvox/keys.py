"""Keys: a row without one, or two rows with the same one, would be lost in the target."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from hashlib import blake2b
from typing import TYPE_CHECKING

import simplejson

from tap_wolkvox import values
from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

LONGEST = 2_500
"""Bytes of a key, all columns together: an index of PostgreSQL holds 2,704."""


def check(records: Sequence[Mapping[str, object]], key: Sequence[str]) -> None:
    """Make sure that each record of one answer has a key of its own.

    Args:
        records: The typed records of a whole answer.
        key: Names of the key columns.

    Raises:
        StreamError: A key column is missing, a key is too long for an index, or records share
            one. The message names the columns, never their values.
    """
    for number, record in enumerate(records, 1):
        for column in key:
            if record.get(column) is None:
                raise StreamError(
                    f"row {number} of {len(records)} has no usable value in its key column "
                    f"`{column}`; nothing of this answer was emitted"
                )
        if sum(len(str(record[column]).encode()) for column in key) > LONGEST:
            raise StreamError(
                f"row {number} of {len(records)} has a key ({', '.join(key)}) of more than "
                f"{LONGEST:,} bytes, which databases refuse; nothing of this answer was emitted"
            )
    counts = Counter(tuple(record[column] for column in key) for record in records)
    shared = sum(1 for count in counts.values() if count > 1)
    if shared:
        raise StreamError(
            f"{shared} key(s) ({', '.join(key)}) stand for more than one row, and a target would "
            "keep only one of them; nothing of this answer was emitted: please report it"
        )


class RowKeys:
    """Keys for the rows of one stream, answer after answer.

    A key is a hash of the row's natural key, and of how many rows of the same day had that before.
    The same rows have the same keys whenever they are read from the beginning of their day on,
    in however many answers; two identical rows stay two. Rows of two days that share a natural key
    share a key, for one may be the other after it changed: `check` finds both in one answer.

    Args:
        key: Columns of the natural key; one that a row lacks counts as null.
        date: Column of the row's own date.
        aliases: Other names of columns, each with the column.
    """

    def __init__(self, key: Sequence[str], date: str | None, aliases: Mapping[str, str]) -> None:
        self._key = key
        self._date = date
        self._aliases = aliases
        self._before: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def of(self, rows: Sequence[Mapping[str, object]]) -> list[str]:
        """Return the keys of the next rows.

        Args:
            rows: The rows as the API sent them.
        """
        return [self._of(row) for row in rows]

    def forget(self, before: date) -> None:
        """Forget the rows of earlier days, of which no more are to come, and those without a date.

        The latter may be the same ones in each answer, whatever its range: counted on, they would
        be new ones each time.
        """
        for day in [day for day in self._before if day < f"{before:%Y%m%d}"]:
            del self._before[day]

    def _of(self, row: Mapping[str, object]) -> str:
        sent = values.by_column(row, self._aliases)
        # As raw texts, and as JSON, in which none runs into the next.
        natural = simplejson.dumps([sent.get(column) for column in self._key])
        before = self._before[_day(sent.get(self._date) if self._date else None)]
        before[natural] += 1
        return blake2b(f"{before[natural] - 1} {natural}".encode(), digest_size=16).hexdigest()


def _day(date: object) -> str:
    """Return the eight digits of a date's day, as it was sent."""
    return re.sub(r"\D", "", str(date))[:8]
