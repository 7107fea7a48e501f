"""The demo in a fresh checkout, at a real terminal: it comes to its end, whatever ended it before.

By the oldest interpreter there is; the tests go on where the one before has left the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest

from tests.support import interpreters
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such terminals"),
]

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "output")
CTRL_C = b"\x03"
# A program becomes the demo once its terminal is the one that controls it.
AT_THE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo") / "project"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    yield folder
    for process in at_work(folder):
        process.kill()


def at_work(folder: Path) -> list[psutil.Process]:
    """Return the processes that have to do with a folder: an installation, a tap, a PostgreSQL."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if str(folder) in " ".join(words) and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def wait_until(holds: Callable[[], object]) -> None:
    """Wait, however long a busy machine takes; a test that hangs is ended from outside."""
    while not holds():
        time.sleep(0.1)


def variables() -> dict[str, str]:
    """Return the environment without what the tests themselves have set."""
    foreign = ("COVERAGE", "VIRTUAL_ENV", "PYTHON", "TAP_WOLKVOX", "MELTANO")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def demo(folder: Path) -> list[str]:
    return [str(interpreters.oldest()), str(folder / "scripts" / "demo.py")]


def told_by(name: str) -> int:
    """Return the exit code of what was told to end by a signal."""
    return 128 + signal.Signals[name]


class Terminal:
    """A terminal with the demo in it.

    Args:
        folder: The checkout.
    """

    def __init__(self, folder: Path) -> None:
        self._end, inside = os.openpty()  # type: ignore[attr-defined,unused-ignore]
        self.process = subprocess.Popen(
            [sys.executable, "-c", AT_THE_TERMINAL, *demo(folder)],
            cwd=folder,
            env=variables(),
            stdin=inside,
            stdout=inside,
            stderr=inside,
            start_new_session=True,
        )
        os.close(inside)
        self.said = ""

    def read_until(self, text: str) -> None:
        """Read until a text has been printed."""
        while text not in self.said:
            assert self._read(), self.said

    def press(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._end, keys)

    def close(self) -> None:
        """Close the terminal, as one closes a window."""
        os.close(self._end)

    def code(self) -> int:
        """Read to the end, and return the exit code."""
        while self._read():
            pass
        return self.process.wait()

    def _read(self) -> bool:
        try:
            block = os.read(self._end, 2**16)
        except OSError:
            # Closed, on either side.
            return False
        self.said += block.decode(errors="replace")
        return bool(block)


@pytest.mark.long
def test_sigterm_while_it_installs(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.read_until("Installing ")
    time.sleep(2)
    terminal.process.terminate()
    assert terminal.code() == told_by("SIGTERM")
    assert at_work(folder) == []


@pytest.mark.long
def test_a_terminal_that_is_closed_while_meltano_installs(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.read_until("target-postgres")
    wait_until((folder / ".meltano").exists)
    terminal.close()
    assert terminal.code()
    assert at_work(folder) == []


@pytest.mark.long
def test_ctrl_c_while_it_loads(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.read_until("target-postgres")
    loader = str(folder / ".meltano" / "loaders")
    wait_until(lambda: any(loader in " ".join(each.info["cmdline"]) for each in at_work(folder)))
    for _ in range(2):
        terminal.press(CTRL_C)
        time.sleep(0.2)
    assert terminal.code() == told_by("SIGINT")
    assert at_work(folder) == []


@pytest.mark.long
def test_a_second_one_leaves_the_first_alone_and_says_where_it_is(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.read_until("press Enter")
    [url] = {word for word in terminal.said.split() if word.startswith("postgresql://")}
    command = demo(folder)
    second = subprocess.run(
        command,
        cwd=folder,
        env=variables(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert second.returncode == 1
    assert second.stdout == ""
    assert "already runs" in second.stderr
    assert url in second.stderr
    assert second.stderr.count("\n") == 1
    with psycopg.connect(url) as connection:
        # As any client finds it, without the name of the schema.
        assert connection.execute("select count(*) > 100 from reports_cdr_1").fetchone() == (True,)
    terminal.close()
    # Whatever it notices first: the signal, or that nobody can press a key any more.
    terminal.code()
    assert at_work(folder) == []


def test_it_comes_to_its_end_where_no_terminal_is_and_few_characters_are(folder: Path) -> None:
    ended = subprocess.run(
        demo(folder),
        cwd=folder,
        env=variables() | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    assert ended.stdout.isascii()
    assert "== tap_wolkvox.reports_cdr_1: " in ended.stdout
    assert "Operaci?n" in ended.stdout
    assert at_work(folder) == []
