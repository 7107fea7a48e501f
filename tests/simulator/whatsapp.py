"""whatsapp.php: templates of a connector, chats of an agent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.answers import NOT_WHATSAPP, PARAMETER_MISSING
from tests.simulator.endpoints import Endpoint, Question, RefusedError

if TYPE_CHECKING:
    from random import Random

    from tests.simulator.answers import Row

NAMES = ("bienvenida", "recordatorio_pago", "encuesta", "codigo_acceso", "promocion_mes", "cierre")
PAGE = 100


def list_templates(question: Question) -> list[Row]:
    """One row a template; the connector stands in the body of the GET, and only there."""
    connector = question.body.get("connector_id")
    if not connector:
        raise RefusedError(PARAMETER_MISSING)
    known = {each.id: each.channel for each in question.operation.world.connectors}
    if known.get(str(connector)) != "whatsapp":
        raise RefusedError(NOT_WHATSAPP)
    dice = question.operation.dice("templates", connector)
    names = dice.sample(NAMES, dice.randint(3, len(NAMES)))
    return [_template(name, dice) for name in names]


def _template(name: str, dice: Random) -> Row:
    """Not every template has every field."""
    row: Row = {"name": name}
    if dice.random() < 0.4:
        row["previous_category"] = "MARKETING"
    row |= {
        "parameter_format": "POSITIONAL",
        "components": [
            {"type": "BODY", "text": "Hola {{1}}, ¿cómo estás? 👋", "example": {"body": ["Inés"]}},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sí"}]},
        ],
        "language": "es_CO",
        "status": dice.choice(("APPROVED", "PENDING", "REJECTED")),
        "category": dice.choice(("UTILITY", "MARKETING", "AUTHENTICATION")),
    }
    if dice.random() < 0.4:
        row["sub_category"] = "CUSTOM"
    return row | {
        "id": str(dice.randint(10**14, 10**15)),
        "templateName": name,
        "plantilla": "Hola {{1}}, ¿cómo estás? 👋",
    }


def _in_meta_templates(around: dict[str, object], rows: list[Row], _: Question) -> object:
    return around | {"data": {"meta_templates": rows}}


def agent_chat(question: Question) -> list[Row]:
    """One row a chat of the agent that was asked for; every fifth agent has none."""
    operation = question.operation
    wanted = question.query["agent_id"]
    agents = [each.id for each in operation.world.agents]
    if wanted not in agents or not agents.index(wanted) % 5:
        return []
    dice = operation.dice("agent chats", wanted)
    today = operation.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = []
    for _ in range(dice.randint(1, 9)):
        connector = dice.choice(operation.world.connectors)
        customer = dice.choice(operation.world.customers)
        date = today - timedelta(seconds=dice.randrange(86_400))
        rows.append(
            {
                "channel_id": connector.id,
                "chat_id": str(dice.randint(180_000_000, 189_999_999)),
                "fecha": f"{date:%Y-%m-%d %H:%M:%S}",
                "channel": connector.channel,
                "agent_user": dice.choice((wanted, "chat_bot")),
                "skill": dice.choice(operation.world.skills).id,
                "cliente": {
                    "nombre": customer.name,
                    "identificadores": [customer.name, customer.phone],
                },
            }
        )
    return rows


def _on_a_page(around: dict[str, object], rows: list[Row], _: Question) -> object:
    page = {"status": "success", "total": str(len(rows)), "page": "0", "limit": str(PAGE)}
    return around | {"data": page | {"data": rows[:PAGE]}}


ENDPOINTS = (
    Endpoint(
        "whatsapp",
        "list_templates",
        "200",
        "Templates listed successfully",
        list_templates,
        dress=_in_meta_templates,
        rows_at=("data", "meta_templates"),
    ),
    Endpoint(
        "whatsapp",
        "agent_chat",
        "200",
        "Chats listed successfully.",
        agent_chat,
        ("agent_id",),
        dress=_on_a_page,
        rows_at=("data", "data"),
    ),
)
