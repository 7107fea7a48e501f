"""reports_manager.php: the attempts of predictive campaigns to call customers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tests.simulator.endpoints.campaign import campaign_15
from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.events.call import Call

GMT_5 = timezone(timedelta(hours=-5))


@over_range
def campaign_3(report: Report) -> list[Row]:
    """One row per attempt. Its record must have been loaded within the range too."""
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
                # Always in this zone, not in the operation's.
                "date": stamp(call.date.astimezone(GMT_5)),
                "telephone": call.customer.phone,
                "result": _in_words(call.result),
                **{f"opt{n}": record[f"opt{n}"] for n in range(1, 13)},
                "conn_id": call.conn_id if call.connected else call.blank,
            }
        )
    return rows


def _attempts(report: Report) -> Iterator[tuple[datetime, Call]]:
    """The calls of all predictive campaigns, or of the one asked for."""
    wanted = report.question.query["campaign_id"]
    for local, call in report.calls():
        if call.type == "out_pre" and call.campaign and wanted in {"all", call.campaign.id}:
            yield local, call


def _records(report: Report) -> dict[tuple[str, str], Row]:
    """The records of campaigns, by campaign and customer."""
    return {
        (campaign.id, row["id_cliente"]): row
        for campaign in report.question.operation.world.campaigns
        for row in campaign_15(replace(report.question, query={"campaign_id": campaign.id}))
    }


def _in_words(result: str) -> str:
    """A result in the words of this report. It has none for an unavailable channel."""
    return "failed" if result == "CHANUNAVAIL" else result.lower().replace(" ", "-")


@over_range
def campaign_7(report: Report) -> list[Row]:
    """One row per attempt that a person or a machine answered."""
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


ENDPOINTS = tuple(
    Endpoint(
        "reports_manager",
        rows.__name__,
        200,
        FOUND,
        rows,
        ("campaign_id", *DATES),
        NO_ROWS,
        days=31,
    )
    for rows in (campaign_3, campaign_7)
)
