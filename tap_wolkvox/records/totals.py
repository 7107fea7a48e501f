"""Rows of totals: rows labelled TOTAL that add up the other rows.

They are removed, because a sum over the table would count everything twice. Wolkvox documents such
rows for a few reports only, and names the column with the label. Other reports may send them too,
but there an agent or a campaign may also be called TOTAL. So a row of those reports is removed only
if it has the label and no id:

    agent_id  agent_name  calls
    7         TOTAL          12    an agent of this name: kept
    (blank)   TOTAL         345    the sum of all agents: removed
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.response.fields import MISSING, by_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.response.extractors import Row

TOTAL = "TOTAL"
"""Label of a row of totals."""

_QUOTED = b'"%s"' % TOTAL.encode()
"""The label as a JSON string."""

_ESCAPED = re.compile(rb"\\u00(?:54|4[1fFcC])")
r"""A letter of the label as a JSON escape: T, A, O or L as \u0054, \u0041, \u004f, \u004c."""

_WITHOUT_TOTALS = frozenset({Kind.CATALOGUE, Kind.SNAPSHOT})
"""Kinds that have no rows of totals: each row is a thing, which may have any name."""


class TotalRows:
    """Recognizes the rows of totals of an endpoint.

    Args:
        endpoint: The endpoint.
        aliases: Other names of columns, each with the column name.
    """

    def __init__(self, endpoint: Endpoint, aliases: Mapping[str, str]) -> None:
        self._aliases = aliases
        has_none = endpoint.kind in _WITHOUT_TOTALS
        self._labels = () if has_none else endpoint.totals or _text_columns(endpoint)
        self._ids = () if endpoint.totals else _id_columns(endpoint)
        self.are_told_by_ids = not endpoint.totals and bool(self._labels)
        """Whether the ids of a row decide too; else the label alone does."""

    def has(self, row: Row) -> bool:
        """Whether a row is a row of totals."""
        if not self._labels or TOTAL not in row.values():
            return False
        values = by_column(row, self._aliases)
        is_labelled = any(values.get(label) == TOTAL for label in self._labels)
        return is_labelled and all(_is_no_id(values.get(name)) for name in self._ids)

    def may_be_in(self, rows: bytes) -> bool:
        """Whether rows of JSON may hold a row of totals that only its ids tell from a record.

        A fast test on bytes. It may return true for rows without totals, but it never misses one.
        """
        return self.are_told_by_ids and (
            _QUOTED in rows or (rb"\u00" in rows and bool(_ESCAPED.search(rows)))
        )


def _text_columns(endpoint: Endpoint) -> tuple[str, ...]:
    declared = schemas.received(endpoint).items()
    return tuple(name for name, schema in declared if "string" in schema["type"])


def _id_columns(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the columns with the ids of a row; for an event without ids, the column of its date.

    Columns that the tap fills in itself do not count: a row of totals has values in them too.
    """
    ids = tuple(name for name in schemas.ids(endpoint) if name not in endpoint.non_payload_columns)
    if ids or endpoint.kind is not Kind.EVENT or not endpoint.date:
        return ids
    return (endpoint.date,)


def _is_no_id(value: object) -> bool:
    return value is None or str(value).strip() in {TOTAL, *MISSING}
