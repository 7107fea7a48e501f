"""Large answers: read ahead of the target, kept out of memory, and gone with the tap."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command_line import CommandLine, Result, bookmark_of, for_simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator import Simulator
    from tests.support.processes import Process

CDR = "reports_cdr_1"
NOW = "2026-11-20T10:00:00-05:00"
THREE_WINDOWS: dict[str, Any] = {"start_date": "2026-09-01", "end_date": "2026-11-18"}
"""No range crosses the end of a month."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into what Linux tells")


@pytest.fixture
def calls(simulator: Simulator, tmp_path: Path) -> CommandLine:
    return for_simulator(simulator, tmp_path, CDR)


def wait_until(holds: Callable[[], object]) -> None:
    for _ in range(400):
        if holds():
            return
        time.sleep(0.05)
    raise TimeoutError


def files_of(process: Process) -> list[str]:
    """Return what a process has open."""
    return [str(each.readlink()) for each in Path(f"/proc/{process.pid}/fd").iterdir()]


def suffixes(folder: Path) -> set[str]:
    """Return what the files are called that lie in a folder, however deep."""
    return {path.suffix for path in folder.rglob("*") if path.is_file()}


def test_one_answer_is_fetched_while_the_target_takes_one_in_and_no_more(
    simulator: Simulator, calls: CommandLine
) -> None:
    process = calls.start(now=NOW, **THREE_WINDOWS)
    # The pipe is full, and nobody reads.
    wait_until(lambda: len(simulator.requests) == 2)
    time.sleep(2)
    assert len(simulator.requests) == 2
    result = Result(0, *process.communicate(timeout=60))
    assert process.returncode == 0
    assert len(simulator.requests) == 3
    assert simulator.max_in_flight == 1
    dates = [record["date"] for record in result.records(CDR)]
    assert len(dates) > 6_000
    assert dates == sorted(dates)


def test_a_state_still_follows_the_rows_it_speaks_for(calls: CommandLine) -> None:
    last = ""
    marks = []
    for message in calls.run(now=NOW, **THREE_WINDOWS).messages:
        if message["type"] == "RECORD":
            last = max(last, message["record"]["date"])
        elif message["type"] == "STATE" and (mark := bookmark_of(message["value"], CDR)):
            assert last <= mark
            marks.append(mark[:10])
    assert list(dict.fromkeys(marks)) == ["2026-10-01", "2026-11-01", "2026-11-19"]


@linux
@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_no_row_is_left_on_the_disk(simulator: Simulator, calls: CommandLine, how: str) -> None:
    """Whatever ends the tap: once, and again where it waits for a target."""
    process = calls.start(now=NOW, **THREE_WINDOWS)
    wait_until(lambda: len(simulator.requests) == 2)
    wait_until(lambda: any("(deleted)" in each for each in files_of(process)))
    named = suffixes(calls.folder)
    assert named == {".json", ".lock", ".started"}
    for _ in range(2):
        process.send_signal(signal.Signals[how])
        time.sleep(0.2)
    process.communicate(timeout=30)
    assert process.returncode
    assert suffixes(calls.folder) == named


@linux
def test_a_full_disk_is_said_and_nothing_is_lost(simulator: Simulator, calls: CommandLine) -> None:
    resource = pytest.importorskip("resource")
    process = calls.start(now=NOW, **THREE_WINDOWS)
    # A file that may not grow stands for one that has no room to.
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
    result = Result(0, *process.communicate(timeout=60))
    assert process.returncode == 1
    assert "TMPDIR" in " ".join(result.errors)
    assert "Traceback" not in result.log
    assert result.records(CDR) == []
    assert "replication_key_value" not in str(result.state)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "ascii"])
def test_a_target_that_reads_no_utf_8_gets_ascii(
    simulator: Simulator, calls: CommandLine, encoding: str
) -> None:
    settings: dict[str, Any] = {"start_date": "2026-11-15", "end_date": "2026-11-18", "now": NOW}
    usual = calls.run(**settings)
    other = {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    with calls.start(environment=other, **settings) as process:
        escaped = Result(0, *process.communicate(timeout=60))
    assert not usual.output.isascii()
    assert escaped.output.isascii()
    assert escaped.records(CDR) == usual.records(CDR)
    assert bookmark_of(escaped.state, CDR) == bookmark_of(usual.state, CDR)


def test_what_is_printed_is_printed_in_any_encoding(calls: CommandLine) -> None:
    words = ("--about", "--format=markdown")
    usual = calls.run(*words).output
    with calls.start(*words, environment={"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}) as other:
        printed, log = other.communicate(timeout=60)
    assert other.returncode == 0, log
    assert not usual.isascii()
    assert printed == usual.encode("ascii", "backslashreplace").decode()
