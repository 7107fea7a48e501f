"""What the simulator reports of agents: one by one, added up, and once more as `customer`."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.simulator import Simulator
from tests.simulator.missing import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator.answers import Row

at = datetime.fromisoformat
NOON = at("2026-11-20T12:00")
DAY = ("20261119000000", "20261119235959")
TODAY = ("20261120000000", "20261120235959")
TWO_DAYS = ("20261118000000", "20261119235959")
WEEK = ("20261113000000", DAY[1])
MONTH = ("20261020000000", "20261119235959")
AGENT = "2008"

# With a date of their own, by which a range can be cut.
EVENTS = {
    "agent_2": "date_ini",
    "agent_10": "date",
    "agent_13": "date",
    "agent_13_1": "date",
    "agent_15": "date_preview",
    "agents_detail": "date",
    "cdr_calls": "date",
    "skills_detail": "date",
}
BY_DAY = ("agent_8_1", "agents_statustime")
OVER_RANGE = ("agent_4", "agent_5", "agent_9", "agent_11", "agent_12", "agent_16")
APIS = (*EVENTS, *BY_DAY, *OVER_RANGE)
NESTED = {"agent_5": "status_x_hour", "agent_11": "agents"}
TEXT_CODES = {"agent_13_1", "agent_15", "agent_16"}

LISTED: dict[str, dict[str, Any]] = {
    each["api"]: each
    for each in json.loads((Path(__file__).parent / "endpoints.json").read_text(encoding="utf-8"))
    if each["file"] == "customer" or each["api"].startswith("agent_")
}
FILES = {api: LISTED[api]["file"] for api in APIS}

COUNTS = ("calls", "inbound", "outbound", "internal")
TIMES = ("inbound_time", "outbound_time", "acw_time", "ring_time", "login_time", "aux_time")
COLUMNS = (*COUNTS, *TIMES)
COUNT, CLOCK, SHARE, DATE = r"\d+", r"\d\d+:\d\d:\d\d", r"[\d,]+\.\d\d %", r"\d{4}-\d\d-\d\d"
MOMENT = rf"{DATE} \d\d:\d\d:\d\d"
PHASES = ("ready", "talk", "not_ready_acw", "auxiliary_times", "ring")
FORMATS = {
    **dict.fromkeys((*COUNTS, "calls_inbound", "calls_outbound", "calls_internal"), COUNT),
    **dict.fromkeys(("hits", "rpc", "count", "transfer_calls", "conference_calls"), COUNT),
    **dict.fromkeys(("duration", "talk_time", "wait_time"), COUNT),
    **dict.fromkeys((f"calls_ans_{level}" for level in (10, 20, 30, 40, 50)), "[01]"),
    **dict.fromkeys((*TIMES, "ready_time", "aht", "aht_inbound", "aht_outbound", "time"), CLOCK),
    **dict.fromkeys(("hold_time", "mute_time", "total_time", "total_duration"), CLOCK),
    **dict.fromkeys(("time_preview", *PHASES), CLOCK),
    **dict.fromkeys(("occupancy", "preview_percent"), SHARE),
    **dict.fromkeys(("date_ini", "date_preview"), MOMENT),
    "date": rf"{MOMENT}|{DATE}",
    "date_end": rf"{MOMENT}|-",
    "hour": r"([01]\d|2[0-3]):(00|30)",
    "telephone_costs": r"\d+\.\d\d",
    "month": "1?[0-9]",
    "day_of_week": "[1-7]",
    **dict.fromkeys(("hit", "screecbox", "screen_recording"), "yes|no"),
    "abandon": "no|--",
    **dict.fromkeys(("hung_up", "hang_up"), "agent|customer"),
    "skill_result": "ANSWER|ABANDON",
    "type_action": "hold|mute",
}
MAY_BE_MISSING = {
    "skill", "skill_id", "campaign_id", "cod_act", "cod_act_2", "description_cod_act",
    "description_cod_act_2", "comment", "conn_id", "type_interaction", "destiny", "telephone",
    "destiny_agent_id", "destiny_agent_name", "dnis", "ring", "abandon", "agent_id", "agent_name",
    "date_end",
}  # fmt: skip
CHANGES_LATER = {
    "agent_2": {"time", "date_end"},
    "agent_15": {"not_ready_acw", "total_duration", "preview_percent"},
    "agents_detail": {"cod_act", "cod_act_2", "comment"},
    "cdr_calls": {"cod_act", "cod_act_2", "description_cod_act", "description_cod_act_2", "hit"},
}
ZONES = ["America/Bogota", "America/New_York", "Asia/Kolkata"]

each_api = pytest.mark.parametrize("api", APIS)
each_event = pytest.mark.parametrize("api", EVENTS)
days_of = pytest.mark.parametrize("days", [DAY, TODAY, ("20261118093000", "20261119101530")])


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)


@pytest.fixture(scope="module")
def little() -> Simulator:
    return Simulator(seed=1, now=NOON, pace=0.05)


def asked(api: str, days: tuple[str, str], **more: str) -> dict[str, str]:
    agent = {"agent_id": AGENT} if api == "agent_2" else {}
    return {"date_ini": days[0], "date_end": days[1], **agent, **more}


def rows(sim: Simulator, api: str, days: tuple[str, str] = DAY, **more: str) -> list[Row]:
    return sim.rows(FILES.get(api, "reports_manager"), api, **asked(api, days, **more))


def flat(sim: Simulator, api: str, days: tuple[str, str] = DAY) -> list[Row]:
    """The rows, those of nested lists taken apart."""
    inner = NESTED.get(api)
    found = rows(sim, api, days)
    if inner is None:
        return found
    return [
        {name: value for name, value in row.items() if name != inner} | each
        for row in found
        for each in row[inner]
    ]


def ask(sim: Simulator, api: str, days: tuple[str, str] = DAY, **more: str) -> tuple[int, Any]:
    """Ask over HTTP; returns status and content."""
    query = urlencode({"api": api} | asked(api, days, **more))
    request = urllib.request.Request(
        f"{sim.url}/{FILES[api]}.php?{query}", headers={"wolkvox-token": sim.token}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def seconds(text: str) -> int:
    hours, minutes, rest = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + rest


def total(found: Iterable[Row], column: str) -> int:
    return sum(seconds(row[column]) if ":" in row[column] else int(row[column]) for row in found)


def share(text: str) -> float:
    return float(text.removesuffix(" %").replace(",", ""))


def totals(found: Iterable[Row], by: tuple[str, ...]) -> dict[tuple[str, ...], dict[str, int]]:
    """All that can be added up, by some columns; nothing for those who did nothing."""
    groups: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in found:
        groups[tuple(row[name] for name in by)].append(row)
    sums = {key: {name: total(each, name) for name in COLUMNS} for key, each in groups.items()}
    return {key: each for key, each in sums.items() if any(each.values())}


def texts(found: Iterable[Row]) -> Counter[str]:
    return Counter(json.dumps(row) for row in found)


class TestForm:
    @each_api
    def test_rows_have_the_documented_fields_and_are_text(self, sim: Simulator, api: str) -> None:
        found = flat(sim, api)
        assert found
        for row in found:
            assert list(row) == LISTED[api]["fields"]
            assert all(isinstance(value, str) for value in row.values())

    def test_lists_lie_in_rows_where_they_are_documented(self, sim: Simulator) -> None:
        assert {tuple(row) for row in rows(sim, "agent_5")} == {
            ("agent_name", "agent_id", "status_x_hour")
        }
        assert {tuple(row) for row in rows(sim, "agent_11")} == {("skill_name", "agents")}

    @each_api
    def test_values_are_written_as_documented(self, sim: Simulator, api: str) -> None:
        seen = set()
        for row in flat(sim, api, TWO_DAYS):
            for name, value in row.items():
                if value in FORMS:
                    assert name in MAY_BE_MISSING
                elif name == "ring" and api == "cdr_calls":
                    assert value.isdecimal()
                elif name in FORMATS:
                    assert re.fullmatch(FORMATS[name], value), (name, value)
                    seen.add(name)
        assert seen

    @each_api
    def test_no_two_rows_share_a_key(self, sim: Simulator, api: str) -> None:
        key = LISTED[api]["natural_key"]
        counts = Counter(tuple(row[name] for name in key) for row in flat(sim, api, WEEK))
        assert max(counts.values()) == 1

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

    @each_api
    def test_an_answer_counts_its_rows(self, little: Simulator, api: str) -> None:
        with Simulator(seed=1, now=NOON, pace=0.05) as served:
            status, content = ask(served, api, WEEK)
        truth = rows(little, api, WEEK)
        assert (status, content["data"]) == (200, truth)
        assert content["code"] == ("200" if api in TEXT_CODES else 200)
        assert content["msg"] == f"{len(truth)} records were found"

    @each_api
    def test_what_cannot_be_answered_is_refused(self, api: str) -> None:
        with Simulator(seed=1, now=NOON, pace=0.05) as served:
            for name in asked(api, DAY):
                status, content = ask(served, api, DAY, **{name: ""})
                assert (status, content["msg"]) == (400, "SOME PARAMETERS ARE REQUIRED")
            for days in (("20261019235959", MONTH[1]), DAY[::-1], ("20261119", "20261120")):
                status, content = ask(served, api, days)
                assert (status, content["msg"]) == (404, "Validate dates entered")

    @each_api
    def test_without_pace_nothing_happens(self, api: str) -> None:
        with Simulator(seed=1, now=NOON, pace=0) as served:
            status, content = ask(served, api)
        assert (status, content["msg"]) == (404, "Validate dates entered")
        assert "data" not in content

    @pytest.mark.parametrize("api", [*EVENTS, *OVER_RANGE])
    def test_a_little_pace_is_enough_for_some_rows(self, little: Simulator, api: str) -> None:
        assert len(flat(little, api, MONTH)) > 21


class TestRanges:
    @each_event
    @pytest.mark.parametrize("zone", ZONES)
    def test_touching_ranges_give_what_the_whole_gives(self, api: str, zone: str) -> None:
        # In New York the hour from 1 to 2 comes twice on the first.
        sim = Simulator(seed=1, now=NOON, timezone=zone)
        whole = rows(sim, api, ("20261031221705", "20261102030405"))
        cuts = [at("2026-10-31T22:17:05"), at("2026-11-01T01:31:08"), at("2026-11-01T14:22:34"),
                at("2026-11-02T03:04:06")]  # fmt: skip
        parts = [
            rows(sim, api, (f"{begin:%Y%m%d%H%M%S}", f"{end - timedelta(seconds=1):%Y%m%d%H%M%S}"))
            for begin, end in pairwise(cuts)
        ]
        assert len(whole) > 5
        assert sum(map(texts, parts), Counter()) == texts(whole)

    @each_event
    def test_both_ends_are_in_the_range(self, sim: Simulator, api: str) -> None:
        for row in rows(sim, api)[:20]:
            second = f"{at(row[EVENTS[api]]):%Y%m%d%H%M%S}"
            assert row in rows(sim, api, (second, second))

    @each_event
    def test_rows_lie_in_the_range_oldest_first(self, sim: Simulator, api: str) -> None:
        dates = [row[EVENTS[api]] for row in rows(sim, api)]
        assert dates == sorted(dates)
        assert {date[:10] for date in dates} == {"2026-11-19"}

    @pytest.mark.parametrize("api", BY_DAY)
    def test_a_day_is_the_same_in_a_wider_range(self, sim: Simulator, api: str) -> None:
        both = rows(sim, api, TWO_DAYS)
        assert [row for row in both if row["date"] == "2026-11-19"] == rows(sim, api)
        assert {row["date"] for row in both} == {"2026-11-18", "2026-11-19"}

    @each_api
    def test_another_asks_and_is_told_the_same(self, sim: Simulator, api: str) -> None:
        other = Simulator(seed=1, now=NOON)
        rows(other, api, ("20261119100000", "20261119110000"))
        assert rows(other, api) == rows(sim, api)
        assert rows(Simulator(seed=2, now=NOON), api, agent_id="2015") != rows(sim, api)


class TestOneWorld:
    @each_api
    def test_ids_and_names_are_those_of_the_catalogues(self, sim: Simulator, api: str) -> None:
        world = sim.operation.world
        agents = {agent.id: agent for agent in world.agents}
        skills, codes = ({each.id for each in some} for some in (world.skills, world.codes))
        phones = {each.phone for each in world.customers}
        known = {
            "skill": skills,
            "skill_id": skills,
            "skill_name": {each.name for each in world.skills},
            "campaign_id": {each.id for each in world.campaigns},
            "cod_act": codes,
            "cod_act_2": codes,
            "customer_id": {each.id for each in world.customers},
            "telephone": phones,
            "ani": phones,
            "operation": {sim.operation.name},
        }
        for row in flat(sim, api):
            for name in known.keys() & row.keys():
                assert row[name] in known[name] | set(FORMS)
            for id_, name in (
                ("agent_id", "agent_name"),
                ("id_agent", "agent_name"),
                ("origin_agent_id", "origin_agent_name"),
                ("destiny_agent_id", "destiny_agent_name"),
            ):
                if name in row and row.get(id_, "") not in FORMS:
                    assert row[name] == agents[row[id_]].name
            if "agent_dni" in row:
                assert row["agent_dni"] == agents[row["agent_id"]].dni

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
        assert {row["conn_id"] in FORMS for row in mine} == {True, False}

    def test_customers_are_put_on_hold_while_they_talk(self, sim: Simulator) -> None:
        talks = {
            (row["conn_id"], row["agent_id"], row["type_interaction"]): row
            for row in rows(sim, "agent_14", TWO_DAYS)
            if row["agent_status"] == "TALK"
        }
        calls = {(row["conn_id"], row["agent_id"]): row for row in rows(sim, "cdr_1", TWO_DAYS)}
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
        for row in rows(sim, "cdr_1", TWO_DAYS):
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
            assert row["skill_id"] == ("-" if first["skill_id"] in FORMS else first["skill_id"])
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
        for row in rows(sim, "agent_14", TWO_DAYS):
            if row["type_interaction"] == "outbound_ma":
                states[row["conn_id"]][row["agent_status"]] = row
        found = rows(sim, "agent_15", TWO_DAYS)
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
            assert share(row["preview_percent"]) == pytest.approx(part, abs=0.006)
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
            if row["campaign_id"] not in FORMS
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
        found = flat(sim, "agent_5", days)
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


class TestCustomer:
    SAME: dict[str, dict[str, str]] = {  # noqa: RUF012  # read only
        "agents_detail": {
            "skill": "skill_id", "duration": "time_seg", "hung_up": "hang_up",
        },
        "cdr_calls": {
            "talk_time": "time_seg", "telephone_destination": "destiny",
            "telephone_costs": "cost",
        },
    }  # fmt: skip
    SIDES: dict[str, set[str]] = {  # noqa: RUF012  # read only
        "inbound": {"inbound", "conference", "transfer"},
        "outbound": {"out_pre", "outbound_ma"},
        "internal": {"internal call"},
    }

    @days_of
    @pytest.mark.parametrize("api", SAME)
    def test_calls_are_those_of_the_other_report(
        self, sim: Simulator, api: str, days: tuple[str, str]
    ) -> None:
        found, calls = rows(sim, api, days), rows(sim, "cdr_1", days)
        for row, call in zip(found, calls, strict=True):
            renamed = {self.SAME[api].get(name, name): value for name, value in row.items()}
            shared = renamed.keys() & call.keys()
            assert {"agent_id", "conn_id", "date", "cod_act", "telephone"} < shared
            assert {name: renamed[name] for name in shared} == {name: call[name] for name in shared}
            assert call["type_interaction"] in self.SIDES[row["type_call"]]

    def test_a_call_tells_its_day_and_hour(self, sim: Simulator) -> None:
        for row in rows(sim, "cdr_calls", TWO_DAYS):
            date = at(row["date"])
            assert (row["hour"], row["month"]) == (f"{date:%H}:00", "11")
            assert row["day_of_week"] == {18: "3", 19: "4"}[date.day]

    def test_what_says_nothing_of_a_call_is_two_dashes(self, sim: Simulator) -> None:
        found = rows(sim, "cdr_calls")
        rang = {
            (row["conn_id"], row["agent_id"]): seconds(row["time"])
            for row in rows(sim, "agent_14", TWO_DAYS)
            if row["agent_status"] == "RING"
        }
        for row in found:
            if row["skill_id"] in FORMS:
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
        talks = {(row["conn_id"], row["agent_id"]): row for row in rows(sim, "agent_14", TWO_DAYS)
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
            (row["date"], row["skill_id"], row["hour"]): row
            for row in rows(sim, "skill_7", days, skill_id="all")
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
                assert share(row[f"service_level_{level}seg"]) == pytest.approx(within, abs=0.006)

    def test_levels_follow_from_the_wait(self, sim: Simulator) -> None:
        found = rows(sim, "skills_detail")
        for row in found:
            answered = row["skill_result"] == "ANSWER"
            assert (row["agent_id"] in FORMS) == (row["agent_name"] in FORMS) == (not answered)
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
            chat, answered = closed[id_], closed[id_]["ASA"] not in FORMS
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
                assert row["dnis"] in FORMS
        assert {len(each) for each in lines.values()} == {1}
        assert len(set.union(*lines.values())) == len(lines)


class TestLater:
    @pytest.mark.parametrize("lag", [timedelta(minutes=10), timedelta(hours=5)])
    @each_event
    def test_nothing_is_newer_than_the_lag(self, api: str, lag: timedelta) -> None:
        sim = Simulator(seed=1, now=NOON, lag=lag)
        known = f"{NOON - lag}"
        found = rows(sim, api, TODAY)
        assert found
        assert max(row[EVENTS[api]] for row in found) <= known
        for row in found:
            lasted = row.get("time", "00:00:00")
            assert f"{at(row[EVENTS[api]]) + timedelta(seconds=seconds(lasted))}" <= known
        assert rows(sim, api, ("20261121000000", "20261121235959")) == []

    @pytest.mark.parametrize("api", [*BY_DAY, *OVER_RANGE])
    def test_sums_are_of_what_is_known(self, api: str) -> None:
        sim = Simulator(seed=1, now=NOON)
        before = rows(sim, api, TODAY)
        assert before == rows(sim, api, (TODAY[0], "20261120115000"))
        sim.clock.advance(timedelta(hours=2))
        assert rows(sim, api, TODAY) != before

    @each_event
    def test_rows_stay_but_for_what_comes_later(self, sim: Simulator, api: str) -> None:
        moment = _at_work_on_a_preview(sim) if api == "agent_15" else NOON
        days = (f"{moment:%Y%m%d}000000", f"{moment:%Y%m%d}235959")
        sim = Simulator(seed=1, now=moment)
        earlier = _of_everybody(sim, api, days)
        sim.clock.advance(timedelta(days=2))
        after = _of_everybody(sim, api, days)
        key = LISTED[api]["natural_key"]
        later = {tuple(row[name] for name in key): row for row in after}
        assert len(after) > len(earlier) > 0
        changed: set[str] = set()
        for row in earlier:
            now = later[tuple(row[name] for name in key)]
            changed |= {name for name in row if row[name] != now[name]}
        assert changed == CHANGES_LATER.get(api, set())
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
