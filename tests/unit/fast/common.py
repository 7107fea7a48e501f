"""Rows, typed either way."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import SERVER, Endpoint
from tap_wolkvox.catalog.endpoints import BY_NAME
from tap_wolkvox.errors import StreamError
from tap_wolkvox.messages.batch import RecordBatch
from tap_wolkvox.records import converters, keys
from tap_wolkvox.records.builder import RecordBuilder
from tap_wolkvox.records.fast_builder import FastRecordBuilder
from tap_wolkvox.records.totals import TOTAL
from tap_wolkvox.response.decoding import decode
from tap_wolkvox.response.fields import column_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import msgspec
    from singer_sdk.helpers.types import Record


CDR_1 = BY_NAME["reports_cdr_1"]
SKILL_7 = BY_NAME["reports_skill_7"]
RECORDS = BY_NAME["reports_campaign_5"]

TYPED: list[Endpoint] = [
    CDR_1,  # an event with a hash
    RECORDS,  # the same with sums
    BY_NAME["reports_quality_2"],  # the same with sums in any of its labels
    BY_NAME["reports_chat_1"],  # an event with a hash, and aliases
    BY_NAME["reports_campaign_9"],  # an event whose date is not in its key, and aliases
    BY_NAME["reports_agent_15"],  # an event with an id of its own
    SKILL_7,  # figures with a date
    replace(BY_NAME["reports_skill_3"], totals=("skill_name",)),  # the same with sums and aliases
    BY_NAME["reports_agent_9"],  # figures of a window, without an id
    BY_NAME["reports_agent_1"],  # the same with aliases
    BY_NAME["reports_chat_15"],  # the same without a key
]

each_endpoint = pytest.mark.parametrize("endpoint", TYPED, ids=lambda endpoint: endpoint.name)

BOGOTA = ZoneInfo("America/Bogota")

TEXTS = [
    *("", "-", "--", " ", "x", ":", ": x", " :x", '":', '" :', 'a":"b', "\\", '\\":', "},", "]"),
    *("😀", "é", "ñandú", "\n", "\t", '"', "null", "0", TOTAL, "total", " TOTAL", "\u2028", "\x7f"),
    *("12", "1,234", "1,23", "1.5", "34.64 %", "-0.0", "9" * 19, "9" * 38, "9" * 39, "+7", "٣"),
    *("00:01:40", "25:00:00", "1:2:3", "99:59:60", "13:00", "8", "24", "13:00:00", "1e5", "NaN"),
    *("2026-11-20", "20261120", "2026-02-30", "2026-11-20 00:00:00", "2026-11-20-00", "0000-01-01"),
    *("2026-11-20 13:00:00", " 2026-11-20 13:00:00", "2026-11-20 13:00:00 ", "2026-11-20 24:00:00"),
    *("2026-11-20-13", "2026-11-20 13:05", "20261120130507", "2026-11-20T13:00:00", "x" * 3000),
    *(
        "2026-11-20 13:00:0",
        "2026-11-20 13:59:60",
        "2026-11-20 13-00-00",
        "\uff12026-11-20 13:00:00",
    ),
]

CHANGES = [
    *("2026-03-08 02", "2026-11-01 01", "2026-04-05 00", "2026-04-04 23", "2026-09-06 00"),
    *("2018-11-04 00", "2018-02-17 23", "2006-04-02 00", "2006-10-29 00", "2011-12-30 12"),
    *("2011-12-31 00", "2026-04-05 01", "2026-10-04 02", "1972-01-07 00", "1937-07-01 00"),
    *("1945-10-15 00", "1900-01-01 00", "1883-11-18 12", "1985-12-31 23", "9998-12-31 23"),
]
"""Hours about which the clock of some zone was changed, and hours of odd offsets."""

FORMS = ["%Y-%m-%d %H:%M:%S"] * 6 + ["%Y-%m-%d-%H:%M:%S", "%Y-%m-%d %H:%M", "%Y%m%d%H%M%S"]

moments = st.builds(
    lambda hour, seconds, form: (
        datetime.fromisoformat(f"{hour}:00:00") + timedelta(seconds=seconds)
    ).strftime(form),
    st.sampled_from(CHANGES),
    st.integers(-3 * 3600, 3 * 3600) | st.sampled_from([-1, 0, 1, 59, 60, 3599, 3600]),
    st.sampled_from(FORMS),
)
any_texts = st.sampled_from(TEXTS) | moments | st.text(max_size=4)
NOT_TEXT = [0, 5, -1.5, 10**30, True, False, [], {}, ["x"], {"a": "b"}, [{"a": [None]}]]
UNUSUAL = [*NOT_TEXT, "\x00", "a\x00", "\ud83d"]


class Twice(list[tuple[str, Any]]):
    """Fields of one object, of which some may have the same name."""


def written(rows: Iterable[Mapping[str, Any] | Twice], separators: tuple[str, str, str]) -> bytes:
    """Return rows as JSON.

    Args:
        rows: The rows.
        separators: What is between two of a list, behind a name, and before a value.
    """
    comma, colon, blank = separators
    texts = []
    for number, row in enumerate(rows):
        pairs = row if isinstance(row, Twice) else row.items()
        fields = [
            f"{json.dumps(name, ensure_ascii=not name.isprintable())}{colon}:{blank}"
            # Half a surrogate pair can't be written as it is.
            f"{json.dumps(value, ensure_ascii=bool(number % 2) or _has_halves(value))}"
            for name, value in pairs
        ]
        texts.append(f"{{{comma[1:]}{comma.join(fields)}{comma[1:]}}}")
    return f"[{comma.join(texts)}]".encode()


def _has_halves(value: Any) -> bool:
    return bool(re.search("[\ud800-\udfff]", str(value)))


COMPACT = (",", "", "")
USUAL = (", ", "", " ")
INDENTED = (",\n    ", "", " ")
ODD = (", \r\n\t", " \t", "\n ")
STYLES = [COMPACT, USUAL, INDENTED, ODD]
styles = st.sampled_from(STYLES)


def converters_of(endpoint: Endpoint, zone: ZoneInfo = BOGOTA) -> dict[str, converters.Converter]:
    key = endpoint.primary_key
    declared = schemas.received(endpoint).items()
    return {
        name: converters.converter(schema, zone, in_key=name in key) for name, schema in declared
    }


def typist(endpoint: Endpoint, zone: ZoneInfo = BOGOTA) -> RecordBuilder:
    """Return what types the rows of an answer of an endpoint."""
    aliases = schemas.aliases(endpoint)
    hashed = endpoint.added_columns == ("row_key",)
    stamps = () if hashed else endpoint.added_columns
    return RecordBuilder(
        endpoint=endpoint,
        primary_key=endpoint.primary_key,
        converters=converters_of(endpoint, zone),
        aliases=aliases,
        constants={SERVER: "0011", **{name: f"2026-11-20 {name}" for name in stamps}},
        row_keys=keys.RowKeyGenerator(endpoint.key, endpoint.date, aliases) if hashed else None,
    )


def lines(made: Sequence[Record | msgspec.Struct]) -> str:
    """Return the messages that records become, but for the time."""
    records = RecordBatch("stream")
    records.add(made)
    text = b"".join(part.read() for part in records.parts).decode()
    return re.sub(r',"time_extracted":"[^"]*"\}$', "}", text, flags=re.MULTILINE)


def problem(checked: RecordBuilder) -> str | None:
    try:
        checked.seen.verify()
    except StreamError as error:
        return str(error)
    return None


def told(builder: RecordBuilder) -> tuple[object, ...]:
    seen = builder.seen
    return seen.received_columns, seen.rescued_fields, seen.rows, seen.skipped_totals


class Both:
    """Rows typed both ways, batch after batch of one answer after another.

    Args:
        endpoint: What they are of.
        zone: Time zone of the operation.
    """

    def __init__(self, endpoint: Endpoint, zone: ZoneInfo = BOGOTA) -> None:
        self._endpoint, self._zone = endpoint, zone
        self._press = FastRecordBuilder(converters_of(endpoint, zone))
        self.new_answer()

    def new_answer(self) -> None:
        self._fast = typist(self._endpoint, self._zone)
        self._slow = typist(self._endpoint, self._zone)

    def compare(self, raw: bytes) -> bool:
        """Return whether the fast way was taken; make sure that it gives the same."""
        pressed = self._press.build(raw, self._fast)
        try:
            rows = decode(raw)
        except StreamError:
            assert pressed is None
            return False
        if pressed is None:
            assert lines(self._fast.build(rows)) == lines(self._slow.build(rows))
        else:
            assert lines(pressed) == lines(self._slow.build(rows))
        assert told(self._fast) == told(self._slow)
        return pressed is not None

    def check(self) -> None:
        assert problem(self._fast) == problem(self._slow)


def is_fast(rows: Sequence[Mapping[str, Any] | Twice], endpoint: Endpoint = CDR_1) -> bool:
    """Return whether rows are typed the fast way, however they are written."""
    taken = set()
    for style in STYLES:
        both = Both(endpoint)
        taken.add(both.compare(written(rows, style)))
        both.check()
    [found] = taken
    return found


@st.composite
def batches(
    draw: st.DrawFn, endpoint: Endpoint, of_now: list[str], cells: st.SearchStrategy[Any]
) -> list[dict[str, Any]]:
    """Draw rows of one form, in the order of its fields."""
    count = draw(st.integers(1, 5))
    column = [draw(st.lists(cells, min_size=count, max_size=count)) for _ in of_now]
    rows = [dict(zip(of_now, row, strict=True)) for row in zip(*column, strict=True)]
    rows = rows or [{} for _ in range(count)]
    if draw(st.booleans()):
        row = rows[draw(st.integers(0, count - 1))]
        label = draw(st.sampled_from([*endpoint.totals, *endpoint.key, "agent_name"]))
        row |= {name: TOTAL for name in row if column_name(name) == label}
        if draw(st.booleans()):
            nobody, ids = draw(st.sampled_from(["", " - ", TOTAL])), schemas.ids(endpoint)
            row |= {name: nobody for name in row if column_name(name) in ids}
    return rows


usual_cells = st.none() | any_texts
