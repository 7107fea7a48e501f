"""A local stand-in for the Wolkvox API: its own data, faults on demand, a clock that can be set.

In a test:

    with Simulator(seed=1) as sim:
        sim.faults.add(faults.status(500, "OUT OF ORDER"), api="services", times=2)
        ...  # point the client at sim.url, with sim.token

From a shell: ``python -m tests.simulator``. The manual is README.md in this folder.

The packages are layers. Each one imports only from those below it:

    simulator.py, simulators.py    what a test starts and stops
    http/                          requests and answers on a socket, the control pages
    faults/                        what a test can break
    endpoints/reports/             the answers about a range of dates, a package a family
    endpoints/                     all other answers
    endpoints/common/              answers, errors, date ranges, formats: what all of them share
    world/events/                  what happens: calls, chats, shifts, messages
    world/                         who there is, the clock, the quota

Nothing here imports the tap, so that the two can disagree.
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
