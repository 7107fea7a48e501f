"""Settings of a tap, and what is wrong with them."""

from __future__ import annotations

import re
from typing import Any

from tap_wolkvox.config import completion, settings, validation
from tap_wolkvox.config import operation as operation_settings

TOKEN = "t0ken-Ab.12~!"
GOOD: dict[str, Any] = {"server": "0011", "token": TOKEN}


def completed(**changed: object) -> dict[str, Any]:
    config = {**GOOD, **changed}
    completion.complete(config, settings.SCHEMA)
    return config


def found(**changed: object) -> list[str]:
    return validation.problems(completed(**changed), settings.SCHEMA)


def only_operation(config: dict[str, Any]) -> operation_settings.Operation:
    [operation] = operation_settings.operations(config)
    return operation


def named(problem: str) -> str:
    """Return the setting that a problem is about."""
    match = re.match(r"setting `([^`]+)`[ ,]", problem)
    assert match, problem
    return match[1]


def only(name: str, value: object, **others: object) -> str:
    """Return the one line that a wrong value of a setting gives."""
    problems = found(**{name: value}, **others)
    assert [named(problem) for problem in problems] == [name]
    assert len(problems[0].splitlines()) == 1
    return problems[0]
