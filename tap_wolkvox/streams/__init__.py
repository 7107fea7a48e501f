"""Streams: one SDK stream for each endpoint, with a reader for its kind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.streams.base import WolkvoxStream
from tap_wolkvox.streams.readers.correlated import CorrelatedSource
from tap_wolkvox.streams.readers.current import FeedReader, SnapshotReader
from tap_wolkvox.streams.readers.partitioned import PartitionedReader
from tap_wolkvox.streams.readers.windowed import RangeSource, WindowedReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk import Tap

    from tap_wolkvox.catalog.endpoint import Endpoint
    from tap_wolkvox.streams.protocols import OperationContext, ReaderContext, StreamReader

__all__ = ["WolkvoxStream", "new_stream"]


def new_stream(
    tap: Tap, endpoint: Endpoint, operation: Callable[[], OperationContext]
) -> WolkvoxStream:
    """Return the stream of an endpoint.

    Args:
        tap: The tap.
        endpoint: The endpoint.
        operation: Returns the operation from which the stream is read. Discovery never calls it.
    """
    return WolkvoxStream(tap, endpoint, operation, _reader_of(endpoint))


def _reader_of(endpoint: Endpoint) -> Callable[[ReaderContext], StreamReader]:
    """Return a function that creates the reader of an endpoint."""
    if endpoint.split_by:
        split_by = endpoint.split_by
        return lambda context: WindowedReader(context, CorrelatedSource(context, split_by))
    if endpoint.days and endpoint.partition:
        return partial(PartitionedReader, spec=endpoint.partition)
    if endpoint.days:
        return lambda context: WindowedReader(context, RangeSource(context))
    return FeedReader if endpoint.kind is Kind.EVENT else SnapshotReader
