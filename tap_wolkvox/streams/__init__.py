"""Streams: one endpoint each, on the SDK's REST stream; a class a way of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_wolkvox.endpoints import Kind
from tap_wolkvox.streams.base import WolkvoxStream
from tap_wolkvox.streams.feed import FeedStream
from tap_wolkvox.streams.present import PresentStream

if TYPE_CHECKING:
    from tap_wolkvox.endpoints import Endpoint
    from tap_wolkvox.tap import TapWolkvox

__all__ = ["WolkvoxStream", "stream"]


def stream(tap: TapWolkvox, endpoint: Endpoint) -> WolkvoxStream:
    """Return the stream of an endpoint."""
    made = FeedStream if endpoint.kind is Kind.EVENT else PresentStream
    return made(tap, endpoint)
