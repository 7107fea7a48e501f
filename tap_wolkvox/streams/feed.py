"""Streams of what happened in the last minutes: events that are gone if nobody asks in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_wolkvox.records import keys
from tap_wolkvox.streams.base import WolkvoxStream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk.helpers.types import Context

    from tap_wolkvox.messages.batch import Records


class FeedStream(WolkvoxStream):
    """The events of the last minutes; one that is seen again has the key it had."""

    @override
    def read(self, context: Context | None) -> Iterable[Records]:
        """Yield the records of one whole answer, each with its key."""
        rows = self.ask(context)
        asked_at = self.asked_at()
        row_keys = keys.RowKeys(self.endpoint.key, self.endpoint.date, self.aliases)
        yield self.typed(rows, self.typist({}, row_keys))
        self._tell_of_a_gap(asked_at)
        self.advance(context, asked_at.isoformat(timespec="seconds"))

    def _tell_of_a_gap(self, asked_at: datetime) -> None:
        """Say what was in no answer: what happened before this one reaches and after the last."""
        bookmark = self.bookmark
        if not bookmark or not self.endpoint.history:
            return
        last = datetime.fromisoformat(bookmark)
        last = last if last.tzinfo else last.replace(tzinfo=UTC)
        begin = asked_at - self.endpoint.history
        if last < begin:
            self.logger.warning(
                "What happened from %s to %s is in no answer: this endpoint shows the last %d "
                "minutes, so run it more often",
                last.isoformat(timespec="seconds"),
                begin.isoformat(timespec="seconds"),
                self.endpoint.history.total_seconds() // 60,
            )
