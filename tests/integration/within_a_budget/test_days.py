"""A budget of several days."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Burst, Cap, Simulator, Simulators, faults
from tests.support import truth
from tests.support.command_line import (
    TOKEN,
    bookmark_of,
    for_simulator,
    for_simulators,
    selection,
)
from tests.support.warehouse import Routine, apis

if TYPE_CHECKING:
    from pathlib import Path

from tests.integration.within_a_budget.common import A_DAY, AGENT_1, AGENT_3, BILLING, CDR, NOW, at


class TestMaxRequests:
    def test_no_more_are_sent_and_what_is_left_is_said_stream_by_stream(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1, CDR, *BILLING)
        result = tap.run(now=NOW, start_date="2026-11-11", max_requests=7)
        assert result.code == 0, result.log
        assert apis(simulator)[:3] == ["agent_script", "rec_screen", "services"]
        assert len(simulator.requests) == 7
        assert result.left == {
            AGENT_1: "2026-11-15 00:00:00 to 2026-11-20 08:44:59",
            CDR: "2026-11-11 00:00:00 to 2026-11-20 08:44:59",
        }
        assert "`max_requests` is reached; streams left to the next run: 2" in result.log
        assert "| ERROR" not in result.log

    def test_the_next_run_goes_on_there(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1)
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run(start_date="2026-11-11", max_requests=7)
        result = routine.run(start_date="2026-11-11", max_requests=7)
        assert result.code == 0
        days = [begin.day for begin, _ in truth.ranges(simulator, "agent_1")]
        assert days == list(range(11, 21))
        assert not result.left
        begin, end = at("2026-11-11T00:00:00"), at("2026-11-20T08:44:59")
        assert routine.warehouse.rows(AGENT_1) == truth.rows(simulator, "agent_1", begin, end)

    def test_retries_count(self, simulator: Simulator, tmp_path: Path) -> None:
        simulator.faults.add(faults.status(500, "OOPS"), api="rec_screen", times=9)
        tap = for_simulator(simulator, tmp_path, *BILLING)
        result = tap.run(now=NOW, max_requests=2, max_retries=5)
        assert result.code == 0, result.log
        assert apis(simulator) == ["agent_script", "rec_screen"]
        assert result.left.keys() == {"billing_rec_screen", "information_services"}

    def test_enough_of_them_change_nothing(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, *BILLING)
        result = tap.run(now=NOW, max_requests=3)
        assert result.code == 0
        assert not result.left
        assert "left_off" not in str(result.state)

    def test_what_happened_last_is_left_like_the_rest(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "real_time_calls_last_10", BILLING[0])
        result = tap.run(now=NOW, max_requests=1)
        assert result.left == {"real_time_calls_last_10": "all of it"}

    def test_what_needs_no_request_is_not_left(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, CDR, *BILLING)
        result = tap.run(now=NOW, start_date="2026-11-20T08:50:00", max_requests=1)
        assert CDR not in result.left
        assert len(result.left) == 2

    def test_a_failure_is_a_failure_still(self, simulator: Simulator, tmp_path: Path) -> None:
        simulator.faults.add(faults.status(400, "NO"), api="agent_script")
        tap = for_simulator(simulator, tmp_path, *BILLING)
        result = tap.run(now=NOW, max_requests=2)
        assert result.code == 1
        assert "stream billing_agent_script not read" in result.errors[0]
        assert result.left.keys() == {"information_services"}

    def test_they_are_those_of_all_operations_together(self, tmp_path: Path) -> None:
        now = at(NOW)
        first = Simulator(server="0011", token="one", now=now)
        second = Simulator(server="0012", token="other", now=now)
        with Simulators(first, second) as both:
            routine = Routine(for_simulators(both, tmp_path, *BILLING), both.simulators, now)
            routine.run_each(A_DAY, 4, max_requests=4)
        assert [len(asked) for asked in routine.asked] == [4] * 4
        # Nobody waits for ever, whose turn would be after the others.
        assert [len(simulator.requests) for simulator in both.simulators] == [8, 8]


class TestOrder:
    def test_what_can_not_be_had_tomorrow_comes_first_then_the_oldest(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1, AGENT_3, CDR, "information_services")
        state = {
            "bookmarks": {
                stream: {
                    "partitions": [
                        {
                            "context": {"wolkvox_server": "0011"},
                            "replication_key": key,
                            "replication_key_value": value,
                        }
                    ]
                }
                for stream, key, value in [
                    (AGENT_1, "window_date", "2026-11-18"),
                    (AGENT_3, "window_date", "2026-11-15"),
                    (CDR, "date", "2026-11-17T15:00:00+00:00"),
                ]
            }
        }
        tap.run(now=NOW, state=state, lookback_days=0)
        assert list(dict.fromkeys(apis(simulator))) == ["services", "agent_3", "cdr_1", "agent_1"]

    def test_who_got_nothing_goes_first(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1, AGENT_3, *BILLING)
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run_each(A_DAY, 3, start_date="2026-11-11", max_requests=4)
        first, second, third = routine.asked
        assert first == ["agent_script", "rec_screen", "services", "agent_1"]
        assert second == ["agent_3"] * 4
        # All but the last have waited for a day.
        assert third == ["agent_script", "rec_screen", "services", "agent_1"]

    def test_no_stream_starves_however_small_the_budget(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        streams = (AGENT_1, AGENT_3, CDR, *BILLING)
        tap = for_simulator(simulator, tmp_path, *streams)
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run_each(A_DAY, 14, start_date="2026-11-11", max_requests=1)
        counts = {api: [asked[0] for asked in routine.asked].count(api) for api in apis(simulator)}
        assert len(counts) == len(streams)
        assert min(counts.values()) >= 2


class TestOverManyDays:
    STREAMS: tuple[str, ...] = (
        AGENT_1,
        CDR,
        "reports_agent_8",
        "reports_agent_2",
        "reports_campaign_1",
        "reports_campaign_3",
        "reports_act_3",
        "information_agents_in_skill",
        "billing_rec_screen",
    )
    BEGIN = at("2026-11-08T00:00:00")

    @pytest.mark.parametrize("most", [5, 14])
    def test_what_is_loaded_in_the_end_is_the_truth(
        self, simulator: Simulator, tmp_path: Path, most: int
    ) -> None:
        tap = for_simulator(simulator, tmp_path, *self.STREAMS)
        routine = Routine(tap, (simulator,), at("2026-11-10T09:00:00-05:00"))
        start = self.BEGIN.date().isoformat()
        routine.run_each(A_DAY, 12, start_date=start, max_requests=most)
        assert all(len(asked) <= most for asked in routine.asked)
        asked = {api for run in routine.asked for api in run}
        assert asked >= {stream.split("_", 1)[1] for stream in self.STREAMS}
        # And the rest, in two runs: what was young when it was read is read again.
        routine.run_each(A_DAY, 2, start_date=start)
        end = (routine.now - A_DAY).replace(tzinfo=None) - timedelta(minutes=15, seconds=1)
        for api in ("agent_1", "cdr_1", "agent_8", "agent_2", "campaign_1", "act_3"):
            rows = routine.warehouse.rows(truth.stream(api))
            assert rows == truth.rows(simulator, api, self.BEGIN, end), api
        skills = simulator.rows("information", "skills")
        agents = [
            (skill["skill_id"], row["agent_id"])
            for skill in skills
            for row in simulator.rows("information", "agents_in_skill", skill_id=skill["skill_id"])
        ]
        loaded = routine.warehouse.records("information_agents_in_skill")
        assert {(row["skill_id"], row["agent_id"]) for row in loaded} >= set(agents)

    def test_days_that_are_read_again_do_not_keep_it_from_getting_on(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1)
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run_each(A_DAY, 6, start_date="2026-11-14", max_requests=3)
        days = [begin.day for begin, _ in truth.ranges(simulator, "agent_1")]
        # On the 21st, the 18th and 19th were younger than three days: they are read once more.
        assert days == [14, 15, 16, 17, 18, 19, 20, 21, 22, 18, 19, 20, 21, 22, 23, 24, 25]
        assert bookmark_of(routine.state or {}, AGENT_1) == "2026-11-24"

    def test_a_stream_that_is_read_whole_each_time_goes_on_too(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        catalog = selection(AGENT_1)
        for entry in catalog["streams"]:
            if entry["tap_stream_id"] == AGENT_1:
                entry["replication_method"] = "FULL_TABLE"
        routine = Routine(for_simulator(simulator, tmp_path), (simulator,), at(NOW))
        for _ in range(3):
            routine.run(start_date="2026-11-12", max_requests=4, catalog=catalog)
        # And once it has been read whole, it is read whole again.
        routine.run(start_date="2026-11-12", catalog=catalog)
        begins = [begin.day for begin, _ in truth.ranges(simulator, "agent_1")]
        assert begins == [*range(12, 21), *range(12, 21)]
        assert "left_off" not in str(routine.state)

    @pytest.mark.parametrize("end_date", [None, "2026-10-31"])
    def test_a_run_with_nothing_to_read_forgets_nothing(
        self, simulator: Simulator, tmp_path: Path, end_date: str | None
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "reports_agent_2", "billing_rec_screen")
        routine = Routine(tap, (simulator,), at("2026-11-30T09:00:00-05:00"))
        routine.run(max_requests=1)
        routine.now += A_DAY
        if end_date is None:
            simulator.faults.add(faults.no_rows(), api="agents")
        routine.run(end_date=end_date)
        routine.now += A_DAY
        routine.run()
        assert truth.ranges(simulator, "agent_2")[0][0] == at("2026-11-01")

    def test_the_month_of_a_first_run_is_not_forgotten(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, CDR, "billing_rec_screen")
        routine = Routine(tap, (simulator,), at("2026-11-30T09:00:00-05:00"))
        routine.run_each(A_DAY, 2, max_requests=1)
        [(begin, _)] = truth.ranges(simulator, "cdr_1")
        assert begin == at("2026-11-01")


class TestADayThatOneRunCanNotAfford:
    @pytest.mark.parametrize("most", [1, 2, 3])
    def test_is_read_by_several(self, tmp_path: Path, most: int) -> None:
        burst = Burst(at("2026-11-18T09:00"), at("2026-11-18T12:00"), calls=900)
        with Simulator(
            token=TOKEN, pace=0.05, bursts=(burst,), row_cap=150, cap=Cap.COUNTED, now=at(NOW)
        ) as simulator:
            routine = Routine(for_simulator(simulator, tmp_path, CDR), (simulator,), at(NOW))
            routine.run_to_the_end(40 // most, start_date="2026-11-17", max_requests=most)
            end = at("2026-11-20T08:44:59")
            wanted = truth.rows(simulator, "cdr_1", at("2026-11-17T00:00:00"), end)
            # The truth is free of charge, and of the cap.
            assert routine.warehouse.rows(CDR) == wanted
