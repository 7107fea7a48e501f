"""Streams of what is now: all of them, odd shapes, feeds."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tests.integration.streams_of_now.common import ALL, CHILDREN, NOW, OF_NOW, apis
from tests.simulator import Simulator, faults
from tests.support.command_line import CommandLine, Result, selection

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
