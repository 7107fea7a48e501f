"""Asking a simulated Wolkvox for reports, and reading what their rows say."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.simulator.world.missing_values import FORMS
from tests.support.truth import INNER, LINES, flat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator import Simulator
    from tests.simulator.endpoints.common.answers import Row

NOON = datetime.fromisoformat("2026-11-20T12:00")
DAY = ("20261119000000", "20261119235959")
BOTH_DAYS = ("20261118000000", DAY[1])
TODAY = ("20261120000000", "20261120235959")
WEEK = ("20261113000000", DAY[1])
MONTH = ("20261020000000", DAY[1])

MISSING = frozenset(FORMS)
TOTAL = "TOTAL"
ONE_OF_THEM = {
    "agent_2": {"agent_id": "2015"},
    "detail": {"type_campaign": "predictive", "campaign_id": "20716"},
}


def usual(api: str) -> dict[str, str]:
    """What a report is asked with beside its range: for all there are, or one it has to name."""
    line = LINES[api]
    every = {name: value for name, value in line["asked_with"].items() if value == "all"}
    first = {name: values[0] for name, values in line.get("values", {}).items()}
    return every | first | ONE_OF_THEM.get(api, {})


def asked(api: str, days: tuple[str, str] = DAY, **more: str) -> dict[str, str]:
    """All that a report is asked with; there may be signs between the digits of a date."""
    begin, end = (re.sub(r"\D", "", each) for each in days)
    return {"date_ini": begin, "date_end": end} | usual(api) | more


def rows(sim: Simulator, api: str, days: tuple[str, str] = DAY, **more: str) -> list[Row]:
    """The rows of a report, those that add up others left out."""
    found = sim.rows(LINES[api]["file"], api, **asked(api, days, **more))
    return [row for row in found if TOTAL not in row.values()]


def sums(sim: Simulator, api: str, days: tuple[str, str] = DAY, **more: str) -> list[Row]:
    """The rows of a report that add up others."""
    found = sim.rows(LINES[api]["file"], api, **asked(api, days, **more))
    return [row for row in found if TOTAL in row.values()]


def flat_rows(sim: Simulator, api: str, days: tuple[str, str] = DAY, **more: str) -> list[Row]:
    """The same, those that lie in a list of a row taken apart."""
    inner = INNER.get(api)
    return [each for row in rows(sim, api, days, **more) for each in flat(row, inner)]


def ask(sim: Simulator, api: str, days: tuple[str, str] = DAY, **more: str) -> tuple[int, Any]:
    """Ask over HTTP; returns status and content."""
    query = urlencode({"api": api} | asked(api, days, **more))
    request = urllib.request.Request(
        f"{sim.url}/{LINES[api]['file']}.php?{query}", headers={"wolkvox-token": sim.token}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def seconds(duration: str) -> int:
    """How long it is."""
    hours, minutes, rest = map(int, duration.split(":"))
    return 3600 * hours + 60 * minutes + rest


def total(found: Iterable[Row], column: str) -> int:
    """The sum of a column's numbers or durations."""
    return sum(seconds(row[column]) if ":" in row[column] else int(row[column]) for row in found)


def percent(share: str) -> float:
    """How much it is."""
    assert share.endswith("%")
    return float(share.rstrip(" %").replace(",", ""))


def counted(found: Iterable[Row]) -> Counter[str]:
    """How often each row is there."""
    return Counter(map(json.dumps, found))
