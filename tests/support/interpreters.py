"""The interpreters of this machine that the tap promises to run on."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_THE_SYSTEM = "of the system"
NAMES = (OF_THE_SYSTEM, "3.11", "3.12", "3.13", "3.14")
OLDEST = (3, 11)

Version = tuple[int, ...]


def found(name: str) -> Path | None:
    """Return an interpreter that no other name stands for, and that is not the one that asks."""
    known = {version_of(Path(sys.executable))}
    if name != OF_THE_SYSTEM:
        known |= {version_of(each) for each in _candidates(OF_THE_SYSTEM)}
    for path in _candidates(name):
        version = version_of(path)
        if version >= OLDEST and version not in known:
            return path
    return None


def oldest() -> Path:
    """Return the oldest that can make virtual environments by itself."""
    every = [Path(sys.executable), *filter(None, map(found, NAMES))]
    able = [each for each in every if _says(each, "import ensurepip; print(True)")]
    return min(able, key=version_of)


@cache
def version_of(path: Path) -> Version:
    """Return the version of an interpreter; nothing where it is none."""
    return tuple(map(int, _says(path, "import sys; print(*sys.version_info[:3])").split()))


def _candidates(name: str) -> Iterator[Path]:
    if name == OF_THE_SYSTEM:
        yield Path("/usr/bin/python3")
        return
    for folder in os.get_exec_path():
        yield Path(folder) / f"python{name}"
    # Those that pyenv has, whichever of them are in use.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{name}.*/bin/python"))


def _says(path: Path, code: str) -> str:
    if not path.exists():
        return ""
    command = [str(path), "-S", "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return ended.stdout
