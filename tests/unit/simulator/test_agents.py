"""What the simulator reports of agents: one by one, added up, and once more as `customer`."""

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
    TODAY,
    flat_rows,
    percent,
    rows,
    seconds,
    total,
)
from tests.support.truth import LINES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator.endpoints.common.answers import Row

at = datetime.fromisoformat

COUNTS = ("calls", "inbound", "outbound", "internal")
TIMES = ("inbound_time", "outbound_time", "acw_time", "ring_time", "login_time", "aux_time")
COLUMNS = (*COUNTS, *TIMES)
PHASES = ("ready", "talk", "not_ready_acw", "auxiliary_times", "ring")
CHANGES_LATER: dict[str, set[str]] = {
    "agent_2": {"time", "date_end"},
    "agent_10": set(),
    "agent_13": set(),
    "agent_13_1": set(),
    "agent_15": {"not_ready_acw", "total_duration", "preview_percent"},
    "agents_detail": {"cod_act", "cod_act_2", "comment"},
    "cdr_calls": {"cod_act", "cod_act_2", "description_cod_act", "description_cod_act_2", "hit"},
    "skills_detail": set(),
}
ZONES = ["America/Bogota", "America/New_York", "Asia/Kolkata"]

days_of = pytest.mark.parametrize("days", [DAY, TODAY, ("20261118093000", "20261119101530")])


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)


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


# What the calls of `cdr_1` are called elsewhere.
SAME = {
    "agents_detail": {
        "skill": "skill_id", "duration": "time_seg", "hung_up": "hang_up",
    },
    "cdr_calls": {
        "talk_time": "time_seg", "telephone_destination": "destiny", "telephone_costs": "cost",
    },
}  # fmt: skip
SIDES = {
    "inbound": {"inbound", "conference", "transfer"},
    "outbound": {"out_pre", "outbound_ma"},
    "internal": {"internal call"},
}


class TestCustomer:
    @days_of
    @pytest.mark.parametrize("api", SAME)
    def test_calls_are_those_of_the_other_report(
        self, sim: Simulator, api: str, days: tuple[str, str]
    ) -> None:
        found, calls = rows(sim, api, days), rows(sim, "cdr_1", days)
        for row, call in zip(found, calls, strict=True):
            renamed = {SAME[api].get(name, name): value for name, value in row.items()}
            shared = renamed.keys() & call.keys()
            assert {"agent_id", "conn_id", "date", "cod_act", "telephone"} < shared
            assert {name: renamed[name] for name in shared} == {name: call[name] for name in shared}
            assert call["type_interaction"] in SIDES[row["type_call"]]

    def test_a_call_tells_its_day_and_hour(self, sim: Simulator) -> None:
        for row in rows(sim, "cdr_calls", BOTH_DAYS):
            date = at(row["date"])
            assert (row["hour"], row["month"]) == (f"{date:%H}:00", "11")
            assert row["day_of_week"] == {18: "3", 19: "4"}[date.day]

    def test_what_says_nothing_of_a_call_is_two_dashes(self, sim: Simulator) -> None:
        found = rows(sim, "cdr_calls")
        rang = {
            (row["conn_id"], row["agent_id"]): seconds(row["time"])
            for row in rows(sim, "agent_14", BOTH_DAYS)
            if row["agent_status"] == "RING"
        }
        for row in found:
            if row["skill_id"] in MISSING:
                assert row["ring"] == row["abandon"] == "--"
            else:
                assert int(row["ring"]) == rang[row["conn_id"], row["agent_id"]]
                assert row["abandon"] == "no"
        assert {row["ring"] == "--" for row in found} == {True, False}
        assert {row["screen_recording"] for row in found} == {"yes", "no"}
        assert {row["screecbox"] for row in rows(sim, "agents_detail")} == {"yes", "no"}

    @days_of
    def test_hits_add_up(self, sim: Simulator, days: tuple[str, str]) -> None:
        hits = Counter(row["agent_id"] for row in rows(sim, "cdr_calls", days)
                       if row["hit"] == "yes")  # fmt: skip
        told = {row["agent_id"]: int(row["hits"]) for row in rows(sim, "agent_1", days)}
        assert hits.total() > 0
        assert hits == {agent: count for agent, count in told.items() if count}

    def test_a_call_lasts_longer_than_its_talk(self, sim: Simulator) -> None:
        talks = {(row["conn_id"], row["agent_id"]): row for row in rows(sim, "agent_14", BOTH_DAYS)
                 if row["agent_status"] == "TALK"}  # fmt: skip
        for row in rows(sim, "agents_detail"):
            talk = talks[row["conn_id"], row["agent_id"]]
            assert row["agent_status"] == "TALK"
            assert at(row["date"]) + timedelta(seconds=seconds(row["time"])) == at(talk["date_end"])

    @days_of
    def test_times_are_those_of_the_other_report(
        self, sim: Simulator, days: tuple[str, str]
    ) -> None:
        found = [
            {name.removeprefix("calls_"): value for name, value in row.items()}
            for row in rows(sim, "agents_statustime", days)
        ]
        expected = rows(sim, "agent_8", days)
        assert found == [{"operation": sim.operation.name, **row} for row in expected]

    @days_of
    def test_skills_add_up(self, sim: Simulator, days: tuple[str, str]) -> None:
        groups: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in rows(sim, "skills_detail", days):
            if row["type_call"] == "inbound":
                hour = str(int(row["date"][11:13]))
                groups[row["date"][:10], row["skill_id"], hour].append(row)
        told = {
            (row["date"], row["skill_id"], row["hour"]): row for row in rows(sim, "skill_7", days)
        }
        assert told.keys() == groups.keys()
        for key, row in told.items():
            mine = groups[key]
            results = Counter(each["skill_result"] for each in mine)
            assert int(row["inbound_calls"]) == len(mine)
            assert int(row["answer_calls"]) == results["ANSWER"]
            assert int(row["abandon_calls"]) == results["ABANDON"]
            assert seconds(row["wait_time"]) == total(mine, "wait_time")
            for level in (10, 20, 30):
                within = 100 * total(mine, f"calls_ans_{level}") / len(mine)
                assert percent(row[f"service_level_{level}seg"]) == pytest.approx(within, abs=0.006)

    def test_levels_follow_from_the_wait(self, sim: Simulator) -> None:
        found = rows(sim, "skills_detail")
        for row in found:
            answered = row["skill_result"] == "ANSWER"
            assert (row["agent_id"] in MISSING) == (row["agent_name"] in MISSING) == (not answered)
            for level in (10, 20, 30, 40, 50):
                soon = answered and int(row["wait_time"]) <= level
                assert row[f"calls_ans_{level}"] == str(int(soon))
        assert {row["calls_ans_50"] for row in found} == {"0", "1"}

    def test_chats_came_to_skills_too(self, sim: Simulator) -> None:
        found = {row["conn_id"]: row for row in rows(sim, "skills_detail")
                 if row["type_call"] != "inbound"}  # fmt: skip
        opened = {row["conn_id"]: row for row in rows(sim, "chat_2")}
        # One in which nobody wrote yet is neither answered nor given up.
        assert found.keys() <= opened.keys()
        assert {row["type_call"] for row in found.values()} == {
            "chat-whatsapp", "chat-facebook", "chat-instagram", "chat-web", "chat-email",
            "chat-telegram",
        }  # fmt: skip
        closed = {row["conn_id"]: row for row in rows(sim, "chat_1")}
        both = found.keys() & closed.keys()
        assert len(both) > 50
        for id_ in both:
            chat, answered = closed[id_], closed[id_]["ASA"] not in MISSING
            for name in ("date", "skill_id", *(("agent_id", "agent_name") if answered else ())):
                assert found[id_][name] == chat[name]
            assert found[id_]["ani"] == chat["customer_phone"]
            assert found[id_]["skill_result"] == ("ANSWER" if answered else "ABANDON")
            waited = seconds(chat["ASA" if answered else "chat_duration"])
            assert int(found[id_]["wait_time"]) == waited

    def test_a_skill_has_a_line(self, sim: Simulator) -> None:
        lines: defaultdict[str, set[str]] = defaultdict(set)
        for row in rows(sim, "skills_detail"):
            if row["type_call"] == "inbound":
                lines[row["skill_id"]].add(row["dnis"])
            else:
                assert row["dnis"] in MISSING
        assert {len(each) for each in lines.values()} == {1}
        assert len(set.union(*lines.values())) == len(lines)


class TestLater:
    @pytest.mark.parametrize(
        "api", ["agent_2", "agent_10", "agent_13", "agent_13_1", "agents_detail"]
    )
    def test_what_has_a_time_is_over(self, sim: Simulator, api: str) -> None:
        found = rows(sim, api, TODAY)
        assert found
        for row in found:
            ended = at(row[LINES[api]["own_date"]]) + timedelta(seconds=seconds(row["time"]))
            assert ended <= NOON - timedelta(minutes=10)

    @pytest.mark.parametrize("api", CHANGES_LATER)
    def test_rows_stay_but_for_what_comes_later(self, sim: Simulator, api: str) -> None:
        moment = _at_work_on_a_preview(sim) if api == "agent_15" else NOON
        days = (f"{moment:%Y%m%d}000000", f"{moment:%Y%m%d}235959")
        sim = Simulator(seed=1, now=moment)
        earlier = _of_everybody(sim, api, days)
        sim.clock.advance(timedelta(days=2))
        after = _of_everybody(sim, api, days)
        key = LINES[api]["natural_key"]
        later = {tuple(row[name] for name in key): row for row in after}
        assert len(after) > len(earlier) > 0
        changed: set[str] = set()
        for row in earlier:
            now = later[tuple(row[name] for name in key)]
            changed |= {name for name in row if row[name] != now[name]}
        assert changed == CHANGES_LATER[api]
        sim.clock.advance(timedelta(days=9))
        assert _of_everybody(sim, api, days) == after


def _at_work_on_a_preview(sim: Simulator) -> datetime:
    """When reports know of a preview call, and of the first second of the work after it."""
    row = max(rows(sim, "agent_15"), key=lambda row: row["not_ready_acw"])
    ended = at(row["date_preview"]) + timedelta(
        seconds=sum(seconds(row[name]) for name in ("time_preview", "ring", "talk"))
    )
    return ended + timedelta(minutes=10, seconds=1)


def _of_everybody(sim: Simulator, api: str, days: tuple[str, str]) -> list[Row]:
    """All rows, though they are told agent by agent."""
    if api != "agent_2":
        return rows(sim, api, days)
    agents = sim.operation.world.agents
    return [row for agent in agents for row in rows(sim, api, days, agent_id=agent.id)]
