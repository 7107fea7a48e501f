"""How many requests may be sent: of a run, and of a quota that others draw on too."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.api.budget import Budget, QuotaReserve, RequestLimit
from tap_wolkvox.api.quota import QuotaUsage
from tap_wolkvox.errors import BudgetError, OperationError, StreamError

FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


class Operation:
    """An operation that counts what is spent of its quota, and says so for a request."""

    def __init__(self, quota: int, kept: int | None, allowance: RequestLimit) -> None:
        self.day = FIRST
        self.quota = quota
        self.spent = {FIRST: 0, SECOND: 0}
        self.questions = 0
        self.reserve = None if kept is None else QuotaReserve("0011", kept)
        self.budget = Budget(allowance, self.reserve)

    def ask(self) -> QuotaUsage:
        left = self.quota - self.spent[self.day]
        self.budget.spend()
        self.questions += 1
        self.spent[self.day] += 1
        return QuotaUsage(by_token=0, by_all=self.spent[self.day] - 1, left=left, limit=self.quota)

    def request(self) -> bool:
        """Send one, if it may be."""
        try:
            self.spend()
        except BudgetError:
            return False
        self.spent[self.day] += 1
        return True

    def spend(self) -> None:
        if self.reserve:
            self.reserve.learn(self.day, self.ask)
        self.budget.spend()


few = st.integers(min_value=0, max_value=30)


@given(few, st.none() | few, st.none() | st.integers(min_value=1, max_value=30))
def test_all_that_may_be_spent_is_spent_and_no_more(
    quota: int, kept: int | None, most: int | None
) -> None:
    operation = Operation(quota, kept, RequestLimit(most))
    for _ in range(40):
        operation.request()
    # The question has to be asked, for nothing is known before.
    of_quota = 40 if kept is None else max(quota - kept, 1)
    assert operation.spent[FIRST] == min(of_quota, 40 if most is None else most, 41)
    assert operation.questions == (kept is not None)


@given(few, few, st.integers(min_value=0, max_value=20))
def test_a_day_that_begins_is_asked_for_again(quota: int, kept: int, before: int) -> None:
    operation = Operation(quota, kept, RequestLimit(None))
    for _ in range(before):
        operation.request()
    operation.day = SECOND
    for _ in range(40):
        operation.request()
    assert operation.spent[SECOND] == max(quota - kept, 1)
    assert operation.questions == 1 + (before > 0)


@given(st.lists(st.booleans(), max_size=40), st.integers(min_value=1, max_value=30))
def test_operations_share_what_a_run_may_spend(turns: list[bool], most: int) -> None:
    allowance = RequestLimit(most)
    each = (Operation(1000, None, allowance), Operation(1000, 5, allowance))
    for second in turns:
        each[second].request()
    assert sum(operation.spent[FIRST] for operation in each) <= most


def test_what_is_said_names_the_setting() -> None:
    spent = RequestLimit(1)
    Operation(9, None, spent).budget.spend()
    with pytest.raises(BudgetError, match="`max_requests` is reached"):
        Operation(9, None, spent).budget.spend()
    with pytest.raises(BudgetError, match="is the `quota_reserve`"):
        Operation(9, 9, RequestLimit(None)).spend()


def test_a_quota_that_is_not_known_stops_the_operation() -> None:
    def fails() -> QuotaUsage:
        raise StreamError("no such report")

    def says_nothing() -> QuotaUsage:
        return QuotaUsage(by_token=None, by_all=None, left=None, limit=None)

    for ask, said in ((fails, "no such report"), (says_nothing, "gives no number")):
        reserve = QuotaReserve("0011", 1)
        with pytest.raises(OperationError, match=said):
            reserve.learn(FIRST, ask)
        # It is asked again, should anybody go on.
        with pytest.raises(OperationError, match="`quota_reserve` can't be kept"):
            reserve.learn(FIRST, ask)
