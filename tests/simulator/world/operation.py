"""An operation, that is one customer's server: its tokens, its quota, who is at its counter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from random import Random
from threading import Lock
from typing import TYPE_CHECKING

from tests.simulator.world.entities import World

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from tests.simulator.world.bursts import Burst
    from tests.simulator.world.clock import Clock

AT_ONCE_PER_TOKEN = 2
REQUESTS_PER_LICENCE = 1000

OTHERS = ""
"""Stands in for the tokens of others, who draw on the same quota; nobody is admitted with it."""


@dataclass(frozen=True)
class Usage:
    """Requests of a local day, the one being answered not among them.

    The vendor does not say whether ``token_info`` counts itself. Here it costs 1 like any
    request, but what it says is from just before it.
    """

    quota: int
    by_token: int
    by_all: int

    @property
    def available(self) -> int:
        """Requests still to be had today, by all tokens together."""
        return max(0, self.quota - self.by_all)


class Refusal(Enum):
    """Why a request is not admitted."""

    NO_TOKEN = "it has no token"
    UNKNOWN_TOKEN = "the operation does not know its token"
    TOO_MANY_AT_ONCE = "its token has as many requests open as it may"
    QUOTA_SPENT = "the quota of the day is spent"


@dataclass(frozen=True)
class Seat:
    """The place of an admitted request; whoever holds it gives it back with ``leave``."""

    token: str
    usage: Usage


@dataclass(frozen=True)
class Conditions:
    """How much happens, how soon the reports know of it, and how much may be asked.

    ``quota`` is licences x 1000 if None. ``others`` is how many requests others, who draw on the
    same quota, spend after each one that is admitted.

    Raises:
        ValueError: Others spend fewer than none.
    """

    quota: int | None = None
    pace: float = 1.0
    bursts: tuple[Burst, ...] = ()
    lag: timedelta = timedelta(minutes=10)
    others: int = 0

    def __post_init__(self) -> None:
        if self.others < 0:
            raise ValueError(f"others must be at least 0: {self.others}")


class Operation:
    """One server with its tokens; all of them draw on one quota.

    Args:
        seed: What its data are generated from, together with the server.
        server: Its number, as text.
        tokens: The tokens it accepts.
        clock: Its local time.
        conditions: How much happens in it, and how much it lets happen.
    """

    def __init__(
        self, seed: int, server: str, tokens: Iterable[str], clock: Clock, conditions: Conditions
    ) -> None:
        self.seed = seed
        self.server = server
        self.tokens = tuple(tokens)
        self.clock = clock
        self.conditions = conditions
        self.name = f"Operación Demo {server}"
        self.world = World(self.dice)
        self.licences = self.dice("licences").randint(15, 120)
        quota = conditions.quota
        self.quota = REQUESTS_PER_LICENCE * self.licences if quota is None else quota
        self._lock = Lock()
        self._spent: Counter[tuple[date, str]] = Counter()
        self._seated: Counter[str] = Counter()

    def dice(self, *about: object) -> Random:
        """A generator that always throws the same for this operation and subject."""
        return Random("/".join(map(str, (self.seed, self.server, *about))))

    def known_until(self) -> datetime:
        """The moment up to which reports know what happened."""
        return self.clock.now() - self.conditions.lag

    def usage(self, token: str) -> Usage:
        """How much of today's quota is used up."""
        with self._lock:
            return self._usage(token, self.clock.today())

    def spend(self, requests: int) -> None:
        """Let others spend so many requests of today's quota, or as many as are left.

        Raises:
            ValueError: Fewer than none.
        """
        if requests < 0:
            raise ValueError(f"requests to spend must be at least 0: {requests}")
        with self._lock:
            self._spend(requests, self.clock.today())

    def admit(self, token: str | None) -> Seat | Refusal:
        """Seat a request and charge it, or say why not; a refused one costs nothing."""
        if not token:
            return Refusal.NO_TOKEN
        if token not in self.tokens:
            return Refusal.UNKNOWN_TOKEN
        with self._lock:
            return self._seat(token)

    def leave(self, seat: Seat) -> None:
        """Give the place back."""
        with self._lock:
            self._seated[seat.token] -= 1

    def _seat(self, token: str) -> Seat | Refusal:
        today = self.clock.today()
        usage = self._usage(token, today)
        if self._seated[token] >= AT_ONCE_PER_TOKEN:
            return Refusal.TOO_MANY_AT_ONCE
        if not usage.available:
            return Refusal.QUOTA_SPENT
        self._seated[token] += 1
        self._spent[today, token] += 1
        self._spend(self.conditions.others, today)
        return Seat(token, usage)

    def _spend(self, requests: int, today: date) -> None:
        # With nothing left, those of others are refused too, and cost nothing.
        left = self._usage(OTHERS, today).available
        self._spent[today, OTHERS] += min(requests, left)

    def _usage(self, token: str, today: date) -> Usage:
        by_all = sum(self._spent[today, each] for each in (*self.tokens, OTHERS))
        return Usage(self.quota, self._spent[today, token], by_all)
