"""Faults of the simulator."""

from __future__ import annotations

import http.client
import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.simulator import Fault, Simulator, faults

if TYPE_CHECKING:
    from collections.abc import Callable

from tests.integration.simulator.server.common import (
    ASKED,
    SERVICE_FIELDS,
    TOKEN,
    ask,
    send,
    struck,
    wait_until,
)

# --- faults: other answers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status", "msg"),
    [
        (faults.status(500, "OUT OF ORDER"), 500, "OUT OF ORDER"),
        (faults.status(599), 599, "ERROR"),
        (faults.maintenance(), 403, "Forbidden"),
        (faults.no_rows(), 404, "Validate dates entered"),
        (faults.absent(), 404, "REPORT NOT FOUND"),
        (faults.error_code("500", "INTERNAL"), 200, "INTERNAL"),
    ],
)
def test_error_faults(sim: Simulator, fault: Fault, status: int, msg: str) -> None:
    reply = struck(sim, fault)
    assert reply.status == status
    assert reply.json["msg"] == msg
    assert "data" not in reply.json
    assert sim.requests[0].status == status


def test_error_code_only_in_the_envelope(sim: Simulator) -> None:
    assert struck(sim, faults.error_code("500")).json["code"] == "500"


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_seconds(sim: Simulator, code: int) -> None:
    reply = struck(sim, faults.retry_after(code, 7))
    assert (reply.status, reply.headers["Retry-After"]) == (code, "7")


def test_retry_after_date(sim: Simulator) -> None:
    reply = struck(sim, faults.retry_after(503, 60, as_date=True))
    left = parsedate_to_datetime(reply.headers["Retry-After"]) - datetime.now(UTC)
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)


def test_redirect(sim: Simulator) -> None:
    reply = struck(sim, faults.redirect("http://127.0.0.1:9/elsewhere"))
    assert (reply.status, reply.body) == (302, b"")
    assert reply.headers["Location"] == "http://127.0.0.1:9/elsewhere"


def test_html(sim: Simulator) -> None:
    reply = struck(sim, faults.html())
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/html")
    assert b"Service Temporarily Unavailable" in reply.body


def test_raw(sim: Simulator) -> None:
    reply = struck(sim, faults.raw(b"\xff\x00", 202, {"X-Odd": "1"}))
    assert (reply.status, reply.body, reply.headers["X-Odd"]) == (202, b"\xff\x00", "1")
    assert "Content-Type" not in reply.headers
    bare = struck(sim, faults.raw("[]"))
    assert (bare.json, bare.headers["Content-Type"]) == ([], "application/json; charset=utf-8")


def test_raw_headers_about_the_length_are_not_doubled(sim: Simulator) -> None:
    chunked = faults.raw(b"2\r\n[]\r\n0\r\n\r\n", 200, {"Transfer-Encoding": "chunked"})
    reply = struck(sim, chunked)
    assert (reply.json, reply.headers["Content-Length"]) == ([], None)
    assert struck(sim, faults.raw(b"[]  ", 200, {"content-length": "2"})).body == b"[]"


def test_no_body_where_http_allows_none(sim: Simulator) -> None:
    assert struck(sim, faults.status(204)).body == b""


@pytest.mark.parametrize("make", [faults.status, faults.html, faults.retry_after])
def test_a_status_must_be_one(make: Callable[..., Fault]) -> None:
    with pytest.raises(ValueError, match="a status lies between 200 and 599: 42"):
        make(code=42)


# --- faults: other envelopes -------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, {}, [], "text", 3, [1, None], {"a": [{"b": "c"}]}])
def test_data_of_any_value(sim: Simulator, value: object) -> None:
    envelope = struck(sim, faults.data(value)).json
    assert envelope["data"] == value
    assert envelope["code"] == "200"


def test_fewer_rows_than_counted(sim: Simulator) -> None:
    envelope = struck(sim, faults.fewer_rows()).json
    assert (envelope["msg"], envelope["data"]) == ("1 records were found", [])
    assert struck(sim, faults.fewer_rows(recount=True)).json["msg"] == "0 records were found"


def test_extra_rows(sim: Simulator) -> None:
    envelope = struck(sim, faults.extra_rows(3)).json
    assert (envelope["msg"], len(envelope["data"])) == ("4 records were found", 4)
    assert struck(sim, faults.extra_rows(3, recount=False)).json["msg"] == "1 records were found"


def test_changed_rows(sim: Simulator) -> None:
    def turn_round(rows: list[dict[str, object]]) -> list[dict[str, object]]:
        return rows[::-1]

    rows = struck(sim, faults.change_rows(turn_round), api="rec_screen", file="billing").json[
        "data"
    ]
    assert rows == sim.rows("billing", "rec_screen")[::-1]


def test_a_broken_function_of_a_test_is_loud_and_frees_its_seat(
    sim: Simulator, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        with pytest.raises(http.client.RemoteDisconnected):
            struck(sim, faults.change_rows(lambda rows: [rows[7]]))
    assert capfd.readouterr().err.count("IndexError") == 3
    assert ask(sim).status == 200


def test_fields_set_and_dropped(sim: Simulator) -> None:
    fault = faults.set_field("pbx", "many").then(faults.drop_field("crm"))
    (row,) = struck(sim, fault.then(faults.set_field("new", "1"))).json["data"]
    assert list(row) == [*(name for name in SERVICE_FIELDS if name != "crm"), "new"]
    assert (row["pbx"], row["new"]) == ("many", "1")


def test_wrong_types(sim: Simulator) -> None:
    (row,) = struck(sim, faults.wrong_types()).json["data"]
    assert list(row) == SERVICE_FIELDS
    assert {type(value) for value in row.values()} == {int, type(None), list, dict, bool, float}


def test_an_error_has_no_rows_to_change(sim: Simulator) -> None:
    assert struck(sim, faults.extra_rows(), api="nothing").status == 400


# --- faults: rows in other places --------------------------------------------------------------


def struck_at(sim: Simulator, fault: Fault, file: str, api: str) -> Any:
    asked = ASKED.get((file, api), {})
    body = json.dumps(asked).encode()
    sim.faults.add(fault)
    query = urlencode({"api": api, **asked})
    return send(sim.url, f"GET /api/v2/{file}.php?{query}", token=TOKEN, body=body).json


def test_the_rows_of_each_survey_are_changed(sim: Simulator) -> None:
    truth = sim.content("quality", "quality_matrix")
    fault = faults.fewer_rows().then(faults.set_field("new", "1"))
    assert struck_at(sim, fault, "quality", "quality_matrix") == truth | {
        "data": {
            survey: [row | {"new": "1"} for row in rows[:-1]]
            for survey, rows in truth["data"].items()
        }
    }


@pytest.mark.parametrize(
    ("fault", "data"), [(faults.fewer_rows(), False), (faults.extra_rows(), True)]
)
def test_one_object_stays_one(sim: Simulator, fault: Fault, data: bool) -> None:
    truth = sim.content("real_time", "info_server")["data"] if data else {}
    assert struck_at(sim, fault, "real_time", "info_server")["data"] == truth


@pytest.mark.parametrize("recount", [False, True])
@pytest.mark.parametrize("extra", [False, True])
@pytest.mark.parametrize("api", ["campaign_15", "agent_chat"])
def test_totals_are_counted_again_if_told_so(
    sim: Simulator, api: str, extra: bool, recount: bool
) -> None:
    file = "campaign" if api == "campaign_15" else "whatsapp"
    before = len(sim.rows(file, api, **ASKED[file, api]))
    fault = faults.extra_rows if extra else faults.fewer_rows
    content = struck_at(sim, fault(2, recount=recount), file, api)
    rows, total = (
        (content["records"], content["total_records"])
        if api == "campaign_15"
        else (content["data"]["data"], content["data"]["total"])
    )
    assert len(rows) == before + (2 if extra else -2)
    assert total == str(len(rows) if recount else before)


@pytest.mark.parametrize("value", [None, "text", [], {"a": "b"}])
@pytest.mark.parametrize(
    ("file", "api", "place"),
    [
        ("campaign", "campaign_15", "records"),
        ("quality", "quality_matrix", "data"),
        ("whatsapp", "agent_chat", "data"),
        ("whatsapp", "list_templates", "data"),
        ("real_time", "info_server", "data"),
        ("real_time", "campaigns", None),
    ],
)
def test_any_value_in_place_of_data(
    sim: Simulator, file: str, api: str, place: str | None, value: object
) -> None:
    truth = sim.content(file, api, **ASKED.get((file, api), {}))
    content = struck_at(sim, faults.data(value), file, api)
    assert content == (value if place is None else truth | {place: value})


def test_rows_put_there_can_be_changed_again(sim: Simulator) -> None:
    fault = faults.data([{"a": "1"}]).then(faults.set_field("b", "2"))
    assert struck_at(sim, fault, "real_time", "campaigns") == [{"a": "1", "b": "2"}]
    assert struck(sim, faults.data(None).then(faults.extra_rows())).json["data"] is None


# --- faults: trouble on the wire ---------------------------------------------------------------


def test_cut_json(sim: Simulator) -> None:
    reply = struck(sim, faults.cut_json())
    assert reply.status == 200
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    with pytest.raises(json.JSONDecodeError):
        _ = reply.json


def test_cut_body(sim: Simulator) -> None:
    with pytest.raises(http.client.IncompleteRead) as cut:
        struck(sim, faults.cut_body())
    assert cut.value.partial
    assert cut.value.expected
    assert sim.requests[0].status is None


def test_closed(sim: Simulator) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        struck(sim, faults.closed())
    assert sim.requests[0].status is None


def test_reset(sim: Simulator) -> None:
    # RemoteDisconnected, which an orderly close brings, is a ConnectionResetError too.
    with pytest.raises(ConnectionResetError) as broken:
        struck(sim, faults.reset())
    assert type(broken.value) is ConnectionResetError
    assert ask(sim).status == 200


def test_hang(sim: Simulator) -> None:
    started = time.monotonic()
    assert struck(sim, faults.hang(0.15)).status == 200
    assert time.monotonic() - started >= 0.15


def test_slow_body_never_keeps_a_read_waiting(sim: Simulator) -> None:
    started = time.monotonic()
    fault = faults.raw(b"0123456789").then(faults.slow_body(0.05))
    assert struck(sim, fault, timeout=0.4).body == b"0123456789"
    assert time.monotonic() - started >= 0.5


def test_slow_headers(sim: Simulator) -> None:
    started = time.monotonic()
    reply = struck(sim, faults.slow_headers(0.002))
    assert reply.json["data"] == sim.rows("information", "services")
    assert time.monotonic() - started >= 0.1


@pytest.mark.timed
def test_slow_faults_end_when_the_client_leaves(sim: Simulator) -> None:
    for fault in (faults.slow_body(0.5), faults.slow_headers(0.5)):
        with pytest.raises(TimeoutError):
            struck(sim, fault, timeout=0.05)
        wait_until(lambda: bool(sim.requests) and sim.requests[-1].ended is not None)


def test_first_one_fault_then_another(sim: Simulator) -> None:
    started = time.monotonic()
    fault = (
        faults.hang(0.05).then(faults.hang(0.05)).then(faults.status(503)).then(faults.cut_json())
    )
    reply = struck(sim, fault)
    assert (fault.name, reply.status) == ("hang+hang+status+cut_json", 503)
    assert time.monotonic() - started >= 0.1


# --- the queue of faults -----------------------------------------------------------------------


def test_faults_strike_in_order_as_often_as_told(sim: Simulator) -> None:
    sim.faults.add(faults.status(500), times=2)
    sim.faults.add(faults.status(503))
    assert [ask(sim).status for _ in range(4)] == [500, 500, 503, 200]


def test_a_fault_for_one_api_leaves_the_others_alone(sim: Simulator) -> None:
    sim.faults.add(faults.status(500), api="rec_screen")
    assert ask(sim).status == 200
    assert ask(sim, "rec_screen", "billing").status == 500
    assert ask(sim, "rec_screen", "billing").status == 200


def test_a_refused_request_uses_no_fault_up(sim: Simulator) -> None:
    sim.faults.add(faults.status(500))
    ask(sim, token="wrong")
    assert len(sim.faults.pending) == 1
    assert ask(sim).status == 500


def test_a_fault_never_is_none() -> None:
    with pytest.raises(ValueError, match="times must be at least 1: 0"):
        Simulator().faults.add(faults.reset(), times=0)
