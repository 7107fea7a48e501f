"""The whole way, by the project's own `meltano.yml`: simulator, tap, target, PostgreSQL."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tap_wolkvox.tap import TapWolkvox
from tests.simulator import Simulator
from tests.support.command_line import TOKEN
from tests.support.meltano_project import Project, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.simulator.endpoints.common.answers import Row
    from tests.support import postgres

pytestmark = pytest.mark.slow

SCHEMA = "tap_wolkvox"
DAYS = ("2026-11-20T08:00:00", "2026-11-21T08:00:00")
SELECTED = {endpoint.name: endpoint for endpoint in ENDPOINTS if endpoint.selected}
"""What the tap reads by default, and `meltano.yml` with it."""

OF_NOW = {name: endpoint for name, endpoint in SELECTED.items() if not endpoint.days}
"""What takes no dates; reports are in tests of their own."""

COUNTS_REQUESTS = "information_token_info"
"""Its figures are those of the moment it is asked: no second asking tells what a first one was."""

POSTGRES_TYPES = {
    ("string", None): "text",
    ("string", "date"): "date",
    ("string", "date-time"): "timestamp without time zone",
    ("integer", None): "bigint",
    ("number", None): "numeric",
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.2) as running:
        yield running


@pytest.fixture(scope="module")
def project(
    plugins: Path,
    simulator: Simulator,
    database: postgres.Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    folder = tmp_path_factory.mktemp("project")
    return installed(plugins, folder, simulator, database, START_DATE="2026-11-20")


@pytest.fixture(scope="module")
def served(project: Project, simulator: Simulator) -> dict[str, list[tuple[str, Row]]]:
    """Run the pipeline on two days, the second twice; returns what the API served, by stream.

    Of snapshots both days are to be found, of catalogues what was seen last.
    """
    for now in (*DAYS, DAYS[-1]):
        simulator.clock.set(datetime.fromisoformat(now))
        ended = project.meltano("run", "tap-wolkvox", "target-postgres", now=now)
        assert ended.returncode == 0, ended.stderr
    rows: dict[str, list[tuple[str, Row]]] = {stream: [] for stream in OF_NOW}
    for now in DAYS:
        simulator.clock.set(datetime.fromisoformat(now))
        for stream, endpoint in OF_NOW.items():
            if endpoint.kind is Kind.CATALOGUE:
                rows[stream] = []
            rows[stream] += [
                (now[:10], row) for row in simulator.rows(endpoint.php_file, endpoint.api)
            ]
    return rows


@pytest.fixture
def connection(
    served: object, database: postgres.Database
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(database.url) as connected:
        yield connected


def streams() -> dict[str, Any]:
    catalog = json.loads(TapWolkvox(validate_config=False).catalog_json_text)
    return {entry["stream"]: entry for entry in catalog["streams"]}


def test_each_stream_is_a_table_and_nothing_else_is(
    connection: psycopg.Connection[tuple[Any, ...]],
) -> None:
    query = "select table_name from information_schema.tables where table_schema = %s"
    tables = {name for (name,) in connection.execute(query, [SCHEMA])}
    assert tables == set(SELECTED)


@pytest.mark.parametrize("stream", sorted(SELECTED))
def test_columns_have_the_types_of_the_schema(
    connection: psycopg.Connection[tuple[Any, ...]], stream: str
) -> None:
    query = (
        "select column_name, data_type from information_schema.columns "
        "where table_schema = %s and table_name = %s"
    )
    found = dict(connection.execute(query, [SCHEMA, stream]).fetchall())
    wanted = {
        name: POSTGRES_TYPES[declared["type"][0], declared.get("format")]
        for name, declared in streams()[stream]["schema"]["properties"].items()
    }
    assert {name: kind for name, kind in found.items() if not name.startswith("_sdc_")} == wanted


@pytest.mark.parametrize("stream", sorted(SELECTED))
def test_tables_have_the_keys_of_the_catalog(
    connection: psycopg.Connection[tuple[Any, ...]], stream: str
) -> None:
    query = (
        "select column_name from information_schema.key_column_usage "
        "where table_schema = %s and table_name = %s"
    )
    found = {name for (name,) in connection.execute(query, [SCHEMA, stream])}
    assert found == set(streams()[stream]["key_properties"])


@pytest.mark.parametrize("stream", sorted(OF_NOW.keys() - {COUNTS_REQUESTS}))
def test_rows_are_those_that_the_api_served(
    connection: psycopg.Connection[tuple[Any, ...]],
    served: dict[str, list[tuple[str, Row]]],
    stream: str,
) -> None:
    columns = list(served[stream][0][1])
    stamp = OF_NOW[stream].stamp_column
    query = sql.SQL("select wolkvox_server, {}::date, {}, _rescued_data from {}").format(
        sql.Identifier(stamp),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(SCHEMA, stream),
    )
    found = connection.execute(query).fetchall()
    kinds = streams()[stream]["schema"]["properties"]
    wanted = [
        (
            "0011",
            date.fromisoformat(day),
            *(typed(row[name], kinds[name]) for name in columns),
            None,
        )
        for day, row in served[stream]
    ]
    assert Counter(found) == Counter(wanted)


def typed(value: str, schema: dict[str, Any]) -> str | Decimal | datetime | None:
    """What a value of these streams is in a database."""
    if schema.get("format") == "date-time":
        local = datetime.fromisoformat(f"{value}-05:00") if value.strip("- ") else None
        return local and local.astimezone(UTC).replace(tzinfo=None)
    if schema["type"][0] == "string":
        return value
    return Decimal(value.replace(",", "")) if value.strip("- ") else None


def test_every_stream_there_is_loads_and_a_call_of_two_polls_is_one_row(
    project: Project, simulator: Simulator, database: postgres.Database
) -> None:
    everything = {
        "TAP_WOLKVOX__SELECT": '["*.*"]',
        "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": "everything",
    }
    polls = Project(project.folder, project.settings | everything)
    calls: set[tuple[str, ...]] = set()
    for now in ("2026-11-21T10:00:00", "2026-11-21T10:04:00"):
        simulator.clock.set(datetime.fromisoformat(now))
        ended = polls.meltano(
            "--environment=prod", "run", "tap-wolkvox", "target-postgres", now=now
        )
        assert ended.returncode == 0, ended.stderr
        calls |= {tuple(row.values()) for row in simulator.rows("real_time", "calls_last_10")}
    with psycopg.connect(database.url) as connection:
        query = "select table_name from information_schema.tables where table_schema = 'everything'"
        tables = {name for (name,) in connection.execute(query)}
        found = connection.execute(
            "select conn_id, date from everything.real_time_calls_last_10"
        ).fetchall()
        moments = connection.execute(
            "select count(distinct snapshot_at) from everything.real_time_agents"
        ).fetchone()
    assert tables == {endpoint.name for endpoint in ENDPOINTS}
    assert len(found) == len(calls)
    assert moments == (2,)


def test_state_is_kept_by_meltano(project: Project, served: object) -> None:
    state_id = "dev:tap-wolkvox-to-target-postgres"
    state = json.loads(project.meltano("state", "get", state_id).stdout)
    bookmarks = state["singer_state"]["bookmarks"]
    for stream, endpoint in OF_NOW.items():
        if endpoint.kind is Kind.CATALOGUE:
            continue
        [partition] = bookmarks[stream]["partitions"]
        assert partition["context"] == {"wolkvox_server": "0011"}
        assert partition["replication_key_value"] == "2026-11-21"


def test_meltano_checks_the_connection(project: Project) -> None:
    ended = project.meltano("invoke", "tap-wolkvox", "--test")
    assert ended.returncode == 0, ended.stderr
    assert "token good" in ended.stdout


def test_a_run_that_fails_is_a_failure_for_meltano_too(
    project: Project, simulator: Simulator
) -> None:
    refused = Project(project.folder, project.settings | {"TAP_WOLKVOX_TOKEN": "another"})
    ended = refused.meltano("run", "tap-wolkvox", "target-jsonl")
    assert ended.returncode == 1
    assert "refuses the token" in ended.stdout + ended.stderr


def test_an_unquoted_server_number_is_refused_with_the_fix(project: Project) -> None:
    settings = {
        name: value for name, value in project.settings.items() if name != "TAP_WOLKVOX_SERVER"
    }
    written = (project.folder / "meltano.yml").read_text(encoding="utf-8")
    unquoted = written.replace(
        "    pip_url: -e .\n", "    pip_url: -e .\n    config:\n      server: 0011\n"
    )
    (project.folder / "meltano.yml").write_text(unquoted, encoding="utf-8")
    try:
        ended = Project(project.folder, settings).meltano("invoke", "tap-wolkvox", "--test")
    finally:
        (project.folder / "meltano.yml").write_text(written, encoding="utf-8")
    assert ended.returncode == 1
    assert "setting `server` must be text: put it in quotes" in ended.stdout + ended.stderr


def test_target_jsonl_gets_the_same_rows(project: Project, simulator: Simulator) -> None:
    simulator.clock.set(datetime.fromisoformat(DAYS[0]))
    ended = project.meltano("run", "tap-wolkvox", "target-jsonl", now=DAYS[0])
    assert ended.returncode == 0, ended.stderr
    for stream, endpoint in OF_NOW.items():
        lines = (
            (project.folder / "output" / f"{stream}.jsonl").read_text(encoding="utf-8").splitlines()
        )
        assert len(lines) == len(simulator.rows(endpoint.php_file, endpoint.api))
