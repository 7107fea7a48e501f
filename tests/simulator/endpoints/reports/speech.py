"""reports_manager.php and speech_analytics.php: analyses of calls and chats."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import average, percent, stamp
from tests.simulator.endpoints.common.report_scope import Report, known_events, over_range
from tests.simulator.world.events import chats
from tests.simulator.world.events.analyses import (
    LATEST,
    Analysis,
    TextAnalysis,
    of_hour,
    on_demand_of_hour,
)
from tests.simulator.world.events.chats import FEELINGS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent

FILTERS = {
    "id_call": "conn_id",
    "id_agent": "agent_id",
    "cod_act": "cod_act",
    "speech_to_text": "audio_text",
}
"""The filters, and the column that each one looks at."""


def text_analyses(report: Report) -> list[TextAnalysis]:
    """The analyses on demand of the range."""
    return known_events(report, on_demand_of_hour, chats.LONGEST + LATEST)


def _known(report: Report) -> list[Analysis]:
    """The finished analyses of the conversations that began in the range."""
    return [each for each in known_events(report, of_hour) if each.done_at <= report.known]


@over_range
def speech_1(report: Report) -> list[Row]:
    """One row per analysed conversation."""
    return [_heard(report, each) for each in _known(report)]


def _heard(report: Report, each: Analysis) -> Row:
    conversation = each.conversation
    code = conversation.code_at(report.known)
    return {
        **_who(conversation.agent),
        "conn_id": conversation.conn_id,
        "time": str(conversation.lasted),
        "customer_id": conversation.customer.id,
        "date": stamp(report.local(each.date)),
        "time_silence": str(each.silence),
        "customer_phone": conversation.customer.phone,
        "cod_act": code.id if code else conversation.blank,
        "description_cod_act": code.description if code else conversation.blank,
        "greeting": _yes_no(yes=each.greeted),
        "slow_to_greet": _yes_no(yes=each.slow),
        "greeting_agent_name": f"yes - {conversation.agent.name}" if each.named else "no",
        **dict(each.categories),
        "audio_text": each.text,
        "feeling": each.feeling,
        "channel": each.channel,
    }


def _who(agent: Agent) -> Row:
    return {"agent_id": agent.id, "agent_name": agent.name, "agent_dni": agent.dni}


def _yes_no(*, yes: bool) -> str:
    return "yes" if yes else "no"


def _by_agent(report: Report, column: str, value: Callable[[list[Analysis]], str]) -> list[Row]:
    """One row per agent, with a value made from the analyses in ``speech_1``."""
    found: defaultdict[Agent, list[Analysis]] = defaultdict(list)
    for each in _known(report):
        found[each.conversation.agent].append(each)
    return [
        {**_who(agent), column: value(found[agent])}
        for agent in sorted(found, key=lambda agent: agent.id)
    ]


@over_range
def speech_2(report: Report) -> list[Row]:
    """One row per agent: the average share of silence in calls."""
    return _by_agent(report, "silence", _silence)


def _silence(found: list[Analysis]) -> str:
    of_calls = [each for each in found if each.conversation.chat is None]
    shares = [each.silence / each.conversation.lasted for each in of_calls]
    return percent(sum(shares), len(shares))


@over_range
def speech_3(report: Report) -> list[Row]:
    """One row per agent: the share of slow greetings."""
    return _by_agent(
        report,
        "slow_to_greet",
        lambda found: percent(sum(each.slow for each in found), len(found)),
    )


@over_range
def speech_4(report: Report) -> list[Row]:
    """One row per agent: the average sentiment of customers."""
    return _by_agent(report, "feeling", _feeling)


def _feeling(found: list[Analysis]) -> str:
    levels = [FEELINGS.index(each.feeling) for each in found]
    return FEELINGS[average(sum(levels), len(levels))]


@over_range
def speech_5(report: Report) -> list[Row]:
    """One row per analysis on demand, by its date."""
    return [
        {
            "id_agent": each.chat.agent.id,
            "id_text": each.chat.conn_id,
            "text": each.text,
            "summary": each.summary,
            "feeling": each.chat.feeling,
            "date": stamp(report.local(each.date)),
            "total_chars": str(len(each.text) + len(each.summary)),
        }
        for each in text_analyses(report)
    ]


@over_range
def speech_calls(report: Report) -> list[Row]:
    """One row per analysed conversation: all, or those that the filter asks for."""
    rows = [_analysed(report, each) for each in _known(report)]
    return [row for row in rows if _wanted(report, row)]


def _analysed(report: Report, each: Analysis) -> Row:
    conversation = each.conversation
    code = conversation.code_at(report.known)
    return {
        "conn_id": conversation.conn_id,
        "agent_id": conversation.agent.id,
        "customer_phone": conversation.customer.phone,
        "time": str(conversation.lasted),
        "date": stamp(report.local(each.date)),
        "cod_act": code.id if code else conversation.blank,
        "silence": percent(each.silence, conversation.lasted),
        "audio_text": each.text,
        "customer_id": conversation.customer.id,
        "summary": each.summary,
        "feeling": each.feeling.capitalize(),
        "channel": each.channel,
    }


def _wanted(report: Report, row: Row) -> bool:
    """Whether a row matches filter and value. A transcript must only contain the value."""
    name = report.question.query.get("filter")
    if not name:
        return True
    value = report.question.query.get("value", "")
    # The vendor does not say what an unknown filter does. Here nothing matches it.
    found = row.get(FILTERS.get(name, name))
    return found == value or (name == "speech_to_text" and value in row["audio_text"])


ENDPOINTS = tuple(
    Endpoint(file, rows.__name__, code, msg, rows, DATES, NO_ROWS, days=31)
    for file, code, msg, rows in (
        ("reports_manager", 200, FOUND, speech_1),
        ("reports_manager", "200", FOUND, speech_2),
        ("reports_manager", "200", FOUND, speech_3),
        ("reports_manager", "200", FOUND, speech_4),
        ("reports_manager", "", "", speech_5),
        ("speech_analytics", "200", FOUND, speech_calls),
    )
)
