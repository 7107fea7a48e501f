"""A test that goes through many cases fails with all that fail, and says which they are."""

from __future__ import annotations

from inspect import signature

import pytest

from tests.support.loops import for_each

CASES = ("first", "second", "third")


@for_each("case", CASES)
def check(case: str, wanted: str) -> None:
    assert case == wanted


@for_each(("low", "high"), [(1, 2), (2, 2), (3, 2)])
class Checks:
    def test_order(self, low: int, high: int) -> None:
        assert low < high

    def test_room(self, low: int, high: int, room: int) -> None:
        assert low + room > high


def test_every_case_that_fails_is_named() -> None:
    with pytest.raises(ExceptionGroup, match=r"^fails for first, third") as raised:
        check(wanted="second")  # type: ignore[call-arg]  # the loop adds it
    assert [each.__notes__ for each in raised.value.exceptions] == [["of first"], ["of third"]]


def test_so_do_the_tests_of_a_class() -> None:
    with pytest.raises(ExceptionGroup, match=r"^fails for \(2, 2\), \(3, 2\)"):
        Checks().test_order()  # type: ignore[call-arg]
    Checks().test_room(room=2)  # type: ignore[call-arg]


def test_what_is_left_are_the_fixtures() -> None:
    assert list(signature(check).parameters) == ["wanted"]
    assert list(signature(Checks.test_room).parameters) == ["self", "room"]


def test_no_case_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no value of case"):
        for_each("case", ())
