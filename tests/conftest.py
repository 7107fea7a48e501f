"""Fixtures: a simulated Wolkvox, the tap's command line set up to read it, a database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.simulator import Simulator
from tests.support import meltano_project, postgres
from tests.support.command_line import FEW, TOKEN, CommandLine, for_simulator, selection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A busy machine is no reason to fail.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.1) as running:
        yield running


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Database]:
    with postgres.running(tmp_path_factory.mktemp("database") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this session, which all of its processes have in common."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def plugins(together: Path) -> Path:
    """A project with Meltano's plugins installed."""
    return meltano_project.plugins(together)


@pytest.fixture
def tap(simulator: Simulator, tmp_path: Path) -> CommandLine:
    """The command line, set up for the simulator and in no hurry to retry."""
    return for_simulator(simulator, tmp_path, *FEW)


@pytest.fixture
def services(tap: CommandLine) -> dict[str, Any]:
    """A catalog that selects `information_services` alone."""
    return selection("information_services")
