"""The rows of reports: fields, forms, keys, names."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.simulator import Simulator
from tests.simulator.world.events.chats import FEELINGS
from tests.support.loops import for_each
from tests.support.reports_of import (
    BOTH_DAYS,
    MISSING,
    NOON,
    TODAY,
    WEEK,
    flat_rows,
    rows,
)
from tests.support.truth import LINES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.endpoints.common.answers import Row

    Told: TypeAlias = Callable[[str], list[Row]]

from tests.integration.simulator.reports.common import DATE, DURATION, MOMENT, each_api, spelled

THREE_DAYS = (BOTH_DAYS[0], TODAY[1])
# What the documentation's table has and its example has not.
LACKING = {
    "detail": {"age"},
    "speech_calls": {
        "greeting", "slow_to_greet", "greeting_agent_name", "category01", "category02",
        "category03", "category04", "category05", "topic", "fcr", "fcr_justification", "csat",
        "csat_justification",
    },
}  # fmt: skip
# What comes after how many fields: the key of an object, some of the table, the customer's own.
ADDED = {
    "cdr_4": (0, ["interval"]),
    "skill_4": (12, ["att", "acw"]),
    "speech_1": (14, ["saludo_corporativo", "ofrece_beneficio"]),
}

SHARE_A_KEY = {"audit_log", "diagram_7"}
"""Some of their rows do."""

COUNT, NUMBER, SHARE = r"\d+", r"\d+\.\d\d", r"\d{1,3}(,\d{3})*\.\d\d %"
# What is in columns, or in one of a report; the first that fits counts.
FORMS = (
    ("yes|no", "hit|screecbox|screen_recording|yes/no|greeting|template"),
    ("yes|no", r"chat_8\.go_to_agent|speech_1\.slow_to_greet"),
    ("YES|NO", r"diagram_11\.go_to_agent"),
    ("no", r"cdr_calls\.abandon"),
    ("agent|customer", "hung_up|hang_up"),
    ("hold|mute", "type_action"),
    ("N?CE", "type_error"),
    ("ANSWER|ABANDON", "skill_result"),
    ("abandon|complete|incomplete", r"diagram_4\.result"),
    ("YES|NO|OK|NO USER|STOP NEW|FAIL", r"diagram_3\.status"),
    ("inbound", r"(diagram_4|diagram_11)\.type_interaction"),
    ("tel_number|id_customer", "item"),
    (f"(?i:{'|'.join(FEELINGS)})", "feeling"),
    (r"no|yes - \D+", "greeting_agent_name"),
    (r"no|yes - [\w ]+", "saludo_corporativo|ofrece_beneficio"),
    ("[a-z]{2}-[A-Z]{2}", "language"),
    ("[a-z]{2}-[A-Z]{2}-.+Neural", r"diagram_8\.tts_text"),
    (r"encuesta_[\d.]+\.wav", "voice_message"),
    ("[1-5]|PULSE", "cod_opc_menu"),
    ("[01]", r"calls_ans_\d0|recall_count"),
    ("[1-9]|1[0-2]", "month"),
    ("[1-7]", "day_of_week"),
    ("[0-4]", "attempts"),
    ("[1-3]", "attempt"),
    ("[1-9]", "units"),
    ("[1-5]", r"diagram_4\.q\d\d|evaluation_survey"),
    (r"1?\d|2[0-3]", r"(skill_4|skill_5|skill_7)\.hour"),
    (r"([01]\d|2[0-3]):[0-5]0", "hour"),
    (r"\d{8}", r"agents_kpi\.date"),
    (DATE, r"(agent_7|agent_8|agent_8_1|agents_statustime|chat_6|detail|skill_3|skill_7)\.date"),
    (DATE, r"diagram_1_1\.day"),
    (rf"{DATE} \d\d:00:00", r"diagram_1_2\.day"),
    (MOMENT, r"((start|end|close)_)?date(_\w+)?|login|logout|recall|last_update"),
    (r"(\d{4}\.){3}\d{10}\.\d+", "connect_id"),
    (r"0|\d+\.\d+\.\d{10}\.\d+", r"diagram_9\.conn_id"),
    (r"\d+\.\d+\.\d{10}\.\d+", "conn_id(_transfer)?|id_call(_origin)?|id_text"),
    (r"\d+ %", r"agents_kpi\.occupancy"),
    (r"\d{1,3}\.\d\d%", r"quality_\d\.(percent|accuracy|precision_\w+)"),
    (r"\d+:[0-5]\d:[0-5]\d", r"agent_7\.login_time"),
    (SHARE, r"service_level_\w+|percent\w*|preview_percent|accuracy|precision_\w+|silence"),
    (SHARE, "abandon|occupancy|slow_to_greet"),
    (r"\d+\.\d{3}", "nlp_credits"),
    (NUMBER, r"cost|telephone_costs|minutes|ivr_minutes|time_min|average|q\d\d"),
    (COUNT, r"(diagram_7|speech_1|speech_calls)\.time|cdr_calls\.(ring|talk_time)"),
    (COUNT, r"cdr_5\.ring_time|skills_detail\.wait_time|(answer|abandon)_time"),
    (DURATION, r"time|\w+_time|time_(on|with)_\w+|time_(preview|between_calls)"),
    (DURATION, r"aht\w*|acw|att|tmo|ASA|ready|talk|not_ready_acw|auxiliary_times|ring"),
    (DURATION, "(chat|total|voice_message)_duration"),
    (COUNT, r"\w*calls(_\w+)?|count|inbound|outbound|internal|hits|rpc|points|records|asa|ata"),
    (COUNT, r"(abandon|answer|anwers)_\w+|busy|congestion|failed|no_answer|cantidad|duration"),
    (COUNT, r"agent_anwers |agents_needed|evaluations|yes|no|surveys|total|interactions?"),
    (COUNT, r"treatment|customer_say_\w+|recall_(ok|fail)|billed_minutes|times_chatted"),
    (COUNT, r"time_(seg|silence)|second_event|characters|chars_\w+|telephone(_\w+)?|ani|dnis"),
    (COUNT, r"\w+_(agents|chatbot|chats|chars|credits|phone|dni|nit|amount|amd|recognitions)"),
    (COUNT, r"credits|destin(y|ity)|tel\d+|user_id|source_id|value"),
    (r"(?s).*\w.*", r"[\w ]+"),
)
# Columns, or one of a report, that may be without a value.
_PERHAPS = (
    r"opt\d+|gender|zone|address|tel([2-9]|10|_extra)|customer_email|extra_field|file_name",
    r"workstation|comments?(_\w+)?|ai_comment|feedback|explation|errors|attachments|audio_text",
    r"language|voice_message\w*|evaluation_survey|recall|close_date|end_date|call_result",
    "date_last_outbound_call|dial_phone|time_between_calls|billed_minutes|time_with_agent|ASA",
    r"q\d\d|precision_opportunity_\w+|last_code_act|destinity|destiny_agent_\w+|dn_transfer",
    r"skill|receiver_agent_dni|cdr_1\.skill_name|agent_[17]\.logout|cdr_10\.hung_up",
    r"(agent_2|agent_14|cdr_10)\.date_end|cdr_calls\.(ring|abandon)|agent_2\.destiny",
    r"(cdr_1|cdr_calls|chat_1|speech_1)\.(cod_act|description_cod_act)",
    r"(agents_detail|campaign_5|chat_4|chat_14|detail|diagram_11)\.cod_act",
    r"(quality_2|speech_calls)\.cod_act",
    r"(cdr_1|cdr_calls)\.(cod_act_2|description_cod_act_2)",
    r"(agents_detail|detail|diagram_11)\.cod_act_2",
    r"(act_3|agent_2|agent_14|agents_detail|cdr_1|cdr_5)\.campaign_id",
    r"(act_3|agent_10|agent_13_1|cdr_1|cdr_calls|quality_2)\.skill_id",
    r"(agent_2|agent_14|campaign_3|campaign_5|chat_8|detail)\.conn_id",
    r"(agent_2|agent_14|campaign_5|diagram_11)\.type_interaction",
    r"(agent_2|agent_14|campaign_5)\.telephone|(chat_1|diagram_4|speech_5)\.feeling",
    r"(cdr_5|chat_8|chat_14|detail|diagram_11|skills_detail)\.agent_id",
    r"(cdr_5|chat_8|diagram_11|skills_detail)\.agent_name|skills_detail\.dnis",
    r"(campaign_5|diagram_3)\.time|campaign_5\.hang_up|chat_4\.(subject|answer)|chat_8\.asa",
)
PERHAPS = re.compile("|".join(_PERHAPS))
NEVER = re.compile(r"detail\.(zone|tel([2-9]|10|_extra))")
"""Columns without any value."""

# The catalogue of what is in a column, and how it is called there.
CATALOGUES = {
    **dict.fromkeys(("agent_id", "id_agent", "origin_agent_id", "destiny_agent_id",
                     "transfer_agent_id"), ("agents", "agent_id")),
    **dict.fromkeys(("agent_name", "name_agent", "origin_agent_name", "destiny_agent_name",
                     "transfer_agent_name"), ("agents", "agent_name")),
    **dict.fromkeys(("agent_dni", "transfer_agent_dni", "receiver_agent_dni"),
                    ("agents", "agent_dni")),
    **dict.fromkeys(("skill_id", "skill"), ("skills", "skill_id")),
    "skill_name": ("skills", "skill_name"),
    **dict.fromkeys(("campaign_id", "campaing_id"), ("campaigns", "campaign_id")),
    **dict.fromkeys(("cod_act", "cod_act_2", "last_code_act"), ("activity_codes", "cod_act")),
    **dict.fromkeys(("description_cod_act", "description_cod_act_2"),
                    ("activity_codes", "description_cod_act")),
    "rp_id": ("routing_points", "rp_id"),
    "rp_name": ("routing_points", "rp_name"),
    **dict.fromkeys(("channel", "chanel"), ("connectors", "channel")),
}  # fmt: skip
OTHER_CHANNELS = {
    **dict.fromkeys(("diagram_13", "quality_2", "quality_3"), "voice"),
    **dict.fromkeys(("speech_1", "speech_calls"), "voice|chat-[a-z]+"),
    "cdr_3": r"SMS|Whatsapp \d+",
    "cdr_9": r"campaign-[\d-]+|email-route-\w+",
}
MERGED = dict.fromkeys(("skill_4", "skill_4_1", "skill_4_2", "skill_5"), "ALL")
OTHERS: defaultdict[str, dict[str, str]] = defaultdict(
    dict, {"channel": OTHER_CHANNELS, "skill_id": MERGED}
)
"""What else is in a column than what is in the catalogue of that name."""

# What goes with which id.
PAIRS = (
    ("agent_id", "agent_name"),
    ("agent_id", "agent_dni"),
    ("agent_id", "name_agent"),
    ("id_agent", "agent_name"),
    ("origin_agent_id", "origin_agent_name"),
    ("destiny_agent_id", "destiny_agent_name"),
    ("transfer_agent_id", "transfer_agent_name"),
    ("transfer_agent_id", "transfer_agent_dni"),
    ("skill_id", "skill_name"),
    ("cod_act", "description_cod_act"),
    ("cod_act_2", "description_cod_act_2"),
    ("rp_id", "rp_name"),
)


@pytest.fixture(scope="module")
def busy() -> Simulator:
    return Simulator(seed=1, now=NOON, pace=4)


@pytest.fixture(scope="module")
def same() -> Simulator:
    """Another that holds the same."""
    return Simulator(seed=1, now=NOON)


@pytest.fixture(scope="module")
def stranger() -> Simulator:
    return Simulator(seed=2, now=NOON)


def fields(api: str) -> list[str]:
    """The fields of a row, as the documentation's example has them."""
    lacking, (place, added) = LACKING.get(api, set()), ADDED.get(api, (0, []))
    found = [spelled(api, name) for name in LINES[api]["fields"] if name not in lacking]
    return [*found[:place], *added, *found[place:]]


def form(api: str, name: str) -> str:
    """What the values of a column look like."""
    fits = (f"{api}.{name}", name)
    return next(look for look, names in FORMS if any(re.fullmatch(names, each) for each in fits))


class TestRows:
    @each_api
    def test_they_have_the_documented_fields_and_are_text(self, told: Told, api: str) -> None:
        found = told(api)
        assert found
        for row in found:
            assert list(row) == fields(api)
            assert all(isinstance(row[name], str) for name in row.keys() - {"conversation"})

    @each_api
    def test_values_have_the_forms_of_the_api_or_are_missing(
        self, sim: Simulator, api: str
    ) -> None:
        found = flat_rows(sim, api, THREE_DAYS)
        for name in found[0].keys() - {"conversation"}:
            column = f"{api}.{name}"
            values = {row[name] for row in found}
            given = values - MISSING
            assert bool(given) != bool(NEVER.fullmatch(column))
            assert values == given or PERHAPS.fullmatch(name) or PERHAPS.fullmatch(column)
            look = re.compile(form(api, name)) if given else None
            assert [value for value in given if look and not look.fullmatch(value)] == [], name

    @each_api
    def test_keys_are_unique(self, sim: Simulator, busy: Simulator, api: str) -> None:
        key = [spelled(api, name) for name in LINES[api]["natural_key"]]
        for found in (flat_rows(sim, api, WEEK), flat_rows(busy, api)):
            # Columns that only the tap makes are left out.
            keys = {tuple(row[name] for name in key if name in row) for row in found}
            assert len(keys) == len(found) or api in SHARE_A_KEY
            assert len(keys) > 0.95 * len(found)

    @each_api
    def test_another_asks_and_is_told_the_same(
        self, sim: Simulator, same: Simulator, stranger: Simulator, api: str
    ) -> None:
        rows(same, api, ("20261119101500", "20261119123000"))
        assert rows(same, api) == rows(sim, api)
        assert rows(stranger, api) != rows(sim, api)

    @for_each("column", CATALOGUES)
    def test_ids_are_those_of_the_catalogues(self, sim: Simulator, told: Told, column: str) -> None:
        catalogue, name = CATALOGUES[column]
        known = {row[name] for row in sim.rows("information", catalogue)}
        met = set()
        for api in (api for api in LINES if column in fields(api)):
            found = {row[column] for row in told(api)} - MISSING
            met |= found & known
            for other in found - known:
                assert re.fullmatch(OTHERS[name].get(api, ""), other), (api, other)
        assert met

    @for_each(("id_", "name"), PAIRS)
    def test_names_go_with_ids(self, sim: Simulator, told: Told, id_: str, name: str) -> None:
        catalogue, key = CATALOGUES[id_]
        known = {row[key]: row[CATALOGUES[name][1]] for row in sim.rows("information", catalogue)}
        met = 0
        for api in (api for api in LINES if {id_, name} <= {*fields(api)}):
            for row in told(api):
                if row[id_] not in MISSING:
                    met += 1
                    assert row[name] == known[row[id_]], api
        assert met

    @pytest.mark.parametrize(
        "column", ["customer_id", "customer_phone", "telephone", "ani", "operation"]
    )
    def test_customers_are_those_of_the_world(
        self, sim: Simulator, told: Told, column: str
    ) -> None:
        customers = sim.operation.world.customers
        known = {
            "customer_id": {each.id for each in customers},
            "operation": {sim.operation.name},
        }.get(column, {each.phone for each in customers})
        found = [told(api) for api in LINES if column in fields(api)]
        assert found
        assert {row[column] for each in found for row in each} <= known | MISSING
