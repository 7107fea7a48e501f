"""Source: one operation that is read, with the streams of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from singer_sdk.mapper import RemoveRecordTransform

from tap_wolkvox import clock
from tap_wolkvox.api import quota
from tap_wolkvox.api.budget import Budget, Reserve
from tap_wolkvox.api.client import Connection
from tap_wolkvox.catalog.endpoints import BY_NAME, QUOTA
from tap_wolkvox.forecast import Cost
from tap_wolkvox.streams import stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from singer_sdk.streams import Stream

    from tap_wolkvox.api.budget import Allowance
    from tap_wolkvox.config.settings import Operation
    from tap_wolkvox.streams import WolkvoxStream
    from tap_wolkvox.streams.current import PresentStream
    from tap_wolkvox.tap import TapWolkvox


class Source:
    """The streams of one operation, with all that they share.

    Args:
        tap: The tap, whose catalog says what is selected.
        operation: The operation.
        config: The settings.
        allowance: What the run may spend.
    """

    def __init__(
        self,
        tap: TapWolkvox,
        operation: Operation,
        config: Mapping[str, Any],
        allowance: Allowance,
    ) -> None:
        self.operation = operation
        reserve, kept = None, config.get("quota_reserve")
        if kept is not None:
            reserve = Reserve(operation.server, kept, self.usage, self.today)
        self.connection = Connection(operation, config, Budget(allowance, reserve))
        self._tap = tap
        self._opened: dict[str, WolkvoxStream] = {}

    def today(self) -> date:
        """Return the day of the operation."""
        return clock.now().astimezone(self.operation.zone).date()

    def stream(self, name: str) -> WolkvoxStream:
        """Return a stream, always the same one."""
        if name not in self._opened:
            opened = stream(self._tap, BY_NAME[name], self)
            if self._tap.input_catalog is not None:
                opened.apply_catalog(self._tap.input_catalog)
            self._opened[name] = opened
        return self._opened[name]

    def selected(self) -> list[WolkvoxStream]:
        """Return the streams that are to be read, in the order to read them in.

        First those that have waited, then what can't be had tomorrow, then the oldest that is
        unread; among equals what costs the least.
        """
        wanted = [name for name, each in self._tap.streams.items() if _is_wanted(each)]
        return sorted((self.stream(name) for name in wanted), key=lambda each: each.turn)

    def usage(self) -> quota.Usage:
        """Return what the API says of the quota, for one request.

        Raises:
            WolkvoxError: It can't be had.
        """
        # A stream of it is read from the same answer.
        self.connection.forget(QUOTA)
        token_info = cast("PresentStream", self.stream(QUOTA))
        before = self.connection.requests
        try:
            return quota.usage(list(token_info.whole(None)))
        finally:
            self.connection.questions += self.connection.requests - before

    def costs(self) -> list[Cost]:
        """Return what the streams would cost, after what would be asked for their sake."""
        costs = {each: each.cost for each in self.selected()}
        read = [each for each, cost in costs.items() if cost.requests]
        needed = {each.parent for each in read}
        needed |= {QUOTA} if read and "quota_reserve" in self._tap.config else set()
        needed -= {"", *(each.name for each in costs)}
        return [*(Cost(stream=name, requests=1) for name in sorted(needed)), *costs.values()]


def _is_wanted(stream: Stream) -> bool:
    """Whether a stream is selected, and no stream map removes all of it."""
    return stream.selected and not all(
        isinstance(stream_map, RemoveRecordTransform) for stream_map in stream.stream_maps
    )
