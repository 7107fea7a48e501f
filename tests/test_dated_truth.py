"""Six weeks of all streams that take dates, read once: rows, requests, log and state."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests import truth
from tests.command_line import TOKEN, for_simulator
from tests.simulator import Simulator, calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.command_line import Result

at = datetime.fromisoformat
NOW = "2026-11-20T09:07:13-05:00"
START, END = at("2026-10-05T00:00:00"), at("2026-11-20T08:52:12")
"""What is read at NOW: but for the newest 15 minutes, from midnight to a full second."""

REPORTS = (*truth.OWN_DATE, *truth.OVER_WINDOW)
STREAMS = (*(f"reports_{api}" for api in (*REPORTS, "campaign_3")), "information_audit_log")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=at(NOW)) as running:
        yield running


@pytest.fixture(scope="module")
def result(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Result:
    tap = for_simulator(simulator, tmp_path_factory.mktemp("tap"), *STREAMS)
    found = tap.run(now=NOW, start_date="2026-10-05")
    assert found.code == 0, found.log
    return found


@pytest.mark.parametrize("api", [*REPORTS, "audit_log"])
def test_rows_are_the_simulators_truth(simulator: Simulator, result: Result, api: str) -> None:
    stream = "information_audit_log" if api == "audit_log" else f"reports_{api}"
    wanted = truth.rows(simulator, api, START, END)
    assert len(wanted) > 20
    assert truth.read(result, stream) == wanted


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


@pytest.mark.parametrize("stream", STREAMS)
def test_no_two_rows_share_a_key(result: Result, stream: str) -> None:
    [schema] = [
        message
        for message in result.messages
        if message["type"] == "SCHEMA" and message["stream"] == stream
    ]
    records = result.records(stream)
    keys = Counter(tuple(record[name] for name in schema["key_properties"]) for record in records)
    assert max(keys.values()) == 1


@pytest.mark.parametrize("stream", STREAMS)
def test_nothing_was_rescued(result: Result, stream: str) -> None:
    assert {record["_rescued_data"] for record in result.records(stream)} == {None}


@pytest.mark.parametrize("api", REPORTS)
def test_ranges_touch_to_the_second(simulator: Simulator, api: str) -> None:
    asked = truth.ranges(simulator, api)
    assert asked[0][0] == START
    assert asked[-1][1] == END
    for (_, end), (begin, _) in pairwise(asked):
        assert begin - end == timedelta(seconds=1)


def test_a_month_costs_a_request(simulator: Simulator) -> None:
    for api in truth.OWN_DATE:
        assert len(truth.ranges(simulator, api)) == 2


@pytest.mark.parametrize("api", truth.OVER_WINDOW)
def test_aggregates_over_a_window_are_read_day_by_day(simulator: Simulator, api: str) -> None:
    assert truth.ranges(simulator, api) == list(truth.by_day(START, END))


def test_attempts_reach_back_31_days_from_the_end_of_each_day(simulator: Simulator) -> None:
    asked = truth.ranges(simulator, "campaign_3")
    assert [end for _, end in asked] == [end for _, end in truth.by_day(START, END)]
    assert {end - begin for begin, end in asked} == {timedelta(days=31, seconds=-1)}


def test_the_log_says_how_far_it_is(result: Result) -> None:
    found = re.findall(r"reports_agent_8 +\| (2026.*)", result.log)
    first = "2026-10-05 00:00:00 to 2026-11-04 23:59:59"
    second = "2026-11-05 00:00:00 to 2026-11-20 08:52:12"
    assert [line.split(": ")[0] for line in found] == [first, second]
    assert re.fullmatch(r"[\d,]+ rows; 1 requests so far, 66 % read\.", found[0][44:])
    assert found[1].endswith("2 requests so far, 100 % read.")


def test_a_table_at_the_end_sums_it_up(simulator: Simulator, result: Result) -> None:
    lines = [line.split(" | ", 3)[3].split() for line in result.log.splitlines()]
    begin = lines.index(["stream", "windows", "rows", "requests", "splits", "seconds"])
    table = {name: cells for name, *cells in lines[begin + 1 :] if len(cells) == 5}
    assert set(table) == {*STREAMS, "total"}
    rows = len(result.records("reports_cdr_1"))
    assert table["reports_cdr_1"][:4] == ["2", f"{rows:,}", "2", "0"]
    assert table["reports_agent_1"][0] == "47"
    assert table["total"][2] == f"{len(simulator.requests):,}"
    assert float(table["total"][4]) > 0


def test_a_bookmark_says_up_to_where_it_is_read(result: Result) -> None:
    found = {
        stream: state["partitions"][0]["replication_key_value"]
        for stream, state in result.state["bookmarks"].items()
    }
    days = {
        *(f"reports_{api}" for api in truth.OVER_WINDOW),
        *("reports_agent_7", "reports_agent_8", "reports_skill_7"),
    }
    assert {stream for stream, value in found.items() if value == "2026-11-19"} == days
    others = {value for stream, value in found.items() if stream not in days}
    assert others == {"2026-11-20T13:52:12+00:00"}
