"""Streams of what there is now, through the command line: all of them, odd shapes, children."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tests.simulator import Simulator, faults
from tests.support.command_line import CommandLine, Result, selection

if TYPE_CHECKING:
    from collections.abc import Iterator

OF_NOW = tuple(endpoint for endpoint in ENDPOINTS if not endpoint.days)
ALL = tuple(endpoint.name for endpoint in OF_NOW)
NOW = "2026-11-20T10:00:00"
STAMP = "2026-11-20T15:00:00+00:00"

PLAIN = [
    ("information", "routing_points", {}),
    ("information", "skills", {}),
    ("information", "campaigns", {}),
    ("information", "agents", {}),
    ("information", "connectors", {}),
    ("information", "activity_codes", {}),
    ("information", "get_dnc", {"type": "all"}),
    ("information", "get_ip", {}),
    ("information", "storage", {}),
    ("information", "audio_list", {}),
    ("information", "services", {}),
    ("real_time", "agents", {}),
    ("real_time", "calls_last_10", {}),
    ("real_time", "hits_last_hour", {}),
    ("real_time", "info_server", {}),
    ("real_time", "skills", {"skill_id": "all"}),
    ("real_time", "campaigns", {}),
    ("real_time", "recall", {"type": "all"}),
]
"""Endpoints whose rows come out as they are; what they are asked with."""

CHILDREN = {
    "information_agents_in_skill": ("information", "skills", "skill_id"),
    "whatsapp_list_templates": ("information", "connectors", "connector_id"),
    "whatsapp_agent_chat": ("information", "agents", "agent_id"),
    "campaign_campaign_15": ("information", "campaigns", "campaign_id"),
}
"""Streams that are asked one id at a time, and where the ids are."""


@pytest.fixture(scope="module")
def world() -> Iterator[Simulator]:
    with Simulator(now=datetime.fromisoformat(NOW)) as running:
        yield running


def settings_of(simulator: Simulator) -> dict[str, Any]:
    return {
        "server": simulator.server,
        "token": simulator.token,
        "api_url": simulator.url,
        "request_interval": 0,
        "max_retries": 0,
    }


@pytest.fixture(scope="module")
def everything(world: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A run over all streams there are."""
    tap = CommandLine(tmp_path_factory.mktemp("tap"), settings_of(world), streams=ALL)
    result = tap.run(now=f"{NOW}-05:00")
    assert result.code == 0, result.log
    return result


def apis(simulator: Simulator) -> Counter[tuple[str, str]]:
    return Counter(
        (request.path.rpartition("/")[2].removesuffix(".php"), request.api)
        for request in simulator.requests
    )


def asked_ids(simulator: Simulator, api: str, name: str) -> list[str]:
    return [request.query[name] for request in simulator.requests if request.api == api]


class TestAll:
    def test_every_stream_has_rows(self, everything: Result) -> None:
        assert everything.streams == set(ALL)

    def test_nothing_is_rescued_and_nothing_missing(self, everything: Result) -> None:
        rescued = {
            message["stream"]
            for message in everything.messages
            if message["type"] == "RECORD" and message["record"]["_rescued_data"]
        }
        assert not rescued
        assert "_rescued_data" not in everything.log
        assert "did not send" not in everything.log

    def test_each_endpoint_costs_a_request_and_each_child_one_an_id(
        self, world: Simulator, everything: Result
    ) -> None:
        counted = apis(world)
        for endpoint in OF_NOW:
            if endpoint.name not in CHILDREN:
                assert counted[endpoint.php_file, endpoint.api] == 1, endpoint.name
        for stream, (file, api, name) in CHILDREN.items():
            ids = {record[name] for record in everything.records(f"{file}_{api}")}
            child = next(endpoint for endpoint in ENDPOINTS if endpoint.name == stream)
            asked = counted[child.php_file, child.api]
            assert asked == len(ids) or (api == "connectors" and 0 < asked < len(ids))

    @pytest.mark.parametrize(("file", "api", "asked"), PLAIN, ids=str)
    def test_text_columns_hold_what_the_api_sent(
        self, world: Simulator, everything: Result, file: str, api: str, asked: dict[str, str]
    ) -> None:
        records = everything.records(f"{file}_{api}")
        rows = world.rows(file, api, **asked)
        assert len(records) == len(rows) > 0
        for record, row in zip(records, rows, strict=True):
            texts = {name: value for name, value in row.items() if name in record}
            for name, value in texts.items():
                if isinstance(record[name], str) and "+00:00" not in record[name]:
                    assert record[name] == value
                else:
                    assert (record[name] is None) == (value.strip(" -") == ""), name

    def test_snapshots_are_stamped_with_the_day(self, everything: Result) -> None:
        for stream in ("billing_nlp_ai", "information_storage", "campaign_campaign_15"):
            stamps = {record["snapshot_date"] for record in everything.records(stream)}
            assert stamps == {"2026-11-20"}

    def test_figures_of_a_moment_are_stamped_with_the_second(self, everything: Result) -> None:
        for api in ("agents", "skills", "campaigns", "chats", "latency", "info_server"):
            records = everything.records(f"real_time_{api}")
            assert {record["snapshot_at"] for record in records} == {STAMP}

    def test_catalogues_say_when_a_row_was_seen_last(self, everything: Result) -> None:
        for stream in ("information_agents", "information_agents_in_skill"):
            assert {record["last_seen_at"] for record in everything.records(stream)} == {STAMP}

    def test_bookmarks_are_the_stamps_and_catalogues_have_none(self, everything: Result) -> None:
        bookmarks = everything.state["bookmarks"]
        values = {
            stream: [
                partition.get("replication_key_value")
                for partition in bookmark.get("partitions", [])
            ]
            for stream, bookmark in bookmarks.items()
        }
        assert values["campaign_campaign_15"] == ["2026-11-20"]
        assert values["whatsapp_agent_chat"] == ["2026-11-20"]
        assert values["real_time_chats"] == values["real_time_calls_last_10"] == [STAMP]
        assert values["information_agents"] in ([None], [])


class TestOddShapes:
    def test_an_object_of_surveys_becomes_a_column(
        self, world: Simulator, everything: Result
    ) -> None:
        data = world.content("quality", "quality_matrix")["data"]
        wanted = [
            (survey, row["category"], row["attribute"], row["error_type"])
            for survey, rows in data.items()
            for row in rows
        ]
        records = everything.records("quality_quality_matrix")
        columns = ("survey", "category", "attribute", "error_type")
        assert [tuple(record[name] for name in columns) for record in records] == wanted
        assert len({record["survey"] for record in records}) > 1

    def test_latency_becomes_rows_of_three_kinds(
        self, world: Simulator, everything: Result
    ) -> None:
        [data] = world.content("real_time", "latency")["data"]
        records = everything.records("real_time_latency")
        found = Counter(record["kind"] for record in records)
        assert found == {
            "agent": len(data["by_agent"]),
            "ip": len(data["by_ip"]),
            "pbx": len(data["by_pbx"]),
        }
        ids = [(record["kind"], record["kind_id"]) for record in records]
        assert ids[0] == ("agent", data["by_agent"][0]["agent_id"])
        assert ids[-1] == ("pbx", data["by_pbx"][-1]["user"])
        for record in records:
            if record["kind"] == "ip":
                assert record["ip"] == record["kind_id"]
                assert record["agent_id"] is None

    @pytest.mark.parametrize(
        ("api", "field"), [("chats", "active_chats"), ("interactions", "active_interactions")]
    )
    def test_conversations_become_rows_with_their_agent(
        self, world: Simulator, everything: Result, api: str, field: str
    ) -> None:
        data = world.content("real_time", api)["data"]
        wanted = [(agent["agent_id"], each["conn_id"]) for agent in data for each in agent[field]]
        records = everything.records(f"real_time_{api}")
        assert [(record["agent_id"], record["conn_id"]) for record in records] == wanted
        assert any(not agent[field] for agent in data)

    def test_messages_stay_together_as_json(self, world: Simulator, everything: Result) -> None:
        data = world.content("real_time", "chats")["data"]
        first = next(chat for agent in data for chat in agent["active_chats"])
        record = everything.records("real_time_chats")[0]
        assert json.loads(record["conversation"]) == first["conversation"]

    def test_rows_deep_in_an_answer_are_found(self, world: Simulator, everything: Result) -> None:
        templates = everything.records("whatsapp_list_templates")
        connector = templates[0]["connector_id"]
        sent = world.content("whatsapp", "list_templates", connector_id=connector)
        assert (
            json.loads(templates[0]["components"])
            == (sent["data"]["meta_templates"][0]["components"])
        )
        chats = everything.records("whatsapp_agent_chat")
        sent = world.content("whatsapp", "agent_chat", agent_id=chats[0]["agent_id"])
        assert json.loads(chats[0]["cliente"]) == sent["data"]["data"][0]["cliente"]
        campaign = everything.records("campaign_campaign_15")
        sent = world.content("campaign", "campaign_15", campaign_id=campaign[0]["campaign_id"])
        assert campaign[0]["nombre_cliente"] == sent["records"][0]["nombre_cliente"]

    @pytest.mark.parametrize("bare", [True, False])
    def test_a_list_is_rows_with_or_without_an_envelope(self, tap: CommandLine, bare: bool) -> None:
        now = datetime.fromisoformat(NOW)
        with Simulator(token=tap.settings["token"], now=now, bare_lists=bare) as simulator:
            result = tap.run(catalog=selection("real_time_campaigns"), api_url=simulator.url)
            assert result.code == 0, result.log
            assert isinstance(simulator.content("real_time", "campaigns"), list) == bare
            sent = [row["campaign"] for row in simulator.rows("real_time", "campaigns")]
        assert [record["campaign"] for record in result.records("real_time_campaigns")] == sent

    @pytest.mark.parametrize(
        ("stream", "data", "said"),
        [
            ("quality_quality_matrix", [{"category": "x"}], "`data` is a list"),
            ("quality_quality_matrix", {"Ventas": "x"}, "`data.*` is text"),
            ("real_time_latency", [{"by_agent": []}, {"by_ip": []}], "2 objects where one"),
            ("real_time_latency", [{"by_moon": []}], "1 unknown field"),
            ("real_time_chats", {"agent_id": "1"}, "`data` is an object"),
            ("real_time_chats", [{"agent_id": "1"}], "no `active_chats`"),
            ("real_time_chats", [{"agent_id": "1", "active_chats": "x"}], "is text"),
            ("whatsapp_list_templates", [{"id": "1"}], "`data` is a list"),
            ("whatsapp_list_templates", {"templates": []}, "no `data.meta_templates`"),
            ("whatsapp_agent_chat", {"data": {"chat_id": "1"}}, "`data.data` is an object"),
            ("information_agents", {"five": {"agent_id": "5"}}, "`data` is an object"),
            ("information_storage", [{"storage": "1"}, {"storage": "2"}], "2 objects"),
        ],
    )
    def test_any_other_shape_fails_its_stream(
        self, tap: CommandLine, simulator: Simulator, stream: str, data: object, said: str
    ) -> None:
        endpoint = next(each for each in ENDPOINTS if each.name == stream)
        fault = faults.raw(json.dumps({"code": "200", "error": None, "msg": "", "data": data}))
        simulator.faults.add(fault, api=endpoint.api, file=endpoint.php_file, times=9)
        result = tap.run(catalog=selection(stream))
        assert result.code == 1
        assert said in result.errors[0]
        assert not result.streams

    def test_an_envelope_without_records_fails_its_stream(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        simulator.faults.add(faults.data([{"id_cliente": "1"}]), api="campaign_15", times=9)
        fault = faults.raw('{"code": "200", "data": [{"id_cliente": "1"}]}')
        simulator.faults.clear()
        simulator.faults.add(fault, api="campaign_15", times=9)
        result = tap.run(catalog=selection("campaign_campaign_15"))
        assert result.code == 1
        assert "no `records`" in result.errors[0]


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


class TestFeeds:
    CALLS = "real_time_calls_last_10"

    def poll(
        self,
        tap: CommandLine,
        simulator: Simulator,
        now: str,
        stream: str = CALLS,
        state: dict[str, Any] | None = None,
    ) -> Result:
        simulator.clock.set(datetime.fromisoformat(now))
        result = tap.run(catalog=selection(stream), now=f"{now}-05:00", state=state)
        assert result.code == 0, result.log
        return result

    @pytest.mark.parametrize("stream", [CALLS, "real_time_hits_last_hour"])
    def test_a_call_that_two_polls_see_is_one_row(
        self, tap: CommandLine, simulator: Simulator, stream: str
    ) -> None:
        polls = [
            self.poll(tap, simulator, f"2026-11-20T10:{minute:02}:00", stream).records(stream)
            for minute in (0, 4, 8)
        ]
        by_key = {record["row_key"]: record for poll in polls for record in poll}
        facts = ("conn_id", "date", "type_interaction", "telephone")
        calls = {tuple(record[name] for name in facts) for poll in polls for record in poll}
        assert len(by_key) == len(calls)
        assert len(by_key) < sum(map(len, polls))
        for poll in polls:
            assert all(by_key[record["row_key"]] == record for record in poll)

    def test_dates_of_both_forms_are_instants_in_utc(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        for api in ("calls_last_10", "hits_last_hour"):
            stream = f"real_time_{api}"
            records = self.poll(tap, simulator, NOW, stream).records(stream)
            sent = [row["date"] for row in simulator.rows("real_time", api)]
            for record, date in zip(records, sent, strict=True):
                digits = "".join(filter(str.isdigit, date))
                local = datetime.strptime(f"{digits}-0500", "%Y%m%d%H%M%S%z")
                assert datetime.fromisoformat(record["date"]) == local
                assert record["date"].endswith("+00:00")

    def test_a_poll_that_comes_too_late_says_what_nobody_saw(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        first = self.poll(tap, simulator, "2026-11-20T10:00:00")
        soon = self.poll(tap, simulator, "2026-11-20T10:09:00", state=first.state)
        assert "is in no answer" not in soon.log
        late = self.poll(tap, simulator, "2026-11-20T10:30:00", state=first.state)
        gap = "from 2026-11-20T15:00:00+00:00 to 2026-11-20T15:20:00+00:00 is in no answer"
        assert gap in late.log

    def test_a_state_without_an_offset_is_in_utc(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        first = self.poll(tap, simulator, "2026-11-20T10:00:00")
        [partition] = first.state["bookmarks"][self.CALLS]["partitions"]
        partition["replication_key_value"] = "2026-11-20T15:00:00"
        soon = self.poll(tap, simulator, "2026-11-20T10:09:00", state=first.state)
        assert "is in no answer" not in soon.log

    def test_the_other_documented_names_are_the_same_columns(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        first = self.poll(tap, simulator, NOW).records(self.CALLS)
        names = {"type_interaction": "type_call", "telephone": "tel_number"}

        def renamed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
            return [{names.get(name, name): row[name] for name in row} for row in rows]

        simulator.faults.add(faults.change_rows(renamed), api="calls_last_10")
        result = self.poll(tap, simulator, NOW)
        assert result.records(self.CALLS) == first
        assert "did not send" not in result.log

    def test_a_feed_with_nothing_in_it_moves_its_bookmark(
        self, tap: CommandLine, simulator: Simulator
    ) -> None:
        simulator.faults.add(faults.no_rows(), api="calls_last_10")
        result = self.poll(tap, simulator, NOW)
        assert not result.streams
        [partition] = result.state["bookmarks"][self.CALLS]["partitions"]
        assert partition["replication_key_value"] == STAMP


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
