"""How long customers waited: counts, service levels and averages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tests.simulator.endpoints.common.formats import average, duration, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulator.endpoints.common.answers import Row

LEVELS = (10, 20, 30)
"""Seconds of the service levels."""


class Waiter(Protocol):
    """What waits for an agent."""

    @property
    def connected(self) -> bool:
        """Whether one came."""

    @property
    def waited(self) -> int:
        """How many seconds."""


Waiting = TypeVar("Waiting", bound=Waiter)


@dataclass(frozen=True)
class Waits(Generic[Waiting]):
    """Figures of some calls, or whatever else may wait."""

    calls: list[Waiting]

    @property
    def answered(self) -> list[Waiting]:
        """Those that an agent answered."""
        return [call for call in self.calls if call.connected]

    @property
    def abandoned(self) -> list[Waiting]:
        """The others."""
        return [call for call in self.calls if not call.connected]

    def counts(self) -> Row:
        """How many of each."""
        return {
            "inbound_calls": str(len(self.calls)),
            "answer_calls": str(len(self.answered)),
            "abandon_calls": str(len(self.abandoned)),
        }

    def level(self, seconds: int) -> str:
        """The share that was answered within so many seconds."""
        return percent(sum(call.waited <= seconds for call in self.answered), len(self.calls))

    def levels(self) -> Row:
        """The service levels."""
        return {f"service_level_{level}seg": self.level(level) for level in LEVELS}

    def abandon(self) -> str:
        """The share that was abandoned."""
        return percent(len(self.abandoned), len(self.calls))

    def wait_time(self) -> str:
        """How long all of them waited."""
        return duration(sum(call.waited for call in self.calls))

    def asa(self) -> str:
        """The average wait for an answer."""
        return _waited(self.answered)

    def ata(self) -> str:
        """The average wait for none."""
        return _waited(self.abandoned)


def _waited(calls: Sequence[Waiter]) -> str:
    return str(average(sum(call.waited for call in calls), len(calls)))
