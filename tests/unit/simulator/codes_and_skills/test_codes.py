"""Reports of codes and phones."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import (
    DAY,
    MISSING,
    MONTH,
    NOON,
    TODAY,
    WEEK,
    counted,
    rows,
    seconds,
    total,
)
from tests.support.truth import LINES
from tests.unit.simulator.codes_and_skills.common import by, each_range, share, voice

at = datetime.fromisoformat

each_group = pytest.mark.parametrize("group", ["cod_act1", "cod_act2"])


class TestRanges:
    @pytest.mark.parametrize(
        ("api", "column"),
        [
            *(("act_1", "count"), ("act_2", "count"), ("act_4", "uncode_calls")),
            *(("act_5", "count"), ("cdr_2", "calls"), ("cdr_4", "calls"), ("cdr_6", "count")),
            *((api, "inbound_calls") for api in ("skill_1", "skill_4_1", "skill_4_2", "skill_6")),
            *(("skill_8", "answer_calls"), ("skill_9", "abandon_calls")),
            ("skill_11", "abandon_calls"),
        ],
    )
    def test_counts_add_up(self, sim: Simulator, api: str, column: str) -> None:
        def counts(days: tuple[str, str]) -> Counter[tuple[str, ...]]:
            key = LINES[api]["natural_key"]
            return Counter(
                {
                    tuple(row[name] for name in key if name in row): int(row[column])
                    for row in rows(sim, api, days)
                }
            )

        first, second = counts((DAY[0], "20261119142233")), counts(("20261119142234", TODAY[1]))
        assert first.total()
        assert second.total()
        assert first + second == +counts((DAY[0], TODAY[1]))


class TestCodes:
    @each_range
    def test_coded_calls_are_those_of_the_calls(
        self, sim: Simulator, days: tuple[str, str]
    ) -> None:
        same = ("conn_id", "agent_id", "agent_name", "date", "cod_act", "description_cod_act",
                "cod_act_2", "description_cod_act_2", "type_interaction", "telephone", "destiny",
                "hang_up", "customer_id", "campaign_id", "skill_id")  # fmt: skip
        calls = [row for row in rows(sim, "cdr_1", days) if row["cod_act"] not in MISSING]
        found = rows(sim, "act_3", days)
        dnis = {row["agent_id"]: row["agent_dni"] for row in rows(sim, "agent_1", days)}
        for row, call in zip(found, calls, strict=True):
            assert {name: row[name] for name in same} == {name: call[name] for name in same}
            assert row["comments"] == call["comment"]
            assert seconds(row["time"]) == int(call["time_seg"])
            assert row["agent_dni"] == dnis[row["agent_id"]]
        assert rows(sim, "act_3", days, cod_act="cod_act2") == found

    @each_group
    @each_range
    def test_sums_are_those_of_the_coded_calls(
        self, sim: Simulator, days: tuple[str, str], group: str
    ) -> None:
        codes = {
            row["cod_act"]: row["description_cod_act"]
            for row in sim.rows("information", "activity_codes")
        }
        calls = rows(sim, "act_3", days, cod_act=group)
        column = "cod_act" if group == "cod_act1" else "cod_act_2"
        for api, keys in (
            ("act_1", ("agent_dni",)),
            ("act_2", ("skill_id",)),
            ("act_5", ()),
        ):
            found = rows(sim, api, days, cod_act=group)
            told = {(*(row[k] for k in keys), row["cod_act"]): int(row["count"]) for row in found}
            assert told == Counter(
                (*(call[key] for key in keys), call[column])
                for call in calls
                if api != "act_2" or call["skill_id"] not in MISSING
            )
            assert all(codes[row["cod_act"]] == row["description_cod_act"] for row in found)
        names = {call["agent_dni"]: call["agent_name"] for call in calls}
        for row in rows(sim, "act_1", days, cod_act=group):
            assert row["agent_name"] == names[row["agent_dni"]]

    def test_groups_have_no_code_in_common(self, sim: Simulator) -> None:
        first, second = (
            {row["cod_act"] for row in rows(sim, "act_5", cod_act=group)}
            for group in ("cod_act1", "cod_act2")
        )
        assert len(first) == 14
        assert len(second) == 10
        assert first.isdisjoint(second)

    @pytest.mark.parametrize("api", ["act_1", "act_2", "act_3", "act_5"])
    def test_another_group_has_none(self, sim: Simulator, api: str) -> None:
        assert rows(sim, api, cod_act="VENTA") == []

    @each_range
    def test_the_others_have_no_code(self, sim: Simulator, days: tuple[str, str]) -> None:
        calls = rows(sim, "cdr_1", days)
        found = rows(sim, "act_4", days)
        assert {row["agent_id"]: row["agent_name"] for row in found} == {
            call["agent_id"]: call["agent_name"] for call in calls
        }
        uncoded = Counter(call["agent_id"] for call in calls if call["cod_act"] in MISSING)
        assert {row["agent_id"]: int(row["uncode_calls"]) for row in found} == {
            row["agent_id"]: uncoded[row["agent_id"]] for row in found
        }

    def test_codes_come_later(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        before, left = rows(sim, "act_3"), total(rows(sim, "act_4"), "uncode_calls")
        sim.clock.advance(timedelta(hours=45))
        after = rows(sim, "act_3")
        assert left > 20
        assert len(after) == len(before) + left
        assert counted(before) <= counted(after)
        assert total(rows(sim, "act_4"), "uncode_calls") == 0


class TestPhones:
    @each_range
    def test_costs_are_those_of_the_calls(self, sim: Simulator, days: tuple[str, str]) -> None:
        calls = by(rows(sim, "cdr_1", days), "agent_name")
        found = {row["agent_name"]: row for row in rows(sim, "cdr_2", days)}
        assert set(found) == set(calls)
        for name, row in found.items():
            assert row["calls"] == str(len(calls[name]))
            assert float(row["cost"]) == pytest.approx(
                sum(float(call["cost"]) for call in calls[name]), abs=0.005
            )

    def test_agents_who_share_a_name_share_a_row(self, sim: Simulator) -> None:
        calls = rows(sim, "cdr_1", WEEK)
        ids = {call["agent_id"] for call in calls}
        assert (
            len(rows(sim, "cdr_2", WEEK)) == len({call["agent_name"] for call in calls}) < len(ids)
        )

    @each_range
    def test_intervals_are_those_of_the_calls(self, sim: Simulator, days: tuple[str, str]) -> None:
        calls = rows(sim, "cdr_1", days)
        bounds = {
            "0_5_seg": (0, 5),
            "6_20_seg": (6, 20),
            "21_60_seg": (21, 60),
            "61_120_seg": (61, 120),
            "greater_than_121": (121, 10_000),
        }
        found = rows(sim, "cdr_4", days)
        assert [row["interval"] for row in found] == list(bounds)
        assert sum(row["calls"] != "0" for row in found) == 4
        for row in found:
            low, high = bounds[row["interval"]]
            some = [call for call in calls if low <= int(call["time_seg"]) <= high]
            assert row["calls"] == str(len(some))
            assert row["minutes"] == f"{sum(int(call['time_seg']) for call in some) / 60:.2f}"
            assert row["percentage"] == share(len(some), len(calls))
            assert float(row["cost"]) == pytest.approx(
                sum(float(call["cost"]) for call in some), abs=0.005
            )

    @each_range
    def test_calls_that_did_not_connect_are_in_no_other_report(
        self, sim: Simulator, days: tuple[str, str]
    ) -> None:
        found = rows(sim, "cdr_5", days)
        connected = {row["conn_id"] for row in rows(sim, "cdr_1", days)}
        assert connected.isdisjoint(row["conn_id"] for row in found)
        assert {row["result"] for row in found} == {
            "Busy", "Cancel", "Chanunavail", "Congestion", "No answer",
        }  # fmt: skip
        abandoned = rows(sim, "skill_7", days)
        assert len(voice(found)) == total(abandoned, "abandon_calls")
        told = {row["result"]: int(row["count"]) for row in rows(sim, "cdr_6", days)}
        assert told == Counter(row["result"] for row in found)

    def test_an_attempt_is_one_of_them_unless_it_was_answered(self, sim: Simulator) -> None:
        month = MONTH
        attempts = [row for row in rows(sim, "campaign_3", month)
                    if row["result"] != "answer"]  # fmt: skip
        same = ("campaign_id", "customer_id", "telephone", "date")
        unconnected = {tuple(row[name] for name in same) for row in rows(sim, "cdr_5", month)}
        assert attempts
        assert {tuple(row[name] for name in same) for row in attempts} <= unconnected

    def test_they_are_of_the_world(self, sim: Simulator) -> None:
        agents = {row["agent_id"]: row["agent_name"] for row in sim.rows("information", "agents")}
        campaigns = {row["campaign_id"] for row in sim.rows("information", "campaigns")}
        for row in rows(sim, "cdr_5"):
            dialled = row["type_interaction"] in {"out_pre", "outbound_ma"}
            assert (row["campaign_id"] in campaigns) == dialled
            assert row["campaign_id"] in campaigns | MISSING
            if row["type_interaction"] == "out_pre":
                assert {row["agent_id"], row["agent_name"]} <= MISSING
            else:
                assert agents[row["agent_id"]] == row["agent_name"]
            assert row["destiny"] == (row["telephone"] if dialled else row["agent_id"])
            assert 2 <= int(row["ring_time"]) <= 24


class TestDetails:
    @each_range
    def test_calls_are_those_of_the_calls(self, sim: Simulator, days: tuple[str, str]) -> None:
        for api, other, same in (
            ("skill_10", "cdr_1", {"skill_id": "skill_id", "agent_id": "agent_id"}),
            ("skill_2", "cdr_5", {"customer_id": "customer_id"}),
        ):
            same |= {"conn_id": "conn_id", "date": "date", "ani": "telephone"}
            assert [[row[name] for name in same] for row in voice(rows(sim, api, days))] == [
                [call[name] for name in same.values()] for call in voice(rows(sim, other, days))
            ]

    def test_chats_are_those_of_the_chats(self) -> None:
        sim = Simulator(seed=1, now=at("2026-11-25T12:00"))
        later = ("20261119000000", "20261121235959")
        chats = {
            row["conn_id"]: row
            for row in rows(sim, "chat_1", later)
            if row["date"].startswith("2026-11-19")
        }
        met = set()
        for api in ("skill_2", "skill_10"):
            for row in rows(sim, api):
                if row["type_interaction"] == "inbound":
                    continue
                chat = chats[row["conn_id"]]
                met.add(row["conn_id"])
                kind = row["type_interaction"].removeprefix("chat-")
                assert chat["channel"] in {kind, f"chat-{kind}"}
                assert (row["date"], row["skill_id"]) == (chat["date"], chat["skill_id"])
                assert row["ani"] == chat["customer_phone"]
                if api == "skill_2":
                    assert chat["ASA"] in MISSING
                    assert int(row["abandon_time"]) == seconds(chat["chat_duration"])
                    assert row["customer_id"] == chat["customer_id"]
                else:
                    assert int(row["answer_time"]) == seconds(chat["ASA"])
                    assert row["agent_id"] == chat["agent_id"]
        assert met == set(chats)

    def test_they_are_of_the_world(self, sim: Simulator) -> None:
        skills = {row["skill_id"]: row["skill_name"] for row in sim.rows("information", "skills")}
        agents = {row["agent_id"] for row in sim.rows("information", "agents")}
        types = {"inbound", "chat-whatsapp", "chat-facebook", "chat-instagram", "chat-web",
                 "chat-email", "chat-telegram"}  # fmt: skip
        for api, result in (("skill_2", "abandoned"), ("skill_10", "answered")):
            found = rows(sim, api)
            assert {row["type_interaction"] for row in found} == types
            assert {row["result"] for row in found} == {result}
            assert all(skills[row["skill_id"]] == row["skill_name"] for row in found)
            assert {row.get("agent_id", "091") for row in found} <= agents

    def test_a_chat_is_there_once_it_is_answered_or_closed(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        before = {api: rows(sim, api, TODAY) for api in ("skill_2", "skill_10")}
        known = NOON - timedelta(minutes=10)
        for api, column in (("skill_2", "abandon_time"), ("skill_10", "answer_time")):
            assert all(
                at(row["date"]) + timedelta(seconds=int(row[column])) <= known
                for row in before[api]
            )
        sim.clock.advance(timedelta(days=2))
        waited = Counter[str]()
        for api, early in before.items():
            late = rows(sim, api, TODAY)
            assert counted(early) <= counted(late)
            chats = [row for row in late if row not in voice(late) and at(row["date"]) <= known]
            waited += counted(chats) - counted(early)
        assert waited
