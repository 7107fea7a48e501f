"""Catalogs: what a catalog that is given to the tap can't take away.

A catalog may be older than the tap, made by another tool, or cut by hand. Keys, the replication key
and the columns that the tap adds are the tap's own: where a catalog lacks them or says otherwise,
they are put back. What else it lacks was perhaps not known when it was made: the stream keeps it in
`_rescued_data`.
"""

from __future__ import annotations

from typing import Any

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import BY_NAME, SERVER, Endpoint

Entry = dict[str, Any]
Metadata = list[dict[str, Any]]

_AUTOMATIC = "automatic"


def completed(catalog: dict[str, Any]) -> dict[str, Any]:
    """Return a catalog with all that is the tap's own, in each stream that the tap has.

    Args:
        catalog: A catalog that has no problems.
    """
    return {**catalog, "streams": [_completed(entry) for entry in catalog["streams"]]}


def _completed(entry: Entry) -> Entry:
    endpoint = BY_NAME.get(entry["tap_stream_id"])
    if endpoint is None:
        return entry
    made = {
        "key_properties": [*endpoint.primary_key],
        "schema": _schema(entry.get("schema", {}), endpoint),
        "metadata": _metadata(entry.get("metadata", []), endpoint),
    }
    if endpoint.replication_key:
        made["replication_key"] = endpoint.replication_key
    return {**entry, **made}


def _schema(given: dict[str, Any], endpoint: Endpoint) -> dict[str, Any]:
    """Return a schema with the tap's own columns in their places; the tap's, where it has none."""
    properties = given.get("properties", {})
    own = {SERVER, *endpoint.added_columns, *_automatic(endpoint), schemas.RESCUED}
    if own <= properties.keys():
        # Mostly so: then no file of the schema is read, of a stream that may not be selected.
        return given
    wanted = schemas.stream_schema(endpoint)
    if not properties:
        return wanted
    known = wanted["properties"].items()
    placed = {name: each for name, each in known if name in own or name in properties}
    return {**given, "properties": placed | properties}


def _metadata(given: Metadata, endpoint: Endpoint) -> Metadata:
    """Return metadata by which key columns can't be deselected; without any, all is selected."""
    if not given:
        return given
    keys = {"table-key-properties": [*endpoint.primary_key]}
    if endpoint.replication_key:
        keys["valid-replication-keys"] = [endpoint.replication_key]
    found = {tuple(item["breadcrumb"]): item["metadata"] for item in given}
    if () in found:
        found[()] = {**found[()], **keys}
    for name in _automatic(endpoint):
        place = ("properties", name)
        found[place] = {**found.get(place, {}), "inclusion": _AUTOMATIC}
    return [{"breadcrumb": [*place], "metadata": each} for place, each in found.items()]


def _automatic(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the columns that every record has: keys, and what the bookmark is made of."""
    bookmarked = [endpoint.replication_key] if endpoint.replication_key else []
    return tuple(dict.fromkeys((*endpoint.primary_key, *bookmarked)))
