"""The calls of an operation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from tests.simulator.world import rhythm
from tests.simulator.world.bursts import spread
from tests.simulator.world.cache import cached
from tests.simulator.world.events import shifts
from tests.simulator.world.events.call import Call, conn_id
from tests.simulator.world.events.staff import Staff
from tests.simulator.world.hours import AN_HOUR
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.simulator.world.entities import Agent, Campaign, Code, Customer, Skill
    from tests.simulator.world.operation import Operation

    _Times = tuple[int, int, int, int]


# Percentages. The order has no meaning.
TYPES = (("inbound", 55), ("out_pre", 30), ("outbound_ma", 10), ("conference", 2),
         ("internal call", 3))  # fmt: skip
RESULTS = (("ANSWER", 48), ("NO ANSWER", 18), ("ANSWER MACHINE", 16), ("ABANDON", 4), ("BUSY", 5),
           ("FAILED", 4), ("CONGESTION", 3), ("CHANUNAVAIL", 2))  # fmt: skip
"""Results of outbound calls."""

BETWEEN_COLLEAGUES = (("ANSWER", 85), ("NO ANSWER", 10), ("BUSY", 5))
CAMPAIGNS = {"out_pre": "predictive", "outbound_ma": "preview"}
"""Types of calls by campaigns, and the type of campaign."""

DEMAND = (18, 22, 14, 8, 25, 9, 4)
"""Relative numbers of inbound calls, in the order of the skills."""

EASE = (-0.15, 0.2, 0.0, -0.2, 0.1, -0.05, 0.1)
"""Extra pressure of each skill: a higher one answers later."""

LENGTH = (1.1, 1.35, 0.95, 1.2, 0.9, 0.65, 1.0)
"""Relative length of the calls of each skill."""

TALK = 235
"""Usual seconds of talk."""

TRANSFERRED = 0.1
CODED_LATE = 0.15
PRICE_A_SECOND = 0.85
DIALLED_SOON = 0.04
TRIES = 5


def between(operation: Operation, begin: datetime, end: datetime) -> list[Call]:
    """The calls after ``begin`` and up to ``end``, oldest first."""
    begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    # A transferred call may begin in the hour before.
    hour = begin.replace(minute=0, second=0, microsecond=0) - AN_HOUR
    found: list[Call] = []
    while hour <= end:
        found += [call for call in _of_hour(operation, hour) if begin < call.date <= end]
        hour += AN_HOUR
    return sorted(found, key=lambda call: (call.date, call.conn_id, call.type))


@cached
def _of_hour(operation: Operation, hour: datetime) -> tuple[Call, ...]:
    return tuple(_Hour(operation, hour).calls())


@dataclass(frozen=True, slots=True)
class _Kind:
    type: str
    result: str
    skill: Skill | None = None
    campaign: Campaign | None = None


class _Hour:
    """Makes the calls of an hour. A change in the order of random numbers changes all calls.

    No agent has two states that begin in the same second. So one hour uses even seconds only, and
    the next hour uses odd ones, because calls may last into it. Bursts use any second.
    """

    def __init__(self, operation: Operation, hour: datetime) -> None:
        self.operation = operation
        self.hour = hour
        self.local = hour.astimezone(operation.clock.zone)
        self.dice = operation.dice("calls", hour.isoformat())
        sessions = (shifts.around(operation, each) for each in (hour, hour + AN_HOUR))
        of_the_day = tuple(dict.fromkeys(chain(*sessions)))
        self.staff = Staff(
            of_the_day,
            tuple(
                each for each in of_the_day if each.end > hour and each.begin < hour + 2 * AN_HOUR
            ),
            operation.world.agents,
        )
        self.pressure = rhythm.pressure(self.local) + self.dice.uniform(-0.12, 0.12)
        self.taken: set[tuple[str, int, datetime]] = set()

    def calls(self) -> Iterator[Call]:
        """The usual calls, each followed by its second leg, if any. Then those of bursts."""
        for number, date in enumerate(self._dates()):
            call = self._call(date, number, self._kind(date))
            yield call
            if call.connected and self.dice.random() < TRANSFERRED:
                yield self._transferred(call)
        for burst in self.operation.conditions.bursts:
            for number, date in spread(burst, burst.calls, self.operation.clock.zone, self.hour):
                yield self._call(date, number, _Kind("inbound", "ANSWER", self._skill()))

    def _dates(self) -> list[datetime]:
        wanted = rhythm.calls(self.local) * self.dice.uniform(0.88, 1.12)
        count = int(wanted * self.operation.conditions.pace + self.dice.random())
        allowed = range(int(self.hour.timestamp()) // 3600 % 2, 3600, 2)
        seconds = self.dice.sample(allowed, min(count, len(allowed)))
        return [
            self.hour + timedelta(seconds=seconds[number % len(seconds)]) for number in range(count)
        ]

    def _kind(self, date: datetime) -> _Kind:
        """The kind of a call. With nobody at work there are only abandoned inbound calls."""
        dice = self.dice
        closed = not rhythm.is_open(self.local) and not self._is_staffed(date)
        type_ = "inbound" if closed else _weighted(dice, TYPES)
        if type_ == "inbound":
            skill = self._skill()
            lost = closed or dice.random() < 0.018 + 0.055 * self._pressure(skill)
            return _Kind(type_, "ABANDON" if lost else "ANSWER", skill)
        if type_ in CAMPAIGNS:
            campaign = dice.choice(_campaigns(self.operation, CAMPAIGNS[type_]))
            return _Kind(type_, _weighted(dice, RESULTS), campaign=campaign)
        return _Kind(type_, _weighted(dice, BETWEEN_COLLEAGUES))

    def _is_staffed(self, date: datetime) -> bool:
        return any(each.at_work(date) for each in self.staff.sessions)

    def _skill(self) -> Skill:
        return self.dice.choices(self.operation.world.skills[:-1], DEMAND)[0]

    def _pressure(self, skill: Skill) -> float:
        """The pressure on a skill in this hour, from 0 to 1."""
        return min(1.0, max(0.0, self.pressure + EASE[self._place(skill)]))

    def _place(self, skill: Skill) -> int:
        return self.operation.world.skills.index(skill)

    def _call(self, date: datetime, number: int, kind: _Kind) -> Call:
        agent, times = self._free(date, kind)
        customers = kind.campaign.customers if kind.campaign else self.operation.world.customers
        return self._made(
            id_=conn_id(agent, date, self.dice, number),
            date=date,
            agent=agent,
            customer=self.dice.choice(customers),
            kind=kind,
            times=times,
        )

    def _transferred(self, call: Call) -> Call:
        """The second leg of a call: it has the same id and another agent."""
        kind = _Kind("transfer", "ANSWER")
        agent, times = self._free(call.ended, kind, but=call.agent)
        return self._made(
            id_=call.conn_id,
            date=call.ended,
            agent=agent,
            customer=call.customer,
            kind=kind,
            times=times,
        )

    def _free(self, date: datetime, kind: _Kind, but: Agent | None = None) -> tuple[Agent, _Times]:
        """An agent who can take the call, and the seconds of each state."""
        for attempt in range(2 * TRIES):
            times = self._times(kind)
            rings = date + timedelta(seconds=times[0])
            first = attempt < TRIES
            staff = self.staff
            agent = self.dice.choice(
                staff.candidates(rings, kind.skill, but) if first else staff.of_the_day(but)
            )
            begun = {
                (agent.id, state, date + timedelta(seconds=seconds))
                for state, seconds in enumerate(accumulate(times[:3]))
            }
            if self.taken.isdisjoint(begun):
                break
        self.taken |= begun
        if kind.result == "ANSWER":
            self.staff.until[agent.id] = date + timedelta(seconds=sum(times))
        return agent, times

    def _times(self, kind: _Kind) -> _Times:
        """Seconds of waiting, ringing, talk and work after the call."""
        ring = 2 * self.dice.randint(1, 8)
        if kind.result != "ANSWER":
            patience = 2 * min(90, 1 + int(self.dice.expovariate(1 / 24)))
            return patience if kind.skill else 0, ring, 0, 0
        length = LENGTH[self._place(kind.skill)] if kind.skill else 1
        talk = 2 * min(450, 5 + int(self.dice.gammavariate(1.6, TALK * length / 3.2)))
        acw = min(180, 8 + int(self.dice.expovariate(1 / 45)))
        return self._wait(kind.skill) if kind.skill else 0, ring, talk, acw

    def _wait(self, skill: Skill) -> int:
        """Seconds until an agent answers: very few, or longer if the call queues."""
        pressure = self._pressure(skill)
        queues = self.dice.random() < 0.08 + 0.37 * pressure
        usual = 7 + 20 * pressure if queues else 3
        return 2 * min(90, int(self.dice.expovariate(1 / usual)))

    def _made(  # noqa: PLR0913  # all that tells a call from a leg; the rest is random
        self,
        *,
        id_: str,
        date: datetime,
        agent: Agent,
        customer: Customer,
        kind: _Kind,
        times: _Times,
    ) -> Call:
        dice, connected = self.dice, kind.result == "ANSWER"
        waited, ring, talk, acw = times
        ended = date + timedelta(seconds=waited + ring + talk)
        code, code_2 = self._codes(kind) if connected else (None, None)
        return Call(
            conn_id=id_,
            date=date,
            type=kind.type,
            result=kind.result,
            agent=agent,
            customer=customer,
            hit=code is not None and bool(code.hit),
            skill=kind.skill,
            campaign=kind.campaign,
            waited=waited,
            ring=ring,
            talk=talk,
            acw=acw,
            code=code,
            code_2=code_2,
            comment=perhaps(dice, f"Habla con {customer.first_name}; «llamar» a las 3 📞", 0.6),
            coded_at=ended + _until_coded(dice) if connected else None,
            hang_up=dice.choice(("agent", "customer")),
            cost=talk * PRICE_A_SECOND if kind.campaign else 0,
            loaded=date - _since_loaded(dice) if kind.type == "out_pre" else None,
            blank=missing(dice),
        )

    def _codes(self, kind: _Kind) -> tuple[Code, Code]:
        """The codes of a call. The second leg of a call is never a hit."""
        codes = _codes(self.operation, "cod_act1")
        first = self.dice.choice([c for c in codes if not (c.hit and kind.type == "transfer")])
        return first, self.dice.choice(_codes(self.operation, "cod_act2"))


@cached
def _campaigns(operation: Operation, type_: str) -> tuple[Campaign, ...]:
    """The campaigns of a type with records."""
    return tuple(
        each for each in operation.world.campaigns if each.type == type_ and each.customers
    )


@cached
def _codes(operation: Operation, group: str) -> tuple[Code, ...]:
    """The codes of a group that calls can have."""
    return tuple(each for each in operation.world.codes_of(group) if each.id != "TIMEOUTCHAT")


def _until_coded(dice: Random) -> timedelta:
    late = dice.random() < CODED_LATE
    return timedelta(seconds=dice.randint(3600, 40 * 3600) if late else dice.randint(60, 600))


def _since_loaded(dice: Random) -> timedelta:
    """Mostly less than a month. If it is more, no range holds both the record and the call."""
    if dice.random() < DIALLED_SOON:
        return timedelta(seconds=dice.randint(300, 2 * 3600))
    first, last = (0, 29) if dice.random() < 0.9 else (32, 45)
    return timedelta(seconds=dice.randint(first * 86_400, last * 86_400))


def _weighted(dice: Random, shares: tuple[tuple[str, int], ...]) -> str:
    names, weights = zip(*shares, strict=True)
    return str(dice.choices(names, weights)[0])
