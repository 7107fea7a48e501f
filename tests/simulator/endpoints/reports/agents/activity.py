"""reports_manager.php: what agents did, altogether, by the hour, and state by state."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.agents.totals import columns, handling, tallies
from tests.simulator.endpoints.reports.calls.call_list import DATES, FOUND, destination

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent
    from tests.simulator.world.events.calls import Call
    from tests.simulator.world.events.shifts import Break

CURRENT_MONTH = "Information found for the current month"
NOT_YET = "-"
CONTACT = ("conn_id", "type_interaction", "destinity", "telephone", "campaign_id")
STATES = ("RING", "TALK", "ACW")


@over_range
def agent_1(report: Report) -> list[Row]:
    """One row an agent who was logged in or talked: all, or the one that was asked for."""
    wanted = report.question.query.get("agent_id") or None
    sums = tallies(report, lambda _, agent: agent)
    return [
        {
            **_who(agent),
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


def _who(agent: Agent) -> Row:
    return {"agent_id": agent.id, "agent_dni": agent.dni, "agent_name": agent.name}


def _login_and_logout(report: Report, agent: Agent) -> Row:
    """The first one and the last one of the range."""
    mine = [session for session in report.sessions() if session.agent == agent]
    logins = [each.begin for each in mine if report.within(each.begin)]
    logouts = [each.end for each in mine if report.within(each.end) and each.end <= report.known]
    return {
        "login": stamp(report.local(min(logins))) if logins else NOT_YET,
        "logout": stamp(report.local(max(logouts))) if logouts else NOT_YET,
    }


@over_range
def agent_3(report: Report) -> list[Row]:
    """One row an agent and auxiliary state: its breaks that began in the range."""
    sums: Counter[tuple[str, str]] = Counter()
    agents = {}
    for agent, each in _breaks(report):
        agents[agent.id] = agent
        sums[agent.id, each.state] += report.so_far(each.begin, each.end)
    return [
        {**_who(agents[id_]), "aux_state": state, "time": duration(seconds)}
        for (id_, state), seconds in sorted(sums.items())
    ]


def _breaks(report: Report) -> Iterator[tuple[Agent, Break]]:
    for session in report.sessions():
        for each in session.breaks:
            if each.begin <= report.known and report.within(each.begin):
                yield session.agent, each


@over_range
def agent_6(report: Report) -> list[Row]:
    """One row an hour of the day, whatever the day, in which somebody was there."""
    sums = tallies(report, lambda local, _: local.hour)
    return [{"hour": f"{hour:02}:00", **columns(sums[hour])} for hour in sorted(sums)]


@over_range
def agent_7(report: Report) -> list[Row]:
    """One row a session that began in the range."""
    sessions = [session for session in report.sessions() if report.within(session.begin)]
    return [
        {
            "agent_name": each.agent.name,
            "agent_id": each.agent.id,
            "date": f"{report.local(each.begin):%Y-%m-%d}",
            "login": stamp(report.local(each.begin)),
            "logout": _end(report, each.end),
            # Without a zero in front, as on the vendor's page.
            "login_time": duration(report.so_far(each.begin, each.end)).removeprefix("0"),
        }
        for each in sorted(sessions, key=lambda session: (session.begin, session.agent.id))
    ]


def _end(report: Report, moment: datetime) -> str:
    return stamp(report.local(moment)) if moment <= report.known else NOT_YET


@over_range
def agent_8(report: Report) -> list[Row]:
    """24 rows a day for each agent who was logged in on it or talked; idle hours are zeros."""
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
    """The days of the range on which each agent talked or was logged in."""
    there = {(report.local(each.begin).date(), each.agent) for each in report.sessions()}
    return sorted(talked | there, key=lambda each: (each[0], each[1].id))


@over_range
def agent_14(report: Report) -> list[Row]:
    """One row a state that began in the range: three for a call, one for a break."""
    return [
        state_row(report, each) | {"agent_dni": each.agent.dni, "agent_name": each.agent.name}
        for each in states(report)
    ]


@dataclass(frozen=True, slots=True)
class State:
    """What an agent did from one moment to another, and with whom."""

    agent: Agent
    name: str
    begin: datetime
    end: datetime
    contact: Row


def states(report: Report, agent_id: str | None = None) -> list[State]:
    """The states that began in the range, of everybody or of one agent; by date."""
    found = [*_of_calls(report, agent_id), *_of_breaks(report, agent_id)]
    return sorted(found, key=lambda each: (each.begin, each.agent.id, each.contact["conn_id"]))


def state_row(report: Report, state: State) -> Row:
    """What reports of states tell of one."""
    return {
        "agent_id": state.agent.id,
        "agent_status": state.name,
        "time": duration(report.so_far(state.begin, state.end)),
        "date_ini": stamp(report.local(state.begin)),
        "date_end": _end(report, state.end),
        **state.contact,
    }


def _of_calls(report: Report, agent_id: str | None) -> Iterator[State]:
    for call in report.calls_around():
        if call.connected and agent_id in {None, call.agent.id}:
            worked = call.ended + timedelta(seconds=call.acw)
            moments = (call.rang, call.answered, call.ended, worked)
            for name, (begin, end) in zip(STATES, pairwise(moments), strict=True):
                if report.within(begin):
                    yield State(call.agent, name, begin, end, _contact(call))


def _of_breaks(report: Report, agent_id: str | None) -> Iterator[State]:
    for agent, each in _breaks(report):
        if agent_id in {None, agent.id}:
            nobody = dict.fromkeys(CONTACT, each.blank)
            yield State(agent, each.state, each.begin, each.end, nobody)


def _contact(call: Call) -> Row:
    campaign = call.campaign.id if call.campaign else call.blank
    values = (call.conn_id, call.type, destination(call), call.customer.phone, campaign)
    return dict(zip(CONTACT, values, strict=True))


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, 200, msg, rows, DATES, NO_ROWS, days=31)
    for api, msg, rows in (
        ("agent_1", CURRENT_MONTH, agent_1),
        ("agent_3", FOUND, agent_3),
        ("agent_6", FOUND, agent_6),
        ("agent_7", FOUND, agent_7),
        ("agent_8", FOUND, agent_8),
        ("agent_14", FOUND, agent_14),
    )
)
