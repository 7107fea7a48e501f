"""A cache for what is made from an operation."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tests.simulator.world.entities import World
    from tests.simulator.world.operation import Operation

    Subject = TypeVar("Subject", bound=Hashable)
    Found = TypeVar("Found")


def cached(
    find: Callable[[Operation, Subject], Found],
) -> Callable[[Operation, Subject], Found]:
    """Call a function once per world and subject, and keep the result."""
    known: WeakKeyDictionary[World, dict[Subject, Found]] = WeakKeyDictionary()

    @wraps(find)
    def found(operation: Operation, subject: Subject) -> Found:
        of_world = known.setdefault(operation.world, {})
        if subject not in of_world:
            of_world[subject] = find(operation, subject)
        return of_world[subject]

    return found
