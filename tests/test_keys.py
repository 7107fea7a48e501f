"""Keys: a row without one, or two rows with the same one, would be lost in the target."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox import keys
from tap_wolkvox.errors import StreamError

KEY = ("wolkvox_server", "operation", "description", "snapshot_date")
Record = dict[str, object]


def record(operation: str | None = "demo", description: str | None = "calls") -> Record:
    return {
        "wolkvox_server": "0011",
        "operation": operation,
        "description": description,
        "items": None,
        "snapshot_date": "2026-11-20",
    }


@pytest.mark.parametrize(
    "records",
    [
        [],
        [record()],
        [record(), record(description="chats")],
        [record("a", "b"), record("b", "a")],
        [record("ab", "c"), record("a", "bc")],
        [record(), {**record(), "wolkvox_server": "0012"}],
        [record(), {**record(), "snapshot_date": "2026-11-21"}],
        [record(description=""), record(description=" ")],
    ],
)
def test_records_with_a_key_of_their_own_pass(records: list[Record]) -> None:
    keys.check(records, KEY)


def test_columns_outside_of_the_key_may_be_null_or_equal() -> None:
    keys.check([{"id": "1", "name": None}, {"id": "2", "name": None}, {"id": "3"}], ("id",))


@pytest.mark.parametrize("column", KEY)
@pytest.mark.parametrize("absent", [True, False])
def test_a_missing_key_column_is_named_with_its_row(column: str, absent: bool) -> None:
    broken = record(description="chats")
    if absent:
        del broken[column]
    else:
        broken[column] = None
    with pytest.raises(StreamError) as caught:
        keys.check([record(), broken, record(description="e-mails")], KEY)
    assert f"`{column}`" in str(caught.value)
    assert "row 2 of 3" in str(caught.value)


@pytest.mark.parametrize("value", [0, False, "", "0"], ids=repr)
def test_a_value_that_is_merely_false_is_a_key(value: object) -> None:
    keys.check([{"id": value}], ("id",))


def test_records_that_share_a_key_are_refused_with_the_columns_named() -> None:
    with pytest.raises(StreamError) as caught:
        keys.check([record(), record(description="chats"), {**record(), "items": 7}], KEY)
    message = str(caught.value)
    assert all(column in message for column in KEY)
    assert message.startswith("1 key")


def test_keys_that_are_shared_are_counted_once_each() -> None:
    records = [record(description=text) for text in ("a", "a", "a", "b", "b", "c")]
    with pytest.raises(StreamError, match=r"^2 key"):
        keys.check(records, KEY)


values = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=3)
"""Text that no message of ours holds by itself."""


@given(st.lists(st.tuples(values | st.none(), values), max_size=6))
def test_records_pass_exactly_if_all_keys_are_there_and_differ(
    pairs: list[tuple[str | None, str]],
) -> None:
    records = [record(operation, description) for operation, description in pairs]
    good = len(set(pairs)) == len(pairs) and all(first is not None for first, _ in pairs)
    if good:
        keys.check(records, KEY)
        return
    with pytest.raises(StreamError) as caught:
        keys.check(records, KEY)
    message = str(caught.value)
    assert not any(text and text in message for pair in pairs for text in pair)
    assert "\n" not in message
