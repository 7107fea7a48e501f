"""What single reports are known for: names, sums and columns that differ, reports that are not."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator import Simulator, faults
from tests.support import truth
from tests.support.command_line import TOKEN, bookmark_of, for_simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.simulator.faults import AnyRow, Fault
    from tests.support.command_line import Result

at = datetime.fromisoformat
NOW = "2026-11-20T09:00:00-05:00"
DAY, LATEST = at("2026-11-19T00:00:00"), at("2026-11-19T23:59:59")
A_DAY: dict[str, Any] = {"start_date": "2026-11-19", "end_date": "2026-11-19"}

SPELLED = [api for api, line in truth.LINES.items() if "also_spelled" in line]
UNIQUE = {api: line["natural_key"][0] for api, line in truth.LINES.items() if "unique" in line}
TOTALS = {
    "cdr_1": "agent_name",
    "agent_9": "agent_name",
    "campaign_5": "type_of_row",
    "diagram_10": "tts_text",
    "quality_2": "survey",
}
NAMED = ("cdr_1", "agent_1", "skill_7")
NOT_EVERYWHERE = ("chat_7", "agents_kpi", "speech_1", "speech_calls", "diagram_1_2", "skill_3")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.2, now=at(NOW)) as running:
        yield running


def otherwise_spelled(api: str) -> Fault:
    """Make an answer use the spelling that the simulator does not use."""
    other: dict[str, str] = {}
    for alias, column in truth.LINES[api]["also_spelled"].items():
        other |= {alias: column, column: alias}
    return faults.change_rows(
        lambda rows: [{other.get(name, name): row[name] for name in row} for row in rows]
    )


def test_both_spellings_of_a_name_come_out_as_one_column(
    simulator: Simulator, tmp_path: Path
) -> None:
    tap = for_simulator(simulator, tmp_path, *map(truth.stream, SPELLED))
    usual = tap.run(now=NOW, **A_DAY)
    for api in SPELLED:
        ids = len(list(truth.asked(simulator, api)))
        # All are asked for before one by one.
        simulator.faults.add(otherwise_spelled(api), api=api, times=ids + (ids > 1))
    other = tap.run(now=NOW, **A_DAY)
    assert (usual.code, other.code) == (0, 0), other.log
    for api in SPELLED:
        wanted = truth.rows(simulator, api, DAY, LATEST)
        assert wanted
        assert truth.read(usual, truth.stream(api)) == wanted
        assert truth.read(other, truth.stream(api)) == wanted
    # What an operation defined for itself goes there, whatever the others are called.
    assert rescued(other) == rescued(usual)


def rescued(result: Result) -> list[str]:
    """Return what the log says of fields that have no column."""
    return re.findall(r"Fields that went to `_rescued_data`: (.*)", result.log)


@pytest.mark.parametrize("api", UNIQUE)
class TestIdsThatAreDocumentedAsUnique:
    def test_are_the_key(self, simulator: Simulator, tmp_path: Path, api: str) -> None:
        result = for_simulator(simulator, tmp_path, truth.stream(api)).run(now=NOW, **A_DAY)
        assert result.code == 0, result.log
        [schema] = [message for message in result.messages if message["type"] == "SCHEMA"]
        assert schema["key_properties"] == ["wolkvox_server", UNIQUE[api]]
        records = result.records(truth.stream(api))
        assert records
        assert "row_key" not in records[0]

    def test_that_are_not_fail_the_stream(
        self, simulator: Simulator, tmp_path: Path, api: str
    ) -> None:
        simulator.faults.add(faults.extra_rows(), api=api)
        result = for_simulator(simulator, tmp_path, truth.stream(api)).run(now=NOW, **A_DAY)
        assert result.code == 1
        assert f"1 key(s) (wolkvox_server, {UNIQUE[api]}) stand for more" in result.errors[0]
        assert result.records(truth.stream(api)) == []


@pytest.mark.parametrize("written", [str, str.upper])
@pytest.mark.parametrize("api", TOTALS)
def test_a_row_named_total_is_left_out_and_counted(
    simulator: Simulator, tmp_path: Path, api: str, written: Callable[[str], str]
) -> None:
    def with_sums(rows: list[AnyRow]) -> list[AnyRow]:
        real = [row for row in rows if "TOTAL" not in row.values()]
        sums = dict.fromkeys(real[0], "") | {TOTALS[api]: "TOTAL"}
        return [*real, {written(name): value for name, value in sums.items()}]

    simulator.faults.add(faults.change_rows(with_sums, recount=True), api=api)
    stream = truth.stream(api)
    result = for_simulator(simulator, tmp_path, stream).run(now=NOW, **A_DAY)
    assert result.code == 0, result.log
    assert truth.read(result, stream) == truth.rows(simulator, api, DAY, LATEST)
    assert "1 rows named TOTAL are left out." in result.log


@pytest.mark.parametrize("api", NAMED)
def test_an_agent_or_a_skill_that_is_called_total_stays(
    simulator: Simulator, tmp_path: Path, api: str
) -> None:
    def renamed(rows: list[AnyRow]) -> list[AnyRow]:
        name = "skill_name" if api == "skill_7" else "agent_name"
        return [row | {name: "TOTAL"} if row[name] else row for row in rows]

    stream = truth.stream(api)
    tap = for_simulator(simulator, tmp_path, stream)
    before = tap.run(now=NOW, **A_DAY)
    simulator.faults.add(faults.change_rows(renamed), api=api)
    after = tap.run(now=NOW, **A_DAY)
    assert len(after.records(stream)) == len(before.records(stream)) > 0
    assert "left out" not in after.log


def in_credits(rows: list[AnyRow]) -> list[AnyRow]:
    """Return each use of a component twice, in two sessions, as the vendor's help has it."""
    kept = [{name: row[name] for name in row if "chars" not in name} for row in rows]
    credit = {"credits_send": "1.25", "credits_answer": "0.5", "total_credits": "1.75"}
    return [{**row, **credit, "SESSION ID": text} for row in kept for text in ("7", "8")]


def test_language_processing_may_come_in_credits_and_by_session(
    simulator: Simulator, tmp_path: Path
) -> None:
    tap = for_simulator(simulator, tmp_path, "reports_cdr_7")
    usual = tap.run(now=NOW, **A_DAY).records("reports_cdr_7")
    simulator.faults.add(faults.change_rows(in_credits, recount=True), api="cdr_7")
    result = tap.run(now=NOW, **A_DAY)
    assert result.code == 0, result.log
    records = result.records("reports_cdr_7")
    assert len({record["row_key"] for record in records}) == len(records) == 2 * len(usual) > 0
    assert {record["session_id"] for record in records} == {"7", "8"}
    assert {record["credits_send"] for record in records} == {1.25}
    assert {record["total_credits"] for record in records} == {1.75}
    assert {record["total_chars"] for record in records} == {None}
    assert {record["_rescued_data"] for record in records} == {None}
    assert "WARNING" not in result.log


def test_a_report_that_a_server_does_not_have_fails_and_no_other(
    simulator: Simulator, tmp_path: Path
) -> None:
    for api in NOT_EVERYWHERE:
        simulator.faults.add(faults.absent(), api=api)
    streams = [truth.stream(api) for api in (*NOT_EVERYWHERE, "cdr_1", "chat_6")]
    result = for_simulator(simulator, tmp_path, *streams).run(now=NOW, **A_DAY)
    assert result.code == 1
    assert result.streams == {"reports_cdr_1", "reports_chat_6"}
    for api in NOT_EVERYWHERE:
        stream = truth.stream(api)
        [error] = [line for line in result.errors if f"stream {stream} not read" in line]
        assert "does not have the report" in error
        # Not empty: a server that has it tomorrow is asked for the same days.
        assert bookmark_of(result.state, stream) is None


def test_columns_that_an_operation_defined_are_kept(simulator: Simulator, tmp_path: Path) -> None:
    level = faults.set_field("service_level_45seg", "93.10 %")
    simulator.faults.add(level, api="skill_1")
    tap = for_simulator(simulator, tmp_path, "reports_speech_1", "reports_skill_1")
    result = tap.run(now=NOW, **A_DAY)
    assert result.code == 0, result.log
    wanted = truth.rows(simulator, "speech_1", DAY, LATEST)
    assert truth.read(result, "reports_speech_1") == wanted
    for record in result.records("reports_skill_1"):
        assert json.loads(record["_rescued_data"]) == {"service_level_45seg": "93.10 %"}
    assert "Fields that went to `_rescued_data`: service_level_45seg" in result.log


def test_cases_are_read_without_their_attachments(simulator: Simulator, tmp_path: Path) -> None:
    result = for_simulator(simulator, tmp_path, "reports_chat_4").run(now=NOW, **A_DAY)
    assert result.code == 0, result.log
    request = simulator.requests[-1]
    assert request.query["include_attachments"] == "false"
    assert request.query["attach_array"] == "no"
    assert not [each for each in result.records("reports_chat_4") if each["attachments"]]


@pytest.mark.parametrize(("api", "inner", "key"), [
    ("agent_5", "status_x_hour", ("agent_id", "hour")),
    ("agent_11", "agents", ("skill_name", "agent_id")),
    ("agents_kpi", "stats", ("agent_id", "date")),
])  # fmt: skip
def test_lists_in_rows_become_rows(
    simulator: Simulator, tmp_path: Path, api: str, inner: str, key: tuple[str, str]
) -> None:
    stream = truth.stream(api)
    result = for_simulator(simulator, tmp_path, stream).run(now=NOW, **A_DAY)
    assert result.code == 0, result.log
    outer = simulator.rows(
        truth.LINES[api]["file"], api, date_ini="20261119000000", date_end="20261119235959"
    )
    found = result.records(stream)
    assert len(found) == sum(len(row[inner]) for row in outer) >= len(outer) > 1
    assert len({tuple(record[name] for name in key) for record in found}) == len(found)
    assert inner not in found[0]


def test_an_object_of_objects_becomes_rows(simulator: Simulator, tmp_path: Path) -> None:
    result = for_simulator(simulator, tmp_path, "reports_cdr_4").run(now=NOW, **A_DAY)
    assert result.code == 0, result.log
    assert [record["interval"] for record in result.records("reports_cdr_4")] == [
        *("0_5_seg", "6_20_seg", "21_60_seg", "61_120_seg", "greater_than_121"),
    ]
