"""reports_manager.php: emails and posts, which are cases that agents close."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint
from tests.simulator.endpoints.common.formats import duration, stamp
from tests.simulator.endpoints.common.report_scope import Report, over_range
from tests.simulator.endpoints.reports.chats.chat_list import DATES, FOUND
from tests.simulator.world.cache import remembered
from tests.simulator.world.events.calls import conn_id
from tests.simulator.world.events.chats import TIMEOUT, hours, moments
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Agent, Code, Connector, Customer, Skill
    from tests.simulator.world.operation import Operation

    Key = tuple[str, ...]

USUAL_HOUR = 6
LONGEST = timedelta(days=3)
"""No case stays open longer."""

EMAIL = "email"
CHANNELS = (EMAIL, "facebook", "instagram")
SHARES = (70, 20, 10)
"""How many cases in a hundred come by each of them."""

PASSED_ON = 0.25
TO_SKILL = 0.3
ANSWERED = 0.9
ARCHIVED = 0.5
SCORED = 0.4

ADDRESS = "servicio@example.com"
QUEUE = "SKILL"
"""Stands for a receiver that is no agent."""

SUBJECTS = ("Solicitud de información", "PQR 2026 ⚠️", "Fwd: Factura de octubre", "¿Cita médica?")
BODIES = (
    "<p>Buenos días:</p><p>No me llegó la factura. Gracias, <b>quedo atento</b>.</p>",
    "Señores:\nSolicito copia del contrato n.º 00457.\n\nCordialmente",
    "Pésimo servicio 😡, nadie contesta",
    "¿Hasta qué hora atienden hoy? 🙏",
)
ANSWERS = (
    "<p>Señor usuario:<br>su caso quedó <b>radicado</b>.</p>",
    "Con gusto; adjuntamos lo solicitado 📎",
    "Atendemos de 8 a. m. a 6 p. m.\n¡Feliz día!",
)
FILES = ("factura.pdf", "cédula.jpg", "contrato «firmado».docx")


@dataclass(frozen=True, slots=True)
class Case:
    """An email or a post of a customer; its id is that of a contact.

    It came to the agent ``first``, who may have ``passed`` it on, and was closed by ``agent``.
    What has not come by then never comes if it is None. ``blank`` is how its rows say that there
    is no value.
    """

    id: str
    opened: datetime
    passed: datetime | None
    answered: datetime | None
    closed: datetime
    scored: datetime | None
    archived: datetime | None
    connector: Connector
    skill: Skill
    customer: Customer
    first: Agent
    agent: Agent
    to_skill: bool
    subject: str
    body: str
    answer: str
    score: str
    code: Code
    comments: str
    files: tuple[str, ...]
    blank: str

    @property
    def lasted(self) -> int:
        """Seconds it was open."""
        return int((self.closed - self.opened).total_seconds())

    @property
    def sender(self) -> str:
        """Whom it is from: an address, or a name where posts have no addresses."""
        return _address(self.customer) if self.connector.channel == EMAIL else self.customer.name

    @property
    def recipient(self) -> str:
        """Whom it is to."""
        return ADDRESS if self.connector.channel == EMAIL else self.connector.name


def _address(customer: Customer) -> str:
    return f"cliente{customer.id}@example.com"


@remembered
def _of_hour(operation: Operation, hour: datetime) -> tuple[Case, ...]:
    dice = operation.dice("cases", hour.isoformat())
    dates = moments(operation, dice, hour, USUAL_HOUR)
    return tuple(_case(operation, dice, date, number) for number, date in enumerate(dates))


def _case(operation: Operation, dice: Random, date: datetime, number: int) -> Case:
    connector = _connector(operation, dice)
    skill = dice.choice(operation.world.skills[:-1])
    first, other = dice.sample([agent for agent, _ in skill.experts], 2)
    lasts = min(LONGEST, timedelta(seconds=600 + int(dice.expovariate(1 / (12 * 3600)))))
    closed = date + lasts
    is_passed = connector.channel == EMAIL and dice.random() < PASSED_ON
    return Case(
        id=conn_id(first, date, dice, number),
        opened=date,
        # Only whoever has it in the end answers.
        passed=date + _part(dice, lasts / 2) if is_passed else None,
        answered=closed - _part(dice, lasts / 2) if dice.random() < ANSWERED else None,
        closed=closed,
        scored=_later(dice, closed, SCORED),
        archived=_later(dice, closed, ARCHIVED),
        connector=connector,
        skill=skill,
        customer=dice.choice(operation.world.customers),
        first=first,
        agent=other if is_passed else first,
        to_skill=dice.random() < TO_SKILL,
        subject=dice.choice(SUBJECTS) if connector.channel == EMAIL else missing(dice),
        body=dice.choice(BODIES),
        answer=dice.choice(ANSWERS),
        score=str(dice.randint(1, 5)),
        code=dice.choice([c for c in operation.world.codes_of("cod_act1") if c.id != TIMEOUT]),
        comments=perhaps(dice, "Se escala a <i>facturación</i>; «urgente» 🧾", 0.6),
        files=tuple(dice.sample(FILES, dice.choice((0, 0, 1, 2)))),
        blank=missing(dice),
    )


def _connector(operation: Operation, dice: Random) -> Connector:
    [channel] = dice.choices(CHANNELS, SHARES)
    return dice.choice([each for each in operation.world.connectors if each.channel == channel])


def _part(dice: Random, whole: timedelta) -> timedelta:
    """Some of the time, in whole seconds, but not all of it."""
    return timedelta(seconds=dice.randrange(1, int(whole.total_seconds())))


def _later(dice: Random, moment: datetime, chance: float) -> datetime | None:
    """Up to 40 hours after a moment, if ever."""
    after = timedelta(seconds=dice.randint(600, 40 * 3600))
    return moment + after if dice.random() < chance else None


def _cases(
    report: Report, moment: Callable[[Case], datetime | None]
) -> list[tuple[datetime, Case]]:
    """The cases whose moment lies in the range and is known, each with it; by that moment."""
    operation = report.question.operation
    begin, end = report.asked.instants(operation.clock.zone)
    found = [
        (date, case)
        for hour in hours(begin - LONGEST, min(end, report.known))
        for case in _of_hour(operation, hour)
        if (date := moment(case)) and date <= report.known and report.within(date)
    ]
    return sorted(found, key=lambda each: (each[0], each[1].id))


def _closed(report: Report, key: Callable[[Case], Key]) -> list[tuple[Key, list[Case]]]:
    """The cases that were closed in the range, by what the key says of them."""
    found: defaultdict[Key, list[Case]] = defaultdict(list)
    for _, case in _cases(report, lambda case: case.closed):
        found[key(case)].append(case)
    return sorted(found.items())


def _time(cases: list[Case]) -> str:
    return duration(sum(case.lasted for case in cases))


@over_range
def chat_3(report: Report) -> list[Row]:
    """One row a channel."""
    return [
        {"channel": channel, "interactions": str(len(cases)), "closing_time": _time(cases)}
        for (channel,), cases in _closed(report, lambda case: (case.connector.channel,))
    ]


@over_range
def chat_4(report: Report) -> list[Row]:
    """One row a case that was opened in the range, as far as it has come."""
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
    """A list, or text that holds one; nothing if there are none or they are not wanted."""
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
    """One row a name of agents."""
    return [
        {"agent_name": name, "interactions": str(len(cases)), "close_time": _time(cases)}
        for (name,), cases in _closed(report, lambda case: (case.agent.name,))
    ]


@over_range
def chat_6(report: Report) -> list[Row]:
    """One row a day."""
    return [
        {"date": day, "interactions": str(len(cases)), "close_time": _time(cases)}
        for (day,), cases in _closed(
            report, lambda case: (f"{report.local(case.closed):%Y-%m-%d}",)
        )
    ]


@over_range
def chat_7(report: Report) -> list[Row]:
    """One row a name of agents and a code."""
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
    """One row an email that was passed on in the range."""
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
    """One row an answer to an email that was sent in the range."""
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
