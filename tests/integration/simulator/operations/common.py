"""A client of several operations."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.simulator import Simulator

at = datetime.fromisoformat
FRIDAY = at("2026-11-20T10:00")
BILL = "billing.php?api=rec_screen"
BOGOTA, AUCKLAND = "America/Bogota", "Pacific/Auckland"


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def rows(self) -> Any:
        return self.json["data"]


def send(
    url: str, *, method: str = "GET", token: str | None = None, body: bytes | None = None
) -> Reply:
    parts = urlsplit(url)
    headers = {} if token is None else {"wolkvox-token": token}
    with closing(http.client.HTTPConnection(parts.netloc, timeout=5)) as connection:
        connection.request(method, f"{parts.path}?{parts.query}", body, headers)
        with closing(connection.getresponse()) as response:
            return Reply(response.status, response.read())


def ask(sim: Simulator, api: str = "services", token: str | None = None) -> Reply:
    return send(f"{sim.url}/information.php?api={api}", token=token or sim.token)


def statuses(sim: Simulator, times: int) -> list[int]:
    return [ask(sim).status for _ in range(times)]


def control(sim: Simulator, page: str, setting: object = None) -> Reply:
    url = f"{sim.url.removesuffix('/api/v2')}/simulator/{page}"
    if setting is None:
        return send(url)
    return send(url, method="POST", body=json.dumps(setting).encode())


def used(sim: Simulator, token: str | None = None) -> tuple[int, int, int]:
    """By the token, by all, and what is available, as `token_info` has it; costs nothing."""
    usage = sim.operation.usage(token or sim.token)
    (row,) = sim.rows("information", "token_info")
    assert int(row["all_token_today"]) == usage.by_all
    assert int(row["available_consumption_options"]) == usage.available
    return usage.by_token, usage.by_all, usage.available
