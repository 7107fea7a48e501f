"""Quota: what the API says of a token's requests today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """Requests of today; None where the API gives no number.

    Args:
        by_token: Spent with this token.
        by_all: Spent with all tokens of the operation.
        left: Still to be had.
        limit: To be had in a day.
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
    """Return what an answer of `token_info` says.

    Args:
        records: Its typed records, of which there is one.

    Raises:
        StreamError: It is not about a token.
    """
    record = records[0] if records else {}
    found = QuotaUsage(
        by_token=record.get("token_use_today"),
        by_all=record.get("all_token_today"),
        left=record.get("available_consumption_options"),
        limit=record.get("token_limit"),
    )
    if found == NOTHING:
        raise StreamError("the API tells nothing of the token: please report it")
    return found


NOTHING = QuotaUsage(by_token=None, by_all=None, left=None, limit=None)
"""What an answer says that is not about a token."""
