"""Keys: a target loses a record without a key, and one of two records with the same key."""

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
"""Maximum bytes of a key, all columns together: an entry of a PostgreSQL index holds 2,704."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
"""A date that begins with its day in the usual form."""

_NO_FRACTION = re.compile(r'(?<="\d{4}-\d\d-\d\d[ -]\d\d:\d\d:\d\d)\.0{1,9}(?=")', re.ASCII)
"""The fraction of zeros at the end of a date-time in JSON text."""


class KeyChecker:
    """Checks that the keys of one response are usable and unique.

    Args:
        columns: Names of the key columns.
        own: Key columns that the tap fills in itself: their values are never null and always
            short, so they are not checked.
    """

    def __init__(self, columns: Sequence[str], own: Collection[str] = ()) -> None:
        self._columns = columns
        self._checked = [index for index, name in enumerate(columns) if name not in own]
        self._rows = 0
        self._seen: set[tuple[object, ...]] = set()
        self._duplicates: set[tuple[object, ...]] = set()
        # The number, from 1, and the key of the first row with an unusable key.
        self._unusable: tuple[int, tuple[object, ...]] | None = None

    def add(self, keys: Sequence[tuple[object, ...]]) -> None:
        """Add the keys of the next rows.

        Args:
            keys: For each row, the values of the key columns.
        """
        if not self._unusable and not self._are_usable(keys):
            index = next(each for each, key in enumerate(keys) if not self._are_usable([key]))
            self._unusable = (self._rows + index + 1, keys[index])
        unique = set(keys)
        if len(unique) < len(keys) or not unique.isdisjoint(self._seen):
            counts = Counter(keys)
            self._duplicates |= {key for key in unique if counts[key] > 1 or key in self._seen}
        self._seen |= unique
        self._rows += len(keys)

    def check(self) -> None:
        """Check all keys that were added.

        Raises:
            StreamError: A key has a null, a key is too long for a database index, or rows share a
                key. The message names the columns, never their values.
        """
        if self._unusable:
            number, key = self._unusable
            raise StreamError(
                f"row {number} of {self._rows} has {self._problem(key)}; nothing of this answer "
                "was emitted"
            )
        if self._duplicates:
            raise StreamError(
                f"{len(self._duplicates)} key(s) ({self._column_list}) stand for more than one "
                "row, and a target would keep only one of them; nothing of this answer was "
                "emitted: please report it"
            )

    @property
    def _column_list(self) -> str:
        return ", ".join(self._columns)

    def _are_usable(self, keys: Sequence[tuple[object, ...]]) -> bool:
        characters = 0
        for index in self._checked:
            values = [key[index] for key in keys]
            if None in values:
                return False
            characters += max(map(len, map(str, values)), default=0)
        # A character has four bytes at most: for nearly all keys, no bytes need to be counted.
        return 4 * characters <= LONGEST or all(_size(key) <= LONGEST for key in keys)

    def _problem(self, key: tuple[object, ...]) -> str:
        missing = [name for name, value in zip(self._columns, key, strict=True) if value is None]
        if missing:
            return f"no usable value in its key column `{missing[0]}`"
        return f"a key ({self._column_list}) of more than {LONGEST:,} bytes, which databases refuse"


def _size(key: tuple[object, ...]) -> int:
    """Return the size of a key in bytes of UTF-8."""
    return sum(len(str(value).encode()) for value in key)


class RowKeyGenerator:
    """Generates the `row_key` of the rows of one stream, response after response.

    A row key is the hash of the row's natural key and of its number among the rows of the same day
    with that natural key:

        day      natural key    row key
        20 Nov   ["7", "SALE"]  hash of 0 ["7", "SALE"]
        20 Nov   ["7", "SALE"]  hash of 1 ["7", "SALE"]   equal rows stay two records
        20 Nov   ["8", "SALE"]  hash of 0 ["8", "SALE"]
        21 Nov   ["7", "SALE"]  hash of 0 ["7", "SALE"]   another day: the number begins anew

    So a row gets the same key in every run that reads its day from the beginning, whether in one
    response or in several. The hash has no day, unless the natural key has one: the row of 21 Nov
    may be the row of 20 Nov after its date changed. If one response has both, `KeyChecker` refuses
    the response.

    Args:
        key: Columns of the natural key; a column that a row lacks counts as null.
        date: Column of the row's own date; None if the rows have no date.
        aliases: Other names of columns, each with the column name.
    """

    def __init__(self, key: Sequence[str], date: str | None, aliases: Mapping[str, str]) -> None:
        self.key = key
        self.date = date
        self._aliases = aliases
        # By day, as `YYYYMMDD`: the number of rows for each row key that has number 0.
        self._counts: defaultdict[str, dict[str, int]] = defaultdict(dict)

    def of(self, rows: Sequence[Mapping[str, object]]) -> list[str]:
        """Return the row keys of the next rows.

        Args:
            rows: The rows as the API sent them.
        """
        received = [by_column(row, self._aliases) for row in rows]
        naturals = ([row.get(column) for column in self.key] for row in received)
        dates = (row.get(self.date) if self.date else None for row in received)
        return self.keys_for(naturals, dates)

    def keys_for(self, naturals: Iterable[Sequence[object]], dates: Iterable[object]) -> list[str]:
        """Return the row keys of the next rows.

        Args:
            naturals: For each row, the values of its natural key, as the API sent them.
            dates: For each row, its own date, as the API sent it.
        """
        texts = list(map(_as_json, naturals))
        # Not through `_numbered`: this line runs for each row, and a call takes half as long as
        # the hash itself.
        keys = [blake2b(f"0 {text}".encode(), digest_size=16).hexdigest() for text in texts]
        start, counts = "", self._counts[""]
        for index, date in enumerate(map(str, dates)):
            # Rows of a day mostly follow each other. If the first ten characters are the day and
            # have not changed, the day need not be parsed again.
            if not start or date[:10] != start:
                counts = self._counts[_day(date)]
                start = date[:10] if _DAY.match(date) else ""
            key = keys[index]
            if key in counts:
                keys[index] = _numbered(counts[key], texts[index])
                counts[key] += 1
            else:
                counts[key] = 1
        return keys

    def forget(self, before: date) -> None:
        """Forget the counts of days before a date, and the counts of rows without a date.

        No more rows of those days will come, so the memory is freed. Rows without a date may be
        the same in each response: if their counts were kept, they would get new keys each time.
        """
        for day in [day for day in self._counts if day < f"{before:%Y%m%d}"]:
            del self._counts[day]


def _numbered(number: int, text: str) -> str:
    """Return the row key of a row with a number and the JSON text of its natural key."""
    return blake2b(f"{number} {text}".encode(), digest_size=16).hexdigest()


def _as_json(values: Sequence[object]) -> str:
    """Return values as a JSON list: unlike joined text, `["ab", "c"]` differs from `["a", "bc"]`.

    A date-time is the same text with a fraction of zeros and without.
    """
    try:
        text = f"[{', '.join(map(encode_basestring_ascii, values))}]"  # type: ignore[arg-type]  # see below
    except TypeError:
        # Not all values are text. Both ways give the same JSON; the first is faster.
        text = simplejson.dumps(list(values))
    return _NO_FRACTION.sub("", text) if ".0" in text else text


def _day(date: str) -> str:
    """Return the first eight digits of a date as the API sent it; empty without a date."""
    return re.sub(r"\D", "", date)[:8]
