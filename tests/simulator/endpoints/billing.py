"""billing.php: how much of each product the operation has used in the current month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tests.simulator.endpoints.common.endpoint import Endpoint, Question
from tests.simulator.world.missing_values import missing

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from tests.simulator.endpoints.common.answers import Row

MSG = "Information found for the current month"

# Use on Monday to Sunday, relative to an ordinary day.
_WEEK = (1.15, 1.1, 1.0, 1.0, 1.05, 0.45, 0.15)

Form: TypeAlias = Callable[[int], str]


def plain(hundredths: int) -> str:
    """Write it as 12345."""
    return str(hundredths // 100)


def grouped(hundredths: int) -> str:
    """Write it as 12,345."""
    return f"{hundredths // 100:,}"


def decimal(hundredths: int) -> str:
    """Write it as 12,345.50."""
    return f"{hundredths // 100:,}.{hundredths % 100:02}"


@dataclass(frozen=True)
class Product:
    """A product with a monthly use. ``daily`` is the use on an ordinary day, 0 if unused."""

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
    "gamification": (Product("Gamification - Agentes", 34), Product("Gamification - Retos", 0)),
    "ivr_minutes": (
        Product("IVR - Minutos entrantes", 2150, decimal),
        Product("IVR - Minutos salientes", 420, decimal),
    ),
    "rec_minutes": (Product("Grabación - Minutos", 9300, decimal),),
    "amazon_s3": (
        Product("Amazon S3 - Archivos", 7100, grouped),
        Product("Amazon S3 - GB", 16, decimal),
    ),
    "rsync": (Product("RSYNC - Archivos", 6900, grouped), Product("RSYNC - GB", 21, decimal)),
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
    "interactions": (
        Product("Interacciones - Correo", 310),
        Product("Interacciones - Redes sociales", 120),
    ),
    "rec_screen_on_demand": (Product("Record Screen a demanda - Horas", 45, decimal),),
    "speech_analytics": (
        Product("Speech Analytics - Minutos", 880, decimal),
        Product("Speech Analytics - Audios", 260),
    ),
    "wp_connectors": (Product("Conectores WhatsApp", 3), Product("Conectores WhatsApp - QR", 0)),
    "sentiment_analysis": (Product("Análisis de sentimiento - Textos", 1500, grouped),),
    "chat_licenses": (Product("Licencias de chat", 18),),
    "interaction_licenses": (Product("Licencias de interacciones", 9),),
    "video_call": (Product("Videollamada - Minutos", 75, decimal),),
    "pbx_licenses": (Product("Licencias PBX", 12),),
    "ivr_calls": (Product("IVR - Llamadas", 1750, grouped),),
    "asr_calls": (Product("ASR - Llamadas", 190), Product("ASR - Segundos", 5400, grouped)),
    "vision": (Product("Vision - Imágenes", 85), Product("Vision - Documentos", 0)),
    "tts_chars": (Product("TTS - Caracteres", 48000, grouped),),
    "wp_connectors_official": (Product("Conectores WhatsApp oficial", 2),),
    "contact_center_licenses": (
        Product("Licencias de Contact Center", 40),
        Product("Licencias de supervisor", 5),
    ),
    "amd_ai": (Product("AMD AI - Llamadas", 2300, grouped),),
    "stereo_rec": (Product("Grabación estéreo - Minutos", 3900, decimal),),
    "nlp_ai": (Product("NLP - Consultas", 640), Product("NLP - Intenciones", 0)),
}

CODE_AS_TEXT = {"stereo_rec", "nlp_ai"}

# The vendor's example shows the message of a list here.
COUNTED = {"interactions"}

# The vendor's page says: the month and year of the report.
BY_MONTH = {"nlp_ai"}


def _used(product: Product, today: date, dice: Random) -> int:
    """Hundredths used from the 1st to today, today included. Each day adds at least one unit."""
    month = (today.replace(day=day) for day in range(1, today.day + 1))
    shares = (_WEEK[day.weekday()] * dice.uniform(0.8, 1.2) for day in month)
    return sum(max(100, round(100 * product.daily * share)) for share in shares)


def _items(product: Product, today: date, dice: Random) -> str:
    if not product.daily:
        return missing(dice)
    return product.form(_used(product, today, dice))


def consumption(question: Question, api: str) -> list[Row]:
    """One row per product. It depends on seed, server, month and today's date."""
    operation = question.operation
    today = operation.clock.today()
    month = f"{today:%Y-%m}"
    return [
        {
            "operation": operation.name,
            "description": product.description,
            "items": _items(product, today, operation.dice("billing", month, product.description)),
            "date": month if api in BY_MONTH else today.isoformat(),
        }
        for product in PRODUCTS[api]
    ]


def _endpoint(api: str) -> Endpoint:
    return Endpoint(
        "billing",
        api,
        "200" if api in CODE_AS_TEXT else 200,
        "{count} records were found" if api in COUNTED else MSG,
        lambda question: consumption(question, api),
    )


ENDPOINTS = tuple(_endpoint(api) for api in PRODUCTS)
