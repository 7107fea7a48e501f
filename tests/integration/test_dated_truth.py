"""All streams that take dates, read once: rows, requests, log and state."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.simulator.world.events import calls
from tests.support import truth
from tests.support.command_line import TOKEN, for_simulator
from tests.support.loops import for_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.command_line import Result

at = datetime.fromisoformat
NOW = "2026-11-20T09:07:13-05:00"
END = at("2026-11-20T08:52:12")
"""What is read at NOW: but for the newest 15 minutes, to a full second."""

START, LATE_START = at("2026-10-05T00:00:00"), at("2026-11-15T00:00:00")
"""From when: six weeks of some, and a few days of those that cost a request a day or more."""

SIX_WEEKS = (*truth.OWN_DATE, "agent_1", "agent_3", "agent_6", "chat_16", "skill_4", "skill_5")
SOME_DAYS = tuple(api for api in truth.OVER_WINDOW if api not in SIX_WEEKS)
BEGIN = dict.fromkeys(SIX_WEEKS, START) | dict.fromkeys(SOME_DAYS, LATE_START)
STREAMS = tuple(map(truth.stream, (*BEGIN, truth.BY_TWO_DATES)))
ALL_FIRST = {
    *("campaign_1", "campaign_2", "campaign_4", "campaign_8", "campaign_10"),
    *("skill_4", "skill_4_1", "skill_4_2", "skill_5", "skill_6", "skill_11"),
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=at(NOW)) as running:
        yield running


@pytest.fixture(scope="module")
def result(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Result:
    streams = map(truth.stream, (*SIX_WEEKS, truth.BY_TWO_DATES))
    tap = for_simulator(simulator, tmp_path_factory.mktemp("tap"), *streams)
    found = tap.run(now=NOW, start_date="2026-10-05")
    assert found.code == 0, found.log
    return found


@pytest.fixture(scope="module")
def late(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Result:
    tap = for_simulator(simulator, tmp_path_factory.mktemp("late"), *map(truth.stream, SOME_DAYS))
    found = tap.run(now=NOW, start_date="2026-11-15")
    assert found.code == 0, found.log
    return found


@for_each("api", BEGIN)
def test_rows_are_the_simulators_truth(
    simulator: Simulator, result: Result, late: Result, api: str
) -> None:
    wanted = truth.rows(simulator, api, BEGIN[api], END)
    # So small an operation has one agent a day, and hardly anybody gives up waiting.
    assert len(wanted) > (20 if api in SIX_WEEKS else 0)
    assert truth.read(result if api in SIX_WEEKS else late, truth.stream(api)) == wanted


def test_attempts_are_there_up_to_30_days_after_their_loading(
    simulator: Simulator, result: Result
) -> None:
    zone = simulator.clock.zone
    made = calls.between(simulator.operation, START.replace(tzinfo=zone), END.replace(tzinfo=zone))
    wanted = Counter(
        (call.customer.phone, call.date.isoformat())
        for call in made
        if call.loaded and call.date - call.loaded < timedelta(days=30)
    )
    found = Counter(
        (record["telephone"], record["date"]) for record in result.records("reports_campaign_3")
    )
    assert sum(wanted.values()) > 100
    assert found == wanted


@for_each("stream", STREAMS)
def test_no_two_rows_share_a_key(result: Result, late: Result, stream: str) -> None:
    [schema] = [
        message
        for message in (*result.messages, *late.messages)
        if message["type"] == "SCHEMA" and message["stream"] == stream
    ]
    records = result.records(stream) + late.records(stream)
    keys = Counter(tuple(record[name] for name in schema["key_properties"]) for record in records)
    assert max(keys.values()) == 1


@for_each("stream", STREAMS)
def test_only_columns_of_the_operation_are_rescued(
    result: Result, late: Result, stream: str
) -> None:
    records = result.records(stream) + late.records(stream)
    some = any(record["_rescued_data"] for record in records)
    assert some == (stream in map(truth.stream, truth.OF_THE_OPERATION))


@for_each("api", BEGIN)
def test_ranges_touch_to_the_second(
    simulator: Simulator, result: Result, late: Result, api: str
) -> None:
    asked = sorted(set(truth.ranges(simulator, api)))
    assert asked[0][0] == BEGIN[api]
    assert asked[-1][1] == END
    for (_, end), (begin, _) in pairwise(asked):
        assert begin - end == timedelta(seconds=1)


@for_each("api", truth.OWN_DATE)
def test_a_month_costs_a_request_an_id(simulator: Simulator, result: Result, api: str) -> None:
    ids = len(list(truth.asked(simulator, api)))
    assert len(truth.ranges(simulator, api)) == 2 * ids
    assert (ids > 1) == (api in truth.ONE_BY_ONE)


@for_each("api", truth.OVER_WINDOW)
def test_aggregates_over_a_window_are_read_day_by_day(
    simulator: Simulator, result: Result, late: Result, api: str
) -> None:
    asked = truth.ranges(simulator, api)
    days = list(truth.by_day(BEGIN[api], END))
    ids = len(list(truth.asked(simulator, api))) + (api in ALL_FIRST)
    # A day of which `all` has no rows costs no more than that.
    assert sorted(set(asked)) == days
    assert len(days) < len(asked) <= ids * len(days) if ids > 1 else asked == days


def test_attempts_reach_back_31_days_from_the_end_of_each_day(
    simulator: Simulator, result: Result
) -> None:
    asked = truth.ranges(simulator, "campaign_3")
    wanted = []
    for _, end in truth.by_day(START, END):
        month = datetime(end.year, end.month, 1)  # noqa: DTZ001  # local time of the operation
        begins = (end - timedelta(days=31, seconds=-1), month)
        # On the 31st of October, they are the same.
        wanted += [(begin, end) for begin in dict.fromkeys(begins)]
    assert asked == wanted
    assert len(asked) == 2 * len(list(truth.by_day(START, END))) - 1


def test_the_log_says_how_far_it_is(result: Result) -> None:
    found = re.findall(r"\| reports_agent_8: (2026.*)", result.log)
    first = "2026-10-05 00:00:00 to 2026-10-31 23:59:59"
    second = "2026-11-01 00:00:00 to 2026-11-20 08:52:12"
    assert [line.split(": ")[0] for line in found] == [first, second]
    share = (at("2026-11-01T00:00:00") - START) / (END + timedelta(seconds=1) - START)
    said = rf"[\d,]+ rows; 1 request so far, {100 * share:.0f} % read\."
    assert re.fullmatch(said, found[0][len(f"{first}: ") :])
    assert found[1].endswith("2 requests so far, 100 % read.")


def test_a_table_at_the_end_sums_it_up(simulator: Simulator, result: Result) -> None:
    lines = [line.split(" | ", 3)[3].split() for line in result.log.splitlines()]
    begin = lines.index(["stream", "windows", "rows", "requests", "splits", "seconds"])
    table = {name: cells for name, *cells in lines[begin + 1 :] if len(cells) == 5}
    assert set(table) == {*map(truth.stream, (*SIX_WEEKS, truth.BY_TWO_DATES)), "total"}
    rows = len(result.records("reports_cdr_1"))
    assert table["reports_cdr_1"][:4] == ["2", f"{rows:,}", "2", "0"]
    assert table["reports_agent_1"][0] == "47"
    asked = [*SIX_WEEKS, truth.BY_TWO_DATES]
    requests = sum(len(truth.ranges(simulator, api)) for api in asked)
    # Agents, campaigns and skills are asked for too, once each, for the ids.
    parents = {tuple(ids_from) for api in SIX_WEEKS if (ids_from := truth.LINES[api]["ids_from"])}
    assert len(parents) == 3
    assert table["total"][2] == f"{requests + len(parents):,}"
    assert float(table["total"][4]) > 0


def test_a_bookmark_says_up_to_where_it_is_read(result: Result) -> None:
    found = {
        stream: state["partitions"][0]["replication_key_value"]
        for stream, state in result.state["bookmarks"].items()
    }
    of_days = {truth.stream(api) for api in truth.LINES if truth.LINES[api]["kind"] != "event"}
    of_days |= {"reports_agent_7", "campaign_detail"}
    assert {value for stream, value in found.items() if stream in of_days} == {"2026-11-19"}
    others = {value for stream, value in found.items() if stream not in of_days}
    assert others == {"2026-11-20T13:52:12+00:00"}
