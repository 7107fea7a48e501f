"""FastRecordBuilder: records of rows that all have the same fields, in a fraction of the time.

Nearly all rows of a response have the same fields, and their values are texts or nulls. Most
columns are text, which stays as it is. Such rows are decoded into objects of a class that is made
for these fields, and only the other columns are replaced. The records are the same, byte for byte,
as those of `RecordBuilder`. Rows of any other layout are left to `RecordBuilder`.
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
"""Rows of an answer for which no class is made: making one takes as long as typing them."""

MAX_LAYOUTS = 20
"""Forms of a stream that there are classes for at most; no class is ever forgotten."""

MAX_CACHED_VALUES = 20_000
"""Values of a column whose conversions are remembered at most."""

_REFUSED = (msgspec.MsgspecError, ValueError, RecursionError)
_NUL = b"\\u0000"
_BLANK = b" \t\r\n"
_ODD = re.compile(r'[":\\\s]')
_HOUR = re.compile(r"\d{4}-\d\d-\d\d[ -]\d\d", re.ASCII)
_UTC = "+00:00"

Value = str | None


class FastRecordBuilder:
    """Types rows of one stream.

    Args:
        converters: The conversions of the columns that the API sends, by name.
    """

    def __init__(self, converters: Mapping[str, Converter]) -> None:
        self._cached = {name: _cached(convert) for name, convert in converters.items()}
        self._ids = {name for name, convert in converters.items() if convert is to_id}
        self._layout: _RowLayout | None = None
        self._layouts: dict[tuple[str, ...], _RowLayout | None] = {}

    def build(self, rows: bytes, builder: RecordBuilder) -> list[msgspec.Struct] | None:
        """Return what becomes the records of rows; None where they are not of the usual form.

        Args:
            rows: A JSON list of objects, as it was sent.
            builder: What would type them otherwise, and is told what it would have seen.
        """
        if (
            builder.keep_row
            or builder.keep_record
            or _NUL in rows
            or builder.totals.may_be_in(rows)
        ):
            return None
        # Mostly that of the rows before.
        found = self._layout.decoded(rows) if self._layout else None
        if found is None:
            self._layout = self._layout_of_first(rows, builder)
            found = self._layout.decoded(rows) if self._layout else None
        return self._layout.typed(found, builder) if self._layout and found is not None else None

    def _layout_of_first(self, rows: bytes, builder: RecordBuilder) -> _RowLayout | None:
        """Return the form of the first of some rows; None where it can have none."""
        try:
            first = msgspec.json.decode(rows, type=list[msgspec.Raw])[0]
            fields = tuple(msgspec.json.decode(first, type=dict[str, Any]))
            if fields not in self._layouts and len(self._layouts) < MAX_LAYOUTS:
                self._layouts[fields] = None
                self._layouts[fields] = _RowLayout(fields, builder, self._cached, self._ids)
        except (*_REFUSED, IndexError):
            return None
        return self._layouts.get(fields)


class _Step(NamedTuple):
    """What is to be done with a field.

    Args:
        field: Its name, as it is sent.
        source: The attribute that it is decoded into.
        target: The attribute of its column; empty where it has none.
        convert: The conversion of that, if one is needed.
        is_id: Whether that is null where the text stands for no value.
    """

    field: str
    source: str
    target: str
    convert: CachedConverter | None
    is_id: bool


class _RowLayout:
    """Rows with the same fields in each.

    Args:
        fields: Names of the fields, in the order in which they are sent.
        builder: What says what else a record has.
        cached: The conversions of the declared columns, by name; None where one is text.
        ids: Those of them that hold ids.

    Raises:
        ValueError: There can be no such class.
    """

    def __init__(
        self,
        fields: Sequence[str],
        builder: RecordBuilder,
        cached: Mapping[str, CachedConverter | None],
        ids: Collection[str],
    ) -> None:
        stamp = builder.endpoint.stamp_column if builder.row_keys else ""
        own = [*builder.constants, *([stamp] if stamp else []), *cached, schemas.RESCUED]
        if (
            not builder.primary_key
            or not set(builder.primary_key) <= set(own)
            or any(map(_ODD.search, fields))
        ):
            raise ValueError
        attributes = {name: f"own_{number}" for number, name in enumerate(own)}
        self._rescued, self._row_key = attributes[schemas.RESCUED], attributes.get(stamp, "")
        self._added = [attributes[name] for name in builder.constants]
        self._key = [attributes[name] for name in builder.primary_key]
        self._steps: list[_Step] = []
        sources: dict[str, str] = {}
        for number, name in enumerate(fields):
            column = column_name(name, builder.aliases)
            if not column or column in sources:
                # Which of two counts, depends on their order, and that on the row.
                raise ValueError
            target = attributes[column] if column in cached else ""
            source = target if target and column == name else f"sent_{number}"
            sources[column] = source
            self._steps.append(_Step(name, source, target, cached.get(column), column in ids))
        self._columns = set(sources)
        self._totals = [sources[name] for name in builder.endpoint.totals if name in sources]
        if builder.row_keys:
            # What is not sent is null, as what is rescued is before any row is looked at.
            self._natural = [sources.get(name, self._rescued) for name in builder.row_keys.key]
            self._date = sources.get(builder.row_keys.date or "", self._rescued)
        self._decoder = self._made(attributes)

    def _made(self, attributes: Mapping[str, str]) -> msgspec.json.Decoder[list[msgspec.Struct]]:
        """Return the decoder of rows.

        Args:
            attributes: Attributes of the columns, by name.

        Raises:
            ValueError: Something is sent under a name that the tap has a column of its own for.
        """
        sent = {step.source: step.field for step in self._steps}
        names = {attribute: name for name, attribute in attributes.items()} | sent
        if len(set(names.values())) < len(names):
            raise ValueError
        row = msgspec.defstruct(
            "Row",
            [(name, Value) if name in sent else (name, Value, None) for name in names],
            rename=names,
            forbid_unknown_fields=True,
            kw_only=True,
            gc=False,
        )
        return msgspec.json.Decoder(list[row])  # type: ignore[valid-type]  # a class made at run time

    def decoded(self, rows: bytes) -> list[msgspec.Struct] | None:
        """Return the objects of rows; None where one of them has another form."""
        try:
            found: list[msgspec.Struct] = self._decoder.decode(rows)
        except _REFUSED:
            return None
        return found if _are_named(rows, len(found) * len(self._steps)) else None

    def typed(self, rows: list[msgspec.Struct], builder: RecordBuilder) -> list[msgspec.Struct]:
        """Return the records that the objects become, in their place."""
        for total in self._totals:
            kept = [row for row in rows if getattr(row, total) != TOTAL]
            builder.seen.skipped_totals += len(rows) - len(kept)
            rows = kept
        builder.seen.rows += len(rows)
        builder.seen.received_columns |= self._columns if rows else set()
        if builder.row_keys:
            self._with_keys(rows, builder.row_keys)
        for name, value in zip(self._added, builder.constants.values(), strict=True):
            _set(rows, name, repeat(value))
        rescued: dict[int, dict[str, Value]] = {}
        for step in self._steps:
            self._do(step, rows, rescued)
            if step.is_id:
                _without_blanks(rows, step.target)
        for number, fields in rescued.items():
            builder.seen.rescued_fields.update(fields)
            setattr(rows[number], self._rescued, rescued_text(fields))
        keys = zip(*(map(attrgetter(name), rows) for name in self._key), strict=True)
        builder.seen.keys.add(list(keys))
        return rows

    def _do(
        self, step: _Step, rows: list[msgspec.Struct], rescued: dict[int, dict[str, Value]]
    ) -> None:
        """Bring what was sent as one field to its place, in all rows.

        Args:
            step: What is to be done.
            rows: The rows.
            rescued: Takes what has no place, by the number of its row.
        """
        if step.source == step.target and step.convert is None:
            return
        sent = list(map(attrgetter(step.source), rows))
        if step.source != step.target:
            _set(rows, step.source, repeat(msgspec.UNSET))
        if not step.target:
            for number, value in enumerate(sent):
                rescued.setdefault(number, {})[step.field] = value
        elif step.convert is None:
            _set(rows, step.target, sent)
        else:
            _set(rows, step.target, _converted(sent, step.convert, step.field, rescued))

    def _with_keys(self, rows: list[msgspec.Struct], row_keys: RowKeyGenerator) -> None:
        dates = map(attrgetter(self._date), rows)
        naturals = zip(*(map(attrgetter(name), rows) for name in self._natural), strict=True)
        _set(rows, self._row_key, row_keys.keys_for(naturals, dates))


def _set(rows: list[msgspec.Struct], name: str, made: Iterable[object]) -> None:
    """Set an attribute of all rows; in a loop that is none of Python's, which is most of it."""
    deque(map(setattr, rows, repeat(name), made), maxlen=0)


def _without_blanks(rows: list[msgspec.Struct], name: str) -> None:
    """Make an attribute null where it is a text that stands for no value.

    Only these rows are written to: reading is the cheaper part, and most ids are not blank.
    """
    value_of = attrgetter(name)
    try:
        # In loops that are none of Python's.
        are_blank = map(MISSING.__contains__, map(str.strip, map(value_of, rows)))
        blank = list(compress(rows, are_blank))
    except TypeError:
        # Some are null.
        blank = [row for row in rows if (value_of(row) or "").strip() in MISSING]
    _set(blank, name, repeat(None))


def _converted(
    sent: list[Value], convert: CachedConverter, field: str, rescued: dict[int, dict[str, Value]]
) -> list[Scalar]:
    """Return the conversions of what was sent as a field; null for what goes to the rescued."""
    try:
        return convert.convert_all(sent)
    except MisfitError:
        made: list[Scalar] = []
    for number, value in enumerate(sent):
        try:
            made += convert.convert_all([value])
        except MisfitError:
            made.append(None)
            rescued.setdefault(number, {})[field] = value
    return made


def _are_named(rows: bytes, names: int) -> bool:
    """Whether the objects of a list have so many fields, all together, and no more.

    Of two fields with the same name, decoding keeps one. So they are counted in the text: each name
    is followed by a colon, from which blanks alone may part it. Two things look the same: a text
    that begins with a colon, and a quotation mark within a text that a colon follows. No name of
    ours has either in it.

    Args:
        rows: The list.
        names: How many it has at least.
    """
    # A line is not broken within a text, so mostly there are no other blanks than spaces.
    is_broken = b"\n" in rows or b"\r" in rows or b"\t" in rows
    dense = rows.translate(None, _BLANK) if is_broken else rows.replace(b" ", b"")
    like = dense.count(b'":')
    return like == names or like - dense.count(b':":') - dense.count(b'\\":') == names


class _CachedConverter(dict[Value, Scalar]):
    """A conversion that remembers what it was asked for.

    Args:
        convert: The conversion.
    """

    def __init__(self, convert: Converter) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: Value) -> Scalar:
        found = self._convert(value)
        if len(self) >= MAX_CACHED_VALUES:
            self.clear()
        self[value] = found
        return found

    def convert_all(self, sent: Sequence[Value]) -> list[Scalar]:
        """Return the conversions of values.

        Raises:
            MisfitError: One of them does not fit the column.
        """
        return list(map(self.__getitem__, sent))


class _HourCache:
    """The conversion of local times, of which hardly any comes twice, but many in the same hour.

    Args:
        convert: The conversion of any text.
    """

    def __init__(self, convert: Converter) -> None:
        self._convert = convert
        # Each with the hour in UTC that all of it lies in; None where there is none.
        self._hours: dict[str, str | None] = {}

    def convert_all(self, sent: Sequence[Value]) -> list[Scalar]:
        """Return the instants of local times.

        Raises:
            MisfitError: One of them is none.
        """
        hours, rests, made = self._hours, _rests(), list[Scalar]()
        for value in sent:
            try:
                made.append(hours[value[:13]] + rests[value[13:]])  # type: ignore[index,operator]  # null: see below
            except (KeyError, TypeError):
                self._learn(str(value)[:13])
                made.append(self._convert(value))
        return made

    def _learn(self, hour: str) -> None:
        """Remember what an hour is in UTC, if it is written as usual."""
        if hour in self._hours or not _HOUR.fullmatch(hour):
            return
        self._hours[hour] = None
        # The first and the last hour that there is may have an end that is none.
        with contextlib.suppress(MisfitError):
            begin, end = (str(self._convert(f"{hour}{rest}")) for rest in (":00:00", ":59:59"))
            if (begin[13:], end) == (f":00:00{_UTC}", f"{begin[:13]}:59:59{_UTC}"):
                self._hours[hour] = begin[:13]


@cache
def _rests() -> Mapping[str, str]:
    """Return all minutes and seconds of an hour, each as it ends an instant in UTC."""
    rests = (f":{minute:02}:{second:02}" for minute in range(60) for second in range(60))
    return {rest: rest + _UTC for rest in rests}


CachedConverter = _CachedConverter | _HourCache


def _cached(convert: Converter) -> CachedConverter | None:
    """Return the conversion of many values at once; None where texts stay as they are."""
    if convert in {to_text, to_id}:
        return None
    if isinstance(convert, partial) and convert.func is to_utc:
        return _HourCache(convert)
    return _CachedConverter(convert)
