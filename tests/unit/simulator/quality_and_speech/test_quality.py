"""Evaluations, and the assistant."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import MISSING, NOON, asked, percent, rows, seconds, sums

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

from tests.unit.simulator.quality_and_speech.common import (
    DAYS,
    WIDE,
    Conversations,
    at,
    grouped,
    mean,
)


class TestQuality:
    def test_what_is_judged_was_a_connected_call_or_a_chat(
        self, sim: Simulator, told: Conversations
    ) -> None:
        found = rows(sim, "quality_2", DAYS)
        for row in found:
            same = told.of(row)
            assert row["channel"] == same.get("channel", "voice")
            assert row["cod_act"] == same["cod_act"]
            assert row["skill_id"] == same["skill_id"] or row["skill_id"] in MISSING
            assert row["date"] > same["date"]
        assert {row["channel"] == "voice" for row in found} == {True, False}
        assert {row["skill_id"] in MISSING for row in found} == {True, False}

    def test_some_are_judged_twice(self, sim: Simulator) -> None:
        groups = grouped(rows(sim, "quality_2", WIDE), "conn_id", "agent_id")
        assert {len(group) for group in groups.values()} == {1, 2}

    def test_attributes_are_those_of_the_matrix(self, sim: Simulator) -> None:
        matrix = {
            (row["survey"], row["category"], row["attribute"], row["error_type"])
            for row in sim.rows("quality", "quality_matrix")
        }
        found = grouped(rows(sim, "quality_3", DAYS), "conn_id", "agent_id", "survey", "date")
        assert len(found) == len(rows(sim, "quality_2", DAYS))
        for (*_, survey, _), group in found.items():
            assert {
                (survey, row["category"], row["attribute"], row["type_error"]) for row in group
            } == {each for each in matrix if each[0] == survey}
            assert len({row["quality_analyst"] for row in group}) == 1

    def test_an_evaluation_is_the_sum_of_its_attributes(self, sim: Simulator) -> None:
        weights = {
            (row["survey"], row["category"], row["attribute"]): percent(row["percent"])
            for row in sim.rows("quality", "quality_matrix")
        }
        details = grouped(rows(sim, "quality_3", DAYS), "conn_id", "agent_id", "survey", "date")
        for row in rows(sim, "quality_2", DAYS):
            group = details[row["conn_id"], row["agent_id"], row["survey"], row["date"]]
            weight = {
                met: sum(
                    weights[row["survey"], each["category"], each["attribute"]]
                    for each in group
                    if each["yes/no"] == met
                )
                for met in ("yes", "no")
            }
            score = 100 * weight["yes"] / sum(weight.values())
            assert percent(row["accuracy"]) == pytest.approx(score, abs=0.006)
            critical = [each["yes/no"] == "yes" for each in group if each["type_error"] == "CE"]
            assert percent(row["precision_unit_critical_error"]) == 100 * all(critical)
            opportunity = row["precision_opportunity_error"]
            if critical:
                assert percent(opportunity) == pytest.approx(100 * mean(critical), abs=0.006)
            else:
                assert opportunity in MISSING

    def test_agents_add_up_to_their_evaluations(self, sim: Simulator) -> None:
        groups = grouped(rows(sim, "quality_2", DAYS), "agent_id")
        critical = grouped(
            [row for row in rows(sim, "quality_3", DAYS) if row["type_error"] == "CE"], "agent_id"
        )
        found = rows(sim, "quality_1", DAYS)
        assert [(row["agent_id"],) for row in found] == sorted(groups)
        for row in found:
            mine = groups[row["agent_id"],]
            assert row["evaluations"] == str(len(mine))
            for name in ("accuracy", "precision_unit_critical_error"):
                expected = mean(percent(each[name]) for each in mine)
                assert percent(row[name]) == pytest.approx(expected, abs=0.02)
            met = [each["yes/no"] == "yes" for each in critical[row["agent_id"],]]
            opportunity = row["precision_opportunity_critical_error"]
            assert (
                percent(opportunity) == pytest.approx(100 * mean(met), abs=0.006)
                if met
                else opportunity in MISSING
            )

    def test_a_row_adds_up_each_agent_after_its_last_evaluation(self, sim: Simulator) -> None:
        columns = {"precision_opportunity_error": "precision_opportunity_critical_error"}
        averages = {row["agent_id"]: row for row in rows(sim, "quality_1", DAYS)}
        done = set()
        for row in sim.rows("reports_manager", "quality_2", **asked("quality_2", DAYS)):
            agent = row["agent_id"]
            assert agent not in done
            if row["survey"] != "TOTAL":
                continue
            done.add(agent)
            told = {name: row[name] for name in row if row[name] not in MISSING}
            assert told.pop("survey") == "TOTAL"
            for name, value in told.items():
                assert value == averages[agent][columns.get(name, name)]
        assert done == averages.keys()

    def test_another_column_may_say_that_a_row_adds_up_others(self, early: Simulator) -> None:
        other = Simulator(seed=1, now=NOON, total_in="agent_name")
        assert rows(other, "quality_2") == rows(early, "quality_2")
        expected = [row | {"survey": "", "agent_name": "TOTAL"} for row in sums(early, "quality_2")]
        assert sums(other, "quality_2") == expected

    def test_attributes_add_up_to_how_they_were_judged(self, sim: Simulator) -> None:
        groups = grouped(rows(sim, "quality_3", DAYS), "survey", "category", "attribute")
        found = rows(sim, "quality_4", DAYS)
        assert [(row["survey"], row["category"], row["attribute"]) for row in found] == sorted(
            groups
        )
        for row in found:
            met = Counter(
                each["yes/no"] for each in groups[row["survey"], row["category"], row["attribute"]]
            )
            assert (row["yes"], row["no"]) == (str(met["yes"]), str(met["no"]))
            assert row["percent"] == f"{100 * met['yes'] / met.total():.2f}%"

    def test_analysts_add_up_to_their_evaluations(self, sim: Simulator) -> None:
        of_analyst = {
            (row["conn_id"], row["agent_id"], row["survey"], row["date"]): row["quality_analyst"]
            for row in rows(sim, "quality_3", DAYS)
        }
        groups = defaultdict(list)
        for row in rows(sim, "quality_2", DAYS):
            key = row["conn_id"], row["agent_id"], row["survey"], row["date"]
            groups[of_analyst[key]].append(percent(row["accuracy"]))
        found = {row["quality_analyst"]: row for row in rows(sim, "quality_5", DAYS)}
        assert "QAi_Bot" in found
        assert {name: int(row["evaluations"]) for name, row in found.items()} == {
            name: len(scores) for name, scores in groups.items()
        }
        for name, row in found.items():
            assert percent(row["accuracy"]) == pytest.approx(mean(groups[name]), abs=0.02)


class TestAssistant:
    def test_agents_ask_in_their_conversations(self, sim: Simulator, told: Conversations) -> None:
        talks = {
            (row["conn_id"], row["agent_id"]): (row["date_ini"], row["date_end"])
            for row in rows(sim, "agent_14", ("2026-11-17T22:00:00", DAYS[1]))
            if row["agent_status"] == "TALK"
        }
        found = rows(sim, "wizard_1", DAYS)
        for row in found:
            same = told.of(row)
            if "chat_duration" in same:
                end = at(same["date"]) + timedelta(seconds=seconds(same["chat_duration"]))
                assert at(same["date"]) <= at(row["date"]) <= end
            else:
                begin, hung_up = talks[row["conn_id"], row["agent_id"]]
                assert begin <= row["date"] <= hung_up
        assert {"chat_duration" in told.of(row) for row in found} == {True, False}

    @pytest.mark.parametrize("api", ["wizard_2", "wizard_3"])
    def test_some_answers_are_rated(self, sim: Simulator, api: str) -> None:
        def key(row: Row) -> tuple[str, ...]:
            return tuple(row[name] for name in ("agent_id", "date", "question", "answer"))

        asked = Counter(map(key, rows(sim, "wizard_1", DAYS)))
        rated = Counter(map(key, rows(sim, api, DAYS)))
        assert rated < asked
        assert 0.1 < rated.total() / asked.total() < 0.5

    def test_no_answer_is_both_good_and_bad(self, sim: Simulator) -> None:
        asked = Counter((row["agent_id"], row["date"]) for row in rows(sim, "wizard_1", DAYS))
        rated = Counter(
            (row["agent_id"], row["date"])
            for api in ("wizard_2", "wizard_3")
            for row in rows(sim, api, DAYS)
        )
        assert rated < asked
