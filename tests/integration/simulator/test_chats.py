"""The simulator's chats, bots and audit log: one world, known bit by bit."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator import Simulator
from tests.simulator.world.bursts import Burst
from tests.support.reports_of import MISSING, NOON, ask, rows, seconds

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

at = datetime.fromisoformat

LATER = at("2026-12-01T12:00")
DAYS = "2026-11-18T00:00:00", "2026-11-19T23:59:59"


def simulated(now: datetime = LATER, **about: Any) -> Simulator:
    return Simulator(seed=1, now=now, **about)


def own_date(row: Row) -> datetime:
    """A row's date; that of a chat is its earliest message's."""
    messages = row.get("conversation", [row])
    return min(at(each["date"]) for each in messages)


def closed(row: Row) -> datetime:
    return at(row["date"]) + timedelta(seconds=seconds(row["chat_duration"]))


def by_id(found: list[Row]) -> dict[str, Row]:
    assert len({row["conn_id"] for row in found}) == len(found)
    return {row["conn_id"]: row for row in found}


@pytest.mark.parametrize("api", ["chat_1", "chat_2", "diagram_9", "audit_log"])
def test_a_pace_scales_what_happens(api: str) -> None:
    usual = len(rows(simulated(), api, DAYS))
    assert usual / 30 < len(rows(simulated(pace=0.1), api, DAYS)) < usual / 4
    assert 2 * usual < len(rows(simulated(pace=3), api, DAYS)) < 4 * usual


class TestChats:
    def test_they_go_by_their_closing_and_are_dated_by_their_opening(self) -> None:
        found = rows(simulated(), "chat_1", DAYS)
        assert all(at(row["date"]) < closed(row) for row in found)
        assert any(at(row["date"]) < at(DAYS[0]) for row in found)

    def test_they_are_the_same_in_both_reports(self) -> None:
        sim = simulated()
        conversations = by_id(rows(sim, "chat_2", ("2026-11-16T00:00:00", DAYS[1])))
        for id_, row in by_id(rows(sim, "chat_1", DAYS)).items():
            messages = conversations[id_]["conversation"]
            assert own_date(conversations[id_]) == own_date(row)
            answers = [each["message"] for each in messages if each["from"] == row["agent_id"]]
            assert row["agent_anwers "] == str(len(answers))
            assert row["agent_chars"] == str(sum(map(len, answers)))
            assert all(at(each["date"]) <= closed(row) for each in messages)

    def test_a_tenth_is_closed_when_its_time_is_out(self) -> None:
        found = rows(simulated(), "chat_1", DAYS)
        out = [row for row in found if row["cod_act"] == "TIMEOUTCHAT"]
        assert 0.05 < len(out) / len(found) < 0.2
        assert all(seconds(row["chat_duration"]) >= 23 * 3600 for row in out)
        assert all(seconds(row["chat_duration"]) < 23 * 3600 for row in found if row not in out)

    def test_codes_come_later_and_change_nothing_else(self) -> None:
        early = by_id(rows(simulated(NOON), "chat_1", (DAYS[0], "2026-11-20T23:59:59")))
        late = by_id(rows(simulated(), "chat_1", (DAYS[0], "2026-11-20T23:59:59")))
        assert set(early) < set(late)
        changed = defaultdict(set)
        for id_, row in early.items():
            for field, value in row.items():
                if value != late[id_][field]:
                    assert value in MISSING
                    changed[field].add(id_)
        assert set(changed) == {"cod_act", "description_cod_act", "comment"}
        assert changed["comment"] <= changed["cod_act"] == changed["description_cod_act"]
        assert not any(row["cod_act"] in MISSING for row in late.values())

    def test_an_open_chat_grows(self) -> None:
        today = ("2026-11-20T00:00:00", "2026-11-20T23:59:59")
        early = by_id(rows(simulated(NOON), "chat_2", today))
        late = by_id(rows(simulated(), "chat_2", today))
        grown = 0
        for id_, row in early.items():
            before, after = row["conversation"], late[id_]["conversation"]
            assert before
            assert before == after[: len(before)]
            assert row | {"conversation": after} == late[id_]
            grown += len(before) < len(after)
        assert grown

    def test_agents_add_up_to_their_chats(self) -> None:
        sim = simulated()
        total, time, names = Counter[str](), Counter[str](), {}
        for row in rows(sim, "chat_1", DAYS):
            total[row["agent_id"]] += 1
            time[row["agent_id"]] += seconds(row["chat_duration"])
            names[row["agent_id"]] = row["agent_name"]
        found = {row["agent_id"]: row for row in rows(sim, "chat_16", DAYS)}
        assert {id_: int(row["total_chats"]) for id_, row in found.items()} == total
        assert {id_: seconds(row["time"]) for id_, row in found.items()} == time
        assert {id_: row["agent_name"] for id_, row in found.items()} == names
        assert max(time.values()) > 24 * 3600
        for id_, row in found.items():
            assert abs(seconds(row["tmo"]) - time[id_] / total[id_]) <= 0.5
            assert re.fullmatch(r"\d{1,3}\.\d\d %", row["percent_transfer"])

    def test_they_are_of_the_world(self) -> None:
        sim = simulated()
        known = {
            column: {row[column] for row in sim.rows("information", api)}
            for api, column in (
                ("agents", "agent_id"),
                ("skills", "skill_id"),
                ("activity_codes", "cod_act"),
                ("connectors", "channel"),
            )
        }
        for row in rows(sim, "chat_1", DAYS):
            assert re.fullmatch(r"\d+\.\d{6}\.\d{10}\.\d+", row["conn_id"])
            assert row["agent_id"] in known["agent_id"]
            assert row["skill_id"] in known["skill_id"]
            assert row["channel"] in known["channel"]
            assert row["cod_act"] in known["cod_act"] | MISSING

    def test_messages_are_texts_in_a_row(self) -> None:
        for row in rows(simulated(), "chat_2", DAYS):
            for each in row["conversation"]:
                assert list(each) == ["channel", "from", "from_name", "to_name", "date", "message",
                                      "customer_id", "customer_phone"]  # fmt: skip
                assert all(isinstance(value, str) for value in each.values())

    def test_messages_hold_all_kinds_of_text(self) -> None:
        found = rows(simulated(), "chat_2", DAYS)
        assert {len(row["conversation"]) for row in found} == {1, 2, 3, 4, 5, 6}
        texts = {each["message"] for row in found for each in row["conversation"]}
        for part in ("ñ", "🙏", "<b>", "data:image/png;base64,"):
            assert any(part in text for text in texts)


class TestBots:
    def test_a_session_is_one_customer_for_some_minutes(self) -> None:
        sim = simulated()
        points = {row["rp_id"] for row in sim.rows("information", "routing_points")}
        sessions = defaultdict(list)
        found = rows(sim, "diagram_9", DAYS)
        for row in found:
            assert row["rp_id"] in points
            sessions[row["session_id"]].append(row)
        for talk in sessions.values():
            same = "customer_id", "customer_email", "channel", "rp_id", "conn_id"
            assert len({tuple(row[name] for name in same) for row in talk}) == 1
            assert len({row["date"] for row in talk}) == len(talk)
            assert own_date(talk[-1]) - own_date(talk[0]) < timedelta(minutes=10)
        assert {len(talk) for talk in sessions.values()} == {1, 2, 3, 4, 5}
        assert 30 < len(found) / 48 < 50

    def test_some_lead_to_a_chat(self) -> None:
        sim = simulated()
        chats = by_id(rows(sim, "chat_2", ("2026-11-17T00:00:00", DAYS[1])))
        reached = [row for row in rows(sim, "diagram_9", DAYS) if row["conn_id"] != "0"]
        assert reached
        for row in reached:
            assert chats[row["conn_id"]]["customer_name"] == row["customer_name"]

    def test_a_burst_comes_on_top_and_evenly(self) -> None:
        burst = Burst(at("2026-11-18T09:30"), at("2026-11-18T11:30"), exchanges=20_000)
        with simulated(bursts=[burst]) as sim:
            many = rows(sim, "diagram_9", ("2026-11-18T09:30:00", "2026-11-18T11:29:59"))
            _, content = ask(sim, "diagram_9", DAYS)
        assert 20_000 <= len(many) <= 20_200
        by_minute = Counter(row["date"][:16] for row in many)
        assert len(by_minute) == 120
        assert all(166 <= count < 190 for count in by_minute.values())
        assert len(content["data"]) == 6_000
        keys = {(row["session_id"], row["date"], row["customer_query"]) for row in many}
        assert len(keys) == len(many)

    def test_a_burst_is_the_only_thing_without_pace(self) -> None:
        burst = Burst(at("2026-11-18T23:59"), at("2026-11-19T00:01"), exchanges=7)
        sim = simulated(pace=0, bursts=[burst])
        assert len(rows(sim, "diagram_9", DAYS)) == 7
        assert not rows(sim, "chat_1", DAYS)


class TestAuditLog:
    def test_some_rows_are_there_twice_in_a_second(self) -> None:
        found = rows(simulated(), "audit_log", DAYS)
        counts = Counter(tuple(row.values()) for row in found)
        assert set(counts.values()) == {1, 2}
        assert 150 < len(found) < 250

    def test_the_api_is_in_it(self) -> None:
        found = rows(simulated(), "audit_log", DAYS)
        assert any("has been consumed" in row["action"] for row in found)
        assert all(re.fullmatch(r"203\.0\.113\.\d+", row["ip"]) for row in found)
