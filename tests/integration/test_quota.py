"""The daily quota, which others draw on too: a part of it is left to them, whatever happens."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Request, Simulator, Simulators, faults
from tests.support import truth
from tests.support.command_line import TOKEN, bookmark_of, for_simulator, for_simulators
from tests.support.warehouse import Routine, apis

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

at = datetime.fromisoformat
NOW = "2026-11-20T09:00:00-05:00"
A_DAY = timedelta(days=1)
BILLING = ("billing_agent_script", "billing_rec_screen", "information_services")
AGENT_1, QUOTA = "reports_agent_1", "information_token_info"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=at(NOW), quota=40) as running:
        yield running


def spent(simulator: Simulator) -> int:
    return sum(request.cost for request in simulator.requests)


class TestReserve:
    @pytest.mark.parametrize(("reserve", "others"), [(10, 0), (10, 25), (0, 0), (39, 0), (38, 0)])
    def test_is_not_touched_by_a_single_request(
        self, simulator: Simulator, tmp_path: Path, reserve: int, others: int
    ) -> None:
        simulator.spend(others)
        tap = for_simulator(simulator, tmp_path, AGENT_1)
        result = tap.run(now=NOW, start_date="2026-10-01", quota_reserve=reserve)
        assert result.code == 0, result.log
        assert spent(simulator) == len(simulator.requests) == 40 - others - reserve
        assert apis(simulator)[0] == "token_info"
        assert apis(simulator).count("token_info") == 1
        assert "what is left of today's quota is the `quota_reserve`" in result.log
        assert result.left.keys() == {AGENT_1}

    @pytest.mark.parametrize("reserve", [40, 41, 1_000_000])
    def test_that_is_all_there_is_costs_the_question(
        self, simulator: Simulator, tmp_path: Path, reserve: int
    ) -> None:
        tap = for_simulator(simulator, tmp_path, *BILLING)
        result = tap.run(now=NOW, quota_reserve=reserve)
        assert result.code == 0
        assert apis(simulator) == ["token_info"]
        assert result.left.keys() == set(BILLING)

    def test_is_not_asked_about_where_nothing_is_to_be_read(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "reports_cdr_1")
        tap.run(now=NOW, start_date="2026-11-20T08:50:00", quota_reserve=10)
        assert not simulator.requests

    def test_and_its_stream_share_an_answer(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, QUOTA, *BILLING)
        result = tap.run(now=NOW, quota_reserve=10)
        assert result.code == 0, result.log
        assert apis(simulator).count("token_info") == 1
        [record] = result.records(QUOTA)
        assert record["available_consumption_options"] == 40
        assert spent(simulator) == 4
        assert bookmark_of(result.state, QUOTA) == "2026-11-20"

    def test_and_its_stream_alone_cost_one_request(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        result = for_simulator(simulator, tmp_path, QUOTA).run(now=NOW, quota_reserve=10)
        assert result.code == 0, result.log
        assert apis(simulator) == ["token_info"]
        assert len(result.records(QUOTA)) == 1

    def test_that_leaves_the_question_alone_is_no_service(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1, "reports_agent_3")
        routine = Routine(tap, (simulator,), at(NOW))
        for reserve in (40, 37, 40, 37):
            # Whoever happens to be first when the question is asked has got nothing by it.
            routine.run(start_date="2026-11-01", quota_reserve=reserve)
            routine.now += A_DAY
        asked = [api for run in routine.asked for api in run if api != "token_info"]
        assert asked == ["agent_1", "agent_1", "agent_3", "agent_3"]

    def test_is_kept_when_the_question_is_asked_again(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        simulator.faults.add(faults.status(500, "OOPS"), api="token_info", times=2)
        tap = for_simulator(simulator, tmp_path, AGENT_1)
        result = tap.run(now=NOW, start_date="2026-10-01", quota_reserve=30, max_retries=2)
        assert result.code == 0, result.log
        assert spent(simulator) == 10

    def test_and_the_most_requests_hold_together(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1)
        for most, reserve in ((3, 10), (2, 10), (20, 33)):
            before = spent(simulator)
            result = tap.run(
                now=NOW, start_date="2026-10-01", max_requests=most, quota_reserve=reserve
            )
            assert result.code == 0
            assert spent(simulator) - before == min(most, 40 - before - reserve)

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (faults.set_field("available_consumption_options", "many"), "gives no number"),
            (faults.absent(), "does not have the report"),
            (faults.no_rows(), "tells nothing of the token"),
        ],
    )
    def test_that_can_not_be_kept_stops_the_operation(
        self, simulator: Simulator, tmp_path: Path, fault: faults.Fault, said: str
    ) -> None:
        simulator.faults.add(fault, api="token_info")
        result = for_simulator(simulator, tmp_path, *BILLING).run(now=NOW, quota_reserve=10)
        assert result.code == 1
        assert apis(simulator) == ["token_info"]
        assert result.errors[0].startswith("Server 0011 stopped: `quota_reserve` can't be kept")
        assert said in result.errors[0]

    def test_is_each_operations_own(self, tmp_path: Path) -> None:
        now = at(NOW)
        first = Simulator(server="0011", token="one", now=now, quota=20, others=3)
        second = Simulator(server="0012", token="other", now=now, quota=10)
        with Simulators(first, second) as both:
            tap = for_simulators(both, tmp_path, AGENT_1)
            result = tap.run(now=NOW, start_date="2026-10-01", quota_reserve=4)
        assert [spent(simulator) for simulator in both.simulators] == [5, 6]
        assert result.code == 1
        assert len(result.errors) == 2

    def test_is_kept_day_after_day_while_all_of_it_is_loaded(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1, *BILLING)
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run_each(A_DAY, 4, start_date="2026-10-01", quota_reserve=20)
        assert [len(asked) for asked in routine.asked[:3]] == [20, 20, 20]
        routine.run_each(A_DAY, 1, start_date="2026-10-01")
        end = (routine.now - A_DAY).replace(tzinfo=None) - timedelta(minutes=15, seconds=1)
        wanted = truth.rows(simulator, "agent_1", at("2026-10-01T00:00:00"), end)
        assert routine.warehouse.rows(AGENT_1) == wanted


class TestQuotaThatOthersSpend:
    def test_meanwhile_stops_the_operation_in_one_line_and_nothing_is_lost(
        self, tmp_path: Path
    ) -> None:
        def spend(_: Request) -> None:
            if len(running.requests) == 5:
                running.spend(1_000)

        running = Simulator(token=TOKEN, pace=0.05, now=at(NOW), quota=40, on_request=spend)
        with running:
            tap = for_simulator(running, tmp_path, AGENT_1, "reports_agent_3")
            routine = Routine(tap, (running,), at(NOW))
            result = routine.run(start_date="2026-11-11", quota_reserve=5)
            assert result.code == 1
            [told, _] = result.errors
            assert told.startswith("Server 0011 stopped: the operation's quota of today is spent")
            assert told.endswith(f"Not read: {AGENT_1}, reports_agent_3")
            assert len(running.requests) == 6
            assert bookmark_of(result.state, AGENT_1) == "2026-11-14"
            # Who got nothing of it goes first the next day.
            routine.now += A_DAY
            assert routine.run(start_date="2026-11-11").code == 0
            assert routine.asked[-1][0] == "agent_3"
            end = at("2026-11-21T08:44:59")
            wanted = truth.rows(running, "agent_1", at("2026-11-11T00:00:00"), end)
            assert routine.warehouse.rows(AGENT_1) == wanted

    def test_leaves_no_failure_unsaid(self, tmp_path: Path) -> None:
        with Simulator(token=TOKEN, pace=0.05, now=at(NOW), quota=4) as running:
            running.faults.add(faults.status(400, "NO"), api="agents_in_skill")
            tap = for_simulator(running, tmp_path, "information_agents_in_skill")
            result = tap.run(now=NOW)
        failed, stopped, _ = result.errors
        assert "of 8 ids of `information_skills`, 1 failed and 5 were not asked for" in failed
        assert "quota of today is spent" in stopped

    def test_in_the_middle_of_a_window_that_is_asked_for_in_ids(self, tmp_path: Path) -> None:
        with Simulator(token=TOKEN, pace=0.05, now=at(NOW), quota=12) as simulator:
            tap = for_simulator(simulator, tmp_path, "reports_agent_2")
            routine = Routine(tap, (simulator,), at(NOW))
            assert routine.run(start_date="2026-11-17").code == 1
            for _ in range(4):
                routine.now += A_DAY
                routine.run(start_date="2026-11-17")
            agents = [
                each.query["agent_id"] for each in simulator.requests if each.api == "agent_2"
            ]
            known = [row["agent_id"] for row in simulator.rows("information", "agents")]
            assert set(agents) >= set(known)


class TestADayThatBegins:
    def test_while_a_run_goes_on_has_a_quota_of_its_own(self, tmp_path: Path) -> None:
        late, early = at("2026-11-20T23:59:00-05:00"), at("2026-11-21T00:00:01-05:00")
        clock = tmp_path / "now"
        clock.write_text(late.isoformat(), encoding="utf-8")

        def pass_midnight(_: Request) -> None:
            if len(running.requests) == 6:
                running.clock.set(early)
                clock.write_text(early.isoformat(), encoding="utf-8")

        running = Simulator(token=TOKEN, pace=0.05, now=late, quota=20, on_request=pass_midnight)
        with running:
            tap = for_simulator(running, tmp_path, AGENT_1, *BILLING)
            result = tap.run(
                now=str(clock), start_date="2026-10-01", quota_reserve=8, settle_minutes=0
            )
            assert result.code == 0, result.log
            # Six of the twelve of one day, and all of the twelve of the other.
            assert apis(running)[0] == apis(running)[6] == "token_info"
            assert len(running.requests) == 18
            told = [line for line in result.log.splitlines() if "requests today" in line]
            assert len(told) == 2
            assert "0 by this token, 0 by all tokens; 20 of 20 left" in told[1]
            # In neither of them a window is missing.
            days = [begin.day for begin, _ in truth.ranges(running, "agent_1")]
            assert days == list(range(1, len(days) + 1))
            assert bookmark_of(result.state, AGENT_1) == "2026-10-13"

    def test_somewhere_else_is_no_new_day_here(self, tmp_path: Path) -> None:
        now = at("2026-11-20T23:30:00-05:00")
        here = Simulator(server="0011", token="one", now=now, quota=20)
        there = Simulator(
            server="0012", token="other", now=now, quota=20, timezone="Pacific/Auckland"
        )
        with Simulators(here, there) as both:
            tap = for_simulators(both, tmp_path, AGENT_1)
            routine = Routine(tap, both.simulators, now)
            routine.run(start_date="2026-10-01", quota_reserve=5)
            assert [spent(simulator) for simulator in both.simulators] == [15, 15]
            # An hour later it is tomorrow here, and the same day there.
            routine.now += timedelta(hours=1)
            routine.run(start_date="2026-10-01", quota_reserve=5)
            assert [spent(simulator) for simulator in both.simulators] == [30, 16]
