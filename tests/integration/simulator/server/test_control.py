"""The clock, the control over HTTP, and the command line."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.integration.simulator.greeting import greeting
from tests.integration.simulator.server.common import (
    FRIDAY,
    ask,
    control,
    in_background,
    in_vain,
    send,
    wait_until,
)
from tests.simulator import Clock, Simulator, faults
from tests.support.paths import ROOT
from tests.support.processes import PATIENCE

# --- the clock ---------------------------------------------------------------------------------


def test_the_clock_runs_with_real_time_until_set() -> None:
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.advance(timedelta(days=2))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=2)) < timedelta(seconds=5)
    clock.set(FRIDAY)
    clock.advance(timedelta(hours=1))
    assert clock.now().isoformat() == "2026-11-20T11:00:00-05:00"
    clock.set(None)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_in_another_zone() -> None:
    clock = Clock("America/Santiago", datetime(2026, 9, 6, 3, 30, tzinfo=UTC))
    assert clock.now().isoformat() == "2026-09-05T23:30:00-04:00"
    clock.advance(timedelta(hours=1))  # the night summer time begins
    assert clock.now().isoformat() == "2026-09-06T01:30:00-03:00"


@pytest.mark.parametrize("name", ["Nowhere/At_all", "", "../etc"])
def test_no_such_zone(name: str) -> None:
    with pytest.raises(ValueError, match="no such time zone"):
        Simulator(timezone=name)


# --- start and stop ----------------------------------------------------------------------------


def test_no_url_before_it_serves() -> None:
    with pytest.raises(RuntimeError):
        _ = Simulator().url


def test_it_listens_on_this_machine_only(sim: Simulator) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v2", sim.url)


@pytest.mark.timed
def test_closing_cuts_off_what_hangs_and_leaves_nothing() -> None:
    before = threading.active_count()
    with Simulator() as sim, closing(http.client.HTTPConnection(urlsplit(sim.url).netloc)) as idle:
        idle.connect()
        port = urlsplit(sim.url).port
        sim.faults.add(faults.hang(60, stubborn=True))
        sim.faults.add(faults.slow_body(60))
        held = [in_background(lambda: in_vain(sim)) for _ in range(2)]
        wait_until(lambda: len(sim.requests) == 2)
        started = time.monotonic()
        sim.close()
        assert time.monotonic() - started < 1
        for thread in held:
            thread.join()
    assert threading.active_count() == before
    with socket.socket() as free:
        assert free.connect_ex(("127.0.0.1", port or 0)) != 0


def test_several_at_once() -> None:
    with Simulator(server="0011", token="one") as first, Simulator(server="0012") as second:
        assert ask(first, token="one").json != ask(second).json
        assert ask(second, token="one").status == 403


# --- over HTTP ---------------------------------------------------------------------------------


def test_set_the_clock_over_http(sim: Simulator) -> None:
    reply = control(sim, "clock", {"now": "2026-11-21T10:00:00"})
    assert (reply.status, reply.json) == (200, {"now": "2026-11-21T10:00:00-05:00"})
    assert sim.clock.today() == date(2026, 11, 21)
    assert control(sim, "clock", {"now": None}).status == 200
    assert abs(sim.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_add_faults_over_http(sim: Simulator) -> None:
    reply = control(sim, "faults", {"fault": "maintenance", "api": "services", "times": 2})
    assert reply.json == {
        "pending": [{"fault": "maintenance", "file": None, "api": "services", "times": 2}]
    }
    assert [ask(sim).status for _ in range(3)] == [403, 403, 200]
    assert control(sim, "faults", {"fault": "reset"}).status == 200
    assert control(sim, "faults", {"fault": None}).json == {"pending": []}
    assert ask(sim).status == 200


def test_a_fault_for_a_namesake_over_http(sim: Simulator) -> None:
    wanted = {"fault": "maintenance", "api": "agents", "file": "real_time"}
    assert control(sim, "faults", wanted).json == {"pending": [wanted | {"times": 1}]}
    assert ask(sim, "agents").status == 200
    assert ask(sim, "agents", "real_time").status == 403


@pytest.mark.parametrize(
    "arguments",
    [
        {"fault": "status", "code": 502, "msg": "x"},
        {"fault": "hang", "seconds": 0},
        {"fault": "hang", "seconds": 0.01, "stubborn": True},
        {"fault": "raw", "body": "[]", "headers": {"X-Odd": "1"}},
        {"fault": "raw", "body": "[]", "headers": None},
        {"fault": "error_code", "code": "9"},
        {"fault": "data", "value": [None]},
        {"fault": "redirect", "url": "http://127.0.0.1:9/"},
    ],
)
def test_arguments_of_faults_over_http(sim: Simulator, arguments: dict[str, object]) -> None:
    assert control(sim, "faults", arguments).status == 200
    assert ask(sim).status in {200, 302, 502}


@pytest.mark.parametrize(
    ("page", "setting", "why"),
    [
        ("clock", {"now": "tomorrow"}, "\"now\" is not like 2026-11-20T10:00:00: 'tomorrow'"),
        ("clock", {"now": 5}, '"now" is not like 2026-11-20T10:00:00: 5'),
        ("clock", {"then": None}, 'send {"now": "2026-11-20T10:00:00"}'),
        ("clock", [1], "a JSON object is wanted"),
        ("faults", {"fault": "no such"}, "no such fault: 'no such'; there are absent, closed"),
        ("faults", {}, "no such fault: None"),
        ("faults", {"fault": "hang"}, "hang: missing a required argument: 'seconds'"),
        ("faults", {"fault": "hang", "seconds": "1"}, "hang: \"seconds\" cannot be '1'"),
        ("faults", {"fault": "hang", "seconds": True}, 'hang: "seconds" cannot be True'),
        ("faults", {"fault": "reset", "hard": 1}, "reset: got an unexpected keyword argument"),
        ("faults", {"fault": "status", "code": 42}, "status: a status lies between 200 and 599"),
        ("faults", {"fault": "raw", "body": "", "headers": {"a": 1}}, 'raw: "headers" cannot be'),
        ("faults", {"fault": "raw", "body": "", "headers": {"a": "→"}}, "raw: "),
        ("faults", {"fault": "reset", "times": 0}, "times must be at least 1: 0"),
        ("faults", {"fault": "reset", "times": "2"}, "\"times\" is a whole number: '2'"),
        ("faults", {"fault": "reset", "api": 3}, '"api" is a text: 3'),
        ("faults", {"fault": "reset", "file": 3}, '"file" is a text: 3'),
    ],
)
def test_bad_settings(sim: Simulator, page: str, setting: object, why: str) -> None:
    reply = control(sim, page, setting)
    assert reply.status == 400
    assert reply.json["error"].startswith(why)
    assert "\n" not in reply.json["error"]
    assert sim.faults.pending == []


@pytest.mark.parametrize("body", [b"{", b"", b"\xff"])
def test_settings_that_are_no_json(sim: Simulator, body: bytes) -> None:
    reply = send(sim.url, "POST /simulator/clock", body=body)
    assert reply.status == 400


def test_pages_of_the_control(sim: Simulator) -> None:
    assert control(sim, "nothing").status == 404
    assert "/simulator/clock" in control(sim, "nothing").json["error"]
    assert control(sim, "clock").status == 405
    assert control(sim, "requests", {}).status == 405


def test_requests_over_http_without_the_token(sim: Simulator) -> None:
    ask(sim)
    ask(sim, token=None)
    control(sim, "nothing")
    reply = control(sim, "requests")
    assert sim.token not in reply.body.decode()
    assert [each["token_sent"] for each in reply.json] == [True, False]
    assert [each["status"] for each in reply.json] == [200, 401]
    assert reply.json[0]["query"] == {"api": "services"}


def test_every_fault_stands_on_the_page_for_people() -> None:
    page = (ROOT / "tests/simulator/README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) >= set(faults.BY_NAME)


# --- the command line --------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.Popen[str]:
    # -S and -E: nothing but the standard library.
    command = [sys.executable, "-S", "-E", "-m", "tests.simulator", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
    )


windows_sends_no_signals = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no such signals to send"
)


@windows_sends_no_signals
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_line(stop: signal.Signals) -> None:
    options = [
        "--token",
        "mine",
        "--server",
        "0042",
        "--quota",
        "1",
        "--now",
        "2026-11-20T10:00:00",
        "--months",
        "first",
    ]
    with run("--port", "0", *options) as process:
        printed, settings = greeting(process)
        (line,) = re.findall("curl .*", printed)
        url = re.findall('"(http.*)"', line)[0]
        assert settings == {
            "server": "0042",
            "token": "mine",
            "api_url": url.removesuffix("/information.php?api=services"),
        }
        parts = urlsplit(url)
        replies = [send(url, f"GET {parts.path}?{parts.query}", token="mine") for _ in range(2)]
        assert [reply.status for reply in replies] == [200, 403]
        process.send_signal(stop)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    first, second = said.splitlines()
    assert re.fullmatch(r"GET /api/v2/information\.php services -> 200 in \d\.\d{3} s", first)
    assert "-> 403 in" in second


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--timezone", "Nowhere"], "cannot serve: no such time zone: 'Nowhere'\n"),
        (["--port", "99999999"], "cannot serve: "),
    ],
)
def test_a_command_line_that_cannot_serve(arguments: list[str], why: str) -> None:
    with run(*arguments) as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said.startswith(why)
    assert said.count("\n") == 1


def test_a_port_that_is_taken(sim: Simulator) -> None:
    port = urlsplit(sim.url).port
    with run("--port", str(port)) as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert said == f"cannot serve: port {port} is taken: --port 0 takes a free one\n"
