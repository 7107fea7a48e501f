"""A fork of the tap is what a process that Python starts is."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.simulator import faults
from tests.support.command_line import CommandLine, Result

if TYPE_CHECKING:
    from tests.simulator import Simulator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no forks")

NOW = "2026-11-20T12:00:00-05:00"


def lasting(result: Result) -> tuple[int, str, str]:
    """What it left, but for times and for figures, which differ where a request is one more."""
    kept = re.sub(r'"time_extracted":"[^"]*"|Requests today.*|A run would.*', "", result.output)
    return result.code, kept, re.sub(r"[-\d:.,e]+", "", result.log)


@pytest.mark.parametrize(
    "words",
    [(), ("--test",), ("--plan",), ("--version",), ("--discover",), ("--nothing",)],
    ids=str,
)
def test_both_leave_the_same(tap: CommandLine, words: tuple[str, ...]) -> None:
    usual, fresh = (tap.run(*words, now=NOW, fresh=each) for each in (False, True))
    assert usual.code == (2 if "--nothing" in words else 0), usual.log
    assert lasting(usual) == lasting(fresh)


def test_both_fail_alike(tap: CommandLine) -> None:
    usual, fresh = (tap.run(token="another", fresh=each) for each in (False, True))
    assert usual.code == 1
    assert lasting(usual) == lasting(fresh)


def test_a_fork_says_whether_it_runs_and_by_which_signal_it_ended(
    tap: CommandLine, simulator: Simulator
) -> None:
    simulator.faults.add(faults.hang(30))
    with tap.start() as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.communicate(timeout=0.1)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
        before = process.poll(), process.returncode
        process.kill()
        process.communicate()
        assert before == (None, None)
        assert process.poll() == process.returncode == -signal.Signals["SIGKILL"]


def test_forks_run_beside_one_another(tap: CommandLine, simulator: Simulator) -> None:
    simulator.faults.add(faults.hang(30))
    other = tap.folder / "other"
    other.mkdir()
    with tap.start() as first:
        assert CommandLine(other).run("--version").code == 0
        assert first.poll() is None
        first.kill()
