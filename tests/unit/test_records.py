"""Records: they are given back as they were added, and the messages hold just that."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.messages.batch import RecordBatch
from tap_wolkvox.records import converters
from tap_wolkvox.spool import BLOCK

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Record

NUMBERS = ("amount", "rate")

texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["", "😀", "é", "\n", "\u2028", '"', "\\", "\x00", "\x7f", "12", "null", '{"a": 1}\n{}']
)
integers = st.integers(converters.INTEGERS.start, converters.INTEGERS.stop - 1)
exact = st.decimals(allow_nan=False, allow_infinity=False, places=None) | st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**37), 10**37),
    st.integers(0, 37),
)
some_records: st.SearchStrategy[list[dict[str, Any]]] = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none() | texts,
            "count": st.none() | integers,
            "amount": st.none() | exact,
            "rate": st.none() | exact,
            "_rescued_data": st.none() | texts,
        }
    ),
    max_size=6,
)


def lines(records: RecordBatch) -> list[dict[str, Any]]:
    """Return the messages, one of a line."""
    text = b"".join(part.read() for part in records.parts)
    assert text.endswith(b"\n") or not text
    return [
        json.loads(line, parse_float=Decimal, parse_constant=pytest.fail)
        for line in text.decode().split("\n")[:-1]
    ]


def made(*batches: list[Record], version: int | None = None) -> RecordBatch:
    records = RecordBatch("calls", NUMBERS, version)
    for batch in batches:
        records.add(batch)
    return records


@given(st.lists(some_records, max_size=4))
@example([[{"amount": Decimal("1.10"), "rate": Decimal(5), "count": 5}]])
@example([[{"amount": Decimal("-0.00"), "rate": Decimal("0E-7"), "count": -(2**63)}]])
@example([[{"amount": Decimal("9" * 38), "rate": Decimal("0." + "9" * 38), "count": 2**63 - 1}]])
@example([[{"amount": Decimal("1E+30"), "rate": Decimal("-" + "9" * 38), "count": None}]])
def test_what_was_added_is_given_back(batches: list[list[Record]]) -> None:
    records = made(*batches)
    expected = [record for batch in batches for record in batch]
    assert len(records) == len(expected)
    for _ in range(2):
        # Their text tells numbers of different digits and types apart, and orders of fields.
        assert repr(list(records)) == repr(expected)


@given(st.lists(some_records, max_size=4))
def test_each_line_is_one_message(batches: list[list[Record]]) -> None:
    expected = [record for batch in batches for record in batch]
    found = lines(made(*batches))
    assert [message["record"] for message in found] == expected
    assert {message["type"] for message in found} <= {"RECORD"}
    assert {message["stream"] for message in found} <= {"calls"}


@pytest.mark.parametrize("version", [None, 0, 1764000000000])
def test_a_message_names_the_version_where_there_is_one(version: int | None) -> None:
    before = datetime.now(UTC)
    [message] = lines(made([{"amount": None, "rate": None}], version=version))
    extracted = datetime.fromisoformat(message.pop("time_extracted"))
    assert before <= extracted <= datetime.now(UTC)
    assert message.get("version") == version
    fields = ["type", "stream", "record", *([] if version is None else ["version"])]
    assert list(message) == fields


def test_objects_become_the_same_messages_as_records() -> None:
    row = msgspec.defstruct("Row", [("one", Any), ("two", Any), ("other", Any)])
    records = RecordBatch("calls", ["two"])
    records.add([row("1", Decimal("2.50"), msgspec.UNSET)])
    assert list(records) == [{"one": "1", "two": Decimal("2.50")}]


@given(st.lists(st.tuples(some_records, some_records), max_size=3))
def test_records_of_others_follow_in_their_order(
    pairs: list[tuple[list[Record], list[Record]]],
) -> None:
    records, expected = made(), []
    for one, other in pairs:
        others = made(one, other)
        before = lines(others)
        records.extend(others)
        del others
        expected += one + other
        assert lines(records)[len(lines(records)) - len(before) :] == before
    assert repr(list(records)) == repr(expected)
    assert len(records) == len(expected)


def test_what_is_larger_than_a_block_is_given_back() -> None:
    long = {"name": "ñ😀\n" * BLOCK, "amount": Decimal("1.50"), "rate": None}
    many = [
        {"name": str(each), "amount": Decimal(each) / 100, "rate": None} for each in range(9000)
    ]
    records = made([long], many, [], [long])
    assert sum(part.size for part in records.parts) > 2 * BLOCK
    assert repr(list(records)) == repr([long, *many, long])
    together = made(many)
    together.extend(records)
    assert repr(list(together)) == repr([*many, long, *many, long])


def test_no_records_are_no_lines() -> None:
    records = made([], [])
    records.extend(made())
    assert (len(records), list(records), records.parts) == (0, [], [])
