"""The table of endpoints, held against what the API documents: `endpoints.json` beside this file.

That list is kept by hand and knows nothing of the tap, so that no endpoint is forgotten or
misnamed, and no field either. `fields` are as the API spells them, after nested lists are taken
apart, and `table_only` those that the vendor's tables have and the examples have not; `made` are
the columns that come from the place of a row. `days` is the longest range that is taken, and
`own_date` the column of a row's own date. `also_spelled` are other names of columns, where pages
disagree; `values` is what an endpoint is asked for one by one where no stream has it; `unique` is
said of natural keys that the vendor calls unique.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.catalog.endpoints import BY_NAME, ENDPOINTS
from tap_wolkvox.response.fields import column_name
from tap_wolkvox.tap import TapWolkvox
from tests.support.loops import for_each
from tests.support.paths import ENDPOINTS_JSON

LISTED: list[dict[str, Any]] = json.loads(ENDPOINTS_JSON.read_text(encoding="utf-8"))

ADDED = {
    "snapshot": ["snapshot_date"],
    "real time": ["snapshot_at"],
    "catalogue": ["last_seen_at"],
    "event": ["row_key"],
    "aggregate": [],
    "aggregate over window": ["window_date", "window_start", "window_end"],
}
"""Columns that the tap adds for a kind."""

UNDOCUMENTED: dict[tuple[str, str], set[str]] = {
    ("real_time", "skills"): {"service_level_0seg"},
    ("reports_manager", "chat_1"): {
        *("date_close", "agent_average_response_time", "transfer", "agent_dni"),
    },
    ("reports_manager", "chat_2"): {"feeling"},
    ("reports_manager", "cdr_7"): {
        *("credits_send", "credits_answer", "total_credits", "session_id"),
    },
    ("reports_manager", "cdr_8"): {"credits_send", "credits_answer", "total_credits"},
}
"""Columns that the vendor's tables do not have: public clients saw them, or a page names them."""

each = for_each("listed", LISTED, ids=lambda it: f"{it['file']}_{it['api']}")


def added_to(listed: dict[str, Any]) -> list[str]:
    return [] if listed.get("unique") else ADDED[listed["kind"]]


def name_of(listed: dict[str, Any]) -> str:
    return f"{listed['file'].removesuffix('_manager')}_{listed['api']}"


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
    assert len(LISTED) == len(BY_NAME) == len(ENDPOINTS) == 167


@each
def test_columns_are_the_documented_fields_and_those_that_the_tap_adds(
    catalog: dict[str, Any], listed: dict[str, Any]
) -> None:
    published = set(catalog[name_of(listed)]["schema"]["properties"])
    documented = [*listed["fields"], *listed.get("table_only", ())]
    fields = {column_name(field) for field in documented} | set(listed["made"])
    added = {"wolkvox_server", "_rescued_data", *added_to(listed)}
    undocumented = UNDOCUMENTED.get((listed["file"], listed["api"]), set())
    assert published - undocumented == fields | added
    assert undocumented <= published


@each
def test_what_is_not_documented_or_in_tables_alone_may_be_missing(listed: dict[str, Any]) -> None:
    expected = schemas.expected(BY_NAME[name_of(listed)])
    assert expected <= {column_name(field) for field in listed["fields"]} | set(listed["made"])


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
        "event": natural if listed.get("unique") else ["row_key"],
        "aggregate": natural,
        "aggregate over window": ["window_date", *natural],
    }
    assert key == ["wolkvox_server", *wanted[listed["kind"]]]


@each
def test_the_hash_of_an_event_is_of_its_natural_key_at_least(listed: dict[str, Any]) -> None:
    endpoint = BY_NAME[name_of(listed)]
    if "days" in listed:
        assert list(endpoint.key) == listed["natural_key"]
    else:
        # Feeds need more: the first leg of a call to leave one must not rename the others.
        assert set(endpoint.key) >= set(listed["natural_key"])


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name)
def test_a_kind_is_told_by_its_columns_the_first_of_which_is_its_stamp(kind: Kind) -> None:
    added = ADDED[kind.name.lower().replace("_", " ")]
    stamps = {it.stamp_column for it in ENDPOINTS if it.kind is kind and not it.has_natural_id}
    assert list(kind.columns) == added
    assert stamps == {added[0] if added else ""}


@each
def test_its_kind_is_the_documented_one(listed: dict[str, Any]) -> None:
    assert BY_NAME[name_of(listed)].kind.name.lower().replace("_", " ") == listed["kind"]


@each
def test_its_own_date_is_a_day_or_a_moment(catalog: dict[str, Any], listed: dict[str, Any]) -> None:
    feed = listed["kind"] == "event" and "days" not in listed
    date = BY_NAME[name_of(listed)].date
    assert date == ("date" if feed else listed.get("own_date"))
    assert (date is not None) == (listed["kind"] in {"event", "aggregate"})
    if date:
        form = catalog[name_of(listed)]["schema"]["properties"][date]["format"]
        by_hour = listed["api"] == "diagram_1_2"
        of_days = listed["kind"] == "aggregate" and not by_hour
        assert form in ({"date"} if of_days else {"date", "date-time"})


@each
def test_replication_goes_by_kind(catalog: dict[str, Any], listed: dict[str, Any]) -> None:
    entry = catalog[name_of(listed)]
    wanted = {
        "snapshot": ("INCREMENTAL", "snapshot_date"),
        "real time": ("INCREMENTAL", "snapshot_at"),
        "catalogue": ("FULL_TABLE", None),
        "event": ("INCREMENTAL", listed.get("own_date", "date")),
        "aggregate": ("INCREMENTAL", listed.get("own_date")),
        "aggregate over window": ("INCREMENTAL", "window_date"),
    }
    method, key = wanted[listed["kind"]]
    assert (entry["replication_method"], entry.get("replication_key")) == (method, key)


@each
def test_it_is_read_by_default_or_not(catalog: dict[str, Any], listed: dict[str, Any]) -> None:
    assert root(catalog[name_of(listed)])["selected"] == listed["selected"]


@each
def test_it_is_asked_of_the_file_that_serves_it_whatever_the_streams_name(
    listed: dict[str, Any],
) -> None:
    endpoint = BY_NAME[name_of(listed)]
    assert (endpoint.php_file, endpoint.api) == (listed["file"], listed["api"])
    assert "_manager" not in endpoint.name


@each
def test_it_is_asked_with_what_the_api_wants(listed: dict[str, Any]) -> None:
    endpoint = BY_NAME[name_of(listed)]
    each = endpoint.partition
    assert dict(endpoint.params) == listed["asked_with"]
    assert ([each.stream, each.column] if each and each.stream else None) == listed["ids_from"]
    assert (
        {each.request_parameter: list(each.listed)} if each and each.listed else None
    ) == listed.get("values")
    assert each is None or each.listed or each.stream in BY_NAME


@each
def test_it_is_asked_for_no_longer_a_range_than_it_takes(listed: dict[str, Any]) -> None:
    asked = BY_NAME[name_of(listed)].days
    if listed["kind"] == "aggregate over window":
        # Its rows hold no date: a day at a time tells which.
        assert asked == 1 <= listed["days"]
    else:
        assert asked == listed.get("days", 0)


def test_bots_are_cut_at_fewer_rows_than_others() -> None:
    assert {
        endpoint.name: endpoint.row_cap for endpoint in ENDPOINTS if endpoint.row_cap != 60_000
    } == {"reports_diagram_9": 6_000}


def test_rows_may_add_up_the_others_where_a_page_says_so() -> None:
    named = {endpoint.api: endpoint.totals for endpoint in ENDPOINTS if endpoint.totals}
    assert named == {
        "campaign_2": ("cod_act",),
        "campaign_5": ("type_of_row",),
        "quality_2": ("conn_id", "agent_id", "agent_name", "survey"),
    }


def test_all_are_asked_for_first_where_rows_would_lose_their_id() -> None:
    assert {endpoint.api for endpoint in ENDPOINTS if endpoint.probe_all_first} == {
        *("campaign_1", "campaign_2", "campaign_4", "campaign_8", "campaign_10"),
        *("skill_4", "skill_4_1", "skill_4_2", "skill_5", "skill_6", "skill_11"),
    }


@each
def test_other_spellings_are_read_as_the_same_column(listed: dict[str, Any]) -> None:
    known = schemas.aliases(BY_NAME[name_of(listed)])
    for spelled, column in listed.get("also_spelled", {}).items():
        assert known[column_name(spelled)] == column


def test_attempts_alone_are_cut_by_id() -> None:
    cut = {endpoint.name: endpoint.split_by for endpoint in ENDPOINTS if endpoint.split_by}
    [(name, cut_by)] = cut.items()
    assert (name, cut_by.stream) == ("reports_campaign_3", "information_campaigns")
    assert cut_by.column in BY_NAME[name].params


def test_events_that_are_asked_for_one_by_one_can_be_told_apart_in_any_part_of_a_day() -> None:
    # A run may go on in the middle of one, where nothing counts the rows before.
    for endpoint in ENDPOINTS:
        if endpoint.partition and endpoint.days and endpoint.kind is Kind.EVENT:
            assert endpoint.date in endpoint.key
