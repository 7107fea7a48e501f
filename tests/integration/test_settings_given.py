"""How settings are given: by files and variables, and what is said where they can't be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_wolkvox.tap import TapWolkvox
from tests.support.command_line import TOKEN, CommandLine, selection, state_of

if TYPE_CHECKING:
    from tests.simulator import Simulator

NAMES = TapWolkvox(validate_config=False).config_jsonschema["properties"]
EMPTY = {f"TAP_WOLKVOX_{name.upper()}": "" for name in NAMES}
BROKEN = f'[{{"server": "0011", "token": "{TOKEN}"'
LOG_CONFIG = "SINGER_SDK_LOG_CONFIG"


def test_empty_variables_take_nothing_away_from_a_file(tap: CommandLine) -> None:
    result = tap.run("--config", "ENV", environment=EMPTY)
    assert result.code == 0, result.log
    assert result.streams == set(tap.streams)


def test_an_empty_server_and_token_are_missing(tap: CommandLine, simulator: Simulator) -> None:
    result = tap.run("--config", "ENV", server=None, token="", environment=EMPTY)
    assert result.code == 1
    assert result.errors == [
        f"setting `{name}` is missing: set it, or `operations` for several"
        for name in ("server", "token")
    ]
    assert not simulator.requests


@pytest.mark.parametrize("arguments", [(), ("--test",), ("--plan",)], ids=str)
def test_what_is_wrong_is_a_line_and_nothing_else(
    tap: CommandLine, arguments: tuple[str, ...]
) -> None:
    result = tap.run(
        *arguments,
        catalog=selection("billing_rec_screen"),
        state=state_of("billing_rec_screen", "2026-11-20", "snapshot_date"),
        operations=BROKEN,
        server=None,
        token=None,
        environment={"PYTHONWARNINGS": "default"},
    )
    assert result.code == 1
    [error] = result.errors
    assert f"is no JSON: the mistake is at character {len(BROKEN) + 1} " in error
    assert TOKEN not in result.log
    assert [line for line in result.log.splitlines() if "| INFO " not in line] == [
        line for line in result.log.splitlines() if error in line
    ]


def test_an_empty_variable_names_no_logging_configuration(tap: CommandLine) -> None:
    assert tap.run("--version", environment={LOG_CONFIG: ""}).code == 0


def test_a_logging_configuration_that_is_none_is_named(tap: CommandLine) -> None:
    result = tap.run("--version", environment={LOG_CONFIG: "."})
    assert result.code == 1
    assert result.errors == [
        f"{LOG_CONFIG} names no logging configuration that can be read: mend or unset it"
    ]
