"""Cases: emails and posts of customers, which agents close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.simulator.world.cache import cached
from tests.simulator.world.events.call import conn_id
from tests.simulator.world.events.chats import TIMEOUT
from tests.simulator.world.hours import moments
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from tests.simulator.world.entities import Agent, Code, Connector, Customer, Skill
    from tests.simulator.world.operation import Operation

USUAL_HOUR = 6
LONGEST = timedelta(days=3)
"""No case stays open longer."""

EMAIL = "email"
CHANNELS = (EMAIL, "facebook", "instagram")
SHARES = (70, 20, 10)
"""Percentage of cases per channel."""

PASSED_ON = 0.25
TO_SKILL = 0.3
ANSWERED = 0.9
ARCHIVED = 0.5
SCORED = 0.4

ADDRESS = "servicio@example.com"

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
    """An email or a post of a customer.

    The agent ``first`` gets it and may pass it on at ``passed``; ``agent`` closes it. A moment is
    None if that never happens. ``blank`` is the missing value of its rows.
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
        """The sender: an address for an email, a name for a post."""
        return _address(self.customer) if self.connector.channel == EMAIL else self.customer.name

    @property
    def recipient(self) -> str:
        """The recipient."""
        return ADDRESS if self.connector.channel == EMAIL else self.connector.name


def _address(customer: Customer) -> str:
    return f"cliente{customer.id}@example.com"


@cached
def of_hour(operation: Operation, hour: datetime) -> tuple[Case, ...]:
    """The cases opened in an hour, by date."""
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
        # Only the last agent answers.
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
    """A part of a time, in whole seconds."""
    return timedelta(seconds=dice.randrange(1, int(whole.total_seconds())))


def _later(dice: Random, moment: datetime, chance: float) -> datetime | None:
    """A moment up to 40 hours later, or None."""
    after = timedelta(seconds=dice.randint(600, 40 * 3600))
    return moment + after if dice.random() < chance else None
