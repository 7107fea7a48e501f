"""reports_manager.php: the steps of calls through voice menus."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.call import Call

MENU = ("1", "2", "3", "4", "5", "PULSE")


@over_range
def diagram_1(report: Report) -> list[Row]:
    """One row per step of a call in a menu, by the end of the step."""
    wanted = report.question.query.get("customer_id") or None
    found = [
        (end, call.conn_id, row)
        for call in report.calls_around()
        if call.skill and wanted in {None, call.customer.id}
        for end, _, row in steps(report, call)
        if report.within(end)
    ]
    return [row for _, _, row in sorted(found, key=lambda step: step[:2])]


def steps(report: Report, call: Call) -> Iterator[tuple[datetime, int, Row]]:
    """The steps of a call: end, seconds and row of each, the last step first.

    The last step ends when the call begins to wait.
    """
    points = report.question.operation.world.routing_points
    dice = report.question.operation.dice("menu", call.conn_id)
    number = dice.randrange(len(points))
    end = call.date
    for later in range(dice.randint(1, 3)):
        last, lasts = not later, dice.randint(4, 40)
        yield (
            end,
            lasts,
            {
                "rp_id": points[number],
                "rp_name": f"Línea {number + 1}",
                "cod_opc_menu": dice.choice(MENU),
                "dn_transfer": call.skill.id if last and call.skill else call.blank,
                "date": stamp(report.local(end)),
                "result": "hung up" if last and call.result == "ABANDON" else "ok",
                "ani": call.customer.phone,
                "time": duration(lasts),
                "customer_id": call.customer.id,
                "conn_id": call.conn_id,
            },
        )
        end -= timedelta(seconds=lasts)


ENDPOINTS = (
    Endpoint("reports_manager", "diagram_1", 200, FOUND, diagram_1, DATES, NO_ROWS, days=31),
)
