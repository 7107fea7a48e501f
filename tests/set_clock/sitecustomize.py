"""Sets the tap's clock in a process of its own: on the path of one, Python runs this at start.

`SIMULATED_NOW` holds the instant, in ISO 8601 with its offset. The tap itself knows nothing of it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime

if simulated := os.environ.get("SIMULATED_NOW"):
    # Other programs than the tap have no such clock.
    with suppress(ImportError):
        from tap_wolkvox import clock

        instant = datetime.fromisoformat(simulated).astimezone(UTC)
        clock.now = lambda: instant
