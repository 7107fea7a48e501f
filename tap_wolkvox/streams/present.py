"""Streams of what there is now: figures and catalogues, stamped with the moment of asking."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from typing_extensions import override

from tap_wolkvox import keys, shapes
from tap_wolkvox.endpoints import PARENTS, SERVER, Kind
from tap_wolkvox.errors import StreamError
from tap_wolkvox.streams.base import WolkvoxStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_wolkvox.endpoints import Endpoint, Parent
    from tap_wolkvox.tap import TapWolkvox

FAILURES_IN_A_ROW = 3
"""Ids that fail one after the other, after which the next ones would only cost requests."""


class PresentStream(WolkvoxStream):
    """All rows there are now: of one answer, or of one for each id of another stream.

    Args:
        tap: The tap.
        endpoint: Its line in the table.
    """

    def __init__(self, tap: TapWolkvox, endpoint: Endpoint) -> None:
        super().__init__(tap, endpoint)
        self._stamp = ""

    @override
    def read(self, context: Context | None) -> Iterable[Record]:
        """Yield the records of whole answers, all with one stamp."""
        self._stamp = ""
        parent = self.endpoint.parent
        yield from self._of_ids(context, parent) if parent else self.whole(context)
        if self._stamp:
            self.advance(context, self._stamp)

    def whole(self, context: Context | None) -> Iterator[Record]:
        """Yield the records of one answer, which is had once if other streams need it too."""
        if self.name not in PARENTS:
            yield from self._records(context)
            return
        kept = self.connection.once(self.name, lambda: self._records(context))
        # The SDK takes the deselected columns out of what it gets.
        yield from map(dict, kept)

    def _records(self, context: Context | None, **asked: str) -> list[Record]:
        rows = [shapes.joined(asked, row, "row") for row in self.ask(context, asked)]
        self._stamp = self._stamp or self._stamped()
        server = self.connection.operation.server
        added = {SERVER: server, self.endpoint.stamp: self._stamp}
        records = [{**added, **record} for record in self.typed(rows)]
        keys.check(records, self.primary_keys)
        return records

    def _stamped(self) -> str:
        """Return the moment of asking, as the column that the rows are stamped with has it."""
        if self.endpoint.kind is Kind.SNAPSHOT:
            zone = self.connection.operation.zone
            return self.asked_at().astimezone(zone).date().isoformat()
        return self.asked_at().isoformat(timespec="seconds")

    def _of_ids(self, context: Context | None, parent: Parent) -> Iterator[Record]:
        """Yield the records of all ids; one that fails does not stop the others."""
        ids = ids_of(self, context, parent)
        failures: list[StreamError] = []
        left = FAILURES_IN_A_ROW
        to_ask = iter(ids)
        for value in to_ask:
            try:
                records = self._records(context, **{parent.column: value})
            except StreamError as error:
                failures.append(error)
                left -= 1
                if not left:
                    break
            else:
                left = FAILURES_IN_A_ROW
                yield from records
        if failures:
            raise StreamError(
                f"of {len(ids)} ids of `{parent.stream}`, {len(failures)} failed and "
                f"{len(list(to_ask))} were not asked for; the first: {failures[0]}"
            )


def ids_of(child: WolkvoxStream, context: Context | None, parent: Parent) -> list[str]:
    """Return the ids to ask for, from the stream that has them, be it selected or not.

    Args:
        child: The stream that asks for them.
        context: The server that is asked.
        parent: Where they come from.

    Raises:
        StreamError: They can't be had.
        OperationError: No stream of the operation can be read.
    """
    stream = cast("PresentStream", child.sibling(parent.stream))
    try:
        records = list(stream.whole(context))
    except StreamError as error:
        raise StreamError(f"`{parent.stream}`, which has its ids, failed: {error}") from None
    ids = [record[parent.column] for record in records if parent.has(record)]
    child.logger.info("%d ids of `%s` to ask for.", len(ids), parent.stream)
    return ids
