"""What goes wrong: how far it reaches, what is said, and that nothing of it is taken for rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator import Fault, Simulator, faults
from tests.support.command_line import FEW, selection

if TYPE_CHECKING:
    from tests.support.command_line import CommandLine

TROUBLED = "billing_intelligent_dial"
API = "intelligent_dial"
OTHERS = set(FEW) - {TROUBLED}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(faults.status(400, "SOME PARAMETERS ARE REQUIRED"), "PARAMETERS", id="400"),
        pytest.param(
            faults.status(400, "THE API YOU WANT TO CONSULT DOES NOT EXIST"),
            "does not take the request",
            id="unknown api",
        ),
        pytest.param(faults.absent(), "does not have the report", id="404 other text"),
        pytest.param(
            faults.html("404 Not Found", 404),
            '"404 Not Found" (text/html)',
            id="html",
        ),
        pytest.param(faults.html(code=403), "no answer of the API came, but 403", id="403 html"),
        pytest.param(faults.raw(b"", 400), "400 with an empty body", id="400 without a body"),
        pytest.param(faults.raw(b"", 204), "204 with an empty body", id="204"),
        pytest.param(faults.status(418, "TEAPOT"), "answers 418", id="unknown 4xx"),
        pytest.param(faults.status(202, "ACCEPTED"), "answers 202", id="unknown 2xx"),
        pytest.param(faults.redirect("http://127.0.0.1:9/"), "redirects", id="302"),
        pytest.param(faults.redirect("http://[::1"), "redirects", id="redirect to no URL"),
        pytest.param(faults.maintenance(), "maintenance", id="maintenance"),
        pytest.param(
            faults.status(403, "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)"),
            "in use elsewhere",
            id="simultaneous",
        ),
        pytest.param(faults.status(429, "SLOW DOWN"), "429", id="429"),
        pytest.param(faults.status(500, "OOPS"), "500", id="500"),
        pytest.param(faults.html(), "200 with a page", id="html with 200"),
        pytest.param(faults.cut_json(), "no whole JSON", id="cut JSON"),
        pytest.param(faults.cut_body(), "cut before its end", id="cut body"),
        pytest.param(faults.raw(b""), "200 with an empty body", id="no body"),
        pytest.param(faults.error_code(500), "500", id="200 with code 500"),
        pytest.param(faults.error_code(7), "unknown code", id="200 with code 7"),
        pytest.param(faults.error_code(404, "GONE"), "not have the report", id="200 with code 404"),
        pytest.param(faults.data("text"), "`data` is text", id="data is text"),
        pytest.param(faults.data({"a": "1"}), "`data` is an object", id="data is an object"),
        pytest.param(faults.data([1, 2]), "`data` is a list of other things", id="list of numbers"),
        pytest.param(faults.raw('{"code": 200}'), "no `data`", id="no data"),
        pytest.param(faults.drop_field("description"), "`description`", id="no key"),
        pytest.param(faults.set_field("description", None), "`description`", id="null key"),
        pytest.param(faults.set_field("description", "same"), "more than one row", id="one key"),
        pytest.param(faults.set_field("description", "x" * 2501), "more than 2,500", id="long key"),
        pytest.param(faults.data([{"status": "down"}]), "other fields", id="other fields"),
        pytest.param(faults.extra_rows(60_000), "limit is 60000", id="row cap"),
    ],
)
def test_one_stream_fails_and_the_others_go_on(
    tap: CommandLine, simulator: Simulator, fault: Fault, said: str
) -> None:
    simulator.faults.add(fault, api=API)
    result = tap.run()
    assert result.code == 1
    assert result.streams == OTHERS
    assert len(simulator.requests) == 5
    [told, _] = result.errors
    assert told.startswith(f"Server 0011, stream {TROUBLED} not read: ")
    assert said in told
    assert "Traceback" not in result.log
    assert "replication_key_value" not in str(result.state["bookmarks"][TROUBLED])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(faults.status(401, "PLEASE ENTER THE WOLKVOX-TOKEN"), "no token", id="401"),
        pytest.param(faults.status(403, "Please validate token"), "refuses the token", id="token"),
        pytest.param(faults.status(403, "TOKEN LIMIT EXCEEDED"), "run again tomorrow", id="quota"),
        pytest.param(faults.error_code(401), "no token", id="200 with code 401"),
        pytest.param(faults.reset(), "firewall", id="reset"),
        pytest.param(faults.closed(), "firewall", id="closed without a byte"),
    ],
)
def test_the_operation_stops_at_once(
    tap: CommandLine, simulator: Simulator, fault: Fault, said: str
) -> None:
    simulator.faults.add(fault, api=API)
    result = tap.run()
    assert result.code == 1
    assert result.streams == {"billing_agent_script"}
    assert [request.api for request in simulator.requests] == ["agent_script", API]
    [told, _] = result.errors
    assert told.startswith("Server 0011 stopped: ")
    assert said in told
    for unread in (TROUBLED, *sorted(OTHERS - {"billing_agent_script"})):
        assert unread in told
    assert set(result.state["bookmarks"]) >= {"billing_agent_script"}
    assert "Traceback" not in result.log


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.no_rows(), id="404 with its own message"),
        pytest.param(faults.status(404, "VALIDATE DATES ENTERED"), id="in capitals"),
        pytest.param(faults.data([]), id="[]"),
        pytest.param(faults.data(None), id="null"),
        pytest.param(faults.data(""), id="empty text"),
    ],
)
def test_empty_is_no_failure(tap: CommandLine, simulator: Simulator, fault: Fault) -> None:
    simulator.faults.add(fault, api=API)
    result = tap.run()
    assert result.code == 0, result.log
    assert result.streams == OTHERS
    [partition] = result.state["bookmarks"][TROUBLED]["partitions"]
    assert partition["replication_key"] == "snapshot_date"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.maintenance(), id="maintenance"),
        pytest.param(faults.retry_after(429, 1), id="429"),
        pytest.param(faults.retry_after(503, 1, as_date=True), id="503 until a date"),
        pytest.param(faults.cut_body(), id="cut body"),
        pytest.param(faults.cut_json(), id="cut JSON"),
        pytest.param(faults.reset(), id="reset"),
        pytest.param(faults.fewer_rows(), id="fewer rows than counted"),
        pytest.param(faults.html(code=502), id="502 from a gateway"),
        pytest.param(faults.raw(b"", 408), id="408 without a body"),
        pytest.param(faults.retry_after(408, 1), id="408 of the API"),
        pytest.param(faults.status(423, "LOCKED"), id="423"),
        pytest.param(faults.raw(b"", 204), id="204"),
        pytest.param(faults.html("404 Not Found", 404), id="404 of a web server"),
    ],
)
def test_what_passes_by_itself_is_asked_again_and_emitted_once(
    tap: CommandLine, simulator: Simulator, fault: Fault
) -> None:
    simulator.faults.add(fault, api="services")
    result = tap.run(max_retries=1)
    assert result.code == 0, result.log
    assert len(simulator.requests) == 6
    assert len(result.records("information_services")) == 1
    assert "asked again in" in result.log


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(faults.html("404 Not Found", 404), '"404 Not Found"', id="404"),
        pytest.param(faults.html("Log in"), '"Log in"', id="a portal"),
        pytest.param(faults.redirect("http://127.0.0.1:9/"), "redirects", id="redirects"),
        pytest.param(faults.redirect("http://[::1"), "redirects", id="redirects to no URL"),
    ],
)
def test_an_operation_stops_after_three_streams_that_the_api_did_not_answer(
    tap: CommandLine, simulator: Simulator, fault: Fault, said: str
) -> None:
    simulator.faults.add(fault, times=9)
    result = tap.run()
    assert result.code == 1
    assert not result.streams
    assert len(simulator.requests) == 3
    first, second, told, _ = result.errors
    assert all(" not read: " in each and said in each for each in (first, second))
    assert told.startswith("Server 0011 stopped: ")
    assert said in told
    assert "3 streams in a row" in told
    assert "deselect" not in result.log
    unread = told.split("Not read: ")[1].split(", ")
    assert len(unread) == len(FEW) - 2
    assert {*unread} | {each.split()[3] for each in (first, second)} == {*FEW}


@pytest.mark.parametrize(
    "between",
    [None, faults.status(400, "SAID BY THE API"), faults.cut_body()],
    ids=["none", "said", "cut"],
)
def test_it_goes_on_where_any_of_three_in_a_row_was_answered(
    tap: CommandLine, simulator: Simulator, between: Fault | None
) -> None:
    for fault in [faults.raw(b"", 404)] * 2 + [between] + [faults.raw(b"", 404)] * 2:
        simulator.faults.add(fault or faults.NONE)
    result = tap.run()
    assert result.code == 1
    assert len(simulator.requests) == 5
    assert len(result.streams) == (between is None)
    assert not any("stopped" in error for error in result.errors)


def test_a_report_that_breaks_off_does_not_stop_others(
    tap: CommandLine, simulator: Simulator
) -> None:
    for fault in (faults.raw(b"", 500), faults.raw(b""), faults.raw(b"<br />Fatal error")):
        simulator.faults.add(fault)
    result = tap.run()
    assert len(simulator.requests) == 5
    assert len(result.streams) == 2


def test_retries_of_a_stream_that_the_api_did_not_answer_are_bounded_by_the_budget(
    tap: CommandLine, simulator: Simulator
) -> None:
    simulator.faults.add(faults.raw(b"", 404), times=9)
    result = tap.run(max_retries=1, max_requests=3)
    assert result.code == 1
    assert len(simulator.requests) == 3
    assert result.left.keys() >= {*FEW} - {min(FEW)}


@pytest.mark.timed
def test_retries_end(tap: CommandLine, simulator: Simulator) -> None:
    simulator.faults.add(faults.maintenance(), api=API, times=9)
    result = tap.run(max_retries=2)
    assert result.code == 1
    assert [request.api for request in simulator.requests].count(API) == 3
    starts = [request.started for request in simulator.requests if request.api == API]
    assert 1 <= starts[1] - starts[0] <= 2.5
    assert 2 <= starts[2] - starts[1] <= 3.5
    assert "tried 3 times" in result.errors[-2]


def test_an_operation_does_not_stop_for_what_answered_once(
    tap: CommandLine, simulator: Simulator
) -> None:
    simulator.faults.add(faults.status(503, "BUSY"), api=API)
    simulator.faults.add(faults.reset(), api=API)
    result = tap.run(max_retries=1)
    assert result.code == 1
    assert result.streams == OTHERS


def test_a_server_that_asks_to_wait_for_hours_is_left_alone(
    tap: CommandLine, simulator: Simulator
) -> None:
    simulator.faults.add(faults.retry_after(503, 7200), api=API)
    result = tap.run(max_retries=3)
    assert result.code == 1
    assert result.streams == OTHERS
    assert len(simulator.requests) == 5
    assert "asks to wait 7200 s" in result.errors[-2]


def test_a_server_that_is_not_there_stops_the_operation(tap: CommandLine) -> None:
    result = tap.run(api_url="http://127.0.0.1:9/api/v2")
    assert result.code == 1
    assert not result.streams
    assert "firewall" in result.errors[-2]


@pytest.mark.parametrize("data", [{"status": "down"}, [{"services": {"licenses": "5"}}]], ids=repr)
def test_an_object_of_something_else_does_not_pass_for_the_one_row(
    tap: CommandLine, simulator: Simulator, data: object
) -> None:
    simulator.faults.add(faults.data(data), api="services")
    result = tap.run()
    assert result.code == 1
    assert not result.records("information_services")
    assert "other fields than the schema" in result.errors[0]


def test_a_column_that_is_not_sent_any_more_is_named(
    tap: CommandLine, simulator: Simulator
) -> None:
    simulator.faults.add(faults.drop_field("items"), api=API)
    result = tap.run()
    assert result.code == 0
    assert "Columns that the API did not send: items" in result.log


def test_rows_that_share_a_key_are_not_emitted(tap: CommandLine, simulator: Simulator) -> None:
    catalog = selection(TROUBLED)
    for entry in catalog["streams"]:
        # Whatever a catalog says: the key is the tap's own.
        entry["key_properties"] = ["wolkvox_server"]
    assert tap.run(catalog=catalog).streams == {TROUBLED}
    simulator.faults.add(faults.extra_rows(), api=API)
    result = tap.run(catalog=catalog)
    assert result.code == 1
    assert "1 key(s) (wolkvox_server, operation, " in result.errors[0]
    assert not result.streams


def test_a_mistake_of_ours_stops_one_stream_and_shows_no_row(
    tap: CommandLine, simulator: Simulator
) -> None:
    # A stream map that can't be computed is the nearest that can be had from outside.
    broken = {TROUBLED: {"description": "int(description)"}}
    alone = faults.set_field("description", "Juana de Arco").then(faults.fewer_rows(2))
    simulator.faults.add(alone, api=API)
    result = tap.run(stream_maps=broken)
    assert result.code == 1
    assert "unexpected ValueError at" in result.errors[0]
    assert "check `stream_maps`" in result.errors[0]
    assert "Juana" not in result.log
    assert "Traceback" not in result.log
    assert result.streams == OTHERS


def test_the_message_of_the_api_is_shown_without_what_could_be_personal(
    tap: CommandLine, simulator: Simulator
) -> None:
    message = f"NO {simulator.token} FOR 3001234567\nSECOND LINE " + "X" * 500
    simulator.faults.add(faults.status(400, message), api=API)
    log = tap.run().log
    assert simulator.token not in log
    assert "3001234567" not in log
    assert "X" * 101 not in log
    assert "NO … FOR … SECOND LINE" in log
