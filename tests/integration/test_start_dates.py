"""A `start_date` that is not where a run begins is said, once for all streams."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.command_line import (
    TOKEN,
    CommandLine,
    Result,
    for_simulator,
    partition,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = "2026-11-20T09:00:00-05:00"
LATER = "2026-11-21T09:00:00-05:00"
CDR, AGENT_1, BILLING = "reports_cdr_1", "reports_agent_1", "billing_rec_screen"
EARLIER = (
    "`start_date` is earlier than what was read so far, and a run only goes on after that. To read "
    "from `start_date` on, remove from the state: "
)
FUTURE = "`start_date` is in the future, and nothing before it is read of "


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=datetime.fromisoformat(NOW)) as running:
        yield running


@pytest.fixture
def tap(simulator: Simulator, tmp_path: Path) -> CommandLine:
    return for_simulator(simulator, tmp_path, CDR, AGENT_1, BILLING)


def warned(result: Result) -> list[str]:
    """Return what is said of the start, of the one server."""
    assert result.code == 0, result.log
    lines = [line for line in result.log.splitlines() if "`start_date` is" in line]
    assert all("| WARNING " in line for line in lines)
    return [line.partition("Server 0011: ")[2] for line in lines]


def test_it_is_said_only_if_it_is_moved_back(tap: CommandLine) -> None:
    first = tap.run(now=NOW, start_date="2026-11-16")
    assert warned(first) == []
    for stream in (CDR, AGENT_1):
        assert partition(first.state, stream)["begun"] == "2026-11-16T00:00:00"
    daily = tap.run(now=LATER, start_date="2026-11-16", state=first.state)
    assert warned(daily) == []
    moved = tap.run(now=LATER, start_date="2026-11-10", state=daily.state)
    assert warned(moved) == [f"{EARLIER}{AGENT_1}, {CDR}"]
    planned = tap.run("--plan", now=LATER, start_date="2026-11-10", state=daily.state)
    assert warned(planned) == [f"{EARLIER}{AGENT_1}, {CDR}"]
    # What it says helps: a stream without a bookmark begins with it.
    del daily.state["bookmarks"][CDR]
    again = tap.run(now=LATER, start_date="2026-11-10", state=daily.state)
    assert warned(again) == [f"{EARLIER}{AGENT_1}"]
    assert partition(again.state, CDR)["begun"] == "2026-11-10T00:00:00"


def test_a_hole_begins_what_was_read_anew(tap: CommandLine) -> None:
    first = tap.run(now="2026-11-12T09:00:00-05:00", start_date="2026-11-10")
    skipped = tap.run(now=NOW, start_date="2026-11-18", state=first.state)
    assert partition(skipped.state, CDR)["begun"] == "2026-11-18T00:00:00"
    assert warned(tap.run(now=NOW, start_date="2026-11-10", state=skipped.state)) == [
        f"{EARLIER}{AGENT_1}, {CDR}"
    ]


@pytest.mark.parametrize("begun", [{}, {"begun": "nonsense"}], ids=str)
def test_what_a_state_does_not_say_is_said_once(tap: CommandLine, begun: dict[str, str]) -> None:
    """A state of 0.1, which read from its `start_date` on: that is most likely still the same."""
    # Midnight of the 19th in Bogotá: the run begins three days before it.
    state = state_of(CDR, "2026-11-19T05:00:00+00:00", **begun)
    result = tap.run(now=NOW, start_date="2026-11-01", state=state)
    assert warned(result) == [f"{EARLIER}{CDR}"]
    assert partition(result.state, CDR)["begun"] == "2026-11-01T00:00:00"
    daily = tap.run(now=LATER, start_date="2026-11-01", state=result.state)
    assert warned(daily) == []
    # Where nothing earlier is wanted, it begins where the run does.
    late = tap.run(now=NOW, start_date="2026-11-17", state=state)
    assert warned(late) == []
    assert partition(late.state, CDR)["begun"] == "2026-11-17T00:00:00"
    unset = tap.run(now=NOW, state=state)
    assert warned(unset) == []
    assert partition(unset.state, CDR)["begun"] == "2026-11-16T00:00:00"


def test_one_in_the_future_is_said_with_the_streams_that_wait(tap: CommandLine) -> None:
    result = tap.run(now=NOW, start_date="2026-11-20T09:00:01")
    assert warned(result) == [f"{FUTURE}{AGENT_1}, {CDR}"]
    assert result.streams == {BILLING}
    assert warned(tap.run(now=NOW, start_date="2026-11-20T09:00:00")) == []
