"""A client that sends whatever it is told to."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.simulator.http.routes import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator import Fault, Simulator


at = datetime.fromisoformat

FRIDAY = at("2026-11-20T10:00")
ASKED = {
    ("information", "agents_in_skill"): {"skill_id": "6111"},
    ("information", "get_dnc"): {"type": "all"},
    ("real_time", "skills"): {"skill_id": "all"},
    ("real_time", "recall"): {"type": "all"},
    ("campaign", "campaign_15"): {"campaign_id": "20717-"},
    ("whatsapp", "list_templates"): {"connector_id": "2980"},
    ("whatsapp", "agent_chat"): {"agent_id": "092"},
}
TOLD = {
    "date_ini": "20261119000000",
    "date_end": "20261119235959",
    "agent_id": "2015",
    "skill_id": "all",
    "cod_act": "cod_act1",
}
ASKED |= {
    each: {name: TOLD.get(name, "all") for name in endpoint.needs}
    for each, endpoint in ENDPOINTS.items()
    if endpoint.days
}
ASKED["campaign", "detail"] |= {"campaign_id": "20716", "type_campaign": "predictive"}
"""What an endpoint needs to be told."""

SERVICE_NAMES = """licenses pbx screen_recording video_call stereo_recording gamification
text_analytics speech_analytics rsync wolkvox_storage blob_storage aws_s3 intelligentdial bi
customer_prot mr_wizard turbo_dial sso mailgun whatsapp facebook_page facebook_messenger
instagram_page instagram_chat sms_bidireccional chat_web telegram crm email cobrowsing"""
SERVICE_FIELDS = re.findall(r"\w+", SERVICE_NAMES)
TOKEN = "demo-token"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(
    url: str,
    asked: str,
    *,
    token: str | None = None,
    body: bytes | None = None,
    timeout: float = 5,
) -> Reply:
    headers = {} if token is None else {"wolkvox-token": token}
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)) as connection:
        method, target = asked.split(" ")
        connection.request(method, target, body, headers)
        with closing(connection.getresponse()) as response:
            return Reply(response.status, response.headers, response.read())


def ask(
    sim: Simulator,
    api: str = "services",
    file: str = "information",
    token: str | None = TOKEN,
    timeout: float = 5,
) -> Reply:
    return send(sim.url, f"GET /api/v2/{file}.php?api={api}", token=token, timeout=timeout)


def struck(sim: Simulator, fault: Fault, **wanted: Any) -> Reply:
    sim.faults.add(fault)
    return ask(sim, **wanted)


def control(sim: Simulator, page: str, setting: object = None) -> Reply:
    body = None if setting is None else json.dumps(setting).encode()
    return send(sim.url, f"{'POST' if body else 'GET'} /simulator/{page}", body=body)


def in_vain(sim: Simulator, timeout: float = 5) -> None:
    with pytest.raises((OSError, http.client.IncompleteRead)):
        ask(sim, timeout=timeout)


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)
