"""reports_manager.php and speech_analytics.php: what was said in calls and chats."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import average, percent, stamp
from tests.simulator.endpoints.common.hourly import known
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.calls.call_list import DATES, FOUND
from tests.simulator.world.cache import remembered
from tests.simulator.world.events import chats, conversations
from tests.simulator.world.events.chats import FEELINGS
from tests.simulator.world.missing_values import FORMS, perhaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent, Customer
    from tests.simulator.world.events.chats import Chat
    from tests.simulator.world.events.conversations import Conversation
    from tests.simulator.world.operation import Operation

ANALYSED_CALLS = 0.3
ON_DEMAND = 0.25
AGAIN = 0.1
SOON = timedelta(minutes=30)
LATEST = timedelta(hours=24)
"""A conversation is analysed soon after its end; on demand, not later than that."""

CATEGORIES = {
    "saludo_corporativo": ("bienvenido", "con gusto"),
    "ofrece_beneficio": ("descuento", "promoción", "beneficio"),
}
"""What this customer listens for, each in a column of its own."""

TOPICS = ("factura", "reclamo", "reconexión", "cita médica", "retiro 😟")
FILTERS = {
    "id_call": "conn_id",
    "id_agent": "agent_id",
    "cod_act": "cod_act",
    "speech_to_text": "audio_text",
}
"""What one can ask for, and the field it stands in."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a machine heard in a conversation, at ``done_at``; seconds of ``silence``."""

    conversation: Conversation
    done_at: datetime
    silence: int
    greeted: bool
    slow: bool
    named: bool
    categories: tuple[tuple[str, str], ...]
    text: str
    summary: str
    feeling: str

    @property
    def date(self) -> datetime:
        """When the conversation began."""
        return self.conversation.date

    @property
    def channel(self) -> str:
        """As these reports call it."""
        if self.conversation.chat is None:
            return self.conversation.channel
        return f"chat-{self.conversation.channel.removeprefix('chat-')}"


@dataclass(frozen=True, slots=True)
class TextAnalysis:
    """What a machine read in a chat because somebody asked for it."""

    chat: Chat
    date: datetime
    text: str
    summary: str


@remembered
def _of_hour(operation: Operation, hour: datetime) -> tuple[Analysis, ...]:
    return tuple(_analyses(operation, hour))


def _analyses(operation: Operation, hour: datetime) -> Iterator[Analysis]:
    """Of the conversations that began in an hour: some calls, and the chats with a feeling."""
    dice = operation.dice("speech", hour.isoformat())
    for each in conversations.of_hour(operation, hour):
        if each.chat:
            if each.chat.feeling not in FORMS:
                yield _analysis(dice, each, _written(each.chat), each.chat.feeling, 0)
        elif dice.random() < ANALYSED_CALLS:
            silence = int(each.lasted * dice.uniform(0, 0.6))
            yield _analysis(dice, each, _spoken(dice, each), dice.choice(FEELINGS), silence)


def _analysis(
    dice: Random, conversation: Conversation, text: str, feeling: str, silence: int
) -> Analysis:
    return Analysis(
        conversation=conversation,
        done_at=conversation.ended + timedelta(seconds=dice.randint(60, SOON.seconds)),
        silence=silence,
        greeted=dice.random() < 0.8,
        slow=dice.random() < 0.2,
        named=dice.random() < 0.6,
        categories=tuple(
            (name, f"yes - {dice.choice(words)}" if dice.random() < 0.4 else "no")
            for name, words in CATEGORIES.items()
        ),
        text=text,
        summary=_summary(dice, conversation.customer),
        feeling=feeling,
    )


def _written(chat: Chat) -> str:
    """All of it."""
    return "\n".join(f"{each.sender}: {each.text}" for each in chat.messages)


def _spoken(dice: Random, conversation: Conversation) -> str:
    """What a call was heard to be; of some, nothing."""
    lines = (
        f"agent: Buenos días, habla con {conversation.agent.name}, ¿en qué le ayudo?",
        f"customer: Soy {conversation.customer.name}, llamo por mi {dice.choice(TOPICS)}",
        "agent: «Un momento», por favor…",
    )
    return perhaps(dice, "\n".join(lines), 0.05)


def _summary(dice: Random, customer: Customer) -> str:
    return f"{customer.first_name} pregunta por su {dice.choice(TOPICS)}"


@remembered
def _on_demand(operation: Operation, hour: datetime) -> tuple[TextAnalysis, ...]:
    return tuple(_text_analyses(operation, hour))


def _text_analyses(operation: Operation, hour: datetime) -> Iterator[TextAnalysis]:
    """Of the chats that were opened in an hour; some are analysed again."""
    dice = operation.dice("on demand", hour.isoformat())
    for chat in chats.opened(operation, hour, hour):
        if dice.random() < ON_DEMAND:
            for _ in range(2 if dice.random() < AGAIN else 1):
                after = timedelta(seconds=dice.randint(60, int(LATEST.total_seconds())))
                summary = _summary(dice, chat.customer)
                yield TextAnalysis(chat, chat.closed + after, _written(chat), summary)


def text_analyses(report: Report) -> list[TextAnalysis]:
    """Those on demand that were made in the range."""
    return known(report, _on_demand, chats.LONGEST + LATEST)


def _known(report: Report) -> list[Analysis]:
    """The analyses of the conversations that began in the range, as far as they are done."""
    return [each for each in known(report, _of_hour) if each.done_at <= report.known]


@over_range
def speech_1(report: Report) -> list[Row]:
    """One row a conversation that was analysed."""
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
    """One row an agent: what there is to say of the analyses that ``speech_1`` has."""
    found: defaultdict[Agent, list[Analysis]] = defaultdict(list)
    for each in _known(report):
        found[each.conversation.agent].append(each)
    return [
        {**_who(agent), column: value(found[agent])}
        for agent in sorted(found, key=lambda agent: agent.id)
    ]


@over_range
def speech_2(report: Report) -> list[Row]:
    """One row an agent: how silent its calls were, on average."""
    return _by_agent(report, "silence", _silence)


def _silence(found: list[Analysis]) -> str:
    of_calls = [each for each in found if each.conversation.chat is None]
    shares = [each.silence / each.conversation.lasted for each in of_calls]
    return percent(sum(shares), len(shares))


@over_range
def speech_3(report: Report) -> list[Row]:
    """One row an agent: how often it was slow to greet."""
    return _by_agent(
        report,
        "slow_to_greet",
        lambda found: percent(sum(each.slow for each in found), len(found)),
    )


@over_range
def speech_4(report: Report) -> list[Row]:
    """One row an agent: how its customers felt, on average."""
    return _by_agent(report, "feeling", _feeling)


def _feeling(found: list[Analysis]) -> str:
    levels = [FEELINGS.index(each.feeling) for each in found]
    return FEELINGS[average(sum(levels), len(levels))]


@over_range
def speech_5(report: Report) -> list[Row]:
    """One row an analysis on demand, by when it was made."""
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
    """One row a conversation that was analysed: all, or those that were asked for."""
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
    """Whether a row is what filter and value ask for; a transcript need only hold it."""
    name = report.question.query.get("filter")
    if not name:
        return True
    value = report.question.query.get("value", "")
    # Nobody says what it makes of another filter; here nothing has it.
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
