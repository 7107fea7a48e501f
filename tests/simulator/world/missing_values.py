"""Missing values: a row can write them in several ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

FORMS = ("", " ", "-", "--")


def missing(dice: Random) -> str:
    """A random missing value."""
    return dice.choice(FORMS)


def perhaps(dice: Random, value: str, chance: float = 0.3) -> str:
    """The value, or sometimes a missing value."""
    return missing(dice) if dice.random() < chance else value
