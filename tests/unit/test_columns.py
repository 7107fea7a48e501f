"""Columns: the schema files are sound, and streams publish what they declare."""

from __future__ import annotations

import copy
import json
import re
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft202012Validator

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import SERVER, Endpoint, Kind
from tap_wolkvox.catalog.endpoints import BY_NAME, ENDPOINTS
from tap_wolkvox.records import converters
from tap_wolkvox.response.fields import column_name
from tests.support.loops import for_each
from tests.support.paths import SCHEMAS as FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = sorted(FOLDER.glob("*"))
ANNOTATIONS = {"x-unit", "x-aliases", "x-optional", "x-zone", "x-hour", "x-id"}
"""What a column may say of itself to the tap; any other would be overlooked."""

NAMED_AS_IDS = re.compile(r"(?:^|_)(?:id|dni)(?:_|$)|^(?:last_)?code?_(?:act|rslt)")
"""Names of columns that hold ids: of things, of people and of activity codes."""

NO_IDS = {
    "id_type": "a kind of identity document",
    "cod_act_group": "what was asked for, which is never blank",
}
"""Columns that are named as ids are, and hold none."""

IDS_BY_ANOTHER_NAME = {
    ("customer_agents_detail", "skill"): "what other reports call skill_id",
    ("whatsapp_agent_chat", "skill"): "what other reports call skill_id",
    ("whatsapp_agent_chat", "agent_user"): "what other reports call agent_id",
    ("reports_campaign_7", "file_name"): "the internal id of an audio",
}

each_file = for_each("path", FILES, ids=lambda path: path.name)
each_endpoint = for_each("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)


@pytest.fixture
def fresh_files() -> Iterator[None]:
    """Forget the files that were read, before and after."""
    schemas.load.cache_clear()
    yield
    schemas.load.cache_clear()


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def types_of(schema: dict[str, Any]) -> list[str]:
    declared = schema["type"]
    return declared if isinstance(declared, list) else [declared]


@each_file
class TestFiles:
    def test_it_is_json_schema_of_an_object(self, path: Path) -> None:
        schema = read(path)
        assert path.suffix == ".json"
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["type"] == "object"
        Draft202012Validator.check_schema(schema)

    def test_the_file_and_every_column_say_what_they_are_in_a_sentence(self, path: Path) -> None:
        schema = read(path)
        for described in (schema, *schema["properties"].values()):
            text = described["description"]
            assert text.endswith(".")
            assert text == text.strip()
            assert text[0].isupper()

    def test_every_column_has_a_type_that_values_are_converted_to(self, path: Path) -> None:
        for name, schema in read(path)["properties"].items():
            assert converters.converter(schema, ZoneInfo("UTC"))(None) is None, name

    def test_a_column_says_nothing_that_the_tap_does_not_read(self, path: Path) -> None:
        for name, schema in read(path)["properties"].items():
            assert {key for key in schema if key.startswith("x-")} <= ANNOTATIONS, name

    def test_a_column_of_ids_says_so_and_no_other_does(self, path: Path) -> None:
        properties = read(path)["properties"]
        named = {name for name in properties if NAMED_AS_IDS.search(name)} - NO_IDS.keys()
        others = {name for stem, name in IDS_BY_ANOTHER_NAME if stem == path.stem}
        ids = {name for name, schema in properties.items() if "x-id" in schema}
        assert ids == named | others
        assert all(properties[name]["x-id"] is True for name in ids)
        assert all("format" not in properties[name] for name in ids)

    def test_a_zone_is_of_a_moment_and_an_hour_is_a_column_beside_a_date(self, path: Path) -> None:
        properties = read(path)["properties"]
        for name, schema in properties.items():
            if "x-zone" in schema:
                assert schema["format"] == "date-time", name
                assert ZoneInfo(schema["x-zone"]).key == schema["x-zone"]
            if "x-hour" in schema:
                assert schema["format"] == "date", name
                assert properties[schema["x-hour"]]["x-unit"] == "hour of the day"

    def test_a_column_stands_in_it_once_under_the_name_that_its_field_becomes(
        self, path: Path
    ) -> None:
        pairs: list[list[str]] = []

        def unique(items: list[tuple[str, Any]]) -> dict[str, Any]:
            pairs.append([name for name, _ in items])
            return dict(items)

        content = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)
        assert all(len(names) == len(set(names)) for names in pairs)
        if path.stem != schemas.ADDED:
            assert all(column_name(name) == name for name in content["properties"])


def test_no_schema_file_is_without_a_stream() -> None:
    used = {endpoint.schema_name for endpoint in ENDPOINTS} | {schemas.ADDED}
    assert {path.stem for path in FILES} == used


def test_every_exception_of_the_ids_is_a_column() -> None:
    names = {name for path in FILES for name in read(path)["properties"]}
    assert names >= NO_IDS.keys()
    assert all(
        name in read(FOLDER / f"{stem}.json")["properties"] for stem, name in IDS_BY_ANOTHER_NAME
    )


def test_the_columns_that_the_tap_adds_are_used_and_none_else() -> None:
    added = read(FOLDER / f"{schemas.ADDED}.json")["properties"]
    assert set(added) == {
        SERVER,
        schemas.RESCUED,
        *chain.from_iterable(kind.columns for kind in Kind),
    }


@each_endpoint
class TestStreams:
    def test_a_row_begins_with_its_server_and_ends_with_what_was_rescued(
        self, endpoint: Endpoint
    ) -> None:
        published = list(schemas.stream_schema(endpoint)["properties"])
        received = list(schemas.received(endpoint))
        assert published == ["wolkvox_server", *endpoint.added_columns, *received, "_rescued_data"]

    def test_key_columns_are_never_null_and_all_others_may_be(self, endpoint: Endpoint) -> None:
        properties = schemas.stream_schema(endpoint)["properties"]
        nullable = {column for column, schema in properties.items() if "null" in types_of(schema)}
        added = {SERVER, *endpoint.added_columns}
        assert set(endpoint.primary_key) <= properties.keys()
        assert nullable == properties.keys() - set(endpoint.primary_key) - added
        assert all(set(types_of(schema)) - {"null"} for schema in properties.values())

    def test_it_is_json_schema_with_types_formats_and_descriptions(
        self, endpoint: Endpoint
    ) -> None:
        schema = schemas.stream_schema(endpoint)
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert schema["description"].endswith(".")
        assert all(column["description"] for column in schema["properties"].values())
        assert not [key for column in schema["properties"].values() for key in column if "-" in key]

    def test_whatever_is_counted_or_measured_says_its_unit(self, endpoint: Endpoint) -> None:
        published = schemas.stream_schema(endpoint)["properties"]
        for name, schema in schemas.received(endpoint).items():
            measured = bool({"integer", "number"} & set(types_of(schema)))
            assert bool(schema.get("x-unit")) == measured, name
            if measured:
                assert f" Unit: {schema['x-unit']}." in published[name]["description"]

    def test_durations_are_whole_seconds_but_for_averages_documented_in_seconds(
        self, endpoint: Endpoint
    ) -> None:
        for name, schema in schemas.received(endpoint).items():
            average = endpoint.api.startswith("skill_") and name in {"asa", "ata"}
            if schema.get("x-unit") == "seconds":
                assert ("number" if average else "integer") in types_of(schema), name

    def test_ids_and_keys_are_text_or_moments_or_hours(self, endpoint: Endpoint) -> None:
        for name, schema in schemas.received(endpoint).items():
            if name in endpoint.key or name.endswith("_id") or name.startswith("id_"):
                of_a_slot = endpoint.api in {"agent_8_1", "skill_4_1", "skill_4_2"}
                wanted = "integer" if name == "hour" and not of_a_slot else "string"
                assert wanted in types_of(schema), name

    def test_an_alias_is_no_column_of_its_own(self, endpoint: Endpoint) -> None:
        aliases = schemas.aliases(endpoint)
        assert not aliases.keys() & schemas.received(endpoint).keys()
        assert all(column_name(alias) == alias for alias in aliases)

    def test_what_the_shape_or_the_parent_adds_is_declared(self, endpoint: Endpoint) -> None:
        assert set(endpoint.non_payload_columns) <= schemas.received(endpoint).keys()


@pytest.mark.parametrize("zone", ["America/Bogota", "America/Santiago", "Asia/Tokyo"])
def test_dates_of_attempts_are_in_one_zone_whatever_the_operations(zone: str) -> None:
    schema = schemas.received(BY_NAME["reports_campaign_3"])["date"]
    moment = converters.converter(schema, ZoneInfo(zone))("2026-01-20 10:00:00")
    assert moment == "2026-01-20T15:00:00+00:00"


def test_no_other_dates_are_in_a_zone_of_their_own() -> None:
    assert [
        (endpoint.name, name)
        for endpoint in ENDPOINTS
        for name, schema in schemas.received(endpoint).items()
        if "x-zone" in schema
    ] == [("reports_campaign_3", "date")]


def test_a_date_with_an_hour_and_the_hour_itself_are_two_columns() -> None:
    received = schemas.received(BY_NAME["reports_skill_7"])
    convert = {
        name: converters.converter(received[name], ZoneInfo("UTC")) for name in ("date", "hour")
    }
    row = {"date": "2026-11-20 13:00:00", "hour": "13:00"}
    assert converters.convert_row(row, convert) == ({"date": "2026-11-20", "hour": 13}, {})


def spoil(schema: Any) -> None:
    """Change everything in a schema that can be changed, down to its leaves."""
    inner = list(schema.values()) if isinstance(schema, dict) else list(schema)
    for part in inner:
        if isinstance(part, dict | list):
            spoil(part)
    schema.clear()


@each_endpoint
def test_changing_a_returned_schema_changes_no_later_one(
    fresh_files: None, endpoint: Endpoint
) -> None:
    schemas.load.cache_clear()
    before = copy.deepcopy(schemas.stream_schema(endpoint))
    file_before = copy.deepcopy(schemas.load(endpoint.schema_name))
    spoil(schemas.stream_schema(endpoint))
    assert schemas.stream_schema(endpoint) == before
    assert schemas.load(endpoint.schema_name) == file_before == read_file(endpoint)


def read_file(endpoint: Endpoint) -> dict[str, Any]:
    return read(FOLDER / f"{endpoint.schema_name}.json")


class TestMadeUpFiles:
    """A stream with what no file of today needs."""

    ENDPOINT = Endpoint(php_file="made", api="up", kind=Kind.SNAPSHOT, key=("id",))

    @pytest.fixture(autouse=True)
    def files(self, fresh_files: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made_up = {
            "description": "Made up.",
            "properties": {
                "id": {"type": ["string", "null"], "description": "Id."},
                "talk": {
                    "type": ["integer", "null"],
                    "x-unit": "seconds",
                    "description": "Talk time.",
                },
                "code": {"type": "string", "description": "Code."},
            },
        }
        (tmp_path / "made_up.json").write_text(json.dumps(made_up), encoding="utf-8")
        added = (FOLDER / f"{schemas.ADDED}.json").read_text(encoding="utf-8")
        (tmp_path / f"{schemas.ADDED}.json").write_text(added, encoding="utf-8")
        monkeypatch.setattr(schemas, "directory", lambda: tmp_path)

    def test_annotations_of_our_own_are_read_but_not_published(self) -> None:
        assert schemas.received(self.ENDPOINT)["talk"]["x-unit"] == "seconds"
        published = schemas.stream_schema(self.ENDPOINT)["properties"]["talk"]
        assert published == {
            "type": ["integer", "null"],
            "description": "Talk time. Unit: seconds.",
        }

    def test_a_key_column_loses_its_null_and_nothing_else(self) -> None:
        published = schemas.stream_schema(self.ENDPOINT)["properties"]
        assert published["id"] == {"type": ["string"], "description": "Id."}
        assert types_of(published["code"]) == ["string"]
        assert schemas.received(self.ENDPOINT)["id"]["type"] == ["string", "null"]


def test_in_a_checkout_the_files_lie_beside_the_package() -> None:
    assert Path(str(schemas.directory())).resolve() == FOLDER.resolve()


def test_in_a_wheel_the_files_lie_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schemas").mkdir()
    monkeypatch.setattr(schemas, "files", lambda package: tmp_path)
    assert schemas.directory() == tmp_path / "schemas"
