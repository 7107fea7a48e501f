"""Reports of agents agree with the calls and with one another."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import (
    BOTH_DAYS,
    DAY,
    MISSING,
    MONTH,
    NOON,
    flat_rows,
    percent,
    rows,
    seconds,
    total,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator.endpoints.common.answers import Row

from tests.unit.simulator.agents.common import at, days_of

COUNTS = ("calls", "inbound", "outbound", "internal")
TIMES = ("inbound_time", "outbound_time", "acw_time", "ring_time", "login_time", "aux_time")
COLUMNS = (*COUNTS, *TIMES)
PHASES = ("ready", "talk", "not_ready_acw", "auxiliary_times", "ring")
ZONES = ["America/Bogota", "America/New_York", "Asia/Kolkata"]


def totals(found: Iterable[Row], by: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, int]]:
    """All that can be added up, by some columns; nothing for those who did nothing."""
    groups: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in found:
        groups[tuple(row[name] for name in by)].append(row)
    sums = {key: {name: total(each, name) for name in COLUMNS} for key, each in groups.items()}
    return {key: each for key, each in sums.items() if any(each.values())}


class TestForm:
    def test_lists_lie_in_rows_where_they_are_documented(self, sim: Simulator) -> None:
        assert {tuple(row) for row in rows(sim, "agent_5")} == {
            ("agent_name", "agent_id", "status_x_hour")
        }
        assert {tuple(row) for row in rows(sim, "agent_11")} == {("skill_name", "agents")}

    @pytest.mark.parametrize("seed", [1, 2])
    def test_ids_that_are_said_to_be_unique_are(self, seed: int) -> None:
        sim = Simulator(seed=seed, now=NOON)
        days = ("20261031000000", DAY[1])
        calls = {row["conn_id"] for row in rows(sim, "cdr_1", days)}
        for api, column in (("agent_13_1", "conn_id_transfer"), ("agent_15", "id_call")):
            ids = [row[column] for row in rows(sim, api, days)]
            assert len(set(ids)) == len(ids) > 1000
            assert calls.isdisjoint(ids) == (api == "agent_13_1")
            assert all(re.fullmatch(r"\d+\.\d+\.\d{10}\.\d+", each) for each in ids)


class TestOneWorld:
    def test_the_states_of_one_agent_are_those_among_all(self, sim: Simulator) -> None:
        every = rows(sim, "agent_14")
        for agent in sorted({row["agent_id"] for row in every})[::4]:
            mine = [
                {"destiny" if name == "destinity" else name: value
                 for name, value in row.items() if name not in {"agent_dni", "agent_name"}}
                for row in every
                if row["agent_id"] == agent
            ]  # fmt: skip
            assert rows(sim, "agent_2", agent_id=agent) == mine
        assert rows(sim, "agent_2", agent_id="nobody") == []
        mine = rows(sim, "agent_2", MONTH)
        assert {row["conn_id"] in MISSING for row in mine} == {True, False}

    def test_customers_are_put_on_hold_while_they_talk(self, sim: Simulator) -> None:
        talks = {
            (row["conn_id"], row["agent_id"], row["type_interaction"]): row
            for row in rows(sim, "agent_14", BOTH_DAYS)
            if row["agent_status"] == "TALK"
        }
        calls = {(row["conn_id"], row["agent_id"]): row for row in rows(sim, "cdr_1", BOTH_DAYS)}
        last: dict[tuple[str, ...], datetime] = {}
        found = rows(sim, "agent_10")
        assert {row["type_action"] for row in found} == {"hold", "mute"}
        for row in found:
            id_ = row["conn_id"], row["agent_id"], row["type_interaction"]
            began, ended = (at(talks[id_][name]) for name in ("date_ini", "date_end"))
            begin = at(row["date"])
            assert began <= last.get(id_, began) <= begin
            last[id_] = begin + timedelta(seconds=seconds(row["time"]))
            assert begin < last[id_] <= ended
            for name in ("telephone", "customer_id", "skill_id"):
                assert row[name] == calls[id_[:2]][name]
        assert 0.1 < len(last) / len(rows(sim, "cdr_1")) < 0.3

    def test_transfers_and_conferences_are_calls(self, sim: Simulator) -> None:
        calls = [row for row in rows(sim, "cdr_1")
                 if row["type_interaction"] in {"transfer", "conference"}]  # fmt: skip
        found = rows(sim, "agent_13")
        assert {row["type_interaction"] for row in found} == {"transfer", "conference"}
        columns = ("agent_name", "agent_id", "conn_id", "date", "telephone", "type_interaction")
        assert [[row[name] for name in columns] for row in found] == [
            [call[name] for name in columns] for call in calls
        ]
        assert [seconds(row["time"]) for row in found] == [int(call["time_seg"]) for call in calls]

    def test_a_transfer_tells_who_had_the_call_before(self, sim: Simulator) -> None:
        legs: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows(sim, "cdr_1", BOTH_DAYS):
            legs[row["conn_id"]].append(row)
        found = rows(sim, "agent_13_1")
        same = rows(sim, "agent_13")
        for row, told in zip(found, same, strict=True):
            first = legs[row["id_call_origin"]][0]
            assert (row["date"], row["time"], row["type_call"]) == (
                told["date"], told["time"], told["type_interaction"],
            )  # fmt: skip
            assert (row["id_call_origin"], row["ani"]) == (told["conn_id"], told["telephone"])
            assert row["origin_agent_id"] == first["agent_id"]
            assert row["skill_id"] == ("-" if first["skill_id"] in MISSING else first["skill_id"])
            if row["type_call"] == "transfer":
                assert row["destiny_agent_id"] == row["dnis"] == told["agent_id"]
                assert row["destiny_agent_id"] != row["origin_agent_id"]
            else:
                assert row["destiny_agent_id"] == row["destiny_agent_name"] == "-"
                assert row["dnis"].isdecimal()
                assert first["type_interaction"] == "conference"
        assert {row["skill_id"] == "-" for row in found} == {True, False}

    def test_previews_are_of_calls_of_preview_campaigns(self, sim: Simulator) -> None:
        days = ("20261119010000", "20261119230000")
        states: defaultdict[str, dict[str, Row]] = defaultdict(dict)
        for row in rows(sim, "agent_14", BOTH_DAYS):
            if row["type_interaction"] == "outbound_ma":
                states[row["conn_id"]][row["agent_status"]] = row
        found = rows(sim, "agent_15", BOTH_DAYS)
        for row in found:
            mine = states.get(row["id_call"])
            # Handed out before midnight, called after it.
            if mine is None:
                assert row["date_preview"] >= "2026-11-19 23:"
                continue
            assert row["id_agent"] == mine["TALK"]["agent_id"]
            assert row["type_call"] == "outbound_ma"
            for name, state in (("ring", "RING"), ("talk", "TALK"), ("not_ready_acw", "ACW")):
                assert row[name] == mine[state]["time"]
            dialled = at(mine["RING"]["date_ini"])
            assert dialled - at(row["date_preview"]) == timedelta(
                seconds=seconds(row["time_preview"])
            )
        dialled_ids = {row["conn_id"] for row in rows(sim, "cdr_1", days)
                       if row["type_interaction"] == "outbound_ma"}  # fmt: skip
        assert 0 < len(dialled_ids) < len(found)
        assert dialled_ids < {row["id_call"] for row in found}

    @pytest.mark.parametrize("api", ["agent_15", "agent_16"])
    def test_a_preview_is_not_in_the_total(self, sim: Simulator, api: str) -> None:
        found = rows(sim, api, MONTH)
        for row in found:
            lasted = sum(seconds(row[name]) for name in PHASES)
            assert seconds(row["total_duration"]) == lasted
            part = 100 * seconds(row["time_preview"]) / lasted
            assert percent(row["preview_percent"]) == pytest.approx(part, abs=0.006)
        if api == "agent_15":
            assert any("," in row["preview_percent"] for row in found)


class TestSums:
    @days_of
    def test_calls_of_campaigns_add_up_to_the_outbound_ones(
        self, sim: Simulator, days: tuple[str, str]
    ) -> None:
        calls = Counter(
            (row["agent_id"], row["campaign_id"])
            for row in rows(sim, "cdr_1", days)
            if row["campaign_id"] not in MISSING
        )
        found = rows(sim, "agent_4", days)
        assert {(row["agent_id"], row["campaign_id"]): int(row["calls"]) for row in found} == calls
        for agent in rows(sim, "agent_1", days):
            mine = [row for row in found if row["agent_id"] == agent["agent_id"]]
            assert total(mine, "outbound") == int(agent["outbound"])
            assert total(mine, "outbound_time") == seconds(agent["outbound_time"])
            for row in mine:
                assert row["calls"] == row["outbound"]
                assert row["login_time"] == agent["login_time"]
                assert row["aux_time"] == agent["aux_time"]

    @days_of
    def test_hours_add_up(self, sim: Simulator, days: tuple[str, str]) -> None:
        by = ("agent_id", "hour")
        found = flat_rows(sim, "agent_5", days)
        assert totals(found, by) == totals(rows(sim, "agent_8", days), by)
        for row in rows(sim, "agent_5", days):
            assert [each["hour"] for each in row["status_x_hour"]] == [
                f"{hour:02}:00" for hour in range(24)
            ]

    @days_of
    @pytest.mark.parametrize("zone", ZONES)
    def test_half_hours_add_up_to_hours(self, days: tuple[str, str], zone: str) -> None:
        sim = Simulator(seed=1, now=NOON, timezone=zone)
        by = ("date", "agent_id", "hour")
        halves = rows(sim, "agent_8_1", days)
        hours = [row | {"hour": f"{row['hour'][:2]}:00"} for row in halves]
        assert totals(hours, by) == totals(rows(sim, "agent_8", days), by)
        assert len(halves) == 2 * len(rows(sim, "agent_8", days))
        slots = [f"{hour:02}:{half}" for hour in range(24) for half in ("00", "30")]
        assert [row["hour"] for row in halves] == slots * (len(halves) // 48)

    def test_a_half_hour_has_what_happened_in_it(self, sim: Simulator) -> None:
        halves = [row for row in rows(sim, "agent_8_1") if row["hour"] == "10:30"]
        narrow = rows(sim, "agent_1", ("20261119103000", "20261119105959"))
        assert totals(halves, ("agent_id",)) == totals(narrow, ("agent_id",))
        assert all(seconds(row["login_time"]) <= 1800 for row in halves)

    @days_of
    def test_holds_add_up_by_name(self, sim: Simulator, days: tuple[str, str]) -> None:
        sums: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for row in rows(sim, "agent_10", days):
            sums[row["agent_name"]]["count"] += 1
            sums[row["agent_name"]][row["type_action"]] += seconds(row["time"])
        told = rows(sim, "agent_9", days)
        assert [row["agent_name"] for row in told] == sorted(sums)
        for row in told:
            mine = sums[row["agent_name"]]
            assert int(row["count"]) == mine["count"]
            assert seconds(row["hold_time"]) == mine["hold"]
            assert seconds(row["mute_time"]) == mine["mute"]
            assert seconds(row["total_time"]) == mine["hold"] + mine["mute"]

    def test_namesakes_are_one(self, sim: Simulator) -> None:
        names = Counter(agent.name for agent in sim.operation.world.agents)
        assert max(names.values()) > 1
        assert {row["agent_name"] for row in rows(sim, "agent_9", MONTH)} == set(names)

    @days_of
    def test_skills_have_their_agents_with_all_they_did(
        self, sim: Simulator, days: tuple[str, str]
    ) -> None:
        did = {row["agent_id"]: row for row in rows(sim, "agent_1", days)}
        for row in did.values():
            row["aht_outbound"] = row["aht_outbund"]
        found = {row["skill_name"]: row["agents"] for row in rows(sim, "agent_11", days)}
        for skill in sim.rows("information", "skills"):
            able = sim.rows("information", "agents_in_skill", skill_id=skill["skill_id"])
            here = {row["agent_id"] for row in able} & did.keys()
            mine = found.pop(skill["skill_name"], [])
            assert [row["agent_id"] for row in mine] == sorted(here)
            for row in mine:
                assert row == {name: did[row["agent_id"]][name] for name in row}
        assert not found

    @days_of
    def test_transfers_and_conferences_add_up(self, sim: Simulator, days: tuple[str, str]) -> None:
        single = rows(sim, "agent_13", days)
        told = rows(sim, "agent_12", days)
        assert {row["agent_id"] for row in told} == {row["agent_id"] for row in single}
        for row in told:
            mine = [each for each in single if each["agent_id"] == row["agent_id"]]
            types = Counter(each["type_interaction"] for each in mine)
            assert int(row["transfer_calls"]) == types["transfer"]
            assert int(row["conference_calls"]) == types["conference"]
            assert seconds(row["total_time"]) == total(mine, "time")

    @days_of
    def test_previews_add_up(self, sim: Simulator, days: tuple[str, str]) -> None:
        single = rows(sim, "agent_15", days)
        told = rows(sim, "agent_16", days)
        assert {row["id_agent"] for row in told} == {row["id_agent"] for row in single}
        for row in told:
            mine = [each for each in single if each["id_agent"] == row["id_agent"]]
            assert int(row["calls"]) == len(mine)
            for name in ("time_preview", *PHASES, "total_duration"):
                assert seconds(row[name]) == total(mine, name)
