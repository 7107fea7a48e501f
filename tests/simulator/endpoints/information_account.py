"""information.php: licences, services, the token, addresses and storage."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.simulator.endpoints.common.endpoint import FOUND, Question
from tests.simulator.endpoints.information import catalogue, last_use, yes_no
from tests.simulator.world.missing_values import missing, perhaps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.simulator.endpoints.common.answers import Row

# Percentage of operations that have it, in the order of the documented record.
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

# The vendor shows these without a description, so a value may be missing.
UNDESCRIBED: Mapping[str, int] = {"crm": 70, "email": 80, "cobrowsing": 20}

# Recordings are kept since then.
FIRST_DAY = date(2000, 1, 1)

TOKEN_NAMES = ("Integración BI", "Reportes diarios", "Tablero gerencial", "1")


def services(question: Question) -> list[Row]:
    """One row: licences, PBX users, and yes or no for each service."""
    operation = question.operation
    dice = operation.dice("services")
    row = {"licenses": str(operation.licences), "pbx": str(dice.randint(0, 40))}
    for name, share in SERVICES.items():
        row[name] = yes_no(dice.randrange(100), share)
    for name, share in UNDESCRIBED.items():
        row[name] = perhaps(dice, yes_no(dice.randrange(100), share))
    return [row]


def token_info(question: Question) -> list[Row]:
    """One row about the token that asks. ``Usage`` says what it counts."""
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
    """The token's name: it depends on the token's place only. Some have none."""
    number = question.operation.tokens.index(question.token)
    dice = question.operation.dice("token", number)
    return dice.choice((*TOKEN_NAMES, missing(dice)))


def get_ip(question: Question) -> list[Row]:
    """One row per IP address. They are addresses for documentation: nobody has them."""
    operation = question.operation
    rows = []
    for number in range(1, 7):
        dice = operation.dice("ip", number)
        rows.append(
            {
                "operation": operation.name,
                "ip": f"203.0.113.{10 * number}",
                "last_use": last_use(operation, "ip", number),
                "type_ip": dice.choice(("temporal", "permanente")),
                "description": perhaps(dice, f"Sede {number}"),
            }
        )
    return rows


def storage(question: Question) -> list[Row]:
    """One row: gigabytes, a little more every day."""
    operation = question.operation
    daily = operation.dice("storage").uniform(0.1, 0.5)
    return [{"storage": f"{daily * (operation.clock.today() - FIRST_DAY).days:.2f}"}]


def audio_list(question: Question) -> list[Row]:
    """One row per audio file; 12 rows."""
    rows = []
    for number in range(1, 13):
        dice = question.operation.dice("audio", number)
        rows.append(
            {
                "audio_id": f"bienvenida_{number:02}",
                "created_at": f"2026-06-{dice.randint(10, 28)} 14:05:{number:02}",
                "size": f"{dice.uniform(40, 2_000):,.1f}",
                "duration": str(dice.randint(3, 90)),
            }
        )
    return rows


ENDPOINTS = (
    catalogue("services", "200", services),
    # The blank in front of the message is the vendor's.
    catalogue("token_info", "200", token_info, msg=f" {FOUND}"),
    catalogue("get_ip", "200", get_ip),
    catalogue("storage", "200", storage),
    catalogue("audio_list", "200", audio_list),
)
