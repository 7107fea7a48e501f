"""reports_manager.php: the work of agents by campaign, skill, hour and half hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.agents.activity import days_of
from tests.simulator.endpoints.reports.agents.holds_transfers_previews import (
    joined,
    pauses,
    previews,
    times,
)
from tests.simulator.endpoints.reports.agents.totals import add, columns, handling, tallies

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent

LOGGED_IN = ("login", "aux")


@over_range
def agent_4(report: Report) -> list[Row]:
    """One row per agent and campaign, with the calls of that campaign only.

    An agent is logged in for all campaigns at once, so each row has the whole time.
    """
    sums: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for _, call in report.connected():
        if call.campaign:
            add(sums[call.agent.id, call.campaign.id], call, report.known)
    names = _names(report)
    at_all = tallies(report, lambda _, agent: agent.id)
    return [
        {
            "agent_id": agent,
            "agent_name": names[agent],
            **columns(found + Counter({each: at_all[agent][each] for each in LOGGED_IN})),
            "campaign_id": campaign,
        }
        for (agent, campaign), found in sorted(sums.items(), key=lambda each: each[0])
    ]


def _names(report: Report) -> dict[str, str]:
    return {agent.id: agent.name for agent in report.question.operation.world.agents}


@over_range
def agent_5(report: Report) -> list[Row]:
    """One row per agent with the 24 hours of all days together. Idle hours are zeros."""
    sums = tallies(report, lambda local, agent: (agent, local.hour))
    return [
        {
            "agent_name": agent.name,
            "agent_id": agent.id,
            "status_x_hour": [
                {"hour": f"{hour:02}:00", **columns(sums[agent, hour])} for hour in range(24)
            ],
        }
        for agent in _by_id({agent for agent, _ in sums})
    ]


def _by_id(agents: set[Agent]) -> list[Agent]:
    return sorted(agents, key=lambda agent: agent.id)


@over_range
def agent_8_1(report: Report) -> list[Row]:
    """48 rows per agent and day, for the same agents and days as ``agent_8``."""
    sums = tallies(
        report, lambda local, agent: (local.date(), agent, local.hour, local.minute // 30)
    )
    return [
        {
            "agent_name": agent.name,
            "agent_id": agent.id,
            "agent_dni": agent.dni,
            "date": day.isoformat(),
            "hour": f"{hour:02}:{30 * half:02}",
            **columns(sums[day, agent, hour, half]),
        }
        for day, agent in days_of(report, {(day, agent) for day, agent, _, _ in sums})
        for hour in range(24)
        for half in range(2)
    ]


@over_range
def agent_9(report: Report) -> list[Row]:
    """One row per agent's name: the sums of ``agent_10``. Agents of one name share a row."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in pauses(report):
        sums[each.call.agent.name] += Counter({"count": 1, each.action: each.lasts})
    return [
        {
            "agent_name": name,
            "count": str(found["count"]),
            "hold_time": duration(found["hold"]),
            "mute_time": duration(found["mute"]),
            "total_time": duration(found["hold"] + found["mute"]),
        }
        for name, found in sorted(sums.items())
    ]


@over_range
def agent_11(report: Report) -> list[Row]:
    """One row per skill with a list of its agents. Each has the figures of ``agent_1``."""
    sums = tallies(report, lambda _, agent: agent)
    rows = []
    for skill in report.question.operation.world.skills:
        agents = _by_id({agent for agent, _ in skill.experts if agent in sums})
        if agents:
            found = [_of_skill(agent, sums[agent]) for agent in agents]
            rows.append({"skill_name": skill.name, "agents": found})
    return rows


def _of_skill(agent: Agent, sums: Counter[str]) -> Row:
    return {
        "agent_name": agent.name,
        "agent_dni": agent.dni,
        "agent_id": agent.id,
        **columns(sums),
        "hits": str(sums["hits"]),
        "rpc": str(sums["rpc"]),
        "aht_outbound": handling(sums, "outbound"),
        "aht_inbound": handling(sums, "inbound"),
    }


@over_range
def agent_12(report: Report) -> list[Row]:
    """One row per agent: the sums of ``agent_13``."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, call in joined(report):
        sums[call.agent.id] += Counter({call.type: 1, "talk": call.talk})
    names = _names(report)
    return [
        {
            "agent_name": names[agent],
            "agent_id": agent,
            "transfer_calls": str(found["transfer"]),
            "conference_calls": str(found["conference"]),
            "total_time": duration(found["talk"]),
        }
        for agent, found in sorted(sums.items())
    ]


@over_range
def agent_16(report: Report) -> list[Row]:
    """One row per agent: the sums of ``agent_15``."""
    sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in previews(report):
        sums[each.call.agent.id] += each.seconds + Counter(calls=1)
    names = _names(report)
    return [
        {
            "id_agent": agent,
            "agent_name": names[agent],
            "calls": str(found["calls"]),
            **times(found),
        }
        for agent, found in sorted(sums.items())
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, code, FOUND, rows, DATES, NO_ROWS, days=31)
    for api, code, rows in (
        ("agent_4", 200, agent_4),
        ("agent_5", 200, agent_5),
        ("agent_8_1", 200, agent_8_1),
        ("agent_9", 200, agent_9),
        ("agent_11", 200, agent_11),
        ("agent_12", 200, agent_12),
        ("agent_16", "200", agent_16),
    )
)
