"""What the vendor's customers API tells of agents."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import (
    BOTH_DAYS,
    MISSING,
    NOON,
    TODAY,
    percent,
    rows,
    seconds,
    total,
)
from tests.support.truth import LINES

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

from tests.unit.simulator.agents.common import at, days_of

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
