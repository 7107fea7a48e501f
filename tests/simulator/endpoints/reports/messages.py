"""reports_manager.php: messages, emails, shared screens and releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, known_events, over_range
from tests.simulator.endpoints.reports.agents.states import NOT_YET
from tests.simulator.world.events.conversations import LONGEST, UNTIL_ANSWERED
from tests.simulator.world.events.messages import (
    LONGEST_CALL,
    SOON,
    emails_of_hour,
    messages_of_hour,
    releases_of_hour,
    shared_of_hour,
)

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row


@over_range
def cdr_3(report: Report) -> list[Row]:
    """One row per message."""
    return [
        {
            "agent_id": each.conversation.agent.id,
            "agent_name": each.conversation.agent.name,
            "date": stamp(report.local(each.date)),
            "destiny": f"57{each.conversation.customer.phone}",
            "telephone": each.conversation.customer.phone,
            "message": each.text,
            "channel": each.channel,
            "customer_id": each.conversation.customer.id,
            "conn_id": each.conversation.conn_id,
        }
        for each in known_events(report, messages_of_hour, LONGEST_CALL + SOON)
    ]


@over_range
def cdr_9(report: Report) -> list[Row]:
    """One row per email."""
    return [
        {
            "channel": each.channel,
            "date": stamp(report.local(each.date)),
            "from": "no-responder@example.com",
            "to": each.to,
            "subject": each.subject,
            "body": each.body,
        }
        for each in known_events(report, emails_of_hour)
    ]


@over_range
def cdr_10(report: Report) -> list[Row]:
    """One row per shared screen that began in the range. Who ended it is known at the end."""
    found = known_events(report, shared_of_hour, LONGEST + UNTIL_ANSWERED)
    return [
        {
            "agent_id": each.agent.id,
            "agent_name": each.agent.name,
            "date_ini": stamp(report.local(each.date)),
            "date_end": stamp(report.local(each.end)) if over else NOT_YET,
            "time": duration(report.so_far(each.date, each.end)),
            "hung_up": each.hung_up if over else each.blank,
        }
        for each, over in ((each, each.end <= report.known) for each in found)
    ]


@over_range
def cdr_11(report: Report) -> list[Row]:
    """One row per release."""
    operation = report.question.operation
    company = f"900{operation.dice('company').randint(100_000, 999_999)}"
    return [
        {
            "protected_nit": company,
            "agent_id": each.agent.id,
            "name_agent": each.agent.name,
            "operation": operation.name,
            "date": stamp(report.local(each.date)),
            "item": each.item,
            "value": each.value,
        }
        for each in known_events(report, releases_of_hour)
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, msg, rows, DATES, NO_ROWS, days=31)
    for rows, code, msg in (
        (cdr_3, 200, FOUND),
        (cdr_9, "", ""),
        (cdr_10, "200", FOUND),
        (cdr_11, "200", FOUND),
    )
)
