"""Shapes: rows are found where an endpoint has them, taken apart without loss, or not at all."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.catalog.endpoints import BY_NAME, ENDPOINTS
from tap_wolkvox.errors import RetryableError, StreamError
from tap_wolkvox.response.extractors import (
    LIST,
    ExtractedRows,
    KeyedRow,
    KeyedRows,
    NestedRows,
    Row,
    RowExtractor,
    Rows,
    RowsByKind,
    RowsWithEarliest,
    SingleObject,
    joined,
    named,
)
from tests.support import reading

PHONE = "+57 300 123 4567 Ana"
"""Text of a row, which no message may hold."""

ROW = {"telephone": PHONE}
NOTHING: list[object] = [[], None, ""]
CHATS = BY_NAME["real_time_chats"].extractor
SURVEYS = BY_NAME["quality_quality_matrix"].extractor
INTERVALS = BY_NAME["reports_cdr_4"].extractor
LATENCY = BY_NAME["real_time_latency"].extractor
TALKS = BY_NAME["reports_chat_2"].extractor

TEMPLATE = {
    "name": "welcome",
    "components": [{"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Go"}]}],
    "id": "1234",
}
CHAT = {"channel_id": "2985", "chat_id": "186067617", "cliente": {"nombre": "Ana"}}
MESSAGES = [{"from": "customer", "msg": "Hi", "date": "2026-11-20 10:00:00"}]

EXAMPLES: list[tuple[str, object, list[Row]]] = [
    (
        "billing_agent_script",
        {
            "code": 200,
            "error": None,
            "msg": "Information found for the current month",
            "data": [{"operation": "demo", "items": "5"}, {"operation": "demo", "items": "6"}],
        },
        [{"operation": "demo", "items": "5"}, {"operation": "demo", "items": "6"}],
    ),
    (
        "real_time_campaigns",
        [{"campaign": "12 - Sales - 50 %", "busy/congestion/failed": "3"}],
        [{"campaign": "12 - Sales - 50 %", "busy/congestion/failed": "3"}],
    ),
    (
        "information_services",
        {"code": "200", "msg": "X records were found", "data": [{"licenses": "9", "pbx": "2"}]},
        [{"licenses": "9", "pbx": "2"}],
    ),
    (
        "real_time_info_server",
        {"code": "", "msg": "", "data": {"cpu_avg_10s": "7", "ram": "40"}},
        [{"cpu_avg_10s": "7", "ram": "40"}],
    ),
    (
        "quality_quality_matrix",
        {
            "code": "200",
            "msg": "x records were found",
            "data": {
                "Sales": [
                    {"category": "Voice", "attribute": "Tone"},
                    {"category": "Voice", "attribute": "Pace"},
                ],
                "Support": [{"category": "Voice", "attribute": "Tone"}],
            },
        },
        [
            {"survey": "Sales", "category": "Voice", "attribute": "Tone"},
            {"survey": "Sales", "category": "Voice", "attribute": "Pace"},
            {"survey": "Support", "category": "Voice", "attribute": "Tone"},
        ],
    ),
    (
        "whatsapp_list_templates",
        {
            "code": "200",
            "msg": "Templates listed successfully",
            "data": {"meta_templates": [TEMPLATE]},
        },
        [TEMPLATE],
    ),
    (
        "whatsapp_agent_chat",
        {
            "code": "200",
            "msg": "Chats listed successfully.",
            "data": {"total": "1", "page": "1", "limit": "100", "data": [CHAT]},
        },
        [CHAT],
    ),
    (
        "campaign_campaign_15",
        {
            "code": "200",
            "total_records": "2",
            "campaign_id": "7",
            "records": [{"id_cliente": "1", "tel1": "300"}, {"id_cliente": "2", "tel1": "301"}],
        },
        [{"id_cliente": "1", "tel1": "300"}, {"id_cliente": "2", "tel1": "301"}],
    ),
    (
        "real_time_chats",
        {
            "code": "200",
            "msg": "2 records were found",
            "data": [
                {
                    "agent_id": "0011",
                    "active_chats": [
                        {"conn_id": "1.2", "channel": "web", "conversation": MESSAGES},
                        {"conn_id": "1.3", "channel": "whatsapp", "conversation": []},
                    ],
                },
                {
                    "agent_id": "0012",
                    "active_chats": [{"conn_id": "1.4", "channel": "web", "conversation": []}],
                },
            ],
        },
        [
            {"agent_id": "0011", "conn_id": "1.2", "channel": "web", "conversation": MESSAGES},
            {"agent_id": "0011", "conn_id": "1.3", "channel": "whatsapp", "conversation": []},
            {"agent_id": "0012", "conn_id": "1.4", "channel": "web", "conversation": []},
        ],
    ),
    (
        "real_time_interactions",
        {
            "code": "200",
            "msg": "x records were found",
            "data": [
                {
                    "agent_id": "0011",
                    "active_interactions": [{"conn_id": "1.2", "subject": "Order"}],
                }
            ],
        },
        [{"agent_id": "0011", "conn_id": "1.2", "subject": "Order"}],
    ),
    (
        "real_time_latency",
        {
            "code": 200,
            "msg": "x records were found",
            "data": [
                {
                    "by_agent": [{"agent_id": "0011", "latency_ms": "40", "ip": "192.0.2.1"}],
                    "by_ip": [
                        {"ip": "192.0.2.1", "total_agents": "2"},
                        {"ip": "192.0.2.2", "total_agents": "1"},
                    ],
                    "by_pbx": [{"user": "0011", "status": "OK"}],
                }
            ],
        },
        [
            {
                "kind": "agent",
                "kind_id": "0011",
                "agent_id": "0011",
                "latency_ms": "40",
                "ip": "192.0.2.1",
            },
            {"kind": "ip", "kind_id": "192.0.2.1", "ip": "192.0.2.1", "total_agents": "2"},
            {"kind": "ip", "kind_id": "192.0.2.2", "ip": "192.0.2.2", "total_agents": "1"},
            {"kind": "pbx", "kind_id": "0011", "user": "0011", "status": "OK"},
        ],
    ),
    (
        "reports_agent_5",
        {
            "code": 200,
            "msg": "1 records were found",
            "data": [
                {
                    "agent_name": "Ana",
                    "agent_id": "0011",
                    "status_x_hour": [{"hour": "08:00", "calls": "2"}, {"hour": "09:00"}],
                }
            ],
        },
        [
            {"agent_name": "Ana", "agent_id": "0011", "hour": "08:00", "calls": "2"},
            {"agent_name": "Ana", "agent_id": "0011", "hour": "09:00"},
        ],
    ),
    (
        "reports_agent_11",
        {
            "code": 200,
            "msg": "1 records were found",
            "data": [{"skill_name": "Sales", "agents": [{"agent_id": "0011", "calls": "2"}]}],
        },
        [{"skill_name": "Sales", "agent_id": "0011", "calls": "2"}],
    ),
    (
        "gamification_agents_kpi",
        {
            "code": 200,
            "msg": "1 records were found",
            "data": [
                {
                    "agent_id": "12999",
                    "stats": [
                        {"date": "20230124", "points": "428"},
                        {"date": "20230123", "points": "430"},
                    ],
                }
            ],
        },
        [
            {"agent_id": "12999", "date": "20230124", "points": "428"},
            {"agent_id": "12999", "date": "20230123", "points": "430"},
        ],
    ),
    (
        "reports_cdr_4",
        {
            "code": 200,
            "msg": "1 records were found",
            "data": {
                "0_5_seg": {"calls": "3", "percentage": "75 %"},
                "greater_than_121": {"calls": "1", "percentage": "25 %"},
            },
        },
        [
            {"interval": "0_5_seg", "calls": "3", "percentage": "75 %"},
            {"interval": "greater_than_121", "calls": "1", "percentage": "25 %"},
        ],
    ),
    (
        "reports_chat_2",
        {
            "code": 200,
            "msg": "2 records were found",
            "data": [
                {
                    "conn_id": "1",
                    "conversation": [
                        {"date": "2026-11-20 10:00:05", "message": "Yes"},
                        {"date": "2026-11-20 10:00:00", "message": "Hi"},
                        {"date": " ", "message": "?"},
                    ],
                },
            ]
            * 2,
        },
        [
            {
                "date": "2026-11-20 10:00:00",
                "conn_id": "1",
                "conversation": [
                    {"date": "2026-11-20 10:00:05", "message": "Yes"},
                    {"date": "2026-11-20 10:00:00", "message": "Hi"},
                    {"date": " ", "message": "?"},
                ],
            },
        ]
        * 2,
    ),
]
"""What is documented: the stream, a whole answer, and its rows."""

each_example = pytest.mark.parametrize(
    ("stream", "document", "rows"), EXAMPLES, ids=[stream for stream, _, _ in EXAMPLES]
)


def refusal(shape: RowExtractor, data: object) -> str:
    """Return why a shape refuses what lies in its place."""
    with pytest.raises(StreamError) as caught:
        shape.read(data)
    return str(caught.value)


class TestDocumentedAnswers:
    def test_every_shape_that_an_endpoint_has_is_among_them(self) -> None:
        shapes = [BY_NAME[stream].extractor for stream, _, _ in EXAMPLES]
        assert all(endpoint.extractor in shapes for endpoint in ENDPOINTS)

    @each_example
    def test_the_rows_of_an_endpoint_are_found(
        self, stream: str, document: object, rows: list[Row]
    ) -> None:
        shape = BY_NAME[stream].extractor
        found = reading.rows(200, json.dumps(document).encode(), extractor=shape)
        assert found == rows
        assert [list(row) for row in found] == [list(row) for row in rows]

    @each_example
    def test_the_columns_of_a_place_are_in_every_row(
        self, stream: str, document: object, rows: list[Row]
    ) -> None:
        made = BY_NAME[stream].extractor.non_payload_columns
        assert all(row[column] is not None for row in rows for column in made)

    @each_example
    def test_what_was_sent_stays_as_it_is(
        self, stream: str, document: object, rows: list[Row]
    ) -> None:
        data: Any = document
        for name in BY_NAME[stream].extractor.path if isinstance(document, dict) else ():
            data = data[name]
        before = copy.deepcopy(data)
        BY_NAME[stream].extractor.read(data)
        assert data == before


class TestRowsWithEarliest:
    SHAPE = RowsWithEarliest(field="messages", inner="date", column="date")

    @pytest.mark.parametrize(
        "messages",
        [
            *([], None, "", [{}], [{"other": "1"}]),
            *([{"date": value}] for value in ("", " ", None, 20261120, ["2026-11-20"])),
        ],
        ids=repr,
    )
    def test_without_a_date_there_is_none(self, messages: object) -> None:
        [row] = self.SHAPE.read([{"id": "1", "messages": messages}]).rows
        assert row == {"date": None, "id": "1", "messages": messages}

    @given(st.lists(st.datetimes().map(str) | st.sampled_from(["", " "]), max_size=5))
    def test_it_is_the_earliest_wherever_it_stands(self, dates: list[str]) -> None:
        [row] = self.SHAPE.read([{"messages": [{"date": date} for date in dates]}]).rows
        assert row["date"] == min(filter(str.strip, dates), default=None)

    def test_the_list_itself_stays(self) -> None:
        messages = [{"date": "2026-11-21", "text": PHONE}, {"date": "2026-11-20", "text": ""}]
        before = copy.deepcopy(messages)
        [row] = self.SHAPE.read([{"messages": messages}]).rows
        assert row["messages"] is messages
        assert messages == before

    def test_the_date_is_that_of_its_own_row(self) -> None:
        lists = [[{"date": "2026-11-20"}], [], [{"date": "2026-11-19"}]]
        rows = self.SHAPE.read([{"messages": each} for each in lists]).rows
        assert [row["date"] for row in rows] == ["2026-11-20", None, "2026-11-19"]

    def test_what_stands_for_no_date_is_not_the_earliest(self) -> None:
        sent = ["2026-11-20 10:00:00", "-", "--", " ", "", " 2026-11-21 00:00:00", None]
        messages = [{"date": date} for date in sent]
        [row] = self.SHAPE.read([{"messages": messages}]).rows
        assert row["date"] == "2026-11-20 10:00:00"

    def test_a_date_of_the_row_itself_keeps_a_name_of_its_own(self) -> None:
        [row] = self.SHAPE.read([{"date": "x", "messages": [{"date": "2026"}]}]).rows
        assert row["date"] == "2026"
        assert row["row.date"] == "x"

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ([{"id": "1"}], "a row holds no `messages`"),
            ([{"messages": "text"}], "`data.messages` is text"),
            ([{"messages": [1]}], "`data.messages` is a list of other things"),
            ("text", "`data` is text"),
        ],
    )
    def test_anything_else_is_refused(self, data: object, said: str) -> None:
        assert said in refusal(self.SHAPE, data)

    def test_rows_are_counted(self) -> None:
        assert self.SHAPE.read([{"messages": []}] * 3).sent == 3


class TestNotes:
    @pytest.mark.parametrize("shape", [LIST, SingleObject()], ids=repr)
    def test_what_is_not_odd_has_none_and_makes_no_column(self, shape: RowExtractor) -> None:
        assert shape.note == ""
        assert shape.non_payload_columns == ()

    @pytest.mark.parametrize(
        ("shape", "words", "made"),
        [
            (Rows(path=("records",)), ["`records`"], ()),
            (Rows(path=("data", "data")), ["`data.data`"], ()),
            (SingleObject(path=("data", "server")), ["`data.server`"], ()),
            (KeyedRows(column="survey"), ["`survey`"], ("survey",)),
            (KeyedRow(column="interval"), ["`interval`"], ("interval",)),
            (NestedRows(field="active_chats"), ["`active_chats`"], ()),
            (
                RowsWithEarliest(field="messages", inner="sent", column="date"),
                ["`date`", "`sent`", "`messages`"],
                ("date",),
            ),
            (
                RowsByKind(kinds={"by_ip": ("ip", "ip"), "by_pbx": ("pbx", "user")}),
                ["`by_ip` (ip)", "`by_pbx` (pbx)", "`kind`"],
                ("kind", "kind_id"),
            ),
        ],
        ids=repr,
    )
    def test_what_is_odd_is_said_in_a_sentence_and_makes_its_columns(
        self, shape: RowExtractor, words: list[str], made: tuple[str, ...]
    ) -> None:
        assert all(word in shape.note for word in words)
        assert shape.note[0].isupper()
        assert shape.note.endswith(".")
        assert "\n" not in shape.note
        assert shape.non_payload_columns == made


NO_LIST = [
    ROW,
    {PHONE: [ROW]},
    {"0": [ROW]},
    {"0": PHONE},
    {"0": ROW, "a": ROW},
    *({name: ROW} for name in ("", "-1", "00", "1.0", "1e1", " 1", "²", "9" * 20)),
    PHONE,
    " ",
    0,
    5,
    1.5,
    Decimal("1.5"),
    True,
    False,
    [PHONE],
    [None],
    [[]],
    [[ROW]],
    [ROW, PHONE],
    [ROW, None],
]
"""What is neither nothing nor a list of objects."""

NO_OBJECT = [PHONE, " ", 0, 5, 1.5, True, False, [PHONE], [None], [[]], [[ROW]], [ROW]]
"""What is neither nothing nor an object."""


class TestOtherShapes:
    """They fail the stream, and no message holds what was sent."""

    @pytest.mark.parametrize("data", NO_LIST, ids=repr)
    @pytest.mark.parametrize("shape", [LIST, Rows(path=("data", "data")), CHATS, TALKS], ids=repr)
    def test_a_list_of_objects_is_nothing_else(self, shape: RowExtractor, data: object) -> None:
        message = refusal(shape, data)
        assert PHONE not in message
        assert f"`{'.'.join(shape.path)}`" in message

    @pytest.mark.parametrize("data", [each for each in NO_LIST if type(each) is not dict], ids=repr)
    @pytest.mark.parametrize("shape", [SingleObject(), LATENCY], ids=repr)
    def test_one_object_is_nothing_else(self, shape: RowExtractor, data: object) -> None:
        assert PHONE not in refusal(shape, data)

    @pytest.mark.parametrize("data", [[ROW, ROW], [{}, {}], [{}, ROW]], ids=repr)
    @pytest.mark.parametrize("shape", [SingleObject(), LATENCY], ids=repr)
    def test_one_object_is_not_two(self, shape: RowExtractor, data: object) -> None:
        message = refusal(shape, data)
        assert PHONE not in message
        assert "2 objects" in message

    @pytest.mark.parametrize("data", [{}, [{}]], ids=repr)
    @pytest.mark.parametrize("shape", [SingleObject(), LATENCY], ids=repr)
    def test_one_object_has_fields(self, shape: RowExtractor, data: object) -> None:
        assert "without fields" in refusal(shape, data)

    @pytest.mark.parametrize("data", NO_OBJECT, ids=repr)
    def test_the_row_of_a_name_is_an_object(self, data: object) -> None:
        message = refusal(INTERVALS, {"0_5_seg": data})
        assert PHONE not in message
        assert "`data.*`" in message

    @pytest.mark.parametrize("shape", [SURVEYS, INTERVALS], ids=repr)
    @pytest.mark.parametrize("data", NO_OBJECT, ids=repr)
    def test_rows_by_name_are_no_list(self, shape: RowExtractor, data: object) -> None:
        message = refusal(shape, data)
        assert PHONE not in message
        assert "`data` is" in message

    @pytest.mark.parametrize("listed", NO_LIST, ids=repr)
    def test_under_a_name_is_a_list_of_objects_and_the_name_is_not_shown(
        self, listed: object
    ) -> None:
        message = refusal(SURVEYS, {"Sales": [ROW], PHONE: listed})
        assert PHONE not in message
        assert "`data.*`" in message

    @pytest.mark.parametrize("listed", NO_LIST, ids=repr)
    def test_in_a_row_of_rows_is_a_list_of_objects(self, listed: object) -> None:
        good = {"agent_id": PHONE, "active_chats": [ROW]}
        message = refusal(CHATS, [good, {"agent_id": PHONE, "active_chats": listed}])
        assert PHONE not in message
        assert "`data.active_chats`" in message

    @pytest.mark.parametrize("outer", [{}, ROW, {"Active_Chats": [ROW]}], ids=repr)
    def test_a_row_of_rows_without_its_list_fails_the_stream(self, outer: Row) -> None:
        message = refusal(CHATS, [{"agent_id": PHONE, "active_chats": []}, outer])
        assert PHONE not in message
        assert "`active_chats`" in message

    @pytest.mark.parametrize("listed", NO_LIST, ids=repr)
    def test_in_a_row_with_an_earliest_date_is_a_list_of_objects(self, listed: object) -> None:
        good = {"conn_id": PHONE, "conversation": [ROW]}
        message = refusal(TALKS, [good, {"conn_id": PHONE, "conversation": listed}])
        assert PHONE not in message
        assert "`data.conversation`" in message

    @pytest.mark.parametrize("row", [{}, ROW, {"Conversation": [ROW]}], ids=repr)
    def test_a_row_without_the_list_of_its_dates_fails_the_stream(self, row: Row) -> None:
        message = refusal(TALKS, [{"conn_id": PHONE, "conversation": []}, row])
        assert PHONE not in message
        assert "`conversation`" in message

    @pytest.mark.parametrize("field", ["by_agent", "by_ip", "by_pbx"])
    @pytest.mark.parametrize("listed", NO_LIST, ids=repr)
    def test_of_each_kind_is_a_list_of_objects(self, field: str, listed: object) -> None:
        message = refusal(LATENCY, [{field: listed}])
        assert PHONE not in message
        assert f"`data.{field}`" in message

    @pytest.mark.parametrize("listed", [[ROW], [], None, "", PHONE], ids=repr)
    def test_an_unknown_kind_fails_the_stream_and_is_not_shown(self, listed: object) -> None:
        message = refusal(LATENCY, [{"by_ip": [ROW], PHONE: listed}])
        assert PHONE not in message
        assert "1 unknown" in message

    @pytest.mark.parametrize(
        ("data", "name"),
        [
            ({}, "an object"),
            ([1], "a list of other things"),
            ("a", "text"),
            (True, "yes or no"),
            (None, "null"),
            (0, "a number"),
            (Decimal("1.5"), "a number"),
        ],
        ids=repr,
    )
    def test_what_came_instead_is_named(self, data: object, name: str) -> None:
        assert named(data) == name


GAPS = {"0": {"a": "1"}, "2": {"a": "2"}, "11": {"a": "3"}}
"""What PHP makes of a list that something was filtered out of."""

WITHOUT_GAPS: list[Row] = list(GAPS.values())


class TestListsWithGaps:
    def test_the_objects_are_the_rows_in_their_order(self) -> None:
        backwards = dict(reversed(GAPS.items()))
        assert LIST.read(GAPS) == LIST.read(WITHOUT_GAPS)
        assert LIST.read(backwards) == LIST.read(WITHOUT_GAPS[::-1])

    def test_an_object_without_names_is_no_rows(self) -> None:
        assert LIST.read({}) == LIST.read([])

    def test_they_are_read_wherever_a_shape_wants_a_list(self) -> None:
        outer = {"1": {"agent_id": "7", "active_chats": GAPS}}
        filled = [{"agent_id": "7", "active_chats": WITHOUT_GAPS}]
        assert len(CHATS.read(outer).rows) == 3
        assert CHATS.read(outer) == CHATS.read(filled)
        assert SURVEYS.read({"a": GAPS}) == SURVEYS.read({"a": WITHOUT_GAPS})
        assert LATENCY.read({"by_ip": GAPS}) == LATENCY.read({"by_ip": WITHOUT_GAPS})

    @pytest.mark.parametrize("shape", [INTERVALS, SURVEYS], ids=repr)
    def test_names_that_are_numbers_stay_names_where_names_say_something(
        self, shape: RowExtractor
    ) -> None:
        found = shape.read({"7": [{"a": "1"}]} if shape is SURVEYS else {"7": {"a": "1"}})
        assert found.rows == [{shape.non_payload_columns[0]: "7", "a": "1"}]

    def test_one_object_is_no_list(self) -> None:
        assert SingleObject().read({"1": ROW}).rows == [{"1": ROW}]
        assert "1 unknown field" in refusal(LATENCY, {"1": ROW})

    @pytest.mark.parametrize("content", [GAPS, {"data": GAPS, "code": 200, "msg": ""}], ids=str)
    def test_a_whole_answer_may_be_one(self, content: object) -> None:
        assert reading.rows(200, json.dumps(content).encode()) == WITHOUT_GAPS

    def test_they_have_lost_a_row_only_if_more_are_counted(self) -> None:
        counted = {"code": 200, "msg": "3 records were found", "data": GAPS}
        assert reading.rows(200, json.dumps(counted).encode()) == WITHOUT_GAPS
        more = counted | {"msg": "12 records were found"}
        with pytest.raises(RetryableError, match="counts 12 rows and sent 3"):
            reading.rows(200, json.dumps(more).encode())
        none = counted | {"msg": "1 records were found", "data": {}}
        with pytest.raises(RetryableError, match="counts 1 rows and sent 0"):
            reading.rows(200, json.dumps(none).encode())

    def test_a_number_that_is_there_twice_fails_the_stream(self) -> None:
        with pytest.raises(StreamError, match="twice"):
            reading.rows(200, b'{"data": {"1": {"a": "1"}, "1": {"a": "2"}}}')


class TestNothing:
    @pytest.mark.parametrize("data", NOTHING, ids=repr)
    @pytest.mark.parametrize("stream", [stream for stream, _, _ in EXAMPLES])
    def test_nothing_is_no_rows(self, stream: str, data: object) -> None:
        found = BY_NAME[stream].extractor.read(data)
        assert found.rows == []
        assert found.sent == 0

    def test_an_object_without_names_is_no_rows_by_name(self) -> None:
        assert SURVEYS.read({}) == SURVEYS.read([])

    @pytest.mark.parametrize("listed", NOTHING, ids=repr)
    def test_a_name_without_rows_is_no_row_and_counts(self, listed: object) -> None:
        found = SURVEYS.read({"a": listed, "b": [ROW], "c": listed})
        assert found.rows == [{"survey": "b", **ROW}]
        assert found.sent == 3

    @pytest.mark.parametrize("listed", NOTHING, ids=repr)
    def test_a_row_without_rows_is_no_row_and_counts(self, listed: object) -> None:
        found = CHATS.read(
            [
                {"agent_id": "1", "active_chats": listed},
                {"agent_id": "2", "active_chats": [ROW]},
                {"agent_id": "3", "active_chats": listed},
            ]
        )
        assert found.rows == [{"agent_id": "2", **ROW}]
        assert found.sent == 3

    @pytest.mark.parametrize("listed", NOTHING, ids=repr)
    @pytest.mark.parametrize("field", ["by_agent", "by_pbx"])
    def test_a_kind_without_rows_is_no_row(self, field: str, listed: object) -> None:
        found = LATENCY.read([{field: listed, "by_ip": [{"ip": "192.0.2.1"}]}])
        assert found.rows == [{"kind": "ip", "kind_id": "192.0.2.1", "ip": "192.0.2.1"}]

    @pytest.mark.parametrize("field", ["by_agent", "by_ip", "by_pbx"])
    def test_a_kind_that_is_not_there_is_no_row(self, field: str) -> None:
        [row] = LATENCY.read({field: [ROW]}).rows
        assert row["telephone"] == PHONE

    def test_a_row_that_does_not_say_what_it_is_about_has_null_for_it(self) -> None:
        assert LATENCY.read([{"by_ip": [ROW]}]).rows == [{"kind": "ip", "kind_id": None, **ROW}]


class TestJoined:
    def test_the_outer_fields_come_first(self) -> None:
        row = joined({"a": "1", "b": "2"}, {"c": "3", "d": "4"}, "list")
        assert list(row.items()) == [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]

    def test_an_equal_value_is_not_doubled(self) -> None:
        assert joined({"a": "1", "b": None}, {"b": None, "a": "1"}, "list") == {"a": "1", "b": None}

    @pytest.mark.parametrize(
        ("outer", "inner"), [("1", "2"), ("1", " 1"), (None, ""), ("1", None), ("1", ["1"])]
    )
    def test_another_value_keeps_a_name_of_its_own(self, outer: object, inner: object) -> None:
        row = joined({"a": outer}, {"a": inner, "b": "3"}, "list")
        assert row == {"a": outer, "list.a": inner, "b": "3"}

    @pytest.mark.parametrize(
        ("outer", "inner"),
        [
            ({"a": "1"}, {"a": "2", "f.a": "3"}),
            ({"a": "1"}, {"f.a": "3", "a": "2"}),
            ({"a": "1", "f.a": "9"}, {"a": "2"}),
            ({"a": 1}, {"a": True}),
        ],
        ids=repr,
    )
    def test_no_name_is_taken_twice(self, outer: Row, inner: Row) -> None:
        kept = [*outer.values(), *inner.values()]
        assert sorted(map(repr, joined(outer, inner, "f").values())) == sorted(map(repr, kept))

    def test_names_that_are_merely_spelled_alike_are_two(self) -> None:
        assert joined({"a": "1"}, {"A": "2"}, "list") == {"a": "1", "A": "2"}

    def test_what_it_is_made_of_stays_as_it_is(self) -> None:
        outer, inner = {"a": "1"}, {"a": "2"}
        joined(outer, inner, "list")["a"] = "3"
        assert (outer, inner) == ({"a": "1"}, {"a": "2"})

    @pytest.mark.parametrize(
        ("shape", "data", "row"),
        [
            (
                CHATS,
                [{"agent_id": "1", "active_chats": [{"agent_id": "2", "active_chats": "x"}]}],
                {"agent_id": "1", "active_chats.agent_id": "2", "active_chats": "x"},
            ),
            (
                SURVEYS,
                {"Sales": [{"survey": "Support", "category": "Voice"}]},
                {"survey": "Sales", "row.survey": "Support", "category": "Voice"},
            ),
            (
                LATENCY,
                [{"by_ip": [{"ip": "192.0.2.1", "kind": "IPv4", "kind_id": "9"}]}],
                {
                    "kind": "ip",
                    "kind_id": "192.0.2.1",
                    "ip": "192.0.2.1",
                    "by_ip.kind": "IPv4",
                    "by_ip.kind_id": "9",
                },
            ),
        ],
        ids=["rows in rows", "rows by name", "rows by kind"],
    )
    def test_a_row_that_says_otherwise_than_its_place_keeps_both(
        self, shape: RowExtractor, data: object, row: Row
    ) -> None:
        assert shape.read(data).rows == [row]


class TestCounts:
    @given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
    def test_what_the_server_counts_is_what_it_sent(
        self, flat: int, sent: int, counted: int
    ) -> None:
        assert ExtractedRows([ROW] * flat, sent).lacks(counted) == (counted > sent)

    @given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
    def test_it_may_count_the_flat_rows_but_then_exactly(
        self, flat: int, sent: int, counted: int
    ) -> None:
        found = ExtractedRows([ROW] * flat, sent, counts_either=True)
        assert found.lacks(counted) == (counted > sent and counted != flat)

    def test_each_shape_counts_what_it_was_sent(self) -> None:
        for shape, data, sent in (
            (LIST, [ROW, ROW], 2),
            (SingleObject(), ROW, 1),
            (SURVEYS, {"a": [ROW, ROW], "b": [ROW]}, 2),
            (CHATS, [{"active_chats": [ROW, ROW]}, {"active_chats": []}], 2),
            (TALKS, [{"conversation": [ROW, ROW]}, {"conversation": []}], 2),
            (LATENCY, [{"by_agent": [ROW, ROW], "by_ip": [ROW]}], 1),
            (LATENCY, [{"by_agent": []}], 1),
        ):
            assert shape.read(data).sent == sent


values = st.none() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2)
field_names = st.sampled_from(
    ["a", "b", "agent_id", "ip", "kind", "kind_id", "survey", "user", "row.survey", "by_ip.kind"]
)
"""Few, so that inner fields often have the name of an outer one."""
row_lists = st.lists(st.dictionaries(field_names, values, max_size=4), max_size=4)


def kept(inner: Row, flat: Row, origin: str) -> bool:
    """Return whether a flat row holds each field of an inner one, under a name made of its own."""
    return all(
        any(
            own == name or (own.startswith(f"{origin}.") and own.endswith(f".{name}"))
            for own, found in flat.items()
            if found == value
        )
        for name, value in inner.items()
    )


class TestNothingIsLost:
    """One flat row for each inner one, in the same order, with all that was sent."""

    @given(row_lists)
    def test_of_a_list(self, data: list[Row]) -> None:
        assert LIST.read(data) == ExtractedRows(data, len(data))

    @given(
        st.lists(st.tuples(st.dictionaries(field_names, values, max_size=4), row_lists), max_size=4)
    )
    @example([({"agent_id": "1"}, [{"agent_id": "1"}, {"agent_id": None}])])
    def test_of_rows_in_rows(self, data: list[tuple[Row, list[Row]]]) -> None:
        found = CHATS.read([{**outer, "active_chats": inner} for outer, inner in data])
        pairs = [(outer, row) for outer, inner in data for row in inner]
        for (outer, inner), flat in zip(pairs, found.rows, strict=True):
            assert kept(inner, flat, "active_chats")
            assert {name: flat[name] for name in outer} == outer
            assert len(flat) <= len(outer) + len(inner)
        assert found.sent == len(data)

    @given(
        st.lists(
            st.tuples(
                st.dictionaries(field_names | st.sampled_from(["date", "row.date"]), values),
                st.lists(st.fixed_dictionaries({"date": values}), max_size=3),
            ),
            max_size=4,
        )
    )
    @example([({"date": "1", "row.date": "2"}, [{"date": "3"}])])
    def test_of_rows_with_their_earliest(self, data: list[tuple[Row, list[Row]]]) -> None:
        sent = [{**outer, "conversation": inner} for outer, inner in data]
        found = TALKS.read(sent)
        for row, flat in zip(sent, found.rows, strict=True):
            assert kept(row, flat, "row")
            assert next(iter(flat)) == "date"
            assert len(flat) <= 1 + len(row)
        assert found.sent == len(data)

    @given(st.dictionaries(st.text(max_size=3), row_lists, max_size=4))
    @example({"": [{"survey": ""}, {"survey": None}]})
    def test_of_rows_by_name(self, data: dict[str, list[Row]]) -> None:
        found = SURVEYS.read(data)
        pairs = [(name, row) for name, listed in data.items() for row in listed]
        for (name, inner), flat in zip(pairs, found.rows, strict=True):
            assert flat["survey"] == name
            assert kept(inner, flat, "row")
            assert len(flat) <= 1 + len(inner)
        assert found.sent == len(data)

    @given(
        st.dictionaries(
            st.sampled_from(["by_pbx", "by_ip", "by_agent"]), row_lists, min_size=1, max_size=3
        )
    )
    @example({"by_ip": [{"kind": "ip", "kind_id": None, "ip": "1"}]})
    def test_of_rows_by_kind(self, data: dict[str, list[Row]]) -> None:
        kinds = {
            "by_agent": ("agent", "agent_id"),
            "by_ip": ("ip", "ip"),
            "by_pbx": ("pbx", "user"),
        }
        pairs = [(field, row) for field in kinds for row in data.get(field, [])]
        for (field, inner), flat in zip(pairs, LATENCY.read([data]).rows, strict=True):
            kind, name = kinds[field]
            assert (flat["kind"], flat["kind_id"]) == (kind, inner.get(name))
            assert kept(inner, flat, field)
            assert len(flat) <= 2 + len(inner)

    @given(st.dictionaries(field_names, values, min_size=1, max_size=4))
    def test_of_one_object(self, data: Row) -> None:
        assert SingleObject().read(data) == SingleObject().read([data]) == ExtractedRows([data], 1)
