"""The simulator's menus, call-backs, surveys and voice bots: one world."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import (
    BOTH_DAYS,
    DAY,
    MISSING,
    NOON,
    TODAY,
    WEEK,
    rows,
    seconds,
    total,
)
from tests.support.truth import LINES

if TYPE_CHECKING:
    from tests.simulator.endpoints.common.answers import Row

at = datetime.fromisoformat

WIDE = ("20261118200000", "20261120040000")
DAYS = (BOTH_DAYS[0], TODAY[1])

QUESTIONS = [f"q{number:02}" for number in range(1, 11)]
STATUSES = {"YES", "NO", "OK", "NO USER", "STOP NEW", "FAIL"}


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)


def by_id(found: list[Row]) -> dict[str, Row]:
    assert len({row["conn_id"] for row in found}) == len(found)
    return {row["conn_id"]: row for row in found}


class TestOneWorld:
    def test_conversations_are_of_routing_points(self, sim: Simulator) -> None:
        points = {row["rp_id"] for row in sim.rows("information", "routing_points")}
        for row in rows(sim, "diagram_15"):
            assert row["conversational_id"].removeprefix("conversations-voice-") in points


class TestMenus:
    @pytest.mark.parametrize("days", [DAY, TODAY, ("20261118093000", "20261119101530")])
    @pytest.mark.parametrize(
        ("api", "columns", "length"),
        [
            ("diagram_1_1", ("day",), 10),
            ("diagram_1_2", ("day",), 13),
            ("diagram_1_3", ("rp_id", "cod_opc_menu"), 0),
        ],
    )
    def test_sums_are_those_of_the_steps(
        self, sim: Simulator, days: tuple[str, str], api: str, columns: tuple[str, ...], length: int
    ) -> None:
        calls = defaultdict(set)
        time = Counter[tuple[str, ...]]()
        for step in rows(sim, "diagram_1", days):
            key = (step["date"][:length],) if length else tuple(step[name] for name in columns)
            calls[key].add(step["conn_id"])
            time[key] += seconds(step["time"])
        found = rows(sim, api, days)
        keys = [tuple(row[name][: length or None] for name in columns) for row in found]
        assert keys == sorted(calls)
        for key, row in zip(keys, found, strict=True):
            assert row["calls"] == str(len(calls[key]))
            if "time" in row:
                assert seconds(row["time"]) == time[key]
            else:
                assert row["ivr_minutes"] == f"{time[key] / 60:.2f}"

    def test_calls_lead_from_the_menu_to_the_agent(self, sim: Simulator) -> None:
        agents = {row["conn_id"]: row for row in rows(sim, "cdr_1")
                  if row["type_interaction"] == "inbound"}  # fmt: skip
        steps = defaultdict(list)
        for step in rows(sim, "diagram_1", WIDE):
            steps[step["conn_id"]].append(step)
        found = by_id(rows(sim, "diagram_11"))
        answered = {id_ for id_, row in found.items() if row["skill_result"] == "ANSWER"}
        assert answered == set(agents)
        # While it is open, 2 to 7 callers in a hundred are lost; at night hardly anybody calls.
        assert 0.9 < len(answered) / len(found) < 0.98
        for id_, row in found.items():
            passed = steps[id_]
            assert total(passed, "time") == seconds(row["time_on_rp"])
            assert passed[-1]["date"] == row["end_date_rp"]
            assert passed[-1]["dn_transfer"] == row["skill_id"]
            for name in ("rp_id", "ani", "customer_id"):
                assert passed[-1][name] == row[name]
            assert (row["go_to_agent"] == "YES") == (id_ in answered)
            parts = ["time_on_rp", "time_on_skill"]
            if id_ in answered:
                agent = agents[id_]
                assert seconds(row["time_with_agent"]) == int(agent["time_seg"])
                for name in ("agent_id", "agent_name", "skill_id", "cod_act", "cod_act_2"):
                    assert row[name] == agent[name]
                parts.append("time_with_agent")
            else:
                missing = ("agent_id", "agent_name", "time_with_agent", "cod_act", "cod_act_2",
                           "type_interaction")  # fmt: skip
                assert {row[name] for name in missing} == {"-"}
            ring = seconds(row["total_time"]) - sum(seconds(row[name]) for name in parts)
            assert 0 < ring <= 24

    def test_skills_got_the_calls(self, sim: Simulator) -> None:
        found, skills = rows(sim, "diagram_11"), rows(sim, "skill_7")
        results = Counter(row["skill_result"] for row in found)
        assert len(found) == total(skills, "inbound_calls")
        assert results["ABANDON"] == total(skills, "abandon_calls")
        assert total(found, "time_on_skill") == total(skills, "wait_time")

    def test_codes_of_calls_come_later(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        before = by_id(rows(sim, "diagram_11"))
        sim.clock.advance(timedelta(hours=45))
        after = by_id(rows(sim, "diagram_11"))
        assert set(before) == set(after)
        changed = set()
        for id_, row in before.items():
            names = {name for name in row if row[name] != after[id_][name]}
            assert {row[name] for name in names} <= MISSING
            changed |= names
        assert changed == {"cod_act", "cod_act_2"}

    def test_options_are_those_of_the_steps_and_of_chats(self, sim: Simulator) -> None:
        found = rows(sim, "diagram_13")
        shared = ("rp_id", "conn_id", "customer_id", "date", "cod_opc_menu")
        voice = [row for row in found if row["channel"] == "voice"]
        steps = rows(sim, "diagram_1")
        assert [[row[name] for name in shared] for row in voice] == [
            [row[name] for name in shared] for row in steps
        ]
        assert [row["telephone"] for row in voice] == [row["ani"] for row in steps]
        chats = {row["conn_id"]: row for row in rows(sim, "chat_2", WIDE)}
        written = [row for row in found if row["channel"] != "voice"]
        assert 100 < len(written) < len(voice)
        for row in written:
            first = chats[row["conn_id"]]["conversation"][0]
            assert (row["channel"], row["customer_id"], row["telephone"]) == (
                first["channel"], first["customer_id"], first["customer_phone"],
            )  # fmt: skip
            assert timedelta() <= at(first["date"]) - at(row["date"]) <= timedelta(seconds=80)

    def test_a_menu_is_gone_through_step_by_step(self, sim: Simulator) -> None:
        menus = defaultdict(list)
        for row in rows(sim, "diagram_13", WIDE):
            if DAY[0] <= re.sub(r"\D", "", row["date"]) <= DAY[1]:
                menus[row["conn_id"]].append(row)
        whole = [found for found in menus.values() if found[0]["attempt"] == "1"]
        assert len(whole) >= len(menus) - 2
        assert {len(found) for found in whole} == {1, 2, 3}
        for found in whole:
            assert [int(row["attempt"]) for row in found] == list(range(1, len(found) + 1))
            began = {at(row["date"]) - timedelta(seconds=int(row["second_event"])) for row in found}
            assert len(began) == 1

    @pytest.mark.parametrize("days", [DAY, TODAY, WEEK])
    def test_codes_count_the_options(self, sim: Simulator, days: tuple[str, str]) -> None:
        codes = rows(sim, "diagram_14", days)
        options = [row for row in rows(sim, "diagram_13", days) if row["cod_opc_menu"] != "PULSE"]
        assert total(codes, "count") == len(options)
        for row in codes:
            share = 100 * int(row["count"]) / len(options)
            assert abs(float(row["percent"].removesuffix(" %")) - share) <= 0.005
        assert len(codes) > 8
        assert "TIMEOUTCHAT" not in {row["cod_act"] for row in codes}

    def test_an_option_always_stands_for_the_same_code(self, sim: Simulator) -> None:
        def counts(begin: datetime) -> Counter[str]:
            days = f"{begin:%Y%m%d%H%M%S}", f"{begin + timedelta(seconds=3599):%Y%m%d%H%M%S}"
            return Counter({row["cod_act"]: int(row["count"])
                            for row in rows(sim, "diagram_14", days)})  # fmt: skip

        hours = [counts(at("2026-11-19") + timedelta(hours=hour)) for hour in range(24)]
        day = {row["cod_act"]: int(row["count"]) for row in rows(sim, "diagram_14")}
        assert sum(hours, Counter[str]()) == day


class TestCallBacks:
    @staticmethod
    def by_call(found: list[Row]) -> dict[tuple[str, ...], Row]:
        names = LINES["diagram_3"]["natural_key"]
        return {tuple(row[name] for name in names): row for row in found}

    def test_they_are_of_customers_who_gave_up(self, sim: Simulator) -> None:
        lost: dict[tuple[str, ...], str] = {
            (row["skill_id"], row["end_date_rp"], row["ani"]): row["customer_id"]
            for row in rows(sim, "diagram_11")
            if row["skill_result"] == "ABANDON"
        }
        found = self.by_call(rows(sim, "diagram_3"))
        assert 0.4 < len(found) / len(lost) < 0.8
        for key, row in found.items():
            assert lost[key] == row["customer_id"]

    def test_a_row_says_how_far_it_is(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        late = rows(sim, "diagram_3", DAYS)
        sim.clock.advance(timedelta(days=4))
        final = rows(sim, "diagram_3", DAYS)
        assert {row["status"] for row in late} == STATUSES
        assert {row["status"] for row in final} == STATUSES - {"YES"}
        for row in (*late, *final):
            if row["attempts"] == "0":
                assert row["status"] in {"YES", "NO"}
                assert row["date_last_outbound_call"] in MISSING
                assert row["time_between_calls"] in MISSING
            else:
                since = at(row["date_last_outbound_call"]) - at(row["date_inbound_call"])
                assert since.total_seconds() == seconds(row["time_between_calls"]) > 0
                assert row["status"] != "NO"
            if row["status"] in {"YES", "NO"}:
                assert {row["time"], row["billed_minutes"]} <= MISSING
            else:
                talk, minutes = seconds(row["time"]), int(row["billed_minutes"])
                assert (talk > 0) == (row["status"] == "OK")
                assert 60 * minutes - 60 < talk <= 60 * minutes
            assert row["dial_phone"] == row["ani"] or row["status"] == "NO"
        assert all(
            at(row["date_last_outbound_call"]) <= at("2026-11-20T11:50")
            for row in late
            if row["attempts"] != "0"
        )

    def test_they_change_until_they_are_over(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        seen = [self.by_call(rows(sim, "diagram_3", TODAY))]
        for _ in range(8):
            sim.clock.advance(timedelta(hours=12))
            seen.append(self.by_call(rows(sim, "diagram_3", TODAY)))
        changed = set()
        for before, after in pairwise(seen):
            for key, row in before.items():
                later = after[key]
                names = {name for name in row if row[name] != later[name]}
                changed |= names
                assert not names or row["status"] == "YES"
                assert int(row["attempts"]) <= int(later["attempts"])
        assert changed == {"date_last_outbound_call", "status", "attempts", "time_between_calls",
                           "time", "billed_minutes"}  # fmt: skip
        assert seen[-1] == seen[-2]

    def test_a_call_that_lasts_has_no_outcome_yet(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        sim.clock.advance(timedelta(days=4))
        row = next(row for row in rows(sim, "diagram_3", TODAY) if row["status"] == "OK")
        key = tuple(row[name] for name in LINES["diagram_3"]["natural_key"])
        answered = at(row["date_last_outbound_call"]) + timedelta(minutes=10)
        lasts = timedelta(seconds=seconds(row["time"]))
        for moment, status in ((lasts - timedelta(seconds=1), "YES"), (lasts, "OK")):
            sim.clock.set(answered + moment)
            then = self.by_call(rows(sim, "diagram_3", TODAY))[key]
            assert (then["status"], then["attempts"]) == (status, row["attempts"])
            assert (then == row) == (status == "OK")

    @pytest.mark.parametrize("days", [DAY, TODAY, WEEK])
    def test_skills_count_them(self, sim: Simulator, days: tuple[str, str]) -> None:
        calls = Counter[str]()
        for row in rows(sim, "skill_7", days):
            calls[row["skill_id"]] += int(row["inbound_calls"])
        offers = defaultdict(list)
        for row in rows(sim, "diagram_3", days):
            offers[row["skill_id"]].append(row["status"])
        found = rows(sim, "diagram_2", days)
        assert [row["skill_id"] for row in found] == sorted(offers)
        for row in found:
            statuses = Counter(offers[row["skill_id"]])
            assert int(row["treatment"]) == statuses.total()
            assert int(row["customer_say_no"]) == statuses["NO"]
            assert int(row["customer_say_yes"]) == statuses.total() - statuses["NO"]
            assert int(row["recall_ok"]) == statuses["OK"]
            assert int(row["recall_fail"]) == statuses["FAIL"] + statuses["NO USER"]
            gain = 100 * statuses["OK"] / calls[row["skill_id"]]
            assert row["service_level_up"] == f"{gain:.2f} %"


class TestSurveys:
    def test_they_follow_inbound_calls(self, sim: Simulator) -> None:
        calls = {row["conn_id"]: row for row in rows(sim, "cdr_1", WIDE)
                 if row["type_interaction"] == "inbound"}  # fmt: skip
        found = by_id(rows(sim, "diagram_4"))
        assert 0.2 < len(found) / sum("2026-11-19" in row["date"] for row in calls.values()) < 0.4
        for id_, row in found.items():
            call = calls[id_]
            for name in ("agent_id", "agent_name", "skill_id", "skill_name", "customer_id",
                         "type_interaction"):  # fmt: skip
                assert row[name] == call[name]
            assert row["ani"] == call["telephone"]
            assert at(row["date"]) >= at(call["date"]) + timedelta(seconds=int(call["time_seg"]))

    def test_agents_have_their_document(self, sim: Simulator) -> None:
        known = {row["agent_id"]: row["agent_dni"] for row in rows(sim, "agent_1")}
        for row in rows(sim, "diagram_4"):
            assert row["agent_dni"] == known[row["agent_id"]]

    def test_they_are_over(self) -> None:
        sim = Simulator(seed=1, now=NOON, lag=timedelta())
        for _ in range(20):
            sim.clock.advance(timedelta(minutes=7))
            for row in rows(sim, "diagram_4", TODAY)[-3:]:
                ended = at(row["date"]) + timedelta(seconds=seconds(row["time"]))
                assert ended <= sim.clock.now().replace(tzinfo=None)

    def test_a_skill_has_its_questions(self, sim: Simulator) -> None:
        complete: dict[str, int] = {}
        others = []
        for row in rows(sim, "diagram_4"):
            answers = [row[name] for name in QUESTIONS]
            answered = sum(answer != "-" for answer in answers)
            assert "-" not in answers[:answered]
            if row["result"] == "complete":
                assert complete.setdefault(row["skill_id"], answered) == answered
            else:
                others.append((row, answered))
                assert row["voice_message"] in MISSING
            message = [row[name] in MISSING for name in
                       ("voice_message", "voice_message_duration", "feeling")]  # fmt: skip
            assert len(set(message)) == 1
            if not message[0]:
                assert row["conn_id"] in row["voice_message"]
                assert seconds(row["voice_message_duration"]) < seconds(row["time"])
        assert len(set(complete.values())) > 1
        assert {row["result"] for row, _ in others} == {"incomplete", "abandon"}
        for row, answered in others:
            assert answered < complete[row["skill_id"]]
            assert (answered == 0) == (row["result"] == "abandon")

    @pytest.mark.parametrize("days", [DAY, TODAY, ("20261119100000", "20261119101500")])
    @pytest.mark.parametrize(
        ("api", "id_", "name"),
        [("diagram_5", "agent_id", "agent_name"), ("diagram_6", "skill_id", "skill_name")],
    )
    def test_averages_are_those_of_the_answers(
        self, sim: Simulator, days: tuple[str, str], api: str, id_: str, name: str
    ) -> None:
        def average(found: list[Row], questions: list[str]) -> str:
            answers = [int(row[each]) for row in found for each in questions if row[each] != "-"]
            return f"{sum(answers) / len(answers):.2f}" if answers else "-"

        surveys = defaultdict(list)
        for row in rows(sim, "diagram_4", days):
            surveys[row[id_], row[name]].append(row)
        found = rows(sim, api, days)
        assert [(row[id_], row[name]) for row in found] == sorted(surveys)
        for row in found:
            mine = surveys[row[id_], row[name]]
            assert row["surveys"] == str(len(mine))
            assert row["average"] == average(mine, QUESTIONS)
            for question in QUESTIONS:
                assert row[question] == average(mine, [question])


class TestVoiceBots:
    @staticmethod
    def uncut(sim: Simulator) -> tuple[str, str]:
        """A day or so, between whose ends no conversation is cut."""
        lasting = [
            (at(row["date"]), at(row["date"]) + timedelta(seconds=seconds(row["ivr_time"])))
            for row in rows(sim, "diagram_15", WIDE)
        ]

        def free(moment: datetime) -> datetime:
            while any(begin <= moment <= end for begin, end in lasting):
                moment += timedelta(seconds=1)
            return moment

        begin, end = free(at("2026-11-19T00:00")), free(at("2026-11-19T23:59:59"))
        return f"{begin:%Y%m%d%H%M%S}", f"{end:%Y%m%d%H%M%S}"

    def test_conversations_add_up_to_what_was_spoken_and_heard(self, sim: Simulator) -> None:
        cut = self.uncut(sim)
        talks = rows(sim, "diagram_15", cut)
        assert 60 < len(talks) < 140
        assert total(talks, "asr_time") == total(rows(sim, "diagram_7", cut), "time")
        assert total(talks, "tts_credits") == total(rows(sim, "diagram_8", cut), "credits")
        for row in talks:
            assert seconds(row["asr_time"]) < seconds(row["ivr_time"]) < 300

    def test_a_conversation_is_a_greeting_and_up_to_five_answers(self, sim: Simulator) -> None:
        cut = self.uncut(sim)
        spoken, heard = rows(sim, "diagram_8", cut), rows(sim, "diagram_7", cut)
        greetings = [row for row in spoken if row["recognized_text"].startswith("Hola, ")]
        begun = [(row["date"], f"conversations-voice-{row['rp_id']}") for row in greetings]
        assert sorted(begun) == sorted(
            (row["date"], row["conversational_id"]) for row in rows(sim, "diagram_15", cut)
        )
        assert len(begun) < len(heard) == len(spoken) <= 5 * len(begun)

    def test_a_conversation_is_told_when_it_is_over(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        row = rows(sim, "diagram_15", TODAY)[-1]
        lasts = timedelta(seconds=seconds(row["ivr_time"]))
        over = at(row["date"]) + lasts + timedelta(minutes=10)
        for moment in (over - timedelta(seconds=1), over):
            sim.clock.set(moment)
            assert (row in rows(sim, "diagram_15", TODAY)) == (moment == over)
            assert rows(sim, "diagram_8", TODAY)[-1]["date"] >= row["date"]

    @pytest.mark.parametrize("days", [DAY, TODAY, WEEK])
    def test_phrases_are_counted(self, sim: Simulator, days: tuple[str, str]) -> None:
        spoken = rows(sim, "diagram_8", days)
        counts = Counter(row["recognized_text"] for row in spoken)
        found = rows(sim, "diagram_10", days)
        assert {row["tts_text"]: int(row["total"]) for row in found} == counts
        totals = [int(row["total"]) for row in found]
        assert totals == sorted(totals, reverse=True)
        assert totals[0] > totals[-1]
        assert all(row["characters"] == str(len(row["tts_text"])) for row in found)
        assert all(row["credits"] == str(len(row["recognized_text"])) for row in spoken)

    def test_some_of_what_was_heard_is_felt(self, sim: Simulator) -> None:
        heard = Counter((row["date"], row["recognized_text"]) for row in rows(sim, "diagram_7"))
        felt = rows(sim, "diagram_12")
        assert 0.4 < len(felt) / heard.total() < 0.8
        assert not Counter((row["date"], row["text"]) for row in felt) - heard
        units = {row["text"]: int(row["units"]) for row in felt}
        assert len(set(units.values())) > 1
        longest, shortest = max(units, key=len), min(units, key=len)
        assert units[longest] > units[shortest] == 1
