"""Windows of any answers and of any traffic."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from math import ceil, log2
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.clock import A_DAY, A_SECOND, midnight, wall_time
from tap_wolkvox.config.operation import Period
from tap_wolkvox.cursor.bookmarks import to_read
from tap_wolkvox.cursor.windows import Limits, Plan, Window, problem
from tests.unit.windows.common import (
    BEGIN,
    NOTHING,
    OLDEST_FIRST,
    ORDERS,
    Answer,
    Server,
    at,
    moments,
    months,
    play,
    spread,
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
