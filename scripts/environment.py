"""The virtual environment `.venv` of this folder, made by the scripts that need it.

python scripts/environment.py test -m benchmarks.run   start the Python of `.venv` with arguments

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
"""There while something is installed: where that was stopped, nobody knows what is missing."""
WRITTEN = (ROOT, VENV, ROOT / ".meltano", ROOT / ".demo")
OLDEST = (3, 11)
ABOUT_PROXIES = (
    "Behind a proxy that opens TLS connections, set PIP_CERT and SSL_CERT_FILE to the file with "
    "its certificates."
)


def enter(group: str) -> None:
    """Go on in `.venv`, with the project and a dependency group installed.

    The script that calls it is started anew in there; the call returns there only.

    Args:
        group: Dependency group of `pyproject.toml`.
    """
    if sys.version_info < OLDEST:
        sys.exit(f"Python {'.'.join(map(str, OLDEST))} or later is needed: this is an older one.")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Not every output takes all that there is to print.
        sys.stdout.reconfigure(errors="replace")
    if Path(sys.prefix).resolve() == VENV:
        return
    end_on_signals()
    _check_that_all_can_be_written()
    _install(group)
    os.environ["PATH"] = os.pathsep.join([str(_programs(VENV)), os.environ["PATH"]])
    os.environ["VIRTUAL_ENV"] = str(VENV)
    if "SSL_CERT_FILE" not in os.environ and (found := _certificates()):
        # uv, which Meltano installs with, does not know the settings of pip.
        os.environ["SSL_CERT_FILE"] = found
    _go_on([str(_python(VENV)), *sys.argv])


def is_usable(folder: Path, module: str = "sys") -> bool:
    """Whether this Python has made a virtual environment, and where it lies now.

    Args:
        folder: The environment.
        module: What has to be in it.
    """
    asked = f"import {module}, sys; print(sys.version)"
    command = [str(_python(folder)), "-c", asked]
    try:
        told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
        # Its programs are found by the path that it was made with.
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
                "into a folder of your own."
            )


def _install(group: str) -> None:
    """Make the environment what `pyproject.toml` asks for, unless it is so already."""
    asked = (ROOT / "pyproject.toml").read_bytes() + f"{sys.version} {VENV}".encode()
    wanted = hashlib.sha256(asked).hexdigest()
    stamp = VENV / f"installed-{group}"
    if not UNFINISHED.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    if UNFINISHED.exists() or not is_usable(VENV, "pip"):
        _create()
    print(f"Installing what is needed into {VENV.name} ...", flush=True)
    UNFINISHED.touch()
    project = ("--editable", str(ROOT), "--group", f"{ROOT / 'pyproject.toml'}:{group}")
    is_done = _pip("install", "--upgrade", "pip>=25.1") and _pip("install", *project)
    UNFINISHED.unlink()
    if not is_done:
        sys.exit(f"The installation failed: see above. Is this machine connected? {ABOUT_PROXIES}")
    stamp.write_text(wanted, encoding="utf-8")


def _create() -> None:
    if VENV.exists():
        why = "another Python made it, or elsewhere, or not to its end"
        print(f"Making {VENV.name} anew: {why}.", flush=True)
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV)
        sys.exit(
            "This Python can't make virtual environments: install its `venv` package "
            "(Debian, Ubuntu: apt install python3-venv) and start again."
        )


def _pip(*arguments: str) -> bool:
    """Run pip; returns whether it came to a good end."""
    command = [str(_python(VENV)), "-m", "pip", "--quiet", "--disable-pip-version-check"]
    return not subprocess.run([*command, *arguments], check=False).returncode


def _certificates() -> str | None:
    """Return the file with the certificates that pip or other programs trust, if one is set."""
    command = [str(_python(VENV)), "-m", "pip", "config", "list"]
    told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return certificates(told.stdout, os.environ)


def certificates(configuration: str, variables: Mapping[str, str]) -> str | None:
    """Return the file with the certificates to trust, if one is set.

    Args:
        configuration: What pip says of its settings, those from the environment among them.
        variables: Environment variables.
    """
    of_pip = re.findall(r"(?m)^(?::env:|global|install)\.cert=(.+)$", configuration)
    found = [literal_eval(each) for each in of_pip]
    found += [variables.get(name) for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")]
    return next((each for each in found if each and Path(each).is_file()), None)


def _go_on(command: list[str]) -> NoReturn:
    """Become another program, which then gets the signals."""
    if os.name == "nt":
        # Windows can start it only; Ctrl-C reaches both, and is for that one.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.exit(subprocess.run(command, check=False).returncode)
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  # no shell is wanted


def _programs(folder: Path) -> Path:
    return folder / ("Scripts" if os.name == "nt" else "bin")


def _python(folder: Path) -> Path:
    return _programs(folder) / ("python.exe" if os.name == "nt" else "python")


if __name__ == "__main__":
    enter(sys.argv[1])
    _go_on([sys.executable, *sys.argv[2:]])
