"""One by one: what endpoints are asked for that answer for one id at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from tap_wolkvox.errors import StreamError
from tap_wolkvox.values import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context, Record

    from tap_wolkvox.endpoints import Each
    from tap_wolkvox.streams.base import WolkvoxStream
    from tap_wolkvox.streams.present import PresentStream

FAILURES_IN_A_ROW = 3
"""Ids that fail one after the other, after which the next ones would only cost requests."""


@dataclass(frozen=True, slots=True)
class One:
    """One id that is asked for; none, where all are asked for at once.

    Args:
        columns: What its rows do not hold: the id, in its column.
        parameters: What it is asked for with.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


ALL = One()
"""All at once."""


def to_ask(child: WolkvoxStream, context: Context | None, each: Each) -> list[One]:
    """Return the ids to ask for; those of a stream from it, be it selected or not.

    Args:
        child: The stream that asks for them.
        context: The server that is asked.
        each: What they are.

    Raises:
        StreamError: They can't be had.
        OperationError: No stream of the operation can be read.
    """
    if not each.stream:
        return [One({each.column: value}, {each.asked_with: value}) for value in each.listed]
    stream = cast("PresentStream", child.sibling(each.stream))
    try:
        records = list(stream.whole(context))
    except StreamError as error:
        raise StreamError(f"`{each.stream}`, which has its ids, failed: {error}") from None
    found = [_one(each, record) for record in records if each.has(record)]
    child.logger.info("%d ids of `%s` to ask for.", len(found), each.stream)
    return found


def _one(each: Each, record: Record) -> One:
    value = record[each.column]
    also = {name: record.get(name) or "" for name in each.also}
    return One({each.column: value}, {each.asked_with: value, **also})


def records_of(
    ones: Sequence[One], each: Each, read: Callable[[One], Iterable[Record]]
) -> Iterator[Record]:
    """Yield the records of all ids; one that fails does not stop the others.

    Args:
        ones: The ids.
        each: What they are.
        read: Returns the records of an id.

    Raises:
        StreamError: Some failed; three in a row, and no more are asked for.
        OperationError: No stream of the operation can be read.
    """
    failures: list[str] = []
    left = FAILURES_IN_A_ROW
    to_read = iter(enumerate(ones, 1))
    for number, one in to_read:
        try:
            _check(one, each)
            yield from read(one)
        except StreamError as error:
            failures.append(f"number {number}: {error}")
            left -= 1
            if not left:
                break
        else:
            left = FAILURES_IN_A_ROW
    if failures:
        whose = f"ids of `{each.stream}`" if each.stream else f"values of `{each.asked_with}`"
        raise StreamError(
            f"of {len(ones)} {whose}, {len(failures)} failed and {len(list(to_read))} were not "
            f"asked for; the first, {failures[0]}"
        )


def _check(one: One, each: Each) -> None:
    """Make sure that an id has all that it is asked for with: the API would refuse it."""
    for name, value in one.parameters.items():
        if value.strip() in MISSING:
            raise StreamError(f"`{each.stream}` has no `{name}` for it, so it can't be asked for")
