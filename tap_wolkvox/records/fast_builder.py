"""FastRecordBuilder: builds the records of rows that all have the same fields, much faster.

Usually all rows of a response have the same fields, and the values are text or null. For such rows
the builder defines a `msgspec` class at run time, decodes the JSON into its objects, and replaces
the attributes whose column is not text:

    JSON      {"agent_id": "7", "calls": "12", "mood": "good"}
    decoded   own_1="7"  own_2="12"  sent_2="good"                         `own_…`: columns
    record    own_0="0011"  own_1="7"  own_2=12  own_3='{"mood": "good"}'  `sent_…`: other fields

`msgspec` writes an object under the names of its columns, so no dictionary is ever built. The
records are the same, byte for byte, as those of `RecordBuilder`, which builds all other rows.
"""

from __future__ import annotations

import contextlib
import re
from collections import deque
from functools import cache, partial
from itertools import compress, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tap_wolkvox.catalog import schemas
from tap_wolkvox.records.converters import (
    Converter,
    MisfitError,
    Scalar,
    rescued_text,
    to_id,
    to_text,
    to_utc,
)
from tap_wolkvox.records.totals import TOTAL
from tap_wolkvox.response.fields import MISSING, column_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tap_wolkvox.records.builder import RecordBuilder
    from tap_wolkvox.records.keys import RowKeyGenerator

FEW = 50
"""Responses with up to this many rows use `RecordBuilder`: defining a class would take as long."""

MAX_LAYOUTS = 20
"""Maximum of classes for a stream: the builder keeps them all, so a server must not add more."""

MAX_CACHED_VALUES = 20_000
"""Maximum of cached conversions for a column, to bound the memory."""

_DECODING_ERRORS = (msgspec.MsgspecError, ValueError, RecursionError)
_NUL = b"\\u0000"
"""NUL in JSON text: a character that `RecordBuilder` rescues, and the fast builder does not check.

The other such characters, halves of a surrogate pair, are errors in `msgspec`.
"""

_WHITESPACE = b" \t\r\n"
"""Whitespace between the tokens of JSON."""

_UNSAFE_IN_NAME = re.compile(r'[":\\\s]')
"""Characters in a field name that would make `_has_unique_names` count wrong."""

_HOUR = re.compile(r"\d{4}-\d\d-\d\d[ -]\d\d", re.ASCII)
"""The usual form of a local time, up to the hour."""

_UTC = "+00:00"

Value = str | None
"""A received value that the fast builder takes."""


class FastRecordBuilder:
    """Builds the records of one stream.

    Args:
        converters: The converters of the columns that the API sends, by column name.
    """

    def __init__(self, converters: Mapping[str, Converter]) -> None:
        self._cached = {name: _cached(convert) for name, convert in converters.items()}
        self._ids = {name for name, convert in converters.items() if convert is to_id}
        # The layout of the last rows.
        self._layout: _RowLayout | None = None
        # All layouts, by the field names; None for fields that no class can have.
        self._layouts: dict[tuple[str, ...], _RowLayout | None] = {}

    def build(self, rows: bytes, builder: RecordBuilder) -> list[msgspec.Struct] | None:
        """Return objects that are written as the records; None if `RecordBuilder` must build them.

        Args:
            rows: A JSON list of objects, as the API sent it.
            builder: The builder of the same response. Its `seen` collects the facts about the rows
                as if the builder had read them.
        """
        if (
            builder.keep_row
            or builder.keep_record
            or _NUL in rows
            or builder.totals.may_be_in(rows)
        ):
            return None
        # The layout of the last rows mostly fits, which spares decoding the first row on its own.
        objects = self._layout.decoded(rows) if self._layout else None
        if objects is None:
            self._layout = self._layout_of_first(rows, builder)
            objects = self._layout.decoded(rows) if self._layout else None
        if not self._layout or objects is None:
            return None
        return self._layout.typed(objects, builder)

    def _layout_of_first(self, rows: bytes, builder: RecordBuilder) -> _RowLayout | None:
        """Return the layout of the first row; None if no class can have its fields."""
        try:
            first = msgspec.json.decode(rows, type=list[msgspec.Raw])[0]
            fields = tuple(msgspec.json.decode(first, type=dict[str, Any]))
            if fields not in self._layouts and len(self._layouts) < MAX_LAYOUTS:
                # If the next line fails, it is not tried again for the same fields.
                self._layouts[fields] = None
                self._layouts[fields] = _RowLayout(fields, builder, self._cached, self._ids)
        except (*_DECODING_ERRORS, IndexError):
            return None
        return self._layouts.get(fields)


class _FieldStep(NamedTuple):
    """How the values of one field become values of a column.

    Args:
        field: Name of the field, as the API sent it.
        source: Attribute into which the field is decoded.
        target: Attribute of the column; empty for a field that goes to `_rescued_data`.
        convert: Converter of the column; None for text.
        is_id: Whether the column is null for a text that stands for no value.
    """

    field: str
    source: str
    target: str
    convert: CachedConverter | None
    is_id: bool


class _RowLayout:
    """A class for rows that all have the same fields, and the steps from these rows to records.

    Args:
        fields: Names of the fields, in the order in which the API sent them.
        builder: The builder that would build the records otherwise.
        cached: Converters of the declared columns, by column name; None for text.
        ids: Names of the declared columns that hold ids.

    Raises:
        ValueError: No class can have these fields.
    """

    def __init__(
        self,
        fields: Sequence[str],
        builder: RecordBuilder,
        cached: Mapping[str, CachedConverter | None],
        ids: Collection[str],
    ) -> None:
        stamp = builder.endpoint.stamp_column if builder.row_keys else ""
        columns = [*builder.constants, *([stamp] if stamp else []), *cached, schemas.RESCUED]
        if (
            not builder.primary_key
            or not set(builder.primary_key) <= set(columns)
            or any(map(_UNSAFE_IN_NAME.search, fields))
        ):
            raise ValueError
        attributes = {name: f"own_{number}" for number, name in enumerate(columns)}
        self._rescued, self._row_key = attributes[schemas.RESCUED], attributes.get(stamp, "")
        self._constants = [attributes[name] for name in builder.constants]
        self._key = [attributes[name] for name in builder.primary_key]
        self._steps: list[_FieldStep] = []
        sources: dict[str, str] = {}
        for number, name in enumerate(fields):
            column = column_name(name, builder.aliases)
            if not column or column in sources:
                # Two fields for one column: the first one of each row counts, and `msgspec` does
                # not tell which one that is.
                raise ValueError
            target = attributes[column] if column in cached else ""
            source = target if target and column == name else f"sent_{number}"
            sources[column] = source
            self._steps.append(_FieldStep(name, source, target, cached.get(column), column in ids))
        self._columns = set(sources)
        self._totals = [sources[name] for name in builder.endpoint.totals if name in sources]
        if builder.row_keys:
            # For a column that the rows lack, `_rescued` stands in: it is still null in all rows
            # when the row keys are generated.
            self._natural = [sources.get(name, self._rescued) for name in builder.row_keys.key]
            self._date = sources.get(builder.row_keys.date or "", self._rescued)
        self._decoder = self._new_decoder(attributes)

    def _new_decoder(
        self, attributes: Mapping[str, str]
    ) -> msgspec.json.Decoder[list[msgspec.Struct]]:
        """Return a decoder of rows.

        Args:
            attributes: Attributes of the columns, by column name.

        Raises:
            ValueError: The API sent a field with the name of a column that the tap adds.
        """
        fields = {step.source: step.field for step in self._steps}
        names = {attribute: name for name, attribute in attributes.items()} | fields
        if len(set(names.values())) < len(names):
            raise ValueError
        row = msgspec.defstruct(
            "Row",
            [(name, Value) if name in fields else (name, Value, None) for name in names],
            rename=names,
            forbid_unknown_fields=True,
            kw_only=True,
            gc=False,
        )
        return msgspec.json.Decoder(list[row])  # type: ignore[valid-type]  # a class made at run time

    def decoded(self, rows: bytes) -> list[msgspec.Struct] | None:
        """Return the objects of rows; None if a row has other fields, or values that do not fit."""
        try:
            objects: list[msgspec.Struct] = self._decoder.decode(rows)
        except _DECODING_ERRORS:
            return None
        names = len(objects) * len(self._steps)
        return objects if _has_unique_names(rows, names) else None

    def typed(self, rows: list[msgspec.Struct], builder: RecordBuilder) -> list[msgspec.Struct]:
        """Turn the objects of rows into records, in place; rows of totals are left out."""
        for total in self._totals:
            kept = [row for row in rows if getattr(row, total) != TOTAL]
            builder.seen.skipped_totals += len(rows) - len(kept)
            rows = kept
        builder.seen.rows += len(rows)
        builder.seen.received_columns |= self._columns if rows else set()
        if builder.row_keys:
            self._set_row_keys(rows, builder.row_keys)
        for name, value in zip(self._constants, builder.constants.values(), strict=True):
            _set(rows, name, repeat(value))
        rescued: dict[int, dict[str, Value]] = {}
        for step in self._steps:
            self._apply(step, rows, rescued)
            if step.is_id:
                _set_blanks_to_null(rows, step.target)
        for number, fields in rescued.items():
            builder.seen.rescued_fields.update(fields)
            setattr(rows[number], self._rescued, rescued_text(fields))
        keys = zip(*(map(attrgetter(name), rows) for name in self._key), strict=True)
        builder.seen.keys.add(list(keys))
        return rows

    def _apply(
        self, step: _FieldStep, rows: list[msgspec.Struct], rescued: dict[int, dict[str, Value]]
    ) -> None:
        """Move the values of one field to the attribute of their column, in all rows.

        Args:
            step: The step of the field.
            rows: The objects of the rows.
            rescued: Receives the fields for `_rescued_data`, by the index of the row.
        """
        if step.source == step.target and step.convert is None:
            return
        received = list(map(attrgetter(step.source), rows))
        if step.source != step.target:
            # `msgspec` does not write an attribute that is UNSET.
            _set(rows, step.source, repeat(msgspec.UNSET))
        if not step.target:
            for number, value in enumerate(received):
                rescued.setdefault(number, {})[step.field] = value
        elif step.convert is None:
            _set(rows, step.target, received)
        else:
            _set(rows, step.target, _converted(received, step.convert, step.field, rescued))

    def _set_row_keys(self, rows: list[msgspec.Struct], row_keys: RowKeyGenerator) -> None:
        dates = map(attrgetter(self._date), rows)
        naturals = zip(*(map(attrgetter(name), rows) for name in self._natural), strict=True)
        _set(rows, self._row_key, row_keys.keys_for(naturals, dates))


def _set(rows: list[msgspec.Struct], name: str, values: Iterable[object]) -> None:
    """Set an attribute of all rows, in a loop that runs in C: a loop in Python is much slower."""
    deque(map(setattr, rows, repeat(name), values), maxlen=0)


def _set_blanks_to_null(rows: list[msgspec.Struct], name: str) -> None:
    """Set an attribute to null where its text stands for no value.

    Only those rows are written: reading is faster than writing, and most ids are not blank.
    """
    value_of = attrgetter(name)
    try:
        # Loops in C.
        are_blank = map(MISSING.__contains__, map(str.strip, map(value_of, rows)))
        blank = list(compress(rows, are_blank))
    except TypeError:
        # Some values are null.
        blank = [row for row in rows if (value_of(row) or "").strip() in MISSING]
    _set(blank, name, repeat(None))


def _converted(
    received: list[Value],
    convert: CachedConverter,
    field: str,
    rescued: dict[int, dict[str, Value]],
) -> list[Scalar]:
    """Return the converted values of a field; null for values that go to `_rescued_data`."""
    try:
        return convert.convert_all(received)
    except MisfitError:
        values: list[Scalar] = []
    for number, value in enumerate(received):
        try:
            values += convert.convert_all([value])
        except MisfitError:
            values.append(None)
            rescued.setdefault(number, {})[field] = value
    return values


def _has_unique_names(rows: bytes, names: int) -> bool:
    r"""Whether the objects of a JSON list have no two fields with the same name.

    Decoding keeps one of two such fields, so the names are counted in the text. Without whitespace,
    a quotation mark and a colon follow each name. Two other things look the same:

        "name":          a name
        {"name":":-)"    a text that begins with a colon
        "say \": \""     an escaped quotation mark before a colon

    They are subtracted. Names can't have them: `_UNSAFE_IN_NAME` has refused such names.

    Args:
        rows: The list.
        names: Number of names that decoding has kept.
    """
    # JSON text has no line breaks within a string, so mostly spaces are the only whitespace.
    has_lines = b"\n" in rows or b"\r" in rows or b"\t" in rows
    dense = rows.translate(None, _WHITESPACE) if has_lines else rows.replace(b" ", b"")
    count = dense.count(b'":')
    return count == names or count - dense.count(b':":') - dense.count(b'\\":') == names


class _CachedConverter(dict[Value, Scalar]):
    """A converter that caches its results.

    Args:
        convert: The converter.
    """

    def __init__(self, convert: Converter) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: Value) -> Scalar:
        result = self._convert(value)
        if len(self) >= MAX_CACHED_VALUES:
            self.clear()
        self[value] = result
        return result

    def convert_all(self, received: Sequence[Value]) -> list[Scalar]:
        """Return the converted values.

        Raises:
            MisfitError: A value does not fit the column.
        """
        return list(map(self.__getitem__, received))


class _HourCache:
    """A converter of local times. It caches hours: few times repeat, but many share an hour.

        "2026-11-20 10" + ":15:30"   cached hour + cached rest
        "2026-11-20T15" + ":15:30+00:00"

    Args:
        convert: The converter of any text.
    """

    def __init__(self, convert: Converter) -> None:
        self._convert = convert
        # Local hour → hour in UTC; None where the local hour is not one whole hour in UTC.
        self._hours: dict[str, str | None] = {}

    def convert_all(self, received: Sequence[Value]) -> list[Scalar]:
        """Return the instants of local times.

        Raises:
            MisfitError: A value is not a local time.
        """
        hours, rests, instants = self._hours, _rests(), list[Scalar]()
        for value in received:
            try:
                instants.append(hours[value[:13]] + rests[value[13:]])  # type: ignore[index,operator]  # null: see below
            except (KeyError, TypeError):
                # Null, a new hour, an hour that has no UTC hour, or an unusual form.
                self._learn(str(value)[:13])
                instants.append(self._convert(value))
        return instants

    def _learn(self, hour: str) -> None:
        """Cache a local hour, if it is written in the usual form.

        In zones whose offset has minutes, and when clocks change, an hour is not one hour in UTC.
        """
        if hour in self._hours or not _HOUR.fullmatch(hour):
            return
        self._hours[hour] = None
        # Near the years 1 and 9999, the instant may be out of range.
        with contextlib.suppress(MisfitError):
            begin, end = (str(self._convert(f"{hour}{rest}")) for rest in (":00:00", ":59:59"))
            if (begin[13:], end) == (f":00:00{_UTC}", f"{begin[:13]}:59:59{_UTC}"):
                self._hours[hour] = begin[:13]


@cache
def _rests() -> Mapping[str, str]:
    """Return, for all minutes and seconds of an hour, the end of an instant: `:15:30+00:00`."""
    rests = (f":{minute:02}:{second:02}" for minute in range(60) for second in range(60))
    return {rest: rest + _UTC for rest in rests}


CachedConverter = _CachedConverter | _HourCache


def _cached(convert: Converter) -> CachedConverter | None:
    """Return a converter with a cache; None if the column holds text as the API sent it."""
    if convert in {to_text, to_id}:
        return None
    if isinstance(convert, partial) and convert.func is to_utc:
        return _HourCache(convert)
    return _CachedConverter(convert)
