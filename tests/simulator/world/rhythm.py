"""How much happens when: busy mornings and afternoons, quiet evenings, weekends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

CALLS_A_DAY = 1_200
"""On the average of a week."""

CHATS_A_DAY = 216

WEEK = (1.27, 1.16, 1.12, 1.1, 1.16, 0.6, 0.22)
"""Monday to Sunday, beside one another."""

BUSY = (
    *(0.02, 0.02, 0.02, 0.02, 0.02, 0.03, 0.15, 3.4, 8.5, 11.5, 12, 10),
    *(8, 6.5, 9.5, 10.5, 9.5, 7, 3, 1, 0.25, 0.1, 0.05, 0.02),
)
"""Calls of the hours of a day, beside one another: few at lunch, hardly any at night."""

WRITING = (
    *(0.6, 0.3, 0.2, 0.2, 0.3, 0.5, 1.5, 4, 7, 8.5, 9, 8.5),
    *(6.5, 6, 7.5, 8.5, 8, 7, 5.5, 4.5, 3.5, 2.5, 1.5, 1),
)
"""Chats of the hours: people write in the evening too."""

PRESSURE = (
    *(0.1,) * 7,
    *(0.15, 0.35, 0.6, 0.65, 0.5, 0.45, 0.4, 0.45, 0.55, 0.45, 0.3, 0.2, 0.15),
    *(0.1,) * 4,
)
"""How hard it is to be answered soon in each hour of a day, from 0 to 1."""

MONDAY, SATURDAY = 0, 5
OPENS, CLOSES = 7, 20
"""Hours between which somebody should be there."""


def calls(local: datetime) -> float:
    """How many usually come in the hour of a local time."""
    return _share(local, BUSY) * CALLS_A_DAY


def chats(local: datetime) -> float:
    """The same of chats."""
    return _share(local, WRITING) * CHATS_A_DAY


def _share(local: datetime, hours: tuple[float, ...]) -> float:
    """The part of an average day's work that lies in an hour."""
    return hours[local.hour] / sum(hours) * WEEK[local.weekday()] * len(WEEK) / sum(WEEK)


def pressure(local: datetime) -> float:
    """How hard it usually is to be answered soon, from 0 to 1."""
    usual = PRESSURE[local.hour]
    if local.weekday() == MONDAY:
        return usual * 1.2
    return usual * 0.6 if local.weekday() >= SATURDAY else usual


def is_open(local: datetime) -> bool:
    """Whether somebody should be there."""
    return OPENS <= local.hour < CLOSES
