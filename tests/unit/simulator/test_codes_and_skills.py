"""What the simulator reports of codes, costs and skills: sums and details of the same calls."""

from __future__ import annotations

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
    WEEK,
    counted,
    rows,
    seconds,
    total,
)
from tests.support.truth import LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.endpoints.common.answers import Row

at = datetime.fromisoformat

ODD = ("20261118093007", "20261119101530")

LEVELS = ("skill_1", "skill_3", "skill_4_1", "skill_4_2", "skill_6", "skill_8", "skill_9",
          "skill_11")  # fmt: skip
MERGED = ("skill_4", "skill_4_1", "skill_4_2", "skill_5")
"""They merge all skills into one if asked for all."""

SUMS = ("inbound_calls", "answer_calls", "abandon_calls")

each_group = pytest.mark.parametrize("group", ["cod_act1", "cod_act2"])
each_range = pytest.mark.parametrize("days", [DAY, TODAY, ODD])


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:,.2f} %"


def mean(waits: list[int]) -> str:
    return str(round(sum(waits) / len(waits)) if waits else 0)


def by(found: list[Row], column: str) -> dict[str, list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in found:
        groups[row[column]].append(row)
    return groups


def voice(found: list[Row]) -> list[Row]:
    return [row for row in found if row["type_interaction"] == "inbound"]


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


class TestLevels:
    @each_range
    def test_skills_add_up_their_hours(self, sim: Simulator, days: tuple[str, str]) -> None:
        hours = rows(sim, "skill_7", days)
        for api, key, same in (
            ("skill_1", ("skill_id",), SUMS),
            ("skill_3", ("skill_name", "date"), SUMS),
            ("skill_8", ("skill_id",), ("answer_calls",)),
            ("skill_9", ("skill_id",), ("abandon_calls",)),
        ):
            found = rows(sim, api, days)
            assert found
            assert {tuple(row[name] for name in key) for row in found} == {
                tuple(row[name] for name in key) for row in hours
            }
            for row in found:
                mine = [each for each in hours if all(each[name] == row[name] for name in key)]
                assert all(total([row], name) == total(mine, name) for name in same)
                assert row.get("skill_name", mine[0]["skill_name"]) == mine[0]["skill_name"]
                if api == "skill_3":
                    waits = sum(seconds(each["wait_time"]) for each in mine)
                    assert seconds(row["wait_time"]) == waits

    @pytest.mark.parametrize(("api", "minutes"), [("skill_4_1", "03"), ("skill_4_2", "012345")])
    @each_range
    def test_slots_add_up_to_their_hour(
        self, sim: Simulator, days: tuple[str, str], api: str, minutes: str
    ) -> None:
        found = rows(sim, api, days)
        assert {row["hour"][3:] for row in found} == {f"{ten}0" for ten in minutes}
        for row in rows(sim, "skill_4", days):
            mine = [each for each in found if each["hour"].startswith(f"{int(row['hour']):02}:")]
            assert all(total([row], name) == total(mine, name) for name in SUMS)
        assert total(found, "inbound_calls") == total(rows(sim, "skill_7", days), "inbound_calls")

    @pytest.mark.parametrize(
        ("api", "column", "of_call"),
        [
            ("skill_1", "skill_id", lambda row: row["skill_id"]),
            ("skill_3", "skill_name", lambda row: row["skill_name"]),
            ("skill_6", "dnis", lambda row: row["ani"]),
            ("skill_4_1", "hour", lambda row: f"{row['date'][11:14]}{_ten(row) // 3 * 3}0"),
            ("skill_4_2", "hour", lambda row: f"{row['date'][11:14]}{_ten(row)}0"),
            ("skill_11", "type_interaction", lambda row: row["type_interaction"]),
        ],
    )
    def test_levels_and_waits_are_those_of_the_details(
        self, sim: Simulator, api: str, column: str, of_call: Callable[[Row], str]
    ) -> None:
        # Of one skill where its id is in the key too.
        asked = {"skill_id": "6113"} if api.startswith("skill_4") else {}
        some = list if api == "skill_11" else voice
        answered, abandoned = defaultdict(list), defaultdict(list)
        for row in some(rows(sim, "skill_10", DAY, **asked)):
            answered[of_call(row)].append(int(row["answer_time"]))
        for row in some(rows(sim, "skill_2", DAY, **asked)):
            abandoned[of_call(row)].append(int(row["abandon_time"]))
        found = rows(sim, api, DAY, **asked)
        assert {row[column] for row in found} == {*answered, *abandoned}
        for row in found:
            waits, lost = answered[row[column]], abandoned[row[column]]
            every = len(waits) + len(lost)
            told = [row[name] for name in SUMS]
            assert told == [str(every), str(len(waits)), str(len(lost))]
            for level in (10, 20, 30):
                within = sum(each <= level for each in waits)
                assert row[f"service_level_{level}seg"] == share(within, every)
            assert row["abandon"] == share(len(lost), every)
            assert (row["asa"], row["ata"]) == (mean(waits), mean(lost))

    @pytest.mark.parametrize(
        ("api", "detail", "column"),
        [("skill_8", "skill_10", "answer_time"), ("skill_9", "skill_2", "abandon_time")],
    )
    def test_intervals_are_those_of_the_details(
        self, sim: Simulator, api: str, detail: str, column: str
    ) -> None:
        bounds = ((0, 10), (11, 20), (21, 30), (31, 40), (41, 50), (51, 10_000))
        calls = by(voice(rows(sim, detail)), "skill_id")
        for row in rows(sim, api):
            waits = [int(call[column]) for call in calls[row["skill_id"]]]
            assert [int(count) for count in list(row.values())[3:]] == [
                sum(low <= each <= high for each in waits) for low, high in bounds
            ]

    def test_handling_times_lie_between_those_of_the_hours(self, sim: Simulator) -> None:
        hours = [
            row
            for skill in ("6112", "6113")
            for row in rows(sim, "skill_4", skill_id=skill)
            if row["answer_calls"] != "0"
        ]
        names = {row["skill_id"]: row["skill_name"] for row in rows(sim, "skill_1")}
        by_day = {row["skill_name"]: seconds(row["aht"]) for row in rows(sim, "skill_3")}
        for skill, mine in by(hours, "skill_id").items():
            times = [seconds(row["aht"]) for row in mine]
            assert min(times) < by_day[names[skill]] < max(times)
        halves = {
            skill: [
                row for row in rows(sim, "skill_4_1", skill_id=skill) if row["answer_calls"] != "0"
            ]
            for skill in ("6112", "6113")
        }
        for hour in hours:
            times = [
                seconds(row["aht"])
                for row in halves[hour["skill_id"]]
                if int(row["hour"][:2]) == int(hour["hour"])
            ]
            assert min(times) <= seconds(hour["aht"]) <= max(times)

    @pytest.mark.parametrize("asked", ["40", "5", "0"])
    def test_a_level_of_ones_own_comes_last(self, sim: Simulator, asked: str) -> None:
        found = rows(sim, "skill_1", services_time=asked)
        waits = by(voice(rows(sim, "skill_10")), "skill_id")
        for row, usual in zip(found, rows(sim, "skill_1"), strict=True):
            within = sum(int(call["answer_time"]) <= int(asked) for call in waits[row["skill_id"]])
            level = share(within, int(row["inbound_calls"]))
            assert list(row.items()) == [*usual.items(), (f"service_level_{asked}seg", level)]

    @pytest.mark.parametrize("asked", ["10", "20", "30", "", "soon", "-5"])
    def test_a_level_that_is_there_or_is_none_is_not_added(
        self, sim: Simulator, asked: str
    ) -> None:
        assert rows(sim, "skill_1", services_time=asked) == rows(sim, "skill_1")


def _ten(row: Row) -> int:
    return int(row["date"][14])


class TestOneSkill:
    @pytest.mark.parametrize("api", ["skill_1", "skill_2", "skill_8", "skill_9", "skill_10"])
    def test_its_rows_are_some_of_all(self, sim: Simulator, api: str) -> None:
        every = by(rows(sim, api), "skill_id")
        assert len(every) == 7
        for skill, mine in every.items():
            assert rows(sim, api, skill_id=skill) == mine

    def test_days_of_one_are_some_of_all(self, sim: Simulator) -> None:
        names = {row["skill_id"]: row["skill_name"] for row in rows(sim, "skill_1")}
        every = by(rows(sim, "skill_3", BOTH_DAYS), "skill_name")
        assert len(every) == 7
        for skill, name in names.items():
            assert rows(sim, "skill_3", BOTH_DAYS, skill_id=skill) == every[name]

    @pytest.mark.parametrize("api", MERGED)
    def test_all_of_them_are_merged(self, sim: Simulator, api: str) -> None:
        added = Counter[tuple[str, str]]()
        hours = set()
        for skill in (row["skill_id"] for row in sim.rows("information", "skills")):
            mine = rows(sim, api, skill_id=skill)
            assert {row["skill_id"] for row in mine} == ({skill} if skill != "6118" else set())
            hours |= {row["hour"] for row in mine}
            for row in mine:
                added.update({(row["hour"], "inbound_calls"): int(row["inbound_calls"])})
        every = rows(sim, api)
        assert {row["skill_id"] for row in every} == {"ALL"}
        assert [row["hour"] for row in every] == sorted(hours, key=lambda hour: (len(hour), hour))
        assert added == {(row["hour"], "inbound_calls"): int(row["inbound_calls"]) for row in every}

    @pytest.mark.parametrize("api", MERGED)
    def test_hours_without_calls_are_left_out(self, sim: Simulator, api: str) -> None:
        whole, part = rows(sim, api), rows(sim, api, (DAY[0], "20261119095959"))
        assert 0 < len(part) < len(whole)
        assert all(int(row["inbound_calls"]) > 0 for row in whole)
        assert all(int(row["hour"].partition(":")[0]) < 10 for row in part)

    @pytest.mark.parametrize("api", ["skill_6", "skill_11"])
    def test_where_the_row_has_no_skill_they_add_up_to_all(self, sim: Simulator, api: str) -> None:
        key = LINES[api]["fields"][0]
        added = Counter[tuple[str, str]]()
        for skill in (row["skill_id"] for row in sim.rows("information", "skills")):
            mine = rows(sim, api, skill_id=skill)
            assert bool(mine) == (skill != "6118")
            for row in mine:
                added.update({(row[key], name): int(row[name]) for name in SUMS})
        assert added == {
            (row[key], name): int(row[name]) for row in rows(sim, api) for name in SUMS
        }

    @pytest.mark.parametrize("api", [*LEVELS, "skill_2", "skill_10"])
    def test_nobodys_has_none(self, sim: Simulator, api: str) -> None:
        assert rows(sim, api, skill_id="nobody") == []
