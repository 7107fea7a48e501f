"""What the simulator's rows should be once they are read: reckoned without the tap's help."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.command_line import Result
    from tests.simulator import Simulator

SCHEMAS = Path(__file__).parents[1] / "schemas"
REPORTS = "reports_manager"
BOGOTA = ZoneInfo("America/Bogota")
DIGITS = "%Y%m%d%H%M%S"

OVER_WINDOW = ("agent_1", "agent_3", "agent_6", "chat_16", "skill_4", "skill_5")
"""Reports whose rows have no date."""

OWN_DATE = (
    *("cdr_1", "agent_7", "agent_8", "agent_14", "campaign_7", "skill_7"),
    *("chat_1", "chat_2", "diagram_1", "diagram_9"),
)
"""Reports whose rows have one: all but `campaign_3`, which goes by two."""

ALL = {"skill_4", "skill_5", "skill_7"}
"""Reports that want a skill, or all of them."""

Row = dict[str, Any]


def asked(api: str) -> dict[str, str]:
    """Return the parameters of a report beside its range."""
    if api.startswith("campaign_"):
        return {"campaign_id": "all"}
    return {"skill_id": "all"} if api in ALL else {}


def served(simulator: Simulator, api: str, begin: datetime, end: datetime) -> list[Row]:
    """Return the rows of a report in a range of local time, however long it is."""
    dates = {"date_ini": f"{begin:{DIGITS}}", "date_end": f"{end:{DIGITS}}"}
    file = "information" if api == "audit_log" else REPORTS
    return simulator.rows(file, api, **dates, **asked(api))


def ranges(simulator: Simulator, api: str) -> list[tuple[datetime, datetime]]:
    """Return the ranges that a report was asked for."""
    return [
        (_local(request.query["date_ini"]), _local(request.query["date_end"]))
        for request in simulator.requests
        if request.api == api
    ]


def _local(digits: str) -> datetime:
    return datetime.strptime(digits, DIGITS)  # noqa: DTZ007  # local time of the operation


def read(result: Result, stream: str) -> Counter[str]:
    """Return the rows that were read of a stream, as the truth has them."""
    return Counter(map(comparable, result.records(stream)))


def by_day(begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield a range of local time day by day."""
    while begin <= end:
        midnight = datetime.combine(begin.date() + timedelta(days=1), time())
        yield begin, min(midnight - timedelta(seconds=1), end)
        begin = midnight


def rows(
    simulator: Simulator, api: str, begin: datetime, end: datetime, zone: ZoneInfo = BOGOTA
) -> Counter[str]:
    """Return the typed rows of a report in a range of local time, with how often each occurs."""
    if api not in OVER_WINDOW:
        return Counter(typed(api, served(simulator, api, begin, end), zone))
    found: Counter[str] = Counter()
    for first, last in by_day(begin, end):
        stamps = {
            "window_date": first.date().isoformat(),
            "window_start": first.replace(tzinfo=zone).astimezone(UTC).isoformat(),
            "window_end": last.replace(tzinfo=zone).astimezone(UTC).isoformat(),
        }
        found.update(typed(api, served(simulator, api, first, last), zone, stamps))
    return found


def typed(
    api: str, sent: Iterable[Row], zone: ZoneInfo = BOGOTA, stamps: dict[str, str] | None = None
) -> Iterator[str]:
    """Yield rows as text that can be counted, with their values as the schema has them."""
    columns = properties(api)
    for row in sent:
        named = {renamed(name): text for name, text in row.items()}
        if api == "chat_2":
            named["date"] = min(message["date"] for message in row["conversation"])
        assert named.keys() <= columns.keys()
        values = {name: value(text, columns[name], zone) for name, text in named.items()}
        yield comparable(values | (stamps or {}))


def comparable(record: Row) -> str:
    """Return what a row says: without what the tap made up, and without what is not there."""
    made = ("wolkvox_server", "row_key")
    kept = {
        name: str(Decimal(str(value)).normalize()) if isinstance(value, int | float | Decimal)
        else value
        for name, value in record.items()
        if value is not None and name not in made
    }  # fmt: skip
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def properties(api: str) -> dict[str, Any]:
    """Return the declared columns of a report."""
    stem = "information_audit_log" if api == "audit_log" else f"reports_{api}"
    found = json.loads((SCHEMAS / f"{stem}.json").read_text(encoding="utf-8"))
    columns: dict[str, Any] = found["properties"]
    return columns


def renamed(name: str) -> str:
    """Return the column of a field."""
    return {"agent_anwers ": "agent_anwers", "ASA": "asa"}.get(name, name)


def value(sent: Any, schema: dict[str, Any], zone: ZoneInfo) -> Any:
    """Return a value as its column has it."""
    kind, form = schema["type"][0], schema.get("format") or schema.get("x-unit")
    if not isinstance(sent, str):
        return json.dumps(sent, ensure_ascii=False)
    if kind == "string" and form is None:
        return sent
    return _of_text(sent, kind, form, ZoneInfo(schema.get("x-zone", zone.key)))


def _of_text(sent: str, kind: str, form: str | None, zone: ZoneInfo) -> Any:
    if not sent.strip(" -"):
        return None
    if kind == "string":
        found = datetime.fromisoformat(sent).replace(tzinfo=zone).astimezone(UTC)
        return sent if form == "date" else found.isoformat()
    if form == "hour of the day":
        return int(sent.split(":", maxsplit=1)[0])
    if form == "seconds" and ":" in sent:
        hours, minutes, seconds = map(int, sent.split(":"))
        return hours * 3600 + minutes * 60 + seconds
    return Decimal(sent.rstrip(" %").replace(",", ""))
