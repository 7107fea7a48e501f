"""What an endpoint is: its kind, its parameters, its keys, and how it is partitioned."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from tap_wolkvox.response.extractors import LIST, RowExtractor
from tap_wolkvox.response.parser import ROW_CAP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

SERVER = "wolkvox_server"
"""The first column of every stream: an id may occur on several servers."""


class Kind(Enum):
    """How the rows of an endpoint relate to time."""

    SNAPSHOT = "snapshot"
    """Current figures. The tap adds the day, so that a table keeps one state per day."""

    REAL_TIME = "real time"
    """Current figures. The tap adds the second, so that a table keeps each state."""

    CATALOGUE = "catalogue"
    """Things that exist now. The tap adds the time; a thing that was deleted keeps its last one."""

    EVENT = "event"
    """Things that happened, each with its own date. The tap adds a hash as the key."""

    AGGREGATE = "aggregate"
    """Figures of a day or an hour. The row has the date."""

    AGGREGATE_OVER_WINDOW = "aggregate over window"
    """Figures of the requested range, a day at most. The row has no date, so the tap adds it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the tap adds."""
        return _ADDED_COLUMNS[self]


# Not the values of the members: `enum` in Python 3.11.2 turns the value `()` into an `object()`.
_ADDED_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SNAPSHOT: ("snapshot_date",),
    Kind.REAL_TIME: ("snapshot_at",),
    Kind.CATALOGUE: ("last_seen_at",),
    Kind.EVENT: ("row_key",),
    Kind.AGGREGATE: (),
    Kind.AGGREGATE_OVER_WINDOW: ("window_date", "window_start", "window_end"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionSpec:
    """The ids for which an endpoint needs a request each.

    Args:
        column: Column that the tap adds to the rows of a response: the id of the request.
        stream: The parent stream: its rows have the ids, in a column of the same name.
        listed: The ids, if no stream has them: the values in the documentation.
        parameter: Name of the request parameter, if it differs from the column.
        also: Columns of the parent stream that are request parameters too.
        in_body: Whether the parameters are sent as a JSON body instead of the query.
        unless: A column of the parent stream, and values of it. An id with such a value can have no
            rows, so no request is sent for it.
    """

    column: str
    stream: str = ""
    listed: tuple[str, ...] = ()
    parameter: str = ""
    also: tuple[str, ...] = ()
    in_body: bool = False
    unless: tuple[str, frozenset[str]] | None = None

    def __str__(self) -> str:
        return f"each id of `{self.stream}`" if self.stream else f"each `{self.request_parameter}`"

    @property
    def request_parameter(self) -> str:
        """Name of the request parameter for an id."""
        return self.parameter or self.column

    def may_have_rows(self, record: Mapping[str, Any]) -> bool:
        """Whether the id in a record of the parent stream may have rows."""
        column, values = self.unless or ("", frozenset())
        return str(record.get(column)).strip().lower() not in values


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint of the API.

    Args:
        php_file: PHP file of the API, without `.php`: the last part of the URL.
        api: Value of the parameter `api`, which selects the endpoint of that file.
        kind: How the rows relate to time.
        key: Columns of the natural key: they are unique within a response.
        schema: Name of the file in `schemas/`, without `.json`, if it is not the stream's name.
        extractor: Finds the rows in the body of a response.
        params: Parameters of every request.
        partition: The ids for which the endpoint needs a request each; None if one response has
            all rows. If `params` has a value for the same parameter (`all`), a request with that
            value is sent first, and requests for ids only if it returns rows.
        has_natural_id: Whether Wolkvox documents the key as the unique id of an event, so that the
            stream needs no `row_key`.
        date: Column with the date of a row.
        history: How far back the response of a feed goes, which lists the latest events.
        days: Length of the longest range, in days; 0 if the endpoint takes no dates.
        row_cap: Number of rows from which on a response may be truncated.
        split_by: The ids for which requests can be sent if a response is truncated and a shorter
            range does not help. It does not help if the API compares two dates of a row with the
            range, and the row shows only one of them: a short range would lose rows. So the tap
            requests ranges that begin as early as the API allows.
        totals: Columns one of which holds `TOTAL` in a row of totals, as documented by Wolkvox. For
            other endpoints, the ids of a row decide.
        selected: Whether the stream is selected by default.
    """

    php_file: str
    api: str
    kind: Kind
    key: tuple[str, ...] = ()
    schema: str = ""
    extractor: RowExtractor = LIST
    params: Mapping[str, str] = field(default_factory=dict)
    partition: PartitionSpec | None = None
    has_natural_id: bool = False
    date: str | None = None
    history: timedelta | None = None
    days: int = 0
    row_cap: int = ROW_CAP
    split_by: PartitionSpec | None = None
    totals: tuple[str, ...] = ()
    selected: bool = False

    @property
    def name(self) -> str:
        """Name of the stream."""
        return f"{self.php_file.removesuffix('_manager')}_{self.api}"

    @property
    def schema_name(self) -> str:
        """Name of the file in `schemas/`, without `.json`, that declares the columns."""
        return self.schema or self.name

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """Columns that the tap fills in although they belong to the row in the API's sense.

        The id of the request, or a name that encloses the row in the JSON of the response.
        """
        requested = (self.partition.column,) if self.partition else ()
        return (*requested, *self.extractor.non_payload_columns)

    @property
    def added_columns(self) -> tuple[str, ...]:
        """Columns that the tap adds."""
        return () if self.has_natural_id else self.kind.columns

    @property
    def probe_all_first(self) -> bool:
        """Whether a request for all ids comes first, to find out whether there are any rows."""
        return self.partition is not None and self.partition.request_parameter in self.params

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns of the primary key: unique across all servers and all runs."""
        match self.kind:
            case Kind.EVENT:
                return (SERVER, *(self.added_columns or self.key))
            case Kind.CATALOGUE | Kind.AGGREGATE:
                return (SERVER, *self.key)
            case Kind.AGGREGATE_OVER_WINDOW:
                return (SERVER, self.stamp_column, *self.key)
        return (SERVER, *self.key, self.stamp_column)

    @property
    def replication_key(self) -> str | None:
        """Column of the bookmark; None if each run reads all rows."""
        if self.kind is Kind.CATALOGUE:
            return None
        return self.date or self.stamp_column

    @property
    def stamp_column(self) -> str:
        """The first of the columns that the tap adds; empty if it adds none."""
        return next(iter(self.added_columns), "")
