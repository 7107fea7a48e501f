"""Streams of what there is now: figures and catalogues, stamped with the moment of asking."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_wolkvox.catalog.endpoints import SHARED, Kind
from tap_wolkvox.cursor.checkpoint import NOWHERE, LeftOff
from tap_wolkvox.streams.base import WolkvoxStream
from tap_wolkvox.streams.parents import ALL, Round, records_of, to_ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.helpers.types import Context

    from tap_wolkvox.catalog.endpoints import Endpoint
    from tap_wolkvox.forecast import Cost
    from tap_wolkvox.messages.batch import Records
    from tap_wolkvox.streams.parents import One
    from tap_wolkvox.sync.operation import Source
    from tap_wolkvox.tap import TapWolkvox


class PresentStream(WolkvoxStream):
    """All rows there are now: of one answer, or of one for each id of another stream.

    Args:
        tap: The tap.
        endpoint: Its line in the table.
        source: What it is a stream of, if not the first operation.
    """

    def __init__(self, tap: TapWolkvox, endpoint: Endpoint, source: Source | None) -> None:
        super().__init__(tap, endpoint, source)
        self._stamp = ""
        self._round: Round | None = None

    @override
    def read(self, context: Context | None) -> Iterable[Records]:
        """Yield the records of whole answers, all with one stamp."""
        self._stamp = ""
        each = self.endpoint.partition
        if each:
            ones = to_ask(self, context, each)
            self._round = self._begun()
            yield from records_of(ones, each, self._round, partial(self._of_one, context))
        else:
            yield self.whole(context)
        if self._stamp:
            self.advance(context, self._stamp)

    def whole(self, context: Context | None) -> Records:
        """Return the records of one answer, which is had once if other streams need it too."""
        if self.name not in SHARED:
            return self._records(context)
        kept = self.connection.once(self.name, lambda: self._records(context))
        self._stamp = self._stamp or next(
            (record[self.endpoint.stamp_column] for record in kept), ""
        )
        return kept

    @property
    @override
    def cost(self) -> Cost:
        each = self.endpoint.partition
        if not each:
            return super().cost
        return replace(super().cost, depends_on=str(each))

    @override
    def where_left(self) -> LeftOff:
        if self.is_held_back:
            return NOWHERE
        if self._round is None:
            return replace(self.left_off, since=None)
        return LeftOff(done=self._round.done, failed=self._round.failed)

    @override
    def what_is_left(self, left: LeftOff) -> str:
        return f"all but {len(left.done)} ids" if left.done else super().what_is_left(left)

    @override
    def after(self, before: LeftOff, *, failed: bool) -> LeftOff:
        # Where no id was tried, none is worse off.
        return replace(before, since=None) if failed and self._round is None else NOWHERE

    def _begun(self) -> Round:
        """Return the round that goes on; none does where all is to be emitted at once."""
        before = NOWHERE if self.is_held_back else self.left_off
        return Round(self.connection.operation.token, before)

    def _of_one(self, context: Context | None, one: One) -> Iterator[Records]:
        yield self._records(context, one)

    def _records(self, context: Context | None, one: One = ALL) -> Records:
        rows = self.ask(context, one=one)
        self._stamp = self._stamp or self._stamped()
        return self.typed(rows, self.typist({self.endpoint.stamp_column: self._stamp}))

    def _stamped(self) -> str:
        """Return the moment of asking, as the column that the rows are stamped with has it."""
        if self.endpoint.kind is Kind.SNAPSHOT:
            zone = self.connection.operation.zone
            return self.asked_at().astimezone(zone).date().isoformat()
        return self.asked_at().isoformat(timespec="seconds")
