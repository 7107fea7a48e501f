"""What a run reads and writes, and the connection test."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tests.simulator import Simulator, faults
from tests.support.command_line import FEW, CommandLine, selection


def test_each_stream_that_is_selected_costs_one_request(
    tap: CommandLine, simulator: Simulator
) -> None:
    result = tap.run()
    assert result.code == 0, result.log
    assert result.streams == set(FEW)
    assert len(simulator.requests) == len(FEW)


def test_what_comes_out_is_what_the_api_sent_but_typed(
    tap: CommandLine, simulator: Simulator
) -> None:
    records = tap.run().records("billing_rec_screen")
    sent = simulator.rows("billing", "rec_screen")
    assert [record["description"] for record in records] == [row["description"] for row in sent]
    for record, row in zip(records, sent, strict=True):
        number = row["items"].replace(",", "")
        assert record["items"] == (float(number) if number[:1].isdigit() else None)
        assert record["date"] == row["date"]


def test_a_row_begins_with_its_server_and_ends_with_what_was_rescued(tap: CommandLine) -> None:
    result = tap.run()
    for stream in FEW:
        for record in result.records(stream):
            assert next(iter(record.items())) == ("wolkvox_server", "0011")
            assert list(record.items())[-1] == ("_rescued_data", None)


def test_a_deselected_stream_costs_no_request(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    result = tap.run(catalog=services)
    assert result.code == 0
    assert [request.api for request in simulator.requests] == ["services"]


def test_nothing_selected_is_said(tap: CommandLine, simulator: Simulator) -> None:
    result = tap.run(catalog=selection())
    assert result.code == 0
    assert "No stream is selected" in result.log
    assert not simulator.requests


def test_a_deselected_column_is_not_sent_on(tap: CommandLine, services: dict[str, Any]) -> None:
    for item in next(
        entry["metadata"]
        for entry in services["streams"]
        if entry["tap_stream_id"] == "information_services"
    ):
        if item["breadcrumb"] == ["properties", "licenses"]:
            item["metadata"]["selected"] = False
    record = tap.run(catalog=services).records("information_services")[0]
    assert "licenses" not in record
    assert "pbx" in record


def test_discovery_needs_no_settings_and_no_request(tmp_path: Path) -> None:
    result = CommandLine(tmp_path).run("--discover", fresh=True)
    assert result.code == 0, result.log
    catalog = json.loads(result.output)
    assert len(catalog["streams"]) == len(ENDPOINTS)


def test_the_catalog_of_discovery_can_be_handed_back(tap: CommandLine) -> None:
    catalog = json.loads(tap.run("--discover").output)
    by_default = {endpoint.name for endpoint in ENDPOINTS if endpoint.selected}
    assert tap.run(catalog=catalog).streams == by_default


def test_about_and_version_need_nothing(tmp_path: Path) -> None:
    about = json.loads(CommandLine(tmp_path).run("--about", "--format", "json").output)
    assert {"server", "token", "operations"} < about["settings"]["properties"].keys()
    assert CommandLine(tmp_path).run("--version").output.startswith("tap-wolkvox v")


def test_the_console_script_is_the_module(tmp_path: Path) -> None:
    script = Path(sys.executable).parent / "tap-wolkvox"
    ended = subprocess.run(
        [script, "--version"], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert ended.stdout == CommandLine(tmp_path).run("--version").output


def test_settings_can_come_from_the_environment(tmp_path: Path, simulator: Simulator) -> None:
    environment = {
        "TAP_WOLKVOX_SERVER": simulator.server,
        "TAP_WOLKVOX_TOKEN": simulator.token,
        "TAP_WOLKVOX_API_URL": simulator.url,
        "TAP_WOLKVOX_REQUEST_INTERVAL": "0.01",
        "TAP_WOLKVOX_MAX_RETRIES": "0",
    }
    result = CommandLine(tmp_path).run("--config", "ENV", environment=environment)
    assert result.code == 0, result.log
    assert result.streams == {endpoint.name for endpoint in ENDPOINTS if endpoint.selected}


def test_settings_can_come_from_a_file_of_the_working_folder(
    tmp_path: Path, simulator: Simulator
) -> None:
    lines = [f'TAP_WOLKVOX_SERVER="{simulator.server}"', f"TAP_WOLKVOX_TOKEN='{simulator.token}'"]
    text = "\n".join([*lines, f"TAP_WOLKVOX_API_URL={simulator.url}", ""])
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    result = CommandLine(tmp_path).run("--config", "ENV", "--test")
    assert result.code == 0, result.log
    assert result.output.startswith(f"Server {simulator.server} reached")
    # As `>` of Windows PowerShell writes it.
    (tmp_path / ".env").write_text(text, encoding="utf-16")
    result = CommandLine(tmp_path).run("--config", "ENV", "--test")
    assert result.code == 1
    [error] = result.errors
    assert error.startswith("the file .env is no UTF-8: ")


def test_a_wrong_number_in_the_environment_is_named(tap: CommandLine) -> None:
    environment = {"TAP_WOLKVOX_MAX_RETRIES": "many"}
    result = tap.run("--config", "ENV", max_retries=None, environment=environment)
    assert result.code == 1
    assert result.errors[0] == "setting `max_retries` must be a whole number"


def test_the_connection_test_costs_one_request_and_says_what_is_left(
    tap: CommandLine, simulator: Simulator
) -> None:
    result = tap.run("--test")
    assert result.code == 0, result.log
    assert [request.api for request in simulator.requests] == ["token_info"]
    assert "Server 0011 reached, token good" in result.output
    limit = simulator.rows("information", "token_info")[0]["token_limit"]
    assert f"0 by this token, 0 by all tokens; {limit} of {limit} left" in result.output


def test_the_connection_test_names_a_bad_token(tap: CommandLine, simulator: Simulator) -> None:
    result = tap.run("--test", token="another")
    assert result.code == 1
    assert len(simulator.requests) == 1
    assert "the API refuses the token" in result.errors[0]
    assert "Traceback" not in result.log


def test_the_connection_test_names_a_wrong_setting(tap: CommandLine) -> None:
    result = tap.run("--test", server=11, timezone="Nowhere")
    assert result.code == 1
    assert result.errors == ["setting `server` must be text: put it in quotes"]


def test_a_run_ends_with_a_state_though_nothing_of_it_is_new(tap: CommandLine) -> None:
    """A target that forgets a state with the next record would end without one."""
    first = tap.run(now="2026-11-20T12:00:00-05:00")
    for maps in (None, {"billing_rec_screen": {"twice": "items"}}):
        now = "2026-11-20T13:00:00-05:00"
        again = tap.run(now=now, state=first.state, stream_maps=maps)
        assert again.code == 0, again.log
        assert again.state == first.state
        assert [message["type"] for message in again.messages][-2:] == ["RECORD", "STATE"]


def test_the_zone_in_use_is_said_once(tap: CommandLine) -> None:
    result = tap.run(timezone="Europe/Madrid")
    assert result.log.count("Europe/Madrid") == 1


def test_a_connection_test_of_something_else_fails(tap: CommandLine, simulator: Simulator) -> None:
    simulator.faults.add(faults.data([{"a": "1"}]), api="token_info")
    result = tap.run("--test")
    assert result.code == 1
    assert "other fields than the schema" in result.errors[0]


def test_a_connection_test_without_figures_still_says_what_it_can(
    tap: CommandLine, simulator: Simulator
) -> None:
    simulator.faults.add(faults.set_field("token_limit", "many"), api="token_info")
    assert "of ? left" in tap.run("--test").output


def test_a_connection_test_without_an_answer_fails(tap: CommandLine, simulator: Simulator) -> None:
    simulator.faults.add(faults.no_rows(), api="token_info")
    result = tap.run("--test")
    assert result.code == 1
    assert "tells nothing of the token" in result.errors[0]
