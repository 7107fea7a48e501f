"""The ids of partitioned streams: where they come from, and the loop over them."""

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
"""Ids that fail one after the other before the loop stops: the others would probably fail too."""


def list_partitions(context: ReaderContext, spec: PartitionSpec) -> list[Partition]:
    """Return the ids for which requests are sent. The parent stream need not be selected.

    Args:
        context: The context of the reader that needs the ids.
        spec: The source of the ids.

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
    partitions = [_partition(spec, record) for record in records if spec.may_have_rows(record)]
    context.logger.info("%d ids of `%s` to ask for.", len(partitions), spec.stream)
    return partitions


def _partition(spec: PartitionSpec, record: Record) -> Partition:
    """Return the partition of the id in a record of the parent stream."""
    value = record[spec.column]
    also = {name: record.get(name) or "" for name in spec.also}
    return Partition({spec.column: value}, {spec.request_parameter: value, **also})


def sync_partitions(
    partitions: Sequence[Partition],
    spec: PartitionSpec,
    progress: PartitionProgress,
    read: Callable[[Partition], Iterable[RecordBatch]],
) -> Iterator[RecordBatch]:
    """Yield the records of all ids. An id that fails does not stop the others.

    Args:
        partitions: The ids.
        spec: The source of the ids.
        progress: The ids that are already read. Ids that are read, or fail, are added.
        read: Yields the records of an id.

    Raises:
        StreamError: Ids failed. After `MAX_CONSECUTIVE_FAILURES` in a row, the loop stops.
        BudgetError: No more requests may be sent. If ids failed before, that is its `__cause__`.
        QuotaError: The quota is used up. If ids failed before, that is its `__cause__`.
        OperationError: No stream of the operation can be read.
    """
    failures: list[str] = []
    tries_left = MAX_CONSECUTIVE_FAILURES
    unread = progress.unread(partitions)
    not_requested = len(unread)
    for partition in unread:
        not_requested -= 1
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
            # This id is not read either, hence the one more.
            not_requested += 1
            cause = _failure(partitions, spec, failures, not_requested) if failures else None
            raise error from cause
        else:
            progress.add(partition)
            tries_left = MAX_CONSECUTIVE_FAILURES
    if failures:
        raise _failure(partitions, spec, failures, not_requested)


def _failure(
    partitions: Sequence[Partition], spec: PartitionSpec, failures: list[str], not_requested: int
) -> StreamError:
    """Return the error that sums up the failures of ids; it names positions, never ids."""
    what = f"ids of `{spec.stream}`" if spec.stream else f"values of `{spec.request_parameter}`"
    return StreamError(
        f"of {len(partitions)} {what}, {len(failures)} failed and {not_requested} were not asked "
        f"for; the first, {failures[0]}"
    )


def _check_params(partition: Partition, spec: PartitionSpec) -> None:
    """Check that no parameter is blank: the API would refuse the request.

    Raises:
        StreamError: A parameter is blank.
    """
    for name, value in partition.params.items():
        if value.strip() in MISSING:
            raise StreamError(f"`{spec.stream}` has no `{name}` for it, so it can't be asked for")
