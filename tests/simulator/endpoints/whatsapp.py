"""whatsapp.php: the templates of a connector, the chats of an agent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NOT_WHATSAPP, PARAMETER_MISSING
from tests.simulator.endpoints.common.endpoint import Endpoint, Question, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.operation import Operation

TEXTS = {
    "bienvenida": "Hola {{1}}, ¿cómo estás? 👋",
    "recordatorio_pago": "{{1}}, su factura vence mañana.",
    "encuesta": "{{1}}, ¿qué tal fue nuestra atención?",
    "codigo_acceso": "Su código es {{1}}.",
    "promocion_mes": "¡{{1}}, este mes hay promoción! 🎉",
    "cierre": "Gracias por escribirnos, {{1}}.",
}
DAYS = 3
"""How many days of an agent's chats there are, today included."""

PAGE = 100


def list_templates(question: Question) -> list[Row]:
    """One row per template. The connector is in the body of the GET, nowhere else."""
    connector = question.body.get("connector_id")
    if not connector:
        raise RefusedError(PARAMETER_MISSING)
    known = {each.id: each.channel for each in question.operation.world.connectors}
    if known.get(str(connector)) != "whatsapp":
        raise RefusedError(NOT_WHATSAPP)
    dice = question.operation.dice("templates", connector)
    names = dice.sample(list(TEXTS), dice.randint(3, len(TEXTS)))
    return [_template(name, dice) for name in names]


def _template(name: str, dice: Random) -> Row:
    """Not every template has every field."""
    row: Row = {"name": name}
    if dice.random() < 0.4:
        row["previous_category"] = "MARKETING"
    row |= {
        "parameter_format": "POSITIONAL",
        "components": _components(name, dice),
        "language": "es_CO",
        "status": dice.choice(("APPROVED", "PENDING", "REJECTED")),
        "category": dice.choice(("UTILITY", "MARKETING", "AUTHENTICATION")),
    }
    if dice.random() < 0.4:
        row["sub_category"] = "CUSTOM"
    return row | {
        "id": str(dice.randint(10**14, 10**15)),
        "templateName": name,
        "plantilla": TEXTS[name],
    }


def _components(name: str, dice: Random) -> list[Row]:
    """Every template has a body, some have more."""
    body = {"type": "BODY", "text": TEXTS[name], "example": {"body": ["Inés"]}}
    header = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["logo.png"]}}
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Sí"}]}
    before, after = dice.choice(([], [header])), dice.choice(([], [buttons]))
    return [*before, body, *after]


def _in_meta_templates(around: dict[str, object], rows: list[Row], _: Question) -> object:
    return around | {"data": {"meta_templates": rows}}


def agent_chat(question: Question) -> list[Row]:
    """One row per chat of the agent asked for. Every fifth agent has none."""
    operation = question.operation
    wanted = question.query["agent_id"]
    agents = [each.id for each in operation.world.agents]
    if wanted not in agents or not agents.index(wanted) % 5:
        return []
    today = operation.clock.today()
    days = [today - timedelta(days=back) for back in range(DAYS)]
    rows = [row for day in days for row in _chats(operation, wanted, day)]
    now = f"{operation.clock.now():%Y-%m-%d %H:%M:%S}"
    return [row for row in rows if row["fecha"] <= now and _fits(row, question.query)]


def _chats(operation: Operation, agent: str, day: date) -> list[Row]:
    """The chats of one day. They are the same in each answer."""
    dice = operation.dice("agent chats", agent, day)
    return [_chat(operation, agent, day, dice) for _ in range(dice.randint(1, 4))]


def _chat(operation: Operation, agent: str, day: date, dice: Random) -> Row:
    connector = dice.choice(operation.world.connectors)
    customer = dice.choice(operation.world.customers)
    return {
        "channel_id": connector.id,
        "chat_id": str(dice.randint(180_000_000, 189_999_999)),
        "fecha": f"{day} {dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}",
        "channel": connector.channel,
        "agent_user": dice.choice((agent, "chat_bot")),
        "skill": dice.choice(operation.world.skills).id,
        "cliente": {
            "nombre": customer.name,
            "identificadores": [customer.name, customer.phone],
        },
    }


def _fits(row: Row, query: Mapping[str, str]) -> bool:
    """Whether a chat has the channel and the customer asked for, if any."""
    who = [query[name] for name in ("phone", "customer_name") if name in query]
    where = [name for name in ("channel", "channel_id") if name in query]
    known = row["cliente"]["identificadores"]
    return all(each in known for each in who) and all(query[name] == row[name] for name in where)


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
        wrap=_in_meta_templates,
        rows_at=("data", "meta_templates"),
    ),
    Endpoint(
        "whatsapp",
        "agent_chat",
        "200",
        "Chats listed successfully.",
        agent_chat,
        ("agent_id",),
        wrap=_on_a_page,
        rows_at=("data", "data"),
    ),
)
