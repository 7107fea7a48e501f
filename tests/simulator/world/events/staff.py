"""Who may take a call."""

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
    """Who may take a call, and until when each is taken up by one, by id."""

    sessions: tuple[Session, ...]
    near: tuple[Session, ...]
    everybody: tuple[Agent, ...]
    until: dict[str, datetime] = field(default_factory=dict)

    def candidates(
        self, moment: datetime, skill: Skill | None, but: Agent | None
    ) -> Sequence[Agent]:
        """Those who are free, experts if there are any; else who is there, or is on that day."""
        there = [each.agent for each in self.near if each.at_work(moment) and each.agent is not but]
        free = [each for each in there if self.until.get(each.id, moment) <= moment]
        able = [each for each in free if skill and _can(each, skill)]
        return able or free or there or self.of_the_day(but)

    def of_the_day(self, but: Agent | None) -> Sequence[Agent]:
        """Those who come on that day; everybody if nobody does."""
        found = [each.agent for each in self.sessions if each.agent is not but]
        return found or [each for each in self.everybody if each is not but]


def _can(agent: Agent, skill: Skill) -> bool:
    """Whether somebody is an expert of a skill."""
    return any(each is agent for each, _ in skill.experts)
