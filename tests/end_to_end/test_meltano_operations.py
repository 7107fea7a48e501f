"""Several operations by Meltano: in one run, and side by side as the README says."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from tests.simulator import Simulator, Simulators
from tests.support import postgres, truth
from tests.support.command_line import partition
from tests.support.meltano_project import Project, installed
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

NOW = "2026-11-20T10:00:00"
STATE = "dev:tap-wolkvox-to-target-postgres"
STREAMS = ("billing_rec_screen", "reports_agent_1", "reports_cdr_1")


@pytest.fixture(scope="module")
def two() -> Iterator[Simulators]:
    now = datetime.fromisoformat(f"{NOW}-05:00")
    first = Simulator(server="0011", token="one", pace=0.1, now=now)
    second = Simulator(
        server="0012", token="other", pace=0.1, now=now, timezone="Europe/Madrid", quota=3000
    )
    with Simulators(first, second) as running:
        yield running


@pytest.fixture(scope="module")
def project(
    plugins: Path,
    two: Simulators,
    database: postgres.Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    made = installed(
        plugins,
        tmp_path_factory.mktemp("project"),
        two.simulators[0],
        database,
        START_DATE="2026-11-16",
        API_URL=two.api_url,
        _SELECT=json.dumps([f"{stream}.*" for stream in STREAMS]),
    )
    for name in ("SERVER", "TOKEN"):
        del made.settings[f"TAP_WOLKVOX_{name}"]
    return made


def totals(output: str) -> list[int]:
    """Return the total of each operation of a plan."""
    return [int(each) for each in re.findall(r"total +at least (\d+)", output)]


def with_settings(project: Project, **settings: str) -> Project:
    more = {f"TAP_WOLKVOX_{name}": value for name, value in settings.items()}
    return Project(project.folder, project.settings | more)


def loaded(database: postgres.Database, schema: str, stream: str) -> dict[str, int]:
    """Return how many rows a table has of each server."""
    query = sql.SQL("select wolkvox_server, count(*) from {} group by 1")
    with psycopg.connect(database.url) as connection:
        return dict(connection.execute(query.format(sql.Identifier(schema, stream))).fetchall())


def calls(two: Simulators) -> dict[str, int]:
    """Return how many rows of calls each operation has."""
    begin = datetime.fromisoformat("2026-11-16")
    ends = ("2026-11-20T09:44:59", "2026-11-20T15:44:59")
    return {
        simulator.server: len(truth.served(simulator, "cdr_1", begin, datetime.fromisoformat(end)))
        for simulator, end in zip(two.simulators, ends, strict=True)
    }


def test_they_are_loaded_within_a_budget_and_planned_with_the_state_of_meltano(
    project: Project, two: Simulators, database: postgres.Database
) -> None:
    several = with_settings(project, OPERATIONS=json.dumps(two.operations), MAX_REQUESTS="9")
    planned = several.meltano("invoke", "tap-wolkvox:plan", now=NOW)
    assert planned.returncode == 0, planned.stderr
    assert "as a first run" in planned.stdout
    assert totals(planned.stdout) == [7, 7]
    assert [len(simulator.requests) for simulator in two.simulators] == [1, 1]

    ended = several.meltano("run", "tap-wolkvox", "target-postgres", now=NOW)
    assert ended.returncode == 0, ended.stderr
    assert "`max_requests` is reached" in ended.stdout + ended.stderr
    state = several.meltano("state", "get", STATE).stdout
    (project.folder / "state.json").write_text(state, encoding="utf-8")
    planned = several.meltano("invoke", "tap-wolkvox:plan-next", now=NOW)
    assert "as a first run" not in planned.stdout
    # What the first has read is read again as far as the lookback says.
    assert totals(planned.stdout) == [6, 6]
    # So it does with the words of the tap itself, for the selection of the last run.
    words = several.meltano("invoke", "tap-wolkvox", "--plan", "--state=state.json", now=NOW)
    assert totals(words.stdout) == [6, 6]

    for _ in range(3):
        ended = several.meltano("run", "tap-wolkvox", "target-postgres", now=NOW)
        assert ended.returncode == 0, ended.stderr
    assert loaded(database, "tap_wolkvox", "reports_cdr_1") == calls(two)
    state = json.loads(several.meltano("state", "get", STATE).stdout)["singer_state"]
    for server in ("0011", "0012"):
        for stream in STREAMS:
            assert partition(state, stream, server)["replication_key_value"]


def test_side_by_side_they_run_as_the_readme_says(
    project: Project, two: Simulators, database: postgres.Database
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [extractors] = re.findall(r"```yaml\n(  - name: tap-wolkvox-0011.*?)```", readme, re.DOTALL)
    commands = re.findall(
        r"^meltano run (tap-wolkvox-\d+) target-postgres &$", readme, re.MULTILINE
    )
    assert len(commands) == 2
    written = (project.folder / "meltano.yml").read_text(encoding="utf-8")
    theirs = extractors.replace("load_schema: tap_wolkvox", "load_schema: side_by_side")
    (project.folder / "meltano.yml").write_text(
        written.replace("  loaders:\n", f"{theirs}  loaders:\n", 1), encoding="utf-8"
    )
    each = {f"{simulator.server}_TOKEN": simulator.token for simulator in two.simulators}
    alone = with_settings(project, **each)
    # The tables are made by whoever comes first, alone.
    first = alone.meltano("run", commands[0], "target-postgres", now=NOW)
    assert first.returncode == 0, first.stderr
    running = [alone.start("run", name, "target-postgres", now=NOW) for name in commands]
    for process in running:
        _, log = process.communicate()
        assert process.returncode == 0, log
    for stream in STREAMS:
        assert loaded(database, "side_by_side", stream).keys() == {"0011", "0012"}
    assert loaded(database, "side_by_side", "reports_cdr_1") == calls(two)
    assert [simulator.max_in_flight for simulator in two.simulators] == [1, 1]
    states = alone.meltano("state", "list").stdout.split()
    assert {f"dev:{name}-to-target-postgres" for name in commands} <= set(states)
