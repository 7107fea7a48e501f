"""Rows named TOTAL: which of them add up others."""

from __future__ import annotations

from typing import Any

import pytest

from tap_wolkvox.catalog import schemas
from tap_wolkvox.catalog.endpoint import Kind
from tap_wolkvox.catalog.endpoints import BY_NAME, ENDPOINTS
from tap_wolkvox.records.totals import TotalRows
from tests.support.loops import for_each


def is_sum(stream: str, **row: Any) -> bool:
    endpoint = BY_NAME[stream]
    return TotalRows(endpoint, schemas.aliases(endpoint)).has(row)


SUMS: list[tuple[str, dict[str, Any]]] = [
    # By Wolkvox' own pages, in one of the labels.
    ("reports_campaign_2", {"campaign_id": "20716", "cod_act": "TOTAL", "records": "12"}),
    ("reports_campaign_5", {"campaign_id": "1", "customer_id": "7", "type_of_row": "TOTAL"}),
    ("reports_campaign_5", {"campaign_id": "1", "Type of row": "TOTAL"}),
    ("reports_quality_2", {"agent_id": "7", "agent_name": "ANA", "survey": "TOTAL"}),
    ("reports_quality_2", {"agent_id": "7", "conn_id": "TOTAL", "survey": "x"}),
    # Elsewhere, of nobody.
    ("reports_cdr_1", {"agent_name": "TOTAL", "agent_id": "", "conn_id": "-", "date": ""}),
    ("reports_cdr_1", {"AGENT_NAME": "TOTAL"}),
    ("reports_agent_1", {"agent_id": "TOTAL", "agent_name": " ", "calls": "12"}),
    ("reports_agent_9", {"agent_name": "TOTAL", "count": "12"}),
    ("reports_cdr_6", {"result": "TOTAL"}),
    ("reports_skill_7", {"skill_name": "TOTAL", "skill_id": "--", "date": "2026-11-20"}),
    # The id that was asked for is not one of the row.
    ("reports_campaign_4", {"campaign_id": "20716", "result": "TOTAL"}),
    ("real_time_agents", {"agent_id": None, "agent_name": "TOTAL"}),
]

OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("reports_campaign_2", {"campaign_id": "TOTAL", "cod_act": "CV_BUZON"}),
    ("reports_campaign_5", {"customer_name": "TOTAL", "type_of_row": "CALL"}),
    ("reports_quality_2", {"agent_id": "7", "agent_name": "ANA", "survey": "Total"}),
    ("reports_quality_2", {"agent_id": "7", "comments": "TOTAL", "survey": "x"}),
    # An agent of that name.
    ("reports_cdr_1", {"agent_name": "TOTAL", "agent_id": "7", "conn_id": "1.2.3.4"}),
    ("reports_agent_1", {"agent_id": "7", "agent_name": "TOTAL"}),
    ("real_time_agents", {"agent_id": "7", "agent_name": "TOTAL"}),
    ("reports_cdr_1", {"agent_name": "total", "agent_id": ""}),
    ("reports_cdr_1", {"agent_name": " TOTAL", "agent_id": ""}),
    ("reports_cdr_1", {"new field": "TOTAL", "agent_id": ""}),
    # What has no id is told by its date.
    ("reports_diagram_12", {"date": "2026-11-20 10:00:00", "text": "TOTAL"}),
    ("information_get_notification", {"date": "2026-11-20 10:00:00", "notification": "TOTAL"}),
    # Each row of these is of a thing of its own.
    ("information_agents", {"agent_id": "", "agent_name": "TOTAL"}),
    ("information_skills", {"skill_name": "TOTAL"}),
    ("billing_rec_screen", {"operation": "", "description": "TOTAL"}),
]


@pytest.mark.parametrize(("stream", "row"), SUMS)
def test_a_row_that_adds_up_others_is_a_sum(stream: str, row: dict[str, Any]) -> None:
    assert is_sum(stream, **row)


@pytest.mark.parametrize(("stream", "row"), OTHERS)
def test_a_row_of_somebody_or_something_is_none(stream: str, row: dict[str, Any]) -> None:
    assert not is_sum(stream, **row)


@for_each("endpoint", ENDPOINTS, ids=lambda endpoint: str(endpoint.name))
def test_no_row_is_a_sum_where_nothing_is_named_so(endpoint: Any) -> None:
    sums = TotalRows(endpoint, schemas.aliases(endpoint))
    assert not sums.has(dict.fromkeys(schemas.received(endpoint), "x"))
    named = dict.fromkeys(schemas.received(endpoint), "TOTAL")
    has_labels = any("string" in each["type"] for each in schemas.received(endpoint).values())
    may_be = has_labels and endpoint.kind not in {Kind.CATALOGUE, Kind.SNAPSHOT}
    assert sums.has(named) == may_be
