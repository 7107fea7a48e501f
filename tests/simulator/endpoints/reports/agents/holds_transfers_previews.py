"""reports_manager.php: holds, transfers and previews, one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, percent, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.calls.call_list import destination
from tests.simulator.world.events.call import conn_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.call import Call
    from tests.simulator.world.operation import Operation

NOT_APPLICABLE = "-"
JOINED = ("transfer", "conference")
"""Types of calls with a third person."""

PREVIEWED = "outbound_ma"
PAUSED = 0.2
STUDIED = 0.03
PHASES = ("ready", "talk", "not_ready_acw", "auxiliary_times", "ring")
"""The parts of a call's total duration. The preview is not one of them."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Some seconds of a call in which the agent held or muted it."""

    call: Call
    action: str
    date: datetime
    lasts: int


def pauses(report: Report) -> list[Pause]:
    """The pauses that began in the range, by date."""
    operation = report.question.operation
    found = [
        each
        for call in report.calls_around()
        if call.connected
        for each in _pauses(operation, call)
        if report.within(each.date)
    ]
    return sorted(found, key=lambda each: (each.date, each.call.conn_id))


def _pauses(operation: Operation, call: Call) -> Iterator[Pause]:
    """The pauses of a call: up to three, each in its own part of the talk."""
    dice = operation.dice("pauses", call.conn_id, call.type)
    if dice.random() >= PAUSED:
        return
    count = dice.randint(1, 3)
    part = call.talk // count
    for number in range(count):
        away = dice.randrange(part)
        date = call.answered + timedelta(seconds=number * part + away)
        yield Pause(call, dice.choice(("hold", "mute")), date, dice.randint(1, part - away))


@over_range
def agent_10(report: Report) -> list[Row]:
    """One row per time that an agent held or muted a call."""
    return [
        {
            "agent_name": each.call.agent.name,
            "agent_id": each.call.agent.id,
            "type_action": each.action,
            "conn_id": each.call.conn_id,
            "type_interaction": each.call.type,
            "time": duration(each.lasts),
            "skill_id": each.call.skill.id if each.call.skill else each.call.blank,
            "date": stamp(report.local(each.date)),
            "telephone": each.call.customer.phone,
            "customer_id": each.call.customer.id,
        }
        for each in pauses(report)
    ]


def joined(report: Report) -> list[tuple[datetime, Call]]:
    """The transfers and conferences of the range with their local dates."""
    return [(local, call) for local, call in report.connected() if call.type in JOINED]


@over_range
def agent_13(report: Report) -> list[Row]:
    """One row per transfer or conference, with the agent who took the call."""
    return [
        {
            "agent_name": call.agent.name,
            "agent_id": call.agent.id,
            "conn_id": call.conn_id,
            "date": stamp(local),
            "telephone": call.customer.phone,
            "type_interaction": call.type,
            "time": duration(call.talk),
        }
        for local, call in joined(report)
    ]


@over_range
def agent_13_1(report: Report) -> list[Row]:
    """One row per transfer or conference, with the agent who had the call before."""
    firsts = {call.conn_id: call for call in report.calls_around() if call.type != "transfer"}
    return [
        _joined(report.question.operation, local, call, firsts[call.conn_id])
        for local, call in joined(report)
    ]


def _joined(operation: Operation, local: datetime, call: Call, first: Call) -> Row:
    dice = operation.dice("joined", call.conn_id, call.type)
    outside = call.type == "conference"
    third = dice.choice(operation.world.customers)
    number = int(call.conn_id.rpartition(".")[2])
    return {
        # All legs have the id of the call. This one belongs to the leg only.
        "conn_id_transfer": conn_id(call.agent, call.date, dice, number),
        "skill_id": first.skill.id if first.skill else NOT_APPLICABLE,
        "date": stamp(local),
        "ani": call.customer.phone,
        "origin_agent_id": first.agent.id,
        "origin_agent_name": first.agent.name,
        "destiny_agent_id": NOT_APPLICABLE if outside else call.agent.id,
        "destiny_agent_name": NOT_APPLICABLE if outside else call.agent.name,
        "dnis": third.phone if outside else destination(call),
        "time": duration(call.talk),
        "type_call": call.type,
        "id_call_origin": call.conn_id,
    }


@dataclass(frozen=True, slots=True)
class Preview:
    """A record that an agent got to read, and the call that followed."""

    call: Call
    date: datetime
    seconds: Counter[str]


def previews(report: Report) -> list[Preview]:
    """The previews of the range whose calls were connected and have ended, by date."""
    found = [
        _preview(report, call)
        for call in report.calls_around()
        if call.connected and call.type == PREVIEWED
    ]
    return sorted(
        (each for each in found if report.within(each.date)),
        key=lambda each: (each.date, each.call.conn_id),
    )


def _preview(report: Report, call: Call) -> Preview:
    dice = report.question.operation.dice("preview", call.conn_id)
    # Some take far longer than the call.
    looked = dice.randint(4, 2400 if dice.random() < STUDIED else 90)
    seconds = Counter(
        time_preview=looked,
        ready=dice.randint(0, 120),
        talk=call.talk,
        not_ready_acw=call.worked(report.known),
        ring=call.ring,
    )
    return Preview(call, call.date - timedelta(seconds=looked), seconds)


def times(seconds: Counter[str]) -> Row:
    """The columns of one preview, or of the sum of several."""
    total = sum(seconds[phase] for phase in PHASES)
    return {
        **{name: duration(seconds[name]) for name in ("time_preview", *PHASES)},
        "total_duration": duration(total),
        "preview_percent": percent(seconds["time_preview"], total),
    }


@over_range
def agent_15(report: Report) -> list[Row]:
    """One row per call of a preview campaign, by the date when the agent got the record."""
    return [
        {
            "id_call": each.call.conn_id,
            "id_agent": each.call.agent.id,
            "agent_name": each.call.agent.name,
            "type_call": each.call.type,
            "date_preview": stamp(report.local(each.date)),
            **times(each.seconds),
        }
        for each in previews(report)
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows, code in ((agent_10, 200), (agent_13, 200), (agent_13_1, "200"), (agent_15, "200"))
)
