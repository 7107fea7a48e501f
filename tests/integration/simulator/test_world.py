"""What the simulator says of its world: as the API documents it, and the same everywhere."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.simulator import Simulator, faults
from tests.support.paths import ENDPOINTS_JSON

if TYPE_CHECKING:
    from collections.abc import Iterator

at = datetime.fromisoformat
NOON = at("2026-11-20T12:00")

LISTED: list[dict[str, Any]] = json.loads(ENDPOINTS_JSON.read_text(encoding="utf-8"))
DEEP = {"quality_matrix", "list_templates", "agent_chat", "campaign_15", "chats", "interactions",
        "latency"}  # fmt: skip
"""Endpoints whose rows do not lie in a plain list, or need an id.

Those that take dates are in the tests of calls and chats.
"""

CODES: dict[tuple[str, str], object] = {
    ("billing", "agent_script"): 200,
    ("billing", "stereo_rec"): "200",
    ("billing", "nlp_ai"): "200",
    ("information", "agents"): "",
    ("information", "campaigns"): "",
    ("information", "activity_codes"): "0",
    ("information", "skills"): 200,
    ("information", "services"): "200",
    ("real_time", "agents"): 200,
    ("real_time", "info_server"): "",
    ("real_time", "chats"): "200",
}
"""Forms of `code` that the documentation shows."""

ASKED = {"get_dnc": {"type": "all"}, "recall": {"type": "all"}, "skills": {"skill_id": "all"}}


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(seed=1, now=NOON) as simulator:
        yield simulator


def ask(sim: Simulator, file: str, api: str, body: object = None, **asked: str) -> tuple[int, Any]:
    """Ask over HTTP; returns status and content."""
    request = urllib.request.Request(
        f"{sim.url}/{file}.php?{urlencode({'api': api, **asked})}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"wolkvox-token": sim.token},
        method="GET",
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def ids(sim: Simulator, api: str, column: str) -> set[str]:
    return {row[column] for row in sim.rows("information", api)}


plain = pytest.mark.parametrize(
    ("file", "api", "fields"),
    [(each["file"], each["api"], each["fields"]) for each in LISTED if each["api"] not in DEEP
     and not each["ids_from"] and "days" not in each],
)  # fmt: skip


@plain
def test_rows_have_the_documented_fields_and_are_text(
    sim: Simulator, file: str, api: str, fields: list[str]
) -> None:
    rows = sim.rows(file, api, **ASKED.get(api, {}))
    assert rows
    for row in rows:
        assert list(row) == fields
        assert all(isinstance(value, str) for value in row.values())


@pytest.mark.parametrize(("file", "api"), CODES)
def test_the_code_has_its_documented_form(sim: Simulator, file: str, api: str) -> None:
    _, content = ask(sim, file, api, **ASKED.get(api, {}))
    assert content["code"] == CODES[file, api]
    assert type(content["code"]) is type(CODES[file, api])


@pytest.mark.parametrize(
    ("file", "api", "missing"),
    [
        ("information", "agents_in_skill", "skill_id"),
        ("information", "get_dnc", "type"),
        ("campaign", "campaign_15", "campaign_id"),
        ("whatsapp", "agent_chat", "agent_id"),
        ("whatsapp", "list_templates", "connector_id"),
        ("real_time", "skills", "skill_id"),
        ("real_time", "recall", "type"),
    ],
)
def test_a_missing_parameter_is_refused(sim: Simulator, file: str, api: str, missing: str) -> None:
    for asked in ({}, {missing: ""}):
        status, content = ask(sim, file, api, **asked)
        assert (status, content["msg"]) == (400, "SOME PARAMETERS ARE REQUIRED")


class TestShapes:
    def test_a_survey_is_a_name_in_an_object(self, sim: Simulator) -> None:
        content = sim.content("quality", "quality_matrix")
        assert len(content["data"]) == 3
        assert content["msg"] == "3 records were found"
        for rows in content["data"].values():
            assert {tuple(row) for row in rows} == {
                ("category", "attribute", "error_type", "percent")
            }

    def test_latency_is_one_object_of_three_lists(self, sim: Simulator) -> None:
        [lists] = sim.content("real_time", "latency")["data"]
        assert list(lists) == ["by_agent", "by_ip", "by_pbx"]
        assert all(lists.values())
        assert {row["ip"] for row in lists["by_agent"]} == {row["ip"] for row in lists["by_ip"]}

    def test_the_server_is_one_object(self, sim: Simulator) -> None:
        content = sim.content("real_time", "info_server")
        assert isinstance(content["data"], dict)
        assert content["msg"] == ""

    def test_campaigns_have_an_envelope_only_if_told_so(self, sim: Simulator) -> None:
        assert isinstance(ask(sim, "real_time", "campaigns")[1], list)
        with Simulator(seed=1, now=NOON, bare_lists=False) as other:
            rows = ask(other, "real_time", "campaigns")[1]["data"]
        assert rows == sim.rows("real_time", "campaigns")

    @pytest.mark.parametrize(
        ("api", "field"), [("chats", "active_chats"), ("interactions", "active_interactions")]
    )
    def test_agents_hold_lists_and_some_are_empty(
        self, sim: Simulator, api: str, field: str
    ) -> None:
        content = sim.content("real_time", api)
        sizes = [len(agent[field]) for agent in content["data"]]
        assert 0 in sizes
        assert max(sizes) > 1
        assert content["msg"] == f"{len(sizes)} records were found"

    def test_records_have_an_envelope_of_their_own(self, sim: Simulator) -> None:
        status, content = ask(sim, "campaign", "campaign_15", campaign_id="20717-")
        assert status == 200
        assert list(content) == ["code", "total_records", "campaign_id", "records"]
        assert content["campaign_id"] == "20717-"
        assert content["total_records"] == str(len(content["records"]))

    def test_chats_come_on_a_page(self, sim: Simulator) -> None:
        agent = sim.rows("information", "agents")[1]["agent_id"]
        page = sim.content("whatsapp", "agent_chat", agent_id=agent)["data"]
        assert list(page) == ["status", "total", "page", "limit", "data"]
        assert page["total"] == str(len(page["data"]))
        assert isinstance(page["data"][0]["cliente"], dict)

    def test_the_connector_is_read_from_the_body_alone(self, sim: Simulator) -> None:
        known = {
            row["connector_id"]: row["channel"] for row in sim.rows("information", "connectors")
        }
        for connector, channel in known.items():
            status, content = ask(sim, "whatsapp", "list_templates", {"connector_id": connector})
            assert status == (200 if channel == "whatsapp" else 400)
            if channel == "whatsapp":
                assert content["data"]["meta_templates"]
                assert sim.requests[-1].body == json.dumps({"connector_id": connector}).encode()
            assert ask(sim, "whatsapp", "list_templates", connector_id=connector)[0] == 400

    @pytest.mark.parametrize("body", [b"", b"[1]", b'"x"', b"{", b"\xff"])
    def test_a_body_that_is_no_object_is_none(self, sim: Simulator, body: bytes) -> None:
        request = urllib.request.Request(
            f"{sim.url}/whatsapp.php?api=list_templates",
            data=body,
            headers={"wolkvox-token": sim.token},
            method="GET",
        )
        with pytest.raises(urllib.error.HTTPError, match="400") as refused:
            urllib.request.urlopen(request)
        refused.value.close()

    def test_nothing_to_list_is_said_in_the_way_of_the_endpoint(self, sim: Simulator) -> None:
        nobody = sim.rows("information", "skills")[-1]["skill_id"]
        empty = sim.rows("information", "campaigns")[-1]["campaign_id"]
        silent = sim.rows("information", "agents")[0]["agent_id"]
        for file, api, asked in (
            ("information", "agents_in_skill", {"skill_id": nobody}),
            ("campaign", "campaign_15", {"campaign_id": empty}),
        ):
            status, content = ask(sim, file, api, **asked)
            assert (status, content["msg"]) == (404, "Validate dates entered")
        status, content = ask(sim, "whatsapp", "agent_chat", agent_id=silent)
        assert (status, content["data"]["total"], content["data"]["data"]) == (200, "0", [])


class TestOneWorld:
    def test_agents_are_the_same_everywhere(self, sim: Simulator) -> None:
        names = {row["agent_id"]: row["agent_name"] for row in sim.rows("information", "agents")}
        assert len(names) == 32
        for row in sim.rows("real_time", "agents"):
            assert names[row["agent_id"]] == row["agent_name"]
        for skill in ids(sim, "skills", "skill_id"):
            for row in sim.rows("information", "agents_in_skill", skill_id=skill):
                assert names[row["agent_id"]] == row["agent_name"]
        [lists] = sim.content("real_time", "latency")["data"]
        others = [row["agent_id"] for row in lists["by_agent"]]
        for api in ("chats", "interactions"):
            others += [row["agent_id"] for row in sim.rows("real_time", api)]
        others += [row["id_agent"] for row in sim.rows("real_time", "recall", type="all")]
        assert set(others) <= set(names)

    def test_skills_and_connectors_are_the_same_everywhere(self, sim: Simulator) -> None:
        skills = ids(sim, "skills", "skill_id")
        points = ids(sim, "routing_points", "rp_id")
        assert ids(sim, "campaigns", "skill_id") <= skills
        assert ids(sim, "connectors", "rp_id") <= points
        assert {
            row["skill_id"] for row in sim.rows("real_time", "skills", skill_id="all")
        } == skills
        connectors = ids(sim, "connectors", "connector_id")
        for agent in ids(sim, "agents", "agent_id"):
            for row in sim.rows("whatsapp", "agent_chat", agent_id=agent):
                assert row["channel_id"] in connectors
                assert row["skill"] in skills

    def test_campaigns_and_codes_are_the_same_everywhere(self, sim: Simulator) -> None:
        campaigns = {row["campaign_id"]: row for row in sim.rows("information", "campaigns")}
        codes = ids(sim, "activity_codes", "cod_act")
        for campaign, row in campaigns.items():
            records = sim.rows("campaign", "campaign_15", campaign_id=campaign)
            assert row["records"] == str(len(records))
            assert {record["cod_rslt1"] for record in records} <= codes
            assert {record["cod_rslt2"] for record in records} <= codes
        assert {row["id_campaing"] for row in sim.rows("real_time", "recall", type="all")} <= set(
            campaigns
        )

    def test_ids_are_text_of_several_kinds(self, sim: Simulator) -> None:
        assert any(value.startswith("0") for value in ids(sim, "agents", "agent_id"))
        assert "20717-" in ids(sim, "campaigns", "campaign_id")
        assert any(value.startswith("Routing") for value in ids(sim, "routing_points", "rp_id"))

    @pytest.mark.parametrize(
        ("api", "parameter", "column"),
        [
            ("agents", "agent", "agent_id"),
            ("skills", "skill", "skill_id"),
            ("campaigns", "campaign", "campaign_id"),
            ("routing_points", "routing", "rp_id"),
            ("activity_codes", "cod_act", "cod_act"),
        ],
    )
    def test_one_of_a_catalogue_can_be_asked_for(
        self, sim: Simulator, api: str, parameter: str, column: str
    ) -> None:
        every = sim.rows("information", api)
        wanted = every[2][column]
        assert sim.rows("information", api, **{parameter: wanted}) == [every[2]]


class TestSkills:
    def test_figures_are_those_of_the_calls_of_today(self) -> None:
        with Simulator(seed=1, now=NOON, lag=timedelta()) as simulator:
            told = simulator.rows("real_time", "skills", skill_id="all", services_time="40")
            [queue] = [row for row in told if row["skill_id"] == "6115"]
            assert simulator.rows("real_time", "skills", skill_id="6115", services_time="40") == [
                queue
            ]
            dates = {"date_ini": "20261120000000", "date_end": "20261120235959"}
            by_skill = {
                row["skill_id"]: row
                for row in simulator.rows("reports_manager", "skill_1", skill_id="all", **dates)
            }
        for row in told:
            # Reports know of calls that are over, this one of those who wait no longer.
            known = by_skill.get(row["skill_id"], {"inbound_calls": "0", "answer_calls": "0"})
            late = int(row["stat_inbound"]) - int(known["inbound_calls"])
            assert 0 <= late < 10
            assert int(row["stat_inbound"]) == int(row["stat_answer"]) + int(row["stat_abandon"])
            assert 0 <= int(row["stat_answer"]) - int(known["answer_calls"]) <= late
        assert sum(int(row["stat_inbound"]) for row in told) > 100
        assert {row["calls_in_queue_now"] for row in told} <= {"0", "1", "2", "3", "4"}


class TestCalls:
    def feed(self, now: datetime, api: str = "calls_last_10") -> list[dict[str, str]]:
        with Simulator(seed=1, now=now) as simulator:
            return simulator.rows("real_time", api)

    def test_a_call_is_the_same_in_two_polls(self) -> None:
        first, second = self.feed(NOON), self.feed(NOON + timedelta(minutes=4))
        both = [row for row in second if row in first]
        assert both
        assert both == [row for row in first if row["date"] > "2026-11-20 11:54:00"]

    def test_polls_without_a_gap_see_every_call(self) -> None:
        seen = [
            row["conn_id"] for n in range(6) for row in self.feed(NOON + timedelta(minutes=10 * n))
        ]
        with Simulator(seed=1, now=NOON + timedelta(minutes=50)) as simulator:
            hits = simulator.rows("real_time", "hits_last_hour")
        assert {row["conn_id"] for row in hits} <= set(seen)

    def test_dates_lie_in_the_last_minutes(self) -> None:
        for api, minutes, form in (
            ("calls_last_10", 10, "%Y-%m-%d %H:%M:%S"),
            ("hits_last_hour", 60, "%Y%m%d%H%M%S"),
        ):
            for row in self.feed(NOON, api):
                local = datetime.strptime(row["date"], form)  # noqa: DTZ007  # as the clock's
                age = NOON - local
                assert timedelta() <= age < timedelta(minutes=minutes)

    def test_legs_of_a_call_share_its_id(self) -> None:
        rows = [row for n in range(12) for row in self.feed(NOON + timedelta(minutes=10 * n))]
        legs = Counter(row["conn_id"] for row in rows)
        assert max(legs.values()) > 1
        assert {row["type_interaction"] for row in rows} > {"transfer", "inbound"}

    def test_an_id_is_agent_random_epoch_and_sequence(self) -> None:
        for row in self.feed(NOON):
            assert re.fullmatch(r"\d+\.\d{6}\.\d{10}\.\d+", row["conn_id"])


def test_figures_of_a_moment_change_with_the_clock() -> None:
    with Simulator(seed=1, now=NOON) as simulator:
        before = simulator.rows("real_time", "agents")
        assert simulator.rows("real_time", "agents") == before
        simulator.clock.advance(timedelta(seconds=1))
        assert simulator.rows("real_time", "agents") != before
        assert simulator.rows("information", "agents")


class TestFaults:
    def test_a_file_tells_namesakes_apart(self) -> None:
        with Simulator(seed=1, now=NOON) as simulator:
            simulator.faults.add(faults.maintenance(), api="agents", file="real_time")
            assert ask(simulator, "information", "agents")[0] == 200
            assert ask(simulator, "real_time", "agents")[0] == 403

    @pytest.mark.parametrize(
        ("file", "api", "asked", "path"),
        [
            ("campaign", "campaign_15", {"campaign_id": "20717-"}, ["records"]),
            ("whatsapp", "agent_chat", {"agent_id": "092"}, ["data", "data"]),
            ("real_time", "campaigns", {}, []),
            ("real_time", "chats", {}, ["data"]),
        ],
    )
    def test_rows_are_changed_wherever_they_lie(
        self, file: str, api: str, asked: dict[str, str], path: list[str]
    ) -> None:
        with Simulator(seed=1, now=NOON) as simulator:
            simulator.faults.add(faults.fewer_rows().then(faults.set_field("new", "1")), api=api)
            _, content = ask(simulator, file, api, **asked)
            truth = simulator.rows(file, api, **asked)
        for name in path:
            content = content[name]
        assert content == [row | {"new": "1"} for row in truth[:-1]]

    def test_one_object_is_changed_like_a_row(self) -> None:
        with Simulator(seed=1, now=NOON) as simulator:
            simulator.faults.add(faults.set_field("ram", "full"), api="info_server")
            assert ask(simulator, "real_time", "info_server")[1]["data"]["ram"] == "full"
