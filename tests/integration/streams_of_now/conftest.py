"""Fixtures of these tests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.command_line import CommandLine, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

from tests.integration.streams_of_now.common import ALL, NOW, settings_of


@pytest.fixture(scope="module")
def world() -> Iterator[Simulator]:
    with Simulator(now=datetime.fromisoformat(NOW)) as running:
        yield running


@pytest.fixture(scope="module")
def everything(world: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A run over all streams there are."""
    tap = CommandLine(tmp_path_factory.mktemp("tap"), settings_of(world), streams=ALL)
    result = tap.run(now=f"{NOW}-05:00")
    assert result.code == 0, result.log
    return result
