"""What the simulator's rows should be once they are read: reckoned without the tap's help."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.support.paths import ENDPOINTS_JSON, SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.simulator import Simulator
    from tests.support.command_line import Result

BOGOTA = ZoneInfo("America/Bogota")
DIGITS = "%Y%m%d%H%M%S"

LISTED: list[dict[str, Any]] = json.loads(ENDPOINTS_JSON.read_text(encoding="utf-8"))
LINES = {line["api"]: line for line in LISTED if "days" in line}
"""What is known of each endpoint that takes dates."""

BY_TWO_DATES = "campaign_3"
"""It goes by two dates, and has a truth of its own."""

OVER_WINDOW = tuple(api for api, line in LINES.items() if line["kind"] == "aggregate over window")
"""Reports whose rows have no date."""

OWN_DATE = tuple(api for api in LINES if api not in {*OVER_WINDOW, BY_TWO_DATES})
"""Reports whose rows have one."""

ONE_BY_ONE = {
    api: line["made"][0] for api, line in LINES.items() if line["ids_from"] or "values" in line
}
"""Reports that are asked for one id after the other, with the column that holds it."""

OF_THE_OPERATION = {"speech_1"}
"""Reports with columns that each operation defines for itself."""

INNER = {"agent_5": "status_x_hour", "agent_11": "agents", "agents_kpi": "stats"}
"""The lists that rows hold, each element of which is a row."""

Row = dict[str, Any]


def stream(api: str) -> str:
    """Return the stream of a report."""
    return f"{LINES[api]['file'].removesuffix('_manager')}_{api}"


def asked(simulator: Simulator, api: str) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Yield what a report is asked with beside its range, and the columns that says.

    Once, or for each of its ids.
    """
    line = LINES[api]
    for parameter, listed in line.get("values", {}).items():
        for each in listed:
            yield {parameter: each}, {ONE_BY_ONE[api]: each}
    if line["ids_from"]:
        parent, column = line["ids_from"]
        for row in simulator.rows("information", parent.removeprefix("information_")):
            yield row | line["asked_with"] | {column: row[column]}, {column: row[column]}
    if api not in ONE_BY_ONE:
        yield line["asked_with"], {}


def served(simulator: Simulator, api: str, begin: datetime, end: datetime) -> list[Row]:
    """Return the rows of a report in a range of local time, however long it is, all of them flat.

    Those that add up others are left out.
    """
    dates = {"date_ini": f"{begin:{DIGITS}}", "date_end": f"{end:{DIGITS}}"}
    return [
        columns | row
        for parameters, columns in asked(simulator, api)
        for outer in simulator.rows(LINES[api]["file"], api, **(parameters | dates))
        for row in flat(outer, INNER.get(api))
        if "TOTAL" not in row.values()
    ]


def flat(outer: Row, inner: str | None) -> Iterator[Row]:
    """Yield the rows that a row holds, or itself."""
    if inner is None:
        yield outer
        return
    shared = {name: value for name, value in outer.items() if name != inner}
    for row in outer[inner]:
        yield shared | row


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
    columns, ids = properties(api), ids_beside_the_key(api)
    for row in sent:
        named = {renamed(api, name): text for name, text in row.items()}
        if api == "chat_2":
            named["date"] = min(message["date"] for message in row["conversation"])
        unknown = {name: row[name] for name in named.keys() - columns.keys()}
        assert bool(unknown) == (api in OF_THE_OPERATION)
        values = {
            name: value(text, columns[name], zone)
            for name, text in named.items()
            if name in columns and (name not in ids or text.strip(" -"))
        }
        rescued = {"_rescued_data": kept_as_sent(unknown)} if unknown else {}
        yield comparable(values | (stamps or {}) | rescued)


def comparable(record: Row) -> str:
    """Return what a row says: without what the tap made up, and without what is not there."""
    made = ("wolkvox_server", "row_key")
    kept = {
        name: str(Decimal(str(value)).normalize()) if isinstance(value, int | float | Decimal)
        else value
        for name, value in record.items()
        if value is not None and name not in made
    }  # fmt: skip
    if "_rescued_data" in kept:
        kept["_rescued_data"] = kept_as_sent(json.loads(kept["_rescued_data"]))
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def kept_as_sent(fields: Row) -> str:
    """Return fields of no column, in an order of their own."""
    return json.dumps(fields, sort_keys=True, ensure_ascii=False)


def properties(api: str) -> dict[str, Any]:
    """Return the declared columns of a report."""
    found = json.loads((SCHEMAS / f"{stream(api)}.json").read_text(encoding="utf-8"))
    columns: dict[str, Any] = found["properties"]
    return columns


def ids_beside_the_key(api: str) -> set[str]:
    """Return the columns of ids that are null where there is none."""
    line = LINES[api]
    is_hashed = line["kind"] == "event" and not line.get("unique")
    key = set() if is_hashed else {*line["natural_key"]}
    return {name for name, schema in properties(api).items() if "x-id" in schema} - key


def renamed(api: str, name: str) -> str:
    """Return the column of a field."""
    usual = {"agent_anwers ": "agent_anwers", "ASA": "asa", "yes/no": "yes_no"}
    named: str = LINES[api].get("also_spelled", {}).get(name) or usual.get(name, name)
    return named


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
        found = datetime.fromisoformat(sent).replace(tzinfo=zone)
        return found.date().isoformat() if form == "date" else found.astimezone(UTC).isoformat()
    if form == "hour of the day":
        return int(sent.split(":", maxsplit=1)[0])
    if form == "seconds" and ":" in sent:
        hours, minutes, seconds = map(int, sent.split(":"))
        return hours * 3600 + minutes * 60 + seconds
    return Decimal(sent.rstrip(" %").replace(",", ""))
