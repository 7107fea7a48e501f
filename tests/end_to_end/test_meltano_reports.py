"""Three months of reports, by Meltano into PostgreSQL, killed on the way: the simulator's truth."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from tests.simulator import Simulator
from tests.simulator.world.events import calls
from tests.support import postgres, truth
from tests.support.command_line import TOKEN
from tests.support.meltano_project import Project, installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no groups to kill"),
]

at = datetime.fromisoformat
START = at("2026-08-20")
FIRST, LATER = "2026-11-20T18:00:00", "2026-11-22T18:00:00"
SETTLED = timedelta(minutes=15, seconds=1)

APIS = (
    *("cdr_1", "agent_1", "agent_3", "agent_6", "agent_7", "agent_8", "agent_14", "campaign_7"),
    *("skill_4", "skill_5", "skill_7", "chat_1", "chat_2", "chat_16", "diagram_1", "diagram_9"),
    "audit_log",
)
"""The reports that are used most; those that are left work the same way."""

STREAMS = [truth.stream(api) for api in (*APIS, "campaign_3")]
RUN = ("run", "--force", "tap-wolkvox", "target-postgres")
KILLED_AFTER = (120, 300)
"""Requests of a run after which it is killed, each time with more behind it."""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.06, now=at(FIRST)) as running:
        yield running


@pytest.fixture(scope="module")
def project(
    plugins: Path,
    simulator: Simulator,
    database: postgres.Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    select = ", ".join(f'"{stream}.*"' for stream in STREAMS)
    made = installed(
        plugins,
        tmp_path_factory.mktemp("project"),
        simulator,
        database,
        START_DATE=f"{START:%Y-%m-%d}",
        _SELECT=f"[{select}]",
    )
    for requests in KILLED_AFTER:
        _killed(made, simulator, requests)
    ended = made.meltano(*RUN, now=FIRST)
    assert ended.returncode == 0, ended.stderr
    return made


def _killed(project: Project, simulator: Simulator, requests: int) -> None:
    """Run it until so many requests were sent, and kill all of it."""
    before = len(simulator.requests)
    process = project.start(*RUN, now=FIRST, output=subprocess.DEVNULL)
    while len(simulator.requests) < before + requests:
        assert process.poll() is None
        time.sleep(0.01)
    kill = signal.Signals["SIGKILL"]
    os.killpg(process.pid, kill)  # type: ignore[attr-defined,unused-ignore]  # not on Windows
    process.wait()


@pytest.fixture
def connection(
    project: Project, database: postgres.Database
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(database.url) as connected:
        yield connected


def loaded(connection: psycopg.Connection[tuple[Any, ...]], api: str) -> Counter[str]:
    """Return the rows of a table, as the truth has them."""
    table = sql.Identifier("tap_wolkvox", truth.stream(api))
    cursor = connection.execute(sql.SQL("select * from {}").format(table))
    names = [column.name for column in cursor.description or ()]
    return Counter(
        truth.comparable(
            {
                name: plain(value)
                for name, value in zip(names, row, strict=True)
                if not name.startswith("_sdc_")
            }
        )
        for row in cursor
    )


def plain(value: Any) -> Any:
    """Return a value of the database as a message has it."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("api", APIS)
def test_a_run_that_was_killed_twice_loads_the_truth(
    connection: psycopg.Connection[tuple[Any, ...]], simulator: Simulator, api: str
) -> None:
    wanted = truth.rows(simulator, api, START, at(FIRST) - SETTLED)
    assert len(wanted) > 50
    assert loaded(connection, api) == wanted


def test_attempts_are_there_up_to_30_days_after_their_loading(
    connection: psycopg.Connection[tuple[Any, ...]], simulator: Simulator
) -> None:
    zone = simulator.clock.zone
    begin, end = START.replace(tzinfo=zone), (at(FIRST) - SETTLED).replace(tzinfo=zone)
    wanted = Counter(
        (call.customer.phone, call.date.astimezone(UTC).replace(tzinfo=None))
        for call in calls.between(simulator.operation, begin - timedelta(seconds=1), end)
        if call.loaded and call.date - call.loaded < timedelta(days=30)
    )
    query = "select telephone, date from tap_wolkvox.reports_campaign_3"
    assert len(wanted) > 50
    assert Counter(connection.execute(query).fetchall()) == wanted


@pytest.fixture(scope="module")
def later(project: Project, simulator: Simulator, database: postgres.Database) -> dict[str, int]:
    """Run it two days later; returns how many rows of each report had changed meanwhile."""
    before = {api: truth.rows(simulator, api, START, at(FIRST) - SETTLED) for api in APIS}
    simulator.clock.set(at(LATER))
    after = {api: truth.rows(simulator, api, START, at(FIRST) - SETTLED) for api in APIS}
    ended = project.meltano(*RUN, now=LATER)
    assert ended.returncode == 0, ended.stderr
    return {api: sum((before[api] - after[api]).values()) for api in APIS}


@pytest.mark.parametrize("api", APIS)
def test_rows_that_changed_replace_themselves(
    later: dict[str, int],
    connection: psycopg.Connection[tuple[Any, ...]],
    simulator: Simulator,
    api: str,
) -> None:
    # Codes come up to 40 hours later, and chats close: all within the days that are read again.
    assert loaded(connection, api) == truth.rows(simulator, api, START, at(LATER) - SETTLED)


def test_rows_did_change(later: dict[str, int]) -> None:
    assert {api for api, changed in later.items() if changed} >= {"cdr_1", "chat_1", "agent_1"}
