"""Streams that take dates, through the command line: what is read, and for how many requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from tests.simulator import Burst, Months, Simulator, faults
from tests.support import truth
from tests.support.command_line import TOKEN, for_simulator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

at = datetime.fromisoformat
NOW = "2026-11-20T09:07:13-05:00"
START, END = at("2026-10-05T00:00:00"), at("2026-11-20T08:52:12")
"""What is read at NOW: but for the newest 15 minutes, from midnight to a full second."""


def test_a_quiet_year_costs_a_request_a_month(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, pace=0.01, now=at(NOW)) as simulator:
        tap = for_simulator(
            simulator, tmp_path, "reports_cdr_1", "reports_skill_7", "reports_chat_2"
        )
        result = tap.run(now=NOW, start_date="2025-11-20")
        assert result.code == 0, result.log
        for api in ("cdr_1", "skill_7", "chat_2"):
            asked = truth.ranges(simulator, api)
            assert len(asked) == 13
            assert all((begin.year, begin.month) == (end.year, end.month) for begin, end in asked)
            wanted = truth.rows(simulator, api, at("2025-11-20T00:00:00"), END)
            assert truth.read(result, f"reports_{api}") == wanted


@pytest.mark.parametrize("months", [Months.FIRST, Months.LAST, Months.NONE])
def test_a_server_that_looks_into_one_month_only_hides_nothing(
    tmp_path: Path, months: Months
) -> None:
    """Wolkvox' manual says that reports are made within a month; what the API does is unknown."""
    apis = ("cdr_1", "skill_7", "agent_2", "agent_1", "chat_1")
    with Simulator(token=TOKEN, pace=0.02, months=months, now=at(NOW)) as simulator:
        result = for_simulator(simulator, tmp_path, *map(truth.stream, apis)).run(
            now=NOW, start_date="2026-10-20", lookback_days=25
        )
        assert result.code == 0, result.log
        again = for_simulator(simulator, tmp_path, *map(truth.stream, apis)).run(
            now=NOW, state=result.state, start_date="2026-10-20", lookback_days=25
        )
    with Simulator(token=TOKEN, pace=0.02, now=at(NOW)) as open_to_all:
        for api in apis:
            wanted = truth.rows(open_to_all, api, at("2026-10-20"), END)
            assert truth.read(result, truth.stream(api)) == wanted
            wanted = truth.rows(open_to_all, api, at("2026-10-26"), END)
            read = truth.read(again, truth.stream(api))
            assert not wanted - read


@pytest.mark.parametrize(("zone", "turn"), [
    ("America/Santiago", "2026-04-04"),  # midnight comes twice
    ("America/Santiago", "2026-09-05"),  # and once not at all
    ("America/Havana", "2026-11-01"),
    ("Europe/Madrid", "2026-10-25"),
    ("Europe/Madrid", "2026-03-29"),
])  # fmt: skip
def test_no_row_is_lost_where_the_clock_is_changed(tmp_path: Path, zone: str, turn: str) -> None:
    apis = ("cdr_1", "agent_8", "agent_1", "diagram_9")
    begin = at(turn) - timedelta(days=1)
    end = begin + timedelta(days=4, seconds=-1)
    with Simulator(
        token=TOKEN, timezone=zone, pace=0.3, now=at(turn) + timedelta(days=9)
    ) as simulator:
        tap = for_simulator(simulator, tmp_path, *(f"reports_{api}" for api in apis))
        now = simulator.clock.now().isoformat()
        first, last = f"{begin:%Y-%m-%d}", f"{end:%Y-%m-%d}"
        result = tap.run(now=now, timezone=zone, start_date=first, end_date=last)
        assert result.code == 0, result.log
        for api in apis:
            wanted = truth.rows(simulator, api, begin, end, ZoneInfo(zone))
            if api in truth.OVER_WINDOW:
                # What midnights that are not there are is in the tests of the wall clock.
                assert len(result.records(f"reports_{api}")) == sum(wanted.values())
                continue
            assert truth.read(result, f"reports_{api}") == wanted


class TestEmpty:
    """A 404 that says `Validate dates entered` is no failure, if the dates were right."""

    @pytest.fixture
    def simulator(self) -> Iterator[Simulator]:
        with Simulator(token=TOKEN, pace=0, now=at(NOW)) as running:
            yield running

    def test_an_empty_window_moves_the_bookmark(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, "reports_cdr_1", "reports_skill_4")
        result = tap.run(now=NOW, start_date="2026-10-05")
        assert result.code == 0, result.log
        assert {request.status for request in simulator.requests} == {404}
        states = [message["value"] for message in result.messages if message["type"] == "STATE"]
        moved = [
            partition["replication_key_value"]
            for state in states
            for partition in state["bookmarks"]["reports_cdr_1"]["partitions"]
            if "replication_key_value" in partition
        ]
        assert list(dict.fromkeys(moved)) == [
            "2026-11-01T04:59:59+00:00",
            "2026-11-20T13:52:12+00:00",
        ]
        [partition] = result.state["bookmarks"]["reports_skill_4"]["partitions"]
        assert partition["replication_key_value"] == "2026-11-19"

    def test_other_words_are_a_failure(self, simulator: Simulator, tmp_path: Path) -> None:
        simulator.faults.add(faults.absent(), api="cdr_1")
        result = for_simulator(simulator, tmp_path, "reports_cdr_1").run(
            now=NOW, start_date="2026-11-05"
        )
        assert result.code == 1
        assert "2026-11-05 00:00:00 to 2026-11-20 08:52:12: " in result.errors[0]
        assert "replication_key_value" not in str(result.state)


def test_nothing_is_asked_for_where_there_is_nothing_to_read(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, now=at(NOW)) as simulator:
        tap = for_simulator(simulator, tmp_path, "reports_cdr_1", "reports_agent_1")
        result = tap.run(now=NOW, start_date="2026-11-21")
        assert result.code == 0, result.log
        assert not simulator.requests
        assert "Nothing to read: it would begin with 2026-11-21 00:00:00." in result.log


@pytest.mark.slow
def test_a_burst_costs_a_logarithm_more(tmp_path: Path) -> None:
    burst = Burst(at("2026-10-20T08:00:00"), at("2026-10-20T18:00:00"), calls=95_000)
    with Simulator(token=TOKEN, pace=0.9, bursts=[burst], now=at(NOW)) as simulator:
        tap = for_simulator(simulator, tmp_path, "reports_cdr_1")
        result = tap.run(now=NOW, start_date="2026-09-20", end_date="2026-11-18")
        assert result.code == 0, result.log
        assert len(truth.ranges(simulator, "cdr_1")) <= 26
        wanted = truth.rows(
            simulator, "cdr_1", at("2026-09-20T00:00:00"), at("2026-11-18T23:59:59")
        )
        assert sum(wanted.values()) > 95_000
        assert truth.read(result, "reports_cdr_1") == wanted
