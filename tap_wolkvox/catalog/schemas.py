"""Schemas: the files in `schemas/`, and the stream schemas that are built from them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tap_wolkvox.catalog.endpoint import SERVER
from tap_wolkvox.catalog.endpoints import ENDPOINTS

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from tap_wolkvox.catalog.endpoint import Endpoint

RESCUED = "_rescued_data"
"""The last column of every stream: a JSON object of fields that fit no other column."""

_TIME_UNITS = {"seconds", "hour of the day"}
"""Units of integers that are not counts."""

ADDED = "added_columns"
"""Name of the file, without `.json`, that declares the columns which the tap adds."""

JsonSchema = dict[str, Any]


def directory() -> Traversable:
    """Return the folder of the schema files: in the package in a wheel, beside it in a checkout.

    The folder in the package is tried first: a folder `schemas` beside an installed package would
    belong to another package.
    """
    packaged = files("tap_wolkvox") / "schemas"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / "schemas"


@cache
def load(stem: str) -> JsonSchema:
    """Return the content of a schema file. The result is cached, so callers must not change it."""
    text = (directory() / f"{stem}.json").read_text(encoding="utf-8")
    schema: JsonSchema = json.loads(text)
    return schema


def received(endpoint: Endpoint) -> JsonSchema:
    """Return the schemas of the columns that the API sends for an endpoint, by column name."""
    properties: JsonSchema = load(endpoint.schema_name)["properties"]
    return properties


def aliases(endpoint: Endpoint) -> dict[str, str]:
    """Return other names of columns in responses (`x-aliases`), each with the column name."""
    return {
        alias: name
        for name, schema in received(endpoint).items()
        for alias in schema.get("x-aliases", ())
    }


def expected(endpoint: Endpoint) -> set[str]:
    """Return the columns that at least one row of a response should have (not `x-optional`)."""
    declared = received(endpoint).items()
    return {name for name, schema in declared if not schema.get("x-optional")}


def ids(endpoint: Endpoint) -> list[str]:
    """Return the columns that hold ids."""
    return [name for name, schema in received(endpoint).items() if schema.get("x-id")]


def counts(endpoint: Endpoint) -> list[str]:
    """Return the columns with counts: the counts of all parts add up to the count of the whole."""
    return [
        name
        for name, schema in received(endpoint).items()
        if "integer" in schema["type"] and schema.get("x-unit") not in _TIME_UNITS
    ]


def stream_schema(endpoint: Endpoint) -> JsonSchema:
    """Return the schema of a stream, as in the catalog and in the SCHEMA message.

    Columns that the tap adds stand first, then the columns of the API, then `_rescued_data`. Key
    columns are not nullable. The annotations of the tap (`x-…`) are removed.
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
    """Return the columns of each stream, by its name: column name → whether it is a key column."""
    return {
        each.name: {name: name in each.primary_key for name in stream_schema(each)["properties"]}
        for each in ENDPOINTS
    }


def _published(schema: JsonSchema, *, required: bool) -> JsonSchema:
    """Return the schema of a column without annotations, and without null if it is required."""
    published = {name: value for name, value in schema.items() if not name.startswith("x-")}
    types = published["type"] if isinstance(published["type"], list) else [published["type"]]
    published["type"] = [name for name in types if name != "null" or not required]
    if "x-unit" in schema:
        published["description"] += f" Unit: {schema['x-unit']}."
    return published
