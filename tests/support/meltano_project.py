"""A copy of the project, with Meltano in it, as somebody has it who cloned it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from tests.support.command_line import SET_CLOCK, TOKEN
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from tests.simulator import Simulator
    from tests.support.postgres import Database


@dataclass(frozen=True)
class Project:
    """A project in a folder of its own.

    Args:
        folder: The folder.
        settings: Settings of tap and target, as environment variables.
    """

    folder: Path
    settings: dict[str, str]

    def meltano(self, *arguments: str, now: str = "") -> subprocess.CompletedProcess[str]:
        """Run Meltano in it, at a simulated instant."""
        process = self.start(*arguments, now=now)
        output, log = process.communicate()
        assert TOKEN not in output + log
        return subprocess.CompletedProcess(arguments, process.returncode, output, log)

    def start(
        self, *arguments: str, now: str = "", output: int = subprocess.PIPE
    ) -> subprocess.Popen[str]:
        """Start Meltano in it, as the leader of a group of processes."""
        clock = {"SIMULATED_NOW": f"{now}-05:00"} if now else {}
        return subprocess.Popen(
            [Path(sys.executable).parent / "meltano", *arguments],
            cwd=self.folder,
            env=os.environ | self.settings | clock,
            stdout=output,
            stderr=output,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )


def plugins(folder: Path) -> Path:
    """Make a project with its plugins installed, once for all that share a folder; return it.

    Args:
        folder: The folder, which may be used by several processes.
    """
    made = folder / "installed"
    with FileLock(folder / "installed.lock"):
        if not made.exists():
            unfinished = Project(_copied(made.with_name("meltano")), {})
            ended = unfinished.meltano("install")
            assert ended.returncode == 0, ended.stderr
            _set_clock(unfinished.folder)
            # Programs of an environment are found by its path: it stays where it was made.
            made.symlink_to(unfinished.folder, target_is_directory=True)
    return made.resolve()


def installed(
    plugins: Path, folder: Path, simulator: Simulator, database: Database, **settings: str
) -> Project:
    """Copy the project, with the plugins that are installed elsewhere.

    Args:
        plugins: Where they are.
        folder: Folder to copy it to.
        simulator: What the tap reads.
        database: What the target writes to.
        **settings: More settings of the tap, in upper case.
    """
    environment = {
        "TAP_WOLKVOX_SERVER": simulator.server,
        "TAP_WOLKVOX_TOKEN": TOKEN,
        "TAP_WOLKVOX_API_URL": simulator.url,
        "TAP_WOLKVOX_REQUEST_INTERVAL": "0",
        "TMPDIR": str(folder),
    } | {f"TAP_WOLKVOX_{name}": value for name, value in settings.items()}
    (_copied(folder) / ".meltano").mkdir()
    for kind in ("extractors", "loaders"):
        of_all = plugins / ".meltano" / kind
        (folder / ".meltano" / kind).symlink_to(of_all, target_is_directory=True)
    return Project(folder, environment | database.settings)


def _copied(folder: Path) -> Path:
    """Copy the project to a folder, and return that."""
    for name in ("tap_wolkvox", "schemas"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "meltano.yml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


def _set_clock(folder: Path) -> None:
    """Let the clock of the tap be set: Meltano takes PYTHONPATH away from its plugins."""
    [packages] = folder.glob(".meltano/extractors/tap-wolkvox/venv/**/site-packages")
    # By a name of its own, for Debian's Python has a `sitecustomize`; last, to find the tap there.
    shutil.copy(SET_CLOCK / "sitecustomize.py", packages / "simulated_clock.py")
    (packages / "zzz_simulated_clock.pth").write_text("import simulated_clock\n", encoding="utf-8")
