"""Quota: how many requests an operation sent today, and how many remain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """Numbers of requests today; None if the API gives no number.

    Args:
        by_token: Requests with this token.
        by_all: Requests with all tokens of the operation.
        left: Requests that remain today.
        limit: Requests allowed in a day.
    """

    by_token: int | None
    by_all: int | None
    left: int | None
    limit: int | None

    def __str__(self) -> str:
        by_token, by_all, left, limit = (
            "?" if number is None else str(number)
            for number in (self.by_token, self.by_all, self.left, self.limit)
        )
        return f"{by_token} by this token, {by_all} by all tokens; {left} of {limit} left"


def usage(records: Sequence[Mapping[str, Any]]) -> QuotaUsage:
    """Return the usage that a response of `token_info` reports.

    Args:
        records: The typed records of the response. `token_info` sends one record.

    Raises:
        StreamError: The response holds none of the numbers.
    """
    record = records[0] if records else {}
    reported = QuotaUsage(
        by_token=record.get("token_use_today"),
        by_all=record.get("all_token_today"),
        left=record.get("available_consumption_options"),
        limit=record.get("token_limit"),
    )
    if reported == NOTHING:
        raise StreamError("the API tells nothing of the token: please report it")
    return reported


NOTHING = QuotaUsage(by_token=None, by_all=None, left=None, limit=None)
"""The usage if a response holds none of the numbers."""
