"""The endpoints of the simulator."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.simulator.server.common import ASKED, FRIDAY, TOKEN, at, send
from tests.simulator import RefusedError, Simulator
from tests.simulator.http.routes import ENDPOINTS
from tests.simulator.world.missing_values import FORMS
from tests.support.loops import for_each
from tests.support.paths import ROOT

# --- every endpoint ----------------------------------------------------------------------------


def test_there_are_167() -> None:
    files = [file for file, _ in ENDPOINTS]
    assert {file: files.count(file) for file in files} == {
        "billing": 27,
        "information": 15,
        "reports_manager": 104,
        "real_time": 10,
        "customer": 4,
        "gamification": 1,
        "speech_analytics": 1,
        "campaign": 2,
        "quality": 1,
        "whatsapp": 2,
    }


@for_each(("file", "api"), ENDPOINTS)
def test_every_endpoint_answers_what_a_test_is_told(sim: Simulator, file: str, api: str) -> None:
    asked = ASKED.get((file, api), {})
    body = json.dumps(asked).encode() if api == "list_templates" else None
    truth = sim.content(file, api, **asked)
    query = urlencode({"api": api, **asked})
    reply = send(sim.url, f"GET /api/v2/{file}.php?{query}", token=TOKEN, body=body)
    assert (reply.status, reply.json) == (200, truth)
    assert sim.rows(file, api, **asked)


def test_every_endpoint_stands_on_the_page_for_people() -> None:
    page = (ROOT / "tests/simulator/README.md").read_text(encoding="utf-8")
    assert {api for file, api in ENDPOINTS if file != "billing"} <= set(
        re.findall(r"`(\w+)`", page)
    )


@for_each(("file", "api"), [each for each in ASKED if each != ("whatsapp", "list_templates")])
def test_no_truth_without_a_parameter(sim: Simulator, file: str, api: str) -> None:
    with pytest.raises(RefusedError, match="SOME PARAMETERS ARE REQUIRED"):
        sim.rows(file, api)
    assert sim.content(file, api)["code"] == 400


@pytest.mark.parametrize("asked", [{}, {"connector_id": ""}, {"connector_id": "2986"}])
def test_no_templates_but_of_a_whatsapp_connector(sim: Simulator, asked: dict[str, str]) -> None:
    with pytest.raises(RefusedError):
        sim.rows("whatsapp", "list_templates", **asked)


@pytest.mark.parametrize(
    ("file", "api", "asked", "answer"),
    [
        ("information", "agents_in_skill", {"skill_id": "9"}, {"code": 404}),
        ("campaign", "campaign_15", {"campaign_id": "9"}, {"code": 404}),
        ("whatsapp", "agent_chat", {"agent_id": "9"}, {"code": "200"}),
        ("whatsapp", "list_templates", {"connector_id": "9"}, {"code": 400}),
        ("real_time", "skills", {"skill_id": "9"}, {"code": 200, "data": []}),
        ("information", "agents", {"agent": "9"}, {"code": "", "data": []}),
    ],
)
def test_an_id_that_nobody_has(
    sim: Simulator, file: str, api: str, asked: dict[str, str], answer: dict[str, object]
) -> None:
    assert sim.content(file, api, **asked).items() >= answer.items()


@pytest.mark.parametrize("seconds", ["10", "20", "30", "", "soon"])
def test_skills_have_the_usual_service_levels(sim: Simulator, seconds: str) -> None:
    usual = sim.rows("real_time", "skills", skill_id="all")
    assert sim.rows("real_time", "skills", skill_id="all", services_time=seconds) == usual


def test_a_service_level_of_ones_own(sim: Simulator) -> None:
    for row in sim.rows("real_time", "skills", skill_id="all", services_time="40"):
        assert re.fullmatch(r"\d+\.\d\d %", row["service_level_40seg"])


def test_storage_grows_every_day(sim: Simulator) -> None:
    sizes = []
    for _ in range(400):
        sizes.append(float(sim.rows("information", "storage")[0]["storage"]))
        sim.clock.advance(timedelta(days=1))
    assert all(before < after for before, after in pairwise(sizes))


def test_a_record_agrees_with_itself(sim: Simulator) -> None:
    for row in sim.rows("campaign", "campaign_15", campaign_id="20717-"):
        date_, result, phone = row["history_dial_tel"].split("|")
        assert row["fecha"] in {date_, *FORMS}
        assert (row["resultado"], row["tel1"]) == (result, phone)
        agent, _, epoch, _ = row["id_call"].split(".")
        assert agent == row["id_agent"]
        assert datetime.fromtimestamp(int(epoch), sim.clock.zone) == at(f"{date_}-05:00")


def test_templates_differ_in_their_fields(sim: Simulator) -> None:
    rows = sim.rows("whatsapp", "list_templates", connector_id="2980")
    assert len({tuple(row) for row in rows}) > 1
    components = [component for row in rows for component in row["components"]]
    assert {each["type"] for each in components} == {"HEADER", "BODY", "BUTTONS"}
    assert min(len(row["components"]) for row in rows) < 3


def chats(sim: Simulator, **asked: str) -> dict[str, Any]:
    rows = sim.rows("whatsapp", "agent_chat", **asked)
    found = {row["chat_id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def test_a_chat_is_the_same_the_next_day(sim: Simulator) -> None:
    for agent in sim.rows("information", "agents"):
        before = chats(sim, agent_id=agent["agent_id"])
        sim.clock.advance(timedelta(days=1))
        after = chats(sim, agent_id=agent["agent_id"])
        sim.clock.set(FRIDAY)
        assert max((row["fecha"] for row in before.values()), default="") <= "2026-11-20 10:00:00"
        lasting = {row["chat_id"] for row in before.values() if row["fecha"] >= "2026-11-19"}
        assert {each: before[each] for each in lasting} == {each: after[each] for each in lasting}


@pytest.mark.parametrize(
    "field", [("phone", 1), ("customer_name", 0), ("channel", None), ("channel_id", None)]
)
def test_chats_of_a_customer_or_a_channel(sim: Simulator, field: tuple[str, int | None]) -> None:
    name, place = field
    every = chats(sim, agent_id="092")
    first = next(iter(every.values()))
    wanted = first[name] if place is None else first["cliente"]["identificadores"][place]
    found = chats(sim, agent_id="092", **{name: wanted})
    assert first["chat_id"] in found
    assert set(found) < set(every)
    assert not chats(sim, agent_id="092", **{name: "nobody"})


def test_a_leg_is_seen_though_its_call_began_in_the_hour_before() -> None:
    sim = Simulator(seed=1, now=at("2026-11-20T00:06"))
    legs = 0
    for _ in range(24):
        hour = f"{sim.clock.now():%Y-%m-%d %H:00:00}"
        before = [row for row in sim.rows("real_time", "calls_last_10") if row["date"] > hour]
        sim.clock.advance(timedelta(minutes=4))  # now the poll begins on the hour
        after = sim.rows("real_time", "calls_last_10")
        assert [row for row in after if row in before] == before
        began = datetime.fromisoformat(f"{hour}-05:00").timestamp()
        legs += sum(float(row["conn_id"].split(".")[2]) < began for row in after)
        sim.clock.advance(timedelta(minutes=56))
    assert legs


@pytest.mark.parametrize("seed", range(5))
def test_a_hit_is_a_call_of_the_other_feed(seed: int) -> None:
    sim = Simulator(seed=seed, now=FRIDAY)
    hits = sim.rows("real_time", "hits_last_hour")
    calls = []
    for _ in range(6):
        calls += sim.rows("real_time", "calls_last_10")
        sim.clock.advance(timedelta(minutes=-10))
    known = {(row["conn_id"], row["telephone"], row["customer_id"], row["date"]) for row in calls}
    assert hits
    for row in hits:
        date_ = f"{datetime.strptime(row['date'] + '-0500', '%Y%m%d%H%M%S%z'):%Y-%m-%d %H:%M:%S}"
        assert (row["conn_id"], row["telephone"], row["customer_id"], date_) in known
