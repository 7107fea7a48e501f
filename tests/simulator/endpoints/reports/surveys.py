"""reports_manager.php: surveys after calls."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import DATES, FOUND, Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.world.events.chats import FEELINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Skill
    from tests.simulator.world.events.call import Call
    from tests.simulator.world.operation import Operation

QUESTIONS = [f"q{number:02}" for number in range(1, 11)]
UNANSWERED = "-"
ASKED = 0.3
LEAVES_MESSAGE = 0.4


@dataclass(frozen=True, slots=True)
class Survey:
    """The survey after a call. ``answers`` are those to the first questions.

    ``message`` is the length of the customer's voice message in seconds, 0 for none.
    """

    call: Call
    skill: Skill
    answers: tuple[int, ...]
    result: str
    lasted: int
    message: int
    feeling: str

    @property
    def ended(self) -> datetime:
        """When it ended. It begins when the call ends."""
        return self.call.ended + timedelta(seconds=self.lasted)


def _surveys(report: Report) -> list[Survey]:
    """The ended surveys that began in the range, by date."""
    found = []
    for call in report.calls_around():
        if call.skill and call.connected and report.within(call.ended):
            survey = _survey(report.question.operation, call, call.skill)
            if survey and survey.ended <= report.known:
                found.append(survey)
    return sorted(found, key=lambda survey: (survey.call.ended, survey.call.conn_id))


def _survey(operation: Operation, call: Call, skill: Skill) -> Survey | None:
    """The survey after a call, if there was one."""
    dice = operation.dice("survey", call.conn_id)
    if dice.random() >= ASKED:
        return None
    questions = operation.dice("questions", skill.id).randint(3, len(QUESTIONS))
    answered = dice.choice((questions, questions, dice.randrange(questions)))
    complete = answered == questions
    speaks = complete and dice.random() < LEAVES_MESSAGE
    message = dice.randint(3, 60) if speaks else 0
    incomplete = "incomplete" if answered else "abandon"
    return Survey(
        call=call,
        skill=skill,
        answers=tuple(dice.randint(1, 5) for _ in range(answered)),
        result="complete" if complete else incomplete,
        lasted=sum(dice.randint(3, 12) for _ in range(answered + 1)) + message,
        message=message,
        feeling=dice.choice(FEELINGS),
    )


@over_range
def diagram_4(report: Report) -> list[Row]:
    """One row per survey, by its begin."""
    return [
        {
            "agent_id": each.call.agent.id,
            "agent_name": each.call.agent.name,
            "agent_dni": each.call.agent.dni,
            "skill_id": each.skill.id,
            "skill_name": each.skill.name,
            "date": stamp(report.local(each.call.ended)),
            "conn_id": each.call.conn_id,
            "ani": each.call.customer.phone,
            "customer_id": each.call.customer.id,
            **dict.fromkeys(QUESTIONS, UNANSWERED),
            **dict(zip(QUESTIONS, map(str, each.answers), strict=False)),
            **_message(each),
        }
        for each in _surveys(report)
    ]


def _message(survey: Survey) -> Row:
    """The columns about the voice message, and the rest. The feeling is that of the message."""
    call, spoken = survey.call, survey.message
    return {
        "voice_message_duration": duration(spoken) if spoken else call.blank,
        "type_interaction": call.type,
        "result": survey.result,
        "time": duration(survey.lasted),
        "voice_message": f"encuesta_{call.conn_id}.wav" if spoken else call.blank,
        "feeling": survey.feeling if spoken else call.blank,
    }


@over_range
def diagram_5(report: Report) -> list[Row]:
    """One row per agent: the averages of ``diagram_4``."""
    return [
        {
            "agent_id": found[0].call.agent.id,
            "agent_name": found[0].call.agent.name,
            **_averages(found),
        }
        for found in _grouped(report, lambda survey: survey.call.agent.id)
    ]


@over_range
def diagram_6(report: Report) -> list[Row]:
    """One row per skill: the averages of ``diagram_4``."""
    return [
        {
            "skill_id": found[0].skill.id,
            "skill_name": found[0].skill.name,
            **_averages(found),
        }
        for found in _grouped(report, lambda survey: survey.skill.id)
    ]


def _grouped(report: Report, id_: Callable[[Survey], str]) -> list[list[Survey]]:
    """The surveys grouped by an id, in the order of the ids."""
    groups: defaultdict[str, list[Survey]] = defaultdict(list)
    for survey in _surveys(report):
        groups[id_(survey)].append(survey)
    return [groups[each] for each in sorted(groups)]


def _averages(found: list[Survey]) -> Row:
    return {
        "surveys": str(len(found)),
        **{
            question: _average([each.answers[n] for each in found if n < len(each.answers)])
            for n, question in enumerate(QUESTIONS)
        },
        "average": _average([answer for each in found for answer in each.answers]),
    }


def _average(answers: Sequence[int]) -> str:
    return f"{sum(answers) / len(answers):.2f}" if answers else UNANSWERED


ENDPOINTS = tuple(
    Endpoint("reports_manager", rows.__name__, 200, FOUND, rows, DATES, NO_ROWS, days=31)
    for rows in (diagram_4, diagram_5, diagram_6)
)
