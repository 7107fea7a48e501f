"""A local stand-in for the Wolkvox API, with data of its own, faults on demand and a set clock.

In a test:

    with Simulator(seed=1) as sim:
        sim.faults.add(faults.status(500, "OUT OF ORDER"), api="services", times=2)
        ...  # point the client at sim.url, with sim.token

From a shell: ``python -m tests.simulator``. The page for people is README.md beside this file.
"""

from __future__ import annotations

from tests.simulator import faults
from tests.simulator.endpoints.common.answers import Answer, CodeForm
from tests.simulator.endpoints.common.date_range import Months
from tests.simulator.endpoints.common.endpoint import RefusedError
from tests.simulator.endpoints.common.row_cap import Cap
from tests.simulator.faults import Fault
from tests.simulator.http.journal import Request
from tests.simulator.simulator import Simulator
from tests.simulator.simulators import Simulators
from tests.simulator.world.bursts import Burst
from tests.simulator.world.clock import Clock

__all__ = [
    "Answer",
    "Burst",
    "Cap",
    "Clock",
    "CodeForm",
    "Fault",
    "Months",
    "RefusedError",
    "Request",
    "Simulator",
    "Simulators",
    "faults",
]
