"""reports_manager.php: the results of campaigns: by result, by code, by phone."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import percent
from tests.simulator.endpoints.common.report_scope import Report, over_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Campaign
    from tests.simulator.world.events.call import Call

PREDICTIVE, PREVIEW = "out_pre", "outbound_ma"
"""Types of calls: of predictive and of preview campaigns."""

MACHINE_CODES = {
    "NO ANSWER": "no_answer",
    "ANSWER MACHINE": "answer_machine",
    "BUSY": "busy",
    "CONGESTION": "congestion",
    "FAILED": "failed",
    # There is no column for an unavailable channel.
    "CHANUNAVAIL": "failed",
}
"""Results that a machine recognises, and the column that counts them."""
TOTAL = "TOTAL"
"""In the first column, this marks a row of totals."""


def _dialled(report: Report, *types: str) -> Iterator[tuple[Campaign, Call]]:
    """The calls of all campaigns, or of the one asked for, by date."""
    wanted = report.question.query["campaign_id"]
    for _, call in report.calls():
        if call.campaign and call.type in types and wanted in {"all", call.campaign.id}:
            yield call.campaign, call


@over_range
def campaign_1(report: Report) -> list[Row]:
    """One row per result: the records whose last attempt in the range had it."""
    last = {
        (campaign, call.customer): call.result for campaign, call in _dialled(report, PREDICTIVE)
    }
    return _shares("result", Counter(last.values()))


@over_range
def campaign_2(report: Report) -> list[Row]:
    """One row per code: the records whose last coded call has it. Then a row of totals."""
    last = {
        (campaign, call.customer): call.code.id
        for campaign, call in _dialled(report, PREDICTIVE, PREVIEW)
        if call.code and call.coded(report.known)
    }
    shares = _shares("cod_act", Counter(last.values()))
    return [*shares, *_shares("cod_act", Counter({TOTAL: len(last)}))] if shares else []


@over_range
def campaign_4(report: Report) -> list[Row]:
    """One row per result: the number of attempts."""
    return _shares("result", _results(report))


def _results(report: Report) -> Counter[str]:
    return Counter(call.result for _, call in _dialled(report, PREDICTIVE))


def _shares(name: str, counts: Counter[str]) -> list[Row]:
    return [
        {name: value, "records": str(count), "percent": percent(count, counts.total())}
        for value, count in sorted(counts.items())
    ]


@over_range
def campaign_6(report: Report) -> list[Row]:
    """One row per campaign with calls: how often a machine answered."""
    counts: Counter[str] = Counter()
    for campaign, call in _dialled(report, PREDICTIVE):
        counts[campaign.id] += call.result == "ANSWER MACHINE"
    return [{"campaign_id": id_, "total_amd": str(counts[id_])} for id_ in sorted(counts)]


@over_range
def campaign_8(report: Report) -> list[Row]:
    """One row per dialled phone: what a machine recognised there."""
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
    """One row per result, in lower case: the number of attempts."""
    return [
        {"machinecode": result.lower(), "cantidad": str(count)}
        for result, count in sorted(_results(report).items())
    ]


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
        (campaign_6, 200),
        (campaign_8, 200),
        (campaign_10, "200"),
    )
)
