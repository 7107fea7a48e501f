"""A merging target, and runs that load it day after day."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.support import truth

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from tests.simulator import Simulator
    from tests.support.command_line import CommandLine, Result

Record = dict[str, Any]


def apis(simulator: Simulator) -> list[str]:
    """Return what was asked for, in that order."""
    return [request.api for request in simulator.requests]


class Warehouse:
    """Tables in which a row takes the place of the one that had its key."""

    def __init__(self) -> None:
        self._tables: defaultdict[str, dict[tuple[Any, ...], Record]] = defaultdict(dict)

    def load(self, result: Result) -> None:
        """Take in what a run wrote."""
        keys: dict[str, list[str]] = {}
        for message in result.messages:
            if message["type"] == "SCHEMA":
                keys[message["stream"]] = message["key_properties"]
            elif message["type"] == "RECORD":
                record, stream = message["record"], message["stream"]
                self._tables[stream][tuple(record[name] for name in keys[stream])] = record

    def records(self, stream: str) -> list[Record]:
        """Return the rows of a table."""
        return list(self._tables[stream].values())

    def rows(self, stream: str) -> Counter[str]:
        """Return the rows of a table, as the truth has them."""
        return Counter(map(truth.comparable, self.records(stream)))


@dataclass
class Routine:
    """Runs one after the other, each with the state of the one before, into one warehouse.

    Args:
        tap: The tap.
        simulators: What it reads.
        now: When the next run is.
        state: What it goes on with.
    """

    tap: CommandLine
    simulators: tuple[Simulator, ...]
    now: datetime
    state: dict[str, Any] | None = None
    warehouse: Warehouse = field(default_factory=Warehouse)
    asked: list[list[str]] = field(default_factory=list)
    """What each run has asked for."""

    def run(self, **settings: Any) -> Result:
        """Run once, now."""
        before = [len(simulator.requests) for simulator in self.simulators]
        for simulator in self.simulators:
            simulator.clock.set(self.now)
        result = self.tap.run(now=self.now.isoformat(), state=self.state, **settings)
        self.state = result.state or self.state
        self.warehouse.load(result)
        self.asked.append(
            [
                api
                for simulator, seen in zip(self.simulators, before, strict=True)
                for api in apis(simulator)[seen:]
            ]
        )
        return result

    def run_to_the_end(self, times: int, **settings: Any) -> None:
        """Run until nothing is left, so often at most; all have to end well."""
        for _ in range(times):
            result = self.run(**settings)
            assert result.code == 0, result.log
            if not result.left:
                return
        raise AssertionError(result.left)

    def run_each(self, step: timedelta, times: int, **settings: Any) -> list[Result]:
        """Run so often, and move on by a step after each; all have to end well."""
        results: list[Result] = []
        for _ in range(times):
            results.append(self.run(**settings))
            assert results[-1].code == 0, results[-1].log
            self.now += step
        return results
