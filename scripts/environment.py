"""The virtual environment `.venv` of this folder, which the scripts create when they need it.

python scripts/environment.py test -m benchmarks.run   run the Python of `.venv` with arguments

The first argument is a dependency group of `pyproject.toml`.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import venv
from ast import literal_eval
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from ending import end_on_signals

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
UNFINISHED = VENV / "unfinished"
"""Exists during an installation. If it remains, the installation was interrupted."""
WRITTEN = (ROOT, VENV, ROOT / ".meltano", ROOT / ".demo")
OLDEST = (3, 11)
ABOUT_PROXIES = (
    "Behind a proxy that decrypts TLS connections, set PIP_CERT and SSL_CERT_FILE to the file with "
    "its certificates."
)


def enter(group: str) -> None:
    """Continue in `.venv`, with the project and a dependency group installed.

    The calling script starts again in `.venv`; only there the call returns.

    Args:
        group: Dependency group of `pyproject.toml`.
    """
    if sys.version_info < OLDEST:
        sys.exit(f"Python {'.'.join(map(str, OLDEST))} or later is needed; this Python is older.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not every output can encode all characters.
        sys.stdout.reconfigure(errors="replace")
    if Path(sys.prefix).resolve() == VENV:
        return
    end_on_signals()
    _check_that_all_can_be_written()
    _install(group)
    os.environ["PATH"] = os.pathsep.join([str(_programs(VENV)), os.environ["PATH"]])
    os.environ["VIRTUAL_ENV"] = str(VENV)
    if "SSL_CERT_FILE" not in os.environ and (found := _certificates()):
        # Meltano installs with uv, which does not know the settings of pip.
        os.environ["SSL_CERT_FILE"] = found
    _go_on([str(_python(VENV)), *sys.argv])


def is_usable(folder: Path, module: str = "sys") -> bool:
    """Whether this Python created a virtual environment, at its current place.

    Args:
        folder: The environment.
        module: A module that it must contain.
    """
    asked = f"import {module}, sys; print(sys.version)"
    command = [str(_python(folder)), "-c", asked]
    try:
        told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
        # Its programs contain the path at which it was created.
        activate = (_programs(folder) / "activate").read_text(encoding="utf-8", errors="replace")
    except (OSError, subprocess.CalledProcessError):
        return False
    return told.stdout.split() == sys.version.split() and str(folder) in activate


def _check_that_all_can_be_written() -> None:
    for folder in filter(Path.exists, WRITTEN):
        try:
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            sys.exit(
                f"This folder can't be written: {folder} ({error.strerror}). Clone the project "
                "into a folder where you can write."
            )


def _install(group: str) -> None:
    """Install what `pyproject.toml` requires, unless it is installed already."""
    asked = (ROOT / "pyproject.toml").read_bytes() + f"{sys.version} {VENV}".encode()
    wanted = hashlib.sha256(asked).hexdigest()
    stamp = VENV / f"installed-{group}"
    if not UNFINISHED.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    if UNFINISHED.exists() or not is_usable(VENV, "pip"):
        _create()
    print(f"Installing dependencies into {VENV.name} ...", flush=True)
    UNFINISHED.touch()
    project = ("--editable", str(ROOT), "--group", f"{ROOT / 'pyproject.toml'}:{group}")
    is_done = _pip("install", "--upgrade", "pip>=25.1") and _pip("install", *project)
    UNFINISHED.unlink()
    if not is_done:
        sys.exit(f"The installation failed: see above. Is this machine online? {ABOUT_PROXIES}")
    stamp.write_text(wanted, encoding="utf-8")


def _create() -> None:
    if VENV.exists():
        why = "it is incomplete, or belongs to another Python or folder"
        print(f"Recreating {VENV.name}: {why}.", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV)
        sys.exit(
            "This Python can't create virtual environments: install its `venv` package "
            "(Debian, Ubuntu: apt install python3-venv) and start again."
        )


def _pip(*arguments: str) -> bool:
    """Run pip; returns whether it succeeded."""
    command = [str(_python(VENV)), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    return not subprocess.run([*command, *arguments], check=False).returncode


def _certificates() -> str | None:
    """Return the certificate file that pip or other programs are set to trust, if any."""
    command = [str(_python(VENV)), "-m", "pip", "config", "list"]
    told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return certificates(told.stdout, os.environ)


def certificates(configuration: str, variables: Mapping[str, str]) -> str | None:
    """Return the certificate file to trust, if one is set.

    Args:
        configuration: Output of `pip config list`, which includes settings of the environment.
        variables: Environment variables.
    """
    of_pip = re.findall(r"(?m)^(?::env:|global|install)\.cert=(.+)$", configuration)
    found = [literal_eval(each) for each in of_pip]
    found += [variables.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")]
    return next((each for each in found if each and Path(each).is_file()), None)


def _go_on(command: list[str]) -> NoReturn:
    """Replace this process by another program, which then gets the signals."""
    if os.name == "nt":
        # Windows can only start a child. Ctrl-C reaches both, and the child must handle it.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.exit(subprocess.run(command, check=False).returncode)
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  # needs no shell


def _programs(folder: Path) -> Path:
    return folder / ("Scripts" if os.name == "nt" else "bin")


def _python(folder: Path) -> Path:
    return _programs(folder) / ("python.exe" if os.name == "nt" else "python")


if __name__ == "__main__":
    enter(sys.argv[1])
    _go_on([sys.executable, *sys.argv[2:]])
