"""Fixtures of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.command_line import (
    TOKEN,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

from tests.integration.within_a_budget.common import NOW, at


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=at(NOW)) as running:
        yield running
