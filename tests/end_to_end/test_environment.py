"""What the scripts set up, and how they end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import demo
import environment
import pytest

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SCRIPTS = ROOT / "scripts"

no_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def python(code: str, *arguments: str, cwd: Path = SCRIPTS, **variables: str) -> tuple[int, str]:
    """Run code beside the scripts; returns its exit code and what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=cwd,
        env=kept | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return ended.returncode, ended.stdout


# --- the environment ---------------------------------------------------------------------------


def test_an_environment_of_this_python_at_its_place_is_usable(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    assert not environment.is_usable(folder)
    venv.create(folder, with_pip=False)
    assert environment.is_usable(folder)
    assert not environment.is_usable(folder, "pip")
    folder.rename(tmp_path / "moved")
    assert not environment.is_usable(tmp_path / "moved")


def test_one_of_another_python_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv.create(tmp_path, with_pip=False)
    monkeypatch.setattr(sys, "version", sys.version.replace(".", ".9", 1))
    assert not environment.is_usable(tmp_path)


class Pip:
    """What would install, and whether it can."""

    def __init__(self) -> None:
        self.installed = 0
        self.can = True

    def __call__(self, *arguments: str) -> bool:
        self.installed += "--editable" in arguments
        return self.can


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pip:
    """An environment in a folder of the test, into which nothing is really installed."""
    pip = Pip()
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "UNFINISHED", tmp_path / ".venv" / "unfinished")
    monkeypatch.setattr(environment, "_pip", pip)
    monkeypatch.setattr(venv, "create", partial(without_pip, venv.create))
    return pip


def without_pip(create: Callable[..., None], folder: Path, **options: Any) -> None:
    """Make an environment with what only looks like pip: the real one takes seconds."""
    create(folder, **options | {"with_pip": False})
    [packages] = folder.glob("**/site-packages")
    (packages / "pip.py").touch()


def recreated(capsys: pytest.CaptureFixture[str]) -> bool:
    """Install; returns whether it was said that the environment is created again."""
    environment._install("demo")  # noqa: SLF001
    return "Recreating" in capsys.readouterr().out


def test_what_is_installed_stays(pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        assert not recreated(capsys)
    assert pip.installed == 1


def test_another_python_makes_it_anew_and_says_so(
    pip: Pip, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not recreated(capsys)
    old = environment.VENV / "of the other"
    old.touch()
    monkeypatch.setattr(sys, "version", sys.version.replace(".", ".9", 1))
    assert recreated(capsys)
    assert not old.exists()
    assert pip.installed == 2


def test_so_does_an_installation_that_was_broken_off(
    pip: Pip, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_off(*_: str) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(environment, "_pip", break_off)
        with pytest.raises(KeyboardInterrupt):
            recreated(capsys)
    assert recreated(capsys)
    assert pip.installed == 1


def test_one_that_fails_is_tried_again(pip: Pip, capsys: pytest.CaptureFixture[str]) -> None:
    pip.can = False
    with pytest.raises(SystemExit, match="installation failed"):
        recreated(capsys)
    pip.can = True
    assert not recreated(capsys)


def test_plugins_that_another_python_has_installed_are_installed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "ROOT", tmp_path)
    of_this = tmp_path / ".meltano" / "extractors" / "tap-wolkvox" / "venv"
    of_another = tmp_path / ".meltano" / "loaders" / "target-postgres" / "venv"
    venv.create(of_this, with_pip=False)
    shutil.copytree(of_this, of_another, symlinks=True)
    demo.remove_plugins_of_others()
    assert of_this.exists()
    assert not of_another.exists()
    (line,) = capsys.readouterr().out.splitlines()
    assert str(of_another.relative_to(tmp_path)) in line


def test_certificates_are_those_of_pip_or_of_other_programs(tmp_path: Path) -> None:
    names = ("PIP", "REQUESTS", "CURL")
    files = {name: tmp_path / f"{name}.pem" for name in names}
    for file in files.values():
        file.touch()
    variables = {f"{name}_CA_BUNDLE": str(files[name]) for name in names[1:]}
    nowhere = f"global.cert={str(tmp_path / 'nowhere')!r}\n"
    of_pip = f"global.index-url='https://x'\nglobal.cert={str(files['PIP'])!r}\n"
    for configuration, known, found in (
        ("", {}, None),
        (of_pip, variables, files["PIP"]),
        (of_pip.replace("global.cert", ":env:.cert"), variables, files["PIP"]),
        (nowhere, variables, files["REQUESTS"]),
        ("", {"CURL_CA_BUNDLE": str(files["CURL"])}, files["CURL"]),
        ("", {"REQUESTS_CA_BUNDLE": str(tmp_path)}, None),
    ):
        wanted = str(found) if found else None
        assert environment.certificates(configuration, known) == wanted


# --- where it runs -----------------------------------------------------------------------------


PRINTS = """
import sys
from pathlib import Path
import environment
environment.VENV = Path(sys.prefix).resolve()
environment.enter("demo")
print("Posventa 🛠 Operación")
"""


def test_an_output_takes_all_characters() -> None:
    ended = python(PRINTS, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert ended == (0, "Posventa ? Operaci?n\n")


# Another user from here on, if this one may write anywhere.
AS_A_USER = """
import os, runpy, sys
sys.argv = [sys.argv[1]]
# What a user may not read where this Python lies.
import __future__, datetime, json, pkgutil, stream_reference, environment
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def clone() -> Iterator[Path]:
    """A clone that nobody may write, at a place that anybody may read."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(SCRIPTS, folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", folder)
        folder.chmod(0o555)
        yield folder
        folder.chmod(0o755)


@no_signals
@pytest.mark.parametrize("script", ["demo.py", "test.py", "regenerate.py"])
def test_a_folder_that_cannot_be_written_is_one_line(clone: Path, script: str) -> None:
    code, said = python(AS_A_USER, script, cwd=clone / "scripts")
    assert code == 1
    assert said.startswith(f"This folder can't be written: {clone} (Permission denied).")
    assert said.count("\n") == 1


# --- how it ends -------------------------------------------------------------------------------

TOLD_TO_END = """
import contextlib, os, signal, sys
from ending import end_on_signals, entered

where, number = sys.argv[1], signal.Signals[sys.argv[2]]

def reach(place):
    print(place, flush=True)
    if place == where:
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), number)
    print(place, "is over", flush=True)

@contextlib.contextmanager
def database():
    reach("begin")
    try:
        yield
    finally:
        reach("end")

end_on_signals()
with entered(database()):
    reach("use")
"""


@no_signals
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("begin", "begin, begin is over, end, end is over"),
        ("use", "begin, begin is over, use, end, end is over"),
        ("end", "begin, begin is over, use, use is over, end, end is over"),
    ],
)
def test_what_was_begun_is_ended_once_and_wholly(where: str, said: str, name: str) -> None:
    code, printed = python(TOLD_TO_END, where, name)
    assert ", ".join(printed.splitlines()) == said
    assert code == 128 + signal.Signals[name]


@no_signals
def test_a_signal_that_is_ignored_ends_nothing() -> None:
    ignoring = "import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    code, printed = python(ignoring + TOLD_TO_END, "use", "SIGHUP")
    assert code == 0
    assert "use is over" in printed
