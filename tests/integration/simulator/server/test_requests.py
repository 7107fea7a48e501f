"""Requests that are refused, what they cost, and the journal of them."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from tests.integration.simulator.server.common import (
    TOKEN,
    ask,
    at,
    control,
    in_background,
    in_vain,
    send,
    struck,
    wait_until,
)
from tests.simulator import Simulator, faults

# --- the error table ---------------------------------------------------------------------------

SERVICES = "information.php?api=services"


@pytest.mark.parametrize(
    ("target", "token", "status", "msg"),
    [
        (SERVICES, None, 401, "PLEASE ENTER THE WOLKVOX-TOKEN"),
        (SERVICES, "", 401, "PLEASE ENTER THE WOLKVOX-TOKEN"),
        (SERVICES, "wrong", 403, "PLEASE VALIDATE TOKEN"),
        ("information.php?api=x", "demo-token", 400, "THE API YOU WANT TO CONSULT DOES NOT EXIST"),
        (
            "billing.php?api=services",
            "demo-token",
            400,
            "THE API YOU WANT TO CONSULT DOES NOT EXIST",
        ),
        ("information.php", "demo-token", 400, "SOME PARAMETERS ARE REQUIRED"),
        ("information.php?api=", "demo-token", 400, "SOME PARAMETERS ARE REQUIRED"),
    ],
)
def test_error_table(sim: Simulator, target: str, token: str | None, status: int, msg: str) -> None:
    reply = send(sim.url, f"GET /api/v2/{target}", token=token)
    assert reply.status == reply.json["code"] == status
    assert list(reply.json) == ["code", "error", "msg"]
    assert reply.json["error"]
    assert reply.json["msg"] == msg


@pytest.mark.parametrize(
    "path", ["/api/v2/nothing.php", "/api/v1/information.php", "/", "/api/v2/"]
)
def test_a_wrong_path_is_a_page(sim: Simulator, path: str) -> None:
    reply = send(sim.url, f"GET {path}?api=services", token=sim.token)
    assert reply.status == 404
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.body.startswith(b"<html>")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_only_get(sim: Simulator, method: str) -> None:
    reply = send(sim.url, f"{method} /api/v2/{SERVICES}", token=sim.token, body=b"{}")
    assert reply.status == 405
    assert reply.headers["Allow"] == "GET"
    assert sim.requests[-1].method == method


# --- quota -------------------------------------------------------------------------------------


def test_quota_spent_until_the_local_day_ends() -> None:
    with Simulator(quota=2, now=at("2026-11-20T23:59")) as sim:
        assert [ask(sim).status for _ in range(3)] == [200, 200, 403]
        assert ask(sim).json["msg"] == "TOKEN LIMIT EXCEEDED"
        sim.clock.advance(timedelta(minutes=1))
        assert ask(sim).status == 200


def test_the_day_is_that_of_the_operation() -> None:
    with Simulator(quota=1, now=datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) as sim:
        assert ask(sim).status == 200
        sim.clock.advance(timedelta(hours=1))  # past midnight in London, not in Bogotá
        assert ask(sim).status == 403


def test_quota_is_a_thousand_a_licence(sim: Simulator) -> None:
    (services,), (info,) = (sim.rows("information", api) for api in ("services", "token_info"))
    assert int(info["token_limit"]) == 1000 * int(services["licenses"])


def test_all_tokens_share_the_quota() -> None:
    with Simulator(quota=1, other_tokens=["other"]) as sim:
        assert ask(sim, token="other").status == 200
        assert ask(sim).status == 403


def test_what_a_request_costs(sim: Simulator) -> None:
    ask(sim)
    ask(sim, "nothing")
    struck(sim, faults.maintenance())
    ask(sim, token=None)
    ask(sim, token="wrong")
    ask(sim, file="nothing")
    assert [each.cost for each in sim.requests] == [1, 1, 1, 0, 0, 0]
    assert sim.rows("information", "token_info")[0]["token_use_today"] == "3"


def test_reading_the_truth_is_free(sim: Simulator) -> None:
    sim.rows("information", "services")
    assert sim.rows("information", "token_info")[0]["all_token_today"] == "0"
    assert sim.requests == []


def test_no_truth_about_what_is_not_there(sim: Simulator) -> None:
    with pytest.raises(LookupError):
        sim.rows("information", "nothing")


# --- two at once -------------------------------------------------------------------------------


def test_a_third_request_at_once_is_refused(sim: Simulator) -> None:
    sim.faults.add(faults.hang(30, stubborn=True), times=2)
    with ThreadPoolExecutor() as pool:
        held = [pool.submit(ask, sim, timeout=0.2) for _ in range(2)]
        wait_until(lambda: len(sim.requests) == 2)
        refused = ask(sim)
        for each in held:
            with pytest.raises(TimeoutError):
                each.result()
    assert refused.status == 403
    assert refused.json["msg"] == "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)"
    assert sim.max_in_flight == 3
    assert sim.requests[2].cost == 0


def test_another_token_has_seats_of_its_own() -> None:
    with Simulator(other_tokens=["other"]) as sim, ThreadPoolExecutor() as pool:
        sim.faults.add(faults.hang(30, stubborn=True), times=2)
        held = [pool.submit(in_vain, sim, timeout=0.2) for _ in range(2)]
        wait_until(lambda: len(sim.requests) == 2)
        assert ask(sim, token="other").status == 200
        assert [each.result() for each in held] == [None, None]
        assert sim.max_in_flight == 2


def test_two_clients_that_ask_on_and_on_are_never_refused(sim: Simulator) -> None:
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda _: ask(sim), range(200)))
    assert {reply.status for reply in replies} == {200}
    assert sim.max_in_flight <= 2


def test_a_client_that_hangs_up_frees_its_seat(sim: Simulator) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            struck(sim, faults.hang(30), timeout=0.05)
        wait_until(lambda: sim.requests[-1].ended is not None)
    assert ask(sim).status == 200


def test_a_stubborn_hang_keeps_its_seat(sim: Simulator) -> None:
    for _ in range(2):
        with pytest.raises(TimeoutError):
            struck(sim, faults.hang(30, stubborn=True), timeout=0.05)
    assert ask(sim).status == 403


# --- the journal -------------------------------------------------------------------------------


def test_the_journal(sim: Simulator) -> None:
    before = time.monotonic()
    ask(sim, "rec_screen", "billing")
    struck(sim, faults.hang(0.1))
    first, second = sim.requests
    assert (first.method, first.path) == ("GET", "/api/v2/billing.php")
    assert (first.query, first.api) == ({"api": "rec_screen"}, "rec_screen")
    assert (first.token, first.status, first.in_flight) == ("demo-token", 200, 1)
    assert first.ended is not None
    assert second.ended is not None
    assert before <= first.started <= first.ended <= second.started
    assert second.ended - second.started >= 0.1


def test_the_journal_tells_what_came_without_token(sim: Simulator) -> None:
    ask(sim, token=None)
    assert sim.requests[0].token is None
    assert sim.requests[0].status == 401


def test_a_request_still_open_has_no_end() -> None:
    with Simulator() as sim:
        sim.faults.add(faults.hang(30))
        thread = in_background(lambda: in_vain(sim, timeout=0.3))
        wait_until(lambda: len(sim.requests) == 1)
        assert sim.requests[0].ended is None
        thread.join()


def test_the_token_is_not_in_the_print_of_a_request(sim: Simulator) -> None:
    ask(sim)
    assert sim.token not in repr(sim.requests)


# --- the body of a GET -------------------------------------------------------------------------


def test_bodies_on_one_connection_are_read_and_noted(sim: Simulator) -> None:
    path = "/api/v2/whatsapp.php?api=list_templates"
    bodies = [b'{"connector_id": "2980"}', b"", b"{}", b'{"connector_id": "2981"}']
    with closing(http.client.HTTPConnection(urlsplit(sim.url).netloc)) as connection:
        statuses = []
        for body in bodies:
            connection.request("GET", path, body, {"wolkvox-token": TOKEN})
            first = connection.sock
            with closing(connection.getresponse()) as response:
                response.read()
                statuses.append(response.status)
            assert connection.sock is first
    assert statuses == [200, 400, 400, 200]
    assert [each.body for each in sim.requests] == bodies
    shown = control(sim, "requests").json
    assert [each["body"] for each in shown] == [body.decode() for body in bodies]
