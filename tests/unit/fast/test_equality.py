"""The fast way gives what the usual one gives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import SERVER, Endpoint
from tap_wolkvox.records.fast_builder import FastRecordBuilder
from tap_wolkvox.records.totals import TOTAL
from tests.unit.fast.common import (
    BOGOTA,
    CDR_1,
    COMPACT,
    SKILL_7,
    STYLES,
    UNUSUAL,
    Both,
    Twice,
    batches,
    converters_of,
    each_endpoint,
    is_fast,
    moments,
    styles,
    told,
    typist,
    usual_cells,
    written,
)

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
UNKNOWN = ["new", "New field", "año", "x/y", "", "_rescued_data", SERVER, "row_key", "window_date"]


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
