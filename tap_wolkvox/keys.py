"""Keys: a row without one, or two rows with the same one, would be lost in the target."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING

import simplejson

from tap_wolkvox import values
from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LONGEST = 500
"""Characters of a key, all columns together: an index of PostgreSQL holds 2,704 bytes."""


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
        if sum(len(str(record[column])) for column in key) > LONGEST:
            raise StreamError(
                f"row {number} of {len(records)} has a key ({', '.join(key)}) of more than "
                f"{LONGEST} characters, which databases refuse; nothing of this answer was emitted"
            )
    counts = Counter(tuple(record[column] for column in key) for record in records)
    shared = sum(1 for count in counts.values() if count > 1)
    if shared:
        raise StreamError(
            f"{shared} key(s) ({', '.join(key)}) stand for more than one row, and a target would "
            "keep only one of them; nothing of this answer was emitted: please report it"
        )


def row_keys(
    rows: Sequence[Mapping[str, object]], key: Sequence[str], aliases: Mapping[str, str]
) -> list[str]:
    """Return a key for each row: a hash of its natural key, and of how many had it before.

    The same rows have the same keys whenever they are read; two identical rows stay two.

    Args:
        rows: The rows as the API sent them.
        key: Columns of the natural key; one that a row lacks counts as null.
        aliases: Other names of columns, each with the column.
    """
    before: Counter[str] = Counter()
    made = []
    for row in rows:
        natural = _natural_key(row, key, aliases)
        made.append(blake2b(f"{before[natural]} {natural}".encode(), digest_size=16).hexdigest())
        before[natural] += 1
    return made


def _natural_key(row: Mapping[str, object], key: Sequence[str], aliases: Mapping[str, str]) -> str:
    """Return the raw texts of a natural key as one text, in which none runs into the next."""
    sent: dict[str, object] = {}
    for field, value in row.items():
        sent.setdefault(values.column_name(field, aliases), value)
    return simplejson.dumps([sent.get(column) for column in key])
