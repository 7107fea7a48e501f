"""One by one: what endpoints are asked for that answer for one id at a time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from tap_wolkvox.cursor.checkpoint import NOWHERE
from tap_wolkvox.errors import BudgetError, QuotaError, StreamError
from tap_wolkvox.records.converters import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context, Record

    from tap_wolkvox.catalog.endpoints import PartitionSpec
    from tap_wolkvox.cursor.checkpoint import LeftOff
    from tap_wolkvox.messages.batch import Records
    from tap_wolkvox.streams.base import WolkvoxStream
    from tap_wolkvox.streams.current import PresentStream

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


class Round:
    """The ids of a round that are read, over several runs where one can't afford all of them.

    Args:
        secret: What keeps hashes from being reversed: ids may be personal.
        before: What the runs before have read of it.
    """

    def __init__(self, secret: str, before: LeftOff = NOWHERE) -> None:
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._before = before
        self._read: list[One] = []
        self._failed: list[One] = []

    def to_read(self, ones: Sequence[One]) -> list[One]:
        """Return those that are not read yet; last those that were tried in vain before."""
        if not (self._before.done or self._before.failed):
            return list(ones)
        hashes = [(self.hash_of(one), one) for one in ones]
        unread = [(each, one) for each, one in hashes if each not in self._before.done]
        return [one for _, one in sorted(unread, key=lambda pair: pair[0] in self._before.failed)]

    def add(self, one: One, *, failed: bool = False) -> None:
        """Note that an id is read, or could not be."""
        (self._failed if failed else self._read).append(one)

    @property
    def is_resumed(self) -> bool:
        """Whether a run before has read any."""
        return bool(self._before.done)

    @property
    def has_grown(self) -> bool:
        """Whether this run has read an id."""
        return bool(self._read)

    @property
    def done(self) -> frozenset[str]:
        """Hashes of those that are read."""
        return self._before.done | {self.hash_of(one) for one in self._read}

    @property
    def failed(self) -> frozenset[str]:
        """Hashes of those that were tried in vain."""
        return self._before.failed - self.done | {self.hash_of(one) for one in self._failed}

    def hash_of(self, one: One) -> str:
        """Return the hash of an id, which only the secret can make."""
        text = json.dumps(sorted(one.parameters.items()))
        return hashlib.blake2b(text.encode(), digest_size=8, key=self._secret).hexdigest()


def to_ask(child: WolkvoxStream, context: Context | None, each: PartitionSpec) -> list[One]:
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
        return [One({each.column: value}, {each.request_parameter: value}) for value in each.listed]
    stream = cast("PresentStream", child.sibling(each.stream))
    try:
        records = stream.whole(context)
    except StreamError as error:
        raise StreamError(f"`{each.stream}`, which has its ids, failed: {error}") from None
    found = [_one(each, record) for record in records if each.has(record)]
    child.logger.info("%d ids of `%s` to ask for.", len(found), each.stream)
    return found


def _one(each: PartitionSpec, record: Record) -> One:
    value = record[each.column]
    also = {name: record.get(name) or "" for name in each.also}
    return One({each.column: value}, {each.request_parameter: value, **also})


def records_of(
    ones: Sequence[One],
    each: PartitionSpec,
    round_: Round,
    read: Callable[[One], Iterable[Records]],
) -> Iterator[Records]:
    """Yield the records of all ids, answer by answer; one that fails does not stop the others.

    Args:
        ones: The ids.
        each: What they are.
        round_: Those of them that are read already are not read again.
        read: Returns the records of an id.

    Raises:
        StreamError: Some failed; three in a row, and no more are asked for.
        BudgetError: No more may be asked for; its cause is the failure of some, if there is one.
        QuotaError: The same.
        OperationError: No stream of the operation can be read.
    """
    failures: list[str] = []
    left = FAILURES_IN_A_ROW
    to_read = round_.to_read(ones)
    unread = len(to_read)
    for one in to_read:
        unread -= 1
        try:
            _check(one, each)
            yield from read(one)
        except StreamError as error:
            failures.append(f"number {ones.index(one) + 1}: {error}")
            round_.add(one, failed=True)
            left -= 1
            if not left:
                break
        except (BudgetError, QuotaError) as error:
            raise error from (_failure(ones, each, failures, unread + 1) if failures else None)
        else:
            round_.add(one)
            left = FAILURES_IN_A_ROW
    if failures:
        raise _failure(ones, each, failures, unread)


def _failure(
    ones: Sequence[One], each: PartitionSpec, failures: list[str], unread: int
) -> StreamError:
    whose = f"ids of `{each.stream}`" if each.stream else f"values of `{each.request_parameter}`"
    return StreamError(
        f"of {len(ones)} {whose}, {len(failures)} failed and {unread} were not asked for; the "
        f"first, {failures[0]}"
    )


def _check(one: One, each: PartitionSpec) -> None:
    """Make sure that an id has all that it is asked for with: the API would refuse it."""
    for name, value in one.parameters.items():
        if value.strip() in MISSING:
            raise StreamError(f"`{each.stream}` has no `{name}` for it, so it can't be asked for")
