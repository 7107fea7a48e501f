"""Streams that are asked for with the ids of another one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.integration.streams_of_now.common import CHILDREN, NOW, apis
from tests.simulator import Simulator, faults
from tests.support.command_line import CommandLine, Result, selection


def asked_ids(simulator: Simulator, api: str, name: str) -> list[str]:
    return [request.query[name] for request in simulator.requests if request.api == api]


class TestChildren:
    @pytest.mark.parametrize("stream", CHILDREN)
    def test_the_parent_is_read_once_where_only_the_child_is_selected(
        self, tap: CommandLine, simulator: Simulator, stream: str
    ) -> None:
        result = tap.run(catalog=selection(stream))
        assert result.code == 0, result.log
        assert result.streams == {stream}
        file, api, _ = CHILDREN[stream]
        assert apis(simulator)[file, api] == 1

    @pytest.mark.parametrize("stream", CHILDREN)
    def test_the_parent_is_read_once_where_both_are_selected(
        self, tap: CommandLine, simulator: Simulator, stream: str
    ) -> None:
        file, api, _ = CHILDREN[stream]
        alone = tap.run(catalog=selection(f"{file}_{api}"), now=f"{NOW}-05:00")
        assert apis(simulator)[file, api] == 1
        both = tap.run(catalog=selection(stream, f"{file}_{api}"), now=f"{NOW}-05:00")
        assert apis(simulator)[file, api] == 2
        assert both.streams == {stream, f"{file}_{api}"}
        assert both.records(f"{file}_{api}") == alone.records(f"{file}_{api}")

    @pytest.mark.parametrize("stream", CHILDREN)
    def test_the_id_is_a_column_and_part_of_the_key(self, everything: Result, stream: str) -> None:
        file, api, name = CHILDREN[stream]
        known = {record[name] for record in everything.records(f"{file}_{api}")}
        found = {record[name] for record in everything.records(stream)}
        assert found
        assert found <= known
        [schema] = [
            message
            for message in everything.messages
            if message["type"] == "SCHEMA" and message["stream"] == stream
        ]
        assert name in schema["key_properties"]

    def test_the_rows_are_those_of_all_ids(self, world: Simulator, everything: Result) -> None:
        wanted = [
            (skill["skill_id"], row["agent_id"])
            for skill in world.rows("information", "skills")
            for row in world.rows("information", "agents_in_skill", skill_id=skill["skill_id"])
        ]
        records = everything.records("information_agents_in_skill")
        assert [(record["skill_id"], record["agent_id"]) for record in records] == wanted

    def test_an_id_that_goes_into_a_body_is_not_in_the_query(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        tap.run(catalog=selection("whatsapp_list_templates"))
        asked = [request for request in simulator.requests if request.api == "list_templates"]
        whatsapp = [
            row["connector_id"]
            for row in simulator.rows("information", "connectors")
            if row["channel"] == "whatsapp"
        ]
        assert [json.loads(request.body) for request in asked] == [
            {"connector_id": connector} for connector in whatsapp
        ]
        assert all(set(request.query) == {"api"} for request in asked)

    def test_a_channel_that_nobody_knows_is_asked(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        simulator.faults.add(faults.set_field("channel", "whatsapp-2"), api="connectors")
        tap.run(catalog=selection("whatsapp_list_templates"))
        connectors = simulator.rows("information", "connectors")
        asked = apis(simulator)["whatsapp", "list_templates"]
        assert asked >= sum(row["channel"] == "whatsapp" for row in connectors)
        assert asked > 0

    def test_one_id_that_fails_does_not_stop_the_others(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        simulator.faults.add(faults.status(400, "NO"), api="agents_in_skill")
        result = tap.run(catalog=selection("information_agents_in_skill"))
        skills = [row["skill_id"] for row in simulator.rows("information", "skills")]
        assert result.code == 1
        assert asked_ids(simulator, "agents_in_skill", "skill_id") == skills
        found = {record["skill_id"] for record in result.records("information_agents_in_skill")}
        assert skills[0] not in found
        assert len(found) >= 2
        said = f"of {len(skills)} ids of `information_skills`, 1 failed and 0 were not asked for"
        assert said in result.errors[0]

    def test_a_snapshot_of_which_an_id_is_missing_keeps_its_bookmark(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        catalog = selection("whatsapp_agent_chat")
        first = tap.run(catalog=catalog, now="2026-11-19T10:00:00-05:00")
        simulator.faults.add(faults.status(400, "NO"), api="agent_chat")
        second = tap.run(catalog=catalog, now=f"{NOW}-05:00", state=first.state)
        assert second.code == 1
        assert second.state == first.state

    def test_ids_that_fail_one_after_the_other_end_the_stream(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        simulator.faults.add(faults.absent(), api="agents_in_skill", times=99)
        result = tap.run(catalog=selection("information_agents_in_skill"))
        assert result.code == 1
        assert apis(simulator)["information", "agents_in_skill"] == 3
        skills = len(simulator.rows("information", "skills"))
        assert f"3 failed and {skills - 3} were not asked for" in result.errors[0]
        assert "does not have the report" in result.errors[0]

    def test_a_parent_that_fails_is_asked_once_and_named_for_its_child(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        simulator.faults.add(faults.absent(), api="skills", file="information")
        catalog = selection("information_agents_in_skill", "information_skills", "real_time_skills")
        result = tap.run(catalog=catalog)
        assert result.code == 1
        assert result.streams == {"real_time_skills"}
        assert apis(simulator) == {("information", "skills"): 1, ("real_time", "skills"): 1}
        assert "stream information_skills not read: this server" in result.errors[0]
        assert "`information_skills`, which has its ids, failed" in result.errors[1]

    def test_a_parent_without_rows_leaves_nothing_to_ask_for(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        simulator.faults.add(faults.no_rows(), api="skills", file="information")
        result = tap.run(catalog=selection("information_agents_in_skill"))
        assert result.code == 0, result.log
        assert apis(simulator) == {("information", "skills"): 1}
        assert not result.streams

    def test_an_operation_that_stops_in_a_child_stops(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        fault = faults.status(403, "TOKEN LIMIT EXCEEDED")
        simulator.faults.add(fault, api="agents_in_skill")
        result = tap.run(catalog=selection("information_agents_in_skill", "information_storage"))
        assert result.code == 1
        assert apis(simulator)["information", "agents_in_skill"] == 1
        assert "run again tomorrow" in result.errors[0]
        # What costs a request an id comes last.
        assert result.streams == {"information_storage"}

    def test_a_page_is_not_taken_for_the_whole(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        page = {
            "status": "success",
            "total": "250",
            "page": "0",
            "limit": "100",
            "data": [{"channel_id": "1", "chat_id": str(number)} for number in range(100)],
        }
        answer = {"code": "200", "error": None, "msg": "Chats listed successfully.", "data": page}
        simulator.faults.add(faults.raw(json.dumps(answer)), api="agent_chat")
        result = tap.run(catalog=selection("whatsapp_agent_chat"), max_retries=3)
        assert result.code == 1
        assert "a page of 100 rows" in result.errors[0]
        agents = len(simulator.rows("information", "agents"))
        assert apis(simulator)["whatsapp", "agent_chat"] == agents

    def test_columns_that_are_deselected_in_the_parent_change_nothing_for_the_child(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        catalog = selection("whatsapp_list_templates", "information_connectors")
        for entry in catalog["streams"]:
            for item in entry["metadata"]:
                if item["breadcrumb"] == ["properties", "channel"]:
                    item["metadata"]["selected"] = False
        result = tap.run(catalog=catalog)
        assert result.code == 0, result.log
        assert "channel" not in result.records("information_connectors")[0]
        whatsapp = [
            row["connector_id"]
            for row in simulator.rows("information", "connectors")
            if row["channel"] == "whatsapp"
        ]
        assert apis(simulator)["whatsapp", "list_templates"] == len(whatsapp)

    @pytest.mark.parametrize("level", ["INFO", "DEBUG"])
    def test_no_id_is_in_the_log(self, tap: CommandLine, simulator: Simulator, level: str) -> None:
        result = tap.run(
            catalog=selection("campaign_campaign_15", "whatsapp_agent_chat"),
            environment={"TAP_WOLKVOX_LOGLEVEL": level},
        )
        assert result.code == 0
        assert ("| DEBUG " in result.log) == (level == "DEBUG")
        words = set(re.findall(r"[\w-]+", result.log))
        ids = {row["agent_id"] for row in simulator.rows("information", "agents")}
        ids |= {row["campaign_id"] for row in simulator.rows("information", "campaigns")}
        # Three digits may be milliseconds.
        assert not {value for value in ids if len(value) > 3} & words

    def test_the_rows_of_one_run_have_one_stamp(self, tap: CommandLine) -> None:
        result = tap.run(catalog=selection("information_agents_in_skill"), request_interval=0.3)
        stamps = {
            record["last_seen_at"] for record in result.records("information_agents_in_skill")
        }
        assert len(stamps) == 1


class TestCatalogues:
    def test_what_no_longer_exists_is_not_retired_where_the_reading_fails(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        catalog = selection("information_agents", "information_skills")
        simulator.faults.add(faults.absent(), api="agents")
        result = tap.run(catalog=catalog, emit_activate_version_messages=True)
        assert result.code == 1
        retired = [
            message["stream"]
            for message in result.messages
            if message["type"] == "ACTIVATE_VERSION"
        ]
        assert retired == ["information_skills"]

    def test_the_target_hears_of_a_version_before_its_rows(self, tap: CommandLine) -> None:
        catalog = selection("information_agents_in_skill")
        result = tap.run(catalog=catalog, emit_activate_version_messages=True)
        kinds = [message["type"] for message in result.messages if message["type"] != "STATE"]
        assert kinds[:3] == ["SCHEMA", "ACTIVATE_VERSION", "RECORD"]
        versions = {
            message["version"]
            for message in result.messages
            if message["type"] in ("RECORD", "ACTIVATE_VERSION")
        }
        assert len(versions) == 1


def test_a_campaign_is_asked_for_its_own_id_by_either_name(
    tap: CommandLine, simulator: Simulator
) -> None:
    first = tap.run(catalog=selection("real_time_recall"), now=f"{NOW}-05:00")

    def renamed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {name.replace("campaing", "campaign"): value for name, value in row.items()}
            for row in rows
        ]

    simulator.faults.add(faults.change_rows(renamed), api="recall")
    second = tap.run(catalog=selection("real_time_recall"), now=f"{NOW}-05:00")
    assert second.records("real_time_recall") == first.records("real_time_recall")
    assert second.code == 0
