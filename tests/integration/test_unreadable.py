"""A second, or a day, that can't be read however little is asked for: it is searched for once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator import Fault, Simulator
from tests.simulator.endpoints.common.answers import JSON_TYPE, Answer
from tests.support import truth
from tests.support.command_line import TOKEN, bookmark_of, for_simulator, partition

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

at = datetime.fromisoformat
NOW, NEXT_DAY = "2026-11-20T09:00:00-05:00", "2026-11-21T09:00:00-05:00"
BEGIN, LATEST = at("2026-11-01T00:00:00"), at("2026-11-21T08:44:59")
TIMES = 1_000_000


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.02, now=at(NEXT_DAY)) as running:
        yield running


def broken_by(text: str) -> Fault:
    """PHP's `json_encode` of a text that is no UTF-8: nothing, with status 200."""

    def edit(answer: Answer) -> Answer:
        return Answer(200, b"", JSON_TYPE) if text.encode() in answer.body else answer

    return Fault("broken_by", edit)


def read(simulator: Simulator, folder: Path, api: str, bad: str, text: str = "") -> list[int]:
    """Read a report that can't be read at one place, until it can be.

    Args:
        simulator: What serves it.
        folder: Where the tap runs.
        api: The report.
        bad: The date of what breaks an answer.
        text: What of it breaks the answer, if it is more than that.

    Returns:
        The requests of each run.
    """
    stream = truth.stream(api)
    tap = for_simulator(simulator, folder, stream)
    simulator.faults.add(broken_by(text or bad), api=api, times=TIMES)
    requests, results = [], []
    state = None
    for now in (NOW, NOW, NEXT_DAY):
        before = len(truth.ranges(simulator, api))
        result = tap.run(now=now, state=state, start_date="2026-11-01", lookback_days=0)
        requests.append(len(truth.ranges(simulator, api)) - before)
        results.append(result)
        state = result.state
        assert result.code == 1
        assert bad[:10] in result.errors[0]
    marks = {bookmark_of(result.state, stream) for result in results}
    assert len(marks) == 1
    simulator.faults.clear()
    last = tap.run(now=NEXT_DAY, state=state, start_date="2026-11-01", lookback_days=0)
    assert last.code == 0, last.log
    assert "left_off" not in partition(last.state, stream)
    wanted = truth.rows(simulator, api, BEGIN, LATEST)
    found = {
        record["row_key"] if "row_key" in record else repr(sorted(record.items())): record
        for result in (*results, last)
        for record in result.records(stream)
    }
    assert len(found) == sum(wanted.values()) > 20
    return requests


def test_a_second(simulator: Simulator, tmp_path: Path) -> None:
    [*_, row] = [
        row
        for row in truth.served(simulator, "cdr_1", BEGIN, LATEST)
        if row["date"] < "2026-11-12" and row["date"] > "2026-11-11"
    ]
    first, *others = read(simulator, tmp_path, "cdr_1", row["date"])
    assert first > 20
    # What is before it in the day that is read anew, and itself.
    assert others == [2, 2]


def test_a_day(simulator: Simulator, tmp_path: Path) -> None:
    first, *others = read(simulator, tmp_path, "agent_8", "2026-11-12")
    assert first > 4
    assert others == [1, 1]


def test_of_one_id(simulator: Simulator, tmp_path: Path) -> None:
    rows = truth.served(simulator, "agent_2", BEGIN, LATEST)
    begins = Counter(row["date_ini"] for row in rows)
    bad = next(each for each in sorted(begins) if each > "2026-11-12 10" and begins[each] == 1)
    agents = len(simulator.rows("information", "agents"))
    first, *others = read(simulator, tmp_path, "agent_2", bad, f'"date_ini": "{bad}"')
    assert first > agents + 20
    assert all(requests <= agents + 4 for requests in others)


def test_it_is_kept_while_a_budget_does_not_reach_it(simulator: Simulator, tmp_path: Path) -> None:
    stream = "reports_cdr_1"
    rows = truth.served(simulator, "cdr_1", at("2026-11-12"), LATEST)
    simulator.faults.add(broken_by(rows[0]["date"]), api="cdr_1", times=TIMES)
    tap = for_simulator(simulator, tmp_path, stream)
    one = tap.run(now=NOW, start_date="2026-10-25", lookback_days=60)
    kept = partition(one.state, stream)["left_off"]["unreadable"]
    assert kept == {"all": str(at(rows[0]["date"])).replace(" ", "T")}
    # It begins anew in October, which is another request.
    settings: dict[str, Any] = {"start_date": "2026-10-25", "lookback_days": 60, "max_requests": 1}
    two = tap.run(now=NOW, state=one.state, **settings)
    assert two.code == 0, two.log
    assert partition(two.state, stream)["left_off"]["unreadable"] == kept


def test_what_fails_for_another_reason_is_not_remembered(
    simulator: Simulator, tmp_path: Path
) -> None:
    stream = "reports_cdr_1"
    simulator.faults.add(Fault("refused", lambda _: Answer(400, {"code": "400", "msg": "NO"})))
    result = for_simulator(simulator, tmp_path, stream).run(now=NOW)
    assert result.code == 1
    assert "left_off" not in partition(result.state, stream)
