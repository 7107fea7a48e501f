"""What reports answer, over which range."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from tests.simulator import Months, Simulator
from tests.simulator.endpoints.common.endpoint import Forms
from tests.simulator.faults.queue import FaultQueue
from tests.simulator.http.api import Api
from tests.support.loops import for_each
from tests.support.reports_of import (
    BOTH_DAYS,
    DAY,
    MONTH,
    NOON,
    TODAY,
    ask,
    asked,
    counted,
    flat_rows,
    rows,
    seconds,
)
from tests.support.truth import BY_TWO_DATES, DIGITS, LINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.endpoints.common.answers import Row

    Told: TypeAlias = Callable[[str], list[Row]]

from tests.integration.simulator.reports.common import MOMENT, each_api, spelled

at = datetime.fromisoformat
TOMORROW = ("20261121000000", "20261121235959")
KNOWN = NOON - timedelta(minutes=10)

EVENTS = tuple(api for api, line in LINES.items() if line["kind"] == "event")
SUMS = tuple(api for api in LINES if api not in EVENTS)
BY_DAY = tuple(api for api in SUMS if "own_date" in LINES[api])
CUT_ANYWHERE = tuple(api for api in EVENTS if api != BY_TWO_DATES)
WITH_TIME = tuple(api for api in CUT_ANYWHERE if api != "detail")
"""Events that say at which second they lie in a range."""

# What says so where it is not their own date; see `moment` for chats.
GOES_BY = {"agent_7": "login", "campaign_9": "date"}

TEXT_CODES = {
    "agent_13_1", "agent_15", "agent_16", "agents_kpi", "campaign_10", "cdr_10", "cdr_11",
    "chat_12", "chat_13", "chat_14", "chat_15", "chat_16", "detail", "diagram_13", "diagram_14",
    "diagram_15", "get_notification", "skill_2", "speech_2", "speech_3", "speech_4",
    "speech_calls", "wizard_1", "wizard_2", "wizard_3",
}  # fmt: skip
BLANK = {"cdr_7", "cdr_8", "cdr_9", "speech_5"}
"""Both `code` and `msg` are."""
OTHER_WORDS = {"agent_1": "Information found for the current month"}

PARAMETERS = ("date_ini", "date_end", "agent_id", "campaign_id", "cod_act", "skill_id",
              "type_campaign")  # fmt: skip


@pytest.fixture(scope="module")
def little() -> Iterator[Simulator]:
    with Simulator(seed=1, now=NOON, pace=0.05) as running:
        yield running


@pytest.fixture(scope="module")
def idle() -> Iterator[Simulator]:
    with Simulator(seed=1, now=NOON, pace=0) as running:
        yield running


@pytest.fixture(scope="module")
def prompt() -> Simulator:
    return Simulator(seed=1, now=NOON, lag=timedelta())


@pytest.fixture(scope="module")
def slow() -> Simulator:
    return Simulator(seed=1, now=NOON, lag=timedelta(hours=5))


@pytest.fixture(scope="module")
def in_new_york() -> Simulator:
    return Simulator(seed=1, now=NOON, timezone="America/New_York")


@pytest.fixture(scope="module", params=["America/Bogota", "Asia/Kolkata", "Europe/Madrid"])
def anywhere(request: pytest.FixtureRequest) -> Simulator:
    return Simulator(seed=1, now=NOON, timezone=request.param)


def moment(api: str, row: Row) -> datetime:
    """When it was, as far as ranges are concerned."""
    if api == "chat_1":
        return at(row["date"]) + timedelta(seconds=seconds(row["chat_duration"]))
    if api == "chat_2":
        return min(at(message["date"]) for message in row["conversation"])
    return at(row[GOES_BY.get(api, LINES[api]["own_date"])])


def cut(begin: str, *ends: str) -> Iterator[tuple[str, str]]:
    """Ranges that touch, each with its last second."""
    for end in ends:
        yield begin, end
        last = datetime.strptime(end, DIGITS)  # noqa: DTZ007  # local, as rows are
        begin = f"{last + timedelta(seconds=1):{DIGITS}}"


class TestAnswers:
    @each_api
    def test_they_are_envelopes_that_count_their_rows(self, sim: Simulator, api: str) -> None:
        status, content = ask(sim, api)
        truth = sim.rows(LINES[api]["file"], api, **asked(api))
        if api == "cdr_4":
            content["data"] = [{"interval": name} | row for name, row in content["data"].items()]
        code = "" if api in BLANK else "200" if api in TEXT_CODES else 200
        msg = "" if api in BLANK else OTHER_WORDS.get(api, f"{len(truth)} records were found")
        assert status == 200
        assert content == {"code": code, "error": None, "msg": msg, "data": truth}

    @each_api
    def test_what_cannot_be_answered_is_refused(self, little: Simulator, api: str) -> None:
        longest = MONTH if LINES[api]["days"] == 31 else DAY
        a_second_more = (f"{at(longest[0][:8]) - timedelta(seconds=1):{DIGITS}}", longest[1])
        assert ask(little, api, longest)[0] == 200
        for days in (
            a_second_more,
            DAY[::-1],
            ("20261119", "20261120"),
            (DAY[0][:-1], DAY[1]),
            TOMORROW,
        ):
            status, content = ask(little, api, days)
            assert (status, content["msg"]) == (404, "Validate dates entered")
            assert "data" not in content
        # A test may ask for more, but not for what is no range.
        assert rows(little, api, a_second_more)
        assert not rows(little, api, DAY[::-1])

    @each_api
    def test_a_missing_parameter_is_refused(self, little: Simulator, api: str) -> None:
        for name in PARAMETERS:
            status, content = ask(little, api, DAY, **{name: ""})
            refused = (status, content["msg"]) == (400, "SOME PARAMETERS ARE REQUIRED")
            assert refused == (name in asked(api)), name

    @each_api
    def test_without_pace_nothing_happens(self, idle: Simulator, api: str) -> None:
        status, content = ask(idle, api)
        assert (status, content["msg"]) == (404, "Validate dates entered")
        assert "data" not in content

    @each_api
    def test_a_little_pace_is_enough_for_some_rows(self, little: Simulator, api: str) -> None:
        days = [at("2026-10-09") + timedelta(days=number) for number in range(42)]
        agents = [agent.id for agent in little.operation.world.agents]
        # One agent works on a day, another one every week.
        each = [{"agent_id": agent} for agent in agents] if api == "agent_2" else [{}]
        found = [
            any(
                rows(little, api, (f"{day:%Y%m%d}000000", f"{day:%Y%m%d}235959"), **more)
                for more in each
            )
            for day in days
        ]
        assert sum(found) >= 14


class TestRanges:
    @for_each("api", CUT_ANYWHERE)
    def test_touching_ranges_give_what_the_whole_gives(self, sim: Simulator, api: str) -> None:
        whole = rows(sim, api, BOTH_DAYS)
        ends = ["20261118091703", "20261118142233", "20261118235959", DAY[1]]
        if api in WITH_TIME:
            second = moment(api, whole[len(whole) // 2])
            ends += [f"{each:{DIGITS}}" for each in (second - timedelta(seconds=1), second)]
        parts = [rows(sim, api, days) for days in cut(BOTH_DAYS[0], *sorted(ends))]
        assert sum(map(bool, parts)) > 2
        assert [row for part in parts for row in part] == whole

    @for_each("api", CUT_ANYWHERE)
    def test_nothing_is_lost_where_an_hour_comes_twice(
        self, in_new_york: Simulator, api: str
    ) -> None:
        begin, end = "20261031221705", "20261102030405"
        there = rows(in_new_york, "agent_7", (begin, end))[0]["agent_id"]
        more = {"agent_id": there} if api == "agent_2" else {}
        parts = [rows(in_new_york, api, days, **more) for days in cut(begin, "20261101013107", end)]
        whole = rows(in_new_york, api, (begin, end), **more)
        assert whole
        assert sum(map(counted, parts), counted([])) == counted(whole)

    @for_each("api", WITH_TIME)
    def test_both_ends_are_in_the_range(self, sim: Simulator, api: str) -> None:
        found = rows(sim, api)
        for row in (*found[:10], *found[-10:]):
            second = f"{moment(api, row)}"
            assert row in rows(sim, api, (second, second))

    @for_each("api", CUT_ANYWHERE)
    def test_rows_lie_in_the_range_oldest_first(self, anywhere: Simulator, api: str) -> None:
        moments = [moment(api, row) for row in rows(anywhere, api, BOTH_DAYS)]
        assert moments == sorted(moments)
        assert {f"{each:%Y%m%d}" for each in moments} == {"20261118", "20261119"}

    @for_each("api", WITH_TIME)
    def test_dates_are_local(self, anywhere: Simulator, api: str) -> None:
        newest = moment(api, rows(anywhere, api, TODAY)[-1])
        assert KNOWN - timedelta(hours=5) < newest <= KNOWN

    @for_each("api", BY_DAY)
    def test_a_day_is_the_same_in_a_wider_range(self, sim: Simulator, api: str) -> None:
        days = [flat_rows(sim, api, each) for each in cut(BOTH_DAYS[0], "20261118235959", DAY[1])]
        date = spelled(api, LINES[api]["own_date"])
        for found, day in zip(days, ("20261118", "20261119"), strict=True):
            assert {re.sub(r"\D", "", row[date])[:8] for row in found} == {day}
        assert sum(map(counted, days), counted([])) == counted(flat_rows(sim, api, BOTH_DAYS))

    @for_each("api", EVENTS)
    def test_nothing_is_newer_than_the_lag(
        self, prompt: Simulator, sim: Simulator, slow: Simulator, api: str
    ) -> None:
        counts = []
        for each in (slow, sim, prompt):
            found = flat_rows(each, api, TODAY)
            counts.append(len(found))
            known = NOON - each.operation.conditions.lag
            moments = [moment(api, row) for row in found]
            assert all(when <= known for when in moments)
            if each is not slow and api in WITH_TIME:
                assert max(moments) > known - timedelta(hours=4)
            for row in found:
                for name, value in row.items():
                    if name not in {"recall", "conversation"} and re.fullmatch(MOMENT, value):
                        assert at(value) <= known, name
            assert not rows(each, api, TOMORROW)
        assert counts == sorted(counts)
        assert counts[0] < counts[1]

    @for_each("api", SUMS)
    def test_sums_are_of_what_is_known(self, sim: Simulator, slow: Simulator, api: str) -> None:
        found = rows(sim, api, TODAY)
        assert found == rows(sim, api, (TODAY[0], f"{KNOWN}"))
        assert found != rows(slow, api, TODAY)


class TestMonths:
    """A range that crosses the end of a month, where the server looks into one month only."""

    OVER, DAY_OVER = ("20261030140000", "20261102095959"), ("20261031100000", "20261101095959")
    ENDS, BEGINS = "20261031235959", "20261101000000"

    @pytest.mark.parametrize(
        "api", ["cdr_1", BY_TWO_DATES, "agent_7", "skill_5", "skill_7", "chat_1", "agents_kpi"]
    )
    def test_one_of_them_is_answered_or_none(self, sim: Simulator, api: str) -> None:
        begin, end = self.DAY_OVER if LINES[api]["days"] == 1 else self.OVER
        told = {each: _answered(sim, each, api, (begin, end)) for each in Months}
        usual = sim.content(LINES[api]["file"], api, **asked(api, (begin, end)))
        assert told[Months.ALL] == usual
        assert told[Months.FIRST] == _answered(sim, Months.ALL, api, (begin, self.ENDS))
        assert told[Months.LAST] == _answered(sim, Months.ALL, api, (self.BEGINS, end))
        assert told[Months.NONE] == {
            "code": 404,
            "error": "Not Found",
            "msg": "Validate dates entered",
        }
        assert len({len(str(each)) for each in told.values()}) == len(Months)

    @pytest.mark.parametrize("months", Months)
    def test_a_range_within_a_month_is_answered(self, sim: Simulator, months: Months) -> None:
        for days in (DAY, (self.BEGINS, "20261101235959")):
            told = _answered(sim, months, "cdr_1", days)
            assert told["data"]
            assert told == _answered(sim, Months.ALL, "cdr_1", days)

    def test_a_test_is_told_all_there_is(self) -> None:
        for months in Months:
            sim = Simulator(seed=1, now=NOON, pace=0.1, months=months)
            days = {row["date"][:10] for row in rows(sim, "cdr_1", self.OVER)}
            assert {"2026-10-30", "2026-11-02"} < days
            assert bool(ask_in_process(sim, self.OVER)) == (months is not Months.NONE)


def _answered(sim: Simulator, months: Months, api: str, days: tuple[str, str]) -> Any:
    """The whole answer of another server that holds the same."""
    desk = Api(sim.operation, FaultQueue(), Forms(months=months))
    return desk.content(LINES[api]["file"], api, sim.token, asked(api, days))


def ask_in_process(sim: Simulator, days: tuple[str, str]) -> Any:
    return sim.content("reports_manager", "cdr_1", **asked("cdr_1", days)).get("data")
