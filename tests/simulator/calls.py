"""The calls of an operation: each has its id, its date and its phone whenever one looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.simulator.operation import Operation
    from tests.simulator.world import Agent, Customer

AN_HOUR = timedelta(hours=1)

# How many in a hundred; the order has no meaning.
TYPES = (("inbound", 45), ("out_pre", 40), ("outbound_ma", 10), ("conference", 2),
         ("internal call", 3))  # fmt: skip
RESULTS = (("ANSWER", 62), ("NO ANSWER", 12), ("ANSWER MACHINE", 10), ("ABANDON", 6), ("BUSY", 4),
           ("FAILED", 3), ("CONGESTION", 2), ("CHANUNAVAIL", 1))  # fmt: skip
TRANSFERRED = 0.12
BUSY_HOUR = 75
QUIET_HOUR = 25


@dataclass(frozen=True)
class Call:
    """One call, or one leg of it: the legs of a call share its id."""

    conn_id: str
    date: datetime
    type: str
    result: str
    agent: Agent
    customer: Customer
    hit: bool


def conn_id(agent: Agent, date: datetime, dice: Random, number: int) -> str:
    """An id as contacts have them: agent.random.epoch.sequence."""
    return f"{agent.id}.{dice.randint(100_000, 999_999)}.{int(date.timestamp())}.{number}"


def between(operation: Operation, begin: datetime, end: datetime) -> list[Call]:
    """The calls after one moment up to and including another, oldest first."""
    hour = begin.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    found: list[Call] = []
    # A transferred call may have begun in the hour before.
    hour -= AN_HOUR
    while hour <= end:
        found += [call for call in _of_hour(operation, hour) if begin < call.date <= end]
        hour += AN_HOUR
    return sorted(found, key=lambda call: (call.date, call.conn_id, call.type))


def _of_hour(operation: Operation, hour: datetime) -> Iterator[Call]:
    dice = operation.dice("calls", hour.isoformat())
    local = hour.astimezone(operation.clock.zone)
    usual = BUSY_HOUR if 7 <= local.hour < 19 else QUIET_HOUR
    for number in range(dice.randint(usual - 10, usual + 10)):
        call = _call(operation, dice, hour + timedelta(seconds=dice.randrange(3600)), number)
        yield call
        if call.result == "ANSWER" and dice.random() < TRANSFERRED:
            yield _transferred(operation, dice, call)


def _call(operation: Operation, dice: Random, date: datetime, number: int) -> Call:
    agent = dice.choice(operation.world.agents)
    result = _thrown(dice, RESULTS)
    return Call(
        conn_id=conn_id(agent, date, dice, number),
        date=date,
        type=_thrown(dice, TYPES),
        result=result,
        agent=agent,
        customer=dice.choice(operation.world.customers),
        hit=result == "ANSWER" and dice.random() < 0.25,
    )


def _transferred(operation: Operation, dice: Random, call: Call) -> Call:
    """The second leg of a call: the same id, later, with somebody else."""
    return Call(
        conn_id=call.conn_id,
        date=call.date + timedelta(seconds=dice.randint(60, 400)),
        type="transfer",
        result="ANSWER",
        agent=dice.choice(operation.world.agents),
        customer=call.customer,
        hit=False,
    )


def _thrown(dice: Random, shares: tuple[tuple[str, int], ...]) -> str:
    names, weights = zip(*shares, strict=True)
    return str(dice.choices(names, weights)[0])
