"""Answers of each shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_wolkvox.errors import StreamError

if TYPE_CHECKING:
    from tap_wolkvox.response.extractors import (
        Row,
        RowExtractor,
    )

PHONE = "+57 300 123 4567 Ana"
"""Text of a row, which no message may hold."""

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


def refusal(shape: RowExtractor, data: object) -> str:
    """Return why a shape refuses what lies in its place."""
    with pytest.raises(StreamError) as caught:
        shape.read(data)
    return str(caught.value)
