"""Keys: a row without one, or two rows with the same one, would be lost in the target."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import compress, pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.errors import StreamError
from tap_wolkvox.records import keys

if TYPE_CHECKING:
    import random

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


def check(records: list[Record], key: tuple[str, ...], size: int = 2) -> None:
    """Check the keys of an answer, which come in batches."""
    unique = keys.KeyChecker(key)
    values = [tuple(record.get(column) for column in key) for record in records]
    for begin in range(0, len(values), size):
        unique.add(values[begin : begin + size])
    unique.check()


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
    check(records, KEY)


def test_columns_outside_of_the_key_may_be_null_or_equal() -> None:
    check([{"id": "1", "name": None}, {"id": "2", "name": None}, {"id": "3"}], ("id",))


@pytest.mark.parametrize("column", KEY)
@pytest.mark.parametrize("absent", [True, False])
def test_a_missing_key_column_is_named_with_its_row(column: str, absent: bool) -> None:
    broken = record(description="chats")
    if absent:
        del broken[column]
    else:
        broken[column] = None
    with pytest.raises(StreamError) as caught:
        check([record(), broken, record(description="e-mails")], KEY)
    assert f"`{column}`" in str(caught.value)
    assert "row 2 of 3" in str(caught.value)


@pytest.mark.parametrize("value", [0, False, "", "0"], ids=repr)
def test_a_value_that_is_merely_false_is_a_key(value: object) -> None:
    check([{"id": value}], ("id",))


@pytest.mark.parametrize(("letter", "size"), [("x", 1), ("ñ", 2), ("🛠", 4)])
def test_a_key_that_no_index_holds_is_refused_with_its_row_and_columns(
    letter: str, size: int
) -> None:
    bare = record(description="")
    room = (keys.LONGEST - sum(len(str(bare[column]).encode()) for column in KEY)) // size
    check([record(description=letter * room)], KEY)
    with pytest.raises(StreamError) as caught:
        check([record(), record(description=letter * (room + 1))], KEY)
    message = str(caught.value)
    assert "row 2 of 2" in message
    assert all(column in message for column in KEY)
    assert letter * 2 not in message


def test_records_that_share_a_key_are_refused_with_the_columns_named() -> None:
    with pytest.raises(StreamError) as caught:
        check([record(), record(description="chats"), {**record(), "items": 7}], KEY)
    message = str(caught.value)
    assert all(column in message for column in KEY)
    assert message.startswith("1 key")


def test_keys_that_are_shared_are_counted_once_each() -> None:
    records = [record(description=text) for text in ("a", "a", "a", "b", "b", "c")]
    with pytest.raises(StreamError, match=r"^2 key"):
        check(records, KEY)


values = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=3)
"""Text that no message of ours holds by itself."""


@given(st.lists(st.tuples(values | st.none(), values), max_size=6))
def test_records_pass_exactly_if_all_keys_are_there_and_differ(
    pairs: list[tuple[str | None, str]],
) -> None:
    records = [record(operation, description) for operation, description in pairs]
    good = len(set(pairs)) == len(pairs) and all(first is not None for first, _ in pairs)
    if good:
        check(records, KEY)
        return
    with pytest.raises(StreamError) as caught:
        check(records, KEY)
    message = str(caught.value)
    assert not any(text and text in message for pair in pairs for text in pair)
    assert "\n" not in message


NATURAL = ("conn_id", "telephone")
ALIASES = {"tel_number": "telephone", "id_conn": "conn_id"}


def row_key(conn_id: object, telephone: object = "300") -> str:
    """Return the key of a row that is alone."""
    row = {"conn_id": conn_id, "telephone": telephone}
    [key] = row_keys([row])
    return key


def row_keys(rows: list[Record]) -> list[str]:
    return keys.RowKeyGenerator(NATURAL, None, ALIASES).of(rows)


texts = st.none() | st.text(max_size=3) | st.sampled_from(["null", "\ud83d", '", "', "0", "0 "])
naturals = st.tuples(texts, texts)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)
rows_of_anything = st.lists(
    st.dictionaries(
        st.sampled_from(["conn_id", "Conn_ID ", "telephone", "tel_number", "other"]) | st.text(),
        json_values,
        max_size=4,
    ),
    max_size=6,
)


def as_rows(pairs: list[tuple[str | None, str | None]]) -> list[Record]:
    return [{"conn_id": conn_id, "telephone": telephone} for conn_id, telephone in pairs]


class TestRowKeys:
    """A key for each row: the same whenever it is read, and no other row's."""

    @given(rows_of_anything)
    @example([{}, {}, {"conn_id": None}])
    def test_there_are_as_many_keys_as_rows(self, rows: list[Record]) -> None:
        made = row_keys(rows)
        assert len(made) == len(set(made)) == len(rows)
        assert all(re.fullmatch(r"[0-9a-f]{32}", key) for key in made)

    @given(rows_of_anything)
    def test_the_same_rows_have_the_same_keys(self, rows: list[Record]) -> None:
        before = [dict(row) for row in rows]
        assert row_keys(rows) == row_keys([dict(row) for row in rows])
        assert rows == before

    def test_a_key_is_the_same_in_every_version(self) -> None:
        rows: list[Record] = [{"conn_id": "1.2", "telephone": None}] * 2
        assert row_keys(rows) == [
            "d51352f73d6101b8892324582e1849ab",
            "b70d7b023a69fd854fe281f73b09e31d",
        ]

    @pytest.mark.parametrize("time", ["2026-11-20 10:00:07", "2026-11-20-10:00:07"])
    @pytest.mark.parametrize("other", ["300", None, 5])
    def test_a_time_is_the_same_with_a_fraction_of_zeros(self, time: str, other: object) -> None:
        assert row_key(other, time) == row_key(other, f"{time}.0") == row_key(other, f"{time}.000")
        assert row_key(time, other) == row_key(f"{time}.000000", other)
        texts = [time, f"x{time}", time[11:], f"{time}x"]
        others = [f"{time}.5", f"{time}.", f"x{time}.0", f"{time[11:]}.0", f"{time}.0x"]
        assert len({row_key(other, text) for text in (*texts, *others)}) == 9

    @given(naturals, naturals)
    @example(("a", "bc"), ("ab", "c"))
    @example(("a", None), ("a", "null"))
    @example(("a", None), ("a", ""))
    @example(('a", "b', "c"), ("a", 'b", "c'))
    def test_rows_share_a_key_exactly_if_they_share_their_natural_key(
        self, one: tuple[str | None, str | None], other: tuple[str | None, str | None]
    ) -> None:
        assert (row_key(*one) == row_key(*other)) == (one == other)

    def test_values_that_look_alike_are_different(self) -> None:
        alike = [None, "", " ", "null", "None", "0", 0, False, "-", "\ud83d", "\\ud83d", [], [None]]
        assert len({row_key(value) for value in alike}) == len(alike)

    def test_the_columns_of_a_natural_key_are_told_apart(self) -> None:
        assert row_key("1", "2") != row_key("2", "1")
        assert row_key("1", None) != row_key(None, "1")

    def test_a_missing_column_counts_as_null(self) -> None:
        assert row_keys([{"conn_id": "1"}]) == [row_key("1", None)]
        assert row_keys([{}]) == [row_key(None, None)]
        assert len(set(row_keys([{}, {"conn_id": None}, {"other": "1"}]))) == 3

    @pytest.mark.parametrize(
        "value", [5, -1.5, Decimal("1.10"), 10**40, True, ["1"], {"a": None}, "\ud83d", "Ñ😀\x00"]
    )
    def test_any_value_is_part_of_a_key(self, value: object) -> None:
        assert row_key(value) == row_key(value) != row_key("1")

    @given(naturals, st.dictionaries(st.text(min_size=20), texts, max_size=3), st.randoms())
    def test_order_of_fields_and_other_columns_do_not_matter(
        self,
        natural: tuple[str | None, str | None],
        others: dict[str, object],
        chance: random.Random,
    ) -> None:
        [row] = as_rows([natural])
        fields = [*row.items(), *others.items()]
        chance.shuffle(fields)
        assert row_keys([dict(fields)]) == [row_key(*natural)]

    @pytest.mark.parametrize(
        "names",
        [
            ("CONN_ID", "Telephone "),
            ("conn-id", "tel_number"),
            ("id_conn", "telephone"),
            ("ID Conn", " Tel_Number"),
        ],
    )
    def test_spelling_of_the_fields_does_not_matter(self, names: tuple[str, str]) -> None:
        rows: list[Record] = [dict(zip(names, ("1.2", "300"), strict=True))]
        assert row_keys(rows) == [row_key("1.2", "300")]

    def test_of_two_fields_for_one_column_the_first_counts_as_in_the_column(self) -> None:
        rows: list[Record] = [{"conn_id": "1", "telephone": "300", "tel_number": "301"}]
        assert row_keys(rows) == [row_key("1", "300")]

    @given(st.lists(naturals, max_size=6), st.lists(naturals, max_size=6))
    @example([("1", "2"), ("1", "2")], [("1", "2")])
    def test_rows_that_are_appended_change_no_key(
        self,
        pairs: list[tuple[str | None, str | None]],
        more: list[tuple[str | None, str | None]],
    ) -> None:
        assert row_keys(as_rows(pairs + more))[: len(pairs)] == row_keys(as_rows(pairs))

    @given(st.lists(naturals, max_size=6), st.randoms())
    def test_the_keys_of_an_answer_are_the_same_in_any_order_of_its_rows(
        self, pairs: list[tuple[str | None, str | None]], chance: random.Random
    ) -> None:
        shuffled = chance.sample(pairs, len(pairs))
        assert set(row_keys(as_rows(shuffled))) == set(row_keys(as_rows(pairs)))

    @given(st.lists(naturals, unique=True, min_size=1, max_size=6))
    def test_rows_of_other_natural_keys_change_no_key(
        self, pairs: list[tuple[str | None, str | None]]
    ) -> None:
        assert row_keys(as_rows(pairs)) == [row_key(*natural) for natural in pairs]

    def test_no_rows_have_no_keys(self) -> None:
        assert row_keys([]) == []


DAYS = st.sampled_from(["2026-11-19 23:59:59", "2026-11-20 00:00:00", "2026-11-20 10:00:00"])


def dated_rows(pairs: list[tuple[str | None, str]]) -> list[Record]:
    return [{"conn_id": conn_id, "date": date} for conn_id, date in pairs]


def dated_keys() -> keys.RowKeyGenerator:
    return keys.RowKeyGenerator(("conn_id",), "date", {"when": "date"})


class TestRowKeysOfManyAnswers:
    """What is read in other portions, or again from a day's beginning, has the keys it had."""

    @given(st.lists(st.tuples(texts, DAYS), max_size=12), st.lists(st.integers(0, 12), max_size=4))
    def test_however_the_answers_are_cut(
        self, pairs: list[tuple[str | None, str]], cuts: list[int]
    ) -> None:
        rows, parts = dated_rows(pairs), dated_keys()
        bounds = [0, *sorted(cuts), len(rows)]
        found = [key for begin, end in pairwise(bounds) for key in parts.of(rows[begin:end])]
        assert found == dated_keys().of(rows)

    @given(st.lists(texts, max_size=6), st.lists(texts, max_size=6), st.integers(0, 6))
    def test_whatever_was_forgotten_of_days_before(
        self, earlier: list[str | None], later: list[str | None], cut: int
    ) -> None:
        rows = dated_rows([(conn_id, "2026-11-20 10:00:00") for conn_id in later])
        made, kept = dated_keys(), dated_keys()
        for each in (made, kept):
            each.of(dated_rows([(conn_id, "2026-11-19 23:59:59") for conn_id in earlier]))
        made.forget(date(2026, 11, 20))
        first = made.of(rows[:cut])
        made.forget(date(2026, 11, 20))
        assert first + made.of(rows[cut:]) == kept.of(rows) == dated_keys().of(rows)

    @given(st.lists(st.tuples(texts, DAYS), max_size=12))
    def test_whatever_day_it_begins_with(self, pairs: list[tuple[str | None, str]]) -> None:
        rows = dated_rows(pairs)
        second_day = [str(row["date"]) >= "2026-11-20" for row in rows]
        whole = dated_keys().of(rows)
        again = dated_keys().of(list(compress(rows, second_day)))
        assert list(compress(whole, second_day)) == again

    @given(st.lists(st.tuples(texts, DAYS), max_size=12))
    def test_each_row_of_a_day_has_a_key_of_its_own(
        self, pairs: list[tuple[str | None, str]]
    ) -> None:
        made = dated_keys().of(dated_rows(pairs))
        of_days = {(day[:10], key) for (_, day), key in zip(pairs, made, strict=True)}
        assert len(of_days) == len(pairs)

    @given(st.lists(texts, max_size=6))
    def test_in_one_answer_of_one_day_it_is_as_without_a_date(
        self, conn_ids: list[str | None]
    ) -> None:
        rows = dated_rows([(conn_id, "2026-11-20 10:00:00") for conn_id in conn_ids])
        assert dated_keys().of(rows) == keys.RowKeyGenerator(("conn_id",), None, {}).of(rows)

    @pytest.mark.parametrize("field", ["date", "DATE ", "when", "When"])
    @pytest.mark.parametrize("spelled", ["2026-11-20 10:00:00", "20261120100000", 20261120])
    def test_however_the_date_is_spelled(self, field: str, spelled: object) -> None:
        made = dated_keys()
        rows: list[Record] = [{"conn_id": "1", "date": "2026-11-20"}]
        rows.append({"conn_id": "1", field: spelled})
        assert made.of(rows) == dated_keys().of([rows[0]] * 2)

    @pytest.mark.parametrize("missing", [{}, {"date": None}, {"date": ""}, {"date": "-"}], ids=repr)
    def test_rows_without_a_date_are_counted_together(self, missing: Record) -> None:
        rows: list[Record] = [{"conn_id": "1", **missing}, {"conn_id": "1", "date": " "}]
        assert dated_keys().of(rows) == keys.RowKeyGenerator(("conn_id",), None, {}).of(rows)

    def test_rows_without_a_date_are_the_same_in_the_next_answer(self) -> None:
        made = dated_keys()
        rows: list[Record] = [{"conn_id": "1", "date": "-"}] * 2
        first = made.of(rows)
        made.forget(date(2026, 11, 20))
        assert made.of(rows) == first

    def test_identical_rows_of_one_day_stay_as_many_and_of_two_days_are_one(self) -> None:
        made = dated_keys()
        one, two = made.of([{"conn_id": "1", "date": "2026-11-20 10:00:00"}] * 2)
        [three] = made.of([{"conn_id": "1", "date": "20261120235959"}])
        [next_day] = made.of([{"conn_id": "1", "date": "2026-11-21"}])
        assert len({one, two, three}) == 3
        assert next_day == one

    def test_days_before_are_forgotten_and_no_later_ones(self) -> None:
        made = dated_keys()
        rows: list[Record] = [
            {"conn_id": "1", "date": "2026-11-19"},
            {"conn_id": "1", "date": "2026-11-20"},
        ]
        first = made.of(rows)
        made.forget(date(2026, 11, 20))
        again = made.of(rows)
        assert again[0] == first[0]
        assert again[1] != first[1]
