"""Sets the tap's clock in a process of its own: on the path of one, Python runs this at start.

`SIMULATED_NOW` holds the instant, in ISO 8601 with its offset, or names a file that holds it and
is read each time. The tap itself knows nothing of it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

simulated = os.environ.get("SIMULATED_NOW", "")
if simulated:
    # Other programs than the tap have no such clock.
    with suppress(ImportError):
        from tap_wolkvox import clock

        path = Path(simulated)

        def now() -> datetime:
            text = path.read_text(encoding="utf-8") if path.is_absolute() else simulated
            return datetime.fromisoformat(text).astimezone(UTC)

        clock.now = now
