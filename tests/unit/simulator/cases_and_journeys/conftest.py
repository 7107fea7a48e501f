"""Fixtures of these tests."""

from __future__ import annotations

import pytest

from tests.simulator import Simulator
from tests.unit.simulator.cases_and_journeys.common import MORNING, at


@pytest.fixture(scope="module")
def sim() -> Simulator:
    """When all of WIDE is over."""
    return Simulator(seed=1, now=at("2026-12-10T12:00"))


@pytest.fixture(scope="module")
def early() -> Simulator:
    """In the middle of TODAY."""
    return Simulator(seed=1, now=MORNING)
