"""Several operations on one port."""

from __future__ import annotations

import http.client
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.simulator import Simulator, Simulators, faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator import Request

from tests.integration.simulator.operations.common import (
    AUCKLAND,
    BILL,
    BOGOTA,
    FRIDAY,
    ask,
    control,
    send,
    statuses,
    used,
)


@pytest.fixture
def pair() -> Iterator[tuple[Simulator, Simulator]]:
    """Two operations on one port, with one token."""
    first, second = (Simulator(server=each, now=FRIDAY) for each in ("0011", "0012"))
    with Simulators(first, second):
        yield first, second


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
