"""Stream maps that would change nothing: what they were to hide would be loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_wolkvox.catalog import schemas
from tap_wolkvox.config import stream_maps
from tests.support.command_line import TOKEN

if TYPE_CHECKING:
    from tests.simulator import Simulator
    from tests.support.command_line import CommandLine

COLUMNS = {
    "reports_cdr_1": {"row_key": True, "telephone": False, "cost": False},
    "reports_cdr_2": {"row_key": True, "calls": False},
    "information_agents": {"agent_id": True, "agent_name": False, "cost": True},
}


def found(maps: dict[str, Any]) -> list[str]:
    return list(stream_maps.problems(maps, COLUMNS))


@pytest.mark.parametrize(
    "maps",
    [
        {},
        {"__else__": None},
        {"reports_cdr_1": None},
        {"reports_cdr_1": "__NULL__"},
        {"reports_cdr_1": {}},
        {"reports_cdr_1": {"telephone": None, "cost": "__NULL__"}},
        {"reports_cdr_1": {"new_column": "telephone[:3]", "telephone": None}},
        {"*": {"telephone": None}},
        {"reports_*": {"telephone": "__NULL__", "calls": None}},
        {"reports_cdr_?": "__NULL__"},
        {"reports_cdr_1": {"__alias__": "calls", "telephone": None}},
        {"reports_cdr_1": {"__else__": None, "__filter__": None, "__key_properties__": None}},
        {"copy": {"__source__": "reports_cdr_1", "telephone": None}},
        {"copy": {"__source__": "reports_*", "calls": None}},
        {"*": {"cost": None, "__key_properties__": []}},
    ],
    ids=str,
)
def test_maps_that_match_are_taken(maps: dict[str, Any]) -> None:
    assert found(maps) == []


@pytest.mark.parametrize(
    ("maps", "named"),
    [
        ({"reports_cdr_11": None}, "has a map of `reports_cdr_11`, which is no stream: did you"),
        ({"report_*": {"x": "y"}}, "has a map of `report_*`, which is no stream: check"),
        ({"calls": {"telephone": None}}, "has a map of `calls`, which is no stream: check"),
        ({"copy": {"__source__": "agents"}}, "has a map of `agents`, which is no stream: check"),
        (
            {"reports_cdr_1": {"telefono": None}},
            "removes, in `reports_cdr_1`, `telefono`, which is no column: check",
        ),
        (
            {"reports_*": {"telefone": "__NULL__"}},
            "removes, in `reports_*`, `telefone`, which is no column: did you mean `telephone`?",
        ),
        (
            {"copy": {"__source__": "reports_cdr_2", "telephone": None}},
            "removes, in `copy`, `telephone`, which is no column: check",
        ),
        (
            {"*": {"cost": None}},
            "removes, in `*`, `cost`, which is of the key of `information_agents`: map",
        ),
        ({TOKEN: None}, "has a map of a name that is not shown, which is no stream: check"),
        ({"two\nlines": None}, "has a map of a name that is not shown, which is no stream: check"),
        (
            {"copy of\n": {"__source__": "reports_cdr_1", TOKEN: None}},
            "removes, in a name that is not shown, a name that is not shown, which is no column",
        ),
    ],
)
def test_a_map_that_changes_nothing_is_named(maps: dict[str, Any], named: str) -> None:
    [problem] = found(maps)
    assert problem.startswith(f"setting `stream_maps` {named}")
    assert TOKEN not in problem
    assert "\n" not in problem


def test_each_mistake_is_a_line() -> None:
    assert len(found({"x": None, "reports_cdr_1": {"y": None, "z": None}})) == 3


def test_the_columns_are_those_of_the_streams() -> None:
    known = schemas.by_stream()
    calls = known["reports_cdr_1"]
    assert {"row_key", "telephone", "wolkvox_server", "_rescued_data"} <= calls.keys()
    assert [name for name, is_key in calls.items() if is_key] == ["wolkvox_server", "row_key"]


def test_nothing_is_asked_before_maps_are_right(tap: CommandLine, simulator: Simulator) -> None:
    removed = {"billing_rec_screen": {"itms": None}, "information_services": {"licences": None}}
    result = tap.run(stream_maps=removed)
    assert result.code == 1
    assert [line.split(", which")[0] for line in result.errors] == [
        "setting `stream_maps` removes, in `billing_rec_screen`, `itms`",
        "setting `stream_maps` removes, in `information_services`, `licences`",
    ]
    assert not simulator.requests
