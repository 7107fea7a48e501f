"""Cases and chats, counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator.endpoints.common.answers import Row


at = datetime.fromisoformat
MORNING = at("2026-11-20T11:31")
KNOWN = MORNING - timedelta(minutes=10)
DAYS = "2026-11-18T00:00:00", "2026-11-19T23:59:59"
ODD = "2026-11-17T09:31:07", "2026-11-19T18:02:44"
WIDE = "2026-11-14T00:00:00", "2026-11-22T23:59:59"
"""All that is closed or transferred on DAYS began in it, and all that began then is over in it."""


def by(field: str, found: Iterable[Row]) -> dict[str, Row]:
    """The rows by a field, which must tell them apart."""
    found = list(found)
    told = {row[field]: row for row in found}
    assert len(told) == len(found)
    return told
