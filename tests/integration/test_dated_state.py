"""State of streams that take dates: what a run reads again, and what a killed one leaves."""

from __future__ import annotations

import json
import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator import Simulator
from tests.support import truth
from tests.support.command_line import (
    TOKEN,
    CommandLine,
    bookmark_of,
    for_simulator,
    selection,
    state_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

at = datetime.fromisoformat
NOW = "2026-11-20T09:00:00-05:00"
LATEST = at("2026-11-20T08:44:59")
"""The last second that is read at NOW."""

CDR = "reports_cdr_1"
AGENT_1 = "reports_agent_1"
AGENT_8 = "reports_agent_8"
KILLED = (CDR, AGENT_1, "reports_skill_7", "reports_campaign_3", "reports_chat_1")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=at(NOW)) as running:
        yield running


@pytest.fixture
def tap(simulator: Simulator, tmp_path: Path) -> CommandLine:
    return for_simulator(simulator, tmp_path, CDR)


def value(state: dict[str, Any], stream: str = CDR) -> str | None:
    return bookmark_of(state, stream)


def first(simulator: Simulator, api: str = "cdr_1") -> datetime:
    """Return the first second that was asked for."""
    return truth.ranges(simulator, api)[0][0]


class TestWhereARunBegins:
    def test_without_a_state_at_start_date(self, tap: CommandLine, simulator: Simulator) -> None:
        tap.run(now=NOW, start_date="2026-11-10T08:30:15")
        assert truth.ranges(simulator, "cdr_1") == [(at("2026-11-10T08:30:15"), LATEST)]

    def test_without_either_with_the_current_month(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        tap.run(now=NOW)
        assert first(simulator) == at("2026-11-01")

    @pytest.mark.parametrize(
        ("days", "begin"),
        [(None, "2026-11-15"), (0, "2026-11-18"), (1, "2026-11-17"), (40, "2026-10-09")],
    )
    def test_with_a_state_some_days_before_the_first_unread_one(
        self, tap: CommandLine, simulator: Simulator, days: int | None, begin: str
    ) -> None:
        # 10:00:00 in Bogotá; the start of the month, as a default, takes nothing away.
        state = state_of(CDR, "2026-11-18T15:00:00+00:00")
        tap.run(now=NOW, state=state, lookback_days=days)
        assert first(simulator) == at(begin)

    def test_with_the_day_after_one_that_is_read_to_its_end(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        state = state_of(CDR, "2026-11-18T04:59:59+00:00")
        tap.run(now=NOW, state=state, lookback_days=0)
        assert first(simulator) == at("2026-11-18")

    def test_never_before_start_date(self, tap: CommandLine, simulator: Simulator) -> None:
        state = state_of(CDR, "2026-11-18T15:00:00+00:00")
        tap.run(now=NOW, state=state, start_date="2026-11-16T12:00:00")
        assert first(simulator) == at("2026-11-16T12:00:00")

    def test_at_a_start_date_that_is_later_than_the_state(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        state = state_of(CDR, "2026-11-10T15:00:00+00:00")
        result = tap.run(now=NOW, state=state, start_date="2026-11-19T10:00:00-05:00")
        assert result.code == 0, result.log
        assert first(simulator) == at("2026-11-19T10:00:00")

    def test_with_a_last_month_that_the_state_has_not_read(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        state = state_of(CDR, "2026-10-29T15:00:00+00:00")
        tap.run(now=NOW, state=state)
        assert first(simulator) == at("2026-10-26")

    @pytest.mark.parametrize(("stream", "key"), [(AGENT_1, "window_date"), (AGENT_8, "date")])
    def test_with_the_day_after_a_day(
        self, simulator: Simulator, tmp_path: Path, stream: str, key: str
    ) -> None:
        tap = for_simulator(simulator, tmp_path, stream)
        tap.run(now=NOW, state=state_of(stream, "2026-11-17", key), lookback_days=1)
        assert first(simulator, stream.removeprefix("reports_")) == at("2026-11-17")

    def test_where_it_would_with_the_same_instant_written_with_an_offset(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        result = tap.run(now=NOW, state=state_of(CDR, "2026-11-18T23:00:00-05:00"), lookback_days=0)
        assert first(simulator) == at("2026-11-18")
        assert value(result.state) == "2026-11-20T13:44:59+00:00"


class TestWhereARunEnds:
    @pytest.mark.parametrize(
        ("minutes", "end"),
        [(None, "2026-11-20T08:44:59"), (0, "2026-11-20T08:59:59"), (1440, "2026-11-19T08:59:59")],
    )
    def test_some_minutes_before_now(
        self, tap: CommandLine, simulator: Simulator, minutes: int | None, end: str
    ) -> None:
        tap.run(now=NOW, settle_minutes=minutes)
        assert truth.ranges(simulator, "cdr_1")[-1][1] == at(end)

    @pytest.mark.parametrize(
        ("end_date", "end"),
        [
            ("2026-11-12", "2026-11-12T23:59:59"),
            ("2026-11-12T10:00:00", "2026-11-12T10:00:00"),
            ("2026-11-12T10:00:00Z", "2026-11-12T05:00:00"),
            ("2027-01-01", "2026-11-20T08:44:59"),
        ],
    )
    def test_at_end_date_but_never_in_the_future(
        self, tap: CommandLine, simulator: Simulator, end_date: str, end: str
    ) -> None:
        tap.run(now=NOW, end_date=end_date)
        assert truth.ranges(simulator, "cdr_1")[-1][1] == at(end)

    def test_rows_that_a_lagging_report_shows_later_are_read_by_the_next_run(
        self, tmp_path: Path
    ) -> None:
        later = "2026-11-20T10:00:00-05:00"
        with Simulator(token=TOKEN, pace=1, now=at(NOW)) as simulator:
            tap = for_simulator(simulator, tmp_path, CDR, "reports_diagram_9")
            one = tap.run(now=NOW, start_date="2026-11-20")
            simulator.clock.set(at(later))
            other = tap.run(now=later, start_date="2026-11-20", state=one.state, lookback_days=0)
            found = {r["row_key"] for r in one.records(CDR) + other.records(CDR)}
            wanted = truth.rows(simulator, "cdr_1", at("2026-11-20"), at("2026-11-20T09:44:59"))
        assert len(one.records(CDR)) < len(other.records(CDR)) == sum(wanted.values())
        assert {r["row_key"] for r in other.records(CDR)} == found


class TestDaysThatAreNotOver:
    """They are read as far as they go, and again by the next run."""

    @pytest.mark.parametrize(("stream", "key"), [(AGENT_1, "window_date"), (AGENT_8, "date")])
    def test_the_bookmark_does_not_pass_them(
        self, simulator: Simulator, tmp_path: Path, stream: str, key: str
    ) -> None:
        tap = for_simulator(simulator, tmp_path, stream)
        one = tap.run(now=NOW, start_date="2026-11-18")
        assert value(one.state, stream) == "2026-11-19"
        assert {record[key] for record in one.records(stream)} == {
            "2026-11-18",
            "2026-11-19",
            "2026-11-20",
        }
        other = tap.run(now="2026-11-21T09:00:00-05:00", state=one.state, lookback_days=0)
        assert value(other.state, stream) == "2026-11-20"
        assert min(record[key] for record in other.records(stream)) == "2026-11-20"

    def test_a_first_day_alone_leaves_no_bookmark(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        tap = for_simulator(simulator, tmp_path, AGENT_1)
        result = tap.run(now=NOW, start_date="2026-11-20")
        assert len(result.records(AGENT_1)) > 0
        assert value(result.state, AGENT_1) is None

    def test_their_rows_say_up_to_when_they_are(self, simulator: Simulator, tmp_path: Path) -> None:
        result = for_simulator(simulator, tmp_path, AGENT_1).run(now=NOW, start_date="2026-11-19")
        assert {
            (record["window_date"], record["window_start"], record["window_end"])
            for record in result.records(AGENT_1)
        } == {
            ("2026-11-19", "2026-11-19T05:00:00+00:00", "2026-11-20T04:59:59+00:00"),
            ("2026-11-20", "2026-11-20T05:00:00+00:00", "2026-11-20T13:44:59+00:00"),
        }


class TestStrangeStates:
    def test_one_from_the_future_is_named_kept_and_loses_nothing(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        result = tap.run(now=NOW, state=state_of(CDR, "2031-01-01T00:00:00+00:00"))
        assert result.code == 0, result.log
        assert "The state says that the future is read, up to 2031-01-01T00:00:00" in result.log
        assert truth.ranges(simulator, "cdr_1") == [(at("2026-11-17"), LATEST)]
        assert truth.read(result, CDR) == truth.rows(simulator, "cdr_1", at("2026-11-17"), LATEST)
        assert value(result.state) == "2031-01-01T00:00:00+00:00"

    def test_one_made_with_another_time_zone_is_read_by_the_clock_of_then(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        # Read up to 20:00 on the 17th, which was taken for a time in Bogotá.
        result = tap.run(now=NOW, start_date="2026-11-17", end_date="2026-11-17T20:00:00")
        assert value(result.state) == "2026-11-18T01:00:00+00:00"
        tap.run(now=NOW, state=result.state, timezone="Europe/Madrid", lookback_days=0)
        assert truth.ranges(simulator, "cdr_1")[-1][0] == at("2026-11-17")

    @pytest.mark.parametrize("zone", ["Nowhere/At_All", 5, "localtime"])
    def test_one_with_a_time_zone_that_is_none_is_refused(
        self, tap: CommandLine, simulator: Simulator, zone: Any
    ) -> None:
        state = state_of(CDR, "2026-11-18T01:00:00+00:00", timezone=zone)
        result = tap.run(now=NOW, state=state)
        assert result.code == 1
        assert "has a bookmark of `reports_cdr_1` that has a `timezone` that is none" in result.log
        assert not simulator.requests

    def test_one_of_another_key_does_not_count(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        tap.run(now=NOW, state=state_of(CDR, "2026-11-18T15:00:00+00:00", "other"))
        assert first(simulator) == at("2026-11-01")

    def test_a_bookmark_never_goes_back(self, tap: CommandLine) -> None:
        state = state_of(CDR, "2026-11-18T15:00:00+00:00")
        result = tap.run(now=NOW, state=state, end_date="2026-11-17")
        assert result.code == 0, result.log
        assert len(result.records(CDR)) > 0
        assert value(result.state) == "2026-11-18T15:00:00+00:00"


@pytest.mark.parametrize("stream", [CDR, AGENT_1, AGENT_8])
def test_a_stream_may_be_switched_to_full_table(
    simulator: Simulator, tmp_path: Path, stream: str
) -> None:
    api = stream.removeprefix("reports_")
    catalog = selection(stream)
    for entry in catalog["streams"]:
        entry["replication_method"] = "FULL_TABLE"
        entry["replication_key"] = None
    tap = for_simulator(simulator, tmp_path, stream)
    state = state_of(stream, "2026-11-19", "date")
    result = tap.run(catalog=catalog, state=state, now=NOW, start_date="2026-11-05")
    assert result.code == 0, result.log
    assert truth.read(result, stream) == truth.rows(simulator, api, at("2026-11-05"), LATEST)


def test_nothing_is_retired_by_a_run_that_reads_a_part(tap: CommandLine) -> None:
    catalog = selection(CDR)
    for entry in catalog["streams"]:
        entry["replication_method"] = "FULL_TABLE"
    result = tap.run(catalog=catalog, now=NOW, emit_activate_version_messages=True)
    assert result.code == 0, result.log
    assert len(result.records(CDR)) > 0
    assert {message["type"] for message in result.messages} == {"SCHEMA", "RECORD", "STATE"}


def test_after_each_window_a_state_says_so_and_never_before_its_rows(
    simulator: Simulator, tmp_path: Path
) -> None:
    result = for_simulator(simulator, tmp_path, AGENT_1).run(now=NOW, start_date="2026-11-10")
    today, said, read = "2026-11-20", [""], set()
    for message in result.messages:
        if message["type"] == "RECORD":
            read.add(message["record"]["window_date"])
            assert message["record"]["window_date"] > said[-1]
        elif message["type"] == "STATE" and (day := value(message["value"], AGENT_1)):
            # A day that is not over has rows too, and the bookmark does not pass it.
            assert day == max(read - {today})
            said.append(day)
    assert today in read
    assert list(dict.fromkeys(said[1:])) == [f"2026-11-{day}" for day in range(10, 20)]


@pytest.mark.parametrize("first_kill", [40, 130])
def test_for_any_kills_what_was_emitted_before_a_state_is_the_truth(
    simulator: Simulator, tmp_path: Path, first_kill: int
) -> None:
    """A target that is killed too has only what the last STATE speaks of, and before."""
    tap = for_simulator(simulator, tmp_path, *KILLED)
    state: dict[str, Any] | None = None
    loaded: dict[str, dict[tuple[Any, ...], dict[str, Any]]] = {each: {} for each in KILLED}
    for run in range(20):
        process = tap.start(now=NOW, start_date="2026-10-15", state=state, lookback_days=0)
        assert process.stdout
        assert process.stderr
        # A log that nobody reads would stop the tap once the pipe is full.
        log = threading.Thread(target=process.stderr.read)
        log.start()
        pending: list[dict[str, Any]] = []
        keys: dict[str, list[str]] = {}
        for number, line in enumerate(process.stdout):
            message = json.loads(line)
            if message["type"] == "SCHEMA":
                keys[message["stream"]] = message["key_properties"]
            elif message["type"] == "RECORD":
                pending.append(message)
            elif message["type"] == "STATE":
                for each in pending:
                    key = tuple(each["record"][name] for name in keys[each["stream"]])
                    loaded[each["stream"]][key] = each["record"]
                pending, state = [], message["value"]
            if number > first_kill * 2**run:
                process.kill()
                break
        process.stdout.close()
        log.join()
        process.stderr.close()
        if process.wait(timeout=30) == 0:
            break
    assert process.returncode == 0
    assert run > 3
    for api in ("cdr_1", "agent_1", "skill_7", "chat_1"):
        found = Counter(map(truth.comparable, loaded[f"reports_{api}"].values()))
        assert found == truth.rows(simulator, api, at("2026-10-15"), LATEST)
    attempts = for_simulator(simulator, tmp_path, "reports_campaign_3")
    whole = attempts.run(now=NOW, start_date="2026-10-15").records("reports_campaign_3")
    assert loaded["reports_campaign_3"].keys() >= {("0011", row["row_key"]) for row in whole}


def test_rows_that_change_keep_their_keys(tmp_path: Path) -> None:
    """Codes are given later, chats go on: a re-read replaces the rows in a merging target."""
    streams = (CDR, "reports_chat_1", "reports_chat_2", "reports_agent_14", "reports_agent_7")
    # In working hours: sessions, chats and some breaks go on, and their rows have no end yet.
    now = at("2026-11-18T11:30:00")
    with Simulator(token=TOKEN, pace=0.3, now=now) as simulator:
        tap = for_simulator(simulator, tmp_path, *streams)
        one = tap.run(now=f"{now.isoformat()}-05:00", start_date="2026-11-16")
        later = now + timedelta(days=2)
        simulator.clock.set(later)
        other = tap.run(now=f"{later.isoformat()}-05:00", state=one.state)
    for stream in streams:
        before = {record["row_key"]: record for record in one.records(stream)}
        after = {record["row_key"]: record for record in other.records(stream)}
        again = before.keys() & after.keys()
        gone = before.keys() - after.keys()
        assert not {key for key in gone if before[key].get("date", "2026-11-16") > "2026-11-17"}
        changed = [key for key in again if before[key] != after[key]]
        assert len(changed) > 0
