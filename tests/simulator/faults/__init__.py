"""Faults on demand: what an answer says instead, and how it is sent.

A fault edits an answer, waits, and sends it. Each function here makes one.
``hang(1).then(status(503, "BUSY"))`` joins two. ``BY_NAME`` has all that a client can ask for
over HTTP.
"""

from __future__ import annotations

from tests.simulator.faults.by_name import BY_NAME
from tests.simulator.faults.fault import NONE, Fault
from tests.simulator.faults.other_answers import (
    absent,
    html,
    maintenance,
    no_rows,
    raw,
    redirect,
    retry_after,
    status,
)
from tests.simulator.faults.other_content import (
    AnyRow,
    change_rows,
    cut_json,
    data,
    drop_field,
    error_code,
    extra_rows,
    fewer_rows,
    set_field,
    wrong_types,
)
from tests.simulator.faults.other_delivery import (
    closed,
    cut_body,
    hang,
    reset,
    slow_body,
    slow_headers,
)

__all__ = [
    "BY_NAME",
    "NONE",
    "AnyRow",
    "Fault",
    "absent",
    "change_rows",
    "closed",
    "cut_body",
    "cut_json",
    "data",
    "drop_field",
    "error_code",
    "extra_rows",
    "fewer_rows",
    "hang",
    "html",
    "maintenance",
    "no_rows",
    "raw",
    "redirect",
    "reset",
    "retry_after",
    "set_field",
    "slow_body",
    "slow_headers",
    "status",
    "wrong_types",
]
