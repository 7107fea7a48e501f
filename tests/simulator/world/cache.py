"""A cache for what is made from an operation."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tests.simulator.world.operation import Operation

    Subject = TypeVar("Subject", bound=Hashable)
    Found = TypeVar("Found")


def cached(
    find: Callable[[Operation, Subject], Found],
) -> Callable[[Operation, Subject], Found]:
    """Call a function once per operation and subject, and keep the result."""
    known: WeakKeyDictionary[Operation, dict[Subject, Found]] = WeakKeyDictionary()

    @wraps(find)
    def found(operation: Operation, subject: Subject) -> Found:
        of_operation = known.setdefault(operation, {})
        if subject not in of_operation:
            of_operation[subject] = find(operation, subject)
        return of_operation[subject]

    return found
