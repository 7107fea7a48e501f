"""The faults that wait for a request to strike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock

from tests.simulator.faults.fault import NONE, Fault


@dataclass(frozen=True)
class Pending:
    """A fault for one file and api, or for any where None, and how often it will still strike."""

    fault: Fault
    file: str | None
    api: str | None
    times: int

    def fits(self, file: str, api: str) -> bool:
        """Whether it is meant for them."""
        return self.file in {None, file} and self.api in {None, api}


class FaultQueue:
    """Faults in the order they were added; each admitted request takes the first for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pending: list[Pending] = []

    @property
    def pending(self) -> list[Pending]:
        """What still waits."""
        with self._lock:
            return list(self._pending)

    def add(
        self, fault: Fault, *, api: str | None = None, file: str | None = None, times: int = 1
    ) -> None:
        """Let a fault strike the next requests for an api, or for any.

        Some apis have a namesake in another file (``agents``): ``file`` tells them apart.

        Raises:
            ValueError: Less than once.
        """
        if times < 1:
            raise ValueError(f"times must be at least 1: {times}")
        with self._lock:
            self._pending.append(Pending(fault, file, api, times))

    def clear(self) -> None:
        """Forget what still waits."""
        with self._lock:
            self._pending.clear()

    def take(self, file: str, api: str) -> Fault:
        """The fault that strikes a request for an api of a file now; mostly none."""
        with self._lock:
            for place, each in enumerate(self._pending):
                if each.fits(file, api):
                    left = replace(each, times=each.times - 1)
                    self._pending[place : place + 1] = [left] if left.times else []
                    return each.fault
        return NONE
