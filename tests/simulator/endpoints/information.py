"""information.php: the catalogues: agents, skills, campaigns, codes and others."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import FOUND, Endpoint, Question
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Code, Row
    from tests.simulator.endpoints.common.endpoint import Rows
    from tests.simulator.world.operation import Operation


def yes_no(number: int, share: int) -> str:
    """Yes with a chance of ``share`` in a hundred."""
    return "yes" if number < share else "no"


def _filtered(question: Question, parameter: str, column: str, rows: list[Row]) -> list[Row]:
    """The row that the parameter asks for, or all rows."""
    wanted = question.query.get(parameter)
    return [row for row in rows if wanted in {None, row[column]}]


def last_use(operation: Operation, *about: object) -> str:
    """When something was last used: some time before the last midnight, or never."""
    dice = operation.dice("last use", *about)
    midnight = operation.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    then = midnight - timedelta(seconds=dice.randrange(40 * 24 * 3600))
    return perhaps(dice, f"{then:%Y-%m-%d %H:%M:%S}", 0.08)


def routing_points(question: Question) -> list[Row]:
    """One row per routing point."""
    operation = question.operation
    rows = []
    for number, each in enumerate(operation.world.routing_points, 1):
        dice = operation.dice("routing point", each)
        active = ("ivr_active", "chat_active", "interaction_active", "crm_active")
        rows.append(
            {"rp_id": each, "rp_name": f"Línea {number}"}
            | {name: yes_no(dice.randrange(100), 60) for name in active}
            | {"last_use": last_use(operation, each)}
        )
    return _filtered(question, "routing", "rp_id", rows)


def skills(question: Question) -> list[Row]:
    """One row per skill."""
    operation = question.operation
    rows = [
        {
            "skill_id": each.id,
            "skill_name": each.name,
            "skill_description": perhaps(operation.dice("skill", each.id), f"Área de {each.name}"),
            "last_use": last_use(operation, "skill", each.id),
        }
        for each in operation.world.skills
    ]
    return _filtered(question, "skill", "skill_id", rows)


def campaigns(question: Question) -> list[Row]:
    """One row per campaign."""
    operation = question.operation
    rows = []
    for each in operation.world.campaigns:
        dice = operation.dice("campaign", each.id)
        rows.append(
            {
                "campaign_id": each.id,
                "campaign_name": each.name,
                "campaign_description": perhaps(dice, f"{each.name} 2026"),
                "type_campaign": each.type,
                "status": "Started" if each.started else "Stopped",
                "records": str(len(each.customers)),
                "speed": str(dice.randint(1, 9)),
                "dial_mode": dice.choice(("autopilot", "strategy", "phone1 - ring: 60(seg)")),
                "last_use": last_use(operation, "campaign", each.id),
                "recycled": str(dice.randint(0, 5)),
                "turbo_dial": yes_no(dice.randrange(100), 40),
                "skill_id": each.skill.id,
            }
        )
    return _filtered(question, "campaign", "campaign_id", rows)


def agents(question: Question) -> list[Row]:
    """One row per agent."""
    operation = question.operation
    rows = []
    for each in operation.world.agents:
        dice = operation.dice("agent", each.id)
        rows.append(
            {
                "agent_id": each.id,
                "agent_name": each.name,
                "agent_dni": each.dni,
                "agent_status": dice.choice(("CONNECTED", "DISCONNECTED")),
                "last_use": last_use(operation, "agent", each.id),
                "agent_sso": perhaps(dice, f"red.{each.id}", 0.6),
                "enabled": "yes" if each.enabled else "no",
            }
        )
    return _filtered(question, "agent", "agent_id", rows)


def connectors(question: Question) -> list[Row]:
    """One row per connector."""
    return [
        {
            "connector_id": each.id,
            "rp_id": each.routing_point,
            "name": each.name,
            "channel": each.channel,
        }
        for each in question.operation.world.connectors
    ]


def agents_in_skill(question: Question) -> list[Row]:
    """One row per agent of the skill asked for. The skill is not in the row."""
    operation = question.operation
    wanted = question.query["skill_id"]
    return [
        {
            "agent_id": agent.id,
            "agent_name": agent.name,
            "last_use": last_use(operation, "agent", agent.id),
            "expertise": str(level),
        }
        for skill in operation.world.skills
        if skill.id == wanted
        for agent, level in skill.experts
    ]


def activity_codes(question: Question) -> list[Row]:
    """One row per code, of both groups."""
    operation = question.operation
    rows = []
    for each in operation.world.codes:
        dice = operation.dice("code", each.id)
        used = {name: yes_no(dice.randrange(100), 70) for name in ("chat", "studio", "voice")}
        rows.append(
            {
                "cod_act": each.id,
                "description_cod_act": each.description,
                "hit": missing(dice) if each.hit is None else yes_no(0, int(each.hit)),
                "rpc": yes_no(dice.randrange(100), 50),
            }
            | used
            | {"type_code": each.group, "interactions": yes_no(dice.randrange(100), 30)}
        )
    return _filtered(question, "cod_act", "cod_act", rows)


def get_dnc(question: Question) -> list[Row]:
    """One row per number that must not be called, with its direction; 60 rows."""
    operation = question.operation
    dice = operation.dice("dnc")
    rows = [
        {
            "phone_number": each.phone,
            "type": dice.choice(("inbound", "outbound")),
            "date_delete": f"2026-{dice.randint(1, 9):02}-{dice.randint(1, 28):02} 09:{n:02}:00",
        }
        for n, each in enumerate(dice.sample(operation.world.customers, 60))
    ]
    wanted = question.query["type"]
    return [row for row in rows if wanted in {"all", row["type"]}]


def catalogue(api: str, code: Code, rows: Rows, *needs: str, msg: str = FOUND) -> Endpoint:
    """An endpoint of this file that takes no dates."""
    return Endpoint("information", api, code, msg, rows, needs)


ENDPOINTS = (
    catalogue("routing_points", 200, routing_points),
    catalogue("skills", 200, skills),
    catalogue("campaigns", "", campaigns),
    catalogue("agents", "", agents),
    catalogue("connectors", 200, connectors),
    Endpoint(
        "information", "agents_in_skill", "200", FOUND, agents_in_skill, ("skill_id",), NO_ROWS
    ),
    # The blank in front of the message is the vendor's.
    catalogue("activity_codes", "0", activity_codes, msg=f" {FOUND}"),
    catalogue("get_dnc", "200", get_dnc, "type"),
)
