"""reports_manager.php: the connected calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.call import Call


@over_range
def cdr_1(report: Report) -> list[Row]:
    """One row per connected call, and per further leg of it."""
    return [
        {
            "agent_name": call.agent.name,
            "date": stamp(local),
            "destiny": destination(call),
            "telephone": call.customer.phone,
            "cost": f"{call.cost:.2f}",
            "time_seg": str(call.talk),
            "time_min": f"{call.talk / 60:.2f}",
            **codes(call, report.known),
            "type_interaction": call.type,
            "customer_id": call.customer.id,
            "hang_up": call.hang_up,
            "campaign_id": call.campaign.id if call.campaign else call.blank,
            "conn_id": call.conn_id,
            "skill_id": call.skill.id if call.skill else call.blank,
            "skill_name": call.skill.name if call.skill else call.blank,
            "agent_id": call.agent.id,
            "comment": call.comment if call.coded(report.known) else call.blank,
        }
        for local, call in report.connected()
    ]


def destination(call: Call) -> str:
    """The destination of a call: a phone if a campaign made it, else an extension."""
    return call.customer.phone if call.campaign else call.agent.id


def codes(call: Call, known: datetime) -> Row:
    """The codes of a call in both groups, as far as they are known."""
    row = {}
    for name, code in (("cod_act", call.code), ("cod_act_2", call.code_2)):
        given = code if call.coded(known) else None
        row[name] = given.id if given else call.blank
        row[f"description_{name}"] = given.description if given else call.blank
    return row


ENDPOINTS = (Endpoint("reports_manager", "cdr_1", 200, FOUND, cdr_1, DATES, NO_ROWS, days=31),)
