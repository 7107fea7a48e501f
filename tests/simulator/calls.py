"""The calls of an operation: each is the same whenever one looks, and whatever one asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from tests.simulator import shifts
from tests.simulator.bursts import spread
from tests.simulator.missing import missing, perhaps
from tests.simulator.remembered import remembered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.simulator.operation import Operation
    from tests.simulator.world import Agent, Campaign, Code, Customer, Skill

    _Times = tuple[int, int, int]

AN_HOUR = timedelta(hours=1)

# How many in a hundred; the order has no meaning.
TYPES = (("inbound", 45), ("out_pre", 40), ("outbound_ma", 10), ("conference", 2),
         ("internal call", 3))  # fmt: skip
RESULTS = (("ANSWER", 62), ("NO ANSWER", 12), ("ANSWER MACHINE", 10), ("ABANDON", 6), ("BUSY", 4),
           ("FAILED", 3), ("CONGESTION", 2), ("CHANUNAVAIL", 1))  # fmt: skip
CAMPAIGNS = {"out_pre": "predictive", "outbound_ma": "preview"}
"""Types of calls that a campaign makes, and the type of campaign."""

TRANSFERRED = 0.12
BUSY_HOUR = 75
QUIET_HOUR = 25
CODED_LATE = 0.15
PRICE_A_SECOND = 0.85
TRIES = 5


@dataclass(frozen=True, slots=True)
class Call:
    """One call, or one leg of it: the legs of a call share its id.

    Seconds it ``waited``, rang, was talked and worked on afterwards. What it came to is known from
    ``coded_at`` on. ``loaded`` is when a campaign got the record. ``blank`` is how its rows say
    that there is no value.
    """

    conn_id: str
    date: datetime
    type: str
    result: str
    agent: Agent
    customer: Customer
    hit: bool
    skill: Skill | None
    campaign: Campaign | None
    waited: int
    ring: int
    talk: int
    acw: int
    code: Code | None
    code_2: Code | None
    comment: str
    coded_at: datetime | None
    hang_up: str
    cost: float
    loaded: datetime | None
    blank: str

    @property
    def connected(self) -> bool:
        """Whether somebody talked to somebody."""
        return self.result == "ANSWER"

    @property
    def rang(self) -> datetime:
        """When it began to ring."""
        return self.date + timedelta(seconds=self.waited)

    @property
    def answered(self) -> datetime:
        """When it stopped ringing."""
        return self.date + timedelta(seconds=self.waited + self.ring)

    @property
    def ended(self) -> datetime:
        """When somebody hung up."""
        return self.date + timedelta(seconds=self.waited + self.ring + self.talk)

    def coded(self, known: datetime) -> bool:
        """Whether its codes are known at a moment."""
        return self.coded_at is not None and self.coded_at <= known

    def worked(self, known: datetime) -> int:
        """Seconds of work after it up to a moment, which is not before its end."""
        return min(self.acw, int((known - self.ended).total_seconds()))


def conn_id(agent: Agent, date: datetime, dice: Random, number: int) -> str:
    """An id as contacts have them: agent.random.epoch.sequence."""
    return f"{agent.id}.{dice.randint(100_000, 999_999)}.{int(date.timestamp())}.{number}"


def between(operation: Operation, begin: datetime, end: datetime) -> list[Call]:
    """The calls after one moment up to and including another, oldest first."""
    begin, end = begin.astimezone(UTC), end.astimezone(UTC)
    # A transferred call may have begun in the hour before.
    hour = begin.replace(minute=0, second=0, microsecond=0) - AN_HOUR
    found: list[Call] = []
    while hour <= end:
        found += [call for call in _of_hour(operation, hour) if begin < call.date <= end]
        hour += AN_HOUR
    return sorted(found, key=lambda call: (call.date, call.conn_id, call.type))


@remembered
def _of_hour(operation: Operation, hour: datetime) -> tuple[Call, ...]:
    return tuple(_Hour(operation, hour).calls())


@dataclass(frozen=True, slots=True)
class _Kind:
    type: str
    result: str
    skill: Skill | None = None
    campaign: Campaign | None = None


class _Hour:
    """What is made of an hour; the order of its throws makes the calls what they are.

    No agent begins to ring, to talk or to work on a call twice in a second: an hour uses only the
    even seconds and the next one, into which its calls may last, only the odd ones. Bursts are
    spread evenly and use any.
    """

    def __init__(self, operation: Operation, hour: datetime) -> None:
        self.operation = operation
        self.hour = hour
        self.dice = operation.dice("calls", hour.isoformat())
        self.agents = shifts.on_duty(operation, hour)
        self.taken: set[tuple[str, int, datetime]] = set()

    def calls(self) -> Iterator[Call]:
        """Its usual calls, then those of bursts, each followed by its other leg."""
        for number, date in enumerate(self._dates()):
            type_, result = (_thrown(self.dice, each) for each in (TYPES, RESULTS))
            call = self._call(date, number, type_, result)
            yield call
            if call.connected and self.dice.random() < TRANSFERRED:
                yield self._transferred(call)
        for burst in self.operation.conditions.bursts:
            for number, date in spread(burst, burst.calls, self.operation.clock.zone, self.hour):
                yield self._call(date, number, "inbound", "ANSWER")

    def _dates(self) -> list[datetime]:
        local = self.hour.astimezone(self.operation.clock.zone)
        usual = BUSY_HOUR if 7 <= local.hour < 19 else QUIET_HOUR
        wanted = self.dice.randint(usual - 10, usual + 10) * self.operation.conditions.pace
        count = int(wanted + self.dice.random())
        allowed = range(int(self.hour.timestamp()) // 3600 % 2, 3600, 2)
        seconds = self.dice.sample(allowed, min(count, len(allowed)))
        return [
            self.hour + timedelta(seconds=seconds[number % len(seconds)]) for number in range(count)
        ]

    def _call(self, date: datetime, number: int, type_: str, result: str) -> Call:
        dice, operation = self.dice, self.operation
        inbound = type_ == "inbound"
        agent, times = self._free(date, waits=inbound, talks=result == "ANSWER")
        campaign = None
        if type_ in CAMPAIGNS:
            campaign = dice.choice(_campaigns(operation, CAMPAIGNS[type_]))
        skill = dice.choice(_skills(operation, agent)) if inbound else None
        return self._made(
            id_=conn_id(agent, date, dice, number),
            date=date,
            agent=agent,
            customer=dice.choice(campaign.customers if campaign else operation.world.customers),
            kind=_Kind(type_, result, skill, campaign),
            times=times,
        )

    def _transferred(self, call: Call) -> Call:
        """The second leg of a call: the same id, later, with somebody else."""
        agent, times = self._free(call.ended, waits=False, talks=True, but=call.agent)
        return self._made(
            id_=call.conn_id,
            date=call.ended,
            agent=agent,
            customer=call.customer,
            kind=_Kind("transfer", "ANSWER"),
            times=times,
        )

    def _free(
        self, date: datetime, *, waits: bool, talks: bool, but: Agent | None = None
    ) -> tuple[Agent, _Times]:
        """Somebody, and the seconds of waiting, ringing and talk at which that is possible."""
        everybody = self.operation.world.agents
        for attempt in range(2 * TRIES):
            agent = self.dice.choice(self.agents if attempt < TRIES else everybody)
            waited = min(90, int(self.dice.expovariate(1 / 9))) if waits else 0
            talk = min(450, 5 + int(self.dice.expovariate(1 / 90))) if talks else 0
            times = 2 * waited, 2 * self.dice.randint(1, 12), 2 * talk
            begun = {
                (agent.id, state, date + timedelta(seconds=seconds))
                for state, seconds in enumerate(accumulate(times))
            }
            if agent is not but and self.taken.isdisjoint(begun):
                break
        self.taken |= begun
        return agent, times

    def _made(  # noqa: PLR0913  # all that tells a call from a leg; the rest is thrown
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
        waited, ring, talk = times
        ended = date + timedelta(seconds=sum(times))
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
            acw=dice.randint(5, 180) if connected else 0,
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
        """A leg that is transferred is no hit: the call it belongs to may be one."""
        codes = _codes(self.operation, "cod_act1")
        first = self.dice.choice([c for c in codes if not (c.hit and kind.type == "transfer")])
        return first, self.dice.choice(_codes(self.operation, "cod_act2"))


@remembered
def _skills(operation: Operation, agent: Agent) -> tuple[Skill, ...]:
    """What somebody can do, or is given to do if that is nothing."""
    skills = operation.world.skills[:-1]
    able = tuple(skill for skill in skills if agent in (each for each, _ in skill.experts))
    return able or skills


@remembered
def _campaigns(operation: Operation, type_: str) -> tuple[Campaign, ...]:
    """Those of a type that have somebody to call."""
    return tuple(
        each for each in operation.world.campaigns if each.type == type_ and each.customers
    )


@remembered
def _codes(operation: Operation, group: str) -> tuple[Code, ...]:
    """Those of a group that a call can come to."""
    return tuple(each for each in operation.world.codes_of(group) if each.id != "TIMEOUTCHAT")


def _until_coded(dice: Random) -> timedelta:
    late = dice.random() < CODED_LATE
    return timedelta(seconds=dice.randint(3600, 40 * 3600) if late else dice.randint(60, 600))


def _since_loaded(dice: Random) -> timedelta:
    """Less than a month for most; the others can't be had together with their record."""
    first, last = (0, 29) if dice.random() < 0.9 else (32, 45)
    return timedelta(seconds=dice.randint(first * 86_400, last * 86_400))


def _thrown(dice: Random, shares: tuple[tuple[str, int], ...]) -> str:
    names, weights = zip(*shares, strict=True)
    return str(dice.choices(names, weights)[0])
