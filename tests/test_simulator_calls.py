"""What the simulator reports of calls and agents: rows as documented, of one world."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.simulator import Simulator
from tests.simulator.operation import Burst

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator.answers import Row

at = datetime.fromisoformat
NOON = at("2026-11-20T12:00")
DAY = ("20261119000000", "20261119235959")
TODAY = ("20261120000000", "20261120235959")
ALL = {"campaign_id": "all", "skill_id": "all"}

# With a date of their own, by which a range can be cut.
DATED = {
    "cdr_1": "date",
    "agent_7": "login",
    "agent_14": "date_ini",
    "campaign_7": "date",
    "diagram_1": "date",
}
APIS = (*DATED, "campaign_3", "agent_1", "agent_3", "agent_6", "agent_8", "skill_4", "skill_5",
        "skill_7")  # fmt: skip
BY_RANGE = pytest.mark.parametrize("api", APIS)
LISTED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "endpoints.json").read_text(encoding="utf-8")
)
FIELDS = {each["api"]: each["fields"] for each in LISTED if each["file"] == "reports_manager"}
FIELDS["skill_4"] = [*FIELDS["skill_4"], "att", "acw"]
MISSING = {"", " ", "-", "--"}
CODED = ("cod_act", "description_cod_act", "cod_act_2", "description_cod_act_2", "comment")


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)


def rows(sim: Simulator, api: str, days: tuple[str, str] = DAY, **asked: str) -> list[Row]:
    begin, end = days
    return sim.rows("reports_manager", api, date_ini=begin, date_end=end, **(ALL | asked))


def ask(sim: Simulator, api: str, begin: str, end: str, **asked: str) -> tuple[int, Any]:
    """Ask over HTTP; returns status and content."""
    query = urlencode({"api": api, "date_ini": begin, "date_end": end, **ALL, **asked})
    request = urllib.request.Request(
        f"{sim.url}/reports_manager.php?{query}", headers={"wolkvox-token": sim.token}
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


@BY_RANGE
def test_rows_have_the_documented_fields_and_are_text(sim: Simulator, api: str) -> None:
    found = rows(sim, api)
    assert found
    for row in found:
        assert list(row) == FIELDS[api]
        assert all(isinstance(value, str) for value in row.values())


@BY_RANGE
def test_an_answer_is_an_envelope(api: str) -> None:
    with Simulator(seed=1, now=NOON) as sim:
        status, content = ask(sim, api, *DAY)
        truth = rows(sim, api)
    assert (status, content["code"], content["data"]) == (200, 200, truth)
    current = "Information found for the current month"
    assert content["msg"] == (current if api == "agent_1" else f"{len(truth)} records were found")


@BY_RANGE
@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("20261020000000", "20261120000000"),
        ("20261119235959", "20261119000000"),
        ("2026111900000", "20261119235959"),
        ("20261119", "20261120"),
    ],
)
def test_ranges_that_are_none_or_too_long_are_refused_alike(api: str, begin: str, end: str) -> None:
    with Simulator(seed=1, now=NOON, pace=0.05) as sim:
        status, content = ask(sim, api, begin, end)
    assert (status, content["msg"]) == (404, "Validate dates entered")
    assert "data" not in content


@BY_RANGE
def test_the_longest_range_is_answered(api: str) -> None:
    begin, end = ("20261020000000", "20261119235959") if api != "skill_5" else DAY
    with Simulator(seed=1, now=NOON, pace=0.05) as sim:
        assert ask(sim, api, begin, end)[0] == 200
        if api == "skill_5":
            assert ask(sim, api, begin, TODAY[0])[0] == 404


@BY_RANGE
def test_without_pace_nothing_happens(api: str) -> None:
    with Simulator(seed=1, now=NOON, pace=0) as sim:
        status, content = ask(sim, api, *DAY)
    assert (status, content["msg"]) == (404, "Validate dates entered")


@BY_RANGE
def test_a_missing_parameter_is_refused(api: str) -> None:
    kind = api.partition("_")[0]
    needed = (
        "date_ini",
        "date_end",
        *(f"{each}_id" for each in ("skill", "campaign") if each == kind),
    )
    with Simulator(seed=1, now=NOON, pace=0.05) as sim:
        for name in needed:
            status, content = ask(sim, api, *DAY, **{name: ""})
            assert (status, content["msg"]) == (400, "SOME PARAMETERS ARE REQUIRED")


def test_little_pace_is_some_calls_an_hour() -> None:
    sim = Simulator(seed=1, now=NOON, pace=0.05)
    assert 10 < len(rows(sim, "cdr_1")) < 24 * 4


class TestRanges:
    @pytest.mark.parametrize("api", DATED)
    @pytest.mark.parametrize("end", ["20261118142233", "20261118235959"])
    def test_two_ranges_that_touch_give_what_both_give(
        self, sim: Simulator, api: str, end: str
    ) -> None:
        after = f"{datetime.strptime(end, '%Y%m%d%H%M%S') + timedelta(seconds=1):%Y%m%d%H%M%S}"  # noqa: DTZ007
        whole = rows(sim, api, ("20261118000000", DAY[1]))
        parts = rows(sim, api, ("20261118000000", end)), rows(sim, api, (after, DAY[1]))
        assert all(parts)
        assert [*parts[0], *parts[1]] == whole

    @pytest.mark.parametrize("api", DATED)
    def test_rows_lie_in_the_range_oldest_first(self, sim: Simulator, api: str) -> None:
        dates = [row[DATED[api]] for row in rows(sim, api)]
        assert dates == sorted(dates)
        assert {date[:10] for date in dates} == {"2026-11-19"}

    @pytest.mark.parametrize("api", [*DATED, "campaign_3"])
    def test_no_row_is_there_twice(self, api: str) -> None:
        sim = Simulator(seed=1, now=NOON, pace=4)
        [key] = [each["natural_key"] for each in LISTED if each["api"] == api]
        found = rows(sim, api, ("20261113000000", DAY[1]))
        assert max(Counter(tuple(row[name] for name in key) for row in found).values()) == 1

    @BY_RANGE
    def test_another_asks_and_is_told_the_same(self, sim: Simulator, api: str) -> None:
        other = Simulator(seed=1, now=NOON)
        rows(other, "skill_7", ("20261119100000", "20261119110000"))
        assert rows(other, api) == rows(sim, api)
        assert rows(Simulator(seed=2, now=NOON), api) != rows(sim, api)

    @pytest.mark.parametrize("zone", ["America/Santiago", "Asia/Kolkata", "Europe/Madrid"])
    def test_dates_are_local(self, zone: str) -> None:
        sim = Simulator(seed=1, now=NOON, timezone=zone)
        for api, column in DATED.items():
            assert {row[column][:10] for row in rows(sim, api)} == {"2026-11-19"}
        assert total(rows(sim, "agent_8"), "calls") == len(rows(sim, "cdr_1"))
        assert total(rows(sim, "agent_8"), "login_time") == total(
            rows(sim, "agent_7"), "login_time"
        )


class TestOneWorld:
    def test_ids_are_those_of_the_catalogues(self, sim: Simulator) -> None:
        def known(api: str, column: str) -> set[str]:
            return {row[column] for row in sim.rows("information", api)} | MISSING

        calls = rows(sim, "cdr_1")
        for column, catalogue, name in (
            ("agent_id", "agents", "agent_id"),
            ("skill_id", "skills", "skill_id"),
            ("campaign_id", "campaigns", "campaign_id"),
            ("cod_act", "activity_codes", "cod_act"),
            ("cod_act_2", "activity_codes", "cod_act"),
        ):
            assert {row[column] for row in calls} <= known(catalogue, name)
        points = {row["rp_id"]: row["rp_name"] for row in sim.rows("information", "routing_points")}
        assert all(points[row["rp_id"]] == row["rp_name"] for row in rows(sim, "diagram_1"))

    def test_calls_are_those_of_the_feed_of_the_last_minutes(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        seen = [row for row in sim.rows("real_time", "calls_last_10") if row["result"] == "ANSWER"]
        sim.clock.advance(timedelta(hours=1))
        told = {(row["conn_id"], row["date"]): row for row in rows(sim, "cdr_1", TODAY)}
        assert seen
        for row in seen:
            same = told[row["conn_id"], row["date"]]
            assert same["customer_id"] == row["customer_id"]
            assert same["type_interaction"] == row["type_interaction"]

    def test_calls_add_up_to_what_agents_did(self, sim: Simulator) -> None:
        for days in (DAY, TODAY, ("20261118093000", "20261119101500")):
            calls = rows(sim, "cdr_1", days)
            for row in rows(sim, "agent_1", days):
                mine = [call for call in calls if call["agent_id"] == row["agent_id"]]
                sides = {
                    "inbound": ("inbound", "conference", "transfer"),
                    "outbound": ("out_pre", "outbound_ma"),
                    "internal": ("internal call",),
                }
                assert row["calls"] == str(len(mine))
                for side, types in sides.items():
                    of_side = [call for call in mine if call["type_interaction"] in types]
                    assert row[side] == str(len(of_side))
                    if side != "internal":
                        assert seconds(row[f"{side}_time"]) == total(of_side, "time_seg")
            assert total(rows(sim, "agent_1", days), "calls") == len(calls)

    @pytest.mark.parametrize("days", [DAY, TODAY, ("20261118093000", "20261119101530")])
    def test_hours_add_up_to_the_range(self, sim: Simulator, days: tuple[str, str]) -> None:
        columns = ("calls", "inbound", "outbound", "internal", "inbound_time", "outbound_time",
                   "acw_time", "ring_time", "login_time", "aux_time")  # fmt: skip
        by_hour = rows(sim, "agent_8", days)
        for row in rows(sim, "agent_1", days):
            mine = [each for each in by_hour if each["agent_id"] == row["agent_id"]]
            assert {column: total(mine, column) for column in columns} == {
                column: total([row], column) for column in columns
            }
        for row in rows(sim, "agent_6", days):
            same = [each for each in by_hour if each["hour"] == row["hour"]]
            assert all(total(same, column) == total([row], column) for column in columns)

    def test_states_add_up_to_calls_and_breaks(self, sim: Simulator) -> None:
        states = rows(sim, "agent_14")
        talks = {(row["agent_id"], row["conn_id"]): row for row in states
                 if row["agent_status"] == "TALK"}  # fmt: skip
        for call in rows(sim, "cdr_1", ("20261119010000", "20261119230000")):
            row = talks[call["agent_id"], call["conn_id"]]
            assert seconds(row["time"]) == int(call["time_seg"])
            assert row["destinity"] == call["destiny"]
        breaks = Counter[tuple[str, str]]()
        for row in states:
            if row["agent_status"] not in {"RING", "TALK", "ACW"}:
                breaks[row["agent_id"], row["agent_status"]] += seconds(row["time"])
                assert row["conn_id"] in MISSING
        told = rows(sim, "agent_3")
        assert {(row["agent_id"], row["aux_state"]): seconds(row["time"]) for row in told} == breaks
        assert total(told, "time") == total(rows(sim, "agent_1"), "aux_time")

    def test_skills_add_up_to_the_calls(self, sim: Simulator) -> None:
        by_day = rows(sim, "skill_7")
        answered = Counter(
            (row["skill_id"], str(int(row["date"][11:13])))
            for row in rows(sim, "cdr_1")
            if row["type_interaction"] == "inbound"
        )
        assert answered == {
            (row["skill_id"], row["hour"]): int(row["answer_calls"])
            for row in by_day
            if row["answer_calls"] != "0"
        }
        for api in ("skill_4", "skill_5"):
            assert [row["inbound_calls"] for row in rows(sim, api)] == [
                row["inbound_calls"] for row in by_day
            ]
        both = rows(sim, "skill_7", ("20261118000000", DAY[1]))
        assert total(both, "inbound_calls") == total(
            rows(sim, "skill_4", ("20261118000000", DAY[1])), "inbound_calls"
        )

    def test_every_inbound_call_went_through_one_to_three_steps(self, sim: Simulator) -> None:
        steps = Counter(row["conn_id"] for row in rows(sim, "diagram_1"))
        wide = ("20261119010000", "20261119230000")
        inbound = {row["conn_id"] for row in rows(sim, "cdr_1", wide)
                   if row["type_interaction"] == "inbound"}  # fmt: skip
        assert inbound <= set(steps)
        assert set(steps.values()) == {1, 2, 3}

    def test_legs_share_an_id(self, sim: Simulator) -> None:
        legs: dict[str, list[Row]] = {}
        for row in rows(sim, "cdr_1"):
            legs.setdefault(row["conn_id"], []).append(row)
        several = [each for each in legs.values() if len(each) > 1]
        assert several
        for first, second in several:
            assert second["type_interaction"] == "transfer"
            assert second["date"] > first["date"]
            assert second["agent_id"] != first["agent_id"]

    @pytest.mark.parametrize(
        ("api", "parameter", "column"),
        [
            ("agent_1", "agent_id", "agent_id"),
            ("campaign_3", "campaign_id", "campaign_id"),
            ("campaign_7", "campaign_id", "campaign_id"),
            ("skill_4", "skill_id", "skill_id"),
            ("skill_5", "skill_id", "skill_id"),
            ("skill_7", "skill_id", "skill_id"),
            ("diagram_1", "customer_id", "customer_id"),
        ],
    )
    def test_one_of_them_can_be_asked_for(
        self, sim: Simulator, api: str, parameter: str, column: str
    ) -> None:
        every = rows(sim, api)
        for wanted in {every[0][column], every[-1][column]}:
            some = [row for row in every if row[column] == wanted]
            assert rows(sim, api, DAY, **{parameter: wanted}) == some
        assert rows(sim, api, DAY, **{parameter: "nobody"}) == []


class TestSessions:
    def test_a_day_has_at_most_two_for_an_agent(self, sim: Simulator) -> None:
        sessions = rows(sim, "agent_7", ("20261101000000", DAY[1]))
        counts = Counter((row["agent_id"], row["date"]) for row in sessions)
        assert set(counts.values()) == {1, 2}
        for row in sessions:
            assert row["login"][:10] == row["logout"][:10] == row["date"]
            assert row["logout"][11:] <= "23:50:00"
            assert at(row["logout"]) - at(row["login"]) == timedelta(
                seconds=seconds(row["login_time"])
            )

    def test_some_agents_are_off_on_sundays(self, sim: Simulator) -> None:
        sunday = rows(sim, "agent_7", ("20261115000000", "20261115235959"))
        assert 0 < len({row["agent_id"] for row in sunday}) < 32
        assert len({row["agent_id"] for row in rows(sim, "agent_7")}) == 32

    def test_what_lasts_has_no_end_yet(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        for api, begin, end, lasted in (
            ("agent_7", "login", "logout", "login_time"),
            ("agent_14", "date_ini", "date_end", "time"),
        ):
            open_ = [row for row in rows(sim, api, TODAY) if row[end] == "-"]
            assert open_
            for row in open_:
                age = at("2026-11-20T11:50:00") - at(row[begin])
                assert seconds(row[lasted]) == age.total_seconds()
        assert any(row["logout"] == "-" for row in rows(sim, "agent_1", TODAY))
        sim.clock.advance(timedelta(days=1))
        assert all(row["logout"] != "-" for row in rows(sim, "agent_7", TODAY))
        assert all(row["date_end"] != "-" for row in rows(sim, "agent_14", TODAY))

    def test_an_agent_has_all_hours_of_a_day(self, sim: Simulator) -> None:
        hours: dict[str, list[str]] = {}
        for row in rows(sim, "agent_8", ("20261119100000", "20261119103000")):
            hours.setdefault(row["agent_id"], []).append(row["hour"])
            assert row["calls"] == "0" or row["hour"] == "10:00"
            assert seconds(row["login_time"]) <= 1801
        assert len(hours) == 32
        assert all(each == [f"{hour:02}:00" for hour in range(24)] for each in hours.values())


class TestLater:
    def test_codes_come_later_and_change_nothing_else(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        before = rows(sim, "cdr_1")
        sim.clock.advance(timedelta(hours=45))
        after = rows(sim, "cdr_1")
        changed = [
            {name for name in row if row[name] != later[name]}
            for row, later in zip(before, after, strict=True)
        ]
        assert set().union(*changed) == set(CODED)
        assert 0.02 < sum(map(bool, changed)) / len(before) < 0.2
        for row, later in zip(before, after, strict=True):
            assert row["cod_act"] == later["cod_act"] or row["cod_act"] in MISSING
            assert later["cod_act"] not in MISSING
        sim.clock.advance(timedelta(days=30))
        assert rows(sim, "cdr_1") == after

    @pytest.mark.parametrize("lag", [timedelta(), timedelta(minutes=10), timedelta(hours=5)])
    def test_nothing_is_newer_than_the_lag(self, lag: timedelta) -> None:
        sim = Simulator(seed=1, now=NOON, lag=lag)
        known = f"{NOON - lag}"
        for api, column in DATED.items():
            newest = max(row[column] for row in rows(sim, api, TODAY))
            assert newest <= known
        for row in rows(sim, "cdr_1", TODAY):
            assert f"{at(row['date']) + timedelta(seconds=int(row['time_seg']))}" <= known
        for row in rows(sim, "agent_14", TODAY):
            assert row["date_end"] <= known
        later = rows(sim, "cdr_1", TODAY)
        sim.clock.advance(timedelta(minutes=20))
        assert len(rows(sim, "cdr_1", TODAY)) > len(later)
        assert rows(sim, "cdr_1", ("20261121000000", "20261121235959")) == []


class TestCampaigns:
    MONTH = ("20261020000000", "20261119235959")

    def test_an_attempt_is_there_if_its_record_was_loaded_in_the_range(
        self, sim: Simulator
    ) -> None:
        wide = [row for row in rows(sim, "campaign_3", self.MONTH) if "2026-11-19" in row["date"]]
        narrow = rows(sim, "campaign_3")
        connected = {row["conn_id"] for row in rows(sim, "cdr_1")
                     if row["type_interaction"] == "out_pre"}  # fmt: skip
        answered = {row["conn_id"] for row in wide if row["result"] == "answer"}
        assert all(row in wide for row in narrow)
        assert 0 < len(narrow) < len(wide) / 10
        assert answered < connected
        assert 0.8 < len(answered) / len(connected) < 0.97

    def test_attempts_without_a_call_have_no_id(self, sim: Simulator) -> None:
        found = rows(sim, "campaign_3", self.MONTH)
        assert {row["result"] for row in found} == {
            "abandon", "answer", "answer-machine", "busy", "congestion", "failed", "no-answer",
        }  # fmt: skip
        for row in found:
            assert (row["conn_id"] in MISSING) == (row["result"] != "answer")

    def test_attempts_are_of_records_of_predictive_campaigns(self, sim: Simulator) -> None:
        predictive = {row["campaign_id"] for row in sim.rows("information", "campaigns")
                      if row["type_campaign"] == "predictive"}  # fmt: skip
        for row in rows(sim, "campaign_3"):
            assert row["campaign_id"] in predictive
            records = sim.rows("campaign", "campaign_15", campaign_id=row["campaign_id"])
            [record] = [each for each in records if each["id_cliente"] == row["customer_id"]]
            assert record["opt3"] == row["opt3"]
            assert record["tipo_doc"] == row["id_type"]

    @pytest.mark.parametrize(
        ("zone", "behind"), [("America/Bogota", 0), ("America/Santiago", 2), ("Asia/Tokyo", 14)]
    )
    def test_attempts_are_dated_in_one_zone_everywhere(self, zone: str, behind: int) -> None:
        sim = Simulator(seed=1, now=NOON, timezone=zone)
        local = {(row["conn_id"], row["type_interaction"]): at(row["date"])
                 for row in rows(sim, "cdr_1", self.MONTH)}  # fmt: skip
        found = [row for row in rows(sim, "campaign_3", self.MONTH) if row["result"] == "answer"]
        assert found
        for row in found:
            date = local[row["conn_id"], "out_pre"]
            assert at(row["date"]) == date - timedelta(hours=behind)

    def test_somebody_or_something_answered(self, sim: Simulator) -> None:
        results = Counter(row["result"] for row in rows(sim, "campaign_7"))
        assert set(results) == {"human", "machine"}
        assert results["human"] == sum(
            row["type_interaction"] == "out_pre" for row in rows(sim, "cdr_1")
        )


class TestBursts:
    @pytest.mark.parametrize("pace", [0, 1])
    def test_it_comes_on_top_evenly(self, pace: int) -> None:
        burst = Burst(at("2026-11-19T09:20"), at("2026-11-19T11:20"), calls=3600)
        usual = rows(Simulator(seed=1, now=NOON, pace=pace), "cdr_1")
        both = rows(Simulator(seed=1, now=NOON, pace=pace, bursts=[burst]), "cdr_1")
        known = {(row["conn_id"], row["date"]) for row in usual}
        added = [row for row in both if (row["conn_id"], row["date"]) not in known]
        assert [row for row in both if (row["conn_id"], row["date"]) in known] == usual
        assert len(added) == 3600
        minutes = Counter(row["date"][:16] for row in added)
        assert (min(minutes), max(minutes)) == ("2026-11-19 09:20", "2026-11-19 11:19")
        assert set(minutes.values()) == {30}
        assert {row["type_interaction"] for row in added} == {"inbound"}
        assert len({row["conn_id"] for row in added}) == 3600

    def test_it_is_at_the_moments_that_are_said(self) -> None:
        begin = at("2026-11-19T15:00+00:00")
        burst = Burst(begin, begin + timedelta(seconds=7), calls=500)
        sim = Simulator(seed=1, now=NOON, pace=0, bursts=[burst, burst])
        dates = [row["date"] for row in rows(sim, "cdr_1")]
        assert len(dates) == 1000
        assert (dates[0], dates[-1]) == ("2026-11-19 10:00:00", "2026-11-19 10:00:06")
        assert total(rows(sim, "skill_7"), "inbound_calls") == 1000
