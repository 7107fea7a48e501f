"""Streams of what happened when, of endpoints that answer for one id at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from typing_extensions import override

from tap_wolkvox.catalog import schemas
from tap_wolkvox.clock import A_DAY, A_SECOND
from tap_wolkvox.cursor.windows import Plan
from tap_wolkvox.errors import StreamError, TooLargeError
from tap_wolkvox.records import converters
from tap_wolkvox.records.totals import Sums
from tap_wolkvox.streams.parents import ALL, Round, records_of, to_ask
from tap_wolkvox.streams.windowed import DatedStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.helpers.types import Context, Record

    from tap_wolkvox.catalog.endpoints import Endpoint, PartitionSpec
    from tap_wolkvox.cursor.checkpoint import LeftOff
    from tap_wolkvox.cursor.windows import Window
    from tap_wolkvox.forecast import Cost
    from tap_wolkvox.messages.batch import Records
    from tap_wolkvox.records.keys import RowKeys
    from tap_wolkvox.response.rows import AnswerRows
    from tap_wolkvox.streams.parents import One
    from tap_wolkvox.sync.operation import Source
    from tap_wolkvox.tap import TapWolkvox

Counts = Counter[tuple[object, ...]]
"""What rows count, by their natural key but for the id, and by column."""


class DatedEachStream(DatedStream):
    """An endpoint that is asked for one id after the other in each window.

    A window is as long as the API allows. Within it each id has a plan of its own: what is much for
    one is little for another. The bookmark moves once all of them are read.

    Args:
        tap: The tap.
        endpoint: Its line in the table.
        source: What it is a stream of, if not the first operation.
        each: What it is asked for.
    """

    def __init__(
        self, tap: TapWolkvox, endpoint: Endpoint, source: Source | None, each: PartitionSpec
    ) -> None:
        super().__init__(tap, endpoint, source)
        self._each = each
        self._one = ALL
        self._requests_before_one = 0
        self._known: list[One] | None = None
        self._keys_of_ones: dict[str, RowKeys] = {}
        self._window: Window | None = None
        self._round = Round("")
        self._lacking: list[str] = []

    @cached_property
    def _counted(self) -> list[str]:
        """Columns by which parts are held against the whole."""
        return schemas.counts(self.endpoint)

    @override
    def read(self, context: Context | None) -> Iterable[Records]:
        """Yield the records of each window; the bookmark follows it."""
        self._known, self._keys_of_ones, self._lacking = None, {}, []
        try:
            yield from super().read(context)
        finally:
            self._tell_of_lacking()

    @override
    def in_windows(
        self, context: Context | None, plan: Plan
    ) -> Iterator[tuple[Window, Iterable[Records]]]:
        """Yield each window with the records of all ids, which are read as they are taken."""
        token = self.connection.operation.token
        self._window, self._round = plan.window, Round(token, self.goes_on)
        if not self.endpoint.probe_all_first and not plan.is_done and not self._ones(context):
            # Perhaps they are merely not there for once: the bookmark must not pass what is.
            self.logger.warning("`%s` has no ids: nothing was read.", self._each.stream)
            return
        while not plan.is_done:
            yield plan.window, self._of_window(context, plan.window)
            plan = plan.read(0)
            self._window, self._round, self._one = plan.window, Round(token), ALL

    @override
    def rows(self, context: Context | None, window: Window, *, divisible: bool) -> AnswerRows:
        """Return the rows of a window for the id that is being read."""
        return self.ask(context, window.parameters, self._one, divisible=divisible)

    @override
    def keys_for(self, window: Window) -> RowKeys:
        """Return what gives the rows of an id their keys: each id is read from the beginning."""
        value = self._one.columns[self._each.column]
        self._row_keys = self._keys_of_ones.setdefault(value, self.new_keys())
        return super().keys_for(window)

    @property
    @override
    def whose(self) -> str:
        return super().whose if self._one is ALL else self._round.hash_of(self._one)

    def _ones(self, context: Context | None) -> list[One]:
        """Return the ids, which are the same for all windows of a run."""
        if self._known is None:
            self._known = to_ask(self, context, self._each)
        return self._known

    def _of_window(self, context: Context | None, window: Window) -> Iterator[Records]:
        """Yield the records of a window, which is behind it then."""
        yield from self._of_ones(context, window)
        self._window = None

    def _of_ones(self, context: Context | None, window: Window) -> Iterator[Records]:
        """Yield the records of a window, of all ids; of none, where there are none at all."""
        # A window that is gone on with has rows, and its ids so far are not at hand to add up.
        is_asked = self.endpoint.probe_all_first and not self._round.is_resumed
        whole = self._at_once(context, window) if is_asked else None
        if whole is not None and not whole:
            return
        ones = self._ones(context)
        if not ones:
            raise StreamError(
                f"{window}: there are rows, but `{self._each.stream}` has no ids to ask for"
            )
        found = Counts()
        of_one = partial(self._of_one, context, window)
        for records in records_of(ones, self._each, self._round, of_one):
            for record in records if whole else ():
                found.update(self._counts(record))
            yield records
        if whole and not self._sum(whole) <= found:
            self._lacking.append(f"{window.begin:%Y-%m-%d}")

    @property
    @override
    def cost(self) -> Cost:
        cost, each = super().cost, self._each
        if not cost.requests:
            return cost
        if self.endpoint.probe_all_first or each.stream:
            return replace(cost, depends_on=str(each))
        asked = cost.requests * len(each.listed)
        return replace(cost, requests=asked - len(self.goes_on.done))

    @property
    @override
    def parent(self) -> str:
        may_be_none = self.endpoint.probe_all_first and not self.goes_on.done
        return "" if may_be_none else super().parent

    @property
    @override
    def narrowed(self) -> None:
        """Nothing: what is too much for one id is not for all."""
        return

    @override
    def where_left(self) -> LeftOff:
        left, window, done = super().where_left(), self._window, self._round.done
        if not (self._pass and window and self._is_tried) or window.begin != left.begin:
            return left
        in_vain = not self._round.has_grown
        return replace(
            left,
            end=self._shorter(window).end if in_vain else window.end,
            again=self._pass.again(window.end + A_SECOND) if done else left.again,
            done=done,
            failed=self._round.failed,
        )

    @override
    def what_is_left(self, left: LeftOff) -> str:
        what = super().what_is_left(left)
        return f"{what}, but for {len(left.done)} ids up to {left.end}" if left.done else what

    @override
    def after(self, before: LeftOff, *, failed: bool) -> LeftOff:
        if failed and not self._is_tried:
            # What fails is not what it is asked for: no id is any further, and none is worse off.
            return replace(before, since=None)
        return super().after(before, failed=failed)

    @property
    def _is_tried(self) -> bool:
        """Whether an id was asked for in this window."""
        asked = self._one is not ALL and self.connection.requests > self._requests_before_one
        return asked or self._round.has_grown

    def _shorter(self, window: Window) -> Window:
        """Return a window that a run can afford, where it could not afford one id in this one."""
        limits = replace(self.limits, by_day=window.length >= 2 * A_DAY or self.limits.by_day)
        return Plan.to_read(window, limits).failed().window

    def _of_one(self, context: Context | None, window: Window, one: One) -> Iterator[Records]:
        self._one, self._requests_before_one = one, self.connection.requests
        for _, batches in super().in_windows(context, self.plan_of(window)):
            yield from batches

    def _at_once(self, context: Context | None, window: Window) -> AnswerRows | None:
        """Return the rows of one answer for all ids; None where it is too large to be had.

        Raises:
            StreamError: It can't be had for another reason.
        """
        try:
            return self.ask(context, window.parameters, divisible=True)
        except TooLargeError:
            return None
        except StreamError as error:
            raise StreamError(f"{window}: {error}") from None

    def _sum(self, rows: AnswerRows) -> Counts:
        adds_up, counts = Sums(self.endpoint, self.aliases), Counts()
        for row in rows:
            if not adds_up.has(row):
                record, _ = converters.convert(row, self.converters, self.aliases)
                counts.update(self._counts(record))
        return counts

    def _counts(self, record: Record) -> Counts:
        """Return what a record counts."""
        natural = [record.get(name) for name in self.endpoint.key if name != self._each.column]
        return Counter({(*natural, name): record.get(name) or 0 for name in self._counted})

    def _tell_of_lacking(self) -> None:
        """Say when all ids together did not account for what there is."""
        if self._lacking:
            self.logger.warning(
                "On %d day(s), the first of them %s, `%s=%s` counts more than the ids of `%s` "
                "together: what belongs to ids that are no longer there can't be had by id",
                len(self._lacking),
                self._lacking[0],
                self._each.request_parameter,
                self.endpoint.params[self._each.request_parameter],
                self._each.stream,
            )
