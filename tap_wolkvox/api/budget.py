"""Budget: how many requests may still be sent, and what there is to say once there are no more."""

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
    """Requests that a run may spend, of all operations together.

    Args:
        most: How many; None for any number.
    """

    def __init__(self, most: int | None) -> None:
        self._left = most

    def check(self) -> None:
        """Make sure that one is left.

        Raises:
            BudgetError: None is.
        """
        if self._left == 0:
            raise BudgetError("`max_requests` is reached")

    def take(self) -> None:
        """Spend one."""
        if self._left is not None:
            self._left -= 1


class QuotaReserve:
    """Requests of an operation's daily quota that are left to other integrations.

    Requests that others make during the run count against the reserve, not against the run.

    Args:
        server: The operation's server.
        kept: How many requests are left to others.
    """

    def __init__(self, server: str, kept: int) -> None:
        self._server = server
        self._kept = kept
        self._left = 0
        self._day: date | None = None
        self._asking = False

    def learn(self, today: date, ask: Callable[[], QuotaUsage]) -> None:
        """Ask what is left of the quota, once a day.

        Args:
            today: The day by which the quota is counted.
            ask: Returns what the API says of the quota; its own request need not be left.

        Raises:
            BudgetError: `max_requests` leaves no request to ask with.
            OperationError: The quota can't be known, or no request can be sent at all.
        """
        if self._day == today or self._asking:
            return
        self._asking = True
        try:
            usage = ask()
        except StreamError as error:
            raise OperationError(f"{_UNKNOWN}: {error}") from None
        finally:
            self._asking = False
        if usage.left is None:
            raise OperationError(f"{_UNKNOWN}: the API gives no number of what is left of it")
        # The API counts what is left before this request.
        self._left = max(usage.left - 1 - self._kept, 0)
        self._day = today
        logger.info(
            "Server %s: requests today: %s. This run may spend %d more of them.",
            *(self._server, usage, self._left),
        )

    def check(self) -> None:
        """Make sure that one can be spent.

        Raises:
            BudgetError: What is left is the reserve.
        """
        if self._left < 1 and not self._asking:
            raise BudgetError("what is left of today's quota is the `quota_reserve`")

    def take(self) -> None:
        """Spend one; what is spent to ask for the quota is part of the answer."""
        if not self._asking:
            self._left -= 1


_UNKNOWN = "`quota_reserve` can't be kept, for the quota is not known (unset it to read anyway)"


class Budget:
    """What the requests of one operation may cost.

    Args:
        limit: What the run may spend.
        reserve: What of the quota is not touched; None where it does not matter.
    """

    def __init__(self, limit: RequestLimit, reserve: QuotaReserve | None = None) -> None:
        self._limit = limit
        self._reserve = reserve

    def spend(self) -> None:
        """Spend one request.

        Raises:
            BudgetError: None may be spent.
        """
        self._limit.check()
        if self._reserve:
            self._reserve.check()
            self._reserve.take()
        self._limit.take()
