"""The journal: every request to the API, and how it ended."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Request:
    """One request to the API. Its moments are those of ``time.monotonic``.

    ``ended`` is None until it is answered. ``status`` is None if no whole answer was sent.
    ``in_flight`` is the number of open requests of the same token, this one included.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    token: str | None = field(default=None, repr=False)
    body: bytes = b""
    started: float = field(default_factory=time.monotonic)
    in_flight: int = 1
    ended: float | None = None
    status: int | None = None
    cost: int = 0

    @property
    def api(self) -> str:
        """The api in the query, or an empty text."""
        return self.query.get("api", "")


class Journal:
    """All requests, in order.

    Args:
        on_end: Called with each request when it ends.
    """

    def __init__(self, on_end: Callable[[Request], None] | None = None) -> None:
        self._on_end = on_end
        self._lock = Lock()
        self._requests: list[Request] = []
        self._in_flight: Counter[str | None] = Counter()

    @property
    def requests(self) -> list[Request]:
        """The requests so far."""
        with self._lock:
            return list(self._requests)

    @property
    def max_in_flight(self) -> int:
        """The most requests that one token had open at once. Refused ones count too."""
        return max((each.in_flight for each in self.requests), default=0)

    def open(self, request: Request) -> int:
        """Note a new request. Return its number, for ``close``."""
        with self._lock:
            self._in_flight[request.token] += 1
            self._requests.append(replace(request, in_flight=self._in_flight[request.token]))
            return len(self._requests) - 1

    def close(self, number: int, *, status: int | None, cost: int) -> None:
        """Note how a request ended."""
        with self._lock:
            request = replace(
                self._requests[number], ended=time.monotonic(), status=status, cost=cost
            )
            self._requests[number] = request
            self._in_flight[request.token] -= 1
        if self._on_end is not None:
            self._on_end(request)
