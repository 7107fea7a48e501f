"""reports_manager.php: the calls and chats of skills, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.events import chats

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent, Customer, Skill


@dataclass(frozen=True, slots=True)
class Interaction:
    """A call or chat of a skill. It ``waited`` until an agent answered or the customer gave up.

    ``blank`` is the missing value of its rows.
    """

    date: datetime
    conn_id: str
    type: str
    skill: Skill
    agent: Agent
    customer: Customer
    connected: bool
    waited: int
    blank: str


def interactions(report: Report) -> list[Interaction]:
    """The interactions of the range whose wait is over: of all skills, or of the one asked for."""
    wanted = report.question.query.get("skill_id") or "all"
    found = (*_calls(report), *_chats(report))
    return sorted(
        (each for each in found if wanted in {"all", each.skill.id}),
        key=lambda each: (each.date, each.conn_id),
    )


def _calls(report: Report) -> Iterator[Interaction]:
    for _, call in report.calls():
        if call.skill:
            yield Interaction(
                date=call.date,
                conn_id=call.conn_id,
                type=call.type,
                skill=call.skill,
                agent=call.agent,
                customer=call.customer,
                connected=call.connected,
                waited=call.waited,
                blank=call.blank,
            )


def _chats(report: Report) -> Iterator[Interaction]:
    """The chats. One in which the agent never wrote counts as abandoned when it is closed."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    for chat in chats.opened(operation, begin, min(end, report.known)):
        answered = chat.until_answer is not None
        waited = chat.lasted if chat.until_answer is None else chat.until_answer
        until = chat.opened + timedelta(seconds=waited)
        if report.within(chat.opened) and until <= report.known:
            yield Interaction(
                date=chat.opened,
                conn_id=chat.conn_id,
                type=f"chat-{chat.connector.channel.removeprefix('chat-')}",
                skill=chat.skill,
                agent=chat.agent,
                customer=chat.customer,
                connected=answered,
                waited=waited,
                blank=chat.blank,
            )


@over_range
def skill_2(report: Report) -> list[Row]:
    """One row per abandoned interaction."""
    return [
        {
            "skill_name": each.skill.name,
            "skill_id": each.skill.id,
            "conn_id": each.conn_id,
            "date": stamp(report.local(each.date)),
            "result": "abandoned",
            "ani": each.customer.phone,
            "abandon_time": str(each.waited),
            "type_interaction": each.type,
            "customer_id": each.customer.id,
        }
        for each in interactions(report)
        if not each.connected
    ]


@over_range
def skill_10(report: Report) -> list[Row]:
    """One row per answered interaction."""
    return [
        {
            "conn_id": each.conn_id,
            "skill_id": each.skill.id,
            "skill_name": each.skill.name,
            "date": stamp(report.local(each.date)),
            "result": "answered",
            "ani": each.customer.phone,
            "answer_time": str(each.waited),
            "agent_id": each.agent.id,
            "type_interaction": each.type,
        }
        for each in interactions(report)
        if each.connected
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, code, FOUND, rows, ("skill_id", *DATES), NO_ROWS, days=31)
    for api, code, rows in (
        ("skill_2", "200", skill_2),
        ("skill_10", 200, skill_10),
    )
)
