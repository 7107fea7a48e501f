"""Maps the field names of the API to column names, and lists the texts that stand for null."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING = frozenset({"", "-", "--"})
"""Texts that stand for null. Compare after removing the blanks around a text."""

NO_ALIASES: Mapping[str, str] = MappingProxyType({})


def column_name(field: str, aliases: Mapping[str, str] = NO_ALIASES) -> str:
    """Return the column for a field of the API: `yes/no` → `yes_no`, `ASA` → `asa`.

    Args:
        field: Name of the field.
        aliases: Maps a column name that the API also uses to the column of the schema.
    """
    name = _normalised(field)
    return aliases.get(name, name)


def by_column(
    row: Mapping[str, object], aliases: Mapping[str, str] = NO_ALIASES
) -> dict[str, object]:
    """Return the raw values of a row by column. If two fields map to one column, the first wins.

    Args:
        row: The row as received.
        aliases: Maps a column name that the API also uses to the column of the schema.
    """
    values: dict[str, object] = {}
    for field, value in row.items():
        values.setdefault(column_name(field, aliases), value)
    return values


# The API has about 500 names. The limit keeps a server that invents names from filling the memory.
@lru_cache(maxsize=4096)
def _normalised(field: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", field.strip().lower())
