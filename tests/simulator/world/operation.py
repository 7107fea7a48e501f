"""An operation: the server of one customer, with its tokens and its quota."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import lru_cache
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
"""Stands for the tokens of other programs on the same quota. It admits nobody."""


@dataclass(frozen=True)
class Usage:
    """Requests of a local day, without the current one.

    The vendor does not say whether ``token_info`` counts itself. Here it costs 1 like any
    request, but it shows the numbers from before.
    """

    quota: int
    by_token: int
    by_all: int

    @property
    def available(self) -> int:
        """Requests left today, for all tokens together."""
        return max(0, self.quota - self.by_all)


class Refusal(Enum):
    """Why a request is not admitted."""

    NO_TOKEN = "it has no token"
    UNKNOWN_TOKEN = "the operation does not know its token"
    TOO_MANY_AT_ONCE = "its token has as many requests open as it may"
    QUOTA_SPENT = "the quota of the day is spent"


@dataclass(frozen=True)
class Seat:
    """The place of an admitted request. The caller frees it with ``leave``."""

    token: str
    usage: Usage


@dataclass(frozen=True)
class Conditions:
    """How much happens, how late reports know of it, and how many requests there are.

    ``quota`` is licences x 1000 if None. After each admitted request, other programs spend
    ``others`` requests of the same quota.

    Raises:
        ValueError: ``others`` is below 0.
    """

    quota: int | None = None
    pace: float = 1.0
    bursts: tuple[Burst, ...] = ()
    lag: timedelta = timedelta(minutes=10)
    others: int = 0

    def __post_init__(self) -> None:
        if self.others < 0:
            raise ValueError(f"others must be at least 0: {self.others}")


@dataclass(frozen=True)
class Origin:
    """What decides all that happens in an operation."""

    seed: int
    server: str
    zone: str
    pace: float
    bursts: tuple[Burst, ...]

    def dice(self, *about: object) -> Random:
        """A random generator. It is always the same for one seed, server and subject."""
        return Random("/".join(map(str, (self.seed, self.server, *about))))


@lru_cache(maxsize=6)
def _world(origin: Origin) -> World:
    """The world of an origin. Operations share it, and what is cached of it."""
    return World(origin.dice)


class Operation:
    """The server of one customer. All its tokens share one quota.

    Args:
        seed: The data are generated from it and the server.
        server: Its number, as text.
        tokens: The tokens it accepts.
        clock: Its local time.
        conditions: How much happens, and how many requests there are.
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
        origin = Origin(seed, server, str(clock.zone), conditions.pace, conditions.bursts)
        self.dice = origin.dice
        self.world = _world(origin)
        self.licences = self.dice("licences").randint(15, 120)
        quota = conditions.quota
        self.quota = REQUESTS_PER_LICENCE * self.licences if quota is None else quota
        self._lock = Lock()
        self._spent: Counter[tuple[date, str]] = Counter()
        self._seated: Counter[str] = Counter()

    def known_until(self) -> datetime:
        """The last moment that reports know."""
        return self.clock.now() - self.conditions.lag

    def usage(self, token: str) -> Usage:
        """The requests of today."""
        with self._lock:
            return self._usage(token, self.clock.today())

    def spend(self, requests: int) -> None:
        """Let other programs spend requests of today's quota, or as many as are left.

        Raises:
            ValueError: The number is below 0.
        """
        if requests < 0:
            raise ValueError(f"requests to spend must be at least 0: {requests}")
        with self._lock:
            self._spend(requests, self.clock.today())

    def admit(self, token: str | None) -> Seat | Refusal:
        """Admit a request and charge it, or say why not. A refused request costs nothing."""
        if not token:
            return Refusal.NO_TOKEN
        if token not in self.tokens:
            return Refusal.UNKNOWN_TOKEN
        with self._lock:
            return self._seat(token)

    def leave(self, seat: Seat) -> None:
        """Free a seat."""
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
        # With nothing left, their requests are refused too, and cost nothing.
        left = self._usage(OTHERS, today).available
        self._spent[today, OTHERS] += min(requests, left)

    def _usage(self, token: str, today: date) -> Usage:
        by_all = sum(self._spent[today, each] for each in (*self.tokens, OTHERS))
        return Usage(self.quota, self._spent[today, token], by_all)
