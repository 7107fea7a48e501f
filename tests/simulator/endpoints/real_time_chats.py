"""real_time.php: chats and interactions that are open now."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.endpoint import FOUND, Endpoint, Question
from tests.simulator.endpoints.real_time import agents_at_work, dice_of, local_text, now_of
from tests.simulator.world.events.call import conn_id

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent

MESSAGES = ("Hola, buenos días", "¿Me ayudan con mi factura? 🙏", "Con gusto", "<b>Gracias</b>")


def chats(question: Question) -> list[Row]:
    """One row per agent with a list of open chats. Every fourth agent has none."""
    return [
        {
            "agent_id": agent.id,
            "active_chats": [_chat(agent, question, chat) for chat in range(number % 4)],
        }
        for number, agent in enumerate(agents_at_work(question))
    ]


def _chat(agent: Agent, question: Question, number: int) -> Row:
    operation = question.operation
    dice = dice_of(question, "chat", agent.id, number)
    began = now_of(question) - timedelta(seconds=dice.randint(60, 3600))
    connector = dice.choice(operation.world.connectors)
    customer = dice.choice(operation.world.customers)
    return {
        "conn_id": conn_id(agent, began, dice, number),
        "channel": connector.channel,
        "connector_id": connector.id,
        "customer_phone": customer.phone,
        "conversation": [
            {
                "from": dice.choice((customer.name, agent.name)),
                "msg": message,
                "date": local_text(began + timedelta(seconds=10 * place), operation),
            }
            for place, message in enumerate(MESSAGES[: dice.randint(1, 4)])
        ],
    }


def interactions(question: Question) -> list[Row]:
    """One row per agent with a list of open interactions. Every third agent has none."""
    return [
        {
            "agent_id": agent.id,
            "active_interactions": [
                _interaction(agent, question, each) for each in range(number % 3)
            ],
        }
        for number, agent in enumerate(agents_at_work(question)[:9])
    ]


def _interaction(agent: Agent, question: Question, number: int) -> Row:
    operation = question.operation
    dice = dice_of(question, "interaction", agent.id, number)
    began = now_of(question) - timedelta(seconds=dice.randint(60, 86_400))
    return {
        "conn_id": conn_id(agent, began, dice, number),
        "subject": dice.choice(("Solicitud de información", "PQR 2026 ⚠️")),
        "fromname": dice.choice(operation.world.customers).name,
        "date": local_text(began, operation),
    }


ENDPOINTS = (
    Endpoint("real_time", "chats", "200", FOUND, chats),
    Endpoint("real_time", "interactions", "200", FOUND, interactions),
)
