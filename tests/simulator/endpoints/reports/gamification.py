"""gamification.php: the points of agents."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import average
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.agents.totals import columns, tallies

if TYPE_CHECKING:
    from collections import Counter
    from datetime import date

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent

POINTS_A_CALL = 3
POINTS_A_HIT = 25


@over_range
def agents_kpi(report: Report) -> list[Row]:
    """One row per agent with the days of a login or a call, the last day first."""
    sums = tallies(report, lambda local, agent: (agent, local.date()))
    worked = {(each.agent, report.local(each.begin).date()) for each in report.sessions()}
    days: defaultdict[Agent, list[date]] = defaultdict(list)
    for agent, day in worked | set(sums):
        days[agent].append(day)
    return [
        {
            "agent_id": agent.id,
            "agent_name": agent.name,
            "agent_dni": agent.dni,
            "stats": [_stats(day, sums[agent, day]) for day in sorted(days[agent], reverse=True)],
        }
        for agent in sorted(days, key=lambda agent: agent.id)
    ]


def _stats(day: date, sums: Counter[str]) -> Row:
    of_agents = columns(sums)
    return {
        "date": f"{day:%Y%m%d}",
        "points": str(POINTS_A_CALL * sums["calls"] + POINTS_A_HIT * sums["hits"]),
        "hits": str(sums["hits"]),
        "calls": of_agents["calls"],
        "aht_time": of_agents["aht"],
        "acw_time": of_agents["acw_time"],
        "occupancy": _occupancy(sums),
        "login_time": of_agents["login_time"],
    }


def _occupancy(sums: Counter[str]) -> str:
    """The occupancy as in reports about agents, but as a whole number."""
    busy = sums["inbound_time"] + sums["outbound_time"] + sums["acw"]
    return f"{average(100 * busy, max(0, sums['login'] - sums['aux'])):,} %"


ENDPOINTS = (
    Endpoint("gamification", "agents_kpi", "200", FOUND, agents_kpi, DATES, NO_ROWS, days=31),
)
