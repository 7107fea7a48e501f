"""Several simulated operations on one port, and quotas that others spend from."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.simulator import Simulator, Simulators, faults
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator import Request

at = datetime.fromisoformat
FRIDAY = at("2026-11-20T10:00")
BILL = "billing.php?api=rec_screen"
BOGOTA, AUCKLAND = "America/Bogota", "Pacific/Auckland"


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def rows(self) -> Any:
        return self.json["data"]


def send(
    url: str, *, method: str = "GET", token: str | None = None, body: bytes | None = None
) -> Reply:
    parts = urlsplit(url)
    headers = {} if token is None else {"wolkvox-token": token}
    with closing(http.client.HTTPConnection(parts.netloc, timeout=5)) as connection:
        connection.request(method, f"{parts.path}?{parts.query}", body, headers)
        with closing(connection.getresponse()) as response:
            return Reply(response.status, response.read())


def ask(sim: Simulator, api: str = "services", token: str | None = None) -> Reply:
    return send(f"{sim.url}/information.php?api={api}", token=token or sim.token)


def statuses(sim: Simulator, times: int) -> list[int]:
    return [ask(sim).status for _ in range(times)]


def control(sim: Simulator, page: str, setting: object = None) -> Reply:
    url = f"{sim.url.removesuffix('/api/v2')}/simulator/{page}"
    if setting is None:
        return send(url)
    return send(url, method="POST", body=json.dumps(setting).encode())


def used(sim: Simulator, token: str | None = None) -> tuple[int, int, int]:
    """By the token, by all, and what is available, as `token_info` has it; costs nothing."""
    usage = sim.operation.usage(token or sim.token)
    (row,) = sim.rows("information", "token_info")
    assert int(row["all_token_today"]) == usage.by_all
    assert int(row["available_consumption_options"]) == usage.available
    return usage.by_token, usage.by_all, usage.available


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(quota=10, now=FRIDAY) as simulator:
        yield simulator


@pytest.fixture
def pair() -> Iterator[tuple[Simulator, Simulator]]:
    """Two operations on one port, with one token."""
    first, second = (Simulator(server=each, now=FRIDAY) for each in ("0011", "0012"))
    with Simulators(first, second):
        yield first, second


# --- quotas that others spend from -------------------------------------------------------------


def test_what_others_spend_counts_for_all_and_for_no_token(sim: Simulator) -> None:
    ask(sim)
    sim.spend(4)
    assert used(sim) == (1, 5, 5)
    assert ask(sim, "token_info").rows[0] | {"description": ""} == {
        "token_limit": "10",
        "token_use_today": "1",
        "all_token_today": "5",
        "available_consumption_options": "5",
        "description": "",
    }
    assert used(sim) == (2, 6, 4)


def test_others_spend_no_more_than_there_is(sim: Simulator) -> None:
    ask(sim)
    sim.spend(100)
    assert used(sim) == (1, 10, 0)
    assert ask(sim).json["msg"] == "TOKEN LIMIT EXCEEDED"
    sim.spend(1)
    assert used(sim) == (1, 10, 0)


def test_others_may_spend_nothing(sim: Simulator) -> None:
    sim.spend(0)
    assert used(sim) == (0, 0, 10)


def test_what_others_spend_is_of_the_local_day(sim: Simulator) -> None:
    sim.clock.set(at("2026-11-20T23:59"))
    sim.spend(10)
    assert statuses(sim, 1) == [403]
    sim.clock.advance(timedelta(minutes=1))
    assert used(sim) == (0, 0, 10)
    assert statuses(sim, 1) == [200]


def test_nobody_spends_less_than_nothing(sim: Simulator) -> None:
    with pytest.raises(ValueError, match="requests to spend must be at least 0: -1"):
        sim.spend(-1)
    with pytest.raises(ValueError, match="others must be at least 0: -1"):
        Simulator(others=-1)
    assert used(sim) == (0, 0, 10)


def test_others_spend_after_each_request() -> None:
    with Simulator(quota=10, others=3) as sim:
        # Its own request is not among them yet, nor what follows it.
        assert ask(sim, "token_info").rows[0]["all_token_today"] == "0"
        assert used(sim) == (1, 4, 6)
        assert ask(sim, "token_info").rows[0]["all_token_today"] == "4"
        assert used(sim) == (2, 8, 2)
        assert [each.cost for each in sim.requests] == [1, 1]


def test_others_spend_what_is_left_if_that_is_less() -> None:
    with Simulator(quota=7, others=5) as sim:
        assert statuses(sim, 3) == [200, 200, 403]
        assert used(sim) == (2, 7, 0)


def test_others_spend_nothing_after_a_request_that_is_refused() -> None:
    with Simulator(quota=10, others=3) as sim:
        assert ask(sim, token="wrong").status == 403
        assert send(f"{sim.url}/nothing.php?api=services", token=sim.token).status == 404
        assert used(sim) == (0, 0, 10)


def test_others_spend_after_the_requests_of_every_token() -> None:
    with Simulator(quota=10, others=1, other_tokens=["second"]) as sim:
        assert ask(sim, token="second").status == 200
        assert used(sim) == (0, 2, 8)
        assert used(sim, "second") == (1, 2, 8)


def test_nobody_is_admitted_in_the_name_of_others(sim: Simulator) -> None:
    sim.spend(1)
    assert send(f"{sim.url}/information.php?api=services", token="").status == 401


def test_spend_over_http(sim: Simulator) -> None:
    ask(sim)
    reply = control(sim, "quota", {"spend": 4})
    assert (reply.status, reply.json) == (200, {"spent": 5, "available": 5})
    assert used(sim) == (1, 5, 5)
    assert control(sim, "quota", {"spend": 0}).json == {"spent": 5, "available": 5}
    assert control(sim, "quota", {"spend": 40}).json == {"spent": 10, "available": 0}
    assert ask(sim).status == 403


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ({"spend": "4"}, "\"spend\" is a whole number, 0 or more: '4'"),
        ({"spend": 4.0}, '"spend" is a whole number, 0 or more: 4.0'),
        ({"spend": True}, '"spend" is a whole number, 0 or more: True'),
        ({"spend": None}, '"spend" is a whole number, 0 or more: None'),
        ({"spend": -1}, "requests to spend must be at least 0: -1"),
        ({"spend": 4, "by": "us"}, 'send {"spend": 40}'),
        ({}, 'send {"spend": 40}'),
        ([4], "a JSON object is wanted: 'list' object has no attribute 'items'"),
    ],
)
def test_what_cannot_be_spent(sim: Simulator, setting: object, why: str) -> None:
    reply = control(sim, "quota", setting)
    assert (reply.status, reply.json) == (400, {"error": why})
    assert used(sim) == (0, 0, 10)


def test_the_page_of_the_quota_is_named_and_only_posted_to(sim: Simulator) -> None:
    reply = control(sim, "quota")
    assert (reply.status, reply.json) == (405, {"error": "use POST"})
    assert "/simulator/quota" in control(sim, "nothing").json["error"]


# --- several operations on one port ------------------------------------------------------------


def test_each_is_served_under_a_path_of_its_own() -> None:
    first, second = Simulator(server="0011", token="one"), Simulator(server="0012", token="two")
    with Simulators(first, second) as sims:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/wv\{server\}/api/v2", sims.api_url)
        assert sims.simulators == (first, second)
        for each in sims.simulators:
            assert each.url == sims.api_url.format(server=each.server)
            assert ask(each).rows == each.rows("information", "services")
        assert ask(first).rows != ask(second).rows
        assert ask(first, token="two").status == ask(second, token="one").status == 403


def test_operations_as_the_tap_is_told_of_them() -> None:
    sims = Simulators(
        Simulator(server="0011", token="one"),
        Simulator(server="0012", token="two", timezone=AUCKLAND),
    )
    assert sims.operations == [
        {"server": "0011", "token": "one", "timezone": BOGOTA},
        {"server": "0012", "token": "two", "timezone": AUCKLAND},
    ]


def test_the_journal_of_each_has_its_own_requests_without_the_prefix() -> None:
    told: list[Request] = []
    first, second = Simulator(server="0011"), Simulator(server="0012", on_request=told.append)
    with Simulators(first, second):
        ask(second)
        ask(second, "nothing")
        ask(first)
        assert [each.path for each in first.requests] == ["/api/v2/information.php"]
        assert [(each.path, each.api) for each in second.requests] == [
            ("/api/v2/information.php", "services"),
            ("/api/v2/information.php", "nothing"),
        ]
    assert told == second.requests


def test_each_has_faults_of_its_own(pair: tuple[Simulator, Simulator]) -> None:
    first, second = pair
    first.faults.add(faults.status(500), times=2)
    assert statuses(second, 2) == [200, 200]
    assert statuses(first, 3) == [500, 500, 200]


def test_each_has_a_quota_of_its_own() -> None:
    first, second = Simulator(server="0011", quota=2), Simulator(server="0012", quota=5, others=1)
    with Simulators(first, second):
        first.spend(1)
        assert statuses(first, 2) == [200, 403]
        assert statuses(second, 4) == [200, 200, 200, 403]


def test_each_has_seats_of_its_own(pair: tuple[Simulator, Simulator]) -> None:
    first, second = pair
    with ThreadPoolExecutor() as pool:
        first.faults.add(faults.hang(0.3), times=2)
        held = [pool.submit(ask, first) for _ in range(2)]
        until = time.monotonic() + 5
        while len(first.requests) < 2:
            assert time.monotonic() < until, "waited in vain"
            time.sleep(0.005)
        assert ask(first).status == 403
        assert ask(second).status == 200
        assert [each.result().status for each in held] == [200, 200]
    assert (first.max_in_flight, second.max_in_flight) == (3, 1)


def test_the_control_of_each(pair: tuple[Simulator, Simulator]) -> None:
    first, second = pair
    ask(first)
    assert len(control(first, "requests").json) == 1
    assert control(second, "requests").json == []
    assert control(second, "clock", {"now": "2026-11-21T10:00:00"}).status == 200
    assert (first.clock.today(), second.clock.today()) == (date(2026, 11, 20), date(2026, 11, 21))
    assert control(second, "faults", {"fault": "maintenance"}).status == 200
    assert (statuses(first, 1), statuses(second, 1)) == ([200], [403])
    spent = control(second, "quota", {"spend": 4}).json["spent"]
    assert (spent, used(second)[1], used(first)[1]) == (5, 5, 2)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/information.php",
        "/wv0013/api/v2/information.php",
        "/wv00111/api/v2/information.php",
        "/wv0011",
        "/wv0011api/v2/information.php",
        "/simulator/requests",
        "/",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_path_of_nobodys_is_the_page_of_an_unknown_one(
    pair: tuple[Simulator, Simulator], path: str, method: str
) -> None:
    first, second = pair
    base = first.url.removesuffix("/wv0011/api/v2")
    unknown = send(f"{first.url}/nothing.php", token=first.token)
    assert send(f"{base}{path}", method=method, token=first.token) == unknown
    assert unknown.status == 404
    assert unknown.body.startswith(b"<html>")
    assert [each.path for each in (*first.requests, *second.requests)] == ["/api/v2/nothing.php"]


def test_one_connection_serves_requests_to_several(pair: tuple[Simulator, Simulator]) -> None:
    paths = [urlsplit(each.url).path for each in pair] * 2
    with closing(http.client.HTTPConnection(urlsplit(pair[0].url).netloc, timeout=5)) as connection:
        for path in (paths[0], "/nowhere", *paths):
            connection.request("GET", path)
            used_before = connection.sock
            with closing(connection.getresponse()) as response:
                response.read()
            assert connection.sock is used_before
    assert [len(each.requests) for each in pair] == [3, 2]


def test_one_among_several_may_be_the_only_one() -> None:
    with Simulators(Simulator(server="0042")) as sims:
        assert ask(sims.simulators[0]).status == 200
        assert sims.simulators[0].url.endswith("/wv0042/api/v2")


def test_no_two_have_the_same_server() -> None:
    with pytest.raises(ValueError, match="each operation has a server of its own: 7, 8, 7"):
        Simulators(*(Simulator(server=each) for each in "787"))


def test_no_url_unless_they_are_served() -> None:
    one = Simulator()
    sims = Simulators(one)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="the simulators serve inside `with` only"):
            _ = sims.api_url
        with pytest.raises(RuntimeError, match="the simulator serves inside `with` only"):
            _ = one.url
        with sims:
            assert ask(one).status == 200
        sims.close()  # once more than needed


def test_closing_leaves_nothing() -> None:
    before = threading.active_count()
    with Simulators(Simulator()) as sims:
        api_url = sims.api_url.format(server="0011")
        send(api_url)
    assert threading.active_count() == before
    with pytest.raises(ConnectionRefusedError):
        send(api_url)


def test_the_port_may_be_chosen_and_taken() -> None:
    with Simulators(Simulator()) as sims:
        later = Simulators(Simulator(), port=urlsplit(sims.api_url).port or 0)
        with pytest.raises(OSError):
            later.start()
    with later:
        assert later.api_url == f"http://127.0.0.1:{later.port}/wv{{server}}/api/v2"


def test_alone_it_is_where_it_always_was(sim: Simulator) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v2", sim.url)
    assert send(f"{sim.url.removesuffix('/api/v2')}/wv0011/api/v2/information.php").status == 404
    assert [each.path for each in sim.requests] == ["/wv0011/api/v2/information.php"]


# --- clocks in other zones ---------------------------------------------------------------------


def far_apart(now: datetime, **conditions: Any) -> tuple[Simulator, Simulator]:
    return (
        Simulator(server="0011", timezone=AUCKLAND, now=now, **conditions),
        Simulator(server="0012", timezone=BOGOTA, now=now, **conditions),
    )


def test_one_instant_is_two_local_days() -> None:
    both = far_apart(datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert len({each.clock.now() for each in both}) == 1
    with Simulators(*both):
        bills = [send(f"{each.url}/{BILL}", token=each.token).rows for each in both]
    assert [rows[0]["date"] for rows in bills] == ["2026-11-21", "2026-11-20"]
    assert [each.clock.today() for each in both] == [date(2026, 11, 21), date(2026, 11, 20)]


def test_quotas_begin_anew_at_each_ones_midnight() -> None:
    begin = datetime(2026, 11, 20, 10, 59, 59, tzinfo=UTC)
    auckland, bogota = both = far_apart(begin, quota=2)
    with Simulators(*both):
        for each in both:
            each.spend(1)
        assert [statuses(each, 2) for each in both] == [[200, 403], [200, 403]]
        for each in both:
            each.clock.advance(timedelta(seconds=1))
        assert f"{auckland.clock.now():%d %H:%M:%S}" == "21 00:00:00"
        assert [statuses(each, 3) for each in both] == [[200, 200, 403], [403, 403, 403]]
        for each in both:
            each.clock.set(datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC))
        assert [statuses(each, 1) for each in both] == [[403], [403]]
        for each in both:
            each.clock.advance(timedelta(seconds=1))
        assert f"{bogota.clock.now():%d %H:%M:%S}" == "21 00:00:00"
        assert [statuses(each, 3) for each in both] == [[403, 403, 403], [200, 200, 403]]


def test_a_moment_without_a_zone_is_another_instant_in_each() -> None:
    auckland, bogota = far_apart(FRIDAY)
    assert auckland.clock.today() == bogota.clock.today()
    assert bogota.clock.now() - auckland.clock.now() == timedelta(hours=18)


# --- the command line --------------------------------------------------------------------------


def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.simulator", "--port", "0", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def greeting(process: subprocess.Popen[str]) -> tuple[str, Any]:
    """What it says once it serves, and the settings of the tap in it."""
    assert process.stdout
    said = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
    return said, json.loads(said[said.index("\n{") : said.rindex("}") + 1])


def stopped(process: subprocess.Popen[str]) -> list[str]:
    """What it said on stderr until it was stopped."""
    if sys.platform == "win32":
        # Windows sends no Ctrl-C to one process alone.
        process.terminate()
    else:
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=5)
    assert process.returncode == 0 or sys.platform == "win32"
    return said.splitlines()


def test_several_on_the_command_line() -> None:
    options = [
        *("--server", "0011", "--timezone", AUCKLAND),
        *("--server", "0042", "--timezone", BOGOTA),
        *("--now", "2026-11-20T12:00:00+00:00", "--quota", "5", "--others", "2"),
        *("--token", "mine", "--seed", "3", "--pace", "0.5"),
    ]
    with run(*options) as process:
        said, settings = greeting(process)
        api_url = settings["api_url"]
        assert settings == {
            "operations": [
                {"server": "0011", "token": "mine-0011", "timezone": AUCKLAND},
                {"server": "0042", "token": "mine-0042", "timezone": BOGOTA},
            ],
            "api_url": api_url,
        }
        first, second = (api_url.format(server=each) for each in ("0011", "0042"))
        assert said.startswith(
            f"Simulated Wolkvox operations are at {api_url}\n"
            "token of 0011: mine-0011\ntoken of 0042: mine-0042\n\nTry it:\n"
            f'  curl -H "wolkvox-token: mine-0011" "{first}/information.php?api=services"\n'
        )
        days = {send(f"{first}/{BILL}", token="mine-0011").rows[0]["date"]}
        days.add(send(f"{second}/{BILL}", token="mine-0042").rows[0]["date"])
        (info,) = send(f"{second}/information.php?api=token_info", token="mine-0042").rows
        assert send(f"{second}/{BILL}", token="mine-0011").status == 403
        lines = stopped(process)
    assert days == {"2026-11-20", "2026-11-21"}
    assert (info["token_limit"], info["all_token_today"]) == ("5", "3")
    billing = r"GET /api/v2/billing\.php rec_screen"
    for line, form in zip(
        lines,
        [
            f"0011 {billing} -> 200",
            f"0042 {billing} -> 200",
            r"0042 GET /api/v2/information\.php token_info -> 200",
            f"0042 {billing} -> 403",
        ],
        strict=True,
    ):
        assert re.fullmatch(rf"{form} in \d\.\d{{3}} s", line)


def test_one_zone_for_all_and_a_local_now_on_the_command_line() -> None:
    options = ["--server", "0011", "--server", "0042", "--now", "2026-11-20T23:59:59"]
    with run(*options, "--timezone", AUCKLAND) as process:
        _, settings = greeting(process)
        assert {each["timezone"] for each in settings["operations"]} == {AUCKLAND}
        for each in settings["operations"]:
            url = settings["api_url"].format(server=each["server"])
            assert send(f"{url}/{BILL}", token=each["token"]).rows[0]["date"] == "2026-11-20"
        stopped(process)


def test_one_on_the_command_line_is_greeted_as_ever() -> None:
    with run() as process:
        said, settings = greeting(process)
        url = settings["api_url"]
        assert settings == {"server": "0011", "token": "demo-token", "api_url": url}
        assert said == (
            f"A simulated Wolkvox operation is at {url}\ntoken: demo-token\n\nTry it:\n"
            f'  curl -H "wolkvox-token: demo-token" "{url}/information.php?api=services"\n\n'
            f"Settings of the tap:\n{json.dumps(settings, indent=2)}\n\n"
        )
        assert send(f"{url}/information.php?api=services", token="demo-token").status == 200
        (line,) = stopped(process)
    assert line.startswith("GET /api/v2/information.php services -> 200 in ")


def test_an_output_that_does_not_take_all_characters_is_no_reason_to_fail() -> None:
    with run("--token", "señal-🛠", PYTHONUTF8="0", PYTHONIOENCODING="ascii") as process:
        said, _ = greeting(process)
        stopped(process)
    assert "token: se?al-?\n" in said


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (
            "--server 1 --server 2 --server 3 --timezone UTC --timezone UTC",
            "give one time zone for all or one each; zones: 2, servers: 3",
        ),
        (
            "--timezone UTC --timezone UTC",
            "give one time zone for all or one each; zones: 2, servers: 1",
        ),
        ("--server 1 --server 2 --timezone Nowhere", "no such time zone: 'Nowhere'"),
        ("--server 1 --server 1", "each operation has a server of its own: 1, 1"),
        ("--others -1", "others must be at least 0: -1"),
    ],
)
def test_a_command_line_that_cannot_serve(arguments: str, why: str) -> None:
    with run(*arguments.split()) as process:
        out, said = process.communicate(timeout=5)
    assert (process.returncode, out, said) == (1, "", f"cannot serve: {why}\n")


# --- the page for people -----------------------------------------------------------------------


def test_every_option_and_page_stands_on_the_page_for_people(sim: Simulator) -> None:
    page = (ROOT / "tests/simulator/README.md").read_text(encoding="utf-8")
    with run("--help") as process:
        said, _ = process.communicate(timeout=5)
    options = set(re.findall(r"--[\w-]+", said)) - {"--help"}
    assert options == set(re.findall(r"^\| `(--[\w-]+)` \|", page, re.MULTILINE))
    pages = set(re.findall(r"/simulator/\w+", control(sim, "nothing").json["error"]))
    assert len(pages) == 4
    assert pages <= set(re.findall(r"/simulator/\w+", page))
