"""Windows: whatever the answers are, all is read once, and in few requests."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil, log2
from typing import TYPE_CHECKING, TypeAlias
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.clock import A_DAY, A_SECOND, end_of_month, midnight, wall_time
from tap_wolkvox.config.operation import Period
from tap_wolkvox.cursor.bookmarks import to_read
from tap_wolkvox.cursor.windows import Limits, Plan, Window, problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

at = datetime.fromisoformat
AN_HOUR = timedelta(hours=1)
BEGIN = at("2026-01-01")
MONTH = 31
"""Days of the longest range of most endpoints."""

Answer: TypeAlias = int | list[datetime] | None
"""How many rows a window has, what a cut answer shows of them, or None where none came."""

OLDEST_FIRST, NEWEST_FIRST, NO_ORDER, NOTHING = (
    "oldest first",
    "newest first",
    "no order",
    "nothing",
)
ORDERS = (OLDEST_FIRST, NEWEST_FIRST, NO_ORDER, NOTHING)
"""What a cut answer shows."""


@dataclass
class Reading:
    """What came of a plan: the windows that were read, with their rows, and the refused ones."""

    whole: Window
    limits: Limits
    read: list[tuple[Window, int]] = field(default_factory=list)
    refused: list[Window] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return len(self.read) + len(self.refused)

    @property
    def rows(self) -> int:
        return sum(rows for _, rows in self.read)


def play(plan: Plan, answer: Callable[[Window], Answer]) -> Reading:
    """Ask a server until all is read; what can't be divided is read, whatever it answers.

    On the way, make sure of what holds of any window, however the server answers.
    """
    reading = Reading(plan.unread, plan.limits)
    while not plan.is_done:
        window = plan.window
        assert window.begin == plan.unread.begin
        assert window.begin <= window.end <= plan.unread.end
        assert window.length <= plan.limits.days * A_DAY
        assert (window.begin.year, window.begin.month) == (window.end.year, window.end.month)
        found = answer(window)
        if isinstance(found, int) or not plan.can_split:
            rows = found if isinstance(found, int) else plan.limits.rows
            reading.read.append((window, rows))
            plan = plan.read(rows)
            assert plan.unread == Window(window.end + A_SECOND, reading.whole.end)
            continue
        reading.refused.append(window)
        plan = plan.failed() if found is None else plan.cut(found)
        assert plan.unread.begin == window.begin
        assert plan.window.length < window.length
    covers(reading)
    return reading


def covers(reading: Reading) -> None:
    """Make sure that the windows cover the whole: each begins a second after the one before."""
    windows = [window for window, _ in reading.read]
    assert windows[0].begin == reading.whole.begin
    assert windows[-1].end == reading.whole.end
    assert all(later.begin - earlier.end == A_SECOND for earlier, later in pairwise(windows))
    if reading.limits.by_day:
        inner = [window.begin for window in windows[1:]]
        assert inner == [midnight(begin) for begin in inner]


@dataclass
class Server:
    """Answers with how many rows there are, and cuts answers that reach the cap."""

    times: Sequence[datetime]
    cap: int
    order: str = OLDEST_FIRST
    patience: int | None = None
    """Rows of more than which no answer comes in time."""

    def __call__(self, window: Window) -> Answer:
        first, after = bisect_left(self.times, window.begin), bisect_right(self.times, window.end)
        count = after - first
        if self.patience is not None and count > self.patience:
            return None
        if count < self.cap:
            return count
        rows = self.times[first:after]
        if self.order == NO_ORDER:
            return random.Random(count).sample(rows, self.cap)
        shown = {OLDEST_FIRST: rows, NEWEST_FIRST: rows[::-1], NOTHING: []}[self.order]
        return list(shown[: self.cap])

    def reading(self, days: int, *, widest: int = MONTH, by_day: bool = False) -> Reading:
        """Read so many days of it from BEGIN."""
        limits = Limits(days=widest, rows=self.cap, by_day=by_day)
        whole = Window(BEGIN, BEGIN + days * A_DAY - A_SECOND)
        return play(Plan.to_read(whole, limits), self)


def months(whole: Window) -> Iterator[Window]:
    """Yield the parts of a range that lie in one calendar month each."""
    begin = whole.begin
    while begin <= whole.end:
        end = min(end_of_month(begin), whole.end)
        yield Window(begin, end)
        begin = end + A_SECOND


def spread(begin: datetime, length: timedelta, rows: int) -> list[datetime]:
    """Return the times of so many rows, evenly over a length."""
    return [(begin + length * row / rows).replace(microsecond=0) for row in range(rows)]


def days_of(rows: int, days: int) -> list[datetime]:
    """Return the times of so many rows a day."""
    return spread(BEGIN, days * A_DAY, rows * days)


moments = st.datetimes(at("2009-01-01"), at("2027-01-01")).map(
    lambda moment: moment.replace(microsecond=0)
)
seconds = st.integers(0, 100 * 86_400).map(lambda count: timedelta(seconds=count))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of any range and limits."""
    begin = draw(moments | moments.map(midnight))
    length = draw(seconds | st.sampled_from([timedelta(), A_DAY - A_SECOND, 31 * A_DAY - A_SECOND]))
    limits = Limits(
        days=draw(st.sampled_from([1, 2, 7, 31])),
        rows=draw(st.sampled_from([1, 2, 50, 6_000, 60_000])),
        by_day=draw(st.booleans()),
    )
    return Plan.to_read(Window(begin, begin + length), limits)


@st.composite
def answers(draw: st.DrawFn, plan: Plan) -> list[Answer]:
    """Answers that need not make sense: what a cut one shows can lie outside of the window."""
    times = st.integers(-86_400, 40 * 86_400).map(lambda at: timedelta(seconds=at))
    shown = st.lists(
        times.map(lambda at: plan.unread.begin + at), max_size=min(plan.limits.rows, 9)
    )
    below_cap = st.integers(0, plan.limits.rows - 1)
    cut = st.one_of(shown, shown.map(sorted))
    return draw(st.lists(st.one_of(below_cap, cut, st.just([]), st.none()), max_size=30))


class TestAnyAnswers:
    @given(st.data())
    def test_all_is_read_once_and_the_number_of_requests_is_bounded(
        self, data: st.DataObject
    ) -> None:
        plan = data.draw(plans())
        made = data.draw(answers(plan))
        rest = iter(made)
        reading = play(plan, lambda _: next(rest, 0))
        windows = len(list(months(reading.whole))) * (1 + 31 // plan.limits.days)
        assert reading.requests <= windows + 40 + 25 * len(made)

    @given(plans(), st.sampled_from([None, []]))
    def test_the_first_second_is_asked_for_alone_after_a_logarithm_of_refusals(
        self, plan: Plan, refusal: Answer
    ) -> None:
        grains, refusals = ceil(plan.window.length / plan.limits.granularity) + 1, 0
        while plan.can_split:
            plan = plan.failed() if refusal is None else plan.cut()
            refusals += 1
        assert plan.window.length <= plan.limits.granularity
        assert refusals <= log2(grains) + 1

    @given(plans(), st.lists(st.integers(-9, 40 * 86_400), min_size=1))
    def test_what_cut_answers_show_decides_at_most_every_other_time(
        self, plan: Plan, offsets: list[int]
    ) -> None:
        shown = [plan.unread.begin + timedelta(seconds=offset) for offset in offsets]
        grains, refusals = ceil(plan.window.length / plan.limits.granularity) + 1, 0
        while plan.can_split:
            before = plan.window
            plan = plan.cut(shown)
            assert plan.window.length < before.length
            refusals += 1
        assert refusals <= 2 * (log2(grains) + 1)

    @given(plans())
    def test_a_range_without_rows_is_read_in_as_few_windows_as_the_limit_allows(
        self, plan: Plan
    ) -> None:
        reading = play(plan, lambda _: 0)
        begins = [each.begin for each in months(plan.unread)]
        if plan.limits.by_day:
            begins = [midnight(begin) for begin in begins]
        lengths = [
            each.end - begin + A_SECOND
            for begin, each in zip(begins, months(plan.unread), strict=True)
        ]
        widest = plan.limits.days * A_DAY
        assert reading.requests == sum(ceil(length / widest) for length in lengths)

    @given(plans(), st.data())
    def test_what_could_not_be_read_before_is_asked_for_alone(
        self, plan: Plan, data: st.DataObject
    ) -> None:
        whole, limits = plan.unread, plan.limits
        place = whole.begin + data.draw(st.integers(0, 100 * 86_400)) * A_SECOND
        reading = play(Plan.to_read(whole, limits, unreadable=place), lambda _: 0)
        without = play(plan, lambda _: 0)
        assert reading.requests <= without.requests + 2
        first = midnight(place) if limits.by_day else place
        if first <= whole.end:
            last = min(first + limits.granularity - A_SECOND, whole.end)
            assert Window(max(first, whole.begin), last) in [window for window, _ in reading.read]
        else:
            assert reading.read == without.read

    @given(plans())
    def test_no_range_that_is_sent_is_refused(self, plan: Plan) -> None:
        sent = []

        def refuse_every_third(window: Window) -> Answer:
            sent.append(problem(window.params, plan.limits.days))
            return 0 if len(sent) % 3 else None

        play(plan, refuse_every_third)
        assert set(sent) == {None}

    def test_nothing_to_read_needs_no_request(self) -> None:
        nothing = Window(BEGIN, BEGIN - A_SECOND)
        assert Plan.to_read(nothing, Limits(days=31, rows=60_000)).is_done


@st.composite
def traffic(draw: st.DrawFn, days: int) -> list[datetime]:
    """Times of rows: bursts of any length, some in a second."""
    bursts = st.tuples(
        st.integers(0, days * 86_400 - 1),
        st.sampled_from([1, 60, 3600, 86_400, days * 86_400]),
        st.integers(1, 150),
    )
    last = BEGIN + days * A_DAY - A_SECOND
    return sorted(
        min(time, last)
        for begin, length, rows in draw(st.lists(bursts, max_size=5))
        for time in spread(BEGIN + begin * A_SECOND, length * A_SECOND, rows)
    )


def servers(days: int) -> st.SearchStrategy[Server]:
    """Servers of any traffic that cut answers, and some that don't answer in time."""
    caps, patience = st.integers(10, 300), st.none() | st.integers(5, 200)
    return st.builds(Server, traffic(days), caps, st.sampled_from(ORDERS), patience)


class TestAnyTraffic:
    @given(
        servers(70),
        st.sampled_from([1, 7, 31]),
        st.booleans(),
    )
    def test_each_row_is_read_once_in_an_answer_that_is_not_cut(
        self, server: Server, widest: int, by_day: bool
    ) -> None:
        times, cap, patience = server.times, server.cap, server.patience
        reading = server.reading(70, widest=widest, by_day=by_day)
        fits = min(cap, cap if patience is None else patience + 1)
        grain = A_DAY if by_day else A_SECOND
        for window, _ in reading.read:
            rows = bisect_right(times, window.end) - bisect_left(times, window.begin)
            assert rows < fits or window.length == grain
        # So much for what can't be divided: a second, or a day, of more than an answer holds.
        if all(isinstance(server(window), int) for window, _ in reading.read):
            assert reading.rows == len(times)
        assert reading.requests <= 70 / widest + 3 + 50 * (1 + len(times) / fits)

    @given(
        st.sampled_from([
            ("America/Santiago", "2026-04-05T03:00:00+00:00"),
            ("America/Santiago", "2026-09-06T04:00:00+00:00"),
            ("America/Havana", "2026-11-01T05:00:00+00:00"),
            ("Europe/Madrid", "2026-03-29T01:00:00+00:00"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"),
        ]),
        st.lists(st.integers(-3 * 86_400, 3 * 86_400), max_size=80),
        st.sampled_from([2, 10, 60]),
        st.sampled_from([OLDEST_FIRST, NOTHING]),
        st.booleans(),
    )  # fmt: skip
    def test_each_row_is_read_once_where_the_clock_is_changed(
        self, turn: tuple[str, str], offsets: list[int], cap: int, order: str, by_day: bool
    ) -> None:
        zone, instant = ZoneInfo(turn[0]), at(turn[1]).astimezone(UTC)
        # A row of either pass of a repeated hour is in the window of what its clock showed.
        happened = [instant + offset * A_SECOND for offset in sorted(offsets)]
        walls = [wall_time(moment, zone) for moment in happened]
        begin = midnight(wall_time(instant - 3 * A_DAY, zone))
        whole = to_read(None, Period(start=begin), instant + 4 * A_DAY, zone)

        def server(window: Window) -> Answer:
            shown = [wall for wall in walls if window.begin <= wall <= window.end]
            return len(shown) if len(shown) < cap else shown[:cap] if order is OLDEST_FIRST else []

        limits = Limits(days=31, rows=cap, by_day=by_day)
        reading = play(Plan.to_read(whole, limits), server)
        counts = [
            sum(window.begin <= wall <= window.end for window, _ in reading.read) for wall in walls
        ]
        assert counts == [1] * len(walls)


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


def sent(begin: str, end: str) -> dict[str, str]:
    return {"date_ini": begin, "date_end": end}


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
