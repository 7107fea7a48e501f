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
    """Requests of an operation's daily quota that are not touched.

    What others spend meanwhile is theirs: the reserve is for them.

    Args:
        server: The operation's server.
        kept: How many are left to others.
        ask: Returns what the API says of the quota, for one request.
        today: Returns the day by which the quota is counted.
    """

    def __init__(
        self, server: str, kept: int, ask: Callable[[], QuotaUsage], today: Callable[[], date]
    ) -> None:
        self._server = server
        self._kept = kept
        self._ask = ask
        self._today = today
        self._left = 0
        self._day: date | None = None
        self._asking = False

    def prepare(self) -> None:
        """Ask for the quota, once a day.

        Raises:
            BudgetError: Not even that may be asked.
            OperationError: The quota can't be known, or no request can be sent at all.
        """
        today = self._today()
        if self._day != today and not self._asking:
            # A day that begins meanwhile is asked for again by the next request.
            self._learn()
            self._day = today

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

    def _learn(self) -> None:
        self._asking = True
        try:
            usage = self._ask()
        except StreamError as error:
            raise OperationError(f"{_UNKNOWN}: {error}") from None
        finally:
            self._asking = False
        if usage.left is None:
            raise OperationError(f"{_UNKNOWN}: the API gives no number of what is left of it")
        # What the answer says is from before it was asked for.
        self._left = max(usage.left - 1 - self._kept, 0)
        logger.info(
            "Server %s: requests today: %s. This run may spend %d more of them.",
            *(self._server, usage, self._left),
        )


_UNKNOWN = "`quota_reserve` can't be kept, for the quota is not known (unset it to read anyway)"


class Budget:
    """What the requests of one operation may cost.

    Args:
        allowance: What the run may spend.
        reserve: What of the quota is not touched; None where it does not matter.
    """

    def __init__(self, allowance: RequestLimit, reserve: QuotaReserve | None = None) -> None:
        self._allowance = allowance
        self._reserve = reserve

    def prepare(self) -> None:
        """Ask what has to be asked before anything can be spent.

        Raises:
            BudgetError: Not even that may be asked.
            OperationError: It can't be known whether one may be spent.
        """
        if self._reserve:
            self._reserve.prepare()

    def spend(self) -> None:
        """Spend one request.

        Raises:
            BudgetError: None may be spent.
            OperationError: It can't be known whether one may be spent.
        """
        # First of all, for it may take the last one.
        self.prepare()
        self._allowance.check()
        if self._reserve:
            self._reserve.check()
            self._reserve.take()
        self._allowance.take()
