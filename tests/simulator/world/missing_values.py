"""The ways in which a row says that it has no value."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

FORMS = ("", " ", "-", "--")


def missing(dice: Random) -> str:
    """One of them."""
    return dice.choice(FORMS)


def perhaps(dice: Random, value: str, chance: float = 0.3) -> str:
    """The value, or now and then one of them."""
    return missing(dice) if dice.random() < chance else value
