"""The faults that wait for a request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock

from tests.simulator.faults.fault import NONE, Fault


@dataclass(frozen=True)
class Pending:
    """A fault for a file and api, None for any, and how many requests it still hits."""

    fault: Fault
    file: str | None
    api: str | None
    times: int

    def fits(self, file: str, api: str) -> bool:
        """Whether it is for this file and api."""
        return self.file in {None, file} and self.api in {None, api}


class FaultQueue:
    """Faults in order. Each admitted request takes the first one that fits."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pending: list[Pending] = []

    @property
    def pending(self) -> list[Pending]:
        """The faults that still wait."""
        with self._lock:
            return list(self._pending)

    def add(
        self, fault: Fault, *, api: str | None = None, file: str | None = None, times: int = 1
    ) -> None:
        """Let a fault hit the next requests for an api, or for any.

        Two files may have an api of the same name (``agents``): ``file`` picks one.

        Raises:
            ValueError: ``times`` is less than 1.
        """
        if times < 1:
            raise ValueError(f"times must be at least 1: {times}")
        with self._lock:
            self._pending.append(Pending(fault, file, api, times))

    def clear(self) -> None:
        """Remove all faults that still wait."""
        with self._lock:
            self._pending.clear()

    def take(self, file: str, api: str) -> Fault:
        """Take the fault for a request; ``NONE`` if there is none."""
        with self._lock:
            for place, each in enumerate(self._pending):
                if each.fits(file, api):
                    left = replace(each, times=each.times - 1)
                    self._pending[place : place + 1] = [left] if left.times else []
                    return each.fault
        return NONE
