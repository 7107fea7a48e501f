"""The package as it is released, and as it is worked on: each finds its schemas."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "output")


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command to its good end and return what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    ended = subprocess.run(
        command,
        cwd=cwd,
        env=kept | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def uv(*arguments: str | Path, cwd: Path) -> None:
    run(sys.executable, "-m", "uv", "--quiet", *arguments, cwd=cwd)


def environment(folder: Path, *install: str | Path) -> Path:
    """Make an empty environment, install into it, and return the folder of its programs."""
    uv("venv", "--python", sys.executable, folder, cwd=folder.parent)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    uv("pip", "install", "--python", programs / "python", *install, cwd=folder.parent)
    return programs


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with nothing of what lies around a checkout."""
    folder = tmp_path_factory.mktemp("checkout") / "project"
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    return folder


@pytest.fixture(scope="module")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An sdist, and the wheel that was built from it and from nothing else."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--out-dir", folder, checkout, cwd=checkout)
    [sdist], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def catalog(checkout: Path) -> Any:
    """What a plain checkout discovers."""
    command = (sys.executable, "-m", "tap_wolkvox", "--discover")
    return json.loads(run(*command, cwd=checkout, PYTHONPATH=str(checkout)))


def test_a_plain_checkout_finds_its_schemas(catalog: Any) -> None:
    assert len(catalog["streams"]) > 0


def test_the_wheel_works_in_an_empty_environment(
    built: tuple[Path, Path], catalog: Any, tmp_path: Path
) -> None:
    programs = environment(tmp_path / "venv", built[1])
    assert json.loads(run(programs / "tap-wolkvox", "--discover", cwd=tmp_path)) == catalog
    assert "tap-wolkvox v" in run(
        programs / "python", "-m", "tap_wolkvox", "--version", cwd=tmp_path
    )


def test_an_editable_install_shows_a_schema_that_is_edited(
    checkout: Path, catalog: Any, tmp_path: Path
) -> None:
    programs = environment(tmp_path / "venv", "--editable", checkout)
    assert json.loads(run(programs / "tap-wolkvox", "--discover", cwd=tmp_path)) == catalog
    schema = checkout / "schemas" / "billing.json"
    kept = schema.read_text(encoding="utf-8")
    try:
        schema.write_text(kept.replace("Amount used", "AMOUNT USED"), encoding="utf-8")
        assert "AMOUNT USED" in run(programs / "tap-wolkvox", "--discover", cwd=tmp_path)
    finally:
        schema.write_text(kept, encoding="utf-8")


def test_the_wheel_holds_what_it_should_and_nothing_else(built: tuple[Path, Path]) -> None:
    names = zipfile.ZipFile(built[1]).namelist()
    schemas = {path.name for path in (ROOT / "schemas").iterdir()}
    assert {Path(name).name for name in names if "/schemas/" in name} == schemas
    assert all(name.endswith(".json") for name in schemas)
    assert "tap_wolkvox/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"tap_wolkvox"}


def test_the_sdist_holds_the_schemas_and_the_tests(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[0]) as sdist:
        names = {name.split("/", 1)[1] for name in sdist.getnames() if "/" in name}
    assert {"schemas/billing.json", "tests/conftest.py", "LICENSE", "CHANGELOG.md"} <= names


@pytest.mark.long
def test_the_oldest_of_all_dependencies_do(checkout: Path, tmp_path: Path) -> None:
    install = ("--resolution", "lowest-direct", "--group", "test", "--editable", checkout)
    programs = environment(tmp_path / "venv", "--project", checkout, *install)
    names = (
        *("integration/command_line", "integration/test_requests.py"),
        *("integration/test_both_paths.py", "unit/parts", "unit/test_records.py"),
    )
    chosen = [checkout / "tests" / name for name in names]
    run(programs / "python", "-m", "pytest", "-q", *chosen, cwd=checkout)
