"""Totals of what agents did, by any key."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeVar

from tests.simulator.endpoints.common.formats import average, duration, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.endpoints.common.report_scope import Report
    from tests.simulator.world.entities import Agent
    from tests.simulator.world.events.call import Call

    Key = TypeVar("Key", bound=Hashable)

SIDES = {
    "inbound": "inbound",
    "conference": "inbound",
    "transfer": "inbound",
    "out_pre": "outbound",
    "outbound_ma": "outbound",
    "internal call": "internal",
}
"""The direction that each type of call counts for."""

SOMEBODY_ELSE = ("CV_BUZON", "NUM_ERRADO", "102")
"""Codes of calls that did not reach the right person."""


def tallies(
    report: Report, key: Callable[[datetime, Agent], Key]
) -> defaultdict[Key, Counter[str]]:
    """Totals by key. The key function gets a local time and an agent.

    A call counts at its begin. Time logged in counts when it passes.
    """
    found: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for local, call in report.connected():
        add(found[key(local, call.agent)], call, report.known)
    for session in report.sessions():
        for local, seconds in report.seconds(session.begin, session.end):
            found[key(local, session.agent)]["login"] += seconds
        for each in session.breaks:
            for local, seconds in report.seconds(each.begin, each.end):
                found[key(local, session.agent)]["aux"] += seconds
    return found


def add(sums: Counter[str], call: Call, known: datetime) -> None:
    """Add a connected call, with what is known of it at a moment."""
    side, worked, coded = SIDES[call.type], call.worked(known), call.coded(known)
    sums["calls"] += 1
    sums[side] += 1
    sums[f"{side}_time"] += call.talk
    sums[f"{side}_acw"] += worked
    sums["acw"] += worked
    sums["ring"] += call.ring
    sums["hits"] += coded and call.hit
    sums["rpc"] += coded and call.code is not None and call.code.id not in SOMEBODY_ELSE


def columns(sums: Counter[str]) -> Row:
    """Counts, times and shares: the columns that reports about agents share."""
    talk = sums["inbound_time"] + sums["outbound_time"]
    available = sums["login"] - sums["aux"]
    busy = talk + sums["internal_time"] + sums["acw"] + sums["ring"]
    return {
        **{name: str(sums[name]) for name in ("calls", "inbound", "outbound", "internal")},
        "ready_time": duration(max(0, available - busy)),
        "inbound_time": duration(sums["inbound_time"]),
        "outbound_time": duration(sums["outbound_time"]),
        "acw_time": duration(sums["acw"]),
        "ring_time": duration(sums["ring"]),
        "login_time": duration(sums["login"]),
        "aht": duration(average(talk + sums["acw"], sums["calls"])),
        "occupancy": percent(talk + sums["acw"], available),
        "aux_time": duration(sums["aux"]),
    }


def handling(sums: Counter[str], side: str) -> str:
    """The average time to handle a call of one direction, with the work after it."""
    return duration(average(sums[f"{side}_time"] + sums[f"{side}_acw"], sums[side]))
