"""Fixtures of these tests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import (
    NOON,
    flat_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.simulator.endpoints.common.answers import Row

    Told: TypeAlias = Callable[[str], list[Row]]


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(seed=1, now=NOON) as running:
        yield running


@pytest.fixture(scope="module")
def told(sim: Simulator) -> Told:
    """The rows of a report on one day, asked for once."""
    return cache(lambda api: flat_rows(sim, api))
