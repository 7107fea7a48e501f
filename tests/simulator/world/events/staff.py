"""The agents who may take a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.simulator.world.entities import Agent, Skill
    from tests.simulator.world.events.shifts import Session


@dataclass(slots=True)
class Staff:
    """The agents who may take a call. ``until`` is when each one is free again, by id."""

    sessions: tuple[Session, ...]
    near: tuple[Session, ...]
    everybody: tuple[Agent, ...]
    until: dict[str, datetime] = field(default_factory=dict)

    def candidates(
        self, moment: datetime, skill: Skill | None, but: Agent | None
    ) -> Sequence[Agent]:
        """Free experts, or else free agents, or agents at work, or agents of the day."""
        there = [each.agent for each in self.near if each.at_work(moment) and each.agent is not but]
        free = [each for each in there if self.until.get(each.id, moment) <= moment]
        able = [each for each in free if skill and _can(each, skill)]
        return able or free or there or self.of_the_day(but)

    def of_the_day(self, but: Agent | None) -> Sequence[Agent]:
        """The agents who work on that day; all agents if there are none."""
        found = [each.agent for each in self.sessions if each.agent is not but]
        return found or [each for each in self.everybody if each is not but]


def _can(agent: Agent, skill: Skill) -> bool:
    """Whether an agent is an expert of a skill."""
    return any(each is agent for each, _ in skill.experts)
