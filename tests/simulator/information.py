"""information.php: what the operation has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulator.endpoints import Endpoint, Question
from tests.simulator.missing import missing, perhaps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.simulator.answers import Row

# How many operations in a hundred have it; the order is that of the documented record.
SERVICES: Mapping[str, int] = {
    "screen_recording": 60,
    "video_call": 25,
    "stereo_recording": 50,
    "gamification": 20,
    "text_analytics": 30,
    "speech_analytics": 45,
    "rsync": 50,
    "wolkvox_storage": 40,
    "blob_storage": 15,
    "aws_s3": 35,
    "intelligentdial": 70,
    "bi": 40,
    "customer_prot": 80,
    "mr_wizard": 20,
    "turbo_dial": 30,
    "sso": 25,
    "mailgun": 30,
    "whatsapp": 95,
    "facebook_page": 60,
    "facebook_messenger": 60,
    "instagram_page": 50,
    "instagram_chat": 50,
    "sms_bidireccional": 45,
    "chat_web": 80,
    "telegram": 25,
}

# The vendor shows these and does not describe them, so a value may well be missing.
UNDESCRIBED: Mapping[str, int] = {"crm": 70, "email": 80, "cobrowsing": 20}

TOKEN_NAMES = ("Integración BI", "Reportes diarios", "Tablero gerencial", "1")


def services(question: Question) -> list[Row]:
    """One row: licences, PBX users, and yes or no for each service."""
    operation = question.operation
    dice = operation.dice("services")
    row = {"licenses": str(operation.licences), "pbx": str(dice.randint(0, 40))}
    for name, share in SERVICES.items():
        row[name] = _yes_no(dice.randrange(100), share)
    for name, share in UNDESCRIBED.items():
        row[name] = perhaps(dice, _yes_no(dice.randrange(100), share))
    return [row]


def _yes_no(thrown: int, share: int) -> str:
    return "yes" if thrown < share else "no"


def token_info(question: Question) -> list[Row]:
    """One row about the token that asks; what it counts stands in ``Usage``."""
    usage = question.usage
    return [
        {
            "description": _token_name(question),
            "token_limit": str(usage.quota),
            "token_use_today": str(usage.by_token),
            "all_token_today": str(usage.by_all),
            "available_consumption_options": str(usage.available),
        }
    ]


def _token_name(question: Question) -> str:
    """Its name by its place among the tokens, never by its text; some never got one."""
    number = question.operation.tokens.index(question.token)
    dice = question.operation.dice("token", number)
    return dice.choice((*TOKEN_NAMES, missing(dice)))


ENDPOINTS = (
    Endpoint("information", "services", "200", "{count} records were found", services),
    # The blank in front is the vendor's.
    Endpoint("information", "token_info", "200", " {count} records were found", token_info),
)
