"""What adds up the rows of agents."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support.reports_of import (
    DAY,
    TODAY,
)

at = datetime.fromisoformat

days_of = pytest.mark.parametrize("days", [DAY, TODAY, ("20261118093000", "20261119101530")])
