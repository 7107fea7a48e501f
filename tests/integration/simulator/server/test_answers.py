"""Answers of the simulator and the data in them."""

from __future__ import annotations

import http.client
import re
from contextlib import closing
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.integration.simulator.server.common import ASKED, FRIDAY, SERVICE_FIELDS, ask, at
from tests.simulator import CodeForm, Simulator
from tests.simulator.http.routes import ENDPOINTS
from tests.simulator.world.missing_values import FORMS

BILLING = ("agent_script", "intelligent_dial", "rsync_s3_mp3", "rec_screen")
ALL = [*(("billing", api) for api in BILLING), ("information", "services")]

OTHERS = [
    ("information", "agents"),
    ("information", "storage"),
    ("campaign", "campaign_15"),
    ("real_time", "agents"),
    ("real_time", "calls_last_10"),
    ("whatsapp", "list_templates"),
    ("whatsapp", "agent_chat"),
]
"""Endpoints with rows enough to differ in another world."""


# --- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "api"), ALL)
def test_an_answer_is_an_envelope_of_rows_of_text(sim: Simulator, file: str, api: str) -> None:
    reply = ask(sim, api, file)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(reply.json) == ["code", "error", "msg", "data"]
    assert reply.json["error"] is None
    assert reply.json["data"] == sim.rows(file, api)
    assert {type(value) for row in reply.json["data"] for value in row.values()} == {str}


def test_an_answer_is_pretty_printed_utf8(sim: Simulator) -> None:
    body = ask(sim, "rec_screen", "billing").body
    assert body.startswith(b'{\n    "code": 200,\n')
    assert "Operación Demo 0011" in body.decode()


@pytest.mark.parametrize(
    ("file", "api", "code", "msg"),
    [
        *(("billing", api, 200, "Information found for the current month") for api in BILLING),
        ("information", "services", "200", "1 records were found"),
        ("information", "token_info", "200", " 1 records were found"),
    ],
)
def test_code_and_msg_as_documented(
    sim: Simulator, file: str, api: str, code: object, msg: str
) -> None:
    envelope = ask(sim, api, file).json
    assert (envelope["code"], envelope["msg"]) == (code, msg)


@pytest.mark.parametrize("code", [200, "200", "0", ""], ids=repr)
def test_code_in_another_form(code: int | str) -> None:
    with Simulator(code=code) as sim:
        assert ask(sim).json["code"] == code
        assert ask(sim, "rec_screen", "billing").json["code"] == code


def test_code_absent() -> None:
    with Simulator(code=CodeForm.ABSENT) as sim:
        assert list(ask(sim).json) == ["error", "msg", "data"]
        assert ask(sim, "nothing").json["code"] == 400


def test_one_connection_serves_many_requests(sim: Simulator) -> None:
    with closing(http.client.HTTPConnection(urlsplit(sim.url).netloc)) as connection:
        for _ in range(3):
            path = "/api/v2/information.php?api=services"
            connection.request("GET", path, headers={"wolkvox-token": sim.token})
            first = connection.sock
            assert connection.getresponse().read()
            assert connection.sock is first


# --- billing -----------------------------------------------------------------------------------


def amounts(sim: Simulator, api: str) -> list[float]:
    items = [row["items"] for row in sim.rows("billing", api) if row["items"] not in FORMS]
    return [float(each.replace(",", "")) for each in items]


@pytest.mark.parametrize("api", BILLING)
def test_billing_rows(sim: Simulator, api: str) -> None:
    rows = sim.rows("billing", api)
    assert {tuple(row) for row in rows} == {("operation", "description", "items", "date")}
    assert {row["date"] for row in rows} == {"2026-11-20"}
    assert len({row["description"] for row in rows}) == len(rows) > 1


@pytest.mark.parametrize("api", BILLING)
def test_billing_grows_every_day_and_starts_again(sim: Simulator, api: str) -> None:
    sim.clock.set(at("2026-11-01"))
    days = []
    for _ in range(30):
        days.append(amounts(sim, api))
        sim.clock.advance(timedelta(days=1))
    assert sim.clock.today() == date(2026, 12, 1)
    for before, after in pairwise(days):
        assert all(one < other for one, other in zip(before, after, strict=True))
    new = amounts(sim, api)
    assert all(one < last / 5 for one, last in zip(new, days[-1], strict=True))


def test_billing_of_a_day_is_the_same_all_day_and_ever(sim: Simulator) -> None:
    before = sim.rows("billing", "rec_screen")
    sim.clock.set(at("2026-11-20T23:59:59"))
    assert sim.rows("billing", "rec_screen") == before
    sim.clock.set(at("2027-11-20"))
    sim.clock.set(FRIDAY)
    assert sim.rows("billing", "rec_screen") == before


def test_items_come_in_several_forms(sim: Simulator) -> None:
    items = [row["items"] for api in BILLING for row in sim.rows("billing", api)]
    for form in (r"\d{4,}", r"\d{1,3}(,\d{3})+", r"\d{1,3}(,\d{3})+\.\d\d"):
        assert any(re.fullmatch(form, each) for each in items), form
    assert any(each in FORMS for each in items)


# --- information -------------------------------------------------------------------------------


def test_services_row(sim: Simulator) -> None:
    (row,) = sim.rows("information", "services")
    assert list(row) == SERVICE_FIELDS
    assert row["licenses"].isdecimal()
    assert row["pbx"].isdecimal()
    described = SERVICE_FIELDS[2:-3]
    assert {row[name] for name in described} == {"yes", "no"}


def test_undescribed_services_may_be_missing() -> None:
    rows = [Simulator(seed=seed).rows("information", "services")[0] for seed in range(60)]
    assert {row["crm"] for row in rows} == {"yes", "no", *FORMS}


def test_token_info_is_from_just_before_itself() -> None:
    with Simulator(quota=10, other_tokens=["other"]) as sim:
        ask(sim)
        ask(sim, token="other")
        told = sim.rows("information", "token_info")
        assert ask(sim, "token_info").json["data"] == told
        (row,) = ask(sim, "token_info").json["data"]
    row.pop("description")
    assert row == {
        "token_limit": "10",
        "token_use_today": "2",
        "all_token_today": "3",
        "available_consumption_options": "7",
    }


# --- repeatable --------------------------------------------------------------------------------


def everything(sim: Simulator, *which: tuple[str, str]) -> list[object]:
    return [sim.content(*each, **ASKED.get(each, {})) for each in which]


def test_same_seed_same_data() -> None:
    one, other = (Simulator(seed=5, now=FRIDAY) for _ in range(2))
    assert everything(one, *ENDPOINTS) == everything(other, *ENDPOINTS)


@pytest.mark.parametrize("change", [{"seed": 6}, {"server": "0012"}])
def test_another_seed_or_server_other_data(change: dict[str, Any]) -> None:
    options: dict[str, Any] = {"seed": 5, "now": FRIDAY}
    one, other = (
        everything(Simulator(**each), *ALL, *OTHERS) for each in (options, options | change)
    )
    assert all(a != b for a, b in zip(one, other, strict=True))


def test_the_data_do_not_change_with_the_interpreter() -> None:
    sim = Simulator(seed=1, now=FRIDAY)
    assert [row["items"] for row in sim.rows("billing", "rsync_s3_mp3")] == ["132,122", "320.94"]
