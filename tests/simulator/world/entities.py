"""Agents, skills, customers, campaigns, connectors and codes of an operation.

Every id in an answer is one of these.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Dice = Callable[..., Random]

FIRST_NAMES = (
    "Ana María", "Andrés", "Ángela", "Camilo", "Carolina", "César", "Daniela", "Esteban",
    "Héctor", "Inés", "Jesús David", "José", "Juliana", "Lucía", "Martín", "Mónica", "Nicolás",
    "Óscar", "Paula", "Raúl", "Sofía", "Tomás", "Valentina", "Yesenia",
)  # fmt: skip
LAST_NAMES = (
    "Acosta", "Álvarez", "Bermúdez", "Cañón", "Castaño", "Díaz", "Echeverri", "Gómez",
    "Gutiérrez", "Hernández", "Jiménez", "López", "Muñoz", "Núñez", "Ospina", "Peña", "Quiñones",
    "Ramírez", "Rodríguez", "Sánchez", "Torres", "Vélez", "Yáñez", "Zuluaga",
)  # fmt: skip
SKILLS = (
    "Ventas", "Soporte técnico", "Cobranza", "Retención", "Atención al cliente", "Citas",
    "Posventa 🛠", "Sin asignar",
)  # fmt: skip
CAMPAIGNS = (
    ("Cobranza temprana", "predictive"),
    ("Cobranza jurídica", "predictive"),
    ("Renovación de pólizas", "preview"),
    ("Encuesta de satisfacción", "predictive"),
    ("Recuperación de clientes", "preview"),
    ("Piloto sin cargar", "predictive"),
)
CHANNELS = (
    "whatsapp", "whatsapp", "whatsapp", "facebook", "instagram", "chat-web", "email", "telegram",
)  # fmt: skip
CODES = (
    ("Acuerdo_de_Pago", "Acuerdo de pago", True),
    ("CV_BUZON", "Buzón de voz", False),
    ("TIMEOUTCHAT", "Chat cerrado por inactividad", False),
    ("VENTA", "Venta efectiva", True),
    ("NO_INTERESADO", "No está interesado", False),
    ("VOLVER_LLAMAR", "Volver a llamar", False),
    ("NUM_ERRADO", "Número errado", False),
    ("CITA", "Cita agendada", True),
    ("PQR", "Queja o reclamo", False),
    ("INFO", "Solicita información", False),
    ("CORTADA", "Llamada cortada", False),
    ("101", "Cliente fallecido", False),
    ("102", "Tercero informado", False),
    ("RETENIDO", "Cliente retenido", True),
    ("SIN_GESTION", "Sin gestión", False),
)
GROUP_2 = ("EFECTIVO", "TRANSFERENCIA", "TARJETA", "NO_APLICA", "FIN_DE_MES", "QUINCENA", "HOY",
           "MANANA", "SIN_FECHA", "OTRO")  # fmt: skip


@dataclass(frozen=True)
class Agent:
    """An agent. The id is the extension."""

    id: str
    name: str
    dni: str
    enabled: bool


@dataclass(frozen=True)
class Skill:
    """A skill. ``experts`` are its agents, each with a level."""

    id: str
    name: str
    experts: tuple[tuple[Agent, int], ...]


@dataclass(frozen=True)
class Customer:
    """A customer."""

    id: str
    first_name: str
    last_name: str
    phone: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class Campaign:
    """A campaign: a list of customers to call."""

    id: str
    name: str
    type: str
    skill: Skill
    started: bool
    customers: tuple[Customer, ...]


@dataclass(frozen=True)
class Connector:
    """A connector: a channel that leads to a routing point."""

    id: str
    routing_point: str
    name: str
    channel: str


@dataclass(frozen=True)
class Code:
    """An activity code: the result of a contact. ``hit`` is None in group 2."""

    id: str
    description: str
    group: str
    hit: bool | None


@dataclass(frozen=True)
class World:
    """All of them. The same dice give the same world.

    Args:
        dice: Makes a random generator for a subject.
    """

    dice: Dice

    @cached_property
    def agents(self) -> tuple[Agent, ...]:
        """32 agents. Some ids have leading zeros."""
        dice = self.dice("world", "agents")
        ids = [f"0{number}" for number in range(91, 97)] + [str(2001 + 7 * n) for n in range(26)]
        return tuple(
            Agent(
                id=each,
                name=f"{dice.choice(FIRST_NAMES)} {dice.choice(LAST_NAMES)}",
                dni=str(dice.randint(10_000_000, 1_199_999_999)),
                enabled=dice.random() < 0.9,
            )
            for each in ids
        )

    @cached_property
    def skills(self) -> tuple[Skill, ...]:
        """8 skills. The last one has no agents."""
        dice = self.dice("world", "skills")
        made = []
        for number, name in enumerate(SKILLS, 1):
            experts = dice.sample(self.agents, dice.randint(8, 18))
            if number == len(SKILLS):
                experts = []
            levels = tuple((each, dice.randint(1, 10)) for each in experts)
            made.append(Skill(str(6110 + number), name, levels))
        return tuple(made)

    @cached_property
    def customers(self) -> tuple[Customer, ...]:
        """180 customers. Each has another id and phone."""
        dice = self.dice("world", "customers")
        phones = dice.sample(range(3_000_000_000, 3_239_999_999), 180)
        return tuple(
            Customer(
                id=f"{number:03}{dice.randint(100_000, 9_999_999)}",
                first_name=dice.choice(FIRST_NAMES),
                last_name=dice.choice(LAST_NAMES),
                phone=str(phone),
            )
            for number, phone in enumerate(phones)
        )

    @cached_property
    def campaigns(self) -> tuple[Campaign, ...]:
        """6 campaigns. The last one has no records, and some are stopped."""
        dice = self.dice("world", "campaigns")
        made = []
        for number, (name, type_) in enumerate(CAMPAIGNS):
            size = 0 if number == len(CAMPAIGNS) - 1 else dice.randint(6, 40)
            made.append(
                Campaign(
                    id="20717-" if number == 1 else str(20716 + number),
                    name=name,
                    type=type_,
                    skill=dice.choice(self.skills[:-1]),
                    started=number not in (1, 5),
                    customers=tuple(dice.sample(self.customers, size)),
                )
            )
        return tuple(made)

    @cached_property
    def routing_points(self) -> tuple[str, ...]:
        """The ids of 10 routing points."""
        return tuple(f"Routing_point_{61180 + n}" if n == 2 else str(61180 + n) for n in range(10))

    @cached_property
    def connectors(self) -> tuple[Connector, ...]:
        """8 connectors, over most channels."""
        dice = self.dice("world", "connectors")
        return tuple(
            Connector(str(2980 + number), dice.choice(self.routing_points), f"{channel} {number}",
                      channel)
            for number, channel in enumerate(CHANNELS)
        )  # fmt: skip

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """25 codes, in two groups."""
        first = tuple(Code(name, text, "cod_act1", hit) for name, text, hit in CODES)
        return (*first, *(Code(name, name.title(), "cod_act2", None) for name in GROUP_2))

    def codes_of(self, group: str) -> tuple[Code, ...]:
        """The codes of one group."""
        return tuple(each for each in self.codes if each.group == group)
