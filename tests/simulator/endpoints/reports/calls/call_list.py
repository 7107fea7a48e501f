"""reports_manager.php: the calls themselves, what campaigns dialled, what menus were told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tests.simulator.endpoints.campaign import campaign_15
from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.calls import Call

FOUND = "{count} records were found"
DATES = ("date_ini", "date_end")
GMT_5 = timezone(timedelta(hours=-5))
MENU = ("1", "2", "3", "4", "5", "PULSE")


@over_range
def cdr_1(report: Report) -> list[Row]:
    """One row a call that was connected, or a leg of it."""
    return [
        {
            "agent_name": call.agent.name,
            "date": stamp(local),
            "destiny": destination(call),
            "telephone": call.customer.phone,
            "cost": f"{call.cost:.2f}",
            "time_seg": str(call.talk),
            "time_min": f"{call.talk / 60:.2f}",
            **codes(call, report.known),
            "type_interaction": call.type,
            "customer_id": call.customer.id,
            "hang_up": call.hang_up,
            "campaign_id": call.campaign.id if call.campaign else call.blank,
            "conn_id": call.conn_id,
            "skill_id": call.skill.id if call.skill else call.blank,
            "skill_name": call.skill.name if call.skill else call.blank,
            "agent_id": call.agent.id,
            "comment": call.comment if call.coded(report.known) else call.blank,
        }
        for local, call in report.connected()
    ]


def destination(call: Call) -> str:
    """Where a call went: to a phone if a campaign made it, to an extension if not."""
    return call.customer.phone if call.campaign else call.agent.id


def codes(call: Call, known: datetime) -> Row:
    """What a call came to, in both groups of codes, as far as it is known."""
    row = {}
    for name, code in (("cod_act", call.code), ("cod_act_2", call.code_2)):
        given = code if call.coded(known) else None
        row[name] = given.id if given else call.blank
        row[f"description_{name}"] = given.description if given else call.blank
    return row


@over_range
def campaign_3(report: Report) -> list[Row]:
    """One row an attempt; both it and the loading of its record must lie in the range."""
    records = _records(report)
    rows = []
    for _, call in _attempts(report):
        if call.campaign is None or call.loaded is None or not report.within(call.loaded):
            continue
        record = records[call.campaign.id, call.customer.id]
        rows.append(
            {
                "campaign_id": call.campaign.id,
                "customer_name": call.customer.first_name,
                "customer_last_name": call.customer.last_name,
                "id_type": record["tipo_doc"],
                "customer_id": call.customer.id,
                # Always in this zone, whatever the operation's is.
                "date": stamp(call.date.astimezone(GMT_5)),
                "telephone": call.customer.phone,
                "result": _in_words(call.result),
                **{f"opt{n}": record[f"opt{n}"] for n in range(1, 13)},
                "conn_id": call.conn_id if call.connected else call.blank,
            }
        )
    return rows


def _attempts(report: Report) -> Iterator[tuple[datetime, Call]]:
    """The calls of predictive campaigns: of all, or of the one that was asked for."""
    wanted = report.question.query["campaign_id"]
    for local, call in report.calls():
        if call.type == "out_pre" and call.campaign and wanted in {"all", call.campaign.id}:
            yield local, call


def _records(report: Report) -> dict[tuple[str, str], Row]:
    """What campaigns have loaded, by campaign and customer."""
    return {
        (campaign.id, row["id_cliente"]): row
        for campaign in report.question.operation.world.campaigns
        for row in campaign_15(replace(report.question, query={"campaign_id": campaign.id}))
    }


def _in_words(result: str) -> str:
    """A result as this report spells it, which has no word for a channel that is unavailable."""
    return "failed" if result == "CHANUNAVAIL" else result.lower().replace(" ", "-")


@over_range
def campaign_7(report: Report) -> list[Row]:
    """One row an attempt that somebody or something answered."""
    words = {"ANSWER": "human", "ANSWER MACHINE": "machine"}
    return [
        {
            "customer_id": call.customer.id,
            "campaign_id": call.campaign.id,
            "file_name": call.blank if call.connected else f"buzón_{call.campaign.id}.wav",
            "telephone": call.customer.phone,
            "result": words[call.result],
            "date": stamp(local),
        }
        for local, call in _attempts(report)
        if call.campaign and call.result in words
    ]


@over_range
def diagram_1(report: Report) -> list[Row]:
    """One row a step of a menu, by the date it ended: the last when the call begins to wait."""
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
    """The end, the seconds and the row of each step of a menu, from the last to the first."""
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


ENDPOINTS = tuple(
    Endpoint("reports_manager", api, 200, FOUND, rows, (*needs, *DATES), NO_ROWS, days=31)
    for api, rows, needs in (
        ("cdr_1", cdr_1, ()),
        ("campaign_3", campaign_3, ("campaign_id",)),
        ("campaign_7", campaign_7, ("campaign_id",)),
        ("diagram_1", diagram_1, ()),
    )
)
