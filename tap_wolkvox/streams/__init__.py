"""Streams: one endpoint each, on the SDK's REST stream; a class a way of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_wolkvox.catalog.endpoints import Kind
from tap_wolkvox.streams.base import WolkvoxStream
from tap_wolkvox.streams.correlated import AttemptStream
from tap_wolkvox.streams.current import PresentStream
from tap_wolkvox.streams.feed import FeedStream
from tap_wolkvox.streams.partitioned import DatedEachStream
from tap_wolkvox.streams.windowed import DatedStream

if TYPE_CHECKING:
    from tap_wolkvox.catalog.endpoints import Endpoint
    from tap_wolkvox.sync.operation import Source
    from tap_wolkvox.tap import TapWolkvox

__all__ = ["WolkvoxStream", "stream"]


def stream(tap: TapWolkvox, endpoint: Endpoint, source: Source | None = None) -> WolkvoxStream:
    """Return the stream of an endpoint, of the first operation if no other is named."""
    if endpoint.split_by:
        return AttemptStream(tap, endpoint, source, endpoint.split_by)
    if endpoint.days and endpoint.partition:
        return DatedEachStream(tap, endpoint, source, endpoint.partition)
    if endpoint.days:
        return DatedStream(tap, endpoint, source)
    return (FeedStream if endpoint.kind is Kind.EVENT else PresentStream)(tap, endpoint, source)
