"""Fixtures of these tests."""

from __future__ import annotations

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import (
    NOON,
)


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)
