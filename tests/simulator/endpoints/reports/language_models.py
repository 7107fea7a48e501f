"""reports_manager.php: texts that bots, the assistant and text analysis processed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, Endpoint
from tests.simulator.endpoints.common.formats import stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.assistant import questions
from tests.simulator.endpoints.reports.speech import text_analyses
from tests.simulator.world.events import chats

if TYPE_CHECKING:
    from datetime import datetime

    from tests.simulator.endpoints.common.answers import Row

CHAT = "_chat_"
"""The channel of a text of any chat, on the vendor's pages of 2026."""

CHARS_A_CREDIT = 1000
"""A guess: the vendor does not say."""


@dataclass(frozen=True, slots=True)
class _Use:
    """A processed text: its length and that of the answer.

    ``channel`` includes the id of the session, as on the vendor's older pages.
    """

    date: datetime
    type: str
    channel: str
    bare_channel: str
    session: str
    sent: int
    answered: int


def _uses(report: Report) -> list[_Use]:
    """The texts of the range, by date."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = [
        *(
            _Use(
                each.date,
                "chatbot",
                f"{each.session.connector.channel} - {each.session.id}",
                each.session.connector.channel,
                each.session.id,
                len(each.query),
                len(each.answer),
            )
            for each in chats.exchanges(operation, begin, min(end, report.known))
            if each.date <= report.known and report.within(each.date)
        ),
        *(
            _Use(
                each.date,
                "copilot",
                f"agent {each.conversation.agent.id} - {each.conversation.conn_id}",
                each.conversation.channel,
                each.conversation.conn_id,
                len(each.text),
                len(each.answer),
            )
            for each in questions(report)
        ),
        *(
            _Use(
                each.date,
                "text-analytics",
                f"chat {each.chat.conn_id}",
                CHAT,
                each.chat.conn_id,
                len(each.text),
                len(each.summary),
            )
            for each in text_analyses(report)
        ),
    ]
    return sorted(found, key=lambda use: use.date)


@over_range
def cdr_7(report: Report) -> list[Row]:
    """One row per text."""
    return [
        {
            "type_nlp": each.type,
            **_where(report, each),
            **_amounts(report, each.sent, each.answered),
            "date": stamp(report.local(each.date)),
        }
        for each in _uses(report)
    ]


def _where(report: Report, use: _Use) -> Row:
    if report.question.forms.nlp_credits:
        return {"nlp_channel": use.bare_channel, "session_id": use.session}
    return {"nlp_channel": use.channel}


def _amounts(report: Report, sent: int, answered: int) -> Row:
    """The lengths of texts and answers, in characters or in credits."""
    if report.question.forms.nlp_credits:
        return {
            "credits_send": f"{sent / CHARS_A_CREDIT:.3f}",
            "credits_answer": f"{answered / CHARS_A_CREDIT:.3f}",
            "total_credits": f"{(sent + answered) / CHARS_A_CREDIT:.3f}",
        }
    return {
        "chars_send": str(sent),
        "chars_answer": str(answered),
        "total_chars": str(sent + answered),
    }


@over_range
def cdr_8(report: Report) -> list[Row]:
    """One row per type: the sums of ``cdr_7``."""
    uses, sent, answered = Counter[str](), Counter[str](), Counter[str]()
    for each in _uses(report):
        uses[each.type] += 1
        sent[each.type] += each.sent
        answered[each.type] += each.answered
    return [
        {
            "type_nlp": type_,
            "nlp_amount": str(uses[type_]),
            **_amounts(report, sent[type_], answered[type_]),
        }
        for type_ in sorted(uses)
    ]


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, "", "", rows, DATES, NO_ROWS, days=31)
    for rows in (cdr_7, cdr_8)
)
