"""What the simulator reports of calls and agents: one world."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.simulator.world.bursts import Burst
from tests.support.reports_of import (
    BOTH_DAYS,
    DAY,
    MISSING,
    MONTH,
    NOON,
    TODAY,
    rows,
    seconds,
    total,
)

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

at = datetime.fromisoformat

CODED = ("cod_act", "description_cod_act", "cod_act_2", "description_cod_act_2", "comment")


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)


def test_little_pace_is_some_calls_an_hour() -> None:
    sim = Simulator(seed=1, now=NOON, pace=0.05)
    assert 10 < len(rows(sim, "cdr_1")) < 24 * 4


class TestOneWorld:
    @pytest.mark.parametrize("zone", ["America/Santiago", "Asia/Kolkata", "Europe/Madrid"])
    def test_a_day_is_the_same_for_all(self, zone: str) -> None:
        sim = Simulator(seed=1, now=NOON, timezone=zone)
        assert total(rows(sim, "agent_8"), "calls") == len(rows(sim, "cdr_1"))
        assert total(rows(sim, "agent_8"), "login_time") == total(
            rows(sim, "agent_7"), "login_time"
        )

    def test_calls_are_those_of_the_feed_of_the_last_minutes(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        seen = [row for row in sim.rows("real_time", "calls_last_10") if row["result"] == "ANSWER"]
        sim.clock.advance(timedelta(hours=1))
        told = {(row["conn_id"], row["date"]): row for row in rows(sim, "cdr_1", TODAY)}
        assert seen
        for row in seen:
            same = told[row["conn_id"], row["date"]]
            assert same["customer_id"] == row["customer_id"]
            assert same["type_interaction"] == row["type_interaction"]

    def test_calls_add_up_to_what_agents_did(self, sim: Simulator) -> None:
        for days in (DAY, TODAY, ("20261118093000", "20261119101500")):
            calls = rows(sim, "cdr_1", days)
            for row in rows(sim, "agent_1", days):
                mine = [call for call in calls if call["agent_id"] == row["agent_id"]]
                sides = {
                    "inbound": ("inbound", "conference", "transfer"),
                    "outbound": ("out_pre", "outbound_ma"),
                    "internal": ("internal call",),
                }
                assert row["calls"] == str(len(mine))
                for side, types in sides.items():
                    of_side = [call for call in mine if call["type_interaction"] in types]
                    assert row[side] == str(len(of_side))
                    if side != "internal":
                        assert seconds(row[f"{side}_time"]) == total(of_side, "time_seg")
            assert total(rows(sim, "agent_1", days), "calls") == len(calls)

    @pytest.mark.parametrize("days", [DAY, TODAY, ("20261118093000", "20261119101530")])
    def test_hours_add_up_to_the_range(self, sim: Simulator, days: tuple[str, str]) -> None:
        columns = ("calls", "inbound", "outbound", "internal", "inbound_time", "outbound_time",
                   "acw_time", "ring_time", "login_time", "aux_time")  # fmt: skip
        by_hour = rows(sim, "agent_8", days)
        for row in rows(sim, "agent_1", days):
            mine = [each for each in by_hour if each["agent_id"] == row["agent_id"]]
            assert {column: total(mine, column) for column in columns} == {
                column: total([row], column) for column in columns
            }
        for row in rows(sim, "agent_6", days):
            same = [each for each in by_hour if each["hour"] == row["hour"]]
            assert all(total(same, column) == total([row], column) for column in columns)

    def test_states_add_up_to_calls_and_breaks(self, sim: Simulator) -> None:
        states = rows(sim, "agent_14")
        talks = {(row["agent_id"], row["conn_id"]): row for row in states
                 if row["agent_status"] == "TALK"}  # fmt: skip
        for call in rows(sim, "cdr_1", ("20261119010000", "20261119230000")):
            row = talks[call["agent_id"], call["conn_id"]]
            assert seconds(row["time"]) == int(call["time_seg"])
            assert row["destinity"] == call["destiny"]
        breaks = Counter[tuple[str, str]]()
        for row in states:
            if row["agent_status"] not in {"RING", "TALK", "ACW"}:
                breaks[row["agent_id"], row["agent_status"]] += seconds(row["time"])
                assert row["conn_id"] in MISSING
        told = rows(sim, "agent_3")
        assert {(row["agent_id"], row["aux_state"]): seconds(row["time"]) for row in told} == breaks
        assert total(told, "time") == total(rows(sim, "agent_1"), "aux_time")

    def test_skills_add_up_to_the_calls(self, sim: Simulator) -> None:
        by_day = rows(sim, "skill_7")
        answered = Counter(
            (row["skill_id"], str(int(row["date"][11:13])))
            for row in rows(sim, "cdr_1")
            if row["type_interaction"] == "inbound"
        )
        assert answered == {
            (row["skill_id"], row["hour"]): int(row["answer_calls"])
            for row in by_day
            if row["answer_calls"] != "0"
        }
        skills = [skill.id for skill in sim.operation.world.skills]
        for api in ("skill_4", "skill_5"):
            by_hour = [row for skill in skills for row in rows(sim, api, DAY, skill_id=skill)]
            assert [row["inbound_calls"] for row in by_hour] == [
                row["inbound_calls"] for row in by_day
            ]
        both = rows(sim, "skill_7", BOTH_DAYS)
        assert total(both, "inbound_calls") == total(
            rows(sim, "skill_4", BOTH_DAYS), "inbound_calls"
        )

    def test_every_inbound_call_went_through_one_to_three_steps(self, sim: Simulator) -> None:
        steps = Counter(row["conn_id"] for row in rows(sim, "diagram_1"))
        wide = ("20261119010000", "20261119230000")
        inbound = {row["conn_id"] for row in rows(sim, "cdr_1", wide)
                   if row["type_interaction"] == "inbound"}  # fmt: skip
        assert inbound <= set(steps)
        assert set(steps.values()) == {1, 2, 3}

    def test_legs_share_an_id(self, sim: Simulator) -> None:
        legs: dict[str, list[Row]] = {}
        for row in rows(sim, "cdr_1"):
            legs.setdefault(row["conn_id"], []).append(row)
        several = [each for each in legs.values() if len(each) > 1]
        assert several
        for first, second in several:
            assert second["type_interaction"] == "transfer"
            assert second["date"] > first["date"]
            assert second["agent_id"] != first["agent_id"]

    @pytest.mark.parametrize(
        ("api", "parameter", "column"),
        [
            ("agent_1", "agent_id", "agent_id"),
            ("campaign_3", "campaign_id", "campaign_id"),
            ("campaign_7", "campaign_id", "campaign_id"),
            ("skill_7", "skill_id", "skill_id"),
            ("diagram_1", "customer_id", "customer_id"),
        ],
    )
    def test_one_of_them_can_be_asked_for(
        self, sim: Simulator, api: str, parameter: str, column: str
    ) -> None:
        every = rows(sim, api)
        for wanted in {every[0][column], every[-1][column]}:
            some = [row for row in every if row[column] == wanted]
            assert rows(sim, api, DAY, **{parameter: wanted}) == some
        assert rows(sim, api, DAY, **{parameter: "nobody"}) == []


class TestSessions:
    def test_a_day_has_at_most_two_for_an_agent(self, sim: Simulator) -> None:
        sessions = rows(sim, "agent_7", ("20261101000000", DAY[1]))
        counts = Counter((row["agent_id"], row["date"]) for row in sessions)
        assert set(counts.values()) == {1, 2}
        for row in sessions:
            assert row["login"][:10] == row["logout"][:10] == row["date"]
            assert row["logout"][11:] <= "23:50:00"
            assert at(row["logout"]) - at(row["login"]) == timedelta(
                seconds=seconds(row["login_time"])
            )

    def test_few_agents_work_on_weekends_and_all_in_the_end(self, sim: Simulator) -> None:
        agents: dict[str, set[str]] = {}
        for row in rows(sim, "agent_7", MONTH):
            agents.setdefault(row["date"], set()).add(row["agent_id"])
        friday, saturday, sunday = (
            len(agents[day]) for day in ("2026-11-13", "2026-11-14", "2026-11-15")
        )
        assert 0 < sunday < saturday < 0.7 * friday
        assert len(set.union(*agents.values())) == 32

    def test_what_lasts_has_no_end_yet(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        for api, begin, end, lasted in (
            ("agent_7", "login", "logout", "login_time"),
            ("agent_14", "date_ini", "date_end", "time"),
        ):
            open_ = [row for row in rows(sim, api, TODAY) if row[end] == "-"]
            assert open_
            for row in open_:
                age = at("2026-11-20T11:50:00") - at(row[begin])
                assert seconds(row[lasted]) == age.total_seconds()
        assert any(row["logout"] == "-" for row in rows(sim, "agent_1", TODAY))
        sim.clock.advance(timedelta(days=1))
        assert all(row["logout"] != "-" for row in rows(sim, "agent_7", TODAY))
        assert all(row["date_end"] != "-" for row in rows(sim, "agent_14", TODAY))

    def test_an_agent_has_all_hours_of_a_day(self, sim: Simulator) -> None:
        hours: dict[str, list[str]] = {}
        for row in rows(sim, "agent_8", ("20261119100000", "20261119103000")):
            hours.setdefault(row["agent_id"], []).append(row["hour"])
            assert row["calls"] == "0" or row["hour"] == "10:00"
            assert seconds(row["login_time"]) <= 1801
        assert set(hours) == {row["agent_id"] for row in rows(sim, "agent_7")}
        assert all(each == [f"{hour:02}:00" for hour in range(24)] for each in hours.values())


class TestLater:
    @pytest.mark.parametrize("lag", [timedelta(), timedelta(minutes=10), timedelta(hours=5)])
    def test_a_call_is_told_when_it_is_over(self, lag: timedelta) -> None:
        sim = Simulator(seed=1, now=NOON, lag=lag)
        before = rows(sim, "cdr_1", TODAY)
        for row in before:
            assert at(row["date"]) + timedelta(seconds=int(row["time_seg"])) <= NOON - lag
        sim.clock.advance(timedelta(minutes=20))
        assert len(rows(sim, "cdr_1", TODAY)) > len(before)

    def test_codes_come_later_and_change_nothing_else(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        before = rows(sim, "cdr_1")
        sim.clock.advance(timedelta(hours=45))
        after = rows(sim, "cdr_1")
        changed = [
            {name for name in row if row[name] != later[name]}
            for row, later in zip(before, after, strict=True)
        ]
        assert set().union(*changed) == set(CODED)
        assert 0.02 < sum(map(bool, changed)) / len(before) < 0.2
        for row, later in zip(before, after, strict=True):
            assert row["cod_act"] == later["cod_act"] or row["cod_act"] in MISSING
            assert later["cod_act"] not in MISSING
        sim.clock.advance(timedelta(days=30))
        assert rows(sim, "cdr_1") == after

    def test_part_of_a_second_does_not_count(self, sim: Simulator) -> None:
        later = Simulator(seed=1, now=NOON + timedelta(milliseconds=500))
        assert rows(later, "agent_1", TODAY) == rows(sim, "agent_1", TODAY)


class TestCampaigns:
    def test_an_attempt_is_there_if_its_record_was_loaded_in_the_range(
        self, sim: Simulator
    ) -> None:
        wide = [row for row in rows(sim, "campaign_3", MONTH) if "2026-11-19" in row["date"]]
        narrow = rows(sim, "campaign_3")
        connected = {row["conn_id"] for row in rows(sim, "cdr_1")
                     if row["type_interaction"] == "out_pre"}  # fmt: skip
        answered = {row["conn_id"] for row in wide if row["result"] == "answer"}
        assert all(row in wide for row in narrow)
        assert 0 < len(narrow) < len(wide) / 10
        assert answered < connected
        assert 0.8 < len(answered) / len(connected) < 0.97

    def test_attempts_without_a_call_have_no_id(self, sim: Simulator) -> None:
        found = rows(sim, "campaign_3", MONTH)
        assert {row["result"] for row in found} == {
            "abandon", "answer", "answer-machine", "busy", "congestion", "failed", "no-answer",
        }  # fmt: skip
        for row in found:
            assert (row["conn_id"] in MISSING) == (row["result"] != "answer")

    def test_attempts_are_of_records_of_predictive_campaigns(self, sim: Simulator) -> None:
        predictive = {row["campaign_id"] for row in sim.rows("information", "campaigns")
                      if row["type_campaign"] == "predictive"}  # fmt: skip
        for row in rows(sim, "campaign_3"):
            assert row["campaign_id"] in predictive
            records = sim.rows("campaign", "campaign_15", campaign_id=row["campaign_id"])
            [record] = [each for each in records if each["id_cliente"] == row["customer_id"]]
            assert record["opt3"] == row["opt3"]
            assert record["tipo_doc"] == row["id_type"]

    @pytest.mark.parametrize(
        ("zone", "behind"), [("America/Bogota", 0), ("America/Santiago", 2), ("Asia/Tokyo", 14)]
    )
    def test_attempts_are_dated_in_one_zone_everywhere(self, zone: str, behind: int) -> None:
        sim = Simulator(seed=1, now=NOON, timezone=zone)
        local = {(row["conn_id"], row["type_interaction"]): at(row["date"])
                 for row in rows(sim, "cdr_1", MONTH)}  # fmt: skip
        found = [row for row in rows(sim, "campaign_3", MONTH) if row["result"] == "answer"]
        assert found
        for row in found:
            date = local[row["conn_id"], "out_pre"]
            assert at(row["date"]) == date - timedelta(hours=behind)

    def test_somebody_or_something_answered(self, sim: Simulator) -> None:
        results = Counter(row["result"] for row in rows(sim, "campaign_7"))
        assert set(results) == {"human", "machine"}
        assert results["human"] == sum(
            row["type_interaction"] == "out_pre" for row in rows(sim, "cdr_1")
        )


class TestBursts:
    @pytest.mark.parametrize("pace", [0, 1])
    def test_it_comes_on_top_evenly(self, pace: int) -> None:
        burst = Burst(at("2026-11-19T09:20"), at("2026-11-19T11:20"), calls=3600)
        usual = rows(Simulator(seed=1, now=NOON, pace=pace), "cdr_1")
        both = rows(Simulator(seed=1, now=NOON, pace=pace, bursts=[burst]), "cdr_1")
        known = {(row["conn_id"], row["date"]) for row in usual}
        added = [row for row in both if (row["conn_id"], row["date"]) not in known]
        assert [row for row in both if (row["conn_id"], row["date"]) in known] == usual
        assert len(added) == 3600
        minutes = Counter(row["date"][:16] for row in added)
        assert (min(minutes), max(minutes)) == ("2026-11-19 09:20", "2026-11-19 11:19")
        assert set(minutes.values()) == {30}
        assert {row["type_interaction"] for row in added} == {"inbound"}
        assert len({row["conn_id"] for row in added}) == 3600

    def test_it_is_at_the_moments_that_are_said(self) -> None:
        begin = at("2026-11-19T15:00+00:00")
        burst = Burst(begin, begin + timedelta(seconds=7), calls=500)
        sim = Simulator(seed=1, now=NOON, pace=0, bursts=[burst, burst])
        dates = [row["date"] for row in rows(sim, "cdr_1")]
        assert len(dates) == 1000
        assert (dates[0], dates[-1]) == ("2026-11-19 10:00:00", "2026-11-19 10:00:06")
        assert total(rows(sim, "skill_7"), "inbound_calls") == 1000
