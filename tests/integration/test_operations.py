"""Several operations in one run: the same tables, and each apart from the others."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator import Fault, Simulator, Simulators, faults
from tests.support import truth
from tests.support.command_line import FEW, CommandLine, Result, for_simulators, partition, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = "2026-11-20T21:00:00-05:00"
ZONE = "America/Bogota"
CDR = "reports_cdr_1"


def operation(server: str, zone: str = ZONE) -> Simulator:
    now = datetime.fromisoformat(NOW)
    return Simulator(server=server, token=f"t0ken-of-{server}", timezone=zone, now=now, pace=0.1)


@pytest.fixture
def two() -> Iterator[Simulators]:
    """Two operations: at the same instant, the second is a day further."""
    with Simulators(operation("0011"), operation("0012", "Europe/Madrid")) as running:
        yield running


@pytest.fixture
def tap(two: Simulators, tmp_path: Path) -> CommandLine:
    return for_simulators(two, tmp_path, *FEW)


def of(result: Result, stream: str, server: str) -> list[dict[str, Any]]:
    """Return the records of a stream that are of one server."""
    return [each for each in result.records(stream) if each["wolkvox_server"] == server]


def test_they_are_read_one_after_the_other_into_the_same_streams(
    two: Simulators, tap: CommandLine
) -> None:
    result = tap.run(now=NOW)
    assert result.code == 0, result.log
    servers = [
        message["record"]["wolkvox_server"]
        for message in result.messages
        if message["type"] == "RECORD"
    ]
    assert servers == sorted(servers)
    assert set(servers) == {"0011", "0012"}
    for simulator in two.simulators:
        assert len(simulator.requests) == len(FEW)
        assert simulator.max_in_flight == 1
        for stream in FEW:
            assert of(result, stream, simulator.server)


def test_each_is_asked_with_its_own_token_and_read_by_its_own_clock(
    two: Simulators, tmp_path: Path
) -> None:
    tap = for_simulators(two, tmp_path, "billing_rec_screen", CDR)
    result = tap.run(now=NOW, start_date="2026-11-19")
    assert result.code == 0, result.log
    days = {
        server: {row["snapshot_date"] for row in of(result, "billing_rec_screen", server)}
        for server in ("0011", "0012")
    }
    assert days == {"0011": {"2026-11-20"}, "0012": {"2026-11-21"}}
    for simulator, end in zip(
        two.simulators, ("2026-11-20T20:44:59", "2026-11-21T02:44:59"), strict=True
    ):
        [(begin, until)] = truth.ranges(simulator, "cdr_1")
        assert begin == datetime.fromisoformat("2026-11-19")
        assert until == datetime.fromisoformat(end)
        # What it answers to the first token, it refuses to the other.
        assert {request.status for request in simulator.requests} == {200}
        assert len(of(result, CDR, simulator.server)) == len(
            truth.served(simulator, "cdr_1", begin, until)
        )
    assert "Server 0011: dates are in America/Bogota" in result.log
    assert "Server 0012: dates are in Europe/Madrid" in result.log


def test_one_in_a_list_is_the_same_as_one_alone(two: Simulators, tap: CommandLine) -> None:
    [first, _] = two.operations
    listed = tap.run(now=NOW, operations=[first])
    alone = tap.run(
        now=NOW, operations=None, server=first["server"], token=first["token"], timezone=ZONE
    )
    assert listed.code == alone.code == 0
    assert without_times(listed) == without_times(alone)
    assert listed.state == alone.state


def without_times(result: Result) -> list[Any]:
    return [
        {name: value for name, value in message.items() if name != "time_extracted"}
        for message in result.messages
    ]


def test_they_are_taken_from_the_environment_as_json(two: Simulators, tap: CommandLine) -> None:
    environment = {"TAP_WOLKVOX_OPERATIONS": json.dumps(two.operations)}
    result = tap.run("--config=ENV", now=NOW, operations=None, environment=environment)
    assert result.code == 0, result.log
    assert {len(simulator.requests) for simulator in two.simulators} == {len(FEW)}


def test_state_is_apart_for_each(two: Simulators, tmp_path: Path) -> None:
    tap = for_simulators(two, tmp_path, CDR)
    first, second = two.operations
    alone = tap.run(now=NOW, operations=[first])
    both = tap.run(now=NOW, state=alone.state, lookback_days=0)
    assert partition(both.state, CDR, "0011") == partition(alone.state, CDR, "0011")
    assert truth.ranges(two.simulators[0], "cdr_1")[-1][0] == datetime.fromisoformat("2026-11-20")
    assert truth.ranges(two.simulators[1], "cdr_1")[-1][0] == datetime.fromisoformat("2026-11-01")
    # One that is taken away keeps what it had, for the day when it comes back.
    other = tap.run(now=NOW, state=both.state, operations=[second], lookback_days=0)
    assert partition(other.state, CDR, "0011") == partition(alone.state, CDR, "0011")
    back = tap.run(now=NOW, state=other.state, lookback_days=0)
    assert back.code == 0
    assert truth.ranges(two.simulators[0], "cdr_1")[-1][0] == datetime.fromisoformat("2026-11-20")


def test_a_state_of_one_alone_goes_on_in_a_list(two: Simulators, tmp_path: Path) -> None:
    tap = for_simulators(two, tmp_path, CDR)
    result = tap.run(now=NOW, state=state_of(CDR, "2026-11-15T15:00:00+00:00"), lookback_days=0)
    assert result.code == 0, result.log
    assert truth.ranges(two.simulators[0], "cdr_1")[0][0] == datetime.fromisoformat("2026-11-15")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(faults.status(403, "Please validate token"), "refuses the token", id="token"),
        pytest.param(faults.closed(), "firewall", id="firewall"),
        pytest.param(faults.status(403, "TOKEN LIMIT EXCEEDED"), "run again tomorrow", id="quota"),
    ],
)
@pytest.mark.parametrize("ill", [0, 1])
def test_one_that_fails_is_named_and_left_and_the_others_finish(
    two: Simulators, tap: CommandLine, fault: Fault, said: str, ill: int
) -> None:
    two.simulators[ill].faults.add(fault, times=99)
    result = tap.run(now=NOW)
    assert result.code == 1
    assert len(two.simulators[ill].requests) == 1
    assert len(two.simulators[1 - ill].requests) == len(FEW)
    [told, _] = result.errors
    assert told.startswith(f"Server {two.simulators[ill].server} stopped: ")
    assert said in told
    assert all(stream in told for stream in FEW)
    assert result.streams == set(FEW)


def test_a_dead_firewall_is_not_tried_by_every_stream(two: Simulators, tmp_path: Path) -> None:
    tap = for_simulators(two, tmp_path)
    two.simulators[0].faults.add(faults.reset(), times=999)
    result = tap.run(now=NOW, max_retries=1)
    assert result.code == 1
    assert len(two.simulators[0].requests) == 2
    assert len(two.simulators[1].requests) > 40


def test_one_stream_that_fails_in_one_is_read_in_the_other(
    two: Simulators, tap: CommandLine
) -> None:
    two.simulators[0].faults.add(faults.status(400, "NO"), api="rec_screen")
    result = tap.run(now=NOW)
    assert result.code == 1
    [told, _] = result.errors
    assert told.startswith("Server 0011, stream billing_rec_screen not read: ")
    assert not of(result, "billing_rec_screen", "0011")
    assert of(result, "billing_rec_screen", "0012")
    assert len(two.simulators[0].requests) == len(FEW)


def test_ids_are_those_of_the_operation_that_is_asked(two: Simulators, tmp_path: Path) -> None:
    tap = for_simulators(two, tmp_path, "information_agents_in_skill")
    result = tap.run(now=NOW)
    assert result.code == 0, result.log
    for simulator in two.simulators:
        [parent, *children] = simulator.requests
        assert parent.api == "skills"
        asked = {request.query["skill_id"] for request in children}
        assert asked == {row["skill_id"] for row in simulator.rows("information", "skills")}


def test_the_connection_test_asks_each_once_and_says_so(two: Simulators, tap: CommandLine) -> None:
    two.simulators[0].spend(40)
    result = tap.run("--test", now=NOW)
    assert result.code == 0, result.log
    first, second = result.output.splitlines()
    assert first.startswith("Server 0011 reached, token good. Requests today: 0 by this token, 40")
    assert second.startswith("Server 0012 reached, token good. Requests today: 0 by this token, 0")
    assert [len(simulator.requests) for simulator in two.simulators] == [1, 1]


def test_the_connection_test_names_the_one_that_fails_and_asks_the_other(
    two: Simulators, tap: CommandLine
) -> None:
    two.simulators[0].faults.add(faults.status(403, "Please validate token"))
    result = tap.run("--test", now=NOW)
    assert result.code == 1
    assert result.errors[0].startswith("Server 0011: the API refuses the token")
    assert result.output.startswith("Server 0012 reached, token good.")


def test_no_rows_are_retired_of_several(tap: CommandLine, two: Simulators) -> None:
    result = tap.run(now=NOW, emit_activate_version_messages=True)
    assert result.code == 1
    told, *_ = result.errors
    assert "would retire the rows of the others" in told
    assert not any(simulator.requests for simulator in two.simulators)


def test_no_token_shows_up_anywhere(two: Simulators, tap: CommandLine) -> None:
    two.simulators[0].faults.add(faults.status(400, "BAD t0ken-of-0011"), api="rec_screen")
    result = tap.run(now=NOW, quota_reserve=5, max_requests=8)
    assert "t0ken" not in result.output + result.log
    wrong = tap.run(operations=[*two.operations, {"server": "0013", "token": "t0ken-of 0013"}])
    assert wrong.code == 1
    assert "entry 3: `token` holds blanks" in wrong.errors[0]
    assert "t0ken" not in wrong.output + wrong.log


def test_the_table_at_the_end_says_which_server_a_line_is_of(tap: CommandLine) -> None:
    lines = tap.run(now=NOW).log.splitlines()
    for server in ("0011", "0012"):
        for stream in FEW:
            assert any(line.split("| ")[-1].split()[:2] == [server, stream] for line in lines)
