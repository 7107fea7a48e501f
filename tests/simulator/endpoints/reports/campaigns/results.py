"""reports_manager.php: what campaigns dialled and wrote, and what came of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import duration, percent, stamp
from tests.simulator.endpoints.common.hourly import made
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.agents.totals import SOMEBODY_ELSE
from tests.simulator.endpoints.reports.calls.call_list import DATES, FOUND
from tests.simulator.endpoints.reports.campaigns.records import records_of
from tests.simulator.world.events.chats import hours
from tests.simulator.world.missing_values import missing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Campaign, Customer
    from tests.simulator.world.events.calls import Call
    from tests.simulator.world.operation import Operation

PREDICTIVE, PREVIEW = "out_pre", "outbound_ma"
"""Types of calls, by the type of campaign that makes them."""

MACHINE_CODES = {
    "NO ANSWER": "no_answer",
    "ANSWER MACHINE": "answer_machine",
    "BUSY": "busy",
    "CONGESTION": "congestion",
    "FAILED": "failed",
    # There is no column for a channel that is unavailable.
    "CHANUNAVAIL": "failed",
}
"""Results that a machine makes out, and the column they are counted in."""

PREVIEW_COLUMNS = (
    "type_of_row", "campaign_id", "customer_name", "customer_last_name", "result", "last_code_act",
    "comments_customer_reg", "customer_id", "agent_id", "conn_id", "telephone", "hang_up",
    "type_interaction", "call_result", "date", "time", "cod_act", "comments",
)  # fmt: skip
RECORD_COLUMNS = ("campaign_id", "customer_name", "customer_last_name", "customer_id")
TOTAL = "TOTAL"
"""Stands in the first column of a row that adds up others."""

USUAL_HOUR = 5
WHATSAPP_FAILS = 0.15
WHATSAPP_READ = 0.6
ERRORS = (
    "131026: Message undeliverable",
    "131047: Re-engagement message; más de 24 horas sin respuesta",
    "132001: Template name does not exist",
)


def _dialled(report: Report, *types: str) -> Iterator[tuple[Campaign, Call]]:
    """The calls that campaigns made: all of them, or the one that was asked for; by date."""
    wanted = report.question.query["campaign_id"]
    for _, call in report.calls():
        if call.campaign and call.type in types and wanted in {"all", call.campaign.id}:
            yield call.campaign, call


@over_range
def campaign_1(report: Report) -> list[Row]:
    """One row a result: the records whose last attempt in the range came to it."""
    last = {
        (campaign, call.customer): call.result for campaign, call in _dialled(report, PREDICTIVE)
    }
    return _shares("result", Counter(last.values()))


@over_range
def campaign_2(report: Report) -> list[Row]:
    """One row a code: the records whose last call with a code has that one; then their sum."""
    last = {
        (campaign, call.customer): call.code.id
        for campaign, call in _dialled(report, PREDICTIVE, PREVIEW)
        if call.code and call.coded(report.known)
    }
    shares = _shares("cod_act", Counter(last.values()))
    return [*shares, *_shares("cod_act", Counter({TOTAL: len(last)}))] if shares else []


@over_range
def campaign_4(report: Report) -> list[Row]:
    """One row a result: the attempts that came to it."""
    return _shares("result", _results(report))


def _results(report: Report) -> Counter[str]:
    return Counter(call.result for _, call in _dialled(report, PREDICTIVE))


def _shares(name: str, counts: Counter[str]) -> list[Row]:
    return [
        {name: value, "records": str(count), "percent": percent(count, counts.total())}
        for value, count in sorted(counts.items())
    ]


@over_range
def campaign_5(report: Report) -> list[Row]:
    """Two rows a call of a preview campaign: the record as it was shown, then the call.

    After the last ones of a record comes a row that adds them up.
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
    """Those of the range, each after what it is to be sorted by."""
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
    """What both rows say of the record."""
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
    """Whose record it is, and the time of all its calls; the rest is blank."""
    times = [row["time"].split(":") for row in rows if row["type_of_row"] == "call"]
    seconds = sum(int(hour) * 3600 + int(minute) * 60 + int(rest) for hour, minute, rest in times)
    whose = {name: rows[0][name] for name in RECORD_COLUMNS}
    return (
        dict.fromkeys(PREVIEW_COLUMNS, "")
        | whose
        | {"type_of_row": TOTAL, "time": duration(seconds)}
    )


@over_range
def campaign_6(report: Report) -> list[Row]:
    """One row a campaign that dialled: how often a machine answered."""
    counts: Counter[str] = Counter()
    for campaign, call in _dialled(report, PREDICTIVE):
        counts[campaign.id] += call.result == "ANSWER MACHINE"
    return [{"campaign_id": id_, "total_amd": str(counts[id_])} for id_ in sorted(counts)]


@over_range
def campaign_8(report: Report) -> list[Row]:
    """One row a phone that was dialled: what a machine made out there."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, call in _dialled(report, PREDICTIVE):
        found = [MACHINE_CODES[call.result]] if call.result in MACHINE_CODES else []
        counts[call.customer.phone].update(found)
    return [
        {
            "telephone": phone,
            "total_machine_recognitions": str(counts[phone].total()),
            **{name: str(counts[phone][name]) for name in dict.fromkeys(MACHINE_CODES.values())},
        }
        for phone in sorted(counts)
    ]


@over_range
def campaign_10(report: Report) -> list[Row]:
    """One row a result, in small letters: the attempts that came to it."""
    return [
        {"machinecode": result.lower(), "cantidad": str(count)}
        for result, count in sorted(_results(report).items())
    ]


@dataclass(frozen=True, slots=True)
class Sending:
    """A message of a campaign to a customer, and each status it got, with its moment.

    ``error`` is why it failed, if it did; ``blank`` says until then that there is none.
    """

    campaign: Campaign
    customer: Customer
    statuses: tuple[tuple[datetime, str], ...]
    error: str
    blank: str

    @property
    def date(self) -> datetime:
        """When it was sent."""
        return self.statuses[0][0]


@over_range
def campaign_9(report: Report) -> list[Row]:
    """One row a message that was sent in the range, as it stands now."""
    operation = report.question.operation
    wanted = report.question.query["campaign_id"]
    begin, end = report.asked.instants(operation.clock.zone)
    return [
        _sending(report, each)
        for hour in hours(begin, min(end, report.known))
        for each in _sendings(operation, hour)
        if each.date <= report.known
        and report.within(each.date)
        and wanted in {"all", each.campaign.id}
    ]


def _sending(report: Report, sending: Sending) -> Row:
    date, status = [each for each in sending.statuses if each[0] <= report.known][-1]
    return {
        # The vendor spells it like this.
        "campaing_id": sending.campaign.id,
        "telephone": sending.customer.phone,
        "status": status,
        "errors": sending.error if status == "failed" else sending.blank,
        "date": stamp(report.local(sending.date)),
        "last_update": stamp(report.local(date)),
    }


def _sent(operation: Operation, dice: Random, date: datetime) -> Sending:
    campaign = dice.choice([each for each in operation.world.campaigns if each.customers])
    last = "failed" if dice.random() < WHATSAPP_FAILS else "delivered"
    submitted = date + timedelta(seconds=dice.randint(1, 600))
    # Some phones are off until the next day.
    arrived = submitted + timedelta(
        seconds=dice.randint(2, 300 if dice.random() < 0.8 else 20 * 3600)
    )
    seen = arrived + timedelta(seconds=dice.randint(5, 4 * 3600))
    is_read = last == "delivered" and dice.random() < WHATSAPP_READ
    return Sending(
        campaign=campaign,
        customer=dice.choice(campaign.customers),
        statuses=(
            (date, "accepted"),
            (submitted, "submitted"),
            (arrived, last),
            *([(seen, "read")] if is_read else ()),
        ),
        error=dice.choice(ERRORS),
        blank=missing(dice),
    )


_sendings = made("sendings", USUAL_HOUR, _sent)


ENDPOINTS = tuple(
    Endpoint(
        "reports_manager",
        rows.__name__,
        code,
        FOUND,
        rows,
        ("campaign_id", *DATES),
        NO_ROWS,
        days=31,
    )
    for rows, code in (
        (campaign_1, 200),
        (campaign_2, 200),
        (campaign_4, 200),
        (campaign_5, 200),
        (campaign_6, 200),
        (campaign_8, 200),
        (campaign_9, 200),
        (campaign_10, "200"),
    )
)
