"""Messages, notices and what was said."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.simulator.world.events.chats import FEELINGS
from tests.support.reports_of import MISSING, NOON, percent, rows, seconds
from tests.support.truth import LINES

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

from tests.unit.simulator.quality_and_speech.common import (
    DAYS,
    WIDE,
    Conversations,
    at,
    grouped,
    mean,
)

TODAY = "2026-11-20T00:00:00", "2026-11-20T23:59:59"

# What is known only later.
LATE: dict[str, set[str]] = {
    "quality_2": {"cod_act", "feedback"},
    "quality_3": set(),
    "wizard_1": set(),
    "wizard_2": set(),
    "wizard_3": set(),
    "cdr_3": set(),
    "cdr_7": set(),
    "cdr_9": set(),
    "cdr_10": {"date_end", "hung_up", "time"},
    "cdr_11": set(),
    "get_notification": set(),
    "speech_1": {"cod_act", "description_cod_act"},
    "speech_5": set(),
    "speech_calls": {"cod_act"},
}

# What of it is no blank before: the time so far.
GROWS = {"cdr_10": {"time"}}


def key_of(api: str, row: Row) -> tuple[str, ...]:
    """The natural key of a row, in the spelling of the row; it may lack a column."""
    spelled = {name: other for other, name in LINES[api].get("also_spelled", {}).items()}
    names = [spelled.get(name, name) for name in LINES[api]["natural_key"]]
    return tuple(row[name] for name in names if name in row)


@pytest.mark.parametrize("api", LATE)
def test_what_is_known_later_is_missing_before_and_nothing_else_changes(
    sim: Simulator, early: Simulator, api: str
) -> None:
    before = rows(early, api, WIDE)
    after: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows(sim, api, WIDE):
        after[key_of(api, row)].append(row)
    changed = Counter[str]()
    for row in before:
        candidates = after[key_of(api, row)]
        assert candidates
        if row not in candidates:
            [same] = candidates
            names = {name for name in row if row[name] != same[name]}
            grown = names & GROWS.get(api, set())
            assert all(seconds(row[name]) < seconds(same[name]) for name in grown)
            assert {row[name] for name in names - grown} <= MISSING
            changed.update(names)
    assert set(changed) == LATE[api]
    assert all(count < len(before) / 3 for count in changed.values())


class TestMessages:
    def test_a_message_follows_a_call(self, sim: Simulator, told: Conversations) -> None:
        through = {
            f"Whatsapp {row['connector_id']}"
            for row in sim.rows("information", "connectors")
            if row["channel"] == "whatsapp"
        }
        found = rows(sim, "cdr_3", DAYS)
        for row in found:
            call = told.of(row)
            ended = at(call["date"]) + timedelta(seconds=int(call["time_seg"]))
            assert at(row["date"]) > ended
            assert (row["telephone"], row["customer_id"]) == (
                call["telephone"],
                call["customer_id"],
            )
            assert row["destiny"] == f"57{row['telephone']}"
        assert {row["channel"] for row in found} == through | {"SMS"}
        assert {len(group) for group in grouped(found, "conn_id", "agent_id").values()} == {1, 2}

    def test_what_machines_are_given_is_what_others_report(self, sim: Simulator) -> None:
        given: defaultdict[str, list[tuple[str, int, int]]] = defaultdict(list)
        for row in rows(sim, "diagram_9", DAYS):
            question, answer = row["customer_query"], row["routing_answer"]
            given["chatbot"].append((row["date"], len(question), len(answer)))
        for row in rows(sim, "wizard_1", DAYS):
            given["copilot"].append((row["date"], len(row["question"]), len(row["answer"])))
        for row in rows(sim, "speech_5", DAYS):
            given["text-analytics"].append((row["date"], len(row["text"]), len(row["summary"])))
            assert int(row["total_chars"]) == len(row["text"]) + len(row["summary"])
        uses = grouped(rows(sim, "cdr_7", DAYS), "type_nlp")
        assert {
            type_: sorted(
                (row["date"], int(row["chars_send"]), int(row["chars_answer"])) for row in found
            )
            for (type_,), found in uses.items()
        } == {type_: sorted(found) for type_, found in given.items()}

    @pytest.mark.parametrize("days", [DAYS, TODAY])
    def test_types_add_up_to_their_uses(self, sim: Simulator, days: tuple[str, str]) -> None:
        uses = grouped(rows(sim, "cdr_7", days), "type_nlp")
        found = rows(sim, "cdr_8", days)
        assert [(row["type_nlp"],) for row in found] == sorted(uses)
        for row in found:
            mine = uses[row["type_nlp"],]
            assert row["nlp_amount"] == str(len(mine))
            for name in ("chars_send", "chars_answer", "total_chars"):
                assert int(row[name]) == sum(int(each[name]) for each in mine)
            assert int(row["total_chars"]) == int(row["chars_send"]) + int(row["chars_answer"])

    def test_what_machines_are_given_may_be_told_in_credits(self, early: Simulator) -> None:
        other = Simulator(seed=1, now=NOON, nlp_credits=True)
        for api, columns in (
            ("cdr_7", ("type_nlp", "date")),
            ("cdr_8", ("type_nlp", "nlp_amount")),
        ):
            told, usual = rows(other, api, TODAY), rows(early, api, TODAY)
            assert told
            for row, same in zip(told, usual, strict=True):
                assert {name: row[name] for name in columns} == {
                    name: same[name] for name in columns
                }
                for name, chars in (
                    ("credits_send", "chars_send"),
                    ("credits_answer", "chars_answer"),
                    ("total_credits", "total_chars"),
                ):
                    assert row[name] == f"{int(same[chars]) / 1000:.3f}"
                assert not row.keys() & {"chars_send", "chars_answer", "total_chars"}
                if api == "cdr_7":
                    *_, id_ = same["nlp_channel"].split(" ")
                    assert row["session_id"] == id_
                    assert row["session_id"] not in row["nlp_channel"]

    def test_emails_come_from_routing_points_and_campaigns(self, sim: Simulator) -> None:
        senders = {
            *(f"email-route-{row['rp_id']}" for row in sim.rows("information", "routing_points")),
            *(f"campaign-{row['campaign_id']}" for row in sim.rows("information", "campaigns")),
        }
        found = rows(sim, "cdr_9", WIDE)
        assert {row["channel"] for row in found} <= senders
        assert {row["channel"].partition("-")[0] for row in found} == {"email", "campaign"}
        assert all(re.fullmatch(r"cliente\d+@example\.com", row["to"]) for row in found)
        assert any("<p>" in row["body"] for row in found)

    def test_a_campaign_writes_to_its_customers(self, sim: Simulator) -> None:
        groups = grouped(rows(sim, "cdr_9", WIDE), "channel")
        for campaign in sim.rows("information", "campaigns"):
            id_ = campaign["campaign_id"]
            found = groups.get((f"campaign-{id_}",), [])
            records = sim.rows("campaign", "campaign_15", campaign_id=id_)
            assert {row["to"] for row in found} <= {
                f"cliente{record['id_cliente']}@example.com" for record in records
            }

    def test_screens_are_shared_for_a_time(self, sim: Simulator) -> None:
        for row in rows(sim, "cdr_10", WIDE):
            lasted = at(row["date_end"]) - at(row["date_ini"])
            assert lasted > timedelta()
            assert seconds(row["time"]) == lasted.total_seconds()

    def test_a_screen_that_is_shared_has_no_end_yet(self, sim: Simulator) -> None:
        after = max(rows(sim, "cdr_10", DAYS), key=lambda row: seconds(row["time"]))
        begin, lasted = at(after["date_ini"]), seconds(after["time"])
        now = begin + timedelta(minutes=10, seconds=lasted // 2)
        found = rows(
            Simulator(seed=1, now=now), "cdr_10", (f"{begin - timedelta(hours=6)}", DAYS[1])
        )
        [before] = [row for row in found if row["date_ini"] == after["date_ini"]]
        assert before["hung_up"] in MISSING
        assert before == after | {
            "date_end": "-",
            "time": f"{timedelta(seconds=lasted // 2)}".zfill(8),
            "hung_up": before["hung_up"],
        }
        assert any(row["date_end"] != "-" for row in found)

    def test_who_is_released_is_a_customer(self, sim: Simulator, told: Conversations) -> None:
        customers = sim.operation.world.customers
        known = {
            "tel_number": {each.phone for each in customers},
            "id_customer": {each.id for each in customers},
        }
        found = rows(sim, "cdr_11", DAYS)
        assert all(row["value"] in known[row["item"]] for row in found)
        assert {row["item"] for row in found} == set(known)
        assert len({(row["protected_nit"], row["operation"]) for row in found}) == 1


def test_notices_name_what_there_is(sim: Simulator) -> None:
    known = {
        kind: {row[f"{kind}_id"] for row in sim.rows("information", f"{kind}s")}
        for kind in ("agent", "skill", "campaign")
    }
    named = defaultdict(set)
    for row in rows(sim, "get_notification", WIDE):
        match = re.match(r"(Agent|Skill|Campaign) (\S+) ", row["notification"])
        assert match or "Storage" in row["notification"]
        if match:
            named[match[1].lower()].add(match[2])
    assert set(named) == set(known)
    assert all(named[kind] <= ids for kind, ids in known.items())


class TestSpeech:
    def test_what_is_analysed_was_a_connected_call_or_a_chat(
        self, sim: Simulator, told: Conversations
    ) -> None:
        found = rows(sim, "speech_1", DAYS)
        for row in found:
            same = told.of(row)
            for name in ("date", "customer_id", "agent_name", "cod_act", "description_cod_act"):
                assert row[name] == same[name]
            if row["channel"] == "voice":
                assert row["time"] == same["time_seg"]
                assert row["customer_phone"] == same["telephone"]
            else:
                assert row["channel"].removeprefix("chat-") in same["channel"]
                assert int(row["time"]) == seconds(same["chat_duration"])
                assert row["customer_phone"] == same["customer_phone"]
                assert (row["feeling"], row["time_silence"]) == (same["feeling"], "0")
            assert int(row["time_silence"]) <= int(row["time"])
        channels = {row["channel"] for row in found}
        assert {"voice", "chat-whatsapp", "chat-web"} <= channels
        assert all(each == "voice" or re.fullmatch("chat-[a-z]+", each) for each in channels)

    def test_it_is_known_some_time_after_the_end(
        self, early: Simulator, told: Conversations
    ) -> None:
        found = rows(early, "speech_1", TODAY)
        for row in found:
            lasted = timedelta(seconds=int(row["time"]))
            assert at(row["date"]) + lasted <= NOON - timedelta(minutes=11)
        assert len(found) < len(rows(early, "cdr_1", TODAY))

    def test_both_reports_say_the_same(self, sim: Simulator) -> None:
        both = zip(rows(sim, "speech_1", DAYS), rows(sim, "speech_calls", DAYS), strict=True)
        for first, second in both:
            for name in ("conn_id", "agent_id", "customer_phone", "time", "date", "cod_act",
                         "audio_text", "customer_id", "channel"):  # fmt: skip
                assert first[name] == second[name]
            assert second["feeling"] == first["feeling"].capitalize()
            share = 100 * int(first["time_silence"]) / int(first["time"])
            assert second["silence"] == f"{share:.2f} %"

    @pytest.mark.parametrize("days", [DAYS, ("2026-11-18T09:30:00", "2026-11-18T10:15:00")])
    def test_agents_are_the_average_of_their_conversations(
        self, sim: Simulator, days: tuple[str, str]
    ) -> None:
        groups = grouped(rows(sim, "speech_1", days), "agent_id", "agent_name", "agent_dni")
        silences = rows(sim, "speech_2", days)
        slow = rows(sim, "speech_3", days)
        feelings = rows(sim, "speech_4", days)
        for found in (silences, slow, feelings):
            who = [tuple(list(row.values())[:3]) for row in found]
            assert who == sorted(groups)
        for who_, row, other, third in zip(sorted(groups), silences, slow, feelings, strict=True):
            mine = groups[who_]
            shares = [
                int(each["time_silence"]) / int(each["time"])
                for each in mine
                if each["channel"] == "voice"
            ]
            assert percent(row["silence"]) == pytest.approx(
                100 * mean(shares) if shares else 0, abs=0.006
            )
            slowly = mean(each["slow_to_greet"] == "yes" for each in mine)
            assert percent(other["slow_to_greet"]) == pytest.approx(100 * slowly, abs=0.006)
            level = mean(FEELINGS.index(each["feeling"]) for each in mine)
            assert abs(FEELINGS.index(third["feeling"]) - level) <= 0.5

    def test_a_text_is_a_chat_that_was_closed(self, sim: Simulator) -> None:
        found = rows(sim, "speech_5", WIDE)
        chats = {
            row["conn_id"]: row for row in rows(sim, "chat_1", ("2026-11-10T00:00:00", WIDE[1]))
        }
        written = {
            row["conn_id"]: row["conversation"]
            for row in rows(sim, "chat_2", ("2026-11-10T00:00:00", WIDE[1]))
        }
        for row in found:
            same = chats[row["id_text"]]
            closed = at(same["date"]) + timedelta(seconds=seconds(same["chat_duration"]))
            assert closed < at(row["date"]) <= closed + timedelta(days=1)
            assert (row["id_agent"], row["feeling"]) == (same["agent_id"], same["feeling"])
            assert all(each["message"] in row["text"] for each in written[row["id_text"]])
        assert {len(group) for group in grouped(found, "id_text").values()} == {1, 2}

    @pytest.mark.parametrize(
        ("filter_", "column"),
        [("id_call", "conn_id"), ("id_agent", "agent_id"), ("cod_act", "cod_act")],
    )
    def test_some_can_be_asked_for(self, sim: Simulator, filter_: str, column: str) -> None:
        every = rows(sim, "speech_calls", DAYS)
        for wanted in {every[0][column], every[-1][column]}:
            some = [row for row in every if row[column] == wanted]
            assert rows(sim, "speech_calls", DAYS, filter=filter_, value=wanted) == some
            assert len(some) < len(every)
        assert rows(sim, "speech_calls", DAYS, filter=filter_, value="nothing") == []

    def test_a_transcript_need_only_hold_what_is_asked_for(self, sim: Simulator) -> None:
        every = rows(sim, "speech_calls", DAYS)
        some = [row for row in every if "reclamo" in row["audio_text"]]
        assert 0 < len(some) < len(every)
        assert rows(sim, "speech_calls", DAYS, filter="speech_to_text", value="reclamo") == some
        assert rows(sim, "speech_calls", DAYS, filter="", value="reclamo") == every
        assert rows(sim, "speech_calls", DAYS, filter="shoe_size", value="42") == []
