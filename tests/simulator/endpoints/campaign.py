"""campaign.php: the records of a campaign. The columns are Spanish, as the vendor's are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import NO_ROWS
from tests.simulator.endpoints.common.endpoint import Endpoint, Question
from tests.simulator.world.events.call import conn_id
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from random import Random

    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.entities import Customer
    from tests.simulator.world.operation import Operation

RESULTS = ("ANSWER MACHINE", "NO ANSWER", "FAILED", "ANSWER", "CONGESTION", "ABANDON", "BUSY",
           "CHANUNAVAIL")  # fmt: skip

# Customers were called from this moment on, for so long; both in seconds.
BEGAN = 1_780_000_000
LASTED = 10_000_000


def campaign_15(question: Question) -> list[Row]:
    """One row per record of the campaign asked for, worked on or not."""
    operation = question.operation
    wanted = question.query["campaign_id"]
    return [
        _record(operation, customer, operation.dice("record", campaign.id, customer.id))
        for campaign in operation.world.campaigns
        if campaign.id == wanted
        for customer in campaign.customers
    ]


def _record(operation: Operation, customer: Customer, dice: Random) -> Row:
    date = datetime.fromtimestamp(BEGAN + dice.randrange(LASTED), operation.clock.zone)
    result = dice.choice(RESULTS)
    return (
        _who(customer, dice)
        | _worked(operation, customer, dice, date, result)
        | _recall(customer, dice)
        | {
            "last_dial_tele": customer.phone,
            "history_dial_tel": f"{date:%Y-%m-%d %H:%M:%S}|{result}|{customer.phone}",
            "rellamada_info": missing(dice),
        }
    )


def _who(customer: Customer, dice: Random) -> Row:
    return {
        "nombre_cliente": customer.first_name,
        "apellido_cliente": customer.last_name,
        "tipo_doc": dice.choice(("CC", "CE", "NIT")),
        "id_cliente": customer.id,
        "edad": perhaps(dice, str(dice.randint(18, 90))),
        "sexo": perhaps(dice, dice.choice(("F", "M"))),
        "pais": "Colombia",
        "departamento": dice.choice(("Antioquia", "Bogotá D.C.", "Valle")),
        "ciudad": dice.choice(("Medellín", "Bogotá", "Cali")),
        "zona": missing(dice),
        "direccion": perhaps(dice, f"Cra {dice.randint(1, 90)} # {dice.randint(1, 99)}-10"),
        **{f"opt{n}": perhaps(dice, f"dato {n}", 0.8) for n in range(1, 13)},
        "tel1": customer.phone,
        **{f"tel{n}": missing(dice) for n in range(2, 11)},
        "tel_extra": missing(dice),
    }


def _worked(
    operation: Operation, customer: Customer, dice: Random, date: datetime, result: str
) -> Row:
    agent = dice.choice(operation.world.agents)
    code, second = (dice.choice(operation.world.codes_of(f"cod_act{n}")) for n in (1, 2))
    return {
        "id_agent": agent.id,
        "resultado": result,
        "fecha": perhaps(dice, f"{date:%Y-%m-%d %H:%M:%S}"),
        "llamadas": str(dice.randint(1, 12)),
        "id_call": conn_id(agent, date, dice, dice.randrange(90)),
        "cod_rslt1": code.id,
        "description_cod1": code.description,
        "cod_rslt2": second.id,
        "description_cod2": second.description,
        "comentarios": perhaps(dice, f"{customer.first_name} pide que la llamen 🙂"),
    }


def _recall(customer: Customer, dice: Random) -> Row:
    again = dice.random() < 0.3
    return {
        "rellamada": f"2026-12-{dice.randint(1, 28):02} 15:30:00" if again else missing(dice),
        "rellamada_count": str(int(again)),
        "email": perhaps(dice, f"cliente{customer.id}@example.com"),
        "rellamada_tel": customer.phone if again else missing(dice),
    }


def _in_records(around: dict[str, object], rows: list[Row], question: Question) -> object:
    """The envelope of this endpoint: it has no data, msg or error."""
    code = {"code": around["code"]} if "code" in around else {}
    campaign = question.query["campaign_id"]
    return code | {"total_records": str(len(rows)), "campaign_id": campaign, "records": rows}


ENDPOINTS = (
    Endpoint(
        "campaign",
        "campaign_15",
        "200",
        "",
        campaign_15,
        ("campaign_id",),
        NO_ROWS,
        _in_records,
        ("records",),
    ),
)
