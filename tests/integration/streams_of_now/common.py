"""Streams of what is now, and what was asked of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tap_wolkvox.catalog.endpoints import ENDPOINTS

if TYPE_CHECKING:
    from tests.simulator import Simulator

OF_NOW = tuple(endpoint for endpoint in ENDPOINTS if not endpoint.days)
ALL = tuple(endpoint.name for endpoint in OF_NOW)
NOW = "2026-11-20T10:00:00"

CHILDREN = {
    "information_agents_in_skill": ("information", "skills", "skill_id"),
    "whatsapp_list_templates": ("information", "connectors", "connector_id"),
    "whatsapp_agent_chat": ("information", "agents", "agent_id"),
    "campaign_campaign_15": ("information", "campaigns", "campaign_id"),
}
"""Streams that are asked one id at a time, and where the ids are."""


def settings_of(simulator: Simulator) -> dict[str, Any]:
    return {
        "server": simulator.server,
        "token": simulator.token,
        "api_url": simulator.url,
        "request_interval": 0,
        "max_retries": 0,
    }


def apis(simulator: Simulator) -> Counter[tuple[str, str]]:
    return Counter(
        (request.path.rpartition("/")[2].removesuffix(".php"), request.api)
        for request in simulator.requests
    )
