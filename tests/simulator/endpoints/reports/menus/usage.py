"""reports_manager.php: how much menus were used, and what customers chose in them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, percent, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.calls.call_list import codes
from tests.simulator.endpoints.reports.menus.steps import MENU, steps
from tests.simulator.world.cache import cached
from tests.simulator.world.events import chats
from tests.simulator.world.events.chats import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from tests.simulator.endpoints.common.answers import Code, Row
    from tests.simulator.endpoints.common.endpoint import Rows
    from tests.simulator.world import entities as world
    from tests.simulator.world.entities import Customer
    from tests.simulator.world.events.call import Call
    from tests.simulator.world.events.chats import Chat
    from tests.simulator.world.operation import Operation

    Key = TypeVar("Key", bound=Hashable)


WITH_AGENT = ("agent_id", "agent_name", "time_with_agent", "cod_act", "cod_act_2",
              "type_interaction")  # fmt: skip
NOBODY = "-"
"""The value of all these columns if no agent answered the call."""

NOTHING_PRESSED = "PULSE"


@dataclass(slots=True)
class _Use:
    """The use of a menu: its calls and its seconds."""

    calls: set[str] = field(default_factory=set)
    seconds: int = 0


def _uses(report: Report, key: Callable[[datetime, Row], Key]) -> dict[Key, _Use]:
    """The use by key. The key function gets the local end of a step and its row."""
    found: defaultdict[Key, _Use] = defaultdict(_Use)
    for call in report.calls_around():
        if call.skill:
            for end, lasted, row in steps(report, call):
                if report.within(end):
                    use = found[key(report.local(end), row)]
                    use.calls.add(call.conn_id)
                    use.seconds += lasted
    return found


@over_range
def diagram_1_1(report: Report) -> list[Row]:
    """One row per day with calls in a menu."""
    uses = _uses(report, lambda local, _: local.date())
    return [{"day": day.isoformat(), **_calls_and_minutes(uses[day])} for day in sorted(uses)]


@over_range
def diagram_1_2(report: Report) -> list[Row]:
    """One row per hour of a day with calls in a menu."""
    uses = _uses(report, lambda local, _: local.replace(minute=0, second=0))
    return [{"day": stamp(hour), **_calls_and_minutes(uses[hour])} for hour in sorted(uses)]


def _calls_and_minutes(use: _Use) -> Row:
    return {"calls": str(len(use.calls)), "ivr_minutes": f"{use.seconds / 60:.2f}"}


@over_range
def diagram_1_3(report: Report) -> list[Row]:
    """One row per routing point and option."""
    uses = _uses(report, lambda _, row: (row["rp_id"], row["cod_opc_menu"]))
    return [
        {
            "rp_id": point,
            "calls": str(len(use.calls)),
            "time": duration(use.seconds),
            "cod_opc_menu": option,
        }
        for (point, option), use in sorted(uses.items(), key=lambda item: item[0])
    ]


@over_range
def diagram_11(report: Report) -> list[Row]:
    """One row per call through a menu, with the agent who answered, if any."""
    return [_after_menu(report, local, call) for local, call in report.calls() if call.skill]


def _after_menu(report: Report, local: datetime, call: Call) -> Row:
    passed = list(steps(report, call))
    _, _, last = passed[0]
    in_menu = sum(lasted for _, lasted, _ in passed)
    return {
        "conn_id": call.conn_id,
        "time_on_rp": duration(in_menu),
        "end_date_rp": stamp(local),
        "rp_id": last["rp_id"],
        "ani": call.customer.phone,
        "customer_id": call.customer.id,
        "time_on_skill": duration(call.waited),
        "skill_id": last["dn_transfer"],
        "skill_result": "ANSWER" if call.connected else "ABANDON",
        "go_to_agent": "YES" if call.connected else "NO",
        **_with_agent(report, call),
        "total_time": duration(in_menu + call.waited + call.ring + call.talk),
    }


def _with_agent(report: Report, call: Call) -> Row:
    if not call.connected:
        return dict.fromkeys(WITH_AGENT, NOBODY)
    given = codes(call, report.known)
    return {
        "agent_id": call.agent.id,
        "agent_name": call.agent.name,
        "time_with_agent": duration(call.talk),
        "cod_act": given["cod_act"],
        "cod_act_2": given["cod_act_2"],
        "type_interaction": call.type,
    }


@dataclass(frozen=True, slots=True)
class _Choice:
    """An option that a customer entered, ``second`` seconds after entering the menu."""

    date: datetime
    conn_id: str
    attempt: int
    second: int
    routing_point: str
    option: str
    channel: str
    customer: Customer


def _choices(report: Report) -> list[_Choice]:
    """The options entered in the range, in calls and chats, by date."""
    found = [*_of_calls(report), *_of_chats(report)]
    return sorted(
        (each for each in found if report.within(each.date)),
        key=lambda each: (each.date, each.conn_id, each.attempt),
    )


def _of_calls(report: Report) -> Iterator[_Choice]:
    for call in report.calls_around():
        if call.skill:
            passed = list(steps(report, call))[::-1]
            seconds = accumulate(lasted for _, lasted, _ in passed)
            for attempt, ((end, _, row), second) in enumerate(zip(passed, seconds, strict=True), 1):
                yield _Choice(
                    date=end,
                    conn_id=call.conn_id,
                    attempt=attempt,
                    second=second,
                    routing_point=row["rp_id"],
                    option=row["cod_opc_menu"],
                    channel="voice",
                    customer=call.customer,
                )


def _of_chats(report: Report) -> Iterator[_Choice]:
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    for chat in chats.opened(operation, begin, min(end, report.known)):
        if chat.opened <= report.known:
            yield from _of_chat(operation, chat)


def _of_chat(operation: Operation, chat: Chat) -> Iterator[_Choice]:
    """The options of a chat: up to three. With the last one the chat opens."""
    dice = operation.dice("chat menu", chat.conn_id)
    seconds = list(accumulate(dice.randint(4, 40) for _ in range(dice.randint(0, 3))))
    for attempt, second in enumerate(seconds, 1):
        yield _Choice(
            date=chat.opened - timedelta(seconds=seconds[-1] - second),
            conn_id=chat.conn_id,
            attempt=attempt,
            second=second,
            routing_point=chat.connector.routing_point,
            option=dice.choice(MENU),
            channel=chat.connector.channel,
            customer=chat.customer,
        )


@over_range
def diagram_13(report: Report) -> list[Row]:
    """One row per step in a menu of a call or chat: the option, or that there was none."""
    return [
        {
            "rp_id": each.routing_point,
            "conn_id": each.conn_id,
            "customer_id": each.customer.id,
            "channel": each.channel,
            "attempt": str(each.attempt),
            "telephone": each.customer.phone,
            "date": stamp(report.local(each.date)),
            "second_event": str(each.second),
            "cod_opc_menu": each.option,
        }
        for each in _choices(report)
    ]


@over_range
def diagram_14(report: Report) -> list[Row]:
    """One row per code: how often customers entered an option with that meaning."""
    counts = Counter(
        _meaning(report.question.operation, (each.routing_point, each.option))
        for each in _choices(report)
        if each.option != NOTHING_PRESSED
    )
    return [
        {
            "cod_act": code.id,
            "description_cod_act": code.description,
            "count": str(count),
            "percent": percent(count, counts.total()),
        }
        for code, count in sorted(counts.items(), key=lambda item: item[0].id)
    ]


@cached
def _meaning(operation: Operation, about: tuple[str, str]) -> world.Code:
    """The meaning of an option of a routing point."""
    possible = [code for code in operation.world.codes_of("cod_act1") if code.id != TIMEOUT]
    return operation.dice("option", *about).choice(possible)


def _endpoint(rows: Rows, code: Code = 200) -> Endpoint:
    name = rows.__name__
    return Endpoint("reports_manager", name, code, FOUND, rows, DATES, NO_ROWS, days=31)


ENDPOINTS = (
    _endpoint(diagram_1_1),
    _endpoint(diagram_1_2),
    _endpoint(diagram_1_3),
    _endpoint(diagram_11),
    _endpoint(diagram_13, "200"),
    _endpoint(diagram_14, "200"),
)
