"""Keys: a row without one, or two rows with the same one, would be lost in the target."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from hashlib import blake2b
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING

import simplejson

from tap_wolkvox.errors import StreamError
from tap_wolkvox.response.fields import by_column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

LONGEST = 2_500
"""Bytes of a key, all columns together: an index of PostgreSQL holds 2,704."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


_NO_FRACTION = re.compile(r'(?<="\d{4}-\d\d-\d\d[ -]\d\d:\d\d:\d\d)\.0{1,9}(?=")', re.ASCII)


class KeyChecker:
    """The keys of one answer: each row has one of its own.

    Args:
        columns: Names of the key columns.
        own: Those of them that the tap makes itself: they are never null, nor long.
    """

    def __init__(self, columns: Sequence[str], own: Collection[str] = ()) -> None:
        self._columns = columns
        self._sent = [place for place, name in enumerate(columns) if name not in own]
        self._rows = 0
        self._seen: set[tuple[object, ...]] = set()
        self._shared: set[tuple[object, ...]] = set()
        self._unusable: tuple[int, tuple[object, ...]] | None = None

    def add(self, keys: Sequence[tuple[object, ...]]) -> None:
        """Add the keys of the next rows.

        Args:
            keys: The values of the key columns, of each row.
        """
        if not self._unusable and not self._are_usable(keys):
            number = next(each for each, key in enumerate(keys) if not self._are_usable([key]))
            self._unusable = (self._rows + number + 1, keys[number])
        fresh = set(keys)
        if len(fresh) < len(keys) or not fresh.isdisjoint(self._seen):
            counts = Counter(keys)
            self._shared |= {key for key in fresh if counts[key] > 1 or key in self._seen}
        self._seen |= fresh
        self._rows += len(keys)

    def check(self) -> None:
        """Make sure that each row has a key of its own.

        Raises:
            StreamError: A key column is missing, a key is too long for an index, or rows share
                one. The message names the columns, never their values.
        """
        if self._unusable:
            number, key = self._unusable
            raise StreamError(
                f"row {number} of {self._rows} has {self._problem(key)}; nothing of this answer "
                "was emitted"
            )
        if self._shared:
            raise StreamError(
                f"{len(self._shared)} key(s) ({self._named}) stand for more than one row, and a "
                "target would keep only one of them; nothing of this answer was emitted: please "
                "report it"
            )

    @property
    def _named(self) -> str:
        return ", ".join(self._columns)

    def _are_usable(self, keys: Sequence[tuple[object, ...]]) -> bool:
        longest = 0
        for place in self._sent:
            values = [key[place] for key in keys]
            if None in values:
                return False
            longest += max(map(len, map(str, values)), default=0)
        # A character is four bytes at most, which spares counting them in nearly all keys.
        return 4 * longest <= LONGEST or all(_size(key) <= LONGEST for key in keys)

    def _problem(self, key: tuple[object, ...]) -> str:
        missing = [name for name, value in zip(self._columns, key, strict=True) if value is None]
        if missing:
            return f"no usable value in its key column `{missing[0]}`"
        return f"a key ({self._named}) of more than {LONGEST:,} bytes, which databases refuse"


def _size(key: tuple[object, ...]) -> int:
    return sum(len(str(value).encode()) for value in key)


class RowKeyGenerator:
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
        self.key = key
        self.date = date
        self._aliases = aliases
        # By day: keys as they are of the first row, and how many rows had them.
        self._before: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def of(self, rows: Sequence[Mapping[str, object]]) -> list[str]:
        """Return the keys of the next rows.

        Args:
            rows: The rows as the API sent them.
        """
        sent = [by_column(row, self._aliases) for row in rows]
        naturals = ([row.get(column) for column in self.key] for row in sent)
        dates = (row.get(self.date) if self.date else None for row in sent)
        return self.keys_for(naturals, dates)

    def keys_for(self, naturals: Iterable[Sequence[object]], dates: Iterable[object]) -> list[str]:
        """Return the keys of the next rows.

        Args:
            naturals: Of each row, the values of its natural key, as the API sent them.
            dates: Of each row, its own date.
        """
        texts = list(map(_as_json, naturals))
        # Written out, for all rows pass here: a call of its own takes half as long as the hash.
        keys = [blake2b(f"0 {text}".encode(), digest_size=16).hexdigest() for text in texts]
        start, before = "", self._before[""]
        for place, date in enumerate(map(str, dates)):
            # Rows of a day mostly come one after the other, and their dates say it at the begin.
            if not start or date[:10] != start:
                before = self._before[_day(date)]
                start = date[:10] if _DAY.match(date) else ""
            key = keys[place]
            if key in before:
                keys[place] = _repeated(before[key], texts[place])
                before[key] += 1
            else:
                before[key] = 1
        return keys

    def forget(self, before: date) -> None:
        """Forget the rows of earlier days, of which no more are to come, and those without a date.

        The latter may be the same ones in each answer, whatever its range: counted on, they would
        be new ones each time.
        """
        for day in [day for day in self._before if day < f"{before:%Y%m%d}"]:
            del self._before[day]


def _repeated(count: int, text: str) -> str:
    """Return the key of a row that has had so many like it before."""
    return blake2b(f"{count} {text}".encode(), digest_size=16).hexdigest()


def _as_json(values: Sequence[object]) -> str:
    """Return values as a JSON list, in which none runs into the next.

    A date-time is the same with a fraction of zeros and without.
    """
    try:
        text = f"[{', '.join(map(encode_basestring_ascii, values))}]"  # type: ignore[arg-type]  # see below
    except TypeError:
        # Not all of them are texts.
        text = simplejson.dumps(list(values))
    return _NO_FRACTION.sub("", text) if ".0" in text else text


def _day(date: str) -> str:
    """Return the eight digits of a date's day, as it was sent."""
    return re.sub(r"\D", "", date)[:8]
