"""The simulator's chats, bots and audit log: one world, known bit by bit, cut anywhere."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.simulator import Simulator
from tests.simulator.missing import FORMS
from tests.simulator.operation import Burst

if TYPE_CHECKING:
    from tests.simulator.answers import Row

at = datetime.fromisoformat
NOON = at("2026-11-20T12:00")
LATER = at("2026-12-01T12:00")
DAYS = "2026-11-18T00:00:00", "2026-11-19T23:59:59"

FILES = {
    "chat_1": "reports_manager",
    "chat_2": "reports_manager",
    "chat_16": "reports_manager",
    "diagram_9": "reports_manager",
    "audit_log": "information",
}
EVENTS = [api for api in FILES if api != "chat_16"]
LISTED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "endpoints.json").read_text(encoding="utf-8")
)
FIELDS = {each["api"]: each["fields"] for each in LISTED}

each_api = pytest.mark.parametrize("api", FILES)
each_event = pytest.mark.parametrize("api", EVENTS)


def simulated(now: datetime = LATER, **about: Any) -> Simulator:
    return Simulator(seed=1, now=now, **about)


def dates(begin: str, end: str) -> dict[str, str]:
    return {
        name: f"{at(each):%Y%m%d%H%M%S}" for name, each in (("date_ini", begin), ("date_end", end))
    }


def rows(sim: Simulator, api: str, begin: str = DAYS[0], end: str = DAYS[1]) -> list[Row]:
    return sim.rows(FILES[api], api, **dates(begin, end))


def ask(sim: Simulator, api: str, begin: str = DAYS[0], end: str = DAYS[1]) -> tuple[int, Any]:
    query = urlencode({"api": api} | dates(begin, end))
    request = urllib.request.Request(
        f"{sim.url}/{FILES[api]}.php?{query}", headers={"wolkvox-token": sim.token}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def own_date(row: Row) -> datetime:
    """A row's date; that of a chat is its earliest message's."""
    messages = row.get("conversation", [row])
    return min(at(each["date"]) for each in messages)


def seconds(duration: str) -> int:
    hour, minute, second = map(int, duration.split(":"))
    return (hour * 60 + minute) * 60 + second


def closed(row: Row) -> datetime:
    return at(row["date"]) + timedelta(seconds=seconds(row["chat_duration"]))


def by_id(found: list[Row]) -> dict[str, Row]:
    assert len({row["conn_id"] for row in found}) == len(found)
    return {row["conn_id"]: row for row in found}


@each_api
def test_rows_have_the_documented_fields_and_are_text(api: str) -> None:
    found = rows(simulated(), api)
    assert found
    for row in found:
        assert list(row) == FIELDS[api]
        for inner in row.pop("conversation", []):
            assert list(inner) == ["channel", "from", "from_name", "to_name", "date", "message",
                                   "customer_id", "customer_phone"]  # fmt: skip
            assert all(isinstance(value, str) for value in inner.values())
        assert all(isinstance(value, str) for value in row.values())


@each_api
def test_an_answer_counts_its_rows(api: str) -> None:
    with simulated() as sim:
        status, content = ask(sim, api, "2026-11-18T10:00:00", "2026-11-18T15:59:59")
    assert (status, content["code"]) == (200, "200" if api == "chat_16" else 200)
    assert content["msg"] == f"{len(content['data'])} records were found"


@each_event
@pytest.mark.parametrize("zone", ["America/Bogota", "America/New_York"])
def test_two_touching_ranges_give_what_the_whole_gives(api: str, zone: str) -> None:
    # In New York the hour from 1 to 2 comes twice that day.
    sim = simulated(timezone=zone)
    begin, end = "2026-10-31T22:17:05", "2026-11-02T03:04:05"
    whole = rows(sim, api, begin, end)
    first = rows(sim, api, begin, "2026-11-01T01:31:07")
    second = rows(sim, api, "2026-11-01T01:31:08", end)
    assert first
    assert second

    def counted(found: list[Row]) -> Counter[str]:
        return Counter(json.dumps(row) for row in found)

    assert counted(first) + counted(second) == counted(whole)
    if zone == "America/Bogota":
        assert first + second == whole


@each_event
def test_both_ends_are_in_the_range(api: str) -> None:
    sim = simulated()
    for row in rows(sim, api)[:20]:
        second = (closed(row) if api == "chat_1" else own_date(row)).isoformat()
        assert row in rows(sim, api, second, second)


@each_event
def test_rows_are_in_order_and_the_same_for_everybody(api: str) -> None:
    found = rows(simulated(), api)
    order = [closed(row) if api == "chat_1" else own_date(row) for row in found]
    assert order == sorted(order)
    assert all(at(DAYS[0]) <= moment <= at(DAYS[1]) for moment in order)
    assert rows(simulated(), api) == found
    assert rows(Simulator(seed=2, now=LATER), api) != found


@each_api
def test_without_pace_there_is_nothing(api: str) -> None:
    with simulated(pace=0) as sim:
        status, content = ask(sim, api)
    assert (status, content["msg"]) == (404, "Validate dates entered")


@each_event
def test_a_pace_scales_what_happens(api: str) -> None:
    usual = len(rows(simulated(), api))
    assert usual / 30 < len(rows(simulated(pace=0.1), api)) < usual / 4
    assert 2 * usual < len(rows(simulated(pace=3), api)) < 4 * usual


@each_api
def test_a_month_is_more_than_may_be_asked_for(api: str) -> None:
    with simulated() as sim:
        assert ask(sim, api, "2026-10-01T00:00:00", "2026-11-01T00:00:00")[0] == 404
        assert rows(sim, api, "2026-10-01T00:00:00", "2026-11-01T00:00:00")


@pytest.mark.parametrize("lag", [timedelta(minutes=10), timedelta(hours=3)])
@each_event
def test_nothing_is_newer_than_the_lag(api: str, lag: timedelta) -> None:
    found = rows(simulated(NOON, lag=lag), api, "2026-11-19T00:00:00", "2026-11-20T23:59:59")
    newest = max(closed(row) if api == "chat_1" else own_date(row) for row in found)
    assert NOON - lag - timedelta(minutes=90) < newest <= NOON - lag


class TestChats:
    def test_they_go_by_their_closing_and_are_dated_by_their_opening(self) -> None:
        found = rows(simulated(), "chat_1")
        assert all(at(row["date"]) < closed(row) for row in found)
        assert any(at(row["date"]) < at(DAYS[0]) for row in found)

    def test_they_are_the_same_in_both_reports(self) -> None:
        sim = simulated()
        conversations = by_id(rows(sim, "chat_2", "2026-11-16T00:00:00"))
        for id_, row in by_id(rows(sim, "chat_1")).items():
            messages = conversations[id_]["conversation"]
            assert own_date(conversations[id_]) == own_date(row)
            answers = [each["message"] for each in messages if each["from"] == row["agent_id"]]
            assert row["agent_anwers "] == str(len(answers))
            assert row["agent_chars"] == str(sum(map(len, answers)))
            assert all(at(each["date"]) <= closed(row) for each in messages)

    def test_a_tenth_is_closed_when_its_time_is_out(self) -> None:
        found = rows(simulated(), "chat_1")
        out = [row for row in found if row["cod_act"] == "TIMEOUTCHAT"]
        assert 0.05 < len(out) / len(found) < 0.2
        assert all(seconds(row["chat_duration"]) >= 23 * 3600 for row in out)
        assert all(seconds(row["chat_duration"]) < 23 * 3600 for row in found if row not in out)

    def test_codes_come_later_and_change_nothing_else(self) -> None:
        early = by_id(rows(simulated(NOON), "chat_1", end="2026-11-20T23:59:59"))
        late = by_id(rows(simulated(), "chat_1", end="2026-11-20T23:59:59"))
        assert set(early) < set(late)
        changed = defaultdict(set)
        for id_, row in early.items():
            for field, value in row.items():
                if value != late[id_][field]:
                    assert value in FORMS
                    changed[field].add(id_)
        assert set(changed) == {"cod_act", "description_cod_act", "comment"}
        assert changed["comment"] <= changed["cod_act"] == changed["description_cod_act"]
        assert not any(row["cod_act"] in FORMS for row in late.values())

    def test_an_open_chat_grows(self) -> None:
        today = "2026-11-20T00:00:00", "2026-11-20T23:59:59"
        early = by_id(rows(simulated(NOON), "chat_2", *today))
        late = by_id(rows(simulated(), "chat_2", *today))
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
        for row in rows(sim, "chat_1"):
            total[row["agent_id"]] += 1
            time[row["agent_id"]] += seconds(row["chat_duration"])
            names[row["agent_id"]] = row["agent_name"]
        found = {row["agent_id"]: row for row in rows(sim, "chat_16")}
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
        for row in rows(sim, "chat_1"):
            assert re.fullmatch(r"\d+\.\d{6}\.\d{10}\.\d+", row["conn_id"])
            assert row["agent_id"] in known["agent_id"]
            assert row["skill_id"] in known["skill_id"]
            assert row["channel"] in known["channel"]
            assert row["cod_act"] in known["cod_act"] | set(FORMS)

    def test_messages_hold_all_kinds_of_text(self) -> None:
        found = rows(simulated(), "chat_2")
        assert {len(row["conversation"]) for row in found} == {1, 2, 3, 4, 5, 6}
        texts = {each["message"] for row in found for each in row["conversation"]}
        for part in ("ñ", "🙏", "<b>", "data:image/png;base64,"):
            assert any(part in text for text in texts)


class TestBots:
    def test_a_session_is_one_customer_for_some_minutes(self) -> None:
        sim = simulated()
        points = {row["rp_id"] for row in sim.rows("information", "routing_points")}
        sessions = defaultdict(list)
        found = rows(sim, "diagram_9")
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
        chats = by_id(rows(sim, "chat_2", "2026-11-17T00:00:00"))
        reached = [row for row in rows(sim, "diagram_9") if row["conn_id"] != "0"]
        assert reached
        for row in reached:
            assert chats[row["conn_id"]]["customer_name"] == row["customer_name"]

    def test_a_burst_comes_on_top_and_evenly(self) -> None:
        burst = Burst(at("2026-11-18T09:30"), at("2026-11-18T11:30"), exchanges=20_000)
        with simulated(bursts=[burst]) as sim:
            many = rows(sim, "diagram_9", "2026-11-18T09:30:00", "2026-11-18T11:29:59")
            _, content = ask(sim, "diagram_9")
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
        assert len(rows(sim, "diagram_9")) == 7
        assert not rows(sim, "chat_1")


class TestAuditLog:
    def test_some_rows_are_there_twice_in_a_second(self) -> None:
        found = rows(simulated(), "audit_log")
        counts = Counter(tuple(row.values()) for row in found)
        assert set(counts.values()) == {1, 2}
        assert 150 < len(found) < 250

    def test_the_api_is_in_it(self) -> None:
        found = rows(simulated(), "audit_log")
        assert any("has been consumed" in row["action"] for row in found)
        assert all(re.fullmatch(r"203\.0\.113\.\d+", row["ip"]) for row in found)
