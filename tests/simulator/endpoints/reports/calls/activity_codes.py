"""reports_manager.php: the activity codes of calls."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.calls.call_list import codes, destination

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Code
    from tests.simulator.world.events.call import Call

GROUP = ("cod_act",)


def _coded(report: Report) -> Iterator[tuple[datetime, Call, Code]]:
    """The calls with a known code of the group asked for."""
    group = report.question.query["cod_act"]
    for local, call in report.connected():
        code = {"cod_act1": call.code, "cod_act2": call.code_2}.get(group)
        if code and call.coded(report.known):
            yield local, call, code


def _named(code: Code) -> Row:
    return {"cod_act": code.id, "description_cod_act": code.description}


@over_range
def act_1(report: Report) -> list[Row]:
    """One row per agent and code."""
    counts: Counter[tuple[str, str]] = Counter()
    agents, found = {}, {}
    for _, call, code in _coded(report):
        agents[call.agent.dni], found[code.id] = call.agent, code
        counts[call.agent.dni, code.id] += 1
    return [
        {
            "count": str(count),
            "agent_name": agents[dni].name,
            "agent_dni": dni,
            **_named(found[code]),
        }
        for (dni, code), count in sorted(counts.items())
    ]


@over_range
def act_2(report: Report) -> list[Row]:
    """One row per skill and code. Calls without a skill are left out."""
    counts: Counter[tuple[str, str]] = Counter()
    found = {}
    for _, call, code in _coded(report):
        if call.skill:
            found[code.id] = code
            counts[call.skill.id, code.id] += 1
    return [
        {"count": str(count), "skill_id": skill, **_named(found[code])}
        for (skill, code), count in sorted(counts.items())
    ]


@over_range
def act_3(report: Report) -> list[Row]:
    """One row per call or leg of a call. It has the codes of both groups."""
    return [
        {
            "conn_id": call.conn_id,
            "agent_id": call.agent.id,
            "agent_name": call.agent.name,
            "agent_dni": call.agent.dni,
            "skill_id": call.skill.id if call.skill else call.blank,
            "date": stamp(local),
            **codes(call, report.known),
            "comments": call.comment,
            "type_interaction": call.type,
            "telephone": call.customer.phone,
            "destiny": destination(call),
            "time": duration(call.talk),
            "hang_up": call.hang_up,
            "customer_id": call.customer.id,
            "campaign_id": call.campaign.id if call.campaign else call.blank,
        }
        for local, call, _ in _coded(report)
    ]


@over_range
def act_4(report: Report) -> list[Row]:
    """One row per agent who talked: the number of calls without a code so far."""
    counts = Counter(call.agent for _, call in report.connected() if not call.coded(report.known))
    agents = {call.agent for _, call in report.connected()}
    return [
        {"uncode_calls": str(counts[agent]), "agent_id": agent.id, "agent_name": agent.name}
        for agent in sorted(agents, key=lambda agent: agent.id)
    ]


@over_range
def act_5(report: Report) -> list[Row]:
    """One row per code."""
    counts = Counter(code for _, _, code in _coded(report))
    return [
        {"count": str(counts[code]), **_named(code)}
        for code in sorted(counts, key=lambda code: code.id)
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, 200, FOUND, rows, (*needs, *DATES), NO_ROWS, days=31)
    for api, rows, needs in (
        ("act_1", act_1, GROUP),
        ("act_2", act_2, GROUP),
        ("act_3", act_3, GROUP),
        ("act_4", act_4, ()),
        ("act_5", act_5, GROUP),
    )
)
