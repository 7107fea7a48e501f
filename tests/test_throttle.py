"""The throttle between processes that use the same token."""

from __future__ import annotations

import os
import sys
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tap_wolkvox.errors import OperationError
from tap_wolkvox.throttle import Throttle
from tests.command_line import CommandLine
from tests.simulator import Request, Simulator, faults

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timed


def together(first: CommandLine, second: CommandLine, **settings: Any) -> None:
    """Run both at the same time."""
    processes = [shell.start(**settings) for shell in (first, second)]
    for process in processes:
        _, log = process.communicate(timeout=60)
        assert process.returncode == 0, log


def another(tap: CommandLine, name: str) -> CommandLine:
    """A second shell, whose folder for temporary files is that of the first."""
    folder = tap.folder / name
    folder.mkdir()
    return CommandLine(folder, tap.settings, tap.streams, temporary=tap.folder)


def in_order(simulator: Simulator) -> list[Request]:
    return sorted(simulator.requests, key=lambda request: request.started)


def test_two_processes_take_turns(tap: CommandLine, simulator: Simulator) -> None:
    for _ in range(4):
        simulator.faults.add(faults.hang(0.3))
    together(tap, another(tap, "other"), request_interval=0.25)
    requests = in_order(simulator)
    assert len(requests) == 10
    assert simulator.max_in_flight == 1
    starts = [request.started for request in requests]
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(starts))
    for earlier, later in pairwise(requests):
        assert earlier.ended is not None
        assert later.started >= earlier.ended


def test_a_run_waits_for_the_last_request_of_the_run_before(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    for _ in range(2):
        assert tap.run(catalog=services, request_interval=4).code == 0
    first, second = (request.started for request in in_order(simulator))
    assert 3.9 <= second - first < 6


def test_tokens_do_not_wait_for_each_other(tmp_path: Path) -> None:
    tokens = ("one", "two")
    with Simulator(token="one", other_tokens=("two",)) as simulator:
        settings = {"server": "0011", "api_url": simulator.url, "request_interval": 30}
        began = time.monotonic()
        for token in tokens:
            shell = CommandLine(tmp_path, settings | {"token": token})
            assert shell.run("--test").code == 0
        assert time.monotonic() - began < 15


def test_what_is_left_in_the_folder_does_not_show_the_token(
    tap: CommandLine, simulator: Simulator
) -> None:
    tap.run("--test")
    left = [path for path in tap.folder.iterdir() if path.name.startswith("tap-wolkvox-")]
    assert left
    for path in left:
        assert simulator.token not in path.name
        assert path.read_bytes() == b""


def test_starts_are_never_closer_than_the_interval(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By the throttle's own marks, which no way to a server blurs.
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    starts = []
    for _ in range(4):
        with Throttle("token", 0.2).turn():
            [mark] = tmp_path.glob("*.started")
            starts.append(mark.stat().st_mtime)
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(starts))


def test_a_clock_that_was_set_back_makes_no_long_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    throttle = Throttle("token", 0.1)
    with throttle.turn():
        pass
    [started] = tmp_path.glob("*.started")
    tomorrow = time.time() + 86_400
    os.utime(started, (tomorrow, tomorrow))
    began = time.monotonic()
    with throttle.turn():
        assert time.monotonic() - began < 5


def test_a_turn_that_fails_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ZeroDivisionError), Throttle("token", 0).turn():
        raise ZeroDivisionError
    with Throttle("token", 0).turn():
        pass


def test_files_of_another_user_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Throttle("token", 0).turn():
        pass
    if sys.platform != "win32":
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o666}
    real = os.utime

    def not_the_owner(path: Path, **times: Any) -> None:
        if times:
            raise PermissionError
        real(path)

    monkeypatch.setattr(os, "utime", not_the_owner)
    with Throttle("token", 0).turn():
        pass


def test_a_folder_that_cannot_be_written_is_named_with_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    with pytest.raises(OperationError, match="TMPDIR"), Throttle("token", 0).turn():
        pass


def test_a_turn_that_does_not_begin_leaves_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def stopped(seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(time, "sleep", stopped)
        with pytest.raises(KeyboardInterrupt), Throttle("token", 0).turn():
            pass
    with Throttle("token", 0).turn():
        pass


def test_a_process_that_never_ends_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tap_wolkvox.throttle.LONGEST_WAIT", 0.1)
    with (
        Throttle("token", 0).turn(),
        pytest.raises(OperationError, match="is one stuck"),
        Throttle("token", 0).turn(),
    ):
        pass
