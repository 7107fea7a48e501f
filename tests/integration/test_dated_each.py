"""Endpoints that answer for one id at a time: which ids are asked for, and what becomes of each."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Burst, Cap, Simulator, faults
from tests.support import truth
from tests.support.command_line import TOKEN, bookmark_of, for_simulator, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.simulator.faults import AnyRow

at = datetime.fromisoformat
NOW = "2026-11-20T09:00:00-05:00"
START, LATEST = at("2026-11-17T00:00:00"), at("2026-11-20T08:44:59")
DAYS = list(truth.by_day(START, LATEST))
IDS = {"information_agents": 32, "information_campaigns": 6, "information_skills": 8}
BY_CAMPAIGN, BY_SKILL = "reports_campaign_1", "reports_skill_6"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=at(NOW)) as running:
        yield running


def asked(simulator: Simulator, api: str, parameter: str) -> list[str]:
    """Return with what an endpoint was asked, in that order."""
    return [each.query[parameter] for each in simulator.requests if each.api == api]


class TestIdsOfAnotherStream:
    def test_are_asked_for_once_a_window_each(self, simulator: Simulator, tmp_path: Path) -> None:
        result = for_simulator(simulator, tmp_path, "reports_agent_2").run(
            now=NOW, start_date="2026-11-17"
        )
        assert result.code == 0, result.log
        agents = [row["agent_id"] for row in simulator.rows("information", "agents")]
        assert asked(simulator, "agent_2", "agent_id") == agents
        assert len(simulator.requests) == IDS["information_agents"] + 1
        assert result.log.count("32 ids of `information_agents` to ask for") == 1

    def test_are_said_in_a_column_that_the_rows_do_not_have(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        result = for_simulator(simulator, tmp_path, "campaign_detail").run(
            now=NOW, start_date="2026-11-17"
        )
        assert result.code == 0, result.log
        campaigns = simulator.rows("information", "campaigns")
        known = {row["campaign_id"] for row in campaigns}
        found = {record["campaign_id"] for record in result.records("campaign_detail")}
        assert len(found) > 1
        assert found <= known
        types = {row["campaign_id"]: row["type_campaign"] for row in campaigns}
        for request in simulator.requests:
            if request.api == "detail":
                assert request.query["detail"] == "all"
                assert request.query["type_campaign"] == types[request.query["campaign_id"]]

    def test_are_read_once_for_all_streams_that_need_them(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        streams = ("information_campaigns", "campaign_detail", BY_CAMPAIGN, "reports_campaign_2")
        result = for_simulator(simulator, tmp_path, *streams).run(now=NOW, start_date="2026-11-19")
        assert result.code == 0, result.log
        assert [each.api for each in simulator.requests].count("campaigns") == 1

    def test_that_can_not_be_had_fail_the_streams_that_need_them(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        simulator.faults.add(faults.absent(), api="agents")
        tap = for_simulator(simulator, tmp_path, "reports_agent_2", "reports_agent_7")
        result = tap.run(now=NOW, start_date="2026-11-19")
        assert result.code == 1
        assert "`information_agents`, which has its ids, failed" in result.errors[0]
        assert asked(simulator, "agent_2", "agent_id") == []
        assert result.streams == {"reports_agent_7"}
        assert bookmark_of(result.state, "reports_agent_2") is None


class TestIdsThatAreNotThere:
    @pytest.mark.parametrize(("stream", "catalogue"), [
        ("reports_agent_2", "agents"), ("campaign_detail", "campaigns"),
    ])  # fmt: skip
    def test_at_all_leave_the_bookmark_where_it_is(
        self, simulator: Simulator, tmp_path: Path, stream: str, catalogue: str
    ) -> None:
        simulator.faults.add(faults.no_rows(), api=catalogue)
        result = for_simulator(simulator, tmp_path, stream).run(now=NOW, start_date="2026-11-17")
        assert result.code == 0, result.log
        assert f"`information_{catalogue}` has no ids: nothing was read." in result.log
        assert len(simulator.requests) == 1
        assert bookmark_of(result.state, stream) is None

    def test_although_there_are_rows_fail_the_stream(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        simulator.faults.add(faults.no_rows(), api="campaigns")
        result = for_simulator(simulator, tmp_path, BY_CAMPAIGN).run(
            now=NOW, start_date="2026-11-17"
        )
        assert result.code == 1
        assert "there are rows, but `information_campaigns` has no ids" in result.errors[0]
        assert bookmark_of(result.state, BY_CAMPAIGN) is None

    def test_without_what_they_are_asked_for_with_are_not_asked_for(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        def without_a_type(rows: list[AnyRow]) -> list[AnyRow]:
            return [rows[0] | {"type_campaign": " "}, *rows[1:]]

        simulator.faults.add(faults.change_rows(without_a_type), api="campaigns")
        result = for_simulator(simulator, tmp_path, "campaign_detail").run(
            now=NOW, start_date="2026-11-17"
        )
        assert result.code == 1
        said = "number 1: `information_campaigns` has no `type_campaign` for it"
        assert said in result.errors[0]
        assert len(asked(simulator, "detail", "campaign_id")) == IDS["information_campaigns"] - 1


class TestOneThatIsMuch:
    """Its answers are cut; those of the others are not, and cost what they did."""

    BUSY = Burst(at("2026-11-18T00:00:00"), at("2026-11-19T00:00:00"), calls=3_000)

    @pytest.mark.parametrize("cap", [Cap.COUNTED, Cap.ERROR])
    def test_is_asked_for_in_parts_alone(self, tmp_path: Path, cap: Cap) -> None:
        with Simulator(
            token=TOKEN, pace=0.05, bursts=[self.BUSY], cap=cap, row_cap=280, now=at(NOW)
        ) as simulator:
            tap = for_simulator(simulator, tmp_path, "reports_agent_2")
            result = tap.run(now=NOW, start_date="2026-11-17")
            assert result.code == 0, result.log
            wanted = truth.rows(simulator, "agent_2", START, LATEST)
            times = {
                agent: asked(simulator, "agent_2", "agent_id").count(agent)
                for agent in set(asked(simulator, "agent_2", "agent_id"))
            }
        assert truth.read(result, "reports_agent_2") == wanted
        assert min(times.values()) == 1
        assert max(times.values()) > 2
        assert "asking for less" in result.log

    def test_fails_the_stream_where_a_day_may_not_be_cut(self, tmp_path: Path) -> None:
        with Simulator(
            token=TOKEN, pace=0.05, cap=Cap.COUNTED, row_cap=2, now=at(NOW)
        ) as simulator:
            tap = for_simulator(simulator, tmp_path, "reports_act_5")
            result = tap.run(now=NOW, start_date="2026-11-17")
        assert result.code == 1
        assert "of 2 values of `cod_act`, 2 failed" in result.errors[0]
        assert "2026-11-17 23:59:59, which can't be asked for in parts" in result.errors[0]
        assert result.records("reports_act_5") == []
        assert bookmark_of(result.state, "reports_act_5") is None


class TestOneThatFails:
    @pytest.mark.parametrize(("stream", "api"), [
        ("reports_agent_2", "agent_2"), ("campaign_detail", "detail"),
    ])  # fmt: skip
    def test_does_not_stop_the_others_but_the_bookmark(
        self, simulator: Simulator, tmp_path: Path, stream: str, api: str
    ) -> None:
        simulator.faults.add(faults.absent(), api=api)
        result = for_simulator(simulator, tmp_path, stream).run(now=NOW, start_date="2026-11-17")
        assert result.code == 1
        [error] = [line for line in result.errors if stream in line]
        assert "1 failed and 0 were not asked for; the first, number 1: 2026-11-17" in error
        assert "does not have the report" in error
        ids = list(truth.asked(simulator, api))
        assert len(truth.ranges(simulator, api)) == len(ids)
        failed = ids[0][1]
        read = truth.read(result, stream)
        wanted = truth.rows(simulator, api, START, LATEST)
        assert not read - wanted
        lacking = [record for record in result.records(stream) if failed.items() <= record.items()]
        assert lacking == []
        assert bookmark_of(result.state, stream) is None

    def test_three_in_a_row_end_it(self, simulator: Simulator, tmp_path: Path) -> None:
        simulator.faults.add(faults.absent(), api="agent_2", times=3)
        result = for_simulator(simulator, tmp_path, "reports_agent_2").run(
            now=NOW, start_date="2026-11-17"
        )
        assert result.code == 1
        said = "of 32 ids of `information_agents`, 3 failed and 29 were not asked for"
        assert said in result.errors[0]
        assert len(simulator.requests) == 4

    def test_leaves_the_bookmark_where_the_windows_before_it_ended(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        first = for_simulator(simulator, tmp_path, "campaign_detail")
        state = first.run(now=NOW, start_date="2026-09-01", end_date="2026-10-01").state
        simulator.faults.add(faults.absent(), api="detail")
        result = first.run(now=NOW, start_date="2026-09-01", state=state)
        assert result.code == 1
        assert bookmark_of(result.state, "campaign_detail") == "2026-10-01"


class TestGroups:
    def test_both_are_asked_for_and_said(self, simulator: Simulator, tmp_path: Path) -> None:
        apis = ("act_1", "act_2", "act_3", "act_5")
        tap = for_simulator(simulator, tmp_path, *(f"reports_{api}" for api in apis))
        result = tap.run(now=NOW, start_date="2026-11-17")
        assert result.code == 0, result.log
        for api in apis:
            once = 1 if api == "act_3" else len(DAYS)
            assert asked(simulator, api, "cod_act") == ["cod_act1", "cod_act2"] * once
            groups = {record["cod_act_group"] for record in result.records(f"reports_{api}")}
            assert groups == {"cod_act1", "cod_act2"}
        assert len(simulator.requests) == 6 * len(DAYS) + 2


class TestAllFirst:
    def test_none_at_all_cost_a_request_a_day(self, tmp_path: Path) -> None:
        with Simulator(token=TOKEN, pace=0, now=at(NOW)) as simulator:
            streams = (BY_CAMPAIGN, BY_SKILL)
            tap = for_simulator(simulator, tmp_path, *streams)
            result = tap.run(now=NOW, start_date="2026-11-17")
            assert result.code == 0, result.log
            assert asked(simulator, "campaign_1", "campaign_id") == ["all"] * len(DAYS)
            assert asked(simulator, "skill_6", "skill_id") == ["all"] * len(DAYS)
            assert len(simulator.requests) == 2 * len(DAYS)
        assert result.streams == set()
        assert bookmark_of(result.state, BY_CAMPAIGN) == "2026-11-19"

    @pytest.mark.parametrize(("stream", "api", "parent"), [
        (BY_CAMPAIGN, "campaign_1", "information_campaigns"),
        (BY_SKILL, "skill_6", "information_skills"),
    ])  # fmt: skip
    def test_the_ids_are_asked_for_if_there_is_anything(
        self, simulator: Simulator, tmp_path: Path, stream: str, api: str, parent: str
    ) -> None:
        result = for_simulator(simulator, tmp_path, stream).run(now=NOW, start_date="2026-11-17")
        assert result.code == 0, result.log
        column = truth.ONE_BY_ONE[api]
        ids = [columns[column] for _, columns in truth.asked(simulator, api)]
        assert asked(simulator, api, column) == ["all", *ids] * len(DAYS)
        assert len(simulator.requests) == len(DAYS) * (1 + IDS[parent]) + 1
        assert {record[column] for record in result.records(stream)} <= set(ids)
        assert "can't be had by id" not in result.log

    @pytest.mark.parametrize(("api", "catalogue"), [
        ("campaign_1", "campaigns"), ("campaign_10", "campaigns"), ("skill_11", "skills"),
    ])  # fmt: skip
    def test_what_belongs_to_no_id_that_is_known_is_said(
        self, simulator: Simulator, tmp_path: Path, api: str, catalogue: str
    ) -> None:
        all_but_one = IDS[f"information_{catalogue}"] - 1
        simulator.faults.add(faults.fewer_rows(all_but_one, recount=True), api=catalogue)
        stream = f"reports_{api}"
        result = for_simulator(simulator, tmp_path, stream).run(now=NOW, start_date="2026-11-17")
        assert result.code == 0, result.log
        [line] = [each for each in result.log.splitlines() if "can't be had by id" in each]
        assert "WARNING" in line
        assert f"On {len(DAYS)} day(s), the first of them 2026-11-17" in line
        assert f"the ids of `information_{catalogue}` together" in line
        assert result.records(stream)

    @pytest.mark.parametrize("cap", [Cap.COUNTED, Cap.ERROR])
    def test_the_ids_may_hold_what_is_too_much_for_one_answer(
        self, tmp_path: Path, cap: Cap
    ) -> None:
        with Simulator(token=TOKEN, pace=1, cap=cap, row_cap=50, now=at(NOW)) as simulator:
            whole = simulator.rows(
                "reports_manager", "campaign_8", campaign_id="all",
                date_ini="20261119000000", date_end="20261119235959",
            )  # fmt: skip
            assert len(whole) > 50
            tap = for_simulator(simulator, tmp_path, "reports_campaign_8")
            result = tap.run(now=NOW, start_date="2026-11-19", end_date="2026-11-19")
            assert result.code == 0, result.log
            wanted = truth.rows(
                simulator, "campaign_8", at("2026-11-19T00:00:00"), at("2026-11-19T23:59:59")
            )
        assert truth.read(result, "reports_campaign_8") == wanted

    def test_a_failure_of_all_fails_the_day(self, simulator: Simulator, tmp_path: Path) -> None:
        simulator.faults.add(faults.absent(), api="campaign_1")
        result = for_simulator(simulator, tmp_path, BY_CAMPAIGN).run(
            now=NOW, start_date="2026-11-17"
        )
        assert result.code == 1
        assert len(simulator.requests) == 1
        assert "2026-11-17 00:00:00 to 2026-11-17 23:59:59: " in result.errors[0]
        assert bookmark_of(result.state, BY_CAMPAIGN) is None


def test_a_bookmark_counts_for_all_ids(simulator: Simulator, tmp_path: Path) -> None:
    state = state_of("reports_agent_2", "2026-11-19T13:00:00+00:00", key="date_ini")
    result = for_simulator(simulator, tmp_path, "reports_agent_2").run(
        now=NOW, start_date="2026-09-01", state=state, lookback_days=1
    )
    assert result.code == 0, result.log
    begin = at("2026-11-18T00:00:00")
    assert set(truth.ranges(simulator, "agent_2")) == {(begin, LATEST)}
    wanted = truth.rows(simulator, "agent_2", begin, LATEST)
    assert truth.read(result, "reports_agent_2") == wanted


def test_keys_are_the_same_however_it_is_read(tmp_path: Path) -> None:
    keys = []
    for row_cap in (60_000, 40):
        with Simulator(
            token=TOKEN, pace=0.2, cap=Cap.COUNTED, row_cap=row_cap, now=at(NOW)
        ) as simulator:
            folder = tmp_path / str(row_cap)
            folder.mkdir()
            tap = for_simulator(simulator, folder, "reports_act_3")
            result = tap.run(now=NOW, start_date="2026-11-19")
            assert result.code == 0, result.log
        keys.append({record["row_key"] for record in result.records("reports_act_3")})
    assert keys[0] == keys[1]
    assert len(keys[0]) > 100
