"""Columns: the files of `schemas/`, and the schema of a stream made from them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_wolkvox.catalog.endpoints import ENDPOINTS, SERVER

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from tap_wolkvox.catalog.endpoints import Endpoint

RESCUED = "_rescued_data"
"""Column that every row ends with: what found no place in the others."""

_OF_TIME = {"seconds", "hour of the day"}

ADDED = "added_columns"
"""Stem of the file that declares the columns which the tap adds."""

JsonSchema = dict[str, Any]


def directory() -> Traversable:
    """Return the folder of the schema files.

    It lies in the package in a wheel, beside it in a checkout. The package goes first: beside an
    installed package, `schemas` would be somebody else's.
    """
    packaged = files("tap_wolkvox") / "schemas"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "schemas"


@cache
def load(stem: str) -> JsonSchema:
    """Read one schema file; what it returns is shared and must not be changed."""
    text = (directory() / f"{stem}.json").read_text(encoding="utf-8")
    schema: JsonSchema = json.loads(text)
    return schema


def received(endpoint: Endpoint) -> JsonSchema:
    """Return the schemas of the columns that an endpoint sends, by name."""
    properties: JsonSchema = load(endpoint.schema_name)["properties"]
    return properties


def aliases(endpoint: Endpoint) -> dict[str, str]:
    """Return other names under which the API may send a column, each with the column."""
    return {
        alias: name
        for name, schema in received(endpoint).items()
        for alias in schema.get("x-aliases", ())
    }


def expected(endpoint: Endpoint) -> set[str]:
    """Return the columns that an answer with rows should hold, in one row at least."""
    declared = received(endpoint).items()
    return {name for name, schema in declared if not schema.get("x-optional")}


def ids(endpoint: Endpoint) -> list[str]:
    """Return the columns that hold ids."""
    return [name for name, schema in received(endpoint).items() if schema.get("x-id")]


def counts(endpoint: Endpoint) -> list[str]:
    """Return the columns that count things: those of parts add up to that of the whole."""
    return [
        name
        for name, schema in received(endpoint).items()
        if "integer" in schema["type"] and schema.get("x-unit") not in _OF_TIME
    ]


def stream_schema(endpoint: Endpoint) -> JsonSchema:
    """Return the schema of a stream: what the API sends, between what the tap adds.

    Key columns are never null. Annotations of our own (`x-…`) stay in the files.
    """
    added = load(ADDED)["properties"]
    before = {name: added[name] for name in (SERVER, *endpoint.added_columns)}
    columns = before | received(endpoint) | {RESCUED: added[RESCUED]}
    properties = {
        name: _published(schema, required=name in endpoint.primary_key)
        for name, schema in columns.items()
    }
    description = load(endpoint.schema_name)["description"]
    return {"type": "object", "description": description, "properties": properties}


def by_stream() -> dict[str, dict[str, bool]]:
    """Return the columns of each stream, by its name, each with whether it is of the key."""
    return {
        each.name: {name: name in each.primary_key for name in stream_schema(each)["properties"]}
        for each in ENDPOINTS
    }


def _published(schema: JsonSchema, *, required: bool) -> JsonSchema:
    published = {name: value for name, value in schema.items() if not name.startswith("x-")}
    types = published["type"] if isinstance(published["type"], list) else [published["type"]]
    published["type"] = [name for name in types if name != "null" or not required]
    if "x-unit" in schema:
        published["description"] += f" Unit: {schema['x-unit']}."
    return published
