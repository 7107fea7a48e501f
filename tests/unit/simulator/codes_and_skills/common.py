"""Shares and means."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from tests.support.reports_of import (
    DAY,
    TODAY,
)

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row


ODD = ("20261118093007", "20261119101530")
each_range = pytest.mark.parametrize("days", [DAY, TODAY, ODD])


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:,.2f} %"


def by(found: list[Row], column: str) -> dict[str, list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in found:
        groups[row[column]].append(row)
    return groups


def voice(found: list[Row]) -> list[Row]:
    return [row for row in found if row["type_interaction"] == "inbound"]
