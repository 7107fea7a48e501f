"""State: what is kept from run to run, and what a run that breaks off leaves."""

from __future__ import annotations

import contextlib
import io
import json
import signal
import sys
import time
from typing import Any

import pytest
from singer_sdk.singerlib import StateMessage

from tap_wolkvox.messages.writer import WholeMessageWriter
from tests.simulator import Simulator, faults
from tests.support.command_line import CommandLine, Result

FIRST_DAY = "2026-11-20T09:00:00-05:00"
SECOND_DAY = "2026-11-21T09:00:00-05:00"
KEY = ("wolkvox_server", "operation", "description", "snapshot_date")


def keys(result: Result, stream: str = "billing_rec_screen") -> list[tuple[str, ...]]:
    return [tuple(record[name] for name in KEY) for record in result.records(stream)]


def bookmark(state: dict[str, Any], stream: str = "billing_rec_screen") -> dict[str, str]:
    """Return the bookmark of each server."""
    return {
        partition["context"]["wolkvox_server"]: partition.get("replication_key_value", "")
        for partition in state["bookmarks"][stream]["partitions"]
    }


def test_state_is_kept_by_server(tap: CommandLine) -> None:
    assert bookmark(tap.run(now=FIRST_DAY).state) == {"0011": "2026-11-20"}


def test_state_holds_bookmarks_and_nothing_else(tap: CommandLine) -> None:
    state = tap.run(now=FIRST_DAY).state
    assert set(state) == {"bookmarks"}
    for stream in state["bookmarks"].values():
        [partition] = stream["partitions"]
        assert set(partition) == {"context", "replication_key", "replication_key_value"}


def test_a_second_run_of_a_day_emits_the_same_keys(tap: CommandLine) -> None:
    first = tap.run(now=FIRST_DAY)
    second = tap.run(now=FIRST_DAY, state=first.state)
    assert keys(second) == keys(first)
    assert len(set(keys(first))) == len(keys(first)) > 0
    assert second.state == first.state


def test_a_run_of_the_next_day_adds_the_day(tap: CommandLine, simulator: Simulator) -> None:
    first = tap.run(now=FIRST_DAY)
    second = tap.run(now=SECOND_DAY, state=first.state)
    assert not set(keys(first)) & set(keys(second))
    assert {key[:3] for key in keys(first)} == {key[:3] for key in keys(second)}
    assert bookmark(second.state) == {"0011": "2026-11-21"}


def test_the_day_is_that_of_the_operation(tap: CommandLine) -> None:
    late = "2026-11-20T23:30:00-05:00"
    for zone, day in (("America/Bogota", "2026-11-20"), ("Europe/Madrid", "2026-11-21")):
        assert {key[3] for key in keys(tap.run(now=late, timezone=zone))} == {day}


def test_the_state_of_another_server_is_left_alone(tap: CommandLine) -> None:
    first = tap.run(now=FIRST_DAY)
    second = tap.run(now=SECOND_DAY, state=first.state, server="0012")
    assert bookmark(second.state) == {"0011": "2026-11-20", "0012": "2026-11-21"}
    assert {key[0] for key in keys(second)} == {"0012"}


def test_a_bookmark_never_goes_back(tap: CommandLine) -> None:
    later = tap.run(now=SECOND_DAY)
    earlier = tap.run(now=FIRST_DAY, state=later.state)
    assert earlier.code == 0
    assert len(keys(earlier)) > 0
    assert bookmark(earlier.state) == {"0011": "2026-11-21"}


def test_a_bookmark_without_a_value_is_none(tap: CommandLine) -> None:
    state = tap.run(now=FIRST_DAY).state
    state["bookmarks"]["billing_rec_screen"]["partitions"][0]["replication_key_value"] = None
    assert bookmark(tap.run(now=SECOND_DAY, state=state).state) == {"0011": "2026-11-21"}


def test_a_stream_that_fails_keeps_the_bookmark_it_had(
    tap: CommandLine, simulator: Simulator
) -> None:
    first = tap.run(now=FIRST_DAY)
    simulator.faults.add(faults.maintenance(), api="rec_screen")
    second = tap.run(now=SECOND_DAY, state=first.state)
    assert second.code == 1
    assert bookmark(second.state) == {"0011": "2026-11-20"}
    assert bookmark(second.state, "information_services") == {"0011": "2026-11-21"}


def test_what_another_run_had_only_begun_is_not_taken_for_read(
    tap: CommandLine, simulator: Simulator
) -> None:
    state = tap.run(now=FIRST_DAY).state
    [partition] = state["bookmarks"]["billing_rec_screen"]["partitions"]
    partition["progress_markers"] = {
        "replication_key": "snapshot_date",
        "replication_key_value": "2099-01-01",
    }
    simulator.faults.add(faults.maintenance(), api="rec_screen")
    assert bookmark(tap.run(now=SECOND_DAY, state=state).state) == {"0011": "2026-11-20"}


def test_a_state_never_precedes_the_rows_it_speaks_for(tap: CommandLine) -> None:
    spoken_for: set[str] = set()
    for message in tap.run(now=FIRST_DAY).messages:
        if message["type"] == "RECORD":
            assert message["stream"] not in spoken_for
        elif message["type"] == "STATE":
            spoken_for |= set(message["value"]["bookmarks"])


def test_a_stream_may_be_switched_to_full_table(tap: CommandLine, services: dict[str, Any]) -> None:
    for entry in services["streams"]:
        entry["replication_method"] = "FULL_TABLE"
        entry["replication_key"] = None
    result = tap.run(catalog=services)
    assert result.code == 0, result.log
    assert len(result.records("information_services")) == 1
    assert "replication_key_value" not in str(result.state)


def test_activate_version_is_sent_where_it_is_asked_for(
    tap: CommandLine, services: dict[str, Any]
) -> None:
    for entry in services["streams"]:
        entry["replication_method"] = "FULL_TABLE"
    result = tap.run(catalog=services, emit_activate_version_messages=True)
    assert "ACTIVATE_VERSION" in {message["type"] for message in result.messages}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_stopped_says_so_and_keeps_what_is_finished(
    tap: CommandLine, simulator: Simulator, number: signal.Signals
) -> None:
    simulator.faults.add(faults.hang(30), api="rec_screen")
    process = tap.start(now=FIRST_DAY, fresh=True)
    while "rec_screen" not in [request.api for request in simulator.requests]:
        time.sleep(0.05)
    process.send_signal(number)
    output, log = process.communicate(timeout=10)
    stopped = Result(process.returncode, output, log)
    assert stopped.code == 128 + number
    assert "Traceback" not in log
    assert bookmark(stopped.state, "billing_agent_script") == {"0011": "2026-11-20"}
    assert bookmark(stopped.state, "billing_intelligent_dial") == {"0011": "2026-11-20"}
    assert "billing_rec_screen" not in stopped.state["bookmarks"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_signal_tears_no_message(tap: CommandLine, simulator: Simulator, unbuffered: str) -> None:
    # The pipe is full and nobody reads: the signal comes in the middle of a line.
    many = [
        {"operation": "o", "description": str(number), "extra": "x" * 5_000}
        for number in range(500)
    ]
    simulator.faults.add(faults.data(many), api="agent_script")
    process = tap.start(now=FIRST_DAY, environment={"PYTHONUNBUFFERED": unbuffered})
    while not simulator.requests:
        time.sleep(0.05)
    time.sleep(2)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    output, log = process.communicate(timeout=20)
    stopped = Result(process.returncode, output, log)
    assert stopped.code == 128 + signal.SIGTERM
    assert {message["type"] for message in stopped.messages} == {"SCHEMA", "RECORD"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
def test_a_second_signal_ends_a_run_whose_target_stopped_reading(
    tap: CommandLine, simulator: Simulator
) -> None:
    many = [{"operation": "x" * 100, "description": str(number)} for number in range(5_000)]
    simulator.faults.add(faults.data(many), api="agent_script")
    process = tap.start(now=FIRST_DAY)
    while not simulator.requests:
        time.sleep(0.05)
    time.sleep(2)
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
    assert process.wait(timeout=10) == 128 + signal.SIGTERM
    output, _ = process.communicate()
    *whole, _ = output.splitlines()
    assert all(json.loads(line) for line in whole)
    assert '"STATE"' not in output


def test_messages_can_be_taken_in_memory() -> None:
    with contextlib.redirect_stdout(io.StringIO()) as output:
        WholeMessageWriter().write_message(StateMessage(value={}))
    assert json.loads(output.getvalue()) == {"type": "STATE", "value": {}}
