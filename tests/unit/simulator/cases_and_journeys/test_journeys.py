"""Journeys of chats, and ads."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import MISSING, rows, seconds, total

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

from tests.unit.simulator.cases_and_journeys.common import DAYS, KNOWN, ODD, WIDE, at, by

COUNTED = {
    "chat_3": ("interactions", "closing_time"),
    "chat_5": ("interactions", "close_time"),
    "chat_6": ("interactions", "close_time"),
    "chat_7": ("interactions",),
    "chat_13": ("interaction",),
    "chat_15": (
        "ad_chatbot",
        "ad_agents",
        "post_chatbot",
        "post_agents",
        "total_chatbot",
        "total_agents",
    ),
}


@pytest.mark.parametrize("api", COUNTED)
def test_two_ranges_add_up(sim: Simulator, api: str) -> None:
    parts = (DAYS[0], "2026-11-18T14:22:33"), ("2026-11-18T14:22:34", DAYS[1])
    for name in COUNTED[api]:
        both = sum(total(rows(sim, api, part), name) for part in parts)
        assert both == total(rows(sim, api, DAYS), name) > 0


class TestJourneys:
    def test_they_are_the_sessions_of_bots(self, sim: Simulator) -> None:
        asked: dict[str, list[Row]] = {}
        for row in rows(sim, "diagram_9", WIDE):
            asked.setdefault(row["session_id"], []).append(row)
        found = by("session_id", rows(sim, "chat_8", DAYS))
        assert set(found) == {
            id_
            for id_, talk in asked.items()
            if talk[0]["date"][:10] in {"2026-11-18", "2026-11-19"}
        }
        for id_, row in found.items():
            talk = asked[id_]
            first, last = (at(each["date"]) for each in (talk[0], talk[-1]))
            assert at(row["start_date"]) == first
            assert timedelta(seconds=seconds(row["time_on_chatbot"])) == last - first
            for name in ("rp_id", "channel", "customer_phone", "customer_name", "customer_id",
                         "customer_email"):  # fmt: skip
                assert row[name] == talk[0][name]

    def test_some_go_on_to_an_agent(self, sim: Simulator) -> None:
        chats = by("conn_id", rows(sim, "chat_1", WIDE))
        asked = Counter[str]()
        exchanges = Counter[str]()
        for each in rows(sim, "diagram_9", WIDE):
            asked[each["session_id"]] += len(each["customer_query"])
            exchanges[each["session_id"]] += 1
        messages = {row["conn_id"]: row["conversation"] for row in rows(sim, "chat_2", WIDE)}
        reached = [row for row in rows(sim, "chat_8", DAYS) if row["go_to_agent"] == "yes"]
        assert reached
        for row in reached:
            chat = chats[row["conn_id"]]
            typed = int(chat["customer_chars"]) + asked[row["session_id"]]
            assert row["start_date"] == chat["date"]
            assert at(row["end_date"]) - at(row["start_date"]) == timedelta(
                seconds=seconds(chat["chat_duration"])
            )
            assert row["total_time"] == chat["chat_duration"]
            assert row["time_with_agent"] == chat["time_on_agent"]
            assert row["agent_id"] == chat["agent_id"]
            assert row["agent_name"] == chat["agent_name"]
            assert row["agent_chars"] == chat["agent_chars"]
            assert row["customer_chars"] == str(typed)
            assert row["total_chars"] == str(typed + int(chat["agent_chars"]))
            assert row["last_sender"] == chat["last_participant_who_spoke"].replace("-", "_")
            count = 2 * exchanges[row["session_id"]] + len(messages[row["conn_id"]])
            assert row["times_chatted"] == str(count)
            if chat["ASA"] in MISSING:
                assert row["asa"] in MISSING
            else:
                assert int(row["asa"]) == seconds(chat["ASA"])
        assert {row["last_sender"] for row in reached} == {"agent", "chat_bot", "customer"}

    def test_the_others_stay_with_the_bot(self, sim: Simulator) -> None:
        stayed = [row for row in rows(sim, "chat_8", DAYS) if row["go_to_agent"] != "yes"]
        exchanges = Counter(row["session_id"] for row in rows(sim, "diagram_9", WIDE))
        assert stayed
        for row in stayed:
            assert (row["conn_id"], row["go_to_agent"]) == ("-", "no")
            assert row["last_sender"] == "chat_bot"
            assert {row[name] for name in ("agent_id", "agent_name", "asa", "time_with_agent")} <= (
                MISSING
            )
            assert row["total_time"] == row["time_on_chatbot"]
            assert row["times_chatted"] == str(2 * exchanges[row["session_id"]])
            assert (row["agent_chars"], row["customer_chars"]) == ("0", row["total_chars"])
            assert at(row["end_date"]) - at(row["start_date"]) == timedelta(
                seconds=seconds(row["total_time"])
            )

    def test_an_open_one_goes_on(self, sim: Simulator) -> None:
        now = at("2026-11-20T12:03:20")
        known = now - timedelta(minutes=10)
        early = Simulator(seed=1, now=now)
        days = "2026-11-19T00:00:00", known.isoformat()
        after = by("session_id", rows(sim, "chat_8", days))
        before = by("session_id", rows(early, "chat_8", days))
        assert list(before) == list(after)
        written = {row["conn_id"]: row["conversation"] for row in rows(early, "chat_2", days)}
        grown = 0
        for id_, row in before.items():
            later = after[id_]
            so_far = [
                each["message"]
                for each in written.get(row["conn_id"], [])
                if each["from"] == row["agent_id"]
            ]
            assert row["agent_chars"] == str(sum(map(len, so_far)))
            for name in ("times_chatted", "customer_chars", "agent_chars", "total_chars"):
                assert int(row[name]) <= int(later[name])
            for name in ("time_on_chatbot", "total_time"):
                assert seconds(row[name]) <= seconds(later[name])
            assert row["conn_id"] == later["conn_id"]
            is_open = row["go_to_agent"] == "yes" and at(later["end_date"]) > known
            assert (row["end_date"] in MISSING) is is_open
            if is_open:
                grown += 1
                assert (
                    at(row["start_date"]) + timedelta(seconds=seconds(row["total_time"])) == known
                )
                assert seconds(row["time_with_agent"]) < seconds(later["time_with_agent"])
                assert row["asa"] in {later["asa"]} | MISSING
        assert grown

    def test_who_waits_is_not_yet_with_an_agent(self, sim: Simulator) -> None:
        waited = {
            row["session_id"]: row
            for row in rows(sim, "chat_8", DAYS)
            if row["go_to_agent"] == "yes"
            and seconds(row["total_time"]) - seconds(row["time_with_agent"]) > 60
        }
        id_, last = max(waited.items())
        now = at(last["start_date"]) + timedelta(minutes=11)
        row = by("session_id", rows(Simulator(seed=1, now=now), "chat_8", DAYS))[id_]
        assert (row["total_time"], row["time_with_agent"]) == ("00:01:00", "00:00:00")
        assert (row["agent_id"], row["agent_chars"]) == (last["agent_id"], "0")
        assert {row["end_date"], row["asa"]} <= MISSING

    def test_every_chat_on_whatsapp_is_billed(self, sim: Simulator) -> None:
        connectors = {row["connector_id"]: row for row in sim.rows("information", "connectors")}
        points = {row["rp_id"] for row in sim.rows("information", "routing_points")}
        chats = {
            row["conn_id"]: row
            for row in rows(sim, "chat_1", WIDE)
            if row["channel"] == "whatsapp" and row["date"][:10] in {"2026-11-18", "2026-11-19"}
        }
        found = by("conn_id", rows(sim, "chat_10", DAYS))
        assert set(found) == set(chats)
        for id_, row in found.items():
            chat = chats[id_]
            assert (row["date"], row["customer_phone"]) == (chat["date"], chat["customer_phone"])
            phone, server, connector = row["session_id"].split(".")
            assert (phone, server) == (chat["customer_phone"], sim.server)
            assert connectors[connector]["channel"] == "whatsapp"
            assert row["destiny"] in ({phone} if row["template"] == "yes" else points)
        assert {row["template"] for row in found.values()} == {"yes", "no"}

    def test_transfers_are_those_that_agents_made(self, sim: Simulator) -> None:
        chats = by("conn_id", rows(sim, "chat_1", DAYS))
        moved = [row for row in rows(sim, "chat_11", WIDE) if row["conn_id"] in chats]
        counts = Counter(row["transfer_agent_id"] for row in moved)
        assert counts
        for row in rows(sim, "chat_16", DAYS):
            share = 100 * counts[row["agent_id"]] / int(row["total_chats"])
            assert row["percent_transfer"] == f"{share:,.2f} %"
        for row in moved:
            chat = chats[row["conn_id"]]
            opened, open_for = at(chat["date"]), seconds(chat["chat_duration"])
            assert opened < at(row["date"]) <= opened + timedelta(seconds=open_for)
            assert row["channel"] == chat["channel"]
            assert row["transfer_agent_id"] == chat["agent_id"]
            assert row["transfer_agent_name"] == chat["agent_name"]

    def test_nothing_is_written_after_a_transfer(self, sim: Simulator) -> None:
        written = {row["conn_id"]: row["conversation"] for row in rows(sim, "chat_2", WIDE)}
        for row in rows(sim, "chat_11", DAYS):
            assert all(each["date"] < row["date"] for each in written[row["conn_id"]])

    def test_receivers_are_agents_skills_or_routing_points(self, sim: Simulator) -> None:
        documents = {agent.id: agent.dni for agent in sim.operation.world.agents}
        names = {
            f"{kind}_id": {
                row[f"{kind}_id"]: row[f"{kind}_name"] for row in sim.rows("information", api)
            }
            for kind, api in (("agent", "agents"), ("skill", "skills"), ("rp", "routing_points"))
        }
        met = Counter[str]()
        for row in rows(sim, "chat_11", WIDE):
            id_, dni = row["receiver_agent_id"], row["receiver_agent_dni"]
            [kind] = [name for name, known in names.items() if id_ in known]
            met[kind] += 1
            assert row["receiver_agent_name"] == names[kind][id_]
            assert id_ != row["transfer_agent_id"]
            assert row["transfer_agent_dni"] == documents[row["transfer_agent_id"]]
            assert dni == documents[id_] if kind == "agent_id" else dni in MISSING
        assert set(met) == set(names)

    @pytest.mark.parametrize("days", [DAYS, ODD])
    def test_channels_add_up_to_the_chats(self, sim: Simulator, days: tuple[str, str]) -> None:
        counts = Counter(row["channel"] for row in rows(sim, "chat_1", days))
        found = by("chanel", rows(sim, "chat_13", days))
        assert {channel: int(row["interaction"]) for channel, row in found.items()} == counts


class TestAds:
    def test_they_lead_to_chats_and_sessions_on_whatsapp(self, sim: Simulator) -> None:
        chats = by("conn_id", rows(sim, "chat_1", WIDE))
        sessions = by("session_id", rows(sim, "chat_8", DAYS))
        found = by("chat_id", rows(sim, "chat_14", DAYS))
        to_agents = 0
        for id_, row in found.items():
            if id_ in chats:
                to_agents += 1
                assert row["agent_id"] == chats[id_]["agent_id"]
                assert row["cod_act"] == chats[id_]["cod_act"]
                assert (row["date"], "whatsapp") == (chats[id_]["date"], chats[id_]["channel"])
            else:
                session = sessions[id_]
                assert {row["agent_id"], row["cod_act"]} <= MISSING
                assert session["go_to_agent"] == "no"
                assert (session["start_date"], session["rp_id"]) == (row["date"], row["rp_id"])
                assert session["channel"] == "whatsapp"
        assert 0 < to_agents < len(found)

    def test_an_ad_is_the_same_wherever_it_is_met(self, sim: Simulator) -> None:
        found = rows(sim, "chat_14", WIDE)
        names = "source_url", "source_type", "media_type", "media_url"
        ads = {(row["source_id"], *(row[name] for name in names)) for row in found}
        assert len({id_ for id_, *_ in ads}) == len(ads) > 1
        assert {row["source_type"] for row in found} == {"ad", "post"}
        assert {row["media_type"] for row in found} <= {"image", "video"}
        assert all(row["source_id"].isdecimal() for row in found)

    @pytest.mark.parametrize("days", [DAYS, ODD])
    def test_they_add_up_to_one_row(self, sim: Simulator, days: tuple[str, str]) -> None:
        counts = Counter[str]()
        for row in rows(sim, "chat_14", days):
            by_ = "chatbot" if row["agent_id"] in MISSING else "agents"
            counts[f"{row['source_type']}_{by_}"] += 1
            counts[f"total_{by_}"] += 1
        [row] = rows(sim, "chat_15", days)
        assert {name: int(value) for name, value in row.items()} == counts

    def test_codes_come_later(self, early: Simulator, sim: Simulator) -> None:
        days = "2026-11-17T00:00:00", KNOWN.isoformat()
        after = by("chat_id", rows(sim, "chat_14", days))
        late = 0
        for id_, row in by("chat_id", rows(early, "chat_14", days)).items():
            if row != after[id_]:
                late += 1
                assert row["cod_act"] in MISSING
                assert row | {"cod_act": after[id_]["cod_act"]} == after[id_]
        assert late
