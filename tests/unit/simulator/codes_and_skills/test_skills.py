"""Reports of skills."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pytest

from tests.support.reports_of import (
    BOTH_DAYS,
    DAY,
    rows,
    seconds,
    total,
)
from tests.support.truth import LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator import Simulator
    from tests.simulator.endpoints.common.answers import Row

from tests.unit.simulator.codes_and_skills.common import by, each_range, share, voice

LEVELS = ("skill_1", "skill_3", "skill_4_1", "skill_4_2", "skill_6", "skill_8", "skill_9",
          "skill_11")  # fmt: skip
MERGED = ("skill_4", "skill_4_1", "skill_4_2", "skill_5")
"""They merge all skills into one if asked for all."""

SUMS = ("inbound_calls", "answer_calls", "abandon_calls")


def mean(waits: list[int]) -> str:
    return str(round(sum(waits) / len(waits)) if waits else 0)


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
