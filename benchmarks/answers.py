"""The responses that the programs read: rows of the simulator in the API's envelope."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from tests.simulator import Simulator

Row: TypeAlias = dict[str, Any]

MOST = 59_999
"""Rows of the largest response that is certainly not truncated."""

PACE = 2.6
"""Pace of the simulator at which a month has that many calls."""

MONTH = ("20261001000000", "20261031235959")
SAID = "Dice que «mañana», señaló: ¿qué más? Añadió su número 📞 y colgó. "
"""Text added to comments: characters of one, two and four bytes, as people write them."""

DIGITS = "%Y%m%d%H%M%S"


@cache
def _month() -> list[Row]:
    """Return the calls of October 2026, as `cdr_1` returns them some weeks later."""
    later = datetime.fromisoformat("2026-11-20T10:00:00")
    # A month has more rows than one response may hold.
    simulator = Simulator(pace=PACE, row_cap=10**9, now=later)
    begin, end = MONTH
    return simulator.rows("reports_manager", "cdr_1", date_ini=begin, date_end=end)


def calls(count: int = MOST) -> list[Row]:
    """Return the oldest calls of a month.

    Args:
        count: How many.

    Raises:
        ValueError: The month has fewer calls.
    """
    rows = _month()
    if len(rows) < count:
        raise ValueError(f"there are {len(rows)} calls, not {count}")
    return rows[:count]


def body(rows: list[Row]) -> bytes:
    """Return the body of a response with these rows."""
    envelope = {"code": "200", "error": None, "msg": f"{len(rows)} records were found"}
    return _encoded(envelope | {"data": rows})


def fat(rows: list[Row], size: int) -> bytes:
    """Return the body of a response with comments long enough to reach a size.

    Args:
        rows: Its rows.
        size: Minimum size in bytes.
    """
    missing = max(size - len(body(rows)), 0)
    times = -(-missing // (len(SAID.encode()) * len(rows)))
    return body([row | {"comment": row["comment"] + SAID * times} for row in rows])


def of_window(rows: list[Row], begin: str, end: str) -> bytes:
    """Return the body of a response for a range of time, with rows of that time only.

    Args:
        rows: Templates of its rows; the number of rows stays the same.
        begin: First second of the range, 14 digits.
        end: Its last second.
    """
    first, last = (datetime.strptime(text, DIGITS) for text in (begin, end))  # noqa: DTZ007  # local
    step = (last - first) / len(rows)
    return body([_at(first + number * step, row, number) for number, row in enumerate(rows)])


def _at(time: datetime, row: Row, number: int) -> Row:
    second = time - timedelta(microseconds=time.microsecond)
    id_ = f"{row['agent_id']}.{second:%Y%m%d}.{second:%H%M%S}.{number}"
    return row | {"date": f"{second:%Y-%m-%d %H:%M:%S}", "conn_id": id_}


def _encoded(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
