"""billing.php: what the operation used of each product in the current month, and only in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tests.simulator.endpoints import Endpoint, Question
from tests.simulator.missing import missing

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from tests.simulator.answers import Row

MSG = "Information found for the current month"

# Work done on a Monday ... Sunday, beside an ordinary day.
_WEEK = (1.15, 1.1, 1.0, 1.0, 1.05, 0.45, 0.15)

Form: TypeAlias = Callable[[int], str]


def plain(hundredths: int) -> str:
    """12345."""
    return str(hundredths // 100)


def grouped(hundredths: int) -> str:
    """12,345."""
    return f"{hundredths // 100:,}"


def decimal(hundredths: int) -> str:
    """12,345.50."""
    return f"{hundredths // 100:,}.{hundredths % 100:02}"


@dataclass(frozen=True)
class Product:
    """Something used by the month; ``daily`` is an ordinary day's use, 0 if it is not in use."""

    description: str
    daily: int
    form: Form = plain


PRODUCTS: Mapping[str, tuple[Product, ...]] = {
    "agent_script": (
        Product("Agent Script - Voz", 1900, grouped),
        Product("Agent Script - Chat", 240),
        Product("Agent Script - WhatsApp", 610),
        Product("Agent Script - SMS", 0),
    ),
    "intelligent_dial": (
        Product("Intelligent Dial - Contestadas", 5200, grouped),
        Product("Intelligent Dial - Buzón de voz", 2700, grouped),
        Product("Intelligent Dial - Minutos analizados", 1430, decimal),
    ),
    "rsync_s3_mp3": (
        Product("RSYNC S3 MP3 - Archivos", 7400, grouped),
        Product("RSYNC S3 MP3 - GB transferidos", 18, decimal),
    ),
    "rec_screen": (
        Product("Record Screen - Horas", 620, decimal),
        Product("Record Screen - Videos", 3100),
        Product("Record Screen - GB almacenados", 95, decimal),
        Product("Record Screen - Mosaico", 0),
    ),
}


def _used(product: Product, today: date, dice: Random) -> int:
    """Hundredths used from the 1st up to and including today; each day adds at least one unit."""
    month = (today.replace(day=day) for day in range(1, today.day + 1))
    shares = (_WEEK[day.weekday()] * dice.uniform(0.8, 1.2) for day in month)
    return sum(max(100, round(100 * product.daily * share)) for share in shares)


def _items(product: Product, today: date, dice: Random) -> str:
    if not product.daily:
        return missing(dice)
    return product.form(_used(product, today, dice))


def consumption(question: Question, products: tuple[Product, ...]) -> list[Row]:
    """One row a product, from (seed, server, month) and the day it is."""
    operation = question.operation
    today = operation.clock.today()
    month = f"{today:%Y-%m}"
    return [
        {
            "operation": operation.name,
            "description": product.description,
            "items": _items(product, today, operation.dice("billing", month, product.description)),
            "date": today.isoformat(),
        }
        for product in products
    ]


def _endpoint(api: str, products: tuple[Product, ...]) -> Endpoint:
    return Endpoint("billing", api, 200, MSG, lambda question: consumption(question, products))


ENDPOINTS = tuple(_endpoint(api, products) for api, products in PRODUCTS.items())
