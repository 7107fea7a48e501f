"""The ids of partitioned streams, which another stream has, and how they are read in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_wolkvox.cursor.partitions import Partition
from tap_wolkvox.errors import BudgetError, QuotaError, StreamError
from tap_wolkvox.response.fields import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from singer_sdk.helpers.types import Record

    from tap_wolkvox.catalog.endpoint import PartitionSpec
    from tap_wolkvox.cursor.partitions import PartitionProgress
    from tap_wolkvox.messages.batch import RecordBatch
    from tap_wolkvox.streams.protocols import ReaderContext

MAX_CONSECUTIVE_FAILURES = 3
"""Ids that fail one after the other, after which the next ones would only cost requests."""


def list_partitions(context: ReaderContext, spec: PartitionSpec) -> list[Partition]:
    """Return the ids to ask for; the stream that has them need not be selected.

    Args:
        context: The stream that asks for them.
        spec: Where the ids come from.

    Raises:
        StreamError: The ids can't be read.
        OperationError: No stream of the operation can be read.
    """
    if not spec.stream:
        return [
            Partition({spec.column: value}, {spec.request_parameter: value})
            for value in spec.listed
        ]
    try:
        records = context.operation.parent_records(spec.stream)
    except StreamError as error:
        raise StreamError(f"`{spec.stream}`, which has its ids, failed: {error}") from None
    found = [_partition(spec, record) for record in records if spec.may_have_rows(record)]
    context.logger.info("%d ids of `%s` to ask for.", len(found), spec.stream)
    return found


def _partition(spec: PartitionSpec, record: Record) -> Partition:
    value = record[spec.column]
    also = {name: record.get(name) or "" for name in spec.also}
    return Partition({spec.column: value}, {spec.request_parameter: value, **also})


def sync_partitions(
    partitions: Sequence[Partition],
    spec: PartitionSpec,
    progress: PartitionProgress,
    read: Callable[[Partition], Iterable[RecordBatch]],
) -> Iterator[RecordBatch]:
    """Yield the records of all ids; an id that fails does not stop the others.

    Args:
        partitions: The ids.
        spec: Where the ids come from.
        progress: The ids that are read already; each id that is read is added.
        read: Yields the records of an id.

    Raises:
        StreamError: Some ids failed. After three in a row, no more are asked for.
        BudgetError: No more may be asked for. Its cause is the failure of some ids, if any failed.
        QuotaError: The same.
        OperationError: No stream of the operation can be read.
    """
    failures: list[str] = []
    tries_left = MAX_CONSECUTIVE_FAILURES
    unread = progress.unread(partitions)
    not_asked = len(unread)
    for partition in unread:
        not_asked -= 1
        try:
            _check_params(partition, spec)
            yield from read(partition)
        except StreamError as error:
            failures.append(f"number {partitions.index(partition) + 1}: {error}")
            progress.add(partition, failed=True)
            tries_left -= 1
            if not tries_left:
                break
        except (BudgetError, QuotaError) as error:
            cause = _failure(partitions, spec, failures, not_asked + 1) if failures else None
            raise error from cause
        else:
            progress.add(partition)
            tries_left = MAX_CONSECUTIVE_FAILURES
    if failures:
        raise _failure(partitions, spec, failures, not_asked)


def _failure(
    partitions: Sequence[Partition], spec: PartitionSpec, failures: list[str], not_asked: int
) -> StreamError:
    whose = f"ids of `{spec.stream}`" if spec.stream else f"values of `{spec.request_parameter}`"
    return StreamError(
        f"of {len(partitions)} {whose}, {len(failures)} failed and {not_asked} were not asked for; "
        f"the first, {failures[0]}"
    )


def _check_params(partition: Partition, spec: PartitionSpec) -> None:
    """Make sure that no parameter is missing: the API would refuse the request."""
    for name, value in partition.params.items():
        if value.strip() in MISSING:
            raise StreamError(f"`{spec.stream}` has no `{name}` for it, so it can't be asked for")
