"""What version 0.1 has left behind: its states go on, and its changelog tells what to remove."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from tap_wolkvox.catalog.endpoints import BY_NAME
from tap_wolkvox.cursor import bookmarks
from tap_wolkvox.inputs import validation
from tests.simulator import Simulator
from tests.support import truth
from tests.support.command_line import TOKEN, for_simulator, partition
from tests.support.paths import GOLDEN, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.postgres import Database

at = datetime.fromisoformat
NOW = "2026-11-22T09:00:00-05:00"
"""Two days after the states were made."""
STATES = sorted((GOLDEN / "states").glob("*.json"))


@pytest.mark.parametrize("path", STATES, ids=lambda path: str(path.stem))
def test_a_state_of_0_1_goes_on(tmp_path: Path, path: Path) -> None:
    state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert not list(validation.state_problems(state))
    streams = [name for name in state["bookmarks"] if partition(state, name)]
    with Simulator(token=TOKEN, pace=0.02, now=at(NOW)) as simulator:
        tap = for_simulator(simulator, tmp_path, *streams)
        result = tap.run(now=NOW, state=state, lookback_days=3)
        assert result.code == 0, result.log
        for stream in streams:
            before, after = partition(state, stream), partition(result.state, stream)
            assert "begin" not in after.get("left_off", {})
            goes_on(simulator, stream, before, after)


def goes_on(
    simulator: Simulator, stream: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Make sure that a stream was read from where it left off."""
    endpoint = BY_NAME[stream]
    if not endpoint.days:
        assert after.get("replication_key_value", "9") >= before.get("replication_key_value", "")
        return
    mark = before.get("replication_key_value")
    assert after["replication_key_value"] > (mark or "")
    begin, _ = min(truth.ranges(simulator, endpoint.api))
    left = before.get("left_off", {}).get("begin", f"{begin}")
    assert begin <= at(left)
    assert not mark or begin <= bookmarks.unread_since(mark, truth.BOGOTA)


@pytest.mark.slow
def test_the_changelog_removes_what_0_1_has_loaded_wrong(database: Database) -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    [statements] = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    tables: dict[str, list[tuple[str, ...]]] = {
        **{f"reports_{name}": [("ALL",), ("All",), ("5",)] for name in SKILLS},
        "reports_campaign_2": [("TOTAL",), ("CV_BUZON",)],
        "reports_quality_2": [("7", "TOTAL", "ANA", "x"), ("7", "1.2.3.4", "ANA", "x")],
        "reports_cdr_7": [("9000-01-01",), ("2026-01-20",)],
    }
    columns = {
        "reports_campaign_2": ("cod_act",),
        "reports_quality_2": ("agent_id", "conn_id", "agent_name", "survey"),
        "reports_cdr_7": ("date",),
    }
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("create schema tap_wolkvox")
        for table, rows in tables.items():
            names = columns.get(table, ("skill_id",))
            place = sql.Identifier("tap_wolkvox", table)
            declared = sql.SQL(", ").join(
                sql.SQL("{} timestamp" if name == "date" else "{} text").format(
                    sql.Identifier(name)
                )
                for name in names
            )
            connection.execute(sql.SQL("create table {} ({})").format(place, declared))
            marks = sql.SQL(", ").join(sql.Placeholder() for _ in names)
            insert = sql.SQL("insert into {} values ({})").format(place, marks)
            for row in rows:
                connection.execute(insert, row)
        connection.execute(statements.encode())
        left = {
            table: connection.execute(
                sql.SQL("select * from {}").format(sql.Identifier("tap_wolkvox", table))
            ).fetchall()
            for table in tables
        }
    kept = {table: rows[-1:] for table, rows in tables.items()}
    assert left == kept | {"reports_cdr_7": [(at("2026-01-20"),)]}


SKILLS = ("skill_4", "skill_4_1", "skill_4_2", "skill_5")
