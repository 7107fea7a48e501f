"""Extractors: where the rows lie in a decoded response, and how nested rows become flat ones.

Each endpoint has one extractor. If a response does not have the structure that the extractor
expects, the stream fails. To guess another structure could lose rows.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from tap_wolkvox.errors import StreamError
from tap_wolkvox.response.fields import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Row = dict[str, Any]

# An index of a PHP array: an integer of 64 bits, without leading zeros.
_NUMBER = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)

AnyRows = TypeVar("AnyRows", bound=Sized)


@dataclass(frozen=True, slots=True)
class ExtractedRows(Generic[AnyRows]):
    """The rows of a response, and how many items the server sent for them.

    Args:
        rows: The flat rows.
        received: Number of items that the server sent, before nested rows became flat ones. The
            server's own count (`4 records were found`) is compared with this number.
        counts_either: Whether the server's own count may also be the number of flat rows. It is
            set for structures whose count nobody has seen.
    """

    rows: AnyRows
    received: int
    counts_either: bool = False

    def lacks(self, counted: int) -> bool:
        """Whether the server counts more items than it sent."""
        return counted > self.received and not (self.counts_either and counted == len(self.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowExtractor(ABC):
    """Where the rows of an endpoint lie, and in which structure.

    Args:
        path: Names of the fields that lead from the document to the rows, outermost first.
    """

    is_list: ClassVar[bool] = False
    """Whether the path leads to a list of objects that can be extracted one by one."""
    is_plain: ClassVar[bool] = False
    """Whether the objects of that list are the rows, unchanged."""

    path: tuple[str, ...] = ("data",)

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """Columns that the extractor adds, because no field of the row holds their value."""
        return ()

    @property
    def note(self) -> str:
        """What is unusual about the structure, as a sentence for users; empty if nothing is."""
        return "" if self.path == ("data",) else f"Its rows lie in {_shown(self.path)}."

    @abstractmethod
    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the rows.

        Args:
            data: The decoded value at the path. Null, `""` and `[]` mean that there are no rows.

        Raises:
            StreamError: The value does not have the expected structure.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(RowExtractor):
    """A list of objects; each object is a row.

    [{"id": 1}, {"id": 2}]  →  {"id": 1}
                               {"id": 2}
    """

    is_list = True
    is_plain = True

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the objects of the list."""
        rows = _objects(data, self.path)
        return ExtractedRows(rows, len(rows))


LIST = Rows()
"""The extractor of nearly all endpoints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleObject(RowExtractor):
    """One object, alone or in a list: one row.

    {"cpu": 7}  or  [{"cpu": 7}]  →  {"cpu": 7}
    """

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the object as the only row."""
        rows = _objects([data] if isinstance(data, dict) else data, self.path)
        if len(rows) > 1:
            raise StreamError(
                f"{_shown(self.path)} holds {len(rows)} objects where one belongs: please report it"
            )
        if rows == [{}]:
            raise StreamError(
                f"{_shown(self.path)} holds an object without fields: please report it"
            )
        return ExtractedRows(rows, len(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName(RowExtractor):
    """An object whose field names say what its rows are about: each name becomes a column value.

    Args:
        column: The column for the name.
    """

    column: str

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """The column for the name."""
        return (self.column,)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRows(ByName):
    """An object of lists: each list holds the rows of one name.

    {"Sales": [{"tone": 1}, {"tone": 2}], "Help": [{"tone": 3}]}
        →  {"survey": "Sales", "tone": 1}
           {"survey": "Sales", "tone": 2}
           {"survey": "Help",  "tone": 3}
    """

    @property
    def note(self) -> str:
        """A sentence that says how names become a column."""
        return f"The API sends an object of lists; the name of each list is in `{self.column}`."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the rows of all lists."""
        lists = _object(data, self.path)
        rows = [
            joined({self.column: name}, row, "row")
            for name, listed in lists.items()
            for row in _objects(listed, (*self.path, "*"))
        ]
        return ExtractedRows(rows, len(lists), counts_either=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRow(ByName):
    """An object of objects: each inner object is the row of one name.

    {"08:00": {"calls": 4}, "08:30": {"calls": 6}}
        →  {"interval": "08:00", "calls": 4}
           {"interval": "08:30", "calls": 6}
    """

    @property
    def note(self) -> str:
        """A sentence that says how names become a column."""
        return f"The API sends an object of objects; the name of each is in `{self.column}`."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return one row for each name."""
        objects = _object(data, self.path)
        rows = [
            joined({self.column: name}, _object(row, (*self.path, "*")), "row")
            for name, row in objects.items()
        ]
        return ExtractedRows(rows, len(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedRows(RowExtractor):
    """A list of objects that each hold a list of objects: one row for each inner object.

    [{"agent": 11, "chats": [{"id": 1}, {"id": 2}]}, {"agent": 12, "chats": []}]
        →  {"agent": 11, "id": 1}
           {"agent": 11, "id": 2}

    Args:
        field: The field that holds the inner list. All other fields are repeated in each row.
    """

    is_list = True

    field: str

    @property
    def note(self) -> str:
        """A sentence that says how inner lists become rows."""
        return f"One row for each element of `{self.field}`; where that is empty, there is none."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the inner objects, each joined with the other fields of its outer object."""
        outer_rows = _objects(data, self.path)
        rows = [row for outer in outer_rows for row in self._flattened(outer)]
        return ExtractedRows(rows, len(outer_rows))

    def _flattened(self, outer: Row) -> Iterator[Row]:
        if self.field not in outer:
            raise StreamError(f"a row holds no `{self.field}`: please report it")
        shared = {name: value for name, value in outer.items() if name != self.field}
        for inner in _objects(outer[self.field], (*self.path, self.field)):
            yield joined(shared, inner, self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsWithEarliest(RowExtractor):
    """A list of rows without a date, each with a list of dated objects: adds the earliest date.

    [{"id": 1, "talk": [{"date": "2026-11-20"}, {"date": "2026-11-19"}]}]
        →  {"date": "2026-11-19", "id": 1, "talk": [{"date": "2026-11-20"}, …]}

    Args:
        field: The field that holds the inner list. It stays in the row unchanged.
        inner: The field of the inner objects that holds the date, as text that sorts by time.
        column: The column for the earliest date.
    """

    is_list = True

    field: str
    inner: str
    column: str

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """The column for the earliest date."""
        return (self.column,)

    @property
    def note(self) -> str:
        """A sentence that says where the date comes from."""
        return f"The column `{self.column}` is the earliest `{self.inner}` in `{self.field}`."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the rows, each with the earliest of its dates; null if it has none."""
        rows = _objects(data, self.path)
        dated = [joined({self.column: self._earliest(row)}, row, "row") for row in rows]
        return ExtractedRows(dated, len(rows))

    def _earliest(self, row: Row) -> str | None:
        if self.field not in row:
            raise StreamError(f"a row holds no `{self.field}`: please report it")
        inner_rows = _objects(row[self.field], (*self.path, self.field))
        received = (each.get(self.inner) for each in inner_rows)
        dates = {date.strip() for date in received if isinstance(date, str)}
        return min(dates - MISSING, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsByKind(RowExtractor):
    """One object with a list for each kind of row; two columns say which kind a row is.

    [{"by_ip": [{"ip": "192.0.2.1", "agents": 2}], "by_pbx": [{"user": "11"}]}]
        →  {"kind": "ip",  "kind_id": "192.0.2.1", "ip": "192.0.2.1", "agents": 2}
           {"kind": "pbx", "kind_id": "11", "user": "11"}

    Args:
        kinds: Maps each field that holds a list to a pair: the kind of its rows, and the field of
            a row that identifies the row within its kind.
    """

    KIND: ClassVar[str] = "kind"
    KIND_ID: ClassVar[str] = "kind_id"

    kinds: Mapping[str, tuple[str, str]]

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """The columns for the kind, and for the id within the kind."""
        return (self.KIND, self.KIND_ID)

    @property
    def note(self) -> str:
        """A sentence that says how lists become kinds."""
        kinds = ", ".join(f"`{field}` ({kind})" for field, (kind, _) in self.kinds.items())
        return f"The API sends one object of lists: {kinds}; their rows are told apart by `kind`."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the rows of all kinds. An unknown field fails: its rows would be lost."""
        [lists] = SingleObject(path=self.path).read(data).rows or [{}]
        unknown = len(lists.keys() - self.kinds.keys())
        if unknown:
            raise StreamError(f"{_shown(self.path)} holds {unknown} unknown field(s): report it")
        rows = [
            joined({self.KIND: kind, self.KIND_ID: row.get(id_field)}, row, field)
            for field, (kind, id_field) in self.kinds.items()
            for row in _objects(lists.get(field), (*self.path, field))
        ]
        return ExtractedRows(rows, min(len(lists), 1), counts_either=True)


def joined(outer: Mapping[str, Any], inner: Row, origin: str) -> Row:
    """Return the fields of both, the outer ones first.

    An inner field that has the name of an outer field, but another value, is renamed:

    joined({"id": 1}, {"id": 2, "date": "…"}, "row")  →  {"id": 1, "row.id": 2, "date": "…"}

    Args:
        outer: Fields from outside of the row: its name, or the fields of its outer object.
        inner: The row.
        origin: Where the row comes from; the prefix of a renamed field.
    """
    flat = dict(outer)
    for name, value in inner.items():
        # The type counts too: `1 == True` in Python, but they are different values of JSON.
        if name in outer and type(outer[name]) is type(value) and outer[name] == value:
            continue
        free_name = name
        while free_name in flat:
            free_name = f"{origin}.{free_name}"
        flat[free_name] = value
    return flat


def as_list(data: Any) -> Any:
    """Return the list that an object stands for; return any other value unchanged.

    PHP writes a list with gaps in its indexes as an object:
    {"0": {"id": 1}, "2": {"id": 3}}  →  [{"id": 1}, {"id": 3}]
    """
    is_list = isinstance(data, dict) and all(
        _NUMBER.fullmatch(name) and isinstance(value, dict) for name, value in data.items()
    )
    return list(data.values()) if is_list else data


def _objects(data: Any, path: tuple[str, ...]) -> list[Row]:
    if data is None or data == "":
        return []
    data = as_list(data)
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise StreamError(
            f"{_shown(path)} is {named(data)}, not a list of objects: please report it"
        )
    return data


def _object(data: Any, path: tuple[str, ...]) -> dict[str, Any]:
    # PHP writes an object without fields as an empty list.
    if data is None or data in ("", []):
        return {}
    if not isinstance(data, dict):
        raise StreamError(f"{_shown(path)} is {named(data)}, not an object: please report it")
    return data


def _shown(path: tuple[str, ...]) -> str:
    return f"`{'.'.join(path)}`"


def named(data: object) -> str:
    """Return the JSON type of a value in words, without the value itself."""
    names = {dict: "an object", list: "a list of other things", str: "text", bool: "yes or no"}
    return names.get(type(data), "null" if data is None else "a number")
