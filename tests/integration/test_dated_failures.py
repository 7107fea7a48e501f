"""Windows that one answer does not hold, or that don't come: what is asked for instead."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tap_wolkvox.cursor.windows import Window
from tap_wolkvox.errors import StreamError
from tap_wolkvox.tap import TapWolkvox
from tests.simulator import Burst, Cap, Fault, Simulator, faults
from tests.support import truth
from tests.support.command_line import TOKEN, bookmark_of, for_simulator, selection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command_line import CommandLine

at = datetime.fromisoformat
NOW = "2026-11-20T09:00:00-05:00"
START, LATEST = at("2026-10-05T00:00:00"), at("2026-11-20T08:44:59")
CDR, BOTS = "reports_cdr_1", "reports_diagram_9"

A_BUSY_DAY = Burst(at("2026-10-20T00:00:00"), at("2026-10-21T00:00:00"), exchanges=10_000)
ONE_SECOND = Burst(at("2026-10-20T12:00:00"), at("2026-10-20T12:00:01"), exchanges=7_000)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(token=TOKEN, pace=0.05, now=at(NOW)) as running:
        yield running


@pytest.fixture
def tap(simulator: Simulator, tmp_path: Path) -> CommandLine:
    return for_simulator(simulator, tmp_path, CDR)


class TestAnswersAtTheCap:
    @pytest.mark.parametrize(
        ("cap", "newest_first"),
        [(Cap.SILENT, False), (Cap.SILENT, True), (Cap.COUNTED, False), (Cap.ERROR, False)],
    )
    def test_are_never_emitted_and_asked_for_in_parts(
        self, tmp_path: Path, cap: Cap, *, newest_first: bool
    ) -> None:
        with Simulator(
            token=TOKEN,
            pace=0.1,
            bursts=[A_BUSY_DAY],
            cap=cap,
            newest_first=newest_first,
            now=at(NOW),
        ) as simulator:
            result = for_simulator(simulator, tmp_path, BOTS).run(now=NOW, start_date="2026-10-05")
            assert result.code == 0, result.log
            wanted = truth.rows(simulator, "diagram_9", START, LATEST)
            asked = truth.ranges(simulator, "diagram_9")
        assert sum(wanted.values()) > 10_000
        assert truth.read(result, BOTS) == wanted
        told = cap is not Cap.ERROR and not newest_first
        assert len(asked) <= (12 if told else 26)
        assert "asking for less." in result.log

    def test_fail_the_stream_where_a_second_is_too_much(self, tmp_path: Path) -> None:
        with Simulator(token=TOKEN, pace=0.1, bursts=[ONE_SECOND], now=at(NOW)) as simulator:
            result = for_simulator(simulator, tmp_path, BOTS).run(now=NOW, start_date="2026-10-05")
            before = truth.rows(simulator, "diagram_9", START, at("2026-10-20T11:59:59"))
        assert result.code == 1
        second = "2026-10-20 12:00:00 to 2026-10-20 12:00:00"
        assert f"{second}, which can't be asked for in parts: " in result.errors[0]
        assert truth.read(result, BOTS) == before
        assert bookmark_of(result.state, BOTS) == "2026-10-20T16:59:59+00:00"

    def test_with_exactly_as_many_rows_may_be_cut_too(self, tmp_path: Path) -> None:
        with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
            rows = truth.served(simulator, "diagram_9", at("2026-11-20"), LATEST)
            full = [rows[0]] * 6_000
            simulator.faults.add(faults.data(full), api="diagram_9")
            result = for_simulator(simulator, tmp_path, BOTS).run(now=NOW, start_date="2026-11-20")
            assert result.code == 0, result.log
            assert len(truth.ranges(simulator, "diagram_9")) > 1
            assert truth.read(result, BOTS) == truth.rows(
                simulator, "diagram_9", at("2026-11-20"), LATEST
            )

    def test_of_fewer_rows_than_are_counted_are_cut(self, tmp_path: Path) -> None:
        with Simulator(
            token=TOKEN, pace=0.05, cap=Cap.COUNTED, row_cap=100, now=at(NOW)
        ) as simulator:
            result = for_simulator(simulator, tmp_path, CDR).run(now=NOW, start_date="2026-11-01")
            assert result.code == 0, result.log
            assert "sent 100; asking for less" in result.log
            wanted = truth.rows(simulator, "cdr_1", at("2026-11-01"), LATEST)
            assert truth.read(result, CDR) == wanted
            # No request was made twice: a count that is too low does not pass by itself.
            assert len(set(truth.ranges(simulator, "cdr_1"))) == len(simulator.requests)

    def test_are_halved_where_their_dates_tell_nothing(self, tmp_path: Path) -> None:
        with Simulator(
            token=TOKEN, pace=0.05, cap=Cap.COUNTED, row_cap=300, now=at(NOW)
        ) as simulator:
            simulator.faults.add(faults.set_field("date", "soon"), api="cdr_1")
            result = for_simulator(simulator, tmp_path, CDR).run(now=NOW, start_date="2026-11-01")
            assert result.code == 0, result.log
            first, second, *_ = truth.ranges(simulator, "cdr_1")
            wanted = truth.rows(simulator, "cdr_1", at("2026-11-01"), LATEST)
        assert abs((first[1] - first[0]) - 2 * (second[1] - second[0])) < timedelta(seconds=3)
        assert truth.read(result, CDR) == wanted

    def test_of_days_are_cut_at_midnight_only(self, tmp_path: Path) -> None:
        # An agent has 24 rows a day: no day has as many as this, and most pairs of days have more.
        with Simulator(
            token=TOKEN, pace=0.05, cap=Cap.COUNTED, row_cap=300, now=at(NOW)
        ) as simulator:
            tap = for_simulator(simulator, tmp_path, "reports_agent_8")
            result = tap.run(now=NOW, start_date="2026-11-01")
            assert result.code == 0, result.log
            asked = truth.ranges(simulator, "agent_8")
            assert len(asked) > 5
            for begin, end in asked:
                assert f"{begin:%H%M%S}" == "000000"
                assert f"{end:%H%M%S}" == "235959" or end == LATEST
            wanted = truth.rows(simulator, "agent_8", at("2026-11-01"), LATEST)
            assert truth.read(result, "reports_agent_8") == wanted

    @pytest.mark.parametrize(
        ("api", "read"), [("agent_8", "2026-11-05"), ("agent_3", "2026-11-05")]
    )
    def test_of_a_single_day_fail_the_stream_of_aggregates(
        self, simulator: Simulator, tmp_path: Path, api: str, read: str
    ) -> None:
        stream = f"reports_{api}"
        tap = for_simulator(simulator, tmp_path, stream)
        one = tap.run(now=NOW, start_date="2026-11-01", end_date=read)
        simulator.faults.add(faults.fewer_rows(1), api=api, times=5)
        result = tap.run(now=NOW, end_date="2026-11-06", state=one.state, lookback_days=0)
        assert result.code == 1
        assert "2026-11-06 00:00:00 to 2026-11-06 23:59:59" in result.errors[0]
        assert not result.records(stream)
        assert bookmark_of(result.state, stream) == read


def test_rows_of_two_days_that_share_a_key_fail_the_stream(
    simulator: Simulator, tmp_path: Path
) -> None:
    """A target would keep one of them."""
    [row, *_] = truth.served(simulator, "chat_1", START, LATEST)
    twice = [row | {"date": "2026-11-18 10:00:00"}, row | {"date": "2026-11-19 10:00:00"}]
    simulator.faults.add(faults.change_rows(lambda _: twice, recount=True), api="chat_1")
    result = for_simulator(simulator, tmp_path, "reports_chat_1").run(now=NOW)
    assert result.code == 1
    assert "2026-11-01 00:00:00 to 2026-11-20 08:44:59: 1 key(s)" in result.errors[0]
    assert not result.records("reports_chat_1")


WHOLE = (at("2026-11-10"), LATEST)


class TestAnswersThatDoNotCome:
    @pytest.mark.parametrize(
        "fault",
        [
            pytest.param(faults.status(500, "OOPS"), id="500"),
            pytest.param(faults.status(504), id="504"),
            pytest.param(faults.error_code(500), id="200 with code 500"),
            pytest.param(faults.cut_json(), id="cut JSON"),
            pytest.param(faults.cut_body(), id="cut body"),
            pytest.param(faults.html(), id="no JSON"),
            pytest.param(faults.hang(3), id="timeout"),
        ],
    )
    def test_are_asked_for_once_more_and_then_halved(
        self, tap: CommandLine, simulator: Simulator, fault: Fault
    ) -> None:
        simulator.faults.add(fault, api="cdr_1", times=2)
        result = tap.run(now=NOW, start_date="2026-11-10", max_retries=5, request_timeout=1)
        assert result.code == 0, result.log
        asked = truth.ranges(simulator, "cdr_1")
        assert asked[:2] == [WHOLE, WHOLE]
        half = (WHOLE[1] - WHOLE[0] + timedelta(seconds=1)) // 2
        assert asked[2] == (WHOLE[0], WHOLE[0] + half - timedelta(seconds=1))
        assert asked[3:] == [(WHOLE[0] + half, WHOLE[1])]
        assert truth.read(result, CDR) == truth.rows(simulator, "cdr_1", *WHOLE)

    @pytest.mark.parametrize(
        "fault",
        [
            pytest.param(faults.maintenance(), id="maintenance"),
            pytest.param(faults.status(429), id="429"),
            pytest.param(faults.retry_after(503, 1), id="503 with Retry-After"),
            pytest.param(faults.closed(), id="closed"),
        ],
    )
    def test_for_another_reason_than_their_size_are_asked_for_again_as_they_are(
        self, tap: CommandLine, simulator: Simulator, fault: Fault
    ) -> None:
        simulator.faults.add(fault, api="cdr_1", times=2)
        result = tap.run(now=NOW, start_date="2026-11-10", max_retries=5)
        assert result.code == 0, result.log
        assert truth.ranges(simulator, "cdr_1") == [WHOLE] * 3

    def test_at_all_end_at_a_second_and_the_next_stream_asks_once(
        self, simulator: Simulator, tmp_path: Path
    ) -> None:
        simulator.faults.add(faults.status(500, "OOPS"), times=1_000)
        tap = for_simulator(simulator, tmp_path, CDR, BOTS)
        result = tap.run(now=NOW, start_date="2026-11-10")
        assert result.code == 1
        asked = truth.ranges(simulator, "cdr_1")
        assert asked[-1] == (at("2026-11-10"), at("2026-11-10"))
        assert 18 < len(asked) < 24
        assert len(truth.ranges(simulator, "diagram_9")) == 1
        assert [line.split(" not read: ")[0] for line in result.errors[:2]] == [
            f"Server 0011, stream {CDR}",
            f"Server 0011, stream {BOTS}",
        ]

    def test_in_a_run_are_read_by_the_next(self, tap: CommandLine, simulator: Simulator) -> None:
        one = tap.run(now=NOW, start_date="2026-09-01", end_date="2026-10-01")
        simulator.faults.add(faults.maintenance(), api="cdr_1")
        two = tap.run(now=NOW, state=one.state, lookback_days=0)
        assert two.code == 1
        assert two.state == one.state
        three = tap.run(now=NOW, state=two.state, lookback_days=0)
        read = truth.read(one, CDR) + truth.read(three, CDR)
        assert read == truth.rows(simulator, "cdr_1", at("2026-09-01"), LATEST)

    def test_after_a_while_let_windows_grow_again(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        simulator.faults.add(faults.status(500), api="cdr_1", times=4)
        result = tap.run(now=NOW, start_date="2026-01-01")
        assert result.code == 0, result.log
        widths = [(end - begin).days for begin, end in truth.ranges(simulator, "cdr_1")]
        assert widths[:5] == [30, 15, 7, 3, 1]
        # From February on a window is a whole month again, which is all that it may be.
        months = [monthrange(2026, month)[1] for month in range(2, 11)]
        assert max(months) == 31
        assert widths[-10:-1] == [days - 1 for days in months]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("20261120000000", "20261101000000"), "ends before it begins"),
        (("20260901000000", "20261120000000"), "is longer than 31 days"),
        (("2026-11-01", "20261120000000"), "has a date that is not of 14 digits"),
        (("20261101000000", "20261131000000"), "has a date that is none"),
    ],
)
def test_a_wrong_range_is_never_taken_for_an_empty_one(
    tap: CommandLine, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str], said: str
) -> None:
    """The API says of both what it says of a range without rows."""
    sent = dict(zip(("date_ini", "date_end"), wrong, strict=True))
    monkeypatch.setattr(Window, "params", sent)
    made = TapWolkvox(config=tap.settings, catalog=selection(CDR))
    with pytest.raises(StreamError, match=f"the range that was sent {said}"):
        made.streams[CDR].sync()
    [partition] = made.state["bookmarks"][CDR]["partitions"]
    assert "replication_key_value" not in partition
