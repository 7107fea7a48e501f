"""The throttle between processes that use the same token."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_wolkvox.api.throttle import Throttle
from tap_wolkvox.errors import OperationError
from tests.simulator import Request, Simulator, faults
from tests.support.command_line import CommandLine
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    [folder] = tap.folder.glob("tap-wolkvox-*")
    left = list(folder.iterdir())
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
            [mark] = tmp_path.rglob("*.started")
            starts.append(mark.stat().st_mtime)
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(starts))


def test_a_clock_that_was_set_back_makes_no_long_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    throttle = Throttle("token", 0.1)
    with throttle.turn():
        pass
    [started] = tmp_path.rglob("*.started")
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


TURN = """
import os, sys, tempfile
from tap_wolkvox.errors import OperationError
from tap_wolkvox.api.throttle import Throttle

user, temporary = int(sys.argv[1]), sys.argv[2]
os.setgroups([])
os.setgid(user)
os.setuid(user)
tempfile.tempdir = temporary
try:
    with Throttle("token", 0).turn():
        pass
except OperationError as error:
    sys.exit(str(error))
"""

two_users = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can be other users"
)


def turn_of(user: int, temporary: Path) -> str:
    """Take a turn as a user; returns what went wrong."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE")}
    ended = subprocess.run(
        [sys.executable, "-c", TURN, str(user), str(temporary)],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (ended.returncode == 0) == (not ended.stderr)
    return ended.stderr


@pytest.fixture
def for_all() -> Iterator[Path]:
    """A folder for temporary files as a machine has it: anybody may write, and remove their own."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o1777)
        yield folder


@two_users
def test_two_users_with_one_token_go_on_in_one_folder_for_temporary_files(for_all: Path) -> None:
    for user in (65534, 12345, 0, 65534):
        assert turn_of(user, for_all) == ""
    for user in (65534, 12345, 0):
        own = for_all / f"tap-wolkvox-{user}"
        assert own.stat().st_uid == user
        assert own.stat().st_mode & 0o777 == 0o700
        assert {path.suffix for path in own.iterdir()} == {".lock", ".started"}
        assert {path.stat().st_uid for path in own.iterdir()} == {user}


@two_users
@pytest.mark.parametrize("laid", ["folder", "link", "file"])
def test_what_another_user_has_laid_there_is_refused_with_the_fix(for_all: Path, laid: str) -> None:
    elsewhere, own = for_all / "elsewhere", for_all / "tap-wolkvox-12345"
    elsewhere.mkdir()
    elsewhere.chmod(0o777)
    if laid == "folder":
        own.mkdir()
        own.chmod(0o777)
    elif laid == "link":
        own.symlink_to(elsewhere)
    else:
        own.touch()
    said = turn_of(12345, for_all)
    assert "`tap-wolkvox-12345`" in said
    assert "TMPDIR" in said
    assert said.count("\n") == 1
    assert list(elsewhere.iterdir()) == []
    assert turn_of(65534, for_all) == ""


def test_a_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Throttle("token", 0).turn():
        pass
    [own] = tmp_path.iterdir()
    own.rename(tmp_path / "moved")
    own.symlink_to(tmp_path / "moved")
    with pytest.raises(OperationError, match="TMPDIR"), Throttle("token", 0).turn():
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
    monkeypatch.setattr("tap_wolkvox.api.throttle.LONGEST_WAIT", 0.1)
    with (
        Throttle("token", 0).turn(),
        pytest.raises(OperationError, match="is one stuck"),
        Throttle("token", 0).turn(),
    ):
        pass
