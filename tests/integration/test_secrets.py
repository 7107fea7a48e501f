"""The token: in the header of a request, and in nothing that a run prints or writes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.simulator import Fault, Simulator, faults
from tests.support.command_line import TOKEN, CommandLine, Result

if TYPE_CHECKING:
    from pathlib import Path
from typing import Any

SPELLINGS = (
    TOKEN.encode(),
    quote(TOKEN, safe="").encode(),
    base64.b64encode(TOKEN.encode()),
)
"""The token as it could be written."""


def assert_unseen(result: Result, folder: Path) -> None:
    """Grep for the token over everything that a run printed and wrote."""
    written = [
        path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "config.json"
    ]
    for spelling in SPELLINGS:
        for text in (result.output.encode(), result.log.encode(), *written):
            assert spelling not in text
        assert not [path for path in folder.rglob("*") if spelling in str(path).encode()]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.set_field("crm", "fine"), id="success"),
        pytest.param(faults.status(400, f"no {TOKEN} here"), id="echoed in a 400"),
        pytest.param(faults.status(403, f"no {TOKEN} here"), id="echoed in a 403"),
        pytest.param(faults.status(403, f"PLEASE VALIDATE TOKEN {TOKEN}"), id="bad token"),
        pytest.param(faults.html(f"<p>{TOKEN}</p>", 500), id="echoed in a page"),
        pytest.param(faults.redirect(f"http://evil.invalid/?{TOKEN}"), id="echoed in a redirect"),
        pytest.param(faults.cut_body(), id="cut"),
        pytest.param(faults.reset(), id="reset"),
        pytest.param(faults.hang(5), id="timeout"),
        pytest.param(faults.data(f"{TOKEN}"), id="echoed as data"),
    ],
)
def test_no_run_shows_the_token(tap: CommandLine, simulator: Simulator, fault: Fault) -> None:
    simulator.faults.add(fault, api="services", times=2)
    simulator.faults.add(fault, api="agent_script", times=2)
    debug = {"TAP_WOLKVOX_LOGLEVEL": "DEBUG"}
    result = tap.run(max_retries=1, request_timeout=1, environment=debug)
    assert "| DEBUG " in result.log
    assert_unseen(result, tap.folder)


def test_names_of_fields_show_nothing_that_is_no_name(
    tap: CommandLine, simulator: Simulator
) -> None:
    fields = [TOKEN, TOKEN.upper(), "Juan\nERROR 3001234567", "ana@example.com", "3001234567"]
    many = {f"cliente {3001000000 + number}": "x" for number in range(1_000)}
    row = dict.fromkeys([*fields, *many, "campo nuevo"], "x") | {"licenses": "5"}
    simulator.faults.add(faults.data([row]), api="services")
    result = tap.run()
    assert result.code == 0
    assert "campo nuevo and 1005 not shown here" in result.log
    assert "300" not in "".join(line for line in result.log.splitlines() if "METRIC" not in line)
    for hidden in (TOKEN, TOKEN.upper(), "Juan", "ana@"):
        assert hidden not in result.log


@pytest.mark.parametrize("arguments", [("--about",), ("--discover",), ("--test",)], ids=str)
def test_no_command_shows_the_token(tap: CommandLine, arguments: tuple[str, ...]) -> None:
    debug = {"TAP_WOLKVOX_LOGLEVEL": "DEBUG"}
    assert_unseen(tap.run(*arguments, environment=debug), tap.folder)


@pytest.mark.parametrize(
    "wrong",
    [
        {"server": None},
        {"server": "evil.invalid/#"},
        {"timezone": "Nowhere"},
        {"token": f" {TOKEN}"},
        {"token": f"{TOKEN}\n"},
        {"token": [TOKEN]},
        {"tokn": TOKEN},
        {"server": TOKEN},
        {"api_url": f"https://{TOKEN}@evil.invalid"},
        {"start_date": TOKEN},
        {"request_interval": TOKEN},
    ],
    # The token is another one in each process.
    ids=lambda wrong: str(wrong).replace(TOKEN, "TOKEN"),
)
def test_no_complaint_shows_the_token(
    tap: CommandLine, simulator: Simulator, wrong: dict[str, Any]
) -> None:
    result = tap.run(**wrong)
    assert result.code == 1
    assert not simulator.requests
    assert "Traceback" not in result.log
    assert_unseen(result, tap.folder)
