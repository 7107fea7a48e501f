"""quality.php: the matrix that conversations are evaluated by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.answers import EACH
from tests.simulator.endpoints.common.endpoint import Endpoint, Question

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row
    from tests.simulator.world.operation import Operation

SURVEYS = ("Monitoreo de voz", "Monitoreo de chat", "Auditoría de cobranza")
ATTRIBUTES = (
    ("Saludo", "Se presenta"),
    ("Saludo", "Menciona la línea"),
    ("Escucha", "No interrumpe"),
    ("Solución", "Ofrece alternativas"),
    ("Cierre", "Se despide"),
)


def quality_matrix(question: Question) -> list[Row]:
    """One row per attribute of a survey."""
    return matrix(question.operation)


def matrix(operation: Operation) -> list[Row]:
    """The rows of ``quality_matrix`` for an operation."""
    rows = []
    for survey in SURVEYS:
        dice = operation.dice("quality", survey)
        for category, attribute in ATTRIBUTES[: dice.randint(3, 5)]:
            rows.append(
                {
                    "survey": survey,
                    "category": category,
                    "attribute": attribute,
                    "error_type": dice.choice(("CE", "NCE")),
                    "percent": f"{dice.randint(5, 40)} %",
                }
            )
    return rows


def _by_survey(around: dict[str, object], rows: list[Row], _: Question) -> object:
    """An object with one list per survey. ``msg`` counts the surveys."""
    lists: dict[str, list[Row]] = {}
    for row in rows:
        rest = {name: row[name] for name in row if name != "survey"}
        lists.setdefault(row["survey"], []).append(rest)
    return around | {"msg": f"{len(lists)} records were found", "data": lists}


ENDPOINTS = (
    Endpoint(
        "quality",
        "quality_matrix",
        "200",
        "",
        quality_matrix,
        wrap=_by_survey,
        rows_at=("data", EACH),
    ),
)
