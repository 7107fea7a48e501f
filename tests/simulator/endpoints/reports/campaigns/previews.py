"""reports_manager.php: records of preview campaigns as agents saw them, and their calls."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.agents.totals import SOMEBODY_ELSE
from tests.simulator.endpoints.reports.campaigns.records import records_of
from tests.simulator.endpoints.reports.campaigns.results import PREVIEW, TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Campaign
    from tests.simulator.world.events.call import Call

PREVIEW_COLUMNS = (
    "type_of_row", "campaign_id", "customer_name", "customer_last_name", "result", "last_code_act",
    "comments_customer_reg", "customer_id", "agent_id", "conn_id", "telephone", "hang_up",
    "type_interaction", "call_result", "date", "time", "cod_act", "comments",
)  # fmt: skip
RECORD_COLUMNS = ("campaign_id", "customer_name", "customer_last_name", "customer_id")


@over_range
def campaign_5(report: Report) -> list[Row]:
    """Two rows per call of a preview campaign: the record shown to the agent, then the call.

    A row of totals follows the last row of each record.
    """
    rows = [row for *_, row in sorted(_preview_rows(report), key=lambda each: each[:3])]
    of_record: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        of_record[_record_id(row)].append(row)
    return [
        each
        for row in rows
        for found in [of_record[_record_id(row)]]
        for each in ([row, _total(found)] if row is found[-1] else [row])
    ]


def _record_id(row: Row) -> tuple[str, str]:
    return row["campaign_id"], row["customer_id"]


def _preview_rows(report: Report) -> Iterator[tuple[datetime, str, str, Row]]:
    """The rows of the range, each with its sort key."""
    question = report.question
    wanted, campaigns = question.query["campaign_id"], question.operation.world.campaigns
    records = {campaign: records_of(question, campaign) for campaign in campaigns}
    for call in report.calls_around():
        campaign = call.campaign
        if call.type != PREVIEW or campaign is None or wanted not in {"all", campaign.id}:
            continue
        seconds = question.operation.dice("preview", call.conn_id).randint(5, 60)
        shown = call.date - timedelta(seconds=seconds)
        record = _record(report, campaign, call, records[campaign][call.customer.id])
        if report.within(shown):
            yield shown, call.conn_id, "preview", _preview(report, call, shown, record)
        if report.within(call.date):
            yield call.date, call.conn_id, "call", _call(report, call, record)


def _record(report: Report, campaign: Campaign, call: Call, record: Row) -> Row:
    """The columns about the record, for both rows."""
    code = call.code if call.coded(report.known) else None
    return {
        "campaign_id": campaign.id,
        "customer_name": call.customer.first_name,
        "customer_last_name": call.customer.last_name,
        "result": "rpc" if code and code.id not in SOMEBODY_ELSE else "clean",
        "last_code_act": code.id if code else call.blank,
        "comments_customer_reg": record["comentarios"],
        "customer_id": call.customer.id,
        "agent_id": call.agent.id,
    }


def _preview(report: Report, call: Call, shown: datetime, record: Row) -> Row:
    nothing = dict.fromkeys(PREVIEW_COLUMNS, call.blank)
    return nothing | {"type_of_row": "preview", **record, "date": stamp(report.local(shown))}


def _call(report: Report, call: Call, record: Row) -> Row:
    coded = call.coded(report.known)
    return {
        "type_of_row": "call",
        **record,
        "conn_id": call.conn_id if call.connected else call.blank,
        "telephone": call.customer.phone,
        "hang_up": call.hang_up if call.connected else call.blank,
        "type_interaction": call.type,
        "call_result": call.result,
        "date": stamp(report.local(call.date)),
        "time": duration(call.talk),
        "cod_act": record["last_code_act"],
        "comments": call.comment if coded else call.blank,
    }


def _total(rows: list[Row]) -> Row:
    """The row of totals of a record: the time of all its calls. Other columns are empty."""
    times = [row["time"].split(":") for row in rows if row["type_of_row"] == "call"]
    seconds = sum(int(hour) * 3600 + int(minute) * 60 + int(rest) for hour, minute, rest in times)
    whose = {name: rows[0][name] for name in RECORD_COLUMNS}
    return (
        dict.fromkeys(PREVIEW_COLUMNS, "")
        | whose
        | {"type_of_row": TOTAL, "time": duration(seconds)}
    )


ENDPOINTS = (
    Endpoint(
        "reports_manager",
        "campaign_5",
        200,
        FOUND,
        campaign_5,
        ("campaign_id", *DATES),
        NO_ROWS,
        days=31,
    ),
)
