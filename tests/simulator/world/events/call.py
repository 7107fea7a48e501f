"""One call, or one leg of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from tests.simulator.world.entities import Agent, Campaign, Code, Customer, Skill


@dataclass(frozen=True, slots=True)
class Call:
    """One call, or one leg of a call. All legs have the id of the call.

    ``waited``, ``ring``, ``talk`` and ``acw`` (work after the call) are in seconds. The codes are
    known from ``coded_at`` on. ``loaded`` is when the campaign got the record. ``blank`` is the
    missing value of its rows.
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
        """Whether an agent talked to somebody."""
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
        """Seconds of work after it, up to a moment after its end."""
        return min(self.acw, int((known - self.ended).total_seconds()))


def conn_id(agent: Agent, date: datetime, dice: Random, number: int) -> str:
    """The id of a contact: agent.random.epoch.sequence."""
    return f"{agent.id}.{dice.randint(100_000, 999_999)}.{int(date.timestamp())}.{number}"
