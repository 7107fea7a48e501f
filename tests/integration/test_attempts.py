"""`campaign_3`: attempts that are in an answer only if their record was loaded in its range too."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator import Cap, Months, Simulator, faults
from tests.simulator.world.events import calls
from tests.support import truth
from tests.support.command_line import TOKEN, for_simulator, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command_line import Result

at = datetime.fromisoformat
NOW = "2026-11-20T09:00:00-05:00"
LATEST = at("2026-11-20T08:44:59")
STREAM, API = "reports_campaign_3", "campaign_3"
A_RANGE = timedelta(days=31, seconds=-1)


def attempts(
    simulator: Simulator, begin: datetime, end: datetime, asked: datetime | None = None
) -> set[tuple[str, str]]:
    """Return phone and instant of the attempts that can be had.

    Args:
        simulator: What serves them.
        begin: Where they begin, in local time.
        end: Where they end.
        asked: Where the range begins that they all come from, if they do.
    """
    zone = simulator.clock.zone
    made = calls.between(
        simulator.operation,
        begin.replace(tzinfo=zone) - timedelta(seconds=1),
        end.replace(tzinfo=zone),
    )
    return {
        (call.customer.phone, call.date.isoformat())
        for call in made
        if call.loaded
        and call.date - call.loaded < timedelta(days=30)
        and (asked is None or call.loaded >= asked.replace(tzinfo=zone))
    }


def both(end: datetime) -> list[tuple[datetime, datetime]]:
    """Return the ranges that are asked for up to an end: as far back as may be, in its month."""
    month = datetime(end.year, end.month, 1)  # noqa: DTZ001  # local time of the operation
    return [(end - A_RANGE, end), (month, end)]


def read(result: Result) -> set[tuple[str, str]]:
    return {(record["telephone"], record["date"]) for record in result.records(STREAM)}


def test_a_daily_run_asks_for_each_day_that_is_not_read_and_reads_others_along(
    tmp_path: Path,
) -> None:
    with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
        result = for_simulator(simulator, tmp_path, STREAM).run(
            now=NOW, state=state_of(STREAM, "2026-11-19T13:44:59+00:00")
        )
        assert result.code == 0, result.log
        ends = [at("2026-11-19T23:59:59"), LATEST]
        assert truth.ranges(simulator, API) == [each for end in ends for each in both(end)]
        # The 16th is the first of the three days that are read again; a day before it, for nobody
        # knows in which zone the API compares.
        first, last = ends
        assert read(result) >= attempts(simulator, at("2026-11-16"), first, first - A_RANGE)
        assert read(result) >= attempts(simulator, at("2026-11-19"), last)
        assert min(record["date"] for record in result.records(STREAM)) > "2026-11-15T05"


def test_a_start_date_that_the_state_reaches_before_counts(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
        result = for_simulator(simulator, tmp_path, STREAM).run(
            now=NOW, state=state_of(STREAM, "2026-11-19T13:44:59+00:00"), start_date="2026-11-18"
        )
        days = (at("2026-11-18"), at("2026-11-19T23:59:59"))
        wanted = attempts(simulator, *days, days[1] - A_RANGE)
        assert read(result) == wanted | attempts(simulator, at("2026-11-20"), LATEST)


@pytest.mark.parametrize("zone", ["America/Mexico_City", "Europe/Madrid"])
def test_dates_are_of_gmt_5_in_any_zone(tmp_path: Path, zone: str) -> None:
    now = at("2026-11-20T16:00:00+00:00")
    with Simulator(token=TOKEN, pace=0.1, timezone=zone, now=now) as simulator:
        result = for_simulator(simulator, tmp_path, STREAM).run(
            now=now.isoformat(), timezone=zone, start_date="2026-11-15", end_date="2026-11-19"
        )
        assert result.code == 0, result.log
        wanted = attempts(simulator, at("2026-11-15"), at("2026-11-19T23:59:59"))
    assert len(wanted) > 50
    assert read(result) == wanted


def test_what_is_too_much_is_asked_for_campaign_by_campaign(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, pace=0.2, cap=Cap.COUNTED, row_cap=1_000, now=at(NOW)) as simulator:
        result = for_simulator(simulator, tmp_path, STREAM).run(now=NOW, start_date="2026-11-19")
        assert result.code == 0, result.log
        assert read(result) == attempts(simulator, at("2026-11-19"), LATEST)
        asked = [
            (request.query["campaign_id"], request.query["date_end"])
            for request in simulator.requests
            if request.api == API
        ]
        ids = [row["campaign_id"] for row in simulator.rows("information", "campaigns")]
        ends = ("20261119235959", "20261120084459")
        # What lies within the month is fewer rows.
        assert asked == [(each, end) for end in ends for each in ("all", *ids, "all")]
        catalogue = [request for request in simulator.requests if request.api == "campaigns"]
        assert len(catalogue) == 1
    assert "asking for one `campaign_id` at a time" in result.log


def test_a_campaign_that_is_in_no_catalogue_is_asked_for_too(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, pace=0.2, cap=Cap.COUNTED, row_cap=1_000, now=at(NOW)) as simulator:
        simulator.faults.add(faults.fewer_rows(6, recount=True), api="campaigns")
        result = for_simulator(simulator, tmp_path, STREAM).run(now=NOW, start_date="2026-11-20")
        assert result.code == 0, result.log
        assert read(result) == attempts(simulator, at("2026-11-20"), LATEST)


def test_a_campaign_that_alone_is_too_much_fails_the_stream(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, pace=0.2, cap=Cap.COUNTED, row_cap=100, now=at(NOW)) as simulator:
        result = for_simulator(simulator, tmp_path, STREAM).run(now=NOW, start_date="2026-11-19")
    assert result.code == 1
    assert "alone is more than the API gives at once" in result.errors[0]
    assert "2026-11-19 00:00:00 to 2026-11-19 23:59:59: " in result.errors[0]
    assert not result.records(STREAM)
    assert "replication_key_value" not in str(result.state)


def test_campaigns_that_hold_fewer_rows_than_all_of_them_fail_the_stream(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
        # The answer for all counts more rows than there are, as if a campaign were hidden.
        simulator.faults.add(faults.extra_rows(60_000), api=API)
        result = for_simulator(simulator, tmp_path, STREAM).run(now=NOW, start_date="2026-11-20")
    assert result.code == 1
    assert "one `campaign_id` at a time, the API gives " in result.errors[0]
    assert not result.records(STREAM)


def test_a_timeout_is_asked_for_campaign_by_campaign_too(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
        simulator.faults.add(faults.status(504), api=API)
        result = for_simulator(simulator, tmp_path, STREAM).run(now=NOW, start_date="2026-11-20")
        assert result.code == 0, result.log
        assert read(result) == attempts(simulator, at("2026-11-20"), LATEST)


def test_a_state_from_the_future_reads_the_last_days(tmp_path: Path) -> None:
    with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
        result = for_simulator(simulator, tmp_path, STREAM).run(
            now=NOW, state=state_of(STREAM, "2031-01-01T00:00:00+00:00")
        )
        assert result.code == 0, result.log
        assert truth.ranges(simulator, API) == both(LATEST)
        assert read(result) >= attempts(simulator, at("2026-11-17"), LATEST, LATEST - A_RANGE)


class TestAServerThatKeepsToMonths:
    """Wolkvox' manual says that reports are made within a month; what the API does is not known."""

    @pytest.mark.parametrize("lacking", [0, 1, 40])
    def test_gives_what_the_fuller_of_two_answers_has(self, tmp_path: Path, lacking: int) -> None:
        with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
            tap = for_simulator(simulator, tmp_path, STREAM)
            settings: dict[str, Any] = {
                "now": NOW,
                "start_date": "2026-11-19",
                "end_date": "2026-11-19",
            }
            usual = keyed(tap.run(**settings))
            # The longer range is asked first.
            simulator.faults.add(faults.no_rows(), api=API)
            within = keyed(tap.run(**settings))
            simulator.faults.add(faults.fewer_rows(lacking, recount=True), api=API)
            result = tap.run(**settings)
        assert result.code == 0, result.log
        found = keyed(result)
        assert within.keys() <= found.keys() <= usual.keys()
        assert found == {key: usual[key] for key in found}
        assert len(found) >= len(usual) - lacking
        assert ("On 1 day(s), the first of them 2026-11-19, " in result.log) == bool(lacking)

    def test_says_where_it_gave_nothing_across(self, tmp_path: Path) -> None:
        with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
            tap = for_simulator(simulator, tmp_path, STREAM)
            simulator.faults.add(faults.no_rows(), api=API)
            result = tap.run(now=NOW, start_date="2026-11-19", end_date="2026-11-19")
            days = (at("2026-11-19"), at("2026-11-19T23:59:59"))
            wanted = attempts(simulator, *days, at("2026-11-01"))
        assert result.code == 0, result.log
        assert len(wanted) > 5
        assert read(result) == wanted
        assert "On 1 day(s), the first of them 2026-11-19, " in result.log

    @pytest.mark.parametrize("months", [Months.FIRST, Months.LAST, Months.NONE])
    def test_gives_all_that_it_has_within_a_month(self, tmp_path: Path, months: Months) -> None:
        with Simulator(token=TOKEN, pace=0.1, months=months, now=at(NOW)) as simulator:
            tap = for_simulator(simulator, tmp_path, STREAM)
            result = tap.run(now=NOW, start_date="2026-11-18", end_date="2026-11-19")
            assert result.code == 0, result.log
            days = (at("2026-11-18"), at("2026-11-19T23:59:59"))
            assert read(result) == attempts(simulator, *days, at("2026-11-01"))
        # The last month alone is what the shorter range has: nothing tells them apart.
        said = "On 2 day(s), the first of them 2026-11-18, "
        assert (said in result.log) == (months is not Months.LAST)

    def test_is_asked_once_where_a_month_is_as_long_as_the_range(self, tmp_path: Path) -> None:
        with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
            tap = for_simulator(simulator, tmp_path, STREAM)
            result = tap.run(now=NOW, start_date="2026-10-31", end_date="2026-10-31")
            assert result.code == 0, result.log
            assert len(truth.ranges(simulator, API)) == 1

    def test_may_send_the_same_row_twice(self, tmp_path: Path) -> None:
        """As often as in the fuller answer, and no more often."""
        with Simulator(token=TOKEN, pace=0.1, now=at(NOW)) as simulator:
            tap = for_simulator(simulator, tmp_path, STREAM)
            doubled = faults.change_rows(lambda rows: [*rows, *rows], recount=True)
            simulator.faults.add(doubled, api=API, times=2)
            result = tap.run(now=NOW, start_date="2026-11-19", end_date="2026-11-19")
        assert result.code == 0, result.log
        counts = Counter(map(repr, (natural(each) for each in result.records(STREAM))))
        assert set(counts.values()) == {2}
        assert "On 1 day(s)" not in result.log


def natural(record: dict[str, Any]) -> list[Any]:
    return [value for name, value in record.items() if name != "row_key"]


def keyed(result: Result) -> dict[str, dict[str, Any]]:
    return {record["row_key"]: record for record in result.records(STREAM)}
