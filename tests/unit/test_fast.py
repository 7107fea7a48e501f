"""Fast: rows of the usual form become what a typist makes of them, byte for byte, or are left."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoints import BY_NAME, SERVER, Endpoint
from tap_wolkvox.errors import StreamError
from tap_wolkvox.messages.batch import RecordBatch
from tap_wolkvox.records import converters, keys
from tap_wolkvox.records.builder import RecordBuilder
from tap_wolkvox.records.fast_builder import MAX_CACHED_VALUES, FastRecordBuilder
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
ZONES = [
    BOGOTA,
    *map(
        ZoneInfo,
        [
            "America/New_York",
            "America/Santiago",  # the clock changes at midnight
            "America/Sao_Paulo",
            "America/St_Johns",  # half an hour off, changed at a minute past midnight
            "Asia/Kolkata",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",  # changes by half an hour
            "Pacific/Apia",  # left out a day
            "Africa/Monrovia",  # 44 minutes and 30 seconds off, until 1972
            "Europe/Amsterdam",  # 19 minutes and 32 seconds off, until 1937
            "UTC",
        ],
    ),
]

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
UNKNOWN = ["new", "New field", "año", "x/y", "", "_rescued_data", SERVER, "row_key", "window_date"]


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
def forms(draw: st.DrawFn, endpoint: Endpoint) -> list[str]:
    """Draw names of fields: all or some of a row, in an order, some of them spelled otherwise."""
    declared = list(schemas.received(endpoint))
    own = [*endpoint.key, *endpoint.totals]
    some = st.lists(st.sampled_from(declared), unique=True, max_size=6)
    with_own = some.map(lambda names: list(dict.fromkeys([*own, *names])))
    fields = draw(st.just(declared) | st.permutations(declared) | with_own | some)
    spelled = {alias: name for alias, name in schemas.aliases(endpoint).items() if name in fields}
    if draw(st.booleans()) and spelled:
        alias = draw(st.sampled_from(sorted(spelled)))
        fields = [alias if name == spelled[alias] else name for name in fields]
    for name in draw(st.lists(st.sampled_from(fields), max_size=2)) if fields else ():
        other = draw(st.sampled_from([name.upper(), name.title(), name.replace("_", "-")]))
        fields = [other if each == name else each for each in fields]
        if draw(st.integers(0, 4)) == 0:
            fields.append(name)
    return list(dict.fromkeys(fields + draw(st.lists(st.sampled_from(UNKNOWN), max_size=2))))


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
mostly_usual = st.integers(0, 60).flatmap(
    lambda chance: st.sampled_from(UNUSUAL) if chance == 0 else usual_cells
)


@each_endpoint
@given(data=st.data())
def test_what_is_fast_gives_what_a_typist_gives(endpoint: Endpoint, data: st.DataObject) -> None:
    both = Both(endpoint, data.draw(st.sampled_from(ZONES)))
    form = data.draw(forms(endpoint))
    for _ in range(data.draw(st.integers(1, 4))):
        if data.draw(st.integers(0, 2)) == 0:
            form = data.draw(forms(endpoint))
        cells = data.draw(st.sampled_from([mostly_usual, usual_cells]))
        rows = data.draw(batches(endpoint, form, cells))
        if data.draw(st.integers(0, 4)) == 0:
            row = data.draw(st.sampled_from(rows))
            if row:
                del row[data.draw(st.sampled_from(sorted(row)))]
        event(f"fast: {both.compare(written(rows, data.draw(styles)))}")
        if data.draw(st.integers(0, 3)) == 0:
            both.check()
            both.new_answer()
    both.check()


@each_endpoint
@given(data=st.data())
def test_rows_whose_fields_are_in_another_order_are_the_same_rows(
    endpoint: Endpoint, data: st.DataObject
) -> None:
    rows = data.draw(batches(endpoint, data.draw(forms(endpoint)), usual_cells))
    mixed = [dict(data.draw(st.permutations(list(row.items())))) for row in rows]
    both = Both(endpoint)
    both.compare(written(mixed, COMPACT))
    both.check()


@pytest.mark.parametrize(
    "rows",
    [
        [{"conn_id": "1", "u": "1", "v": "2"}, {"conn_id": "2", "v": "1", "u": "2"}],
        [{"cost": "x", "time_seg": "y"}, {"time_seg": "y", "cost": "x"}],
        [{"conn_id": "1", "CONN_ID": "2"}, {"CONN_ID": "2", "conn_id": "1"}],
    ],
)
def test_what_is_rescued_keeps_the_order_of_its_own_row(rows: list[dict[str, Any]]) -> None:
    is_fast(rows)


@each_endpoint
@given(data=st.data())
def test_rows_with_a_field_that_comes_twice_are_left(
    endpoint: Endpoint, data: st.DataObject
) -> None:
    form = data.draw(forms(endpoint))
    assume(form)
    rows: list[Any] = list(data.draw(batches(endpoint, form, usual_cells)))
    number = data.draw(st.integers(0, len(rows) - 1))
    fields = Twice(rows[number].items())
    name = data.draw(st.sampled_from(form))
    fields.insert(data.draw(st.integers(0, len(fields))), (name, data.draw(usual_cells)))
    rows[number] = fields
    raw = written(rows, data.draw(styles))
    press, seen = FastRecordBuilder(converters_of(endpoint)), typist(endpoint)
    if data.draw(st.booleans()):
        # Once a form is known, the row that has the field twice may be the first.
        plain = written([dict.fromkeys(form, "x")], COMPACT)
        press.build(plain, typist(endpoint))
    assert press.build(raw, seen) is None
    assert told(seen) == (set(), set(), 0, 0)


@pytest.mark.parametrize("value", [":", ": x", " : ", '":', '\\":', 'a" : b', ":x", '":":', "\n:"])
@pytest.mark.parametrize("style", STYLES)
def test_texts_that_look_like_names_hide_no_field_that_comes_twice(
    value: str, style: tuple[str, str, str]
) -> None:
    fields = [("conn_id", value), ("comment", value)]
    for twice in (Twice([*fields, ("comment", "x")]), Twice([("conn_id", "x"), *fields])):
        raw = written([dict(fields), twice, dict(fields)], style)
        assert FastRecordBuilder(converters_of(CDR_1)).build(raw, typist(CDR_1)) is None
    assert is_fast([dict(fields)] * 3)


@pytest.mark.parametrize("spelled", [b'"conn_i\\u0064"', b'"\\u0063onn_id"'])
def test_a_field_that_comes_twice_is_found_however_it_is_spelled(spelled: bytes) -> None:
    raw = b'[{"conn_id":"1"},{"conn_id":"1",%s:"2"}]' % spelled
    assert FastRecordBuilder(converters_of(CDR_1)).build(raw, typist(CDR_1)) is None
    raw = b'[{"conn_id":"1"},{%s:"2"}]' % spelled
    Both(CDR_1).compare(raw)


def usual_rows(endpoint: Endpoint, count: int = 4) -> list[dict[str, Any]]:
    """Return rows as they mostly are: texts and nulls in all fields."""
    of_type = {"integer": "12", "number": "34.64"}
    of_form = {"date-time": "2026-11-20 13:{:02}:00", "date": "2026-11-20"}
    rows = []
    for number in range(count):
        row: dict[str, Any] = {}
        for name, schema in schemas.received(endpoint).items():
            usual = of_type.get(schema["type"][0], f"{name} {number}")
            row[name] = of_form.get(schema.get("format", ""), usual).format(number)
        rows.append(row)
    return rows


class TestTheUsualForm:
    """Rows of the usual form are typed the fast way indeed."""

    @each_endpoint
    def test_all_fields_as_they_are_declared(self, endpoint: Endpoint) -> None:
        assert is_fast(usual_rows(endpoint), endpoint)

    @each_endpoint
    @given(data=st.data())
    def test_any_texts_and_nulls(self, endpoint: Endpoint, data: st.DataObject) -> None:
        declared = list(schemas.received(endpoint))
        texts = usual_cells.filter(lambda text: not text or "\x00" not in text)
        rows = data.draw(batches(endpoint, declared, texts))
        raw = written(rows, data.draw(styles))
        # What may be a sum by its ids is left to the other way.
        assert Both(endpoint).compare(raw) != typist(endpoint).totals.may_be_in(raw)

    @each_endpoint
    def test_an_unknown_field(self, endpoint: Endpoint) -> None:
        rows = [{"new": "x", **row, "año": None, "x/y": ""} for row in usual_rows(endpoint)]
        assert is_fast(rows, endpoint)

    @each_endpoint
    def test_fields_under_another_name(self, endpoint: Endpoint) -> None:
        names = {name: alias for alias, name in schemas.aliases(endpoint).items()}
        for row in usual_rows(endpoint):
            spelled = [
                {names.get(name, name): value for name, value in row.items()},
                {name.upper(): value for name, value in row.items()},
                {name.replace("_", "-"): value for name, value in row.items()},
            ]
            assert all(is_fast([each] * 2, endpoint) for each in spelled)

    @each_endpoint
    def test_missing_fields(self, endpoint: Endpoint) -> None:
        for name in schemas.received(endpoint):
            rows = [{n: v for n, v in row.items() if n != name} for row in usual_rows(endpoint)]
            assert is_fast(rows, endpoint)

    @each_endpoint
    @pytest.mark.parametrize("misfit", ["x", "-", "", None, "12:00", ": x", '":', "9" * 40])
    def test_values_that_do_not_fit(self, endpoint: Endpoint, misfit: str | None) -> None:
        rows = usual_rows(endpoint)
        rows[1] = dict.fromkeys(rows[1], misfit)
        assert is_fast(rows, endpoint)

    def test_a_row_that_adds_up_the_others(self) -> None:
        sums = {**usual_rows(RECORDS)[0], "type_of_row": TOTAL}
        assert is_fast([*usual_rows(RECORDS), sums], RECORDS)
        assert is_fast([sums], RECORDS)

    def test_not_where_a_row_may_add_up_others_and_its_ids_tell(self) -> None:
        rows = usual_rows(CDR_1)
        assert not is_fast([*rows, {**rows[0], "agent_name": TOTAL}])
        nobody = dict.fromkeys(schemas.ids(CDR_1), "")
        assert not is_fast([*rows, {**rows[0], **nobody, "agent_name": TOTAL}])
        both, escaped = Both(CDR_1), b"\\u0054OT\\u0041L"
        assert not both.compare(written(rows, COMPACT).replace(b'"1', b'"' + escaped))
        assert both.compare(written([{**rows[0], "agent_name": "Jos\xe9 TOTAL"}], COMPACT))

    def test_rows_without_a_field(self) -> None:
        assert is_fast([{}, {}, {}])

    def test_rows_of_several_batches_and_answers(self) -> None:
        both = Both(CDR_1)
        rows, fewer = usual_rows(CDR_1), [{"conn_id": "1", "date": "2026-11-20 10:00:00"}]
        for each in (rows, rows, fewer, rows, fewer):
            assert both.compare(written(each, COMPACT))
        assert not both.compare(written([*rows, *fewer], COMPACT))
        assert not both.compare(written([{**rows[0], "cost": 5}], COMPACT))
        both.check()
        both.new_answer()
        assert both.compare(written(rows, COMPACT))
        both.check()

    @pytest.mark.parametrize("field", ["agent_id", "AGENT_ID", "agent-id"])
    @pytest.mark.parametrize("blank", ["", " ", "-", "--", "  ", " - ", "\u00a0", None])
    def test_a_blank_id_is_null_under_whatever_name(self, blank: str | None, field: str) -> None:
        first: dict[str, Any] = {field: blank, "comment": blank}
        rows = [first, {field: "0", "comment": " 0"}]
        press = FastRecordBuilder(converters_of(CDR_1))
        made = press.build(written(rows, COMPACT), typist(CDR_1))
        assert made is not None
        records = [json.loads(line)["record"] for line in lines(made).splitlines()]
        assert [row["agent_id"] for row in records] == [None, "0"]
        assert [row["comment"] for row in records] == [blank, " 0"]
        received = keys.RowKeyGenerator(CDR_1.key, CDR_1.date, {}).of(rows)
        assert [row["row_key"] for row in records] == received
        assert is_fast(rows)

    @pytest.mark.parametrize("blank", ["", " ", "-", "--"])
    def test_a_blank_id_in_the_key_is_as_received(self, blank: str) -> None:
        rows = [{"hour": "13:00", "skill_id": blank, "skill_name": blank}, usual_rows(SKILL_7)[0]]
        rows[0] = {**rows[1], **rows[0]}
        press = FastRecordBuilder(converters_of(SKILL_7))
        made = press.build(written(rows, COMPACT), typist(SKILL_7))
        assert made is not None
        assert json.loads(lines(made).splitlines()[0])["record"]["skill_id"] == blank
        assert is_fast(rows, SKILL_7)

    def test_more_values_than_are_remembered(self) -> None:
        both = Both(SKILL_7)
        for begin in range(2):
            rows = [
                {"skill_id": str(each), "answer_calls": str(each), "asa": f"{each}.{begin}"}
                for each in range(MAX_CACHED_VALUES + 10)
            ]
            assert both.compare(written(rows, COMPACT))
        both.check()


class TestWhatIsLeft:
    """Rows of any other form are left to the typist, and nothing is told to it before."""

    @pytest.mark.parametrize("value", UNUSUAL, ids=repr)
    @pytest.mark.parametrize("field", ["conn_id", "date", "cost", "new"])
    def test_what_is_neither_text_nor_null(self, value: object, field: str) -> None:
        rows = [{**row, "new": "x"} for row in usual_rows(CDR_1)]
        rows[2][field] = value
        assert not is_fast(rows)
        assert not is_fast([*rows[2:], *rows[:2]])

    @pytest.mark.parametrize(
        "other",
        [
            {},
            {"conn_id": "1"},
            {"conn_id": "1", "cost": "2", "date": None},
            {"conn_id": "1", "Cost": "2"},
            {"conn_id": "1", "cost": "2", SERVER: "0099"},
            {"conn_id": "1", "cost": "2", "row_key": "x"},
            {"conn_id": "1", "cost": "2", "_rescued_data": "x"},
            {"conn_id": "1", "cost": "2", "telephone": "300"},
        ],
    )
    def test_rows_with_other_fields(self, other: dict[str, Any]) -> None:
        row = {"conn_id": "1", "cost": "2"}
        assert not is_fast([row, other])
        assert not is_fast([other, row])

    @pytest.mark.parametrize("name", [SERVER, "row_key", "_rescued_data"])
    def test_a_field_that_is_named_as_a_column_of_ours(self, name: str) -> None:
        assert not is_fast([{"conn_id": "1", name: "x"}] * 2)

    @pytest.mark.parametrize("name", ['a"', "a:", "a b", "a\\", "a\n", "\x01"])
    def test_a_name_that_is_hard_to_count(self, name: str) -> None:
        assert not is_fast([{"conn_id": "1", name: "x"}] * 2)

    def test_rows_of_which_not_all_are_wanted(self) -> None:
        raw = written(usual_rows(CDR_1), COMPACT)
        for seen in (
            replace(typist(CDR_1), keep_row=bool),
            replace(typist(CDR_1), keep_record=bool),
        ):
            assert FastRecordBuilder(converters_of(CDR_1)).build(raw, seen) is None

    @pytest.mark.parametrize("raw", [b"[]", b"[ ]", b"[1]", b"[[]]", b"[{]", b"", b"{}", b"[{}"])
    def test_what_is_no_list_of_rows(self, raw: bytes) -> None:
        assert FastRecordBuilder(converters_of(CDR_1)).build(raw, typist(CDR_1)) is None

    @pytest.mark.parametrize("depth", [500, 100_000])
    def test_what_is_nested_too_deep(self, depth: int) -> None:
        raw = b'[{"conn_id":%s%s}]' % (b"[" * depth, b"]" * depth)
        assert FastRecordBuilder(converters_of(CDR_1)).build(raw, typist(CDR_1)) is None

    @pytest.mark.parametrize("text", [b"\xff", b"\xed\xa0\xbd", b"\x00", b"\n", b"\\x", b"\\ud83d"])
    def test_what_is_no_text(self, text: bytes) -> None:
        raw = b'[{"conn_id":"x"},{"conn_id":"%s"}]' % text
        assert FastRecordBuilder(converters_of(CDR_1)).build(raw, typist(CDR_1)) is None


class TestInstants:
    """Local times are converted by the hour only where that is right."""

    @pytest.mark.parametrize("zone", ZONES, ids=str)
    @given(st.lists(moments, min_size=1, max_size=8))
    def test_times_about_a_change_of_the_clock(self, zone: ZoneInfo, texts: list[str]) -> None:
        rows = [{"conn_id": str(each), "date": text} for each, text in enumerate(texts)]
        assert Both(CDR_1, zone).compare(written(rows, COMPACT))

    @settings(max_examples=30)
    @given(
        st.sampled_from(ZONES),
        st.lists(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), min_size=1, max_size=20),  # noqa: DTZ001
    )
    def test_times_of_any_year(self, zone: ZoneInfo, times: list[datetime]) -> None:
        texts = [time.isoformat(" ", timespec="seconds") for time in times]
        rows = [{"conn_id": str(each), "date": text} for each, text in enumerate(texts)]
        assert Both(CDR_1, zone).compare(written(rows, COMPACT))

    @pytest.mark.parametrize(
        ("zone", "time"),
        [
            ("Asia/Kolkata", "0001-01-01 05:59:00"),
            ("Asia/Tokyo", "0001-01-01 09:30:00"),
            ("America/St_Johns", "9999-12-31 20:10:00"),
        ],
    )
    @pytest.mark.parametrize("before", [[], ["2026-11-20 10:00:00"]])
    def test_the_first_and_the_last_hour_that_there_is(
        self, zone: str, time: str, before: list[str]
    ) -> None:
        rows = [{"conn_id": "1", "date": text} for text in [*before, time]]
        assert Both(CDR_1, ZoneInfo(zone)).compare(written(rows, COMPACT))

    @pytest.mark.parametrize("fraction", ["", ".0", ".000000", ".5", ".000001", ".", ".0 "])
    def test_times_with_a_fraction(self, fraction: str) -> None:
        texts = [f"2026-11-20 10:00:0{second}{fraction}" for second in (0, 0, 1)]
        rows = [{"conn_id": str(each), "date": text} for each, text in enumerate(texts)]
        assert Both(CDR_1).compare(
            written([*rows, {"conn_id": "9", "date": texts[0][:19]}], COMPACT)
        )

    def test_every_second_of_hours_in_which_the_clock_changes(self) -> None:
        zone = ZoneInfo("America/St_Johns")
        for hour in ("2006-04-02 00", "2006-04-02 01", "2006-10-29 00", "2006-10-28 23"):
            begin = datetime.fromisoformat(f"{hour}:00:00").replace(tzinfo=UTC)
            times = [begin + timedelta(seconds=each) for each in range(0, 3600, 7)]
            rows = [{"conn_id": "1", "date": f"{time:%Y-%m-%d %H:%M:%S}"} for time in times]
            assert Both(CDR_1, zone).compare(written(rows, COMPACT))


@example([{"": TOTAL, "skill_id": "1"}], SKILL_7)
@example([{"": "2026-11-19", "chat_id": "1"}], replace(CDR_1, date=None))
@given(
    st.lists(st.fixed_dictionaries({"": usual_cells, "skill_id": usual_cells}), min_size=1),
    st.sampled_from([SKILL_7, CDR_1, replace(CDR_1, date=None)]),
)
def test_a_field_without_a_name_is_an_unknown_one(
    rows: list[dict[str, Any]], endpoint: Endpoint
) -> None:
    both = Both(endpoint)
    both.compare(written(rows, COMPACT))
    both.check()
