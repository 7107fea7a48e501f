"""Make a fault from a name and arguments in JSON. The arguments are checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from types import UnionType
from typing import TYPE_CHECKING, get_args, get_origin, get_type_hints

from tests.simulator.faults.other_answers import (
    absent,
    html,
    maintenance,
    no_rows,
    raw,
    redirect,
    retry_after,
    status,
)
from tests.simulator.faults.other_content import (
    cut_json,
    data,
    drop_field,
    error_code,
    extra_rows,
    fewer_rows,
    set_field,
    wrong_types,
)
from tests.simulator.faults.other_delivery import (
    closed,
    cut_body,
    hang,
    reset,
    slow_body,
    slow_headers,
)

if TYPE_CHECKING:
    from tests.simulator.faults.fault import Fault

_OVER_HTTP = (
    status,
    maintenance,
    no_rows,
    absent,
    retry_after,
    redirect,
    html,
    raw,
    error_code,
    data,
    fewer_rows,
    extra_rows,
    set_field,
    drop_field,
    wrong_types,
    cut_json,
    cut_body,
    closed,
    reset,
    hang,
    slow_body,
    slow_headers,
)
# All but change_rows, which takes a function.
BY_NAME: Mapping[str, Callable[..., Fault]] = {make.__name__: make for make in _OVER_HTTP}


def fault_by_name(name: object, arguments: Mapping[str, object]) -> Fault:
    """Make a fault.

    Raises:
        ValueError: There is no such fault, or the arguments do not fit.
    """
    if not isinstance(name, str) or name not in BY_NAME:
        raise ValueError(f"no such fault: {name!r}; there are {', '.join(sorted(BY_NAME))}")
    make = BY_NAME[name]
    try:
        _check(make, arguments)
        return make(**arguments)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: {error}") from error


def _check(make: Callable[..., Fault], arguments: Mapping[str, object]) -> None:
    signature(make).bind(**arguments)
    hints = get_type_hints(make)
    for key, value in arguments.items():
        if not _fits(value, hints[key]):
            raise ValueError(f'"{key}" cannot be {value!r}')


def _fits(value: object, hint: object) -> bool:
    """Whether a value in JSON has a type such as ``int | str`` or ``Mapping[str, str]``."""
    if isinstance(hint, UnionType):
        return any(_fits(value, each) for each in get_args(hint))
    if get_origin(hint) is Mapping:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if hint is object:
        return True
    # True is an int for Python, but not in JSON.
    return type(value) in ((int, float) if hint is float else (hint,))
