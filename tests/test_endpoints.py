"""The table of endpoints, held against what the API documents: `endpoints.json` beside this file.

That list is kept by hand and knows nothing of the tap, so that no endpoint is forgotten or
misnamed, and no field either. `fields` are as the API spells them, after nested lists are taken
apart; `made` are the columns that come from the place of a row.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tap_wolkvox.endpoints import BY_NAME, ENDPOINTS
from tap_wolkvox.tap import TapWolkvox
from tap_wolkvox.values import column_name

LISTED: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "endpoints.json").read_text(encoding="utf-8")
)

STAMPS = {"snapshot": "snapshot_date", "real time": "snapshot_at", "catalogue": "last_seen_at"}

each = pytest.mark.parametrize("listed", LISTED, ids=lambda it: f"{it['file']}_{it['api']}")


def name_of(listed: dict[str, Any]) -> str:
    return f"{listed['file']}_{listed['api']}"


@pytest.fixture(scope="module")
def catalog() -> dict[str, Any]:
    entries = json.loads(TapWolkvox(validate_config=False).catalog_json_text)["streams"]
    return {entry["stream"]: entry for entry in entries}


def root(entry: dict[str, Any]) -> dict[str, Any]:
    [found] = [item["metadata"] for item in entry["metadata"] if not item["breadcrumb"]]
    assert isinstance(found, dict)
    return found


def test_the_streams_are_the_documented_endpoints_and_no_others(catalog: dict[str, Any]) -> None:
    assert sorted(catalog) == sorted(map(name_of, LISTED))
    assert len(LISTED) == len(BY_NAME) == len(ENDPOINTS) == 54


@each
def test_columns_are_the_documented_fields_and_those_that_the_tap_adds(
    catalog: dict[str, Any], listed: dict[str, Any]
) -> None:
    published = set(catalog[name_of(listed)]["schema"]["properties"])
    fields = {column_name(field) for field in listed["fields"]} | set(listed["made"])
    added = {"wolkvox_server", "_rescued_data", STAMPS.get(listed["kind"], "row_key")}
    undocumented = {"service_level_0seg"} if listed["api"] == "skills" else set()
    assert published - undocumented == fields | added


@each
def test_keys_are_server_natural_key_and_stamp(
    catalog: dict[str, Any], listed: dict[str, Any]
) -> None:
    key = catalog[name_of(listed)]["key_properties"]
    natural = listed["natural_key"]
    wanted = {
        "snapshot": [*natural, "snapshot_date"],
        "real time": [*natural, "snapshot_at"],
        "catalogue": natural,
        "event": ["row_key"],
    }
    assert key == ["wolkvox_server", *wanted[listed["kind"]]]


@each
def test_replication_goes_by_kind(catalog: dict[str, Any], listed: dict[str, Any]) -> None:
    entry = catalog[name_of(listed)]
    wanted = {
        "snapshot": ("INCREMENTAL", "snapshot_date"),
        "real time": ("INCREMENTAL", "snapshot_at"),
        "catalogue": ("FULL_TABLE", None),
        "event": ("INCREMENTAL", "date"),
    }
    method, key = wanted[listed["kind"]]
    assert (entry["replication_method"], entry.get("replication_key")) == (method, key)


@each
def test_it_is_read_by_default_or_not(catalog: dict[str, Any], listed: dict[str, Any]) -> None:
    assert root(catalog[name_of(listed)])["selected"] == listed["selected"]


@each
def test_it_is_asked_with_what_the_api_wants(listed: dict[str, Any]) -> None:
    endpoint = BY_NAME[name_of(listed)]
    ids_from = (
        [endpoint.parent.stream, endpoint.parent.column] if endpoint.parent is not None else None
    )
    assert dict(endpoint.asked) == listed["asked_with"]
    assert ids_from == listed["ids_from"]
    assert endpoint.parent is None or endpoint.parent.stream in BY_NAME
