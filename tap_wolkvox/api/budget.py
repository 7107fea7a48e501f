"""Budget: how many more requests an operation may send, and the error once it may send none."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tap_wolkvox.errors import BudgetError, OperationError, StreamError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tap_wolkvox.api.quota import QuotaUsage

logger = logging.getLogger("tap-wolkvox")


class RequestLimit:
    """The limit of requests for one run (`max_requests`). All operations share it.

    Args:
        most: Number of requests; None for no limit.
    """

    def __init__(self, most: int | None) -> None:
        self._remaining = most

    def check(self) -> None:
        """Check that the run may send one more request.

        Raises:
            BudgetError: The limit is reached.
        """
        if self._remaining == 0:
            raise BudgetError("`max_requests` is reached")

    def take(self) -> None:
        """Count one request."""
        if self._remaining is not None:
            self._remaining -= 1


class QuotaReserve:
    """The part of an operation's daily quota that is left to other programs (`quota_reserve`).

    The remaining quota is read once a day and counted down from there. Requests that other
    programs send after that are not noticed: they come out of the reserve.

    Args:
        server: The operation's server.
        kept: Number of requests to leave to other programs.
    """

    def __init__(self, server: str, kept: int) -> None:
        self._server = server
        self._kept = kept
        self._remaining = 0
        self._day: date | None = None
        # The request that reads the quota spends the same budget. Meanwhile, no reserve counts.
        self._is_reading = False

    def learn(self, today: date, read_usage: Callable[[], QuotaUsage]) -> None:
        """Read the remaining quota, once a day.

        Args:
            today: The current day of the operation. A new day has a new quota.
            read_usage: Sends one request and returns the usage of the quota.

        Raises:
            BudgetError: `max_requests` does not even allow the request that reads the quota.
            OperationError: The API does not tell the quota, or no request can be sent at all.
        """
        if self._day == today or self._is_reading:
            return
        self._is_reading = True
        try:
            usage = read_usage()
        except StreamError as error:
            raise OperationError(f"{_UNKNOWN}: {error}") from None
        finally:
            self._is_reading = False
        if usage.left is None:
            raise OperationError(f"{_UNKNOWN}: the API gives no number of what is left of it")
        # The API does not count the request that reads the quota.
        self._remaining = max(usage.left - 1 - self._kept, 0)
        self._day = today
        logger.info(
            "Server %s: requests today: %s. This run may spend %d more of them.",
            *(self._server, usage, self._remaining),
        )

    def check(self) -> None:
        """Check that one more request does not touch the reserve.

        Raises:
            BudgetError: Only the reserve remains of the quota.
        """
        if self._remaining < 1 and not self._is_reading:
            raise BudgetError("what is left of today's quota is the `quota_reserve`")

    def take(self) -> None:
        """Count one request, except the one that reads the quota: `learn` counts it."""
        if not self._is_reading:
            self._remaining -= 1


_UNKNOWN = "`quota_reserve` can't be kept, for the quota is not known (unset it to read anyway)"


class Budget:
    """Both limits on the requests of one operation.

    Args:
        limit: The limit of the run.
        reserve: The part of the quota to leave to other programs; None if there is none.
    """

    def __init__(self, limit: RequestLimit, reserve: QuotaReserve | None = None) -> None:
        self._limit = limit
        self._reserve = reserve

    def spend(self) -> None:
        """Count one request, before it is sent.

        Raises:
            BudgetError: No request may be sent any more.
        """
        self._limit.check()
        if self._reserve:
            self._reserve.check()
            self._reserve.take()
        self._limit.take()
