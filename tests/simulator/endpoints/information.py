"""information.php: what the operation has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint, Question
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.simulator.endpoints.common.answers import Code, Row
    from tests.simulator.endpoints.common.endpoint import Rows
    from tests.simulator.world.operation import Operation

# How many operations in a hundred have it; the order is that of the documented record.
SERVICES: Mapping[str, int] = {
    "screen_recording": 60,
    "video_call": 25,
    "stereo_recording": 50,
    "gamification": 20,
    "text_analytics": 30,
    "speech_analytics": 45,
    "rsync": 50,
    "wolkvox_storage": 40,
    "blob_storage": 15,
    "aws_s3": 35,
    "intelligentdial": 70,
    "bi": 40,
    "customer_prot": 80,
    "mr_wizard": 20,
    "turbo_dial": 30,
    "sso": 25,
    "mailgun": 30,
    "whatsapp": 95,
    "facebook_page": 60,
    "facebook_messenger": 60,
    "instagram_page": 50,
    "instagram_chat": 50,
    "sms_bidireccional": 45,
    "chat_web": 80,
    "telegram": 25,
}

# The vendor shows these and does not describe them, so a value may well be missing.
UNDESCRIBED: Mapping[str, int] = {"crm": 70, "email": 80, "cobrowsing": 20}

FOUND = "{count} records were found"

# Since when recordings are kept.
FIRST_DAY = date(2000, 1, 1)

TOKEN_NAMES = ("Integración BI", "Reportes diarios", "Tablero gerencial", "1")


def services(question: Question) -> list[Row]:
    """One row: licences, PBX users, and yes or no for each service."""
    operation = question.operation
    dice = operation.dice("services")
    row = {"licenses": str(operation.licences), "pbx": str(dice.randint(0, 40))}
    for name, share in SERVICES.items():
        row[name] = _yes_no(dice.randrange(100), share)
    for name, share in UNDESCRIBED.items():
        row[name] = perhaps(dice, _yes_no(dice.randrange(100), share))
    return [row]


def _yes_no(thrown: int, share: int) -> str:
    return "yes" if thrown < share else "no"


def token_info(question: Question) -> list[Row]:
    """One row about the token that asks; what it counts stands in ``Usage``."""
    usage = question.usage
    return [
        {
            "description": _token_name(question),
            "token_limit": str(usage.quota),
            "token_use_today": str(usage.by_token),
            "all_token_today": str(usage.by_all),
            "available_consumption_options": str(usage.available),
        }
    ]


def _token_name(question: Question) -> str:
    """Its name by its place among the tokens, never by its text; some never got one."""
    number = question.operation.tokens.index(question.token)
    dice = question.operation.dice("token", number)
    return dice.choice((*TOKEN_NAMES, missing(dice)))


def _filtered(question: Question, parameter: str, column: str, rows: list[Row]) -> list[Row]:
    """The rows of the one that was asked for, or all."""
    wanted = question.query.get(parameter)
    return [row for row in rows if wanted in {None, row[column]}]


def last_use(operation: Operation, *about: object) -> str:
    """When something was used last: some hours ago, counted from midnight; or never."""
    dice = operation.dice("last use", *about)
    midnight = operation.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    then = midnight - timedelta(seconds=dice.randrange(40 * 24 * 3600))
    return perhaps(dice, f"{then:%Y-%m-%d %H:%M:%S}", 0.08)


def routing_points(question: Question) -> list[Row]:
    """One row a routing point."""
    operation = question.operation
    rows = []
    for number, each in enumerate(operation.world.routing_points, 1):
        dice = operation.dice("routing point", each)
        active = ("ivr_active", "chat_active", "interaction_active", "crm_active")
        rows.append(
            {"rp_id": each, "rp_name": f"Línea {number}"}
            | {name: _yes_no(dice.randrange(100), 60) for name in active}
            | {"last_use": last_use(operation, each)}
        )
    return _filtered(question, "routing", "rp_id", rows)


def skills(question: Question) -> list[Row]:
    """One row a skill."""
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
    """One row a campaign."""
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
                "turbo_dial": _yes_no(dice.randrange(100), 40),
                "skill_id": each.skill.id,
            }
        )
    return _filtered(question, "campaign", "campaign_id", rows)


def agents(question: Question) -> list[Row]:
    """One row an agent."""
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
    """One row a connector."""
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
    """One row an agent of the skill that was asked for; the skill itself is not in it."""
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
    """One row a code of either group."""
    operation = question.operation
    rows = []
    for each in operation.world.codes:
        dice = operation.dice("code", each.id)
        used = {name: _yes_no(dice.randrange(100), 70) for name in ("chat", "studio", "voice")}
        rows.append(
            {
                "cod_act": each.id,
                "description_cod_act": each.description,
                "hit": missing(dice) if each.hit is None else _yes_no(0, int(each.hit)),
                "rpc": _yes_no(dice.randrange(100), 50),
            }
            | used
            | {"type_code": each.group, "interactions": _yes_no(dice.randrange(100), 30)}
        )
    return _filtered(question, "cod_act", "cod_act", rows)


def get_dnc(question: Question) -> list[Row]:
    """One row a number and direction; 60 of them."""
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


def get_ip(question: Question) -> list[Row]:
    """One row an address; those of documentation, which nobody has."""
    operation = question.operation
    rows = []
    for number in range(1, 7):
        dice = operation.dice("ip", number)
        rows.append(
            {
                "operation": operation.name,
                "ip": f"203.0.113.{10 * number}",
                "last_use": last_use(operation, "ip", number),
                "type_ip": dice.choice(("temporal", "permanente")),
                "description": perhaps(dice, f"Sede {number}"),
            }
        )
    return rows


def storage(question: Question) -> list[Row]:
    """One row: gigabytes, a little more every day."""
    operation = question.operation
    daily = operation.dice("storage").uniform(0.1, 0.5)
    return [{"storage": f"{daily * (operation.clock.today() - FIRST_DAY).days:.2f}"}]


def audio_list(question: Question) -> list[Row]:
    """One row an audio; 12 of them."""
    rows = []
    for number in range(1, 13):
        dice = question.operation.dice("audio", number)
        rows.append(
            {
                "audio_id": f"bienvenida_{number:02}",
                "created_at": f"2026-06-{dice.randint(10, 28)} 14:05:{number:02}",
                "size": f"{dice.uniform(40, 2_000):,.1f}",
                "duration": str(dice.randint(3, 90)),
            }
        )
    return rows


def _catalogue(api: str, code: Code, rows: Rows, *needs: str, msg: str = FOUND) -> Endpoint:
    return Endpoint("information", api, code, msg, rows, needs)


ENDPOINTS = (
    _catalogue("routing_points", 200, routing_points),
    _catalogue("skills", 200, skills),
    _catalogue("campaigns", "", campaigns),
    _catalogue("agents", "", agents),
    _catalogue("connectors", 200, connectors),
    _catalogue("services", "200", services),
    Endpoint(
        "information", "agents_in_skill", "200", FOUND, agents_in_skill, ("skill_id",), NO_ROWS
    ),
    # The blanks in front of these are the vendor's.
    _catalogue("activity_codes", "0", activity_codes, msg=f" {FOUND}"),
    _catalogue("token_info", "200", token_info, msg=f" {FOUND}"),
    _catalogue("get_dnc", "200", get_dnc, "type"),
    _catalogue("get_ip", "200", get_ip),
    _catalogue("storage", "200", storage),
    _catalogue("audio_list", "200", audio_list),
)
