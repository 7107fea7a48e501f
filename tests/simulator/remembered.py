"""What an operation was found to be made of need not be found out again."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tests.simulator.operation import Operation
    from tests.simulator.world import World

    Subject = TypeVar("Subject", bound=Hashable)
    Found = TypeVar("Found")


def remembered(
    find: Callable[[Operation, Subject], Found],
) -> Callable[[Operation, Subject], Found]:
    """The same function, asked once for each subject as long as the world lives."""
    known: WeakKeyDictionary[World, dict[Subject, Found]] = WeakKeyDictionary()

    @wraps(find)
    def found(operation: Operation, subject: Subject) -> Found:
        of_world = known.setdefault(operation.world, {})
        if subject not in of_world:
            of_world[subject] = find(operation, subject)
        return of_world[subject]

    return found
