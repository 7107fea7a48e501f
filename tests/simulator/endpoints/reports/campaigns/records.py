"""campaign.php: the records of a campaign that agents worked on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from tests.simulator.endpoints.campaign import campaign_15
from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.date_range import A_DAY, Range
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.report_scope import Report, over_range

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.endpoints.common.endpoint import Question
    from tests.simulator.world.entities import Campaign
    from tests.simulator.world.events.call import Call

    _Calls = dict[tuple[date, str], list[Call]]

LAST_SECOND = time(23, 59, 59)
TO_RECALL = "VOLVER_LLAMAR"
"""The code of customers who want another call."""

# Columns here, and in the records of campaign_15.
RECORD = {
    "id_type": "tipo_doc",
    "customer_id": "id_cliente",
    "gender": "sexo",
    "country": "pais",
    "state": "departamento",
    "city": "ciudad",
    "zone": "zona",
    "address": "direccion",
    **{f"opt{n}": f"opt{n}" for n in range(1, 13)},
}
PHONES = {
    "predictive": (*(f"tel{n}" for n in range(1, 11)), "tel_extra"),
    "preview": ("tel1", "tel2", "tel3"),
}
"""The phones in a row, by type of campaign."""


def records_of(question: Question, campaign: Campaign) -> dict[str, Row]:
    """The records of a campaign, by customer."""
    asked = replace(question, query={"campaign_id": campaign.id})
    return {row["id_cliente"]: row for row in campaign_15(asked)}


@over_range
def detail(report: Report) -> list[Row]:
    """One row per record and day with calls, if the last call of the day is in the range."""
    query = report.question.query
    wanted = query["campaign_id"], query["type_campaign"]
    return [
        row
        for campaign in report.question.operation.world.campaigns
        if (campaign.id, campaign.type) == wanted
        for row in _managed(report, campaign, everything=query.get("detail") == "all")
    ]


def _managed(report: Report, campaign: Campaign, *, everything: bool) -> list[Row]:
    """The rows by last call. Customers who were not reached are in only for ``everything``."""
    records = records_of(report.question, campaign)
    found = [
        (calls[-1], _row(report, campaign, day, calls, records[customer]))
        for (day, customer), calls in _by_day(report, campaign).items()
        if report.within(calls[-1].date) and (everything or any(call.connected for call in calls))
    ]
    return [row for _, row in sorted(found, key=lambda each: (each[0].date, each[0].conn_id))]


def _by_day(report: Report, campaign: Campaign) -> _Calls:
    """All calls of the days in the range: so a row is the same for every range."""
    days = list(report.asked.days())
    whole = Range(datetime.combine(days[0], time.min), datetime.combine(days[-1], LAST_SECOND))
    found: _Calls = defaultdict(list)
    for local, call in replace(report, asked=whole).calls():
        if call.campaign == campaign:
            found[local.date(), call.customer.id].append(call)
    return found


def _row(report: Report, campaign: Campaign, day: date, calls: list[Call], record: Row) -> Row:
    last = calls[-1]
    talk = next((call for call in reversed(calls) if call.connected), None)
    coded = talk if talk and talk.coded(report.known) else None
    code, second = (coded.code, coded.code_2) if coded else (None, None)
    again = code is not None and code.id == TO_RECALL
    return {
        "customer_name": last.customer.first_name,
        "customer_last_name": last.customer.last_name,
        **{name: record[theirs] for name, theirs in RECORD.items()},
        **{name: record[name] for name in PHONES[campaign.type]},
        "agent_id": talk.agent.id if talk else last.blank,
        "date": day.isoformat(),
        "calls": str(len(calls)),
        "conn_id": talk.conn_id if talk else last.blank,
        "recall": f"{day + A_DAY} 15:30:00" if again else last.blank,
        "result": last.result,
        "cod_act": code.id if code else last.blank,
        "cod_act_2": second.id if second else last.blank,
        "recall_count": str(int(again)),
        "comments": coded.comment if coded else last.blank,
    }


ENDPOINTS = (
    Endpoint(
        "campaign",
        "detail",
        "200",
        FOUND,
        detail,
        ("type_campaign", "campaign_id", *DATES),
        NO_ROWS,
        days=31,
    ),
)
