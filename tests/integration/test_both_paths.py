"""The SDK's path and the short one: the same messages, byte for byte, but for their time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import BY_NAME
from tests.simulator import Simulator
from tests.support.command_line import TOKEN, CommandLine, Result, for_simulator, selection

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAMS = (
    "billing_agent_script",
    "information_campaigns",
    "reports_agent_1",
    "reports_agent_3",
    "reports_campaign_3",
    "reports_cdr_1",
    "reports_chat_1",
    "reports_chat_2",
    "reports_diagram_9",
    "reports_skill_6",
)
"""Streams of each kind, some with more rows than are typed one by one."""

SETTINGS: dict[str, Any] = {
    "now": "2026-11-20T10:00:00-05:00",
    "start_date": "2026-11-10",
    "end_date": "2026-11-18",
}

# What the SDK's path is needed for, and what changes no record of ours.
NEEDS_THE_SDK: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": 1}
CDR = "reports_cdr_1"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.1) as running:
        yield running


@pytest.fixture
def calls(simulator: Simulator, tmp_path: Path) -> CommandLine:
    return for_simulator(simulator, tmp_path, CDR)


def timeless(result: Result) -> list[str]:
    """The messages as they were written, without the time of writing."""
    assert result.code == 0, result.log
    return [re.sub(r'"time_extracted":"[^"]*"', "", line) for line in result.output.splitlines()]


def metrics(result: Result) -> list[tuple[str, Any]]:
    """What the SDK counts, without what takes time."""
    points = [json.loads(text) for text in re.findall(r"METRIC: (\{.*\})", result.log)]
    return [
        (point["metric"], (point["tags"]["stream"], point["value"]))
        for point in points
        if point["type"] == "counter"
    ]


def test_all_streams_give_the_same_either_way(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, *STREAMS)
    assert set(STREAMS) <= BY_NAME.keys()
    short = tap.run(**SETTINGS)
    long = tap.run(**SETTINGS, **NEEDS_THE_SDK)
    assert short.streams >= set(STREAMS) - {"reports_campaign_3"}
    assert len(short.records(CDR)) > 200
    assert timeless(short) == timeless(long)
    assert metrics(short) == metrics(long)


@pytest.mark.parametrize("options", [{}, NEEDS_THE_SDK])
def test_a_blank_id_is_null_and_a_blank_name_as_received(
    calls: CommandLine, options: dict[str, Any]
) -> None:
    rows = calls.run(**SETTINGS, **options).records(CDR)
    held = {name: {row[name] for row in rows} for name in rows[0]}
    blank = {"", " ", "-", "--"}
    for name in ("campaign_id", "skill_id"):
        assert not held[name] & blank
        assert None in held[name]
        assert len(held[name]) > 1
    assert held["skill_name"] >= {"", "-"}


@pytest.mark.parametrize("versions", [True, False])
def test_so_do_tables_that_are_replaced(
    simulator: Simulator, tmp_path: Path, *, versions: bool
) -> None:
    tap = for_simulator(simulator, tmp_path)
    catalog = selection(*STREAMS)
    for entry in catalog["streams"]:
        entry["replication_method"] = "FULL_TABLE"
        entry["replication_key"] = None
    options = {**SETTINGS, "catalog": catalog, "emit_activate_version_messages": versions}
    short, long = (
        [re.sub(r'"version":\d+', '"version":0', line) for line in timeless(result)]
        for result in (tap.run(**options), tap.run(**options, **NEEDS_THE_SDK))
    )
    assert short == long
    assert any('"version":0' in line for line in short) == versions


def test_a_column_that_is_deselected_is_in_no_message(calls: CommandLine) -> None:
    catalog = selection(CDR)
    for entry in catalog["streams"]:
        for item in entry["metadata"]:
            if entry["tap_stream_id"] == CDR and item["breadcrumb"][-1:] == ["telephone"]:
                item["metadata"]["selected"] = False
    whole, part = calls.run(**SETTINGS), calls.run(catalog=catalog, **SETTINGS)
    assert part.code == 0
    for record in whole.records(CDR):
        del record["telephone"]
    assert part.records(CDR) == [
        {name: value for name, value in record.items() if name != "telephone"}
        for record in whole.records(CDR)
    ]


def test_a_column_that_the_catalog_lacks_is_in_no_message(calls: CommandLine) -> None:
    catalog = selection(CDR)
    [entry] = [entry for entry in catalog["streams"] if entry["tap_stream_id"] == CDR]
    del entry["schema"]["properties"]["telephone"]
    result = calls.run(catalog=catalog, **SETTINGS)
    assert len(result.records(CDR)) > 200
    assert not any("telephone" in record for record in result.records(CDR))


def test_stream_maps_change_records(calls: CommandLine) -> None:
    whole = calls.run(**SETTINGS).records(CDR)
    maps = {CDR: {"telephone": "md5(telephone)", "twice": "cost * 2", "comment": "__NULL__"}}
    mapped = calls.run(**SETTINGS, stream_maps=maps).records(CDR)
    assert [record["row_key"] for record in mapped] == [record["row_key"] for record in whole]
    for before, after in zip(whole, mapped, strict=True):
        assert after["twice"] == pytest.approx(2 * before["cost"])
        assert re.fullmatch("[0-9a-f]{32}", after["telephone"])


def test_only_the_schemas_that_are_needed_are_read(calls: CommandLine, tmp_path: Path) -> None:
    """Seen in the process itself, by an audit hook that a site of its own brings."""
    hook = tmp_path / "site"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import sys\n"
        "def tell(event, details):\n"
        "    if event == 'open' and '/schemas/' in str(details[0]).replace(chr(92), '/'):\n"
        "        sys.stderr.write(f'SCHEMA {details[0]}\\n')\n"
        "sys.addaudithook(tell)\n",
        encoding="utf-8",
    )
    settings = {name: value for name, value in SETTINGS.items() if name != "now"}
    with calls.start(environment={"PYTHONPATH": str(hook)}, **settings) as process:
        result = Result(0, *process.communicate(timeout=60))
    assert process.returncode == 0
    assert len(result.records(CDR)) > 200
    read = set(re.findall(r"SCHEMA .*[/\\](\w+)\.json", result.log))
    ours = {Path(str(file)).stem for file in schemas.directory().iterdir()}
    assert read & ours == {"added_columns", CDR}


def test_a_catalog_may_say_less_or_more_than_the_tap(calls: CommandLine) -> None:
    whole = calls.run(**SETTINGS).records(CDR)
    [entry] = [each for each in selection(CDR)["streams"] if each["tap_stream_id"] == CDR]
    bare = {**entry, "metadata": []}
    assert calls.run(catalog={"streams": [bare]}, **SETTINGS).records(CDR) == whole
    entry["schema"]["properties"]["comment"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert len(calls.run(catalog={"streams": [entry]}, **SETTINGS).records(CDR)) == len(whole)


def test_the_schemas_of_all_streams_can_be_printed(calls: CommandLine) -> None:
    result = calls.run("--test=schema", **SETTINGS)
    assert result.code == 0, result.log
    assert {message["type"] for message in result.messages} == {"SCHEMA"}
    assert {message["stream"] for message in result.messages} == BY_NAME.keys()
