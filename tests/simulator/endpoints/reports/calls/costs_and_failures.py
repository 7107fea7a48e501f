"""reports_manager.php: costs and lengths of calls, and calls that failed."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import EACH, NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint, Question
from tests.simulator.endpoints.common.formats import percent, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.calls.call_list import destination

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.endpoints.common.endpoint import Rows
    from tests.simulator.world.events.call import Call

INTERVALS = ("0_5_seg", "6_20_seg", "21_60_seg", "61_120_seg", "greater_than_121")
LAST_SECONDS = (5, 20, 60, 120)
"""The last second of each interval but the last."""

WORDS = {
    "ABANDON": "Cancel",
    "ANSWER MACHINE": "No answer",
    "BUSY": "Busy",
    "CHANUNAVAIL": "Chanunavail",
    "CONGESTION": "Congestion",
    "FAILED": "Chanunavail",
    "NO ANSWER": "No answer",
}
"""Results in the words of these reports, which have fewer of them."""


@over_range
def cdr_2(report: Report) -> list[Row]:
    """One row per agent's name. Agents of one name share a row."""
    by_name: defaultdict[str, list[Call]] = defaultdict(list)
    for _, call in report.connected():
        by_name[call.agent.name].append(call)
    return [
        {"calls": str(len(by_name[name])), "agent_name": name, "cost": _cost(by_name[name])}
        for name in sorted(by_name)
    ]


def _cost(calls: list[Call]) -> str:
    return f"{sum(call.cost for call in calls):.2f}"


@over_range
def cdr_4(report: Report) -> list[Row]:
    """One row per interval of seconds talked. There are all rows or none."""
    by_interval: list[list[Call]] = [[] for _ in INTERVALS]
    for _, call in report.connected():
        by_interval[bisect_left(LAST_SECONDS, call.talk)].append(call)
    total = sum(map(len, by_interval))
    if not total:
        return []
    return [
        {
            "interval": interval,
            "calls": str(len(calls)),
            "minutes": f"{sum(call.talk for call in calls) / 60:.2f}",
            "cost": _cost(calls),
            "percentage": percent(len(calls), total),
        }
        for interval, calls in zip(INTERVALS, by_interval, strict=True)
    ]


def _by_interval(around: dict[str, object], rows: list[Row], _: Question) -> object:
    """An object with one row per interval."""
    return around | {
        "data": {
            row["interval"]: {name: row[name] for name in row if name != "interval"} for row in rows
        }
    }


@over_range
def cdr_5(report: Report) -> list[Row]:
    """One row per call that was not connected. Predictive calls had no agent yet."""
    return [
        {
            "agent_name": call.blank if call.type == "out_pre" else call.agent.name,
            "date": stamp(local),
            "destiny": destination(call),
            "telephone": call.customer.phone,
            "ring_time": str(call.ring),
            "result": WORDS[call.result],
            "type_interaction": call.type,
            "customer_id": call.customer.id,
            "campaign_id": call.campaign.id if call.campaign else call.blank,
            "agent_id": call.blank if call.type == "out_pre" else call.agent.id,
            "conn_id": call.conn_id,
        }
        for local, call in _unconnected(report)
    ]


def _unconnected(report: Report) -> Iterator[tuple[datetime, Call]]:
    return ((local, call) for local, call in report.calls() if not call.connected)


@over_range
def cdr_6(report: Report) -> list[Row]:
    """One row per result of the same calls."""
    counts = Counter(WORDS[call.result] for _, call in _unconnected(report))
    return [{"result": result, "count": str(counts[result])} for result in sorted(counts)]


def _endpoint(rows: Rows) -> Endpoint:
    name = rows.__name__
    return Endpoint("reports_manager", name, 200, FOUND, rows, DATES, NO_ROWS, days=31)


ENDPOINTS = (
    _endpoint(cdr_2),
    Endpoint(
        "reports_manager",
        "cdr_4",
        200,
        FOUND,
        cdr_4,
        DATES,
        NO_ROWS,
        _by_interval,
        ("data", EACH),
        days=31,
    ),
    _endpoint(cdr_5),
    _endpoint(cdr_6),
)
