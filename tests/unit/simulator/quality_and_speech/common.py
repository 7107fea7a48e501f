"""Conversations, and what is told of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

from tests.support.reports_of import rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator import Simulator
    from tests.simulator.endpoints.common.answers import Row


at = datetime.fromisoformat
LATER = at("2026-12-01T12:00")
DAYS = "2026-11-18T00:00:00", "2026-11-19T23:59:59"
WIDE = "2026-11-13T00:00:00", "2026-11-20T23:59:59"


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def grouped(found: list[Row], *columns: str) -> dict[tuple[str, ...], list[Row]]:
    groups = defaultdict(list)
    for row in found:
        groups[tuple(row[name] for name in columns)].append(row)
    return groups


class Conversations:
    """What the reports of calls and chats say, by id and agent."""

    def __init__(self, sim: Simulator) -> None:
        begin, end = "2026-11-10T00:00:00", "2026-11-20T23:59:59"
        self.found = {
            (row["conn_id"], row["agent_id"]): row
            for api in ("cdr_1", "chat_1")
            for row in rows(sim, api, (begin, end))
        }

    def of(self, row: Row) -> Row:
        return self.found[row["conn_id"], row["agent_id"]]
