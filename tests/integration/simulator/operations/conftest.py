"""Fixtures of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator


from tests.integration.simulator.operations.common import FRIDAY


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(quota=10, now=FRIDAY) as simulator:
        yield simulator
