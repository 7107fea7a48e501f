"""A budget that ends among ids, and the state it leaves."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator import Cap, Simulator, faults
from tests.support import truth
from tests.support.command_line import (
    TOKEN,
    CommandLine,
    for_simulator,
    partition,
    selection,
)
from tests.support.warehouse import Routine, apis

if TYPE_CHECKING:
    from pathlib import Path

from tests.integration.within_a_budget.common import A_DAY, AGENT_1, BILLING, CDR, NOW, at


def but_for_codes(rows: Counter[str]) -> Counter[str]:
    """Return rows without what an agent may add hours after the call."""
    late = {"cod_act", "cod_act_2", "comments", "recall", "recall_count"}
    return Counter(
        str({name: value for name, value in json.loads(row).items() if name not in late})
        for row in rows.elements()
    )


class TestIds:
    def test_a_round_goes_on_where_it_was_left(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, "information_agents_in_skill")
        routine = Routine(tap, (simulator,), at(NOW))
        first = routine.run(max_requests=4)
        assert first.left == {"information_agents_in_skill": "all but 3 ids"}
        routine.run(max_requests=4)
        third = routine.run(max_requests=4)
        assert not third.left
        asked = [each.query["skill_id"] for each in simulator.requests if each.api != "skills"]
        assert asked == [row["skill_id"] for row in simulator.rows("information", "skills")]
        assert apis(simulator).count("skills") == 3
        # The next round is a whole one.
        routine.run()
        assert len(routine.asked[-1]) == 9

    def test_a_window_goes_on_where_it_was_left(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, "reports_agent_2")
        routine = Routine(tap, (simulator,), at(NOW))
        first = routine.run(start_date="2026-11-17", max_requests=21)
        assert "but for 20 ids up to 2026-11-20 08:44:59" in first.left["reports_agent_2"]
        routine.now += timedelta(hours=5)
        second = routine.run(start_date="2026-11-17")
        assert not second.left
        agents = [row["agent_id"] for row in simulator.rows("information", "agents")]
        asked = [
            (each.query["agent_id"], each.query["date_end"][8:])
            for each in simulator.requests
            if each.api == "agent_2"
        ]
        assert asked == [
            *((agent, "084459") for agent in agents),
            *((agent, "134459") for agent in agents),
        ]
        end = at("2026-11-20T13:44:59")
        wanted = truth.rows(simulator, "agent_2", at("2026-11-17T00:00:00"), end)
        routine.run(start_date="2026-11-17")
        assert routine.warehouse.rows("reports_agent_2") == wanted

    @pytest.mark.parametrize("api", ["skill_6", "detail"])
    def test_a_day_is_read_whole_once_it_is_over(
        self, simulator: Simulator, tmp_path: Path, api: str
    ) -> None:
        tap = for_simulator(simulator, tmp_path, truth.stream(api))
        routine = Routine(tap, (simulator,), at(NOW))
        start = "2026-11-19"
        routine.run(start_date=start, max_requests=13)
        routine.now += timedelta(hours=5)
        # What the one before has read of this day is not read again now.
        routine.run(start_date=start, max_requests=3)
        routine.now += timedelta(hours=20)
        routine.run(start_date=start, max_requests=4)
        routine.run(start_date=start)
        begins = {begin.time() for begin, _ in truth.ranges(simulator, api)}
        assert begins == {at(start).time()}
        wanted = truth.rows(simulator, api, at("2026-11-19T00:00:00"), at("2026-11-21T09:44:59"))
        # A record that nobody had been reached with by then has got another key.
        read = routine.warehouse.rows(truth.stream(api))
        assert not but_for_codes(wanted) - but_for_codes(read)
        # What was read while its codes could still come is read again by the next pass.
        routine.run(start_date=start)
        assert not wanted - routine.warehouse.rows(truth.stream(api))

    def test_no_id_is_in_the_state(self, tmp_path: Path) -> None:
        # Always the same token: it is the key of the hashes, which could hold an id by accident.
        with Simulator(token="s3cr3t-t0ken/with=signs", pace=0.05, now=at(NOW)) as simulator:
            tap = for_simulator(simulator, tmp_path, "reports_agent_2")
            result = tap.run(now=NOW, start_date="2026-11-17", max_requests=21)
            agents = {row["agent_id"] for row in simulator.rows("information", "agents")}
        done = partition(result.state, "reports_agent_2")["left_off"]["done"]
        assert len(done) == 20
        assert not any(agent in str(result.state) for agent in agents)

    def test_a_new_id_is_asked_for_though_the_round_is_an_old_one(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "information_agents_in_skill")
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run(max_requests=7)
        new = faults.change_rows(lambda rows: [rows[0] | {"skill_id": "99"}, *rows])
        simulator.faults.add(new, api="skills")
        routine.run()
        asked = [each.query["skill_id"] for each in simulator.requests if each.api != "skills"]
        assert asked[6] == "99"
        assert len(asked) == len(set(asked)) == 9

    def test_what_was_read_while_it_was_young_is_read_again(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "reports_act_3")
        routine = Routine(tap, (simulator,), at("2026-11-20T18:00:00-05:00"))
        routine.run(start_date="2026-11-17", max_requests=1)
        routine.now += 5 * A_DAY
        for _ in range(2):
            routine.run(start_date="2026-11-17")
            routine.now += A_DAY
        end = at("2026-11-26T17:44:59")
        wanted = truth.rows(simulator, "act_3", at("2026-11-17T00:00:00"), end)
        assert routine.warehouse.rows("reports_act_3") == wanted

    def test_those_that_were_not_tried_cost_no_more(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "reports_agent_2", "billing_rec_screen")
        routine = Routine(tap, (simulator,), at(NOW))
        # Once it gets nothing at all, then nothing but the catalogue.
        for _ in range(6):
            routine.run(start_date="2026-11-01", max_requests=1)
        routine.now += timedelta(hours=5)
        routine.run(start_date="2026-11-01")
        assert len(routine.asked[-1]) == 34

    def test_one_that_fails_is_said_and_asked_for_last(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "information_agents_in_skill")
        routine = Routine(tap, (simulator,), at(NOW))
        for _ in range(2):
            simulator.faults.clear()
            simulator.faults.add(faults.status(400, "NO"), api="agents_in_skill", times=2)
            result = routine.run(max_requests=3)
            assert result.code == 1
            assert "of 8 ids of `information_skills`, 2 failed and 6 were not" in result.errors[0]
            assert result.left
        simulator.faults.clear()
        assert routine.run().code == 0
        skills = [row["skill_id"] for row in simulator.rows("information", "skills")]
        asked = [each.query["skill_id"] for each in simulator.requests if each.api != "skills"]
        assert asked == [*skills[:4], *skills[4:], *skills[:4]]

    @pytest.mark.parametrize("stream", ["information_agents_in_skill", "reports_skill_6"])
    def test_a_catalogue_that_fails_undoes_nothing(
        self, simulator: Simulator, tmp_path: Path, stream: str
    ) -> None:
        routine = Routine(for_simulator(simulator, tmp_path, stream), (simulator,), at(NOW))
        routine.run(start_date="2026-11-19", max_requests=6)
        simulator.faults.add(faults.status(400, "NO"), api="skills")
        assert routine.run(start_date="2026-11-19").code == 1
        # The catalogue, and those that are left.
        assert routine.run(start_date="2026-11-19", max_requests=5).code == 0
        asked = [request.query.get("skill_id", "all") for request in simulator.requests]
        skills = [skill for skill in asked if skill != "all"]
        assert len(skills) == len(set(skills)) == 8

    def test_a_step_that_no_run_can_afford_is_said(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "information_agents_in_skill")
        routine = Routine(tap, (simulator,), at(NOW))
        result = routine.run(max_requests=4, emit_activate_version_messages=True)
        assert "one step of it takes more than this run could spend" in result.log

    def test_a_round_that_failed_begins_anew(self, simulator: Simulator, tmp_path: Path) -> None:
        tap = for_simulator(simulator, tmp_path, "information_agents_in_skill")
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run(max_requests=4)
        simulator.faults.add(faults.status(400, "NO"), api="agents_in_skill")
        assert routine.run().code == 1
        routine.run()
        assert [len(asked) for asked in routine.asked] == [4, 6, 9]

    def test_rows_are_retired_only_by_a_whole_round(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, "information_agents_in_skill")
        routine = Routine(tap, (simulator,), at(NOW))
        first = routine.run(max_requests=4, emit_activate_version_messages=True)
        assert first.code == 0
        assert not first.streams
        assert not [each for each in first.messages if each["type"] == "ACTIVATE_VERSION"]
        second = routine.run(emit_activate_version_messages=True)
        assert len(routine.asked[-1]) == 9
        assert [each for each in second.messages if each["type"] == "ACTIVATE_VERSION"]

    def test_an_id_that_no_run_can_afford_is_asked_for_less_at_once(self, tmp_path: Path) -> None:
        with Simulator(token=TOKEN, pace=4, row_cap=60, cap=Cap.COUNTED, now=at(NOW)) as simulator:
            routine = Routine(
                for_simulator(simulator, tmp_path, "campaign_detail"), (simulator,), at(NOW)
            )
            routine.run_to_the_end(60, start_date="2026-11-16", max_requests=6)
            end = at("2026-11-20T08:44:59")
            wanted = truth.rows(simulator, "detail", at("2026-11-16T00:00:00"), end)
            assert routine.warehouse.rows("campaign_detail") == wanted


class TestState:
    @pytest.mark.parametrize(
        "wrong",
        [
            "2026-11-20",
            {"begin": "2026-13-01T00:00:00"},
            {"begin": "2026-11-01T00:00:00+00:00"},
            {"since": "2026-11-01T00:00:00"},
            {"begin": "2026-11-01T00:00:00", "end": "2026-10-31T23:59:59"},
            {"end": "2026-10-31T23:59:59"},
            {"begin": "2026-11-01T00:00:00", "done": ["a1"]},
            {"again": "0001-01-01T00:00:00"},
            {"width": -1},
            {"width": "many"},
            {"width": 1e300},
            {"done": "all"},
            {"done": [1]},
            {"other": 1},
        ],
        ids=repr,
    )
    def test_that_can_not_be_gone_on_from_is_refused(
        self, simulator: Simulator, tmp_path: Path, wrong: Any
    ) -> None:
        held = {"context": {"wolkvox_server": "0011"}, "left_off": wrong}
        state = {"bookmarks": {CDR: {"partitions": [held]}}}
        result = for_simulator(simulator, tmp_path, CDR).run(now=NOW, state=state)
        assert result.code == 1
        assert "`left_off` that can't be gone on from: mend it, or remove it" in result.errors[0]
        assert not simulator.requests

    def test_a_bookmark_that_somebody_set_back_is_gone_back_to(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1)
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run(start_date="2026-11-01", max_requests=10)
        assert routine.state
        partition(routine.state, AGENT_1)["replication_key_value"] = "2026-11-04"
        routine.run()
        assert routine.asked[-1]
        assert truth.ranges(simulator, "agent_1")[10][0] == at("2026-11-05")

    def test_a_stream_that_fails_after_it_has_gone_on_goes_on_after_what_it_read(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1)
        routine = Routine(tap, (simulator,), at(NOW))
        routine.run(start_date="2026-11-10", max_requests=2)
        no = faults.status(400, "NO")
        simulator.faults.add(no, api="agent_1")
        assert routine.run(start_date="2026-11-10").code == 1
        assert routine.run(start_date="2026-11-10").code == 0
        begins = [begin.day for begin, _ in truth.ranges(simulator, "agent_1")]
        assert begins == [10, 11, 12, *range(12, 21)]


def test_a_catalog_that_selects_less_leaves_nothing(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, *BILLING)
    routine = Routine(tap, (simulator,), at(NOW))
    routine.run(max_requests=1)
    result = CommandLine(tap.folder, tap.settings).run(
        catalog=selection("billing_agent_script"), state=routine.state, now=NOW, max_requests=1
    )
    assert not result.left
