"""The README's commands for any Singer target, run as they are printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.simulator import faults
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.simulator import Simulator
    from tests.support.command_line import CommandLine

A_DAY = timedelta(days=1)
README = ROOT / "README.md"
INSTALL = "python -m pip install .\n"

# As Singer's template has it: a record makes the state before it forgotten.
TARGET = """\
import json, sys
state = None
for line in sys.stdin:
    message = json.loads(line)
    state = {"RECORD": None, "STATE": message.get("value")}.get(message["type"], state)
    if message["type"] == "STATE":
        print(json.dumps(state))
if state is None:
    print()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its shell is another")


def printed() -> tuple[str, str]:
    """Return the commands of the first run, and those of each later one."""
    text = README.read_text(encoding="utf-8")
    part = text.split("**With any Singer target**")[1].split("\n## ")[0]
    first, later = re.findall(r"(?s)```sh\n(.*?)```", part)
    assert first.startswith(INSTALL)
    return first.removeprefix(INSTALL), later


def bash(tap: CommandLine, commands: str) -> subprocess.CompletedProcess[str]:
    """Run commands where the tap and a target can be found."""
    target = tap.folder / "target-jsonl"
    target.write_text(f"#!{sys.executable}\n{TARGET}", encoding="utf-8")
    target.chmod(0o755)
    path = f"{tap.folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", commands],
        cwd=tap.folder,
        env=os.environ | {"PATH": path, "TMPDIR": str(tap.folder)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_they_keep_the_state_from_the_first_day_on(tap: CommandLine, simulator: Simulator) -> None:
    # Little to read: what is of interest here are the files.
    few = {"start_date": f"{datetime.now(UTC) - A_DAY:%Y-%m-%d}", "lookback_days": 0}
    (tap.folder / "config.json").write_text(json.dumps(tap.settings | few), encoding="utf-8")
    state = tap.folder / "state.json"
    first, later = printed()
    ended = bash(tap, first)
    assert ended.returncode == 0, ended.stderr
    kept = json.loads(state.read_text(encoding="utf-8"))
    assert "billing_rec_screen" in kept["bookmarks"]
    ended = bash(tap, later)
    assert ended.returncode == 0, ended.stderr
    assert (
        json.loads(state.read_text(encoding="utf-8"))["bookmarks"].keys()
        == kept["bookmarks"].keys()
    )
    kept = json.loads(state.read_text(encoding="utf-8"))
    simulator.faults.add(faults.status(400, "NO"))
    assert bash(tap, f"set -o pipefail\n{later}").returncode == 1
    assert json.loads(state.read_text(encoding="utf-8")) == kept
