"""Settings by Meltano: none is guessed, none is ignored, and no secret is shown."""

from __future__ import annotations

import difflib
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.simulator import Simulator
from tests.support.command_line import TOKEN
from tests.support.meltano_project import Project, installed
from tests.support.paths import ROOT

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support import postgres

pytestmark = pytest.mark.slow

NOW = "2026-11-20T10:00:00"
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATION = f'{{"server": "0011", "token": "{TOKEN}"}}'


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    now = datetime.fromisoformat(f"{NOW}-05:00")
    with Simulator(token=TOKEN, pace=0.2, now=now) as running:
        yield running


@pytest.fixture(scope="module")
def project(
    plugins: Path,
    simulator: Simulator,
    database: postgres.Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> Project:
    folder = tmp_path_factory.mktemp("project")
    with psycopg.connect(database.url) as connection:
        connection.execute("alter database postgres set timezone to 'America/Bogota'")
    return installed(plugins, folder, simulator, database, START_DATE="2026-11-20")


@pytest.fixture
def written(project: Project) -> Iterator[Path]:
    """The project's `meltano.yml`, which is the same again after the test."""
    path = project.folder / "meltano.yml"
    text = path.read_text(encoding="utf-8")
    yield path
    path.write_text(text, encoding="utf-8")


def with_settings(project: Project, **settings: str | None) -> Project:
    """Return the project with other variables; None takes one away."""
    changed = {f"TAP_WOLKVOX_{name}": value for name, value in settings.items()}
    merged = {**project.settings, **changed}
    kept = {name: value for name, value in merged.items() if value is not None}
    return Project(project.folder, kept)


def configure(written: Path, **config: Any) -> None:
    """Put settings into `meltano.yml`, as somebody writes them by hand."""
    lines = "".join(f"      {name}: {value}\n" for name, value in config.items())
    text = written.read_text(encoding="utf-8")
    begin = "    pip_url: -e .\n"
    assert begin in text
    text = text.replace(begin, f"{begin}    config:\n{lines}", 1)
    written.write_text(text, encoding="utf-8")


def said(ended: subprocess.CompletedProcess[str]) -> str:
    """Return what a command said that was refused by the tap, and by nobody else."""
    text = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert TOKEN not in text
    assert "Traceback" not in text
    assert "ResourceWarning" not in text
    return text


WRONG = {
    "LOOKBACK_DAYS": (TOKEN, "setting `lookback_days` must be a whole number"),
    "SETTLE_MINUTES": ("1,5", "setting `settle_minutes` must be a whole number"),
    "REQUEST_INTERVAL": (TOKEN, "setting `request_interval` must be a number"),
    "REQUEST_TIMEOUT": ("soon", "setting `request_timeout` must be a number"),
    "MAX_RETRIES": ("five", "setting `max_retries` must be a whole number"),
    "MAX_REQUESTS": (TOKEN, "setting `max_requests` must be a whole number"),
    "QUOTA_RESERVE": ("10 %", "setting `quota_reserve` must be a whole number"),
    "EMIT_ACTIVATE_VERSION_MESSAGES": ("ture", "`emit_activate_version_messages` must be true"),
    "STREAM_MAPS": (f'{{"{TOKEN}": ', "setting `stream_maps` is no JSON"),
    "STREAM_MAP_CONFIG": (f"[{TOKEN}]", "setting `stream_map_config` is no JSON"),
    "FAKER_CONFIG": ("[1]", "setting `faker_config` must be an object"),
    "FLATTENING_ENABLED": ("ja", "setting `flattening_enabled` must be true or false"),
    "FLATTENING_MAX_DEPTH": ("deep", "setting `flattening_max_depth` must be a whole number"),
    "FLATTENING_MAX_KEY_LENGTH": (TOKEN, "`flattening_max_key_length` must be a whole number"),
}
"""Values that Meltano would guess at, or show in a traceback, with what the tap says of each."""

NO_DATES = {
    "START_DATE": ("05/11/2026", "setting `start_date` is no date"),
    "END_DATE": ("tomorrow", "setting `end_date` is no date"),
}
"""The same, of what is looked at where nothing else is wrong."""


@pytest.mark.parametrize(
    ("words", "wrong"),
    [(("run", "target-jsonl"), WRONG), (("invoke",), NO_DATES)],
    ids=["run", "invoke"],
)
def test_what_is_wrong_in_the_environment_is_said_by_the_tap(
    project: Project,
    simulator: Simulator,
    words: tuple[str, ...],
    wrong: dict[str, tuple[str, str]],
) -> None:
    asked = len(simulator.requests)
    given = with_settings(project, **{name: value for name, (value, _) in wrong.items()})
    text = said(given.meltano(words[0], "tap-wolkvox", *words[1:], now=NOW))
    for _, problem in wrong.values():
        assert problem in text
    assert len(simulator.requests) == asked


@pytest.mark.parametrize("wrong", [WRONG, NO_DATES], ids=["of a wrong type", "no dates"])
def test_what_is_wrong_in_meltano_yml_is_said_by_the_tap(
    project: Project, written: Path, wrong: dict[str, tuple[str, str]]
) -> None:
    alone = with_settings(project, START_DATE=None, REQUEST_INTERVAL=None)
    configure(written, **{name.lower(): json.dumps(value) for name, (value, _) in wrong.items()})
    text = said(alone.meltano("invoke", "tap-wolkvox", "--test", now=NOW))
    for _, problem in wrong.values():
        assert problem in text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"[{OPERATION}, ", f"is no JSON: the mistake is at character {len(OPERATION) + 4} "),
        (OPERATION, "must be a list"),
        (f"[{OPERATION}, {OPERATION}]", "has the same `server` twice"),
    ],
    ids=["no JSON", "no list", "twice"],
)
def test_a_mistake_in_operations_shows_no_token(project: Project, text: str, problem: str) -> None:
    wrong = with_settings(project, SERVER=None, TOKEN=None, OPERATIONS=text)
    found = said(wrong.meltano("invoke", "tap-wolkvox", "--test", now=NOW))
    assert f"setting `operations` {problem}" in found


def test_operations_may_be_a_list_of_meltano_yml(project: Project, written: Path) -> None:
    alone = with_settings(project, SERVER=None, TOKEN=None)
    configure(written, operations=f"[{OPERATION}]")
    for words in (("tap-wolkvox", "--test"), ("tap-wolkvox:plan",)):
        ended = alone.meltano("invoke", *words, now=NOW)
        assert ended.returncode == 0, ended.stderr
        assert "Server 0011" in ended.stdout


def test_empty_variables_are_no_settings(project: Project) -> None:
    empty = dict.fromkeys((*WRONG, *NO_DATES, "TIMEZONE", "OPERATIONS", "FLATTENING_SEPARATOR"), "")
    for words in (("tap-wolkvox", "--test"), ("tap-wolkvox:plan",)):
        ended = with_settings(project, **empty).meltano("invoke", *words, now=NOW)
        assert ended.returncode == 0, ended.stderr
    nobody = with_settings(project, **empty, SERVER="", TOKEN="")
    text = said(nobody.meltano("invoke", "tap-wolkvox", "--test", now=NOW))
    assert "setting `server` is missing" in text
    assert "setting `token` is missing" in text


def columns(database: postgres.Database, schema: str, table: str) -> set[str]:
    query = (
        "select column_name from information_schema.columns "
        "where table_schema = %s and table_name = %s"
    )
    with psycopg.connect(database.url) as connection:
        return {name for (name,) in connection.execute(query, [schema, table])}


def test_a_column_that_a_stream_map_removes_is_not_in_the_table(
    project: Project, written: Path, database: postgres.Database
) -> None:
    [lines] = re.findall(r"```yaml\n(    config:\n      stream_maps:.*?)```", README, re.DOTALL)
    [(stream, removed)] = re.findall(r" {8}(\w+):\n {10}(\w+): __NULL__", lines)
    alone = with_settings(project, _SELECT=f'["{stream}.*"]', START_DATE="2026-11-16")
    text = written.read_text(encoding="utf-8")
    mapped = text.replace("    pip_url: -e .\n", f"    pip_url: -e .\n{lines}", 1)
    written.write_text(mapped, encoding="utf-8")
    by_variable = with_settings(alone, STREAM_MAPS=json.dumps({stream: {removed: None}}))
    for schema, how in (("by_yaml", alone), ("by_variable", by_variable)):
        run = Project(how.folder, how.settings | {"TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": schema})
        ended = run.meltano("run", "--full-refresh", "tap-wolkvox", "target-postgres", now=NOW)
        assert ended.returncode == 0, ended.stderr
        found = columns(database, schema, stream)
        assert {"row_key", "agent_id"} <= found
        assert removed not in found
        written.write_text(text, encoding="utf-8")


def test_the_daily_run_and_the_one_of_now_may_begin_together(
    project: Project, database: postgres.Database
) -> None:
    # The schema is made by whoever comes first, alone.
    first = with_settings(project, _SELECT='["information_services.*"]')
    assert first.meltano("run", "wolkvox-to-postgres", now=NOW).returncode == 0
    daily = with_settings(project, _SELECT='["information_agents.*", "billing_rec_screen.*"]')
    running = {
        "wolkvox-to-postgres": daily.start("run", "wolkvox-to-postgres", now=NOW),
        "wolkvox-now-to-postgres": project.start("run", "wolkvox-now-to-postgres", now=NOW),
    }
    logs: dict[str, str] = {}
    for name, process in running.items():
        output, log = process.communicate()
        logs[name] = output + log
        assert process.returncode == 0, logs[name]
    read = {
        name: set(re.findall(r"([a-z]+_\w+)  +\d+  +[\d,]+ ", log)) for name, log in logs.items()
    }
    assert read["wolkvox-to-postgres"] == {"information_agents", "billing_rec_screen"}
    assert len(read["wolkvox-now-to-postgres"]) == 10
    assert all(name.startswith("real_time_") for name in read["wolkvox-now-to-postgres"])
    assert columns(database, "tap_wolkvox", "real_time_agents")
    assert columns(database, "tap_wolkvox", "billing_rec_screen")
    states = project.meltano("state", "list").stdout
    assert "dev:tap-wolkvox-now-to-target-postgres" in states


def test_times_are_utc_whatever_the_zone_of_the_database(
    project: Project, database: postgres.Database
) -> None:
    alone = with_settings(project, _SELECT='["information_skills.*"]')
    ended = alone.meltano("run", "tap-wolkvox", "target-postgres", now=NOW)
    assert ended.returncode == 0, ended.stderr
    [local] = re.findall(r"select date( at time zone '.*') from", README)
    query = (
        f"select last_seen_at, last_seen_at{local}, current_setting('timezone') "  # noqa: S608
        "from tap_wolkvox.information_skills"
    ).encode()
    here, utc = datetime.fromisoformat(NOW), datetime.fromisoformat("2026-11-20T15:00:00")
    with psycopg.connect(database.url) as connection:
        found = set(connection.execute(query).fetchall())
    assert found == {(utc, here, "America/Bogota")}


def test_to_select_a_stream_changes_one_line(project: Project, written: Path) -> None:
    before = written.read_text(encoding="utf-8").splitlines()
    ended = project.meltano("select", "tap-wolkvox", "real_time_agents", "*")
    assert ended.returncode == 0, ended.stderr
    after = written.read_text(encoding="utf-8").splitlines()
    changed = [line for line in difflib.ndiff(before, after) if not line.startswith(" ")]
    assert changed == ["+     - real_time_agents.*"]
