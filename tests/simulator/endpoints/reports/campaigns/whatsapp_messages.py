"""reports_manager.php: WhatsApp messages of campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.hours import hourly_events, hours
from tests.simulator.world.missing_values import missing

if TYPE_CHECKING:
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Campaign, Customer
    from tests.simulator.world.operation import Operation

USUAL_HOUR = 5
WHATSAPP_FAILS = 0.15
WHATSAPP_READ = 0.6
ERRORS = (
    "131026: Message undeliverable",
    "131047: Re-engagement message; más de 24 horas sin respuesta",
    "132001: Template name does not exist",
)


@dataclass(frozen=True, slots=True)
class Sending:
    """A message of a campaign to a customer, with the moments of all its statuses.

    ``error`` says why it failed, if it did. ``blank`` is its missing value until then.
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
    """One row per message sent in the range, with its status of now."""
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


_sendings = hourly_events("sendings", USUAL_HOUR, _sent)


ENDPOINTS = (
    Endpoint(
        "reports_manager",
        "campaign_9",
        200,
        FOUND,
        campaign_9,
        ("campaign_id", *DATES),
        NO_ROWS,
        days=31,
    ),
)
