"""What the simulator says of conversations judged, analysed and sent around: one world."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.simulator import Simulator
from tests.simulator.chats import FEELINGS
from tests.simulator.missing import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.simulator.answers import Row

at = datetime.fromisoformat
NOON = at("2026-11-20T12:00")
LATER = at("2026-12-01T12:00")
DAYS = "2026-11-18T00:00:00", "2026-11-19T23:59:59"
TODAY = "2026-11-20T00:00:00", "2026-11-20T23:59:59"
WIDE = "2026-11-13T00:00:00", "2026-11-20T23:59:59"

# With what says when it was; the others are sums over the range.
EVENTS = {
    "quality_2": "date",
    "quality_3": "date",
    "wizard_1": "date",
    "wizard_2": "date",
    "wizard_3": "date",
    "cdr_3": "date",
    "cdr_7": "date",
    "cdr_9": "date",
    "cdr_10": "date_ini",
    "cdr_11": "date",
    "get_notification": "date",
    "speech_1": "date",
    "speech_5": "date",
    "speech_calls": "date",
}
SUMS = ("quality_1", "quality_4", "quality_5", "cdr_8", "speech_2", "speech_3", "speech_4")
APIS = (*EVENTS, *SUMS)
FILES = {"get_notification": "information", "speech_calls": "speech_analytics"}
CODES: dict[str, object] = {
    **dict.fromkeys(APIS, 200),
    **dict.fromkeys(("wizard_1", "wizard_2", "wizard_3", "cdr_10", "cdr_11", "get_notification",
                     "speech_2", "speech_3", "speech_4", "speech_calls"), "200"),
    **dict.fromkeys(("cdr_7", "cdr_8", "cdr_9", "speech_5"), ""),
}  # fmt: skip

LISTED: dict[str, dict[str, Any]] = {
    each["api"]: each
    for each in json.loads((Path(__file__).parent / "endpoints.json").read_text(encoding="utf-8"))
    if each["file"] in {"reports_manager", "information", "speech_analytics"}
}
CATEGORIES = ["saludo_corporativo", "ofrece_beneficio"]
CALLS_FIELDS = ["conn_id", "agent_id", "customer_phone", "time", "date", "cod_act", "silence",
                "audio_text", "customer_id", "summary", "feeling", "channel"]  # fmt: skip

PERCENT = re.compile(r"\d{1,3}\.\d\d %")
NUMBER = re.compile(r"\d+")
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
CONN_ID = re.compile(r"\d+\.\d{6}\.\d{10}\.\d+")
SHAPES = {
    "conn_id": CONN_ID,
    "id_text": CONN_ID,
    "date": STAMP,
    "date_ini": STAMP,
    "date_end": STAMP,
    **dict.fromkeys(("accuracy", "percent", "precision_unit_critical_error",
                     "precision_opportunity_critical_error", "precision_opportunity_error",
                     "silence"), PERCENT),
    **dict.fromkeys(("evaluations", "yes", "no", "nlp_amount", "chars_send", "chars_answer",
                     "total_chars", "time_silence", "telephone", "destiny", "customer_phone",
                     "protected_nit"), NUMBER),
    "type_error": re.compile("N?CE"),
    "yes/no": re.compile("yes|no"),
    "greeting": re.compile("yes|no"),
    "slow_to_greet": re.compile(rf"yes|no|{PERCENT.pattern}"),
    "greeting_agent_name": re.compile(r"no|yes - \D+"),
    **dict.fromkeys(CATEGORIES, re.compile(r"no|yes - [\w ]+")),
    "time": re.compile(r"\d+|\d\d:\d\d:\d\d"),
    "hung_up": re.compile("agent|customer"),
    "item": re.compile("tel_number|id_customer"),
    "feeling": re.compile("|".join(FEELINGS), re.IGNORECASE),
}  # fmt: skip

# What may be missing, and what is known only later.
OPTIONAL = {
    "comments", "ai_comment", "feedback", "skill_id", "cod_act", "description_cod_act",
    "explation", "audio_text", "date_end", "hung_up", "precision_opportunity_error",
    "precision_opportunity_critical_error",
}  # fmt: skip
CODED = {"cod_act", "description_cod_act"}
LATE = {
    "quality_2": {"cod_act", "feedback"},
    "speech_1": CODED,
    "speech_calls": {"cod_act"},
}

each_api = pytest.mark.parametrize("api", APIS)
each_event = pytest.mark.parametrize("api", EVENTS)


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=LATER)


@pytest.fixture(scope="module")
def early() -> Simulator:
    return Simulator(seed=1, now=NOON)


@pytest.fixture(scope="module")
def again() -> Simulator:
    return Simulator(seed=1, now=LATER)


@pytest.fixture(scope="module")
def elsewhere() -> Simulator:
    return Simulator(seed=2, now=LATER)


@pytest.fixture(scope="module")
def in_new_york() -> Simulator:
    return Simulator(seed=1, now=LATER, timezone="America/New_York")


@pytest.fixture(scope="module")
def late() -> Simulator:
    return Simulator(seed=1, now=NOON, lag=timedelta(hours=3))


@pytest.fixture(scope="module")
def slow() -> Simulator:
    return Simulator(seed=7, now=LATER, pace=0.05)


@pytest.fixture(scope="module")
def served() -> Iterator[Simulator]:
    with Simulator(seed=1, now=LATER, pace=0.1) as sim:
        yield sim


def dates(begin: str, end: str) -> dict[str, str]:
    return {
        name: f"{at(each):%Y%m%d%H%M%S}" for name, each in (("date_ini", begin), ("date_end", end))
    }


def file_of(api: str) -> str:
    return FILES.get(api, "reports_manager")


def rows(
    sim: Simulator, api: str, begin: str = DAYS[0], end: str = DAYS[1], **asked: str
) -> list[Row]:
    return sim.rows(file_of(api), api, **dates(begin, end), **asked)


def ask(sim: Simulator, api: str, **asked: str) -> tuple[int, Any]:
    query = urlencode({"api": api} | asked)
    request = urllib.request.Request(
        f"{sim.url}/{file_of(api)}.php?{query}", headers={"wolkvox-token": sim.token}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def documented(api: str) -> list[str]:
    """The fields as the documentation's example has them."""
    if api == "speech_calls":
        return CALLS_FIELDS
    listed = LISTED[api]
    spelled = {name: other for other, name in listed.get("also_spelled", {}).items()}
    fields = [spelled.get(name, name) for name in listed["fields"]]
    if api == "speech_1":
        after = fields.index("greeting_agent_name") + 1
        fields[after:after] = CATEGORIES
    return fields


def key_of(api: str, row: Row) -> tuple[str, ...]:
    spelled = {name: other for other, name in LISTED[api].get("also_spelled", {}).items()}
    return tuple(row[spelled.get(name, name)] for name in LISTED[api]["natural_key"])


def seconds(duration: str) -> int:
    hour, minute, second = map(int, duration.split(":"))
    return (hour * 60 + minute) * 60 + second


def number(percent: str) -> float:
    return float(percent.removesuffix(" %"))


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def grouped(found: list[Row], *columns: str) -> dict[tuple[str, ...], list[Row]]:
    groups = defaultdict(list)
    for row in found:
        groups[tuple(row[name] for name in columns)].append(row)
    return groups


def coded(row: Row, known: dict[str, str]) -> bool:
    return row["cod_act"] in FORMS or known[row["cod_act"]] == row["description_cod_act"]


@each_api
def test_rows_have_the_documented_fields(sim: Simulator, api: str) -> None:
    found = rows(sim, api)
    assert found
    assert all(list(row) == documented(api) for row in found)


@each_api
def test_values_are_text_of_their_kind(sim: Simulator, api: str) -> None:
    for row in [*rows(sim, api), *rows(sim, api, *TODAY)]:
        for name, value in row.items():
            assert isinstance(value, str)
            optional = name in OPTIONAL or (api, name) == ("speech_5", "feeling")
            if value.strip(" -") or not optional:
                assert SHAPES.get(name, re.compile(r"(?s).*\w.*")).fullmatch(value), (name, value)
            else:
                assert value in FORMS


@each_api
def test_an_answer_is_an_envelope(served: Simulator, api: str) -> None:
    status, content = ask(served, api, **dates(*DAYS))
    truth = rows(served, api)
    assert (status, content["code"], content["data"]) == (200, CODES[api], truth)
    assert content["msg"] == (f"{len(truth)} records were found" if CODES[api] else "")


@each_api
def test_what_cannot_be_answered_is_refused(served: Simulator, api: str) -> None:
    too_long = ask(served, api, **dates("2026-10-20T00:00:00", "2026-11-20T00:00:00"))
    longest = ask(served, api, **dates("2026-10-20T00:00:00", "2026-11-19T23:59:59"))
    turned = ask(served, api, **dates(*reversed(DAYS)))
    missing = [ask(served, api, **{name: each}) for name, each in dates(*DAYS).items()]
    assert longest[0] == 200
    for status, content in (too_long, turned):
        assert (status, content["msg"]) == (404, "Validate dates entered")
        assert "data" not in content
    for status, content in missing:
        assert (status, content["msg"]) == (400, "SOME PARAMETERS ARE REQUIRED")


@each_api
def test_without_pace_nothing_happens(api: str) -> None:
    with Simulator(seed=1, now=LATER, pace=0) as sim:
        status, content = ask(sim, api, **dates(*DAYS))
    assert (status, content["msg"]) == (404, "Validate dates entered")


@each_api
def test_little_pace_is_some_rows_in_some_weeks(slow: Simulator, api: str) -> None:
    days = [at("2026-10-20") + timedelta(days=number) for number in range(42)]
    whole = timedelta(days=1) - timedelta(seconds=1)
    counts = [len(rows(slow, api, f"{day}", f"{day + whole}")) for day in days]
    assert sum(counts) >= 42
    assert sum(map(bool, counts)) > 20


@each_api
def test_another_asks_and_is_told_the_same(
    sim: Simulator, again: Simulator, elsewhere: Simulator, api: str
) -> None:
    rows(again, api, "2026-11-19T10:00:00", "2026-11-19T11:00:00")
    assert rows(again, api) == rows(sim, api)
    assert rows(elsewhere, api) != rows(sim, api)


@each_event
def test_a_range_can_be_cut_anywhere(sim: Simulator, api: str) -> None:
    whole = rows(sim, api)
    cuts = ["2026-11-18T09:17:03", "2026-11-18T14:22:33", "2026-11-18T23:59:59", DAYS[1]]
    begin, parts = DAYS[0], []
    for end in cuts:
        part = rows(sim, api, begin, end)
        assert part
        parts += part
        begin = (at(end) + timedelta(seconds=1)).isoformat()
    assert parts == whole


@each_event
def test_no_hour_is_lost_or_doubled_when_the_clocks_are_turned_back(
    in_new_york: Simulator, api: str
) -> None:
    # The hour from 1 to 2 comes twice that day.
    begin, end = "2026-10-31T22:17:05", "2026-11-01T05:04:05"
    parts = [
        *rows(in_new_york, api, begin, "2026-11-01T01:31:07"),
        *rows(in_new_york, api, "2026-11-01T01:31:08", end),
    ]

    def counted(found: list[Row]) -> Counter[str]:
        return Counter(json.dumps(row) for row in found)

    assert parts
    assert counted(parts) == counted(rows(in_new_york, api, begin, end))


@each_event
def test_rows_lie_in_the_range_oldest_first(sim: Simulator, api: str) -> None:
    found = rows(sim, api)
    order = [row[EVENTS[api]] for row in found]
    assert order == sorted(order)
    assert {date[:10] for date in order} == {"2026-11-18", "2026-11-19"}
    for row in (found[0], found[-1]):
        second = row[EVENTS[api]].replace(" ", "T")
        assert row in rows(sim, api, second, second)


@each_api
def test_keys_are_unique(sim: Simulator, api: str) -> None:
    found = rows(sim, api, *WIDE)
    counts = Counter(key_of(api, row) for row in found)
    if api in SUMS:
        assert max(counts.values()) == 1
    assert len(counts) > 0.995 * len(found)


@each_event
def test_nothing_is_newer_than_the_lag(early: Simulator, late: Simulator, api: str) -> None:
    for sim, lag in ((early, timedelta(minutes=10)), (late, timedelta(hours=3))):
        newest = max(at(row[EVENTS[api]]) for row in rows(sim, api, *TODAY))
        assert NOON - lag - timedelta(minutes=150) < newest <= NOON - lag
        assert rows(sim, api, "2026-11-21T00:00:00", "2026-11-21T23:59:59") == []


@each_event
def test_what_is_known_later_is_missing_before_and_nothing_else_changes(
    sim: Simulator, early: Simulator, api: str
) -> None:
    before = rows(early, api, *WIDE)
    after: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows(sim, api, *WIDE):
        after[key_of(api, row)].append(row)
    changed = Counter[str]()
    for row in before:
        candidates = after[key_of(api, row)]
        assert candidates
        if row not in candidates:
            [same] = candidates
            names = {name for name in row if row[name] != same[name]}
            assert {row[name] for name in names} <= set(FORMS)
            changed.update(names)
    assert set(changed) == LATE.get(api, set())
    assert all(count < len(before) / 3 for count in changed.values())


@each_api
def test_ids_and_names_are_those_of_the_catalogues(sim: Simulator, api: str) -> None:
    names = {row["agent_id"]: row["agent_name"] for row in sim.rows("information", "agents")}
    skills = {row["skill_id"] for row in sim.rows("information", "skills")}
    codes = {
        row["cod_act"]: row["description_cod_act"]
        for row in sim.rows("information", "activity_codes")
    }
    for row in rows(sim, api):
        agent = row.get("agent_id", row.get("id_agent"))
        assert agent is None or agent in names
        name = row.get("agent_name", row.get("name_agent"))
        assert name is None or names[str(agent)] == name
        assert row.get("skill_id", "") in skills | set(FORMS)
        assert row.get("cod_act", "") in codes.keys() | set(FORMS)
        assert "description_cod_act" not in row or coded(row, codes)


class Conversations:
    """What the reports of calls and chats say, by id and agent."""

    def __init__(self, sim: Simulator) -> None:
        begin, end = "2026-11-10T00:00:00", "2026-11-20T23:59:59"
        self.found = {
            (row["conn_id"], row["agent_id"]): row
            for api in ("cdr_1", "chat_1")
            for row in rows(sim, api, begin, end)
        }

    def of(self, row: Row) -> Row:
        return self.found[row["conn_id"], row["agent_id"]]


@pytest.fixture(scope="module")
def told(sim: Simulator) -> Conversations:
    return Conversations(sim)


class TestQuality:
    def test_what_is_judged_was_a_connected_call_or_a_chat(
        self, sim: Simulator, told: Conversations
    ) -> None:
        found = rows(sim, "quality_2")
        for row in found:
            same = told.of(row)
            assert row["channel"] == same.get("channel", "voice")
            assert row["cod_act"] == same["cod_act"]
            assert row["skill_id"] == same["skill_id"] or row["skill_id"] in FORMS
            assert row["date"] > same["date"]
        assert {row["channel"] == "voice" for row in found} == {True, False}
        assert {row["skill_id"] in FORMS for row in found} == {True, False}

    def test_some_are_judged_twice(self, sim: Simulator) -> None:
        groups = grouped(rows(sim, "quality_2", *WIDE), "conn_id", "agent_id")
        assert {len(group) for group in groups.values()} == {1, 2}

    def test_attributes_are_those_of_the_matrix(self, sim: Simulator) -> None:
        matrix = {
            (row["survey"], row["category"], row["attribute"], row["error_type"])
            for row in sim.rows("quality", "quality_matrix")
        }
        found = grouped(rows(sim, "quality_3"), "conn_id", "agent_id", "survey", "date")
        assert len(found) == len(rows(sim, "quality_2"))
        for (*_, survey, _), group in found.items():
            assert {
                (survey, row["category"], row["attribute"], row["type_error"]) for row in group
            } == {each for each in matrix if each[0] == survey}
            assert len({row["quality_analyst"] for row in group}) == 1

    def test_an_evaluation_is_the_sum_of_its_attributes(self, sim: Simulator) -> None:
        weights = {
            (row["survey"], row["category"], row["attribute"]): number(row["percent"])
            for row in sim.rows("quality", "quality_matrix")
        }
        details = grouped(rows(sim, "quality_3"), "conn_id", "agent_id", "survey", "date")
        for row in rows(sim, "quality_2"):
            group = details[row["conn_id"], row["agent_id"], row["survey"], row["date"]]
            weight = {
                met: sum(
                    weights[row["survey"], each["category"], each["attribute"]]
                    for each in group
                    if each["yes/no"] == met
                )
                for met in ("yes", "no")
            }
            score = 100 * weight["yes"] / sum(weight.values())
            assert number(row["accuracy"]) == pytest.approx(score, abs=0.006)
            critical = [each["yes/no"] == "yes" for each in group if each["type_error"] == "CE"]
            assert number(row["precision_unit_critical_error"]) == 100 * all(critical)
            opportunity = row["precision_opportunity_error"]
            if critical:
                assert number(opportunity) == pytest.approx(100 * mean(critical), abs=0.006)
            else:
                assert opportunity in FORMS

    def test_agents_add_up_to_their_evaluations(self, sim: Simulator) -> None:
        groups = grouped(rows(sim, "quality_2"), "agent_id")
        critical = grouped(
            [row for row in rows(sim, "quality_3") if row["type_error"] == "CE"], "agent_id"
        )
        found = rows(sim, "quality_1")
        assert [(row["agent_id"],) for row in found] == sorted(groups)
        for row in found:
            mine = groups[row["agent_id"],]
            assert row["evaluations"] == str(len(mine))
            for name in ("accuracy", "precision_unit_critical_error"):
                expected = mean(number(each[name]) for each in mine)
                assert number(row[name]) == pytest.approx(expected, abs=0.02)
            met = [each["yes/no"] == "yes" for each in critical[row["agent_id"],]]
            opportunity = row["precision_opportunity_critical_error"]
            assert (
                number(opportunity) == pytest.approx(100 * mean(met), abs=0.006)
                if met
                else opportunity in FORMS
            )

    def test_attributes_add_up_to_how_they_were_judged(self, sim: Simulator) -> None:
        groups = grouped(rows(sim, "quality_3"), "survey", "category", "attribute")
        found = rows(sim, "quality_4")
        assert [(row["survey"], row["category"], row["attribute"]) for row in found] == sorted(
            groups
        )
        for row in found:
            met = Counter(
                each["yes/no"] for each in groups[row["survey"], row["category"], row["attribute"]]
            )
            assert (row["yes"], row["no"]) == (str(met["yes"]), str(met["no"]))
            assert row["percent"] == f"{100 * met['yes'] / met.total():.2f} %"

    def test_analysts_add_up_to_their_evaluations(self, sim: Simulator) -> None:
        of_analyst = {
            (row["conn_id"], row["agent_id"], row["survey"], row["date"]): row["quality_analyst"]
            for row in rows(sim, "quality_3")
        }
        groups = defaultdict(list)
        for row in rows(sim, "quality_2"):
            key = row["conn_id"], row["agent_id"], row["survey"], row["date"]
            groups[of_analyst[key]].append(number(row["accuracy"]))
        found = {row["quality_analyst"]: row for row in rows(sim, "quality_5")}
        assert "QAi_Bot" in found
        assert {name: int(row["evaluations"]) for name, row in found.items()} == {
            name: len(scores) for name, scores in groups.items()
        }
        for name, row in found.items():
            assert number(row["accuracy"]) == pytest.approx(mean(groups[name]), abs=0.02)


class TestAssistant:
    def test_agents_ask_in_their_conversations(self, sim: Simulator, told: Conversations) -> None:
        talks = {
            (row["conn_id"], row["agent_id"]): (row["date_ini"], row["date_end"])
            for row in rows(sim, "agent_14", "2026-11-17T22:00:00")
            if row["agent_status"] == "TALK"
        }
        found = rows(sim, "wizard_1")
        for row in found:
            same = told.of(row)
            if "chat_duration" in same:
                end = at(same["date"]) + timedelta(seconds=seconds(same["chat_duration"]))
                assert at(same["date"]) <= at(row["date"]) <= end
            else:
                begin, hung_up = talks[row["conn_id"], row["agent_id"]]
                assert begin <= row["date"] <= hung_up
        assert {"chat_duration" in told.of(row) for row in found} == {True, False}

    @pytest.mark.parametrize("api", ["wizard_2", "wizard_3"])
    def test_some_answers_are_rated(self, sim: Simulator, api: str) -> None:
        def key(row: Row) -> tuple[str, ...]:
            return tuple(row[name] for name in ("agent_id", "date", "question", "answer"))

        asked = Counter(map(key, rows(sim, "wizard_1")))
        rated = Counter(map(key, rows(sim, api)))
        assert rated < asked
        assert 0.1 < rated.total() / asked.total() < 0.5

    def test_no_answer_is_both_good_and_bad(self, sim: Simulator) -> None:
        asked = Counter((row["agent_id"], row["date"]) for row in rows(sim, "wizard_1"))
        rated = Counter(
            (row["agent_id"], row["date"])
            for api in ("wizard_2", "wizard_3")
            for row in rows(sim, api)
        )
        assert rated < asked


class TestMessages:
    def test_a_message_follows_a_call(self, sim: Simulator, told: Conversations) -> None:
        through = {
            f"Whatsapp {row['connector_id']}"
            for row in sim.rows("information", "connectors")
            if row["channel"] == "whatsapp"
        }
        found = rows(sim, "cdr_3")
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
        for row in rows(sim, "diagram_9"):
            question, answer = row["customer_query"], row["routing_answer"]
            given["chatbot"].append((row["date"], len(question), len(answer)))
        for row in rows(sim, "wizard_1"):
            given["copilot"].append((row["date"], len(row["question"]), len(row["answer"])))
        for row in rows(sim, "speech_5"):
            given["text-analytics"].append((row["date"], len(row["text"]), len(row["summary"])))
            assert int(row["total_chars"]) == len(row["text"]) + len(row["summary"])
        uses = grouped(rows(sim, "cdr_7"), "type_nlp")
        assert {
            type_: sorted(
                (row["date"], int(row["chars_send"]), int(row["chars_answer"])) for row in found
            )
            for (type_,), found in uses.items()
        } == {type_: sorted(found) for type_, found in given.items()}

    @pytest.mark.parametrize("days", [DAYS, TODAY])
    def test_types_add_up_to_their_uses(self, sim: Simulator, days: tuple[str, str]) -> None:
        uses = grouped(rows(sim, "cdr_7", *days), "type_nlp")
        found = rows(sim, "cdr_8", *days)
        assert [(row["type_nlp"],) for row in found] == sorted(uses)
        for row in found:
            mine = uses[row["type_nlp"],]
            assert row["nlp_amount"] == str(len(mine))
            for name in ("chars_send", "chars_answer", "total_chars"):
                assert int(row[name]) == sum(int(each[name]) for each in mine)
            assert int(row["total_chars"]) == int(row["chars_send"]) + int(row["chars_answer"])

    def test_emails_come_from_routing_points_and_campaigns(self, sim: Simulator) -> None:
        senders = {
            *(f"email-route-{row['rp_id']}" for row in sim.rows("information", "routing_points")),
            *(f"campaign-{row['campaign_id']}" for row in sim.rows("information", "campaigns")),
        }
        found = rows(sim, "cdr_9", *WIDE)
        assert {row["channel"] for row in found} <= senders
        assert {row["channel"].partition("-")[0] for row in found} == {"email", "campaign"}
        assert all(re.fullmatch(r"cliente\d+@example\.com", row["to"]) for row in found)
        assert any("<p>" in row["body"] for row in found)

    def test_a_campaign_writes_to_its_customers(self, sim: Simulator) -> None:
        groups = grouped(rows(sim, "cdr_9", *WIDE), "channel")
        for campaign in sim.rows("information", "campaigns"):
            id_ = campaign["campaign_id"]
            found = groups.get((f"campaign-{id_}",), [])
            records = sim.rows("campaign", "campaign_15", campaign_id=id_)
            assert {row["to"] for row in found} <= {
                f"cliente{record['id_cliente']}@example.com" for record in records
            }

    def test_screens_are_shared_for_a_time(self, sim: Simulator) -> None:
        for row in rows(sim, "cdr_10", *WIDE):
            lasted = at(row["date_end"]) - at(row["date_ini"])
            assert lasted > timedelta()
            assert seconds(row["time"]) == lasted.total_seconds()

    def test_a_screen_that_is_shared_has_no_end_yet(self, sim: Simulator) -> None:
        after = max(rows(sim, "cdr_10"), key=lambda row: seconds(row["time"]))
        begin, lasted = at(after["date_ini"]), seconds(after["time"])
        now = begin + timedelta(minutes=10, seconds=lasted // 2)
        found = rows(Simulator(seed=1, now=now), "cdr_10", f"{begin - timedelta(hours=6)}")
        [before] = [row for row in found if row["date_ini"] == after["date_ini"]]
        assert before["hung_up"] in FORMS
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
        found = rows(sim, "cdr_11")
        assert all(row["value"] in known[row["item"]] for row in found)
        assert {row["item"] for row in found} == set(known)
        assert len({(row["protected_nit"], row["operation"]) for row in found}) == 1


def test_notices_name_what_there_is(sim: Simulator) -> None:
    known = {
        kind: {row[f"{kind}_id"] for row in sim.rows("information", f"{kind}s")}
        for kind in ("agent", "skill", "campaign")
    }
    named = defaultdict(set)
    for row in rows(sim, "get_notification", *WIDE):
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
        found = rows(sim, "speech_1")
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
        found = rows(early, "speech_1", *TODAY)
        for row in found:
            lasted = timedelta(seconds=int(row["time"]))
            assert at(row["date"]) + lasted <= NOON - timedelta(minutes=11)
        assert len(found) < len(rows(early, "cdr_1", *TODAY))

    def test_both_reports_say_the_same(self, sim: Simulator) -> None:
        both = zip(rows(sim, "speech_1"), rows(sim, "speech_calls"), strict=True)
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
        groups = grouped(rows(sim, "speech_1", *days), "agent_id", "agent_name", "agent_dni")
        silences = rows(sim, "speech_2", *days)
        slow = rows(sim, "speech_3", *days)
        feelings = rows(sim, "speech_4", *days)
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
            assert number(row["silence"]) == pytest.approx(
                100 * mean(shares) if shares else 0, abs=0.006
            )
            slowly = mean(each["slow_to_greet"] == "yes" for each in mine)
            assert number(other["slow_to_greet"]) == pytest.approx(100 * slowly, abs=0.006)
            level = mean(FEELINGS.index(each["feeling"]) for each in mine)
            assert abs(FEELINGS.index(third["feeling"]) - level) <= 0.5

    def test_a_text_is_a_chat_that_was_closed(self, sim: Simulator) -> None:
        found = rows(sim, "speech_5", *WIDE)
        chats = {row["conn_id"]: row for row in rows(sim, "chat_1", "2026-11-10T00:00:00", WIDE[1])}
        written = {
            row["conn_id"]: row["conversation"]
            for row in rows(sim, "chat_2", "2026-11-10T00:00:00", WIDE[1])
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
        every = rows(sim, "speech_calls")
        for wanted in {every[0][column], every[-1][column]}:
            some = [row for row in every if row[column] == wanted]
            assert rows(sim, "speech_calls", filter=filter_, value=wanted) == some
            assert len(some) < len(every)
        assert rows(sim, "speech_calls", filter=filter_, value="nothing") == []

    def test_a_transcript_need_only_hold_what_is_asked_for(self, sim: Simulator) -> None:
        every = rows(sim, "speech_calls")
        some = [row for row in every if "reclamo" in row["audio_text"]]
        assert 0 < len(some) < len(every)
        assert rows(sim, "speech_calls", filter="speech_to_text", value="reclamo") == some
        assert rows(sim, "speech_calls", filter="", value="reclamo") == every
        assert rows(sim, "speech_calls", filter="shoe_size", value="42") == []
