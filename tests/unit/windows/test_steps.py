"""Windows step by step, and what they cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.clock import A_DAY, A_SECOND, end_of_month
from tap_wolkvox.cursor.windows import Limits, Plan, Window, problem

if TYPE_CHECKING:
    from collections.abc import Callable

from tests.unit.windows.common import (
    BEGIN,
    MONTH,
    NO_ORDER,
    NOTHING,
    OLDEST_FIRST,
    ORDERS,
    Answer,
    Server,
    at,
    moments,
    months,
    play,
    sent,
    spread,
)

AN_HOUR = timedelta(hours=1)


def days_of(rows: int, days: int) -> list[datetime]:
    """Return the times of so many rows a day."""
    return spread(BEGIN, days * A_DAY, rows * days)


class TestByDay:
    LIMITS = Limits(days=31, rows=60_000, by_day=True)

    def test_the_first_and_the_last_day_may_be_parts(self) -> None:
        whole = Window(at("2026-01-10T15:00"), at("2026-01-12T08:52:12"))
        plan = Plan.to_read(whole, self.LIMITS)
        assert plan.window == whole
        plan = plan.cut()
        assert plan.window == Window(whole.begin, at("2026-01-10T23:59:59"))
        assert not plan.can_split
        plan = plan.read(0)
        assert plan.window == Window(at("2026-01-11T00:00"), whole.end)
        plan = plan.cut()
        assert plan.window == Window(at("2026-01-11T00:00"), at("2026-01-11T23:59:59"))
        assert not plan.can_split

    def test_a_part_of_a_day_alone_is_not_divisible(self) -> None:
        plan = Plan.to_read(Window(at("2026-01-10T15:00"), at("2026-01-10T16:00")), self.LIMITS)
        assert not plan.can_split

    def test_the_widest_window_ends_at_midnight_where_it_begins_within_a_day(self) -> None:
        plan = Plan.to_read(Window(at("2026-01-10T15:00"), at("2026-06-01")), self.LIMITS)
        assert plan.window.end == at("2026-01-31T23:59:59")
        narrow = Plan.to_read(plan.unread, replace(self.LIMITS, days=7))
        assert narrow.window.end == at("2026-01-16T23:59:59")

    @given(st.integers(0, 59), st.sampled_from(ORDERS))
    def test_the_day_of_a_burst_is_read_alone(self, day: int, order: str) -> None:
        burst = BEGIN + day * A_DAY
        times = sorted(days_of(6, 60) + spread(burst + 9 * AN_HOUR, AN_HOUR, 590))
        reading = Server(times, 600, order).reading(60, by_day=True)
        assert reading.rows == len(times)
        assert reading.requests <= 20


class TestSteps:
    """One step after the other, of a plan of a year and a cap of 1,000 rows."""

    PLAN = Plan.to_read(Window(BEGIN, at("2026-12-31T23:59:59")), Limits(days=31, rows=1_000))

    def test_the_first_window_is_the_widest(self) -> None:
        assert self.PLAN.window == Window(BEGIN, at("2026-01-31T23:59:59"))
        assert self.PLAN.can_split

    @given(st.integers(0, 700))
    def test_windows_stay_wide_while_answers_are_small(self, rows: int) -> None:
        assert self.PLAN.read(rows).window.length == 28 * A_DAY

    @given(st.integers(850, 999))
    def test_windows_shrink_before_answers_are_cut(self, rows: int) -> None:
        assert self.PLAN.read(rows).window.length < MONTH * A_DAY

    @given(st.integers(0, 999), st.integers(0, 999))
    def test_more_rows_make_the_next_window_no_wider(self, some: int, others: int) -> None:
        less, more = sorted((some, others))
        wider, narrower = self.PLAN.read(less).window, self.PLAN.read(more).window
        assert narrower.length <= wider.length

    def test_windows_grow_to_the_limit_where_answers_become_small(self) -> None:
        plan = self.PLAN
        for _ in range(10):
            plan = plan.read(999)
        assert plan.window.length < 5 * A_DAY
        lengths = [plan.window.length]
        while lengths[-1] < MONTH * A_DAY:
            plan = plan.read(0)
            lengths.append(plan.window.length)
        assert lengths == sorted(lengths)
        # Not at once, for a small answer may be that of a night.
        assert 2 < len(lengths) < 10

    @pytest.mark.parametrize("refused", [Plan.cut, Plan.failed])
    def test_a_refused_window_is_halved(self, refused: Callable[[Plan], Plan]) -> None:
        plan = refused(self.PLAN)
        assert plan.window == Window(BEGIN, at("2026-01-16T11:59:59"))
        assert refused(plan).window == Window(BEGIN, at("2026-01-08T17:59:59"))

    @pytest.mark.parametrize("refused", [Plan.cut, Plan.failed])
    def test_the_rest_of_a_refused_window_is_not_asked_for_with_what_follows(
        self, refused: Callable[[Plan], Plan]
    ) -> None:
        rest = refused(self.PLAN).read(0)
        assert rest.window == Window(at("2026-01-16T12:00"), at("2026-01-31T23:59:59"))
        assert rest.read(0).window.begin == at("2026-02-01")
        assert rest.read(0).window.length > 15 * A_DAY

    def test_windows_grow_back_step_by_step_after_one_that_failed(self) -> None:
        plan = self.PLAN.failed().failed().failed().failed()
        failed = plan.window.length
        plan = plan.read(0).read(0)
        lengths = [plan.width]
        while lengths[-1] < MONTH * A_DAY:
            plan = plan.read(0)
            lengths.append(plan.width)
        assert lengths[0] <= 4 * failed
        assert all(later <= 2 * earlier for earlier, later in pairwise(lengths))
        assert 2 < len(lengths) < 9

    def test_a_cut_answer_that_shows_the_oldest_rows_is_asked_for_as_far_as_it_went(self) -> None:
        plan = self.PLAN.cut(spread(BEGIN, A_DAY, 1_000))
        assert plan.window.begin == BEGIN
        assert 20 * AN_HOUR < plan.window.length < A_DAY
        # And what follows is as dense.
        assert plan.read(900).window.length < A_DAY

    def test_what_follows_is_as_dense_as_the_end_of_what_was_shown(self) -> None:
        quiet, burst = spread(BEGIN, 10 * A_DAY, 850), spread(BEGIN + 10 * A_DAY, AN_HOUR, 150)
        plan = self.PLAN.cut(quiet + burst)
        assert plan.read(900).window.length < 12 * AN_HOUR

    def test_a_cut_answer_that_shows_rows_in_no_order_is_asked_for_up_to_their_middle(self) -> None:
        times = spread(BEGIN, 5 * A_DAY, 1_000)
        plan = self.PLAN.cut(times[::2] + times[1::2])
        assert A_DAY < plan.window.length < 3 * A_DAY

    def test_rows_in_no_order_never_make_more_than_half_of_the_window(self) -> None:
        late = spread(BEGIN + 30 * A_DAY, AN_HOUR, 1_000)
        assert self.PLAN.cut(late[::-1]).window == self.PLAN.cut().window

    def test_rows_outside_of_the_window_show_nothing(self) -> None:
        before, after = BEGIN - A_SECOND, self.PLAN.window.end + A_SECOND
        assert self.PLAN.cut([before, after]) == self.PLAN.cut()

    def test_a_guided_window_that_is_cut_too_is_halved(self) -> None:
        guided = self.PLAN.cut(spread(BEGIN, 10 * A_DAY, 1_000))
        again = guided.cut(spread(BEGIN, AN_HOUR, 1_000))
        half = guided.window.length / 2
        assert half - A_SECOND <= again.window.length <= half

    def test_rows_of_one_second_make_a_window_of_that_second(self) -> None:
        plan = self.PLAN.cut([BEGIN] * 1_000)
        assert plan.window == Window(BEGIN, BEGIN)
        assert not plan.can_split
        # It goes on as carefully.
        assert plan.read(1_000).window.length < timedelta(minutes=1)

    def test_rows_of_the_last_second_still_make_the_window_smaller(self) -> None:
        last = self.PLAN.window.end
        assert self.PLAN.cut([last] * 1_000).window == Window(BEGIN, last - A_SECOND)


class TestCost:
    """What reading takes, in requests."""

    @pytest.mark.parametrize("rows", [0, 100, 600, 1_500])
    def test_a_year_of_some_rows_a_day_costs_a_request_a_month(self, rows: int) -> None:
        reading = Server(days_of(rows, 365), 60_000).reading(365)
        assert reading.requests == 12
        whole = Window(BEGIN, BEGIN + 365 * A_DAY - A_SECOND)
        assert [window for window, _ in reading.read] == list(months(whole))

    @pytest.mark.parametrize("order", ORDERS)
    @pytest.mark.parametrize("rows", [2_500, 10_000, 40_000])
    def test_many_rows_a_day_cost_little_more_than_what_answers_hold(
        self, rows: int, order: str
    ) -> None:
        # A hundredth of all.
        times = [
            time
            for day in range(120)
            if day % 7 != 6
            for time in spread(BEGIN + day * A_DAY + 7 * AN_HOUR, 12 * AN_HOUR, rows // 100)
        ]
        reading = Server(times, 600, order).reading(120)
        assert reading.rows == len(times)
        assert reading.requests <= 12 + 2.5 * len(times) / 600

    @pytest.mark.parametrize("rows", [3_000, 12_000])
    def test_quiet_nights_between_busy_days_cost_no_more_than_thrice_the_least(
        self, rows: int
    ) -> None:
        times = [
            time for day in range(20) for time in spread(BEGIN + day * A_DAY, 9 * AN_HOUR, rows)
        ]
        reading = Server(times, 1_000).reading(20)
        assert reading.rows == len(times)
        assert reading.requests <= 3 * len(times) / 1_000

    @pytest.mark.parametrize("order", [OLDEST_FIRST, NO_ORDER, NOTHING])
    @pytest.mark.parametrize("hours", [24, 8, 1])
    def test_a_day_of_95000_rows_among_60_of_600_takes_at_most_26_requests(
        self, hours: int, order: str
    ) -> None:
        burst = spread(BEGIN + 20 * A_DAY + timedelta(hours=9), hours * AN_HOUR, 95_000)
        times = sorted(days_of(600, 60) + burst)
        reading = Server(times, 60_000, order).reading(60)
        assert reading.rows == len(times)
        assert reading.requests <= 26

    @given(
        st.integers(0, 59),
        st.sampled_from([(24, 0), (8, 9), (8, 16), (1, 0), (1, 9), (1, 23)]),
        st.sampled_from([OLDEST_FIRST, NO_ORDER]),
    )
    def test_it_takes_about_as_many_whichever_day_that_is(
        self, day: int, burst: tuple[int, int], order: str
    ) -> None:
        # A hundredth of all.
        hours, hour = burst
        begin = BEGIN + day * A_DAY + hour * AN_HOUR
        times = sorted(days_of(6, 60) + spread(begin, hours * AN_HOUR, 950))
        reading = Server(times, 600, order).reading(60)
        assert reading.rows == len(times)
        assert reading.requests <= (26 if order == OLDEST_FIRST else 30)

    @given(st.integers(0, 59), st.sampled_from([(24, 0), (8, 9), (8, 16)]))
    def test_it_does_whichever_day_that_is_where_cut_answers_show_nothing(
        self, day: int, burst: tuple[int, int]
    ) -> None:
        hours, hour = burst
        begin = BEGIN + day * A_DAY + hour * AN_HOUR
        times = sorted(days_of(6, 60) + spread(begin, hours * AN_HOUR, 950))
        reading = Server(times, 600, NOTHING).reading(60)
        assert reading.requests <= 26

    @pytest.mark.parametrize("minutes", [24 * 60, 8 * 60, 60, 10])
    def test_twice_the_burst_adds_a_few_requests(self, minutes: int) -> None:
        costs = []
        for rows in (475, 950, 1_900, 3_800):
            burst = spread(BEGIN + 20 * A_DAY + 9 * AN_HOUR, timedelta(minutes=minutes), rows)
            costs.append(Server(sorted(days_of(6, 60) + burst), 600).reading(60).requests)
        added = [later - earlier for earlier, later in pairwise(costs)]
        assert added[0] <= 8
        assert added[1] <= 6
        # Six times the cap can't take less than six requests.
        assert added[2] <= 10

    @pytest.mark.parametrize("order", ORDERS)
    @pytest.mark.parametrize("minutes", [24 * 60, 60, 10])
    def test_a_burst_that_fills_13_answers_takes_a_few_requests_for_each_whatever_they_show(
        self, minutes: int, order: str
    ) -> None:
        burst = spread(BEGIN + 20 * A_DAY + 9 * AN_HOUR, timedelta(minutes=minutes), 12 * 600 + 300)
        times = sorted(days_of(6, 60) + burst)
        reading = Server(times, 600, order).reading(60)
        assert reading.rows == len(times)
        to_find_it = log2(60 * 24 * 60 / minutes)
        assert reading.requests <= 4 * 13 + 2 * to_find_it

    @pytest.mark.parametrize("minutes", [24 * 60, 8 * 60, 60])
    def test_answers_that_do_not_come_cost_little_more_than_those_that_are_cut(
        self, minutes: int
    ) -> None:
        burst = spread(BEGIN + 20 * A_DAY + 9 * AN_HOUR, timedelta(minutes=minutes), 950)
        times = sorted(days_of(6, 60) + burst)
        reading = Server(times, 10**9, patience=500).reading(60)
        assert reading.rows == len(times)
        assert reading.requests <= 40

    def test_a_failure_costs_a_few_requests(self) -> None:
        tried = Counter[Window]()

        def fails_once(window: Window) -> Answer:
            tried[window] += 1
            return 0 if len(tried) != 5 else None

        plan = Plan.to_read(Window(BEGIN, at("2026-12-31T23:59:59")), Limits(days=31, rows=60_000))
        assert play(plan, fails_once).requests <= 12 + 3


class TestWindow:
    WINDOW = Window(at("2026-01-09T00:00"), at("2026-01-10T08:52:12"))

    def test_both_ends_are_in_it(self) -> None:
        assert Window(BEGIN, BEGIN).length == A_SECOND
        assert Window(BEGIN, BEGIN + A_DAY - A_SECOND).length == A_DAY

    def test_it_is_asked_for_with_14_digits(self) -> None:
        wanted = {"date_ini": "20260109000000", "date_end": "20260110085212"}
        assert self.WINDOW.params == wanted

    def test_it_reads_well(self) -> None:
        assert str(self.WINDOW) == "2026-01-09 00:00:00 to 2026-01-10 08:52:12"

    def test_its_share_is_how_much_is_read_with_it(self) -> None:
        whole = Window(BEGIN, BEGIN + 10 * A_DAY - A_SECOND)
        assert Window(BEGIN + 4 * A_DAY, BEGIN + 5 * A_DAY - A_SECOND).share_of(whole) == 0.5
        assert Window(BEGIN + 9 * A_DAY, whole.end).share_of(whole) == 1


class TestProblem:
    @given(moments, st.integers(1, 31), st.data())
    def test_ranges_up_to_the_limit_are_right_and_longer_ones_are_not(
        self, begin: datetime, days: int, data: st.DataObject
    ) -> None:
        length = data.draw(st.integers(1, 40 * 86_400) | st.just(days * 86_400))
        window = Window(begin, begin + (length - 1) * A_SECOND)
        crosses = window.end > end_of_month(begin)
        within = "crosses the end of a month" if crosses else None
        too_long = f"is longer than {days} days" if length > days * 86_400 else None
        assert problem(window.params, days) == (too_long or within)
        assert problem(window.params, days, across_months=True) == too_long

    @example("20260101000000", "20260201000000", "is longer than 31 days")
    @example("20260102000000", "20260101235959", "ends before it begins")
    @example("20260230000000", "20260301000000", "has a date that is none")
    @example("20260101000060", "20260301000000", "has a date that is none")
    @example("00000101000000", "20260301000000", "has a date that is none")
    @example("20260101000000", "20260101240000", "has a date that is none")
    @given(
        st.text("0123456789- :T٣\n", max_size=15).filter(
            lambda text: not (len(text) == 14 and text.isascii() and text.isdigit())
        ),
        st.just("20260301000000"),
        st.just("has a date that is not of 14 digits"),
    )
    def test_it_says_what_is_wrong(self, begin: str, end: str, wrong: str) -> None:
        assert problem(sent(begin, end), MONTH) == wrong
        if "digits" in wrong:
            assert problem(sent(end, begin), MONTH) == wrong

    @pytest.mark.parametrize("name", ["date_ini", "date_end"])
    def test_a_missing_date_is_wrong(self, name: str) -> None:
        parameters = sent("20260101000000", "20260102000000")
        del parameters[name]
        assert problem(parameters, MONTH) == "has a date that is not of 14 digits"
