"""Shapes: where the rows of an answer lie, and how odd ones come out as flat rows.

Every endpoint has one shape. What an answer holds in its place is either of that shape or fails
the stream: a guess could lose rows.
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

_NUMBER = re.compile(r"0|[1-9]\d{0,18}", re.ASCII)

AnyRows = TypeVar("AnyRows", bound=Sized)


@dataclass(frozen=True, slots=True)
class ExtractedRows(Generic[AnyRows]):
    """What an answer holds.

    Args:
        rows: Its rows, flat.
        sent: How many things the server sent, as it counts them: rows before they are taken apart.
        counts_either: Whether the server may as well count the flat rows; nobody knows.
    """

    rows: AnyRows
    sent: int
    counts_either: bool = False

    def lacks(self, counted: int) -> bool:
        """Whether the server counts more than it sent."""
        return counted > self.sent and not (self.counts_either and counted == len(self.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowExtractor(ABC):
    """The place and form of rows.

    Args:
        path: Names that lead to the rows, from the outside in.
    """

    is_list: ClassVar[bool] = False
    """Whether it is a list of objects, each of which can be read without the others."""
    is_plain: ClassVar[bool] = False
    """Whether those objects are the rows."""

    path: tuple[str, ...] = ("data",)

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """Columns that hold what the API says by the place of a row alone."""
        return ()

    @property
    def note(self) -> str:
        """What is odd about it, in a sentence for users; nothing where nothing is."""
        return "" if self.path == ("data",) else f"Its rows lie in {_place(self.path)}."

    @abstractmethod
    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return what was found at the path: no list and no object where nothing was.

        Raises:
            StreamError: It is not of this shape.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(RowExtractor):
    """A list of objects."""

    is_list = True
    is_plain = True

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the list."""
        rows = _objects(data, self.path)
        return ExtractedRows(rows, len(rows))


LIST = Rows()
"""What nearly all endpoints answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleObject(RowExtractor):
    """One object, bare or in a list: one row."""

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the object."""
        rows = _objects([data] if isinstance(data, dict) else data, self.path)
        if len(rows) > 1:
            raise StreamError(
                f"{_place(self.path)} holds {len(rows)} objects where one belongs: please report it"
            )
        if rows == [{}]:
            raise StreamError(
                f"{_place(self.path)} holds an object without fields: please report it"
            )
        return ExtractedRows(rows, len(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName(RowExtractor):
    """An object that says by its names what its rows are of: the name becomes a column.

    Args:
        column: That column.
    """

    column: str

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """The column of the name."""
        return (self.column,)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRows(ByName):
    """A list of objects under each name."""

    @property
    def note(self) -> str:
        """How names become a column."""
        return f"The API sends an object of lists; the name of each list is in `{self.column}`."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the rows of all names."""
        lists = _object(data, self.path)
        rows = [
            joined({self.column: name}, row, "row")
            for name, listed in lists.items()
            for row in _objects(listed, (*self.path, "*"))
        ]
        return ExtractedRows(rows, len(lists), counts_either=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedRow(ByName):
    """One object under each name, which is a row."""

    @property
    def note(self) -> str:
        """How names become a column."""
        return f"The API sends an object of objects; the name of each is in `{self.column}`."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the row of each name."""
        objects = _object(data, self.path)
        rows = [
            joined({self.column: name}, _object(row, (*self.path, "*")), "row")
            for name, row in objects.items()
        ]
        return ExtractedRows(rows, len(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedRows(RowExtractor):
    """A list of objects, each of which holds a list of objects: one row for each of the latter.

    Args:
        field: The field that holds the list; the other fields are repeated in each row.
    """

    is_list = True

    field: str

    @property
    def note(self) -> str:
        """How lists become rows."""
        return f"One row for each element of `{self.field}`; where that is empty, there is none."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the inner rows, each with the fields of the outer one."""
        outer = _objects(data, self.path)
        rows = [row for each in outer for row in self._taken_apart(each)]
        return ExtractedRows(rows, len(outer))

    def _taken_apart(self, outer: Row) -> Iterator[Row]:
        if self.field not in outer:
            raise StreamError(f"a row holds no `{self.field}`: please report it")
        shared = {name: value for name, value in outer.items() if name != self.field}
        for inner in _objects(outer[self.field], (*self.path, self.field)):
            yield joined(shared, inner, self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsWithEarliest(RowExtractor):
    """A list of objects that have no date, but a list of objects that have: the earliest is theirs.

    Args:
        field: The field that holds the list; it stays as it is.
        inner: The field of its objects that holds a date, in a form that sorts as time does.
        column: The column for the earliest.
    """

    is_list = True

    field: str
    inner: str
    column: str

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """The column of the earliest date."""
        return (self.column,)

    @property
    def note(self) -> str:
        """Where the date comes from."""
        return f"The column `{self.column}` is the earliest `{self.inner}` in `{self.field}`."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the rows, each with its earliest date."""
        rows = _objects(data, self.path)
        dated = [joined({self.column: self._earliest(row)}, row, "row") for row in rows]
        return ExtractedRows(dated, len(rows))

    def _earliest(self, row: Row) -> str | None:
        if self.field not in row:
            raise StreamError(f"a row holds no `{self.field}`: please report it")
        listed = _objects(row[self.field], (*self.path, self.field))
        sent = (each.get(self.inner) for each in listed)
        dates = {date.strip() for date in sent if isinstance(date, str)}
        return min(dates - MISSING, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsByKind(RowExtractor):
    """One object that holds lists of different kinds of rows, told apart by two columns.

    Args:
        kinds: For each field that holds a list: the kind, and the field that names a row of it.
    """

    KIND: ClassVar[str] = "kind"
    KIND_ID: ClassVar[str] = "kind_id"

    kinds: Mapping[str, tuple[str, str]]

    @property
    def non_payload_columns(self) -> tuple[str, ...]:
        """The columns of the kind, and of what a row of it is about."""
        return (self.KIND, self.KIND_ID)

    @property
    def note(self) -> str:
        """How lists become kinds."""
        kinds = ", ".join(f"`{field}` ({kind})" for field, (kind, _) in self.kinds.items())
        return f"The API sends one object of lists: {kinds}; their rows are told apart by `kind`."

    def read(self, data: Any) -> ExtractedRows[list[Row]]:
        """Return the rows of all kinds."""
        [lists] = SingleObject(path=self.path).read(data).rows or [{}]
        strange = len(lists.keys() - self.kinds.keys())
        if strange:
            raise StreamError(f"{_place(self.path)} holds {strange} unknown field(s): report it")
        rows = [
            joined({self.KIND: kind, self.KIND_ID: row.get(name)}, row, field)
            for field, (kind, name) in self.kinds.items()
            for row in _objects(lists.get(field), (*self.path, field))
        ]
        return ExtractedRows(rows, min(len(lists), 1), counts_either=True)


def joined(outer: Mapping[str, Any], inner: Row, origin: str) -> Row:
    """Return the fields of both, the outer ones first.

    Args:
        outer: What is said of the row by its place.
        inner: The row.
        origin: Where the row is from: with it, a field that says otherwise than the outer one of
            its name keeps a name of its own.
    """
    flat = dict(outer)
    for name, value in inner.items():
        if name in outer and type(outer[name]) is type(value) and outer[name] == value:
            continue
        own = name
        while own in flat:
            own = f"{origin}.{own}"
        flat[own] = value
    return flat


def as_list(data: Any) -> Any:
    """Return the list that an object stands for; anything else as it is.

    PHP writes a list with gaps in its numbers as an object of what has a number.
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
            f"{_place(path)} is {named(data)}, not a list of objects: please report it"
        )
    return data


def _object(data: Any, path: tuple[str, ...]) -> dict[str, Any]:
    # PHP writes an object without names as an empty list.
    if data is None or data in ("", []):
        return {}
    if not isinstance(data, dict):
        raise StreamError(f"{_place(path)} is {named(data)}, not an object: please report it")
    return data


def _place(path: tuple[str, ...]) -> str:
    return f"`{'.'.join(path)}`"


def named(data: object) -> str:
    """Say what something is, without saying what it holds."""
    names = {dict: "an object", list: "a list of other things", str: "text", bool: "yes or no"}
    return names.get(type(data), "null" if data is None else "a number")
