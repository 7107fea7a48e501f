"""How long customers waited: counts, service levels and averages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tests.simulator.endpoints.common.formats import average, duration, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulator.endpoints.common.answers import Row

LEVELS = (10, 20, 30)
"""Service levels, in seconds."""


class Waiter(Protocol):
    """A call or chat that waits for an agent."""

    @property
    def connected(self) -> bool:
        """Whether an agent answered."""

    @property
    def waited(self) -> int:
        """Seconds until it was answered or given up."""


Waiting = TypeVar("Waiting", bound=Waiter)


@dataclass(frozen=True)
class Waits(Generic[Waiting]):
    """Figures of calls or chats that waited."""

    calls: list[Waiting]

    @property
    def answered(self) -> list[Waiting]:
        """The ones that an agent answered."""
        return [call for call in self.calls if call.connected]

    @property
    def abandoned(self) -> list[Waiting]:
        """The ones that nobody answered."""
        return [call for call in self.calls if not call.connected]

    def counts(self) -> Row:
        """The numbers of all, answered and abandoned ones."""
        return {
            "inbound_calls": str(len(self.calls)),
            "answer_calls": str(len(self.answered)),
            "abandon_calls": str(len(self.abandoned)),
        }

    def level(self, seconds: int) -> str:
        """The share answered within some seconds."""
        return percent(sum(call.waited <= seconds for call in self.answered), len(self.calls))

    def levels(self) -> Row:
        """The service levels."""
        return {f"service_level_{level}seg": self.level(level) for level in LEVELS}

    def abandon(self) -> str:
        """The share abandoned."""
        return percent(len(self.abandoned), len(self.calls))

    def wait_time(self) -> str:
        """The sum of all waits."""
        return duration(sum(call.waited for call in self.calls))

    def asa(self) -> str:
        """The average wait of the answered ones."""
        return _waited(self.answered)

    def ata(self) -> str:
        """The average wait of the abandoned ones."""
        return _waited(self.abandoned)


def _waited(calls: Sequence[Waiter]) -> str:
    return str(average(sum(call.waited for call in calls), len(calls)))
