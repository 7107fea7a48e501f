"""What reports are asked with, and when their rows happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tests.support.loops import for_each
from tests.support.truth import LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.endpoints.common.answers import Row

    Told: TypeAlias = Callable[[str], list[Row]]


# As the documentation's example spells them.
SPELLED = {
    "cdr_11": {"agent_name": "name_agent"},
    "chat_13": {"channel": "chanel"},
    "diagram_1_2": {"date": "day"},
    "skill_9": {"abandon_11seg_20seg": "abandon_11seg_20_seg"},
    "speech_5": {"agent_id": "id_agent"},
}
DURATION, DATE = r"\d{2,}:[0-5]\d:[0-5]\d", r"\d{4}-\d\d-\d\d"
MOMENT = rf"{DATE} \d\d:\d\d:\d\d"

each_api = for_each("api", LINES)


def spelled(api: str, name: str) -> str:
    """A field, as the documentation's example has it."""
    return SPELLED.get(api, {}).get(name, name)
