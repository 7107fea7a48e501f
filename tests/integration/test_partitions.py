"""One server, however it is spelt: in the settings, in the state, in the rows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tap_wolkvox.inputs.state import by_server
from tests.simulator import Simulator
from tests.support import truth
from tests.support.command_line import TOKEN, CommandLine, for_simulator, partition, state_of

if TYPE_CHECKING:
    from pathlib import Path

CDR = "reports_cdr_1"
at = datetime.fromisoformat


def part(server: object, value: str | None = None, **others: Any) -> dict[str, Any]:
    held = {"context": {"wolkvox_server": server}, **others}
    return held if value is None else held | {"replication_key_value": value}


def merged(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    state = by_server({"bookmarks": {CDR: {"partitions": [*parts], "x": 1}}, "y": 2})
    bookmark: dict[str, Any] = state["bookmarks"][CDR]
    assert (bookmark["x"], state["y"]) == (1, 2)
    found: list[dict[str, Any]] = bookmark["partitions"]
    return found


def test_servers_are_in_small_letters_in_the_order_they_had() -> None:
    assert merged(part("B1", "2026-11-02"), part("0011", "2026-11-01")) == [
        part("b1", "2026-11-02"),
        part("0011", "2026-11-01"),
    ]


def test_of_two_spellings_the_one_that_is_behind_is_kept_whole() -> None:
    ahead, behind = part("AB1", "2026-11-09", a=1), part("ab1", "2026-11-02", b=2)
    assert merged(ahead, behind) == merged(behind, ahead) == [behind]
    assert merged(ahead, part("Ab1", b=2)) == [part("ab1", b=2)]


def test_what_has_no_server_stays() -> None:
    odd = [part(5), {"context": {}}, part("a", "2026-11-02")]
    assert merged(*odd) == odd
    states: list[dict[str, Any]] = [{}, {"bookmarks": {}}, {"bookmarks": {CDR: {"x": "y"}}}]
    for state in states:
        assert by_server(state) == state


def test_a_state_in_other_letters_is_gone_on_with(tmp_path: Path) -> None:
    now = "2026-11-20T09:00:00-05:00"
    state = state_of(CDR, "2026-11-19T05:00:00+00:00")
    state["bookmarks"][CDR]["partitions"][0]["context"]["wolkvox_server"] = "AB1"
    with Simulator(token=TOKEN, pace=0.05, server="ab1", now=at(now)) as simulator:
        tap: CommandLine = for_simulator(simulator, tmp_path, CDR)
        result = tap.run(now=now, state=state, server="Ab1", lookback_days=0)
        assert result.code == 0, result.log
        assert truth.ranges(simulator, "cdr_1")[0][0] == at("2026-11-19")
    assert {record["wolkvox_server"] for record in result.records(CDR)} == {"ab1"}
    [found] = result.state["bookmarks"][CDR]["partitions"]
    assert found == partition(result.state, CDR, "ab1")
    assert found["replication_key_value"] > "2026-11-20"
