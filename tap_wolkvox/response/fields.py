"""Fields as the API writes them: the columns that they stand for, and values that are none."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING = frozenset({"", "-", "--"})
"""Texts that stand for no value, once blanks around them are gone."""

NO_ALIASES: Mapping[str, str] = MappingProxyType({})


def column_name(field: str, aliases: Mapping[str, str] = NO_ALIASES) -> str:
    """Return the column for a field of the API: `yes/no` → `yes_no`, `ASA` → `asa`.

    Args:
        field: Name of the field.
        aliases: Other names of columns, each with the column.
    """
    name = _normalised(field)
    return aliases.get(name, name)


def by_column(
    row: Mapping[str, object], aliases: Mapping[str, str] = NO_ALIASES
) -> dict[str, object]:
    """Return the raw values of a row by column; of two fields for one column, the first counts.

    Args:
        row: The row as the API sent it.
        aliases: Other names of columns, each with the column.
    """
    sent: dict[str, object] = {}
    for field, value in row.items():
        sent.setdefault(column_name(field, aliases), value)
    return sent


@lru_cache(maxsize=4096)
def _normalised(field: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", field.strip().lower())
