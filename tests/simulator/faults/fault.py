"""What a fault is: a change to one answer, or to how it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from tests.simulator.endpoints.common.answers import Answer


class Wire(Protocol):
    """What a fault can do with the connection to a client: see ``http/wire.py``."""

    def send(self, answer: Answer) -> None:
        """Send the whole answer at once."""

    def write(self, data: bytes) -> None:
        """Send some bytes of it."""

    def finish(self, data: bytes, status: int) -> None:
        """Send the last bytes of it."""

    def pause(self, seconds: float, *, stubborn: bool = False) -> None:
        """Send nothing for some time."""

    def close(self) -> None:
        """Close the connection."""

    def reset(self) -> None:
        """Reset the connection."""


Edit: TypeAlias = Callable[[Answer], Answer]
Wait: TypeAlias = Callable[[Wire], None]
Delivery: TypeAlias = Callable[[Wire, Answer], None]


def _unchanged(answer: Answer) -> Answer:
    return answer


def _at_once(_: Wire) -> None:
    pass


def _whole(wire: Wire, answer: Answer) -> None:
    wire.send(answer)


@dataclass(frozen=True)
class Fault:
    """Edits an answer, waits, and sends it."""

    name: str
    edit: Edit = _unchanged
    wait: Wait = _at_once
    deliver: Delivery = _whole

    def then(self, other: Fault) -> Fault:
        """Join two faults: first the edits and waits of this one. An unusual delivery wins."""

        def wait(wire: Wire) -> None:
            self.wait(wire)
            other.wait(wire)

        deliver = self.deliver if other.deliver is _whole else other.deliver
        name = f"{self.name}+{other.name}"
        return Fault(name, lambda answer: other.edit(self.edit(answer)), wait, deliver)

    def apply(self, wire: Wire, answer: Answer) -> None:
        """Send an answer with this fault."""
        edited = self.edit(answer)
        self.wait(wire)
        self.deliver(wire, edited)


NONE = Fault("none")
