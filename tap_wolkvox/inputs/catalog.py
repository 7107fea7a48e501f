"""Completes a catalog with what the tap needs, whatever the catalog says.

A catalog may be older than the tap, come from another tool, or be edited by hand. If it lacks the
keys, the replication key or the columns that the tap adds, or has others, the tap restores its own.
Other columns are not restored: an older tap may not have known them. The stream keeps their values
in `_rescued_data`.
"""

from __future__ import annotations

from typing import Any

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import SERVER, Endpoint
from tap_wolkvox.catalog.endpoints import BY_NAME

Entry = dict[str, Any]
Metadata = list[dict[str, Any]]

_AUTOMATIC = "automatic"


def completed(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return a catalog in which each stream of the tap has its keys and added columns.

    Args:
        catalog: A validated catalog.
    """
    return {**catalog, "streams": [_completed(entry) for entry in catalog["streams"]]}


def _completed(entry: Entry) -> Entry:
    endpoint = BY_NAME.get(entry["tap_stream_id"])
    if endpoint is None:
        return entry
    restored = {
        "key_properties": [*endpoint.primary_key],
        "schema": _schema(entry.get("schema", {}), endpoint),
        "metadata": _metadata(entry.get("metadata", []), endpoint),
    }
    if endpoint.replication_key:
        restored["replication_key"] = endpoint.replication_key
    return {**entry, **restored}


def _schema(schema: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Return the schema of a catalog entry with the columns that the tap needs.

    They get their places in the tap's own order. A schema without columns is replaced by the tap's.
    """
    properties = schema.get("properties", {})
    needed = {SERVER, *endpoint.added_columns, *_automatic(endpoint), schemas.RESCUED}
    if needed <= properties.keys():
        # The usual case. It saves reading the schema file of a stream that may not be selected.
        return schema
    own_schema = schemas.stream_schema(endpoint)
    if not properties:
        return own_schema
    own = own_schema["properties"].items()
    ordered = {name: each for name, each in own if name in needed or name in properties}
    return {**schema, "properties": ordered | properties}


def _metadata(metadata: Metadata, endpoint: Endpoint) -> Metadata:
    """Return the metadata of a catalog entry, changed so that key columns can't be deselected."""
    if not metadata:
        # Without metadata, everything is selected.
        return metadata
    keys = {"table-key-properties": [*endpoint.primary_key]}
    if endpoint.replication_key:
        keys["valid-replication-keys"] = [endpoint.replication_key]
    by_breadcrumb = {tuple(item["breadcrumb"]): item["metadata"] for item in metadata}
    if () in by_breadcrumb:
        by_breadcrumb[()] = {**by_breadcrumb[()], **keys}
    for name in _automatic(endpoint):
        breadcrumb = ("properties", name)
        existing = by_breadcrumb.get(breadcrumb, {})
        by_breadcrumb[breadcrumb] = {**existing, "inclusion": _AUTOMATIC}
    return [{"breadcrumb": [*each], "metadata": item} for each, item in by_breadcrumb.items()]


def _automatic(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the columns that can't be deselected: the primary key and the replication key."""
    replication_key = [endpoint.replication_key] if endpoint.replication_key else []
    return tuple(dict.fromkeys((*endpoint.primary_key, *replication_key)))
