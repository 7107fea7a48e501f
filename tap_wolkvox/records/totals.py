"""Sums: rows named TOTAL, which add up the others and would be counted twice.

Wolkvox documents them for a few reports. Elsewhere they may come all the same, but an agent or a
campaign may be called so too: there, only a row that is of nobody is a sum.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import Kind
from tap_wolkvox.response.fields import MISSING, by_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_wolkvox.catalog.endpoints import Endpoint
    from tap_wolkvox.response.extractors import Row

TOTAL = "TOTAL"
"""What the row is named that adds up the others."""

_WRITTEN = b'"%s"' % TOTAL.encode()
_ESCAPED = re.compile(rb"\\u00(?:54|4[1fFcC])")
"""A letter of it, as JSON may write it too."""

_WITHOUT = frozenset({Kind.CATALOGUE, Kind.SNAPSHOT})
"""Kinds whose rows are each of a thing of its own, whatever that is called."""


class TotalRows:
    """Tells the rows of an endpoint that add up others.

    Args:
        endpoint: The endpoint.
        aliases: Other names of its columns, each with the column.
    """

    def __init__(self, endpoint: Endpoint, aliases: Mapping[str, str]) -> None:
        self._aliases = aliases
        self._labels = () if endpoint.kind in _WITHOUT else endpoint.totals or _texts(endpoint)
        self._ids = () if endpoint.totals else _ids(endpoint)
        self.are_told_by_ids = not endpoint.totals and bool(self._labels)
        """Whether the ids of a row decide; else one of its labels does."""

    def has(self, row: Row) -> bool:
        """Whether a row is one."""
        if not self._labels or TOTAL not in row.values():
            return False
        sent = by_column(row, self._aliases)
        is_named = any(sent.get(label) == TOTAL for label in self._labels)
        return is_named and all(_is_nobody(sent.get(name)) for name in self._ids)

    def may_be_in(self, rows: bytes) -> bool:
        """Whether some rows, as they were sent, may have one that only its ids tell."""
        return self.are_told_by_ids and (
            _WRITTEN in rows or (rb"\u00" in rows and bool(_ESCAPED.search(rows)))
        )


def _texts(endpoint: Endpoint) -> tuple[str, ...]:
    declared = schemas.received(endpoint).items()
    return tuple(name for name, schema in declared if "string" in schema["type"])


def _ids(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the columns that say whose a row is; where no id does, an event has its date."""
    sent = tuple(name for name in schemas.ids(endpoint) if name not in endpoint.non_payload_columns)
    if sent or endpoint.kind is not Kind.EVENT or not endpoint.date:
        return sent
    return (endpoint.date,)


def _is_nobody(value: object) -> bool:
    return value is None or str(value).strip() in {TOTAL, *MISSING}
