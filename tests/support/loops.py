"""Tests of many cases each of which is little: one test goes through them all."""

from __future__ import annotations

from functools import wraps
from inspect import isclass, signature
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Subject = TypeVar("Subject", bound=Callable[..., Any])


def for_each(
    names: str | tuple[str, ...], values: Iterable[Any], ids: Callable[[Any], str] = str
) -> Callable[[Subject], Subject]:
    """Do what `pytest.mark.parametrize` does, in one test that fails with all cases that do.

    Args:
        names: Parameter of a test, or of the tests of a class; or several.
        values: Its values, or tuples of theirs.
        ids: Says what a case is called by its value.

    Raises:
        ValueError: There is no value: nothing would be tested.
    """
    several = (names,) if isinstance(names, str) else names
    cases = {
        ids(value): dict(zip(several, (value,) if isinstance(names, str) else value, strict=True))
        for value in values
    }
    if not cases:
        raise ValueError(f"there is no value of {names}")

    def of_all(subject: Subject) -> Subject:
        if not isclass(subject):
            return _loop(subject, cases)
        for each, test in list(vars(subject).items()):
            if each.startswith("test_"):
                setattr(subject, each, _loop(test, cases))
        return subject

    return of_all


def _loop(test: Subject, cases: dict[str, dict[str, Any]]) -> Subject:
    @wraps(test)
    def loop(*args: Any, **fixtures: Any) -> None:
        failures = {
            case: failure
            for case, values in cases.items()
            if (failure := _failure(test, *args, **fixtures, **values))
        }
        for case, failure in failures.items():
            failure.add_note(f"of {case}")
        if failures:
            raise ExceptionGroup(f"fails for {', '.join(failures)}", list(failures.values()))

    [given, *_] = cases.values()
    others = [each for each in signature(test).parameters.values() if each.name not in given]
    loop.__signature__ = signature(test).replace(parameters=others)  # type: ignore[attr-defined]
    return loop  # type: ignore[return-value]  # it takes what is left


def _failure(test: Callable[..., Any], *args: Any, **fixtures: Any) -> Exception | None:
    try:
        test(*args, **fixtures)
    except Exception as error:  # noqa: BLE001  # it is raised once all are known
        return error
    return None
