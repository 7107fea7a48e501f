"""Catalogs of another version, of another tool or cut by hand: what they can't take away."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.singerlib import Catalog

from tap_wolkvox.catalog.endpoints import BY_NAME
from tap_wolkvox.catalog.schemas import RESCUED
from tap_wolkvox.inputs.catalog import completed
from tap_wolkvox.tap import TapWolkvox
from tests.simulator import Simulator
from tests.support.command_line import TOKEN, CommandLine, discovered, for_simulator, selection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command_line import Result

NOW = "2026-11-20T09:00:00-05:00"
CDR, SKILLS, BILLING = "reports_cdr_1", "reports_skill_7", "billing_rec_screen"
STREAMS = (CDR, SKILLS, BILLING)
NEEDS_THE_SDK: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": 1}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.1, now=datetime.fromisoformat(NOW)) as running:
        yield running


@pytest.fixture
def tap(simulator: Simulator, tmp_path: Path) -> CommandLine:
    return for_simulator(simulator, tmp_path, *STREAMS)


@pytest.fixture(scope="module")
def usual(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """What comes of the catalog as it is."""
    folder = tmp_path_factory.mktemp("usual")
    return read(for_simulator(simulator, folder, *STREAMS), selection(*STREAMS))


def read(tap: CommandLine, catalog: dict[str, Any], **settings: Any) -> Result:
    result = tap.run(now=NOW, start_date="2026-11-19", catalog=catalog, **settings)
    assert result.code == 0, result.log
    return result


def entry(catalog: dict[str, Any], stream: str) -> dict[str, Any]:
    found: dict[str, Any]
    [found] = [each for each in catalog["streams"] if each["tap_stream_id"] == stream]
    return found


def without(catalog: dict[str, Any], stream: str, *columns: str) -> dict[str, Any]:
    """Return a catalog of a version that did not know some columns."""
    changed = copy.deepcopy(catalog)
    its = entry(changed, stream)
    for name in columns:
        del its["schema"]["properties"][name]
    its["metadata"] = [each for each in its["metadata"] if each["breadcrumb"][-1:] != [*columns]]
    return changed


def schema_of(result: Result, stream: str) -> dict[str, Any]:
    [found] = [
        message
        for message in result.messages
        if message["type"] == "SCHEMA" and message["stream"] == stream
    ]
    return found


class TestAColumnThatTheCatalogLacks:
    @pytest.mark.parametrize("few", [True, False])
    def test_is_rescued(self, tap: CommandLine, usual: Result, *, few: bool) -> None:
        catalog = without(selection(CDR), CDR, "customer_id")
        settings = {"end_date": "2026-11-19T08:00:00"} if few else {}
        result = read(tap, catalog, **settings)
        records = result.records(CDR)
        assert (len(records) < 50) == few
        sent = {each["row_key"]: each["customer_id"] for each in usual.records(CDR)}
        assert any(sent.values())
        for record in records:
            assert "customer_id" not in record
            assert json.loads(record[RESCUED]) == {"customer_id": sent[record["row_key"]]}
        assert f"{CDR}: customer_id" in result.log
        assert "customer_id" not in schema_of(result, CDR)["schema"]["properties"]

    def test_is_rescued_where_the_sdk_writes_the_records_too(self, tap: CommandLine) -> None:
        catalog = without(selection(CDR), CDR, "customer_id")
        short, long = read(tap, catalog), read(tap, catalog, **NEEDS_THE_SDK)
        assert short.records(CDR) == long.records(CDR)

    def test_with_an_exact_number_is_rescued(self, tap: CommandLine) -> None:
        result = read(tap, without(selection(BILLING), BILLING, "items"))
        assert all("items" in json.loads(each[RESCUED]) for each in result.records(BILLING))

    def test_stays_away_if_it_was_deselected(self, tap: CommandLine) -> None:
        catalog = selection(CDR)
        del entry(catalog, CDR)["schema"]["properties"]["telephone"]
        deselect(entry(catalog, CDR), "telephone")
        result = read(tap, catalog)
        assert {each[RESCUED] for each in result.records(CDR)} == {None}
        assert "telephone" not in result.output
        assert "lacks columns" not in result.log


def deselect(its: dict[str, Any], column: str, **metadata: Any) -> None:
    for item in its["metadata"]:
        if item["breadcrumb"] == ["properties", column]:
            item["metadata"] = {"inclusion": "available", "selected": False} | metadata


def only_in_the_metadata(its: dict[str, Any]) -> None:
    del its["key_properties"]


def nowhere(its: dict[str, Any]) -> None:
    del its["key_properties"]
    for item in its["metadata"]:
        item["metadata"].pop("table-key-properties", None)


def fewer(its: dict[str, Any]) -> None:
    its["key_properties"] = its["key_properties"][:1]


def others(its: dict[str, Any]) -> None:
    its["key_properties"] = ["agent_name"]


def without_key_columns(its: dict[str, Any]) -> None:
    for name in its["key_properties"]:
        del its["schema"]["properties"][name]


def with_key_columns_deselected(its: dict[str, Any]) -> None:
    for name in its["key_properties"]:
        deselect(its, name)


def with_key_columns_unsupported(its: dict[str, Any]) -> None:
    for name in its["key_properties"]:
        deselect(its, name, inclusion="unsupported")


def without_metadata_of_keys(its: dict[str, Any]) -> None:
    keys = [["properties", name] for name in its["key_properties"]]
    its["metadata"] = [item for item in its["metadata"] if item["breadcrumb"] not in keys]


def without_the_replication_key(its: dict[str, Any]) -> None:
    its["replication_key"] = None
    for item in its["metadata"]:
        item["metadata"].pop("valid-replication-keys", None)


def with_the_replication_key_deselected(its: dict[str, Any]) -> None:
    deselect(its, its["replication_key"])


def without_a_schema(its: dict[str, Any]) -> None:
    del its["schema"]


def without_what_the_tap_adds(its: dict[str, Any]) -> None:
    for name in ("wolkvox_server", RESCUED):
        del its["schema"]["properties"][name]


CUT = (
    only_in_the_metadata,
    nowhere,
    fewer,
    others,
    without_key_columns,
    with_key_columns_deselected,
    with_key_columns_unsupported,
    without_metadata_of_keys,
    without_the_replication_key,
    with_the_replication_key_deselected,
    without_a_schema,
    without_what_the_tap_adds,
)


@pytest.mark.parametrize("cut", CUT)
def test_what_is_the_taps_own_is_put_back(cut: Any, tap: CommandLine, usual: Result) -> None:
    catalog = selection(*STREAMS)
    for stream in STREAMS:
        cut(entry(catalog, stream))
    result = read(tap, catalog)
    for stream in STREAMS:
        assert result.records(stream) == usual.records(stream)
        assert schema_of(result, stream) == schema_of(usual, stream)
    assert result.state == usual.state


def test_a_catalog_as_it_is_stays_as_it_is() -> None:
    catalog = json.loads(discovered())
    assert completed(catalog) == catalog
    assert {each["tap_stream_id"] for each in catalog["streams"]} == BY_NAME.keys()


def test_a_catalog_that_is_an_object_is_completed_too() -> None:
    cut = selection(CDR)
    others(entry(cut, CDR))
    made = TapWolkvox(config={"server": "0011", "token": TOKEN}, catalog=Catalog.from_dict(cut))
    assert made.streams[CDR].primary_keys == ["wolkvox_server", "row_key"]


def test_a_stream_without_metadata_stays_without() -> None:
    """So it is selected, as before."""
    cut = selection(CDR)
    entry(cut, CDR)["metadata"] = []
    assert entry(completed(cut), CDR)["metadata"] == []


def test_metadata_without_that_of_the_stream_gets_none() -> None:
    cut = selection(CDR)
    its = entry(cut, CDR)
    its["metadata"] = [item for item in its["metadata"] if item["breadcrumb"]]
    made = entry(completed(cut), CDR)
    assert all(item["breadcrumb"] for item in made["metadata"])
    assert made["key_properties"] == ["wolkvox_server", "row_key"]


def test_what_is_no_stream_of_the_tap_is_left_alone() -> None:
    other = {"tap_stream_id": "of_another_tap", "schema": {}, "metadata": []}
    assert completed({"streams": [other]}) == {"streams": [other]}
