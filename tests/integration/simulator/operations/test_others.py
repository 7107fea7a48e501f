"""Requests that others spend."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.simulator.operations.common import ask, at, control, send, statuses, used
from tests.simulator import Simulator

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
