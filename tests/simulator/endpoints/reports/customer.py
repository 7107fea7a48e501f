"""customer.php: calls, agents and skills, as in other reports but with other columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.agents.activity import agent_8
from tests.simulator.endpoints.reports.agents.totals import SIDES
from tests.simulator.endpoints.reports.calls.call_list import codes, destination
from tests.simulator.endpoints.reports.skills.interactions import interactions

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.endpoints.reports.skills.interactions import Interaction
    from tests.simulator.world.events.call import Call
    from tests.simulator.world.operation import Operation

NOT_APPLICABLE = "--"
LEVELS = (10, 20, 30, 40, 50)
"""Service levels, in seconds."""

RENAMED = {"inbound": "calls_inbound", "outbound": "calls_outbound", "internal": "calls_internal"}
"""Columns of ``agent_8``, and their names here."""

IN_FRONT = ("operation", "date", "hour", "agent_id", "agent_dni", "agent_name")
RECORDED = 0.3
MONITORED = 0.05


@over_range
def agents_detail(report: Report) -> list[Row]:
    """One row per call or leg of ``cdr_1``."""
    operation = report.question.operation
    return [
        {
            "operation": operation.name,
            "conn_id": call.conn_id,
            "type_call": SIDES[call.type],
            "date": stamp(local),
            "agent_id": call.agent.id,
            "agent_name": call.agent.name,
            "skill": call.skill.id if call.skill else call.blank,
            "duration": str(call.talk),
            **_codes_alone(call, report.known),
            "telephone": call.customer.phone,
            "hung_up": call.hang_up,
            "comment": call.comment if call.coded(report.known) else call.blank,
            "screecbox": _yes_or_no(_happened(operation, "screecbox", call, MONITORED)),
            # The status during the time of the row.
            "agent_status": "TALK",
            "customer_id": call.customer.id,
            "destiny": destination(call),
            "time": duration((call.ended - call.date).total_seconds()),
            "campaign_id": call.campaign.id if call.campaign else call.blank,
        }
        for local, call in report.connected()
    ]


def _codes_alone(call: Call, known: datetime) -> Row:
    both = codes(call, known)
    return {name: both[name] for name in ("cod_act", "cod_act_2")}


def _happened(operation: Operation, what: str, call: Call, chance: float) -> bool:
    return operation.dice(what, call.conn_id, call.type).random() < chance


def _yes_or_no(yes: bool) -> str:
    return "yes" if yes else "no"


@over_range
def agents_statustime(report: Report) -> list[Row]:
    """The rows of ``agent_8``."""
    operation = {"operation": report.question.operation.name}
    rows = []
    for row in agent_8(report.question):
        found = operation | {RENAMED.get(name, name): value for name, value in row.items()}
        rows.append({name: found[name] for name in IN_FRONT} | found)
    return rows


@over_range
def cdr_calls(report: Report) -> list[Row]:
    """One row per call or leg of ``cdr_1``."""
    operation = report.question.operation
    return [
        {
            "conn_id": call.conn_id,
            "type_call": SIDES[call.type],
            "talk_time": str(call.talk),
            "agent_id": call.agent.id,
            "agent_name": call.agent.name,
            "agent_dni": call.agent.dni,
            "skill_id": call.skill.id if call.skill else call.blank,
            "date": stamp(local),
            "hour": f"{local.hour:02}:00",
            "day_of_week": str(local.isoweekday()),
            **codes(call, report.known),
            "hit": _yes_or_no(call.coded(report.known) and call.hit),
            "telephone_destination": destination(call),
            "telephone_costs": f"{call.cost:.2f}",
            "telephone": call.customer.phone,
            "hang_up": call.hang_up,
            "customer_id": call.customer.id,
            "month": str(local.month),
            "screen_recording": _yes_or_no(_happened(operation, "screen", call, RECORDED)),
            "operation": operation.name,
            "ring": str(call.ring) if call.skill else NOT_APPLICABLE,
            # This report has answered calls only.
            "abandon": "no" if call.skill else NOT_APPLICABLE,
        }
        for local, call in report.connected()
    ]


@over_range
def skills_detail(report: Report) -> list[Row]:
    """One row per call or chat that came to a skill, answered or not."""
    operation = report.question.operation
    return [
        {
            "operation": operation.name,
            "conn_id": each.conn_id,
            "type_call": each.type,
            "date": stamp(report.local(each.date)),
            "agent_id": each.agent.id if each.connected else each.blank,
            "agent_name": each.agent.name if each.connected else each.blank,
            "skill_id": each.skill.id,
            **_waited(each.waited, answered=each.connected),
            "ani": each.customer.phone,
            "dnis": _line(operation, each),
        }
        for each in interactions(report)
    ]


def _line(operation: Operation, each: Interaction) -> str:
    """The number that was called. Each skill has one number, chats have none."""
    if each.type != "inbound":
        return each.blank
    return f"601{operation.dice('line', each.skill.id).randint(2_000_000, 8_999_999)}"


def _waited(seconds: int, *, answered: bool) -> Row:
    return {
        "wait_time": str(seconds),
        **{f"calls_ans_{each}": str(int(answered and seconds <= each)) for each in LEVELS},
        "skill_result": "ANSWER" if answered else "ABANDON",
    }


ENDPOINTS = tuple(
    Endpoint("customer", rows.__name__, 200, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows in (agents_detail, agents_statustime, cdr_calls, skills_detail)
)
