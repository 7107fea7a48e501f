"""`--plan`: what a run would cost, before anything is spent."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tests.simulator import Simulator, Simulators, faults
from tests.support.command_line import (
    TOKEN,
    CommandLine,
    Result,
    for_simulator,
    for_simulators,
    state_of,
)
from tests.support.warehouse import Routine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

at = datetime.fromisoformat
NOW = "2026-11-20T09:00:00-05:00"
ALL = tuple(endpoint.name for endpoint in ENDPOINTS)
AGENT_1, CDR = "reports_agent_1", "reports_cdr_1"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=at(NOW), quota=5000) as running:
        yield running


def table(result: Result) -> dict[str, str]:
    """Return what each line of the table says, but for what may make it more."""
    lines = [line.split("  ") for line in result.output.splitlines()]
    cells = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    return {line[0]: line[1] for line in cells if len(line) > 1}


def test_it_prints_requests_per_stream_and_days_of_quota_for_one_request(
    simulator: Simulator, tmp_path: Path
) -> None:
    tap = for_simulator(simulator, tmp_path, AGENT_1, CDR, "information_services")
    result = tap.run("--plan", now=NOW, start_date="2026-09-01", state={})
    assert result.code == 0, result.log
    assert [request.api for request in simulator.requests] == ["token_info"]
    assert result.output.splitlines() == [
        "Without a state (--state), as a first run.",
        "Server 0011, dates in America/Bogota:",
        "stream                   requests  more for",
        "information_services            1",
        "reports_agent_1                81",
        "reports_cdr_1          at least 3  what one answer does not hold",
        "total                 at least 85",
        (
            "Requests today, this question not counted: 0 by this token, 0 by all tokens; "
            "5000 of 5000 left."
        ),
        "A run would take at least 85, that is at least 0.017 days of the quota (5,000 a day).",
    ]


def test_a_run_costs_what_it_says_and_no_less(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, *ALL)
    begin = "2026-11-15"
    said = table(tap.run("--plan", now=NOW, start_date=begin))
    before = len(simulator.requests)
    result = tap.run(now=NOW, start_date=begin)
    assert result.code == 0, result.log
    lines = [line.split(" | ", 3)[3].split() for line in result.log.splitlines()]
    header = next(number for number, line in enumerate(lines) if line[:2] == ["stream", "windows"])
    cost = {cells[0]: int(cells[3].replace(",", "")) for cells in lines[header + 1 :]}
    assert cost.keys() == {*ALL, "total"} == said.keys() - {"stream"}
    for stream, requests in cost.items():
        more = requests - int(said[stream].removeprefix("at least ").replace(",", ""))
        assert more >= 0 if "at least" in said[stream] else not more, stream
    assert cost["total"] == len(simulator.requests) - before


def test_one_year_of_all_reports_surprises_nobody(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, *ALL)
    result = tap.run("--plan", now=NOW, start_date="2025-11-20")
    assert result.code == 0, result.log
    assert len(simulator.requests) == 1
    total = int(table(result)["total"].removeprefix("at least ").replace(",", ""))
    assert total > 5000
    assert "That is more than may be spent today" in result.output
    assert "days of the quota (5,000 a day)" in result.output


def test_where_it_depends_on_ids_it_says_at_least(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, "reports_agent_2", "reports_act_1", "reports_act_3")
    result = tap.run("--plan", now=NOW, start_date="2026-11-11")
    assert table(result) == {
        "stream": "requests",
        "information_agents": "1",
        "reports_act_1": "20",
        "reports_act_3": "at least 2",
        "reports_agent_2": "at least 1",
        "total": "at least 24",
    }
    assert "each id of `information_agents`" in result.output


def test_state_and_budget_count(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, AGENT_1)
    routine = Routine(tap, (simulator,), at(NOW))
    routine.run(start_date="2026-10-01", max_requests=41)
    simulator.spend(4_900)
    result = tap.run("--plan", now=NOW, state=routine.state, max_requests=4, quota_reserve=50)
    assert table(result)[AGENT_1] == "10"
    assert table(result)["information_token_info"] == "1"
    assert "(5,000 a day, less the `quota_reserve` of 50)" in result.output
    assert "Runs that it takes with `max_requests` of 4: 3." in result.output
    assert "Without" not in result.output
    assert "4941 by all tokens; 59 of 5000 left" in result.output
    assert "That is more than may be spent today" in result.output
    # It leaves everything as it was.
    assert "STATE" not in result.output
    again = tap.run("--plan", now=NOW, state=routine.state, max_requests=4, quota_reserve=50)
    assert table(again) == table(result)


def test_ids_that_are_read_cost_nothing_more(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, "reports_act_1")
    routine = Routine(tap, (simulator,), at(NOW))
    routine.run(start_date="2026-11-18", max_requests=3)
    result = tap.run("--plan", now=NOW, start_date="2026-11-18", state=routine.state)
    assert table(result)["reports_act_1"] == "3"
    routine.run(start_date="2026-11-18")
    assert len(routine.asked[-1]) == 3


def test_what_may_have_no_rows_may_need_no_ids(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, "reports_campaign_1")
    simulator.faults.add(faults.no_rows(), api="campaign_1", times=9)
    result = tap.run("--plan", now=NOW, start_date="2026-11-18")
    assert table(result)["total"] == "at least 3"
    before = len(simulator.requests)
    tap.run(now=NOW, start_date="2026-11-18")
    assert len(simulator.requests) - before == 3


def test_a_stream_with_nothing_to_read_costs_nothing(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, "reports_agent_2")
    result = tap.run("--plan", now=NOW, start_date="2026-11-20T08:50:00", quota_reserve=5)
    assert table(result) == {"stream": "requests", "reports_agent_2": "0", "total": "0"}


def test_each_operation_is_asked_once(tmp_path: Path) -> None:
    now = at(NOW)
    first = Simulator(server="0011", token="one", now=now, quota=2000)
    second = Simulator(server="0012", token="other", now=now, timezone="Asia/Tokyo", quota=3000)
    with Simulators(first, second) as both:
        result = for_simulators(both, tmp_path, AGENT_1).run(
            "--plan", now=NOW, start_date="2026-11-19"
        )
    assert result.code == 0, result.log
    assert [len(simulator.requests) for simulator in both.simulators] == [1, 1]
    said = result.output.split("Server 0012, dates in Asia/Tokyo:")
    assert "Server 0011, dates in America/Bogota:" in said[0]
    assert ["2" in each for each in said] == [True, True]
    assert "(2,000 a day)" in said[0]
    assert "(3,000 a day)" in said[1]


def test_what_has_no_quota_to_tell_still_has_a_plan(simulator: Simulator, tmp_path: Path) -> None:
    simulator.faults.add(faults.status(403, "Please validate token"))
    result = for_simulator(simulator, tmp_path, AGENT_1).run(
        "--plan", now=NOW, start_date="2026-11-19"
    )
    assert result.code == 1
    assert table(result)[AGENT_1] == "2"
    assert result.errors[0].startswith("Server 0011: the API refuses the token")
    assert "Traceback" not in result.log


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("token_limit", "How many there are a day is not known"),
        ("available_consumption_options", "? of 5000 left"),
    ],
)
def test_a_figure_that_is_none_is_said(
    simulator: Simulator, tmp_path: Path, name: str, said: str
) -> None:
    simulator.faults.add(faults.set_field(name, "many"))
    result = for_simulator(simulator, tmp_path, AGENT_1).run(
        "--plan", now=NOW, start_date="2025-11-19"
    )
    assert result.code == 0
    assert said in result.output


def test_a_reserve_of_all_there_is_is_said(simulator: Simulator, tmp_path: Path) -> None:
    result = for_simulator(simulator, tmp_path, AGENT_1).run("--plan", now=NOW, quota_reserve=5000)
    assert (
        "The `quota_reserve` is the whole quota of a day: nothing would be read." in result.output
    )


def test_nothing_is_planned_with_wrong_settings(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, AGENT_1)
    assert tap.run("--plan", token=" ").errors[0].startswith("setting `token` is empty")
    wrong = {"bookmarks": {AGENT_1: {"partitions": [{"context": 1}]}}}
    assert "the state (--state)" in tap.run("--plan", state=wrong).errors[0]
    assert not simulator.requests


def test_the_settings_may_come_from_the_environment(tap: CommandLine) -> None:
    environment = {
        f"TAP_WOLKVOX_{name.upper()}": str(value) for name, value in tap.settings.items()
    }
    result = CommandLine(tap.folder).run("--config=ENV", "--plan", environment=environment)
    assert result.code == 0, result.log
    assert "Server 0011, dates in America/Bogota:" in result.output
    assert "Without a catalog (--catalog), of what is read by default." in result.output


def test_one_question_is_one_request_even_where_it_fails(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.faults.add(faults.status(500, "OOPS"), times=9)
    tap = for_simulator(simulator, tmp_path, AGENT_1)
    assert tap.run("--plan", max_retries=5).code == 1
    assert len(simulator.requests) == 1


def test_a_state_is_taken_as_meltano_prints_it(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, AGENT_1)
    state = {"singer_state": state_of(AGENT_1, "2026-11-19", "window_date")}
    result = tap.run("--plan", now=NOW, state=state, lookback_days=0)
    assert table(result)[AGENT_1] == "1"


def test_a_state_that_is_none_is_refused(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, AGENT_1)
    result = tap.run("--plan", now=NOW, state={"state": {"bookmarks": {}}})
    assert result.code == 1
    assert "is no Singer state" in result.errors[0]
    assert not simulator.requests


def test_a_long_backfill_is_planned_quickly(simulator: Simulator, tmp_path: Path) -> None:
    tap = for_simulator(simulator, tmp_path, *ALL)
    begin = time.monotonic()
    assert tap.run("--plan", now=NOW, start_date="2001-01-01").code == 0
    assert time.monotonic() - begin < 60
