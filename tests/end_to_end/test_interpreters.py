"""The tap on the other interpreters of this machine, installed as anybody would install it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import environment
import pytest

from tests.support import interpreters
from tests.support.command_line import FEW, CommandLine, Result, for_simulator
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulator import Simulator

pytestmark = pytest.mark.slow

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "output")
STREAMS = (
    *FEW,
    "information_agents",
    "real_time_agents",
    "reports_agent_1",
    "reports_agent_8",
    "reports_cdr_1",
)
"""Of each kind at least one."""
OTHERS = [name for name in interpreters.NAMES if name != interpreters.OF_THE_SYSTEM]
NOW = "2026-11-20T10:00:00"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout") / "project"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    return folder


def installed(folder: Path, interpreter: Path, checkout: Path) -> Path:
    """Install the tap into an environment of an interpreter, and return that one's Python."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    python = folder / "bin" / "python"
    subprocess.run([*uv, "venv", "--python", interpreter, folder], check=True)
    subprocess.run([*uv, "pip", "install", "--python", python, checkout], check=True)
    return python


def read(tap: CommandLine) -> Result:
    result = tap.run(now=f"{NOW}-05:00", start_date="2026-11-18")
    assert result.code == 0, result.log
    return result


@pytest.mark.skipif(sys.platform == "win32", reason="looks where others than Windows keep them")
@pytest.mark.parametrize(
    "name",
    [
        interpreters.OF_THE_SYSTEM,
        *(pytest.param(each, marks=pytest.mark.long) for each in OTHERS),
    ],
)
def test_the_tap_does_there_what_it_does_here(
    name: str, checkout: Path, simulator: Simulator, tmp_path: Path
) -> None:
    interpreter = interpreters.found(name)
    if not interpreter:
        pytest.skip("there is none, or it is tested already")
    python = installed(tmp_path / "venv", interpreter, checkout)
    assert not environment.is_usable(tmp_path / "venv")
    here = for_simulator(simulator, tmp_path, *STREAMS)
    there = replace(here, python=str(python))
    assert there.run("--version").output == here.run("--version").output
    assert json.loads(there.run("--discover").output) == json.loads(here.run("--discover").output)
    simulator.clock.set(datetime.fromisoformat(NOW))
    wanted, got = read(here), read(there)
    for stream in STREAMS:
        assert wanted.records(stream)
        assert got.records(stream) == wanted.records(stream)
    assert got.state == wanted.state
