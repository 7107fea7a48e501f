"""The stream reference: one page made from the table of endpoints and the schema files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_wolkvox.catalog.endpoints import Endpoint, PartitionSpec

KINDS = {
    "snapshot": "Figures of the moment they are asked for, stamped with the day in "
    "`snapshot_date`. Each day adds its rows; a second run of a day replaces them.",
    "real time": "Figures of the moment they are asked for, stamped with the second in "
    "`snapshot_at`. Each run adds its rows. Wolkvox wants none asked for more often than every 5 "
    "minutes.",
    "catalogue": "The things that exist now, read whole each time. `last_seen_at` is the moment "
    "of the last reading that had the row: what no longer exists keeps an older one.",
    "event": "Things that happened, each with its own date. `row_key` tells them apart: an event "
    "that is read again replaces itself.",
    "aggregate": "Figures of a day or an hour, with its date. A day that is not over is read as "
    "far as it goes, and again by the next run.",
    "aggregate over window": "Figures of the time that is asked for, which is a day: its rows hold "
    "no date. They are stamped with the day in `window_date`, and with its first and last second "
    "in `window_start` and `window_end`. A day that is not over is read as far as it goes, and "
    "again by the next run.",
}
"""What the rows of each kind are."""

HEADER = """\
# Streams

<!-- Made by `python scripts/regenerate.py` from the table of endpoints and from schemas/. -->

Every stream begins with `wolkvox_server` and ends with `_rescued_data`. Key columns are never null.
Date-times are in UTC. A column of type `id` holds the text that names a thing, a person or an
activity code, and is what rows are joined by. Where the API has none (an empty text, blanks, `-` or
`--`), an id is null; in a key column it stays as received, and so does any other text.

A stream costs one request a run, unless the table says otherwise; retries come on top. What is read
by default are billing, catalogues and the most used reports: some of the others cost a request for
each id, are full of phone numbers and messages, or speak of one moment only. Select those that you
want.

Streams that take dates read window after window, as the README says. A window is a calendar month,
and shorter where there is more than one answer holds.

Rows named TOTAL, which add up others, are left out, and the log says how many: those that Wolkvox
documents, and elsewhere rows whose ids are all missing. Catalogues and billing keep all rows.
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
    """Return what the kinds are."""
    rows = [[f"**{name}**", text] for name, text in KINDS.items()]
    return f"## Kinds\n\n{table(['kind', 'rows'], rows)}\n"


def overview(endpoints: tuple[Endpoint, ...]) -> str:
    """Return all streams, a line each."""
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
    """Return what the kind of an endpoint is called."""
    return endpoint.kind.name.lower().replace("_", " ")


def added_columns() -> str:
    """Return the columns that the tap adds."""
    from tap_wolkvox.catalog import schemas

    declared = schemas.load(schemas.ADDED)
    rows = list(column_rows(declared["properties"]))
    return f"## {declared['title']}\n\n{declared['description']}\n\n{table(COLUMNS, rows)}\n"


def section(name: str, family: list[Endpoint]) -> Iterator[str]:
    """Yield the lines about streams that share their columns."""
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
    """Yield what the table says of an endpoint that is not like the others."""
    from tap_wolkvox.catalog import schemas

    for name, value in endpoint.params.items():
        if not endpoint.probe_all_first:
            yield f"Asked with `{name}={value}`."
    if endpoint.partition:
        yield from quirks_of_each(endpoint, endpoint.partition)
    if endpoint.extractor.note:
        yield endpoint.extractor.note
    if endpoint.days:
        yield from quirks_of_dates(endpoint)
    if endpoint.history:
        minutes = int(endpoint.history.total_seconds() // 60)
        yield (
            f"The API shows the last {minutes} minutes: run it at least that often. What lies "
            "between two runs that are further apart is in no answer, and the log says so."
        )
    yield from quirks_of_the_key(endpoint)
    for alias, column in schemas.aliases(endpoint).items():
        yield f"A field `{alias}` is read as `{column}`: Wolkvox or its clients write both."


def quirks_of_the_key(endpoint: Endpoint) -> Iterator[str]:
    """Yield what tells its rows apart, where that is worth a word."""
    by_name = [name for name in endpoint.key if name.endswith("_name")]
    if endpoint.has_natural_id:
        yield (
            f"Wolkvox calls {names(endpoint.key)} unique, so it is the key, and there is no "
            "`row_key`."
        )
    elif endpoint.kind.name == "EVENT":
        yield f"`{endpoint.stamp_column}` is made of {names(endpoint.key)}{changes(endpoint)}"
    elif by_name and "agent_dni" not in endpoint.key:
        yield f"Rows have no id: two of one {names(tuple(by_name))} fail the stream."


def changes(endpoint: Endpoint) -> str:
    """Return what that means for a row that changes."""
    from tap_wolkvox.catalog import schemas

    if set(endpoint.key) >= set(schemas.received(endpoint)):
        return ", which is all there is: a row that changed would be another."
    return ": a row whose other columns change replaces itself."


def quirks_of_dates(endpoint: Endpoint) -> Iterator[str]:
    """Yield what is particular about the windows of an endpoint."""
    from tap_wolkvox.catalog import schemas
    from tap_wolkvox.response.parser import ROW_CAP

    if endpoint.row_cap != ROW_CAP:
        yield f"An answer may be cut at {endpoint.row_cap:,} rows, and is asked for in parts then."
    if endpoint.totals:
        yield (
            f"Rows with `TOTAL` in {' or '.join(f'`{name}`' for name in endpoint.totals)} add up "
            "others and are left out; the log says how many."
        )
    if endpoint.split_by:
        before = endpoint.days - 1
        yield (
            "A row is in an answer only if its record was loaded within the range too. So each "
            f"day is asked for together with the {before} before it, and a row that is dated "
            f"{before} days or more after its loading can't be had. Such a range mostly crosses "
            "the end of a month, which Wolkvox may not allow, so its part within the month is "
            "asked for too: a day costs two requests, but for the 31st. Each row is emitted as "
            "often as it comes in the fuller of the two answers, and a warning names the first "
            "day on which the longer range lacked rows. Where an answer is cut, one "
            f"`{endpoint.split_by.column}` after the other is asked for, and the stream fails if "
            "one of them alone is too much: the API gives it in no other way."
        )
    for name, schema in schemas.received(endpoint).items():
        if "x-zone" in schema:
            yield f"`{name}` comes in GMT-5 whatever the operation's time zone."


def quirks_of_each(endpoint: Endpoint, each: PartitionSpec) -> Iterator[str]:
    """Yield what an endpoint is asked for one by one."""
    if each.stream:
        also = "".join(f" and with its `{name}`" for name in each.also)
        yield (
            f"Asked once for each `{each.column}` of `{each.stream}`{also}. That stream is read "
            "once a run however many streams need it. One id that fails does not stop the others, "
            "three in a row do; the stream then fails, and says how many ids are missing. What "
            "belongs to an id that is no longer in it can't be asked for."
        )
    else:
        listed = " and ".join(f"`{each.request_parameter}={value}`" for value in each.listed)
        yield f"Asked with {listed}: `{each.column}` says with which."
    if endpoint.probe_all_first:
        value = endpoint.params[each.request_parameter]
        yield (
            f"`{each.request_parameter}={value}` is asked first, and the ids only if that had "
            "rows, which are not read: they do not say whose they are. The log says where they "
            "count more than those of the ids together."
        )
    if each.in_body:
        yield f"The `{each.column}` goes into a JSON body of the GET request."
    if each.unless:
        column, values = each.unless
        yield f"Not asked for where `{column}` is {', '.join(sorted(values))}: there is nothing."


def requests(endpoint: Endpoint) -> str:
    """Return what a run costs."""
    each = endpoint.partition
    of_time = f" {'a day' if endpoint.days == 1 else 'a month'}"
    if endpoint.split_by:
        return "2 a day"
    if not each:
        return f"1{of_time}" if endpoint.days else "1"
    if not each.stream:
        return f"{len(each.listed)}{of_time}"
    once = f"1 for `{each.stream}` itself unless that is read anyway"
    for_each = f"1 for each id of `{each.stream}`{of_time if endpoint.days else ''}"
    if endpoint.probe_all_first:
        return f"1{of_time}; where that has rows, {for_each}, and {once}"
    return f"{for_each}, and {once}"


def replication(endpoint: Endpoint) -> str:
    """Return how a stream is replicated."""
    key = endpoint.replication_key
    return f"INCREMENTAL on `{key}`" if key else "FULL_TABLE"


COLUMNS = ["column", "type", "unit", "description"]


def column_rows(properties: dict[str, Any]) -> Iterator[list[str]]:
    """Yield a line for each column."""
    for name, schema in properties.items():
        yield [f"`{name}`", type_name(schema), schema.get("x-unit", ""), schema["description"]]


def type_name(schema: dict[str, Any]) -> str:
    """Return what a column holds, without saying that it may be null."""
    if "x-id" in schema:
        return "id"
    declared = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    [name] = set(declared) - {"null"}
    return str(schema.get("format", {"string": "text"}.get(name, name)))


def names(columns: tuple[str, ...]) -> str:
    """Return columns as they are shown in a line."""
    return ", ".join(f"`{column}`" for column in columns)


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
