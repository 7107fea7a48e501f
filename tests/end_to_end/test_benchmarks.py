"""What the tap costs: the benchmarks in small, with margins that noise does not reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from benchmarks import answers, fewest, page, run
from benchmarks.outcome import Outcome, Size

at = datetime.fromisoformat
SIZE = Size(rounds=run.SMALL_ROUNDS, small=True)
BEGIN, END = at("2026-10-01T00:00:00"), at("2026-10-10T23:59:59")

posix = pytest.mark.skipif(os.name != "posix", reason="nobody says there what a process took")


def measured(name: str) -> Outcome:
    [subject] = run.subjects([name])
    return subject.measure(SIZE)


def beyond(outcome: Outcome) -> list[str]:
    """The figures that are beyond their margins, in words."""
    return [each.line(SIZE) for each in outcome.verdicts if not each.holds(SIZE)]


@posix
@pytest.mark.slow
@pytest.mark.timed
@pytest.mark.parametrize("name", ["memory", "wall", "cpu", "start"])
def test_what_the_tap_takes(name: str) -> None:
    outcome = measured(name)
    assert outcome.verdicts
    assert beyond(outcome) == []


@pytest.mark.slow
def test_what_the_tap_spends() -> None:
    outcome = measured("requests")
    assert beyond(outcome) == []
    [quiet, *_] = outcome.rows
    name, _, least, spent, daily = quiet
    assert (name, least, spent, daily) == ("quiet year", "12", "12", "365")


def test_the_page_explains_the_benchmarks_as_the_code_does() -> None:
    written = page.PAGE.read_text(encoding="utf-8")
    for text in (page.HEAD, page.METHOD, *(each.HOW for each in run.subjects(run.NAMES))):
        assert text in written


def test_a_busy_machine_is_said() -> None:
    assert page.busy(2.0, 2) == ""
    assert "load 15 on 2 processors" in page.busy(15.2, 2)


@pytest.mark.parametrize("words", [("nothing",), ("--small", "--write"), ("cpu", "--write")])
def test_what_can_not_be_asked_for_is_said(words: tuple[str, ...]) -> None:
    command = [sys.executable, str(Path(run.__file__)), *words]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert ended.returncode == 2
    assert "error: " in ended.stderr


def hourly(count: int) -> fewest.Whole:
    """So many rows in a row, an hour apart, from the beginning on."""
    times = [BEGIN + number * timedelta(hours=1) for number in range(count)]
    return fewest.Whole(times, BEGIN, END)


@pytest.mark.parametrize(
    ("rows", "days", "cap", "wanted"),
    [
        pytest.param(0, 31, 10, 1, id="nothing"),
        pytest.param(240, 31, 241, 1, id="all fit"),
        pytest.param(240, 31, 240, 2, id="as many as may be cut"),
        pytest.param(240, 3, 1000, 4, id="no longer than may be"),
        pytest.param(240, 31, 25, 10, id="a day each"),
    ],
)
def test_the_fewest_requests(rows: int, days: int, cap: int, wanted: int) -> None:
    assert fewest.possible(hourly(rows), days, cap) == wanted


def test_the_fewest_requests_stay_within_a_month() -> None:
    whole = fewest.Whole([], at("2026-02-20T00:00:00"), at("2026-03-05T23:59:59"))
    assert fewest.possible(whole, 31, 10) == 2
    whole = fewest.Whole([], at("2026-12-31T00:00:00"), at("2027-01-31T23:59:59"))
    assert fewest.possible(whole, 31, 10) == 2


def test_a_second_that_does_not_fit_has_no_fewest() -> None:
    whole = fewest.Whole([BEGIN] * 3, BEGIN, END)
    assert fewest.possible(whole, 31, 4) == 1
    with pytest.raises(ValueError, match="more happened"):
        fewest.possible(whole, 31, 3)


@pytest.mark.parametrize(
    ("cap", "wanted"),
    [
        pytest.param(25, 10, id="a day each"),
        pytest.param(24, 30, id="a cut day costs two halves more"),
        pytest.param(12, 70, id="and quarters, if halves are cut"),
    ],
)
def test_daily_windows(cap: int, wanted: int) -> None:
    assert fewest.daily(hourly(240), cap) == wanted


def test_a_fat_answer_is_as_large_as_it_is_to_be() -> None:
    rows = answers.calls(10)
    size = 100_000
    found = answers.fat(rows, size)
    assert size <= len(found) < 1.1 * size
    assert answers.fat(rows, 1) == answers.body(rows)


def test_rows_of_a_window_lie_in_it_and_have_ids_of_their_own() -> None:
    rows = answers.calls(10)
    found = [
        row
        for begin, end in (
            ("20261001000000", "20261001115959"),
            ("20261001120000", "20261001120009"),
        )
        for row in json.loads(answers.of_window(rows, begin, end))["data"]
    ]
    assert len({row["conn_id"] for row in found}) == 20
    dates = [row["date"] for row in found]
    assert dates == sorted(dates)
    assert dates[0] == "2026-10-01 00:00:00"
    assert "2026-10-01 11:59:59" > dates[9] < dates[10] == "2026-10-01 12:00:00"
    assert dates[-1] <= "2026-10-01 12:00:09"


@posix
def test_the_machine_is_named() -> None:
    assert "Python" in page.machine()
