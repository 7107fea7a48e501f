"""The virtual environment `.venv` of this folder, made by the scripts that need it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def enter(group: str) -> None:
    """Go on in `.venv`, with the project and a dependency group installed.

    The script that calls it is started anew in there; the call returns there only.

    Args:
        group: Dependency group of `pyproject.toml`.
    """
    if sys.version_info < OLDEST:
        sys.exit(f"Python {'.'.join(map(str, OLDEST))} or later is needed: this is an older one.")
    if Path(sys.prefix).resolve() == VENV:
        return
    _install(group)
    os.environ["PATH"] = os.pathsep.join([str(_programs()), os.environ["PATH"]])
    os.environ["VIRTUAL_ENV"] = str(VENV)
    try:
        ended = subprocess.run([_python(), *sys.argv], check=False)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(ended.returncode)


def _install(group: str) -> None:
    """Make the environment what `pyproject.toml` asks for, unless it is so already."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode())
    stamp = VENV / f"installed-{group}"
    if stamp.exists() and stamp.read_text() == wanted.hexdigest():
        return
    if not _python().exists():
        _create()
    print(f"Installing what is needed into {VENV.name} ...", flush=True)
    _pip("install", "--upgrade", "pip>=25.1")
    _pip("install", "--editable", str(ROOT), "--group", f"{ROOT / 'pyproject.toml'}:{group}")
    stamp.write_text(wanted.hexdigest())


def _create() -> None:
    try:
        venv.create(VENV, with_pip=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(VENV)
        sys.exit(
            "This Python can't make virtual environments: install its `venv` package "
            "(Debian, Ubuntu: apt install python3-venv) and start again."
        )


def _pip(*arguments: str) -> None:
    command = [str(_python()), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The installation failed: see above. Is this machine connected?")


def _programs() -> Path:
    return VENV / ("Scripts" if os.name == "nt" else "bin")


def _python() -> Path:
    return _programs() / ("python.exe" if os.name == "nt" else "python")
