"""Quota: what the API says of a token's requests today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_wolkvox import values
from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Usage:
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


def usage(rows: Sequence[Mapping[str, object]]) -> Usage:
    """Return what an answer of `token_info` says.

    Args:
        rows: Its rows, as the API sent them.

    Raises:
        StreamError: It is not about a token.
    """
    figures = {values.column_name(field): value for row in rows[:1] for field, value in row.items()}
    if "token_limit" not in figures:
        raise StreamError("the API tells nothing of the token: please report it")
    return Usage(
        by_token=_number(figures.get("token_use_today")),
        by_all=_number(figures.get("all_token_today")),
        left=_number(figures.get("available_consumption_options")),
        limit=_number(figures["token_limit"]),
    )


def _number(value: object) -> int | None:
    try:
        return values.to_integer(value)
    except values.MisfitError:
        return None
