"""Any row of runs, each with a budget of its own: in the end all is loaded, and nothing twice.

The tap runs in this process, for there are many runs.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tap_wolkvox import clock
from tap_wolkvox.tap import TapWolkvox
from tests.simulator import Simulator
from tests.support import truth
from tests.support.command_line import TOKEN, Result, selection
from tests.support.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

at = datetime.fromisoformat
BEGIN = at("2026-11-16T00:00:00")
FIRST = at("2026-11-18T09:00:00-05:00")
APIS = ("agent_1", "cdr_1", "agent_8", "agent_2", "campaign_1", "skill_6", "act_1", "act_3")
EVENTS = ("cdr_1", "agent_2", "act_3")
STABLE = ("agent_8", "agent_2", "skill_6")
"""Those whose rows do not change once their day is over."""

OTHERS = ("billing_rec_screen", "information_agents_in_skill", "information_token_info")

Run = tuple[int, int, bool]
"""Hours since the one before, requests that it may spend, and whether of the quota."""

runs = st.tuples(st.integers(0, 50), st.integers(2, 40), st.booleans())
rows_of_runs = st.lists(runs, min_size=1, max_size=12)
some = st.sets(st.sampled_from(APIS), min_size=1, max_size=3)


class History:
    """Runs one after the other, in this process, into one warehouse.

    Args:
        simulator: What they read.
        streams: What they select.
    """

    def __init__(self, simulator: Simulator, streams: Sequence[str]) -> None:
        self.simulator = simulator
        self.streams = streams
        self.now = FIRST
        self.state: dict[str, Any] = {}
        self.warehouse = Warehouse()
        self.waits: dict[str, int] = dict.fromkeys(streams, 0)

    def run(self, **changed: int) -> int:
        """Run once, and return how many requests it spent."""
        self.simulator.clock.set(self.now)
        before = len(self.simulator.requests)
        config = {
            "server": self.simulator.server,
            "token": self.simulator.token,
            "api_url": self.simulator.url,
            "start_date": BEGIN.date().isoformat(),
            "request_interval": 0,
            "max_retries": 0,
            **changed,
        }
        output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        with redirect_stdout(output):
            catalog = selection(*self.streams)
            TapWolkvox(config=config, catalog=catalog, state=self.state or None).sync_all()
            output.flush()
        result = Result(0, output.buffer.getvalue().decode(), "")
        self.state = result.state or self.state
        self.warehouse.load(result)
        asked = {request.api for request in self.simulator.requests[before:]}
        for stream in self.streams:
            is_asked = stream.split("_", 1)[1] in asked
            self.waits[stream] = 0 if is_asked else self.waits[stream] + 1
        return len(self.simulator.requests) - before


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some, st.sets(st.sampled_from(OTHERS), max_size=2), st.sampled_from([0, 3]), rows_of_runs)
@example({"skill_6"}, set(), 0, [(9, 24, False), (30, 40, False)])
@example({"act_1", "act_3"}, set(), 3, [(9, 2, False), (50, 2, False), (50, 2, True)])
@example({"agent_2", "campaign_1"}, {"billing_rec_screen"}, 3, [(0, 2, True)] * 5)
def test_all_is_loaded_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
    apis: set[str],
    others: set[str],
    lookback: int,
    row: list[Run],
) -> None:
    streams = [truth.stream(api) for api in sorted(apis)] + sorted(others)
    with Simulator(token=TOKEN, pace=0.03, now=FIRST, quota=10_000) as simulator:
        history = History(simulator, streams)
        monkeypatch.setattr(clock, "now", lambda: history.now.astimezone(UTC))
        for hours, most, of_quota in row:
            history.now += timedelta(hours=hours)
            simulator.clock.set(history.now)
            left = simulator.operation.usage(TOKEN).available
            budget = {"quota_reserve": left - most} if of_quota else {"max_requests": most}
            assert history.run(lookback_days=lookback, **budget) <= most
            # Each goes first after those that have waited longer.
            assert max(history.waits.values()) <= len(streams) + 2
        for _ in range(3):
            history.run(lookback_days=lookback)
            history.now += timedelta(days=1)
        end = (history.now - timedelta(days=1)).replace(tzinfo=None)
        for api in apis if lookback else apis & set(STABLE):
            wanted = truth.rows(simulator, api, BEGIN, end - timedelta(minutes=15, seconds=1))
            loaded = history.warehouse.rows(truth.stream(api))
            assert not wanted - loaded
            # Figures of a part of a day may say what those of the whole day do not.
            assert loaded == wanted or api not in EVENTS
        assert "'begin'" not in str(history.state)


def test_a_clock_that_goes_on_meanwhile_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Simulator(token=TOKEN, pace=0.03, now=FIRST) as simulator:
        history = History(simulator, ["reports_cdr_1", "reports_skill_6"])
        ticks = count()
        # A second passes between any two looks at it.
        monkeypatch.setattr(
            clock, "now", lambda: FIRST.astimezone(UTC) + timedelta(seconds=next(ticks))
        )
        history.run(max_requests=4)
        assert "left_off" in str(history.state)
        history.run(lookback_days=0)
        assert "'begin'" not in str(history.state)
