"""Fixtures of these tests."""

from __future__ import annotations

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import NOON
from tests.unit.simulator.quality_and_speech.common import LATER, Conversations


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=LATER)


@pytest.fixture(scope="module")
def early() -> Simulator:
    return Simulator(seed=1, now=NOON)


@pytest.fixture(scope="module")
def told(sim: Simulator) -> Conversations:
    return Conversations(sim)
