"""reports_manager.php: the work of agents in total and by hour, and their sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.agents.states import (
    NOT_YET,
    end_or_not_yet,
    who,
)
from tests.simulator.endpoints.reports.agents.totals import columns, handling, tallies

if TYPE_CHECKING:
    from datetime import date

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent

CURRENT_MONTH = "Information found for the current month"


@over_range
def agent_1(report: Report) -> list[Row]:
    """One row per agent who was logged in or talked: all of them, or the one asked for."""
    wanted = report.question.query.get("agent_id") or None
    sums = tallies(report, lambda _, agent: agent)
    return [
        {
            **who(agent),
            **columns(sums[agent]),
            "hits": str(sums[agent]["hits"]),
            "rpc": str(sums[agent]["rpc"]),
            "aht_outbund": handling(sums[agent], "outbound"),
            "aht_inbound": handling(sums[agent], "inbound"),
            **_login_and_logout(report, agent),
        }
        for agent in sorted(sums, key=lambda agent: agent.id)
        if wanted in {None, agent.id}
    ]


def _login_and_logout(report: Report, agent: Agent) -> Row:
    """The first login and the last logout of the range."""
    mine = [session for session in report.sessions() if session.agent == agent]
    logins = [each.begin for each in mine if report.within(each.begin)]
    logouts = [each.end for each in mine if report.within(each.end) and each.end <= report.known]
    return {
        "login": stamp(report.local(min(logins))) if logins else NOT_YET,
        "logout": stamp(report.local(max(logouts))) if logouts else NOT_YET,
    }


@over_range
def agent_6(report: Report) -> list[Row]:
    """One row per hour of the day in which an agent worked, over all days together."""
    sums = tallies(report, lambda local, _: local.hour)
    return [{"hour": f"{hour:02}:00", **columns(sums[hour])} for hour in sorted(sums)]


@over_range
def agent_7(report: Report) -> list[Row]:
    """One row per session that began in the range."""
    sessions = [session for session in report.sessions() if report.within(session.begin)]
    return [
        {
            "agent_name": each.agent.name,
            "agent_id": each.agent.id,
            "date": f"{report.local(each.begin):%Y-%m-%d}",
            "login": stamp(report.local(each.begin)),
            "logout": end_or_not_yet(report, each.end),
            # No leading zero, as on the vendor's page.
            "login_time": duration(report.so_far(each.begin, each.end)).removeprefix("0"),
        }
        for each in sorted(sessions, key=lambda session: (session.begin, session.agent.id))
    ]


@over_range
def agent_8(report: Report) -> list[Row]:
    """24 rows per agent and day with a login or a call. Idle hours are zeros."""
    sums = tallies(report, lambda local, agent: (local.date(), agent, local.hour))
    return [
        {
            "agent_name": agent.name,
            "agent_dni": agent.dni,
            "agent_id": agent.id,
            "date": day.isoformat(),
            "hour": f"{hour:02}:00",
            **columns(sums[day, agent, hour]),
        }
        for day, agent in days_of(report, {(day, agent) for day, agent, _ in sums})
        for hour in range(24)
    ]


def days_of(report: Report, talked: set[tuple[date, Agent]]) -> list[tuple[date, Agent]]:
    """The days of the range on which agents talked or were logged in, each with the agent."""
    there = {(report.local(each.begin).date(), each.agent) for each in report.sessions()}
    return sorted(talked | there, key=lambda each: (each[0], each[1].id))


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, 200, msg, rows, DATES, NO_ROWS, days=31)
    for api, msg, rows in (
        ("agent_1", CURRENT_MONTH, agent_1),
        ("agent_6", FOUND, agent_6),
        ("agent_7", FOUND, agent_7),
        ("agent_8", FOUND, agent_8),
    )
)
