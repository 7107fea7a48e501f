"""reports_manager.php: chats by channel, chats on WhatsApp, and transfers."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.chats.chat_list import closed, opened
from tests.simulator.world.events import chats

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.chats import Chat
    from tests.simulator.world.operation import Operation

WHATSAPP = "whatsapp"
WITH_TEMPLATE = 0.2
RECEIVERS = ("agent", "skill", "routing point")
SHARES = (60, 25, 15)
"""Percentage of transfers to each of them."""


@over_range
def chat_10(report: Report) -> list[Row]:
    """One row per WhatsApp chat opened in the range."""
    return [_billed(report, chat) for chat in opened(report) if chat.connector.channel == WHATSAPP]


def _billed(report: Report, chat: Chat) -> Row:
    """A chat with a template is outbound, one without is inbound."""
    operation, phone = report.question.operation, chat.customer.phone
    template = operation.dice("billed", chat.conn_id).random() < WITH_TEMPLATE
    return {
        "conn_id": chat.conn_id,
        "session_id": f"{phone}.{operation.server}.{chat.connector.id}",
        "date": stamp(report.local(chat.opened)),
        "customer_phone": phone,
        "template": "yes" if template else "no",
        "destiny": phone if template else chat.connector.routing_point,
    }


@over_range
def chat_11(report: Report) -> list[Row]:
    """One row per chat that its agent transferred in the range."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = []
    for chat in chats.opened(operation, begin - chats.LONGEST, min(end, report.known)):
        if chat.transferred:
            dice = operation.dice("transfer", chat.conn_id)
            date = _transferred(dice, chat)
            if date <= report.known and report.within(date):
                found.append((date, chat.conn_id, _transfer(report, dice, chat, date)))
    return [row for _, _, row in sorted(found, key=lambda each: each[:2])]


def _transferred(dice: Random, chat: Chat) -> datetime:
    """When the agent transferred the chat: after the last message."""
    reached = chat.opened + timedelta(seconds=chat.waited)
    last = max(reached, chat.messages[-1].date)
    return last + timedelta(seconds=dice.randint(1, int((chat.closed - last).total_seconds())))


def _transfer(report: Report, dice: Random, chat: Chat, date: datetime) -> Row:
    id_, name, dni = _receiver(report.question.operation, dice, chat)
    return {
        "conn_id": chat.conn_id,
        "transfer_agent_id": chat.agent.id,
        "transfer_agent_name": chat.agent.name,
        "transfer_agent_dni": chat.agent.dni,
        "receiver_agent_id": id_,
        "receiver_agent_name": name,
        "receiver_agent_dni": dni,
        "channel": chat.connector.channel,
        "date": stamp(report.local(date)),
    }


def _receiver(operation: Operation, dice: Random, chat: Chat) -> tuple[str, str, str]:
    """Id, name and document of the receiver. Only agents have a document."""
    [kind] = dice.choices(RECEIVERS, SHARES)
    world = operation.world
    if kind == "agent":
        agent = dice.choice([each for each in world.agents if each != chat.agent])
        return agent.id, agent.name, agent.dni
    if kind == "skill":
        skill = dice.choice([each for each in world.skills[:-1] if each != chat.skill])
        return skill.id, skill.name, chat.blank
    number = dice.randrange(len(world.routing_points))
    return world.routing_points[number], f"Línea {number + 1}", chat.blank


@over_range
def chat_13(report: Report) -> list[Row]:
    """One row per channel: the number of chats in ``chat_1``."""
    counts = Counter(chat.connector.channel for chat in closed(report))
    return [
        {"chanel": channel, "interaction": str(count)} for channel, count in sorted(counts.items())
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows, code in (
        (chat_10, 200),
        (chat_11, 200),
        (chat_13, "200"),
    )
)
