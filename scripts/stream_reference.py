"""The stream reference: one page made from the table of endpoints and the schema files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_wolkvox.catalog.endpoint import Endpoint, PartitionSpec

KINDS = {
    "snapshot": "Figures at the time of the request. `snapshot_date` holds the day. Each day adds "
    "rows; a second run on the same day replaces the rows of that day.",
    "real time": "Figures at the time of the request. `snapshot_at` holds the second. Each run "
    "adds rows. Wolkvox does not want the same figures to be requested more often than every 5 "
    "minutes.",
    "catalogue": "Objects that exist now, such as agents or skills. Each run reads all of them. "
    "`last_seen_at` is the time of the last read that contained the row, so a row whose object no "
    "longer exists keeps an older time. The current objects are the rows with the newest "
    "`last_seen_at` of their server.",
    "event": "Events (calls, chats, sessions, attempts …), each with its own date. `row_key` "
    "identifies an event. An event that two runs read is one row, and an event that changed "
    "meanwhile replaces itself: an agent assigned a code later, or a chat closed.",
    "aggregate": "Figures per day or hour, with the date in the row. If a day is not over, the tap "
    "reads its figures so far, and the next run reads them again.",
    "aggregate over window": "Figures for the requested window, which is one day. The API sends no "
    "date in these rows, so the tap adds it: `window_date` is the day, `window_start` and "
    "`window_end` are its first and last second. If a day is not over, the tap reads its figures "
    "so far, and the next run reads them again.",
}
"""What the rows of each kind are."""

HEADER = """\
# Streams

<!-- Made by `python scripts/regenerate.py` from the table of endpoints and from schemas/. -->

The first column of every stream is `wolkvox_server`, the last is `_rescued_data`. Key columns are
never null. Date-times are in UTC. Columns of type `id` hold text that identifies an object, a
person or an activity code; use them to join rows. If the API sends no value for an id (an empty
text, blanks, `-` or `--`), the id is null. In a key column the id stays as received, and so does
any other text.

A stream costs one request per run unless the table says otherwise. Retries cost extra requests. By
default the tap reads billing, catalogues and the most used reports. It does not read the others,
because some cost one request per id, some contain many phone numbers and messages, and some
describe only the current moment. Select the streams that you need.

The tap reads streams that take dates in consecutive windows, as the README explains. A window is a
calendar month, or shorter where a month has more rows than one response can hold.

Some streams are requested once for each id of another stream. A run reads that other stream once
for all streams that need it, even if it is not selected. If one id fails, the tap continues with
the next; after three failures in a row it stops. Either way the stream fails, and the log states
how many ids are missing. The tap cannot request data of an id that is no longer in the other
stream. For some of these streams, the tap requests `all` first. It does not emit the rows of that
response, because they do not contain their id; the log reports where they count more than the rows
of all ids together.

Rows named TOTAL sum up other rows. The tap drops them, and the log states their number. It drops a
row named TOTAL where Wolkvox documents such rows, and in other reports only if all ids of the row
are missing. So a row of an agent named TOTAL is kept. Catalogues and billing keep all rows.
"""


def page() -> str:
    """Return the whole page."""
    from tap_wolkvox.catalog.endpoints import ENDPOINTS

    families: dict[str, list[Endpoint]] = {}
    for endpoint in ENDPOINTS:
        families.setdefault(endpoint.schema_name, []).append(endpoint)
    parts = [HEADER, kinds(), overview(ENDPOINTS), added_columns()]
    parts += ["\n".join(section(name, family)) for name, family in families.items()]
    return "\n".join(parts)


def kinds() -> str:
    """Return the section that explains the kinds."""
    rows = [[f"**{name}**", text] for name, text in KINDS.items()]
    return f"## Kinds\n\n{table(['kind', 'rows'], rows)}\n"


def overview(endpoints: tuple[Endpoint, ...]) -> str:
    """Return the table of all streams, with one line per stream."""
    rows = [
        [
            f"[`{endpoint.name}`](#{endpoint.schema_name})",
            kind_name(endpoint),
            names(endpoint.primary_key),
            replication(endpoint),
            "yes" if endpoint.selected else "",
            requests(endpoint),
        ]
        for endpoint in endpoints
    ]
    header = ["stream", "kind", "key", "replication", "by default", "requests"]
    return f"## All {len(rows)} streams\n\n{table(header, rows)}\n"


def kind_name(endpoint: Endpoint) -> str:
    """Return the name of an endpoint's kind."""
    return endpoint.kind.name.lower().replace("_", " ")


def added_columns() -> str:
    """Return the section about the columns that the tap adds."""
    from tap_wolkvox.catalog import schemas

    declared = schemas.load(schemas.ADDED)
    rows = list(column_rows(declared["properties"]))
    return f"## {declared['title']}\n\n{declared['description']}\n\n{table(COLUMNS, rows)}\n"


def section(name: str, family: list[Endpoint]) -> Iterator[str]:
    """Yield the lines about a family: streams that have the same columns."""
    from tap_wolkvox.catalog import schemas

    declared = schemas.load(name)
    yield f"## {name}\n"
    yield f"{declared['description']}\n"
    called = ", ".join(f"`{each.php_file}.php?api={each.api}`" for each in family)
    yield f"Endpoint{'s' if len(family) > 1 else ''}: {called}\n"
    notes = [*quirks(family[0]), *declared.get("x-quirks", ())]
    if notes:
        yield "\n".join(f"- {note}" for note in notes) + "\n"
    yield table(COLUMNS, list(column_rows(declared["properties"]))) + "\n"


def quirks(endpoint: Endpoint) -> Iterator[str]:
    """Yield notes on what is special about an endpoint, from the table of endpoints."""
    from tap_wolkvox.catalog import schemas

    for name, value in endpoint.params.items():
        if not endpoint.probe_all_first:
            yield f"Requested with `{name}={value}`."
    if endpoint.partition:
        yield from quirks_of_each(endpoint, endpoint.partition)
    if endpoint.extractor.note:
        yield endpoint.extractor.note
    if endpoint.days:
        yield from quirks_of_dates(endpoint)
    if endpoint.history:
        minutes = int(endpoint.history.total_seconds() // 60)
        yield (
            f"The API returns only the last {minutes} minutes, so run the stream at least that "
            "often. If two runs are further apart, the tap cannot read the events between them, "
            "and the log reports the gap."
        )
    yield from quirks_of_the_key(endpoint)
    for alias, column in schemas.aliases(endpoint).items():
        yield (
            f"The tap also reads a field `{alias}` as `{column}`, because Wolkvox or its clients "
            "use both names."
        )


def quirks_of_the_key(endpoint: Endpoint) -> Iterator[str]:
    """Yield a note on how the rows of an endpoint are identified, if that is special."""
    by_name = [name for name in endpoint.key if name.endswith("_name")]
    if endpoint.has_natural_id:
        yield (
            f"Wolkvox documents {names(endpoint.key)} as unique, so it is the key, and there is "
            "no `row_key`."
        )
    elif endpoint.kind.name == "EVENT":
        yield f"`{endpoint.stamp_column}` is a hash of {names(endpoint.key)}{changes(endpoint)}"
    elif by_name and "agent_dni" not in endpoint.key:
        yield (
            f"Rows contain no id. If two rows have the same {names(tuple(by_name))}, the stream "
            "fails."
        )


def changes(endpoint: Endpoint) -> str:
    """Return how the key treats a row that changes."""
    from tap_wolkvox.catalog import schemas

    if set(endpoint.key) >= set(schemas.received(endpoint)):
        return ", which are all columns. A row that changes becomes a new row."
    return ". If other columns of a row change, the new version replaces the old one."


def quirks_of_dates(endpoint: Endpoint) -> Iterator[str]:
    """Yield notes on the windows of an endpoint."""
    from tap_wolkvox.catalog import schemas
    from tap_wolkvox.response.parser import ROW_CAP

    if endpoint.row_cap != ROW_CAP:
        yield (
            f"A response with {endpoint.row_cap:,} rows may be truncated. The tap then requests "
            "the window again in smaller windows."
        )
    if endpoint.totals:
        yield (
            f"Rows with `TOTAL` in {' or '.join(f'`{name}`' for name in endpoint.totals)} sum up "
            "other rows. The tap drops them, and the log states their number."
        )
    if endpoint.split_by:
        yield from quirks_of_loading(endpoint.days - 1, endpoint.split_by.column)
    for name, schema in schemas.received(endpoint).items():
        if "x-zone" in schema:
            yield f"The API sends `{name}` in GMT-5, whatever the operation's time zone is."


def quirks_of_loading(before: int, column: str) -> Iterator[str]:
    """Yield notes on an endpoint whose rows depend on when their record was loaded.

    Args:
        before: How many days before a day are requested together with it.
        column: The id by which a truncated response is split.
    """
    yield (
        "A response contains a row only if its record was loaded within the requested range too. "
        f"So the tap requests each day together with the {before} days before it. It cannot get a "
        f"row that is dated {before} days or more after its record was loaded."
    )
    yield (
        "Most of these ranges cross the end of a month, which Wolkvox may not allow. So the tap "
        "also requests the part of the range that lies in the month of the day: a day costs two "
        "requests, except a 31st. The tap emits each row as often as the fuller of the two "
        "responses contains it. A warning names the first day for which the longer range lacked "
        "rows."
    )
    yield (
        f"If a response is truncated, the tap requests the day again for each `{column}`. If the "
        "response for one of them is truncated too, the stream fails, because the API offers no "
        "smaller request."
    )


def quirks_of_each(endpoint: Endpoint, each: PartitionSpec) -> Iterator[str]:
    """Yield notes on an endpoint that is requested for one id at a time."""
    if each.stream:
        also = "".join(f", together with its `{name}`" for name in each.also)
        yield f"Requested once for each `{each.column}` of `{each.stream}`{also}."
    else:
        listed = " and ".join(f"`{each.request_parameter}={value}`" for value in each.listed)
        yield f"Requested with {listed}; `{each.column}` holds the value."
    if endpoint.probe_all_first:
        value = endpoint.params[each.request_parameter]
        yield (
            f"The tap requests `{each.request_parameter}={value}` first, and the single ids only "
            "if that response has rows."
        )
    if each.in_body:
        yield f"The tap sends `{each.column}` in a JSON body of the GET request."
    if each.unless:
        column, values = each.unless
        yield (
            f"The tap makes no request where `{column}` is {', '.join(sorted(values))}, because "
            "there is nothing to read."
        )


def requests(endpoint: Endpoint) -> str:
    """Return how many requests a run costs."""
    each = endpoint.partition
    per_window = f" per {'day' if endpoint.days == 1 else 'month'}"
    if endpoint.split_by:
        return "2 per day"
    if not each:
        return f"1{per_window}" if endpoint.days else "1"
    if not each.stream:
        return f"{len(each.listed)}{per_window}"
    once = f"1 for `{each.stream}` unless the run reads it anyway"
    for_each = f"1 per id of `{each.stream}`{per_window if endpoint.days else ''}"
    if endpoint.probe_all_first:
        return f"1{per_window}; if that has rows, also {for_each}, plus {once}"
    return f"{for_each}, plus {once}"


def replication(endpoint: Endpoint) -> str:
    """Return how a stream is replicated."""
    key = endpoint.replication_key
    return f"INCREMENTAL on `{key}`" if key else "FULL_TABLE"


COLUMNS = ["column", "type", "unit", "description"]


def column_rows(properties: dict[str, Any]) -> Iterator[list[str]]:
    """Yield one table row per column."""
    for name, schema in properties.items():
        yield [f"`{name}`", type_name(schema), schema.get("x-unit", ""), schema["description"]]


def type_name(schema: dict[str, Any]) -> str:
    """Return the type of a column, without `null`."""
    if "x-id" in schema:
        return "id"
    declared = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    [name] = set(declared) - {"null"}
    return str(schema.get("format", {"string": "text"}.get(name, name)))


def names(columns: tuple[str, ...]) -> str:
    """Return names of columns as one text."""
    return ", ".join(f"`{column}`" for column in columns)


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
