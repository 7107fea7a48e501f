"""Where a stream goes on: what the state keeps of it, and what a run makes of that."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.cursor.checkpoint import KEY, NO_CHECKPOINT, Checkpoint
from tap_wolkvox.cursor.windows import Window

at = datetime.fromisoformat
seconds = st.datetimes(at("2001-01-01"), at("2090-01-01")).map(lambda t: t.replace(microsecond=0))
USUAL = Window(at("2026-11-17T00:00:00"), at("2026-11-20T08:44:59"))
UNREAD = at("2026-11-20T00:00:00")


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def with_an_end(left: Checkpoint, length: int) -> Checkpoint:
    """Return the same, with a window that begins where it does, if it does."""
    end = left.begin and left.begin + timedelta(seconds=length)
    return replace(left, end=end, done=frozenset({"one"})) if length else left


anywhere = st.builds(
    with_an_end,
    st.builds(
        Checkpoint,
        deferred_since=maybe(seconds.map(lambda t: t.replace(tzinfo=UTC))),
        begin=maybe(seconds),
        width=maybe(st.integers(min_value=1, max_value=10**7).map(lambda s: timedelta(seconds=s))),
        reread_from=maybe(seconds),
        failed=st.frozensets(st.text(min_size=1)),
        unreadable=st.dictionaries(st.text(min_size=1), seconds),
    ),
    st.integers(min_value=0, max_value=10**7),
)


@given(anywhere, anywhere)
def test_what_is_put_into_a_state_comes_out_of_it(before: Checkpoint, after: Checkpoint) -> None:
    state: dict[str, Any] = {"context": {}, "replication_key_value": "2026-11-20"}
    before.put(state)
    after.put(state)
    read = json.loads(json.dumps(state))
    assert Checkpoint.of(read) == after
    assert (KEY in read) == (after != NO_CHECKPOINT)
    assert read["replication_key_value"] == "2026-11-20"


@pytest.mark.parametrize(
    "unreadable",
    ["2026-11-20T10:00:00", ["all"], {"all": None}, {"all": ""}, {"all": "soon"}, {"all": 7}],
)
def test_a_place_that_is_none_is_refused(unreadable: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        Checkpoint.of({KEY: {"unreadable": unreadable}})


@given(anywhere, maybe(seconds), maybe(seconds))
def test_it_makes_no_run_begin_later_than_what_is_unread(
    left: Checkpoint, unread: datetime | None, start: datetime | None
) -> None:
    begin = left.to_read(USUAL, unread, start).begin
    assert begin <= max(unread or USUAL.begin, start or USUAL.begin, USUAL.begin)
    assert left.to_read(USUAL, unread, start).end == USUAL.end


@given(anywhere, seconds, seconds)
def test_a_run_begins_no_earlier_than_the_settings_want(
    left: Checkpoint, unread: datetime, start: datetime
) -> None:
    assert left.to_read(USUAL, unread, start).begin >= start


class TestARunBegins:
    def test_where_the_one_before_left_off(self) -> None:
        left = Checkpoint(begin=at("2026-11-18T00:00:00"))
        assert left.to_read(USUAL, UNREAD, None).begin == at("2026-11-18T00:00:00")

    def test_before_that_where_the_bookmark_was_set_back(self) -> None:
        left = Checkpoint(begin=at("2026-11-18T00:00:00"))
        unread = at("2026-11-03T00:00:00")
        assert left.to_read(USUAL, unread, None).begin == unread

    def test_where_something_is_to_be_read_again(self) -> None:
        left = Checkpoint(reread_from=at("2026-11-12T00:00:00"))
        assert left.to_read(USUAL, UNREAD, None).begin == at("2026-11-12T00:00:00")

    def test_as_usual_where_that_is_earlier(self) -> None:
        assert NO_CHECKPOINT.to_read(USUAL, UNREAD, None) == USUAL
        left = Checkpoint(reread_from=at("2026-11-19T00:00:00"))
        assert left.to_read(USUAL, UNREAD, None) == USUAL

    def test_with_the_month_that_a_first_run_began_with(self) -> None:
        month = Window(at("2026-12-01T00:00:00"), at("2026-12-01T08:44:59"))
        left = Checkpoint(begin=at("2026-11-01T00:00:00"))
        assert left.to_read(month, None, None).begin == at("2026-11-01T00:00:00")
        assert left.to_read(month, None, month.begin).begin == month.begin


class TestADayThatIsReadWhole:
    BEGIN = at("2026-11-18T00:00:00")

    def left(self, end: str) -> Checkpoint:
        return Checkpoint(begin=self.BEGIN, end=at(end), done=frozenset({"one"}))

    def test_keeps_what_is_done_of_whole_days(self) -> None:
        left = self.left("2026-11-19T23:59:59")
        assert left.of_days(Window(self.BEGIN, at("2026-11-21T10:00:00"))) == left

    def test_keeps_what_is_done_while_it_is_not_over(self) -> None:
        left = self.left("2026-11-20T08:44:59")
        found = left.of_days(Window(self.BEGIN, at("2026-11-20T12:44:59")))
        assert found == replace(left, end=None)

    def test_forgets_once_it_is_over_what_was_done_of_a_part(self) -> None:
        left = self.left("2026-11-20T08:44:59")
        found = left.of_days(Window(self.BEGIN, at("2026-11-21T12:44:59")))
        assert found == replace(left, end=at("2026-11-19T23:59:59"))
        left = self.left("2026-11-18T08:44:59")
        found = left.of_days(Window(self.BEGIN, at("2026-11-21T12:44:59")))
        assert found == Checkpoint(begin=self.BEGIN)
