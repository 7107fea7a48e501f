"""reports_manager.php: cases: emails and posts that agents close."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.events.cases import EMAIL, LONGEST, Case, of_hour
from tests.simulator.world.hours import hours

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row

    Key = tuple[str, ...]


QUEUE = "SKILL"
"""The name of a receiver that is a skill, not an agent."""


def _cases(
    report: Report, moment: Callable[[Case], datetime | None]
) -> list[tuple[datetime, Case]]:
    """The cases with a known moment in the range, by that moment."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = [
        (date, case)
        for hour in hours(begin - LONGEST, min(end, report.known))
        for case in of_hour(operation, hour)
        if (date := moment(case)) and date <= report.known and report.within(date)
    ]
    return sorted(found, key=lambda each: (each[0], each[1].id))


def _closed(report: Report, key: Callable[[Case], Key]) -> list[tuple[Key, list[Case]]]:
    """The cases closed in the range, grouped by key."""
    found: defaultdict[Key, list[Case]] = defaultdict(list)
    for _, case in _cases(report, lambda case: case.closed):
        found[key(case)].append(case)
    return sorted(found.items())


def _time(cases: list[Case]) -> str:
    return duration(sum(case.lasted for case in cases))


@over_range
def chat_3(report: Report) -> list[Row]:
    """One row per channel."""
    return [
        {"channel": channel, "interactions": str(len(cases)), "closing_time": _time(cases)}
        for (channel,), cases in _closed(report, lambda case: (case.connector.channel,))
    ]


@over_range
def chat_4(report: Report) -> list[Row]:
    """One row per case opened in the range, with its state of now."""
    return [_row(report, case) for _, case in _cases(report, lambda case: case.opened)]


def _row(report: Report, case: Case) -> Row:
    def if_come(moment: datetime | None, value: str) -> str:
        return value if moment and moment <= report.known else case.blank

    passed = case.passed is None or case.passed <= report.known
    return {
        "channel": case.connector.channel,
        "agent_name": case.agent.name if passed else case.first.name,
        "skill_id": case.skill.id,
        "case_id": case.id,
        "subject": case.subject,
        "from": case.sender,
        "to": case.recipient,
        "body": case.body,
        "answer": if_come(case.answered, case.answer),
        "date_creation": stamp(report.local(case.opened)),
        "close_date": if_come(case.closed, stamp(report.local(case.closed))),
        "evaluation_survey": if_come(case.scored, case.score),
        "cod_act": if_come(case.closed, case.code.id),
        "comments": if_come(case.closed, case.comments),
        "attachments": _attachments(report, case),
        "status": _status(case, report.known),
    }


def _attachments(report: Report, case: Case) -> str | list[Row]:
    """The attachments as a list or as JSON text; empty if there are none or none are wanted."""
    query = report.question.query
    if query.get("include_attachments") == "false" or not case.files:
        return ""
    found = [
        {"name": name, "url": f"https://example.com/adjuntos/{case.id}/{number}"}
        for number, name in enumerate(case.files, 1)
    ]
    return found if query.get("attach_array") == "yes" else json.dumps(found, ensure_ascii=False)


def _status(case: Case, known: datetime) -> str:
    if case.archived and case.archived <= known:
        return "archived"
    return "close" if case.closed <= known else "open"


@over_range
def chat_5(report: Report) -> list[Row]:
    """One row per agent's name."""
    return [
        {"agent_name": name, "interactions": str(len(cases)), "close_time": _time(cases)}
        for (name,), cases in _closed(report, lambda case: (case.agent.name,))
    ]


@over_range
def chat_6(report: Report) -> list[Row]:
    """One row per day."""
    return [
        {"date": day, "interactions": str(len(cases)), "close_time": _time(cases)}
        for (day,), cases in _closed(
            report, lambda case: (f"{report.local(case.closed):%Y-%m-%d}",)
        )
    ]


@over_range
def chat_7(report: Report) -> list[Row]:
    """One row per agent's name and code."""
    return [
        {
            "interactions": str(len(cases)),
            "agent_name": name,
            "cod_act": code,
            "description_cod_act": description,
        }
        for (name, code, description), cases in _closed(
            report, lambda case: (case.agent.name, case.code.id, case.code.description)
        )
    ]


@over_range
def chat_9(report: Report) -> list[Row]:
    """One row per email passed on in the range."""
    return [
        {
            "conn_id": case.id,
            "transfer_agent_id": case.first.id,
            "transfer_agent_name": case.first.name,
            "receiver_agent_id": case.skill.id if case.to_skill else case.agent.id,
            "receiver_agent_name": QUEUE if case.to_skill else case.agent.name,
            "channel": case.connector.channel,
            "date": stamp(report.local(passed)),
        }
        for passed, case in _cases(report, lambda case: case.passed)
    ]


@over_range
def chat_12(report: Report) -> list[Row]:
    """One row per answer to an email, sent in the range."""
    return [
        {
            "conn_id": case.id,
            "agent_id": case.agent.id,
            "agent_name": case.agent.name,
            "channel": case.connector.channel,
            "from": case.recipient,
            "to": case.sender,
            "subject": f"Re: {case.subject}",
            "body": case.answer,
            "date": stamp(report.local(answered)),
        }
        for answered, case in _cases(report, lambda case: case.answered)
        if case.connector.channel == EMAIL
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, code, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows, code in (
        (chat_3, 200),
        (chat_4, 200),
        (chat_5, 200),
        (chat_6, 200),
        (chat_7, 200),
        (chat_9, 200),
        (chat_12, "200"),
    )
)
