"""reports_manager.php: the states of agents, one by one and in total."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.calls.call_list import destination

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent
    from tests.simulator.world.events.call import Call
    from tests.simulator.world.events.shifts import Break

NOT_YET = "-"
"""The value of an end that has not come yet."""

CONTACT = ("conn_id", "type_interaction", "destinity", "telephone", "campaign_id")
STATES = ("RING", "TALK", "ACW")


def who(agent: Agent) -> Row:
    """The columns about an agent."""
    return {"agent_id": agent.id, "agent_dni": agent.dni, "agent_name": agent.name}


@over_range
def agent_2(report: Report) -> list[Row]:
    """One row per state of one agent. ``agent_14`` spells one column differently."""
    rows = (state_row(report, each) for each in states(report, report.question.query["agent_id"]))
    return [
        {"destiny" if name == "destinity" else name: value for name, value in row.items()}
        for row in rows
    ]


@over_range
def agent_3(report: Report) -> list[Row]:
    """One row per agent and auxiliary state: the breaks that began in the range."""
    sums: Counter[tuple[str, str]] = Counter()
    agents = {}
    for agent, each in breaks(report):
        agents[agent.id] = agent
        sums[agent.id, each.state] += report.so_far(each.begin, each.end)
    return [
        {**who(agents[id_]), "aux_state": state, "time": duration(seconds)}
        for (id_, state), seconds in sorted(sums.items())
    ]


def breaks(report: Report) -> Iterator[tuple[Agent, Break]]:
    """The breaks that began in the range, each with its agent."""
    for session in report.sessions():
        for each in session.breaks:
            if each.begin <= report.known and report.within(each.begin):
                yield session.agent, each


def end_or_not_yet(report: Report, moment: datetime) -> str:
    """The end of a state or session, or NOT_YET."""
    return stamp(report.local(moment)) if moment <= report.known else NOT_YET


@over_range
def agent_14(report: Report) -> list[Row]:
    """One row per state that began in the range: three for a call, one for a break."""
    return [
        state_row(report, each) | {"agent_dni": each.agent.dni, "agent_name": each.agent.name}
        for each in states(report)
    ]


@dataclass(frozen=True, slots=True)
class State:
    """A state of an agent, with the contact that it was about."""

    agent: Agent
    name: str
    begin: datetime
    end: datetime
    contact: Row


def states(report: Report, agent_id: str | None = None) -> list[State]:
    """The states that began in the range, of all agents or of one, by date."""
    found = [*_of_calls(report, agent_id), *_of_breaks(report, agent_id)]
    return sorted(found, key=lambda each: (each.begin, each.agent.id, each.contact["conn_id"]))


def state_row(report: Report, state: State) -> Row:
    """The columns of a state."""
    return {
        "agent_id": state.agent.id,
        "agent_status": state.name,
        "time": duration(report.so_far(state.begin, state.end)),
        "date_ini": stamp(report.local(state.begin)),
        "date_end": end_or_not_yet(report, state.end),
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
    for agent, each in breaks(report):
        if agent_id in {None, agent.id}:
            nobody = dict.fromkeys(CONTACT, each.blank)
            yield State(agent, each.state, each.begin, each.end, nobody)


def _contact(call: Call) -> Row:
    campaign = call.campaign.id if call.campaign else call.blank
    values = (call.conn_id, call.type, destination(call), call.customer.phone, campaign)
    return dict(zip(CONTACT, values, strict=True))


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, 200, FOUND, rows, (*needs, *DATES), NO_ROWS, days=31)
    for api, rows, needs in (
        ("agent_2", agent_2, ("agent_id",)),
        ("agent_3", agent_3, ()),
        ("agent_14", agent_14, ()),
    )
)
