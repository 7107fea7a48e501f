"""How much happens at which hour: busy mornings and afternoons, quiet evenings and weekends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

CALLS_A_DAY = 1_200
"""The average of a week."""

CHATS_A_DAY = 216

WEEK = (1.27, 1.16, 1.12, 1.1, 1.16, 0.6, 0.22)
"""Relative numbers for Monday to Sunday."""

BUSY = (
    *(0.02, 0.02, 0.02, 0.02, 0.02, 0.03, 0.15, 3.4, 8.5, 11.5, 12, 10),
    *(8, 6.5, 9.5, 10.5, 9.5, 7, 3, 1, 0.25, 0.1, 0.05, 0.02),
)
"""Relative numbers of calls per hour: fewer at lunch, hardly any at night."""

WRITING = (
    *(0.6, 0.3, 0.2, 0.2, 0.3, 0.5, 1.5, 4, 7, 8.5, 9, 8.5),
    *(6.5, 6, 7.5, 8.5, 8, 7, 5.5, 4.5, 3.5, 2.5, 1.5, 1),
)
"""Relative numbers of chats per hour: people write in the evening too."""

PRESSURE = (
    *(0.1,) * 7,
    *(0.15, 0.35, 0.6, 0.65, 0.5, 0.45, 0.4, 0.45, 0.55, 0.45, 0.3, 0.2, 0.15),
    *(0.1,) * 4,
)
"""Pressure per hour, from 0 to 1: with a higher one, customers wait longer."""

MONDAY, SATURDAY = 0, 5
OPENS, CLOSES = 7, 20
"""Opening hours."""


def calls(local: datetime) -> float:
    """The usual number of calls in the hour of a local time."""
    return _share(local, BUSY) * CALLS_A_DAY


def chats(local: datetime) -> float:
    """The usual number of chats in the hour of a local time."""
    return _share(local, WRITING) * CHATS_A_DAY


def _share(local: datetime, hours: tuple[float, ...]) -> float:
    """The share of an average day that falls in an hour."""
    return hours[local.hour] / sum(hours) * WEEK[local.weekday()] * len(WEEK) / sum(WEEK)


def pressure(local: datetime) -> float:
    """The usual pressure at a local time."""
    usual = PRESSURE[local.hour]
    if local.weekday() == MONDAY:
        return usual * 1.2
    return usual * 0.6 if local.weekday() >= SATURDAY else usual


def is_open(local: datetime) -> bool:
    """Whether it is within opening hours."""
    return OPENS <= local.hour < CLOSES
