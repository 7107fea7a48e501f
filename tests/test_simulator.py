"""The simulator over real HTTP: it must say what the API says before others are tested on it."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.loops import for_each
from tests.simulator import Clock, CodeForm, Fault, RefusedError, Simulator, faults
from tests.simulator.http.routes import ENDPOINTS
from tests.simulator.world.missing_values import FORMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent
at = datetime.fromisoformat

FRIDAY = at("2026-11-20T10:00")
BILLING = ("agent_script", "intelligent_dial", "rsync_s3_mp3", "rec_screen")
ALL = [*(("billing", api) for api in BILLING), ("information", "services")]
ASKED = {
    ("information", "agents_in_skill"): {"skill_id": "6111"},
    ("information", "get_dnc"): {"type": "all"},
    ("real_time", "skills"): {"skill_id": "all"},
    ("real_time", "recall"): {"type": "all"},
    ("campaign", "campaign_15"): {"campaign_id": "20717-"},
    ("whatsapp", "list_templates"): {"connector_id": "2980"},
    ("whatsapp", "agent_chat"): {"agent_id": "092"},
}
TOLD = {
    "date_ini": "20261119000000",
    "date_end": "20261119235959",
    "agent_id": "2015",
    "skill_id": "all",
    "cod_act": "cod_act1",
}
ASKED |= {
    each: {name: TOLD.get(name, "all") for name in endpoint.needs}
    for each, endpoint in ENDPOINTS.items()
    if endpoint.days
}
ASKED["campaign", "detail"] |= {"campaign_id": "20716", "type_campaign": "predictive"}
"""What an endpoint needs to be told."""

OTHERS = [
    ("information", "agents"),
    ("information", "storage"),
    ("campaign", "campaign_15"),
    ("real_time", "agents"),
    ("real_time", "calls_last_10"),
    ("whatsapp", "list_templates"),
    ("whatsapp", "agent_chat"),
]
"""Endpoints with rows enough to differ in another world."""

SERVICE_NAMES = """licenses pbx screen_recording video_call stereo_recording gamification
text_analytics speech_analytics rsync wolkvox_storage blob_storage aws_s3 intelligentdial bi
customer_prot mr_wizard turbo_dial sso mailgun whatsapp facebook_page facebook_messenger
instagram_page instagram_chat sms_bidireccional chat_web telegram crm email cobrowsing"""
SERVICE_FIELDS = re.findall(r"\w+", SERVICE_NAMES)
TOKEN = "demo-token"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def send(
    url: str,
    asked: str,
    *,
    token: str | None = None,
    body: bytes | None = None,
    timeout: float = 5,
) -> Reply:
    headers = {} if token is None else {"wolkvox-token": token}
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=timeout)) as connection:
        method, target = asked.split(" ")
        connection.request(method, target, body, headers)
        with closing(connection.getresponse()) as response:
            return Reply(response.status, response.headers, response.read())


def ask(
    sim: Simulator,
    api: str = "services",
    file: str = "information",
    token: str | None = TOKEN,
    timeout: float = 5,
) -> Reply:
    return send(sim.url, f"GET /api/v2/{file}.php?api={api}", token=token, timeout=timeout)


def struck(sim: Simulator, fault: Fault, **wanted: Any) -> Reply:
    sim.faults.add(fault)
    return ask(sim, **wanted)


def control(sim: Simulator, page: str, setting: object = None) -> Reply:
    body = None if setting is None else json.dumps(setting).encode()
    return send(sim.url, f"{'POST' if body else 'GET'} /simulator/{page}", body=body)


def in_vain(sim: Simulator, timeout: float = 5) -> None:
    with pytest.raises((OSError, http.client.IncompleteRead)):
        ask(sim, timeout=timeout)


def in_background(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.005)


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(seed=1, now=FRIDAY) as simulator:
        yield simulator


# --- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "api"), ALL)
def test_an_answer_is_an_envelope_of_rows_of_text(sim: Simulator, file: str, api: str) -> None:
    reply = ask(sim, api, file)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(reply.json) == ["code", "error", "msg", "data"]
    assert reply.json["error"] is None
    assert reply.json["data"] == sim.rows(file, api)
    assert {type(value) for row in reply.json["data"] for value in row.values()} == {str}


def test_an_answer_is_pretty_printed_utf8(sim: Simulator) -> None:
    body = ask(sim, "rec_screen", "billing").body
    assert body.startswith(b'{\n    "code": 200,\n')
    assert "Operación Demo 0011" in body.decode()


@pytest.mark.parametrize(
    ("file", "api", "code", "msg"),
    [
        *(("billing", api, 200, "Information found for the current month") for api in BILLING),
        ("information", "services", "200", "1 records were found"),
        ("information", "token_info", "200", " 1 records were found"),
    ],
)
def test_code_and_msg_as_documented(
    sim: Simulator, file: str, api: str, code: object, msg: str
) -> None:
    envelope = ask(sim, api, file).json
    assert (envelope["code"], envelope["msg"]) == (code, msg)


@pytest.mark.parametrize("code", [200, "200", "0", ""], ids=repr)
def test_code_in_another_form(code: int | str) -> None:
    with Simulator(code=code) as sim:
        assert ask(sim).json["code"] == code
        assert ask(sim, "rec_screen", "billing").json["code"] == code


def test_code_absent() -> None:
    with Simulator(code=CodeForm.ABSENT) as sim:
        assert list(ask(sim).json) == ["error", "msg", "data"]
        assert ask(sim, "nothing").json["code"] == 400


def test_one_connection_serves_many_requests(sim: Simulator) -> None:
    with closing(http.client.HTTPConnection(urlsplit(sim.url).netloc)) as connection:
        for _ in range(3):
            path = "/api/v2/information.php?api=services"
            connection.request("GET", path, headers={"wolkvox-token": sim.token})
            first = connection.sock
            assert connection.getresponse().read()
            assert connection.sock is first


# --- billing -----------------------------------------------------------------------------------


def amounts(sim: Simulator, api: str) -> list[float]:
    items = [row["items"] for row in sim.rows("billing", api) if row["items"] not in FORMS]
    return [float(each.replace(",", "")) for each in items]


@pytest.mark.parametrize("api", BILLING)
def test_billing_rows(sim: Simulator, api: str) -> None:
    rows = sim.rows("billing", api)
    assert {tuple(row) for row in rows} == {("operation", "description", "items", "date")}
    assert {row["date"] for row in rows} == {"2026-11-20"}
    assert len({row["description"] for row in rows}) == len(rows) > 1


@pytest.mark.parametrize("api", BILLING)
def test_billing_grows_every_day_and_starts_again(sim: Simulator, api: str) -> None:
    sim.clock.set(at("2026-11-01"))
    days = []
    for _ in range(30):
        days.append(amounts(sim, api))
        sim.clock.advance(timedelta(days=1))
    assert sim.clock.today() == date(2026, 12, 1)
    for before, after in pairwise(days):
        assert all(one < other for one, other in zip(before, after, strict=True))
    new = amounts(sim, api)
    assert all(one < last / 5 for one, last in zip(new, days[-1], strict=True))


def test_billing_of_a_day_is_the_same_all_day_and_ever(sim: Simulator) -> None:
    before = sim.rows("billing", "rec_screen")
    sim.clock.set(at("2026-11-20T23:59:59"))
    assert sim.rows("billing", "rec_screen") == before
    sim.clock.set(at("2027-11-20"))
    sim.clock.set(FRIDAY)
    assert sim.rows("billing", "rec_screen") == before


def test_items_come_in_several_forms(sim: Simulator) -> None:
    items = [row["items"] for api in BILLING for row in sim.rows("billing", api)]
    for form in (r"\d{4,}", r"\d{1,3}(,\d{3})+", r"\d{1,3}(,\d{3})+\.\d\d"):
        assert any(re.fullmatch(form, each) for each in items), form
    assert any(each in FORMS for each in items)


# --- information -------------------------------------------------------------------------------


def test_services_row(sim: Simulator) -> None:
    (row,) = sim.rows("information", "services")
    assert list(row) == SERVICE_FIELDS
    assert row["licenses"].isdecimal()
    assert row["pbx"].isdecimal()
    described = SERVICE_FIELDS[2:-3]
    assert {row[name] for name in described} == {"yes", "no"}


def test_undescribed_services_may_be_missing() -> None:
    rows = [Simulator(seed=seed).rows("information", "services")[0] for seed in range(60)]
    assert {row["crm"] for row in rows} == {"yes", "no", *FORMS}


def test_token_info_is_from_just_before_itself() -> None:
    with Simulator(quota=10, other_tokens=["other"]) as sim:
        ask(sim)
        ask(sim, token="other")
        told = sim.rows("information", "token_info")
        assert ask(sim, "token_info").json["data"] == told
        (row,) = ask(sim, "token_info").json["data"]
    row.pop("description")
    assert row == {
        "token_limit": "10",
        "token_use_today": "2",
        "all_token_today": "3",
        "available_consumption_options": "7",
    }


# --- repeatable --------------------------------------------------------------------------------


def everything(sim: Simulator, *which: tuple[str, str]) -> list[object]:
    return [sim.content(*each, **ASKED.get(each, {})) for each in which]


def test_same_seed_same_data() -> None:
    one, other = (Simulator(seed=5, now=FRIDAY) for _ in range(2))
    assert everything(one, *ENDPOINTS) == everything(other, *ENDPOINTS)


@pytest.mark.parametrize("change", [{"seed": 6}, {"server": "0012"}])
def test_another_seed_or_server_other_data(change: dict[str, Any]) -> None:
    options: dict[str, Any] = {"seed": 5, "now": FRIDAY}
    one, other = (
        everything(Simulator(**each), *ALL, *OTHERS) for each in (options, options | change)
    )
    assert all(a != b for a, b in zip(one, other, strict=True))


def test_the_data_do_not_change_with_the_interpreter() -> None:
    sim = Simulator(seed=1, now=FRIDAY)
    assert [row["items"] for row in sim.rows("billing", "rsync_s3_mp3")] == ["132,122", "320.94"]


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


# --- the error table ---------------------------------------------------------------------------

SERVICES = "information.php?api=services"


@pytest.mark.parametrize(
    ("target", "token", "status", "msg"),
    [
        (SERVICES, None, 401, "PLEASE ENTER THE WOLKVOX-TOKEN"),
        (SERVICES, "", 401, "PLEASE ENTER THE WOLKVOX-TOKEN"),
        (SERVICES, "wrong", 403, "PLEASE VALIDATE TOKEN"),
        ("information.php?api=x", "demo-token", 400, "THE API YOU WANT TO CONSULT DOES NOT EXIST"),
        (
            "billing.php?api=services",
            "demo-token",
            400,
            "THE API YOU WANT TO CONSULT DOES NOT EXIST",
        ),
        ("information.php", "demo-token", 400, "SOME PARAMETERS ARE REQUIRED"),
        ("information.php?api=", "demo-token", 400, "SOME PARAMETERS ARE REQUIRED"),
    ],
)
def test_error_table(sim: Simulator, target: str, token: str | None, status: int, msg: str) -> None:
    reply = send(sim.url, f"GET /api/v2/{target}", token=token)
    assert reply.status == reply.json["code"] == status
    assert list(reply.json) == ["code", "error", "msg"]
    assert reply.json["error"]
    assert reply.json["msg"] == msg


@pytest.mark.parametrize(
    "path", ["/api/v2/nothing.php", "/api/v1/information.php", "/", "/api/v2/"]
)
def test_a_wrong_path_is_a_page(sim: Simulator, path: str) -> None:
    reply = send(sim.url, f"GET {path}?api=services", token=sim.token)
    assert reply.status == 404
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.body.startswith(b"<html>")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_only_get(sim: Simulator, method: str) -> None:
    reply = send(sim.url, f"{method} /api/v2/{SERVICES}", token=sim.token, body=b"{}")
    assert reply.status == 405
    assert reply.headers["Allow"] == "GET"
    assert sim.requests[-1].method == method


# --- quota -------------------------------------------------------------------------------------


def test_quota_spent_until_the_local_day_ends() -> None:
    with Simulator(quota=2, now=at("2026-11-20T23:59")) as sim:
        assert [ask(sim).status for _ in range(3)] == [200, 200, 403]
        assert ask(sim).json["msg"] == "TOKEN LIMIT EXCEEDED"
        sim.clock.advance(timedelta(minutes=1))
        assert ask(sim).status == 200


def test_the_day_is_that_of_the_operation() -> None:
    with Simulator(quota=1, now=datetime(2026, 11, 20, 23, 30, tzinfo=UTC)) as sim:
        assert ask(sim).status == 200
        sim.clock.advance(timedelta(hours=1))  # past midnight in London, not in Bogotá
        assert ask(sim).status == 403


def test_quota_is_a_thousand_a_licence(sim: Simulator) -> None:
    (services,), (info,) = (sim.rows("information", api) for api in ("services", "token_info"))
    assert int(info["token_limit"]) == 1000 * int(services["licenses"])


def test_all_tokens_share_the_quota() -> None:
    with Simulator(quota=1, other_tokens=["other"]) as sim:
        assert ask(sim, token="other").status == 200
        assert ask(sim).status == 403


def test_what_a_request_costs(sim: Simulator) -> None:
    ask(sim)
    ask(sim, "nothing")
    struck(sim, faults.maintenance())
    ask(sim, token=None)
    ask(sim, token="wrong")
    ask(sim, file="nothing")
    assert [each.cost for each in sim.requests] == [1, 1, 1, 0, 0, 0]
    assert sim.rows("information", "token_info")[0]["token_use_today"] == "3"


def test_reading_the_truth_is_free(sim: Simulator) -> None:
    sim.rows("information", "services")
    assert sim.rows("information", "token_info")[0]["all_token_today"] == "0"
    assert sim.requests == []


def test_no_truth_about_what_is_not_there(sim: Simulator) -> None:
    with pytest.raises(LookupError):
        sim.rows("information", "nothing")


# --- two at once -------------------------------------------------------------------------------


def test_a_third_request_at_once_is_refused(sim: Simulator) -> None:
    sim.faults.add(faults.hang(30, stubborn=True), times=2)
    with ThreadPoolExecutor() as pool:
        held = [pool.submit(ask, sim, timeout=0.2) for _ in range(2)]
        wait_until(lambda: len(sim.requests) == 2)
        refused = ask(sim)
        for each in held:
            with pytest.raises(TimeoutError):
                each.result()
    assert refused.status == 403
    assert refused.json["msg"] == "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)"
    assert sim.max_in_flight == 3
    assert sim.requests[2].cost == 0


def test_another_token_has_seats_of_its_own() -> None:
    with Simulator(other_tokens=["other"]) as sim, ThreadPoolExecutor() as pool:
        sim.faults.add(faults.hang(30, stubborn=True), times=2)
        held = [pool.submit(in_vain, sim, timeout=0.2) for _ in range(2)]
        wait_until(lambda: len(sim.requests) == 2)
        assert ask(sim, token="other").status == 200
        assert [each.result() for each in held] == [None, None]
        assert sim.max_in_flight == 2


def test_two_clients_that_ask_on_and_on_are_never_refused(sim: Simulator) -> None:
    with ThreadPoolExecutor(2) as pool:
        replies = list(pool.map(lambda _: ask(sim), range(200)))
    assert {reply.status for reply in replies} == {200}
    assert sim.max_in_flight <= 2


def test_a_client_that_hangs_up_frees_its_seat(sim: Simulator) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            struck(sim, faults.hang(30), timeout=0.05)
        wait_until(lambda: sim.requests[-1].ended is not None)
    assert ask(sim).status == 200


def test_a_stubborn_hang_keeps_its_seat(sim: Simulator) -> None:
    for _ in range(2):
        with pytest.raises(TimeoutError):
            struck(sim, faults.hang(30, stubborn=True), timeout=0.05)
    assert ask(sim).status == 403


# --- the journal -------------------------------------------------------------------------------


def test_the_journal(sim: Simulator) -> None:
    before = time.monotonic()
    ask(sim, "rec_screen", "billing")
    struck(sim, faults.hang(0.1))
    first, second = sim.requests
    assert (first.method, first.path) == ("GET", "/api/v2/billing.php")
    assert (first.query, first.api) == ({"api": "rec_screen"}, "rec_screen")
    assert (first.token, first.status, first.in_flight) == ("demo-token", 200, 1)
    assert first.ended is not None
    assert second.ended is not None
    assert before <= first.started <= first.ended <= second.started
    assert second.ended - second.started >= 0.1


def test_the_journal_tells_what_came_without_token(sim: Simulator) -> None:
    ask(sim, token=None)
    assert sim.requests[0].token is None
    assert sim.requests[0].status == 401


def test_a_request_still_open_has_no_end() -> None:
    with Simulator() as sim:
        sim.faults.add(faults.hang(30))
        thread = in_background(lambda: in_vain(sim, timeout=0.3))
        wait_until(lambda: len(sim.requests) == 1)
        assert sim.requests[0].ended is None
        thread.join()


def test_the_token_is_not_in_the_print_of_a_request(sim: Simulator) -> None:
    ask(sim)
    assert sim.token not in repr(sim.requests)


# --- the body of a GET -------------------------------------------------------------------------


def test_bodies_on_one_connection_are_read_and_noted(sim: Simulator) -> None:
    path = "/api/v2/whatsapp.php?api=list_templates"
    bodies = [b'{"connector_id": "2980"}', b"", b"{}", b'{"connector_id": "2981"}']
    with closing(http.client.HTTPConnection(urlsplit(sim.url).netloc)) as connection:
        statuses = []
        for body in bodies:
            connection.request("GET", path, body, {"wolkvox-token": TOKEN})
            first = connection.sock
            with closing(connection.getresponse()) as response:
                response.read()
                statuses.append(response.status)
            assert connection.sock is first
    assert statuses == [200, 400, 400, 200]
    assert [each.body for each in sim.requests] == bodies
    shown = control(sim, "requests").json
    assert [each["body"] for each in shown] == [body.decode() for body in bodies]


# --- faults: other answers ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status", "msg"),
    [
        (faults.status(500, "OUT OF ORDER"), 500, "OUT OF ORDER"),
        (faults.status(599), 599, "ERROR"),
        (faults.maintenance(), 403, "Forbidden"),
        (faults.no_rows(), 404, "Validate dates entered"),
        (faults.absent(), 404, "REPORT NOT FOUND"),
        (faults.error_code("500", "INTERNAL"), 200, "INTERNAL"),
    ],
)
def test_error_faults(sim: Simulator, fault: Fault, status: int, msg: str) -> None:
    reply = struck(sim, fault)
    assert reply.status == status
    assert reply.json["msg"] == msg
    assert "data" not in reply.json
    assert sim.requests[0].status == status


def test_error_code_only_in_the_envelope(sim: Simulator) -> None:
    assert struck(sim, faults.error_code("500")).json["code"] == "500"


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_seconds(sim: Simulator, code: int) -> None:
    reply = struck(sim, faults.retry_after(code, 7))
    assert (reply.status, reply.headers["Retry-After"]) == (code, "7")


def test_retry_after_date(sim: Simulator) -> None:
    reply = struck(sim, faults.retry_after(503, 60, as_date=True))
    left = parsedate_to_datetime(reply.headers["Retry-After"]) - datetime.now(UTC)
    assert timedelta(seconds=50) < left <= timedelta(seconds=60)


def test_redirect(sim: Simulator) -> None:
    reply = struck(sim, faults.redirect("http://127.0.0.1:9/elsewhere"))
    assert (reply.status, reply.body) == (302, b"")
    assert reply.headers["Location"] == "http://127.0.0.1:9/elsewhere"


def test_html(sim: Simulator) -> None:
    reply = struck(sim, faults.html())
    assert reply.status == 200
    assert reply.headers["Content-Type"].startswith("text/html")
    assert b"Service Temporarily Unavailable" in reply.body


def test_raw(sim: Simulator) -> None:
    reply = struck(sim, faults.raw(b"\xff\x00", 202, {"X-Odd": "1"}))
    assert (reply.status, reply.body, reply.headers["X-Odd"]) == (202, b"\xff\x00", "1")
    assert "Content-Type" not in reply.headers
    bare = struck(sim, faults.raw("[]"))
    assert (bare.json, bare.headers["Content-Type"]) == ([], "application/json; charset=utf-8")


def test_raw_headers_about_the_length_are_not_doubled(sim: Simulator) -> None:
    chunked = faults.raw(b"2\r\n[]\r\n0\r\n\r\n", 200, {"Transfer-Encoding": "chunked"})
    reply = struck(sim, chunked)
    assert (reply.json, reply.headers["Content-Length"]) == ([], None)
    assert struck(sim, faults.raw(b"[]  ", 200, {"content-length": "2"})).body == b"[]"


def test_no_body_where_http_allows_none(sim: Simulator) -> None:
    assert struck(sim, faults.status(204)).body == b""


@pytest.mark.parametrize("make", [faults.status, faults.html, faults.retry_after])
def test_a_status_must_be_one(make: Callable[..., Fault]) -> None:
    with pytest.raises(ValueError, match="a status lies between 200 and 599: 42"):
        make(code=42)


# --- faults: other envelopes -------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, {}, [], "text", 3, [1, None], {"a": [{"b": "c"}]}])
def test_data_of_any_value(sim: Simulator, value: object) -> None:
    envelope = struck(sim, faults.data(value)).json
    assert envelope["data"] == value
    assert envelope["code"] == "200"


def test_fewer_rows_than_counted(sim: Simulator) -> None:
    envelope = struck(sim, faults.fewer_rows()).json
    assert (envelope["msg"], envelope["data"]) == ("1 records were found", [])
    assert struck(sim, faults.fewer_rows(recount=True)).json["msg"] == "0 records were found"


def test_extra_rows(sim: Simulator) -> None:
    envelope = struck(sim, faults.extra_rows(3)).json
    assert (envelope["msg"], len(envelope["data"])) == ("4 records were found", 4)
    assert struck(sim, faults.extra_rows(3, recount=False)).json["msg"] == "1 records were found"


def test_changed_rows(sim: Simulator) -> None:
    def turn_round(rows: list[dict[str, object]]) -> list[dict[str, object]]:
        return rows[::-1]

    rows = struck(sim, faults.change_rows(turn_round), api="rec_screen", file="billing").json[
        "data"
    ]
    assert rows == sim.rows("billing", "rec_screen")[::-1]


def test_a_broken_function_of_a_test_is_loud_and_frees_its_seat(
    sim: Simulator, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        with pytest.raises(http.client.RemoteDisconnected):
            struck(sim, faults.change_rows(lambda rows: [rows[7]]))
    assert capfd.readouterr().err.count("IndexError") == 3
    assert ask(sim).status == 200


def test_fields_set_and_dropped(sim: Simulator) -> None:
    fault = faults.set_field("pbx", "many").then(faults.drop_field("crm"))
    (row,) = struck(sim, fault.then(faults.set_field("new", "1"))).json["data"]
    assert list(row) == [*(name for name in SERVICE_FIELDS if name != "crm"), "new"]
    assert (row["pbx"], row["new"]) == ("many", "1")


def test_wrong_types(sim: Simulator) -> None:
    (row,) = struck(sim, faults.wrong_types()).json["data"]
    assert list(row) == SERVICE_FIELDS
    assert {type(value) for value in row.values()} == {int, type(None), list, dict, bool, float}


def test_an_error_has_no_rows_to_change(sim: Simulator) -> None:
    assert struck(sim, faults.extra_rows(), api="nothing").status == 400


# --- faults: rows in other places --------------------------------------------------------------


def struck_at(sim: Simulator, fault: Fault, file: str, api: str) -> Any:
    asked = ASKED.get((file, api), {})
    body = json.dumps(asked).encode()
    sim.faults.add(fault)
    query = urlencode({"api": api, **asked})
    return send(sim.url, f"GET /api/v2/{file}.php?{query}", token=TOKEN, body=body).json


def test_the_rows_of_each_survey_are_changed(sim: Simulator) -> None:
    truth = sim.content("quality", "quality_matrix")
    fault = faults.fewer_rows().then(faults.set_field("new", "1"))
    assert struck_at(sim, fault, "quality", "quality_matrix") == truth | {
        "data": {
            survey: [row | {"new": "1"} for row in rows[:-1]]
            for survey, rows in truth["data"].items()
        }
    }


@pytest.mark.parametrize(
    ("fault", "data"), [(faults.fewer_rows(), False), (faults.extra_rows(), True)]
)
def test_one_object_stays_one(sim: Simulator, fault: Fault, data: bool) -> None:
    truth = sim.content("real_time", "info_server")["data"] if data else {}
    assert struck_at(sim, fault, "real_time", "info_server")["data"] == truth


@pytest.mark.parametrize("recount", [False, True])
@pytest.mark.parametrize("extra", [False, True])
@pytest.mark.parametrize("api", ["campaign_15", "agent_chat"])
def test_totals_are_counted_again_if_told_so(
    sim: Simulator, api: str, extra: bool, recount: bool
) -> None:
    file = "campaign" if api == "campaign_15" else "whatsapp"
    before = len(sim.rows(file, api, **ASKED[file, api]))
    fault = faults.extra_rows if extra else faults.fewer_rows
    content = struck_at(sim, fault(2, recount=recount), file, api)
    rows, total = (
        (content["records"], content["total_records"])
        if api == "campaign_15"
        else (content["data"]["data"], content["data"]["total"])
    )
    assert len(rows) == before + (2 if extra else -2)
    assert total == str(len(rows) if recount else before)


@pytest.mark.parametrize("value", [None, "text", [], {"a": "b"}])
@pytest.mark.parametrize(
    ("file", "api", "place"),
    [
        ("campaign", "campaign_15", "records"),
        ("quality", "quality_matrix", "data"),
        ("whatsapp", "agent_chat", "data"),
        ("whatsapp", "list_templates", "data"),
        ("real_time", "info_server", "data"),
        ("real_time", "campaigns", None),
    ],
)
def test_any_value_in_place_of_data(
    sim: Simulator, file: str, api: str, place: str | None, value: object
) -> None:
    truth = sim.content(file, api, **ASKED.get((file, api), {}))
    content = struck_at(sim, faults.data(value), file, api)
    assert content == (value if place is None else truth | {place: value})


def test_rows_put_there_can_be_changed_again(sim: Simulator) -> None:
    fault = faults.data([{"a": "1"}]).then(faults.set_field("b", "2"))
    assert struck_at(sim, fault, "real_time", "campaigns") == [{"a": "1", "b": "2"}]
    assert struck(sim, faults.data(None).then(faults.extra_rows())).json["data"] is None


# --- faults: trouble on the wire ---------------------------------------------------------------


def test_cut_json(sim: Simulator) -> None:
    reply = struck(sim, faults.cut_json())
    assert reply.status == 200
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    with pytest.raises(json.JSONDecodeError):
        _ = reply.json


def test_cut_body(sim: Simulator) -> None:
    with pytest.raises(http.client.IncompleteRead) as cut:
        struck(sim, faults.cut_body())
    assert cut.value.partial
    assert cut.value.expected
    assert sim.requests[0].status is None


def test_closed(sim: Simulator) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        struck(sim, faults.closed())
    assert sim.requests[0].status is None


def test_reset(sim: Simulator) -> None:
    # RemoteDisconnected, which an orderly close brings, is a ConnectionResetError too.
    with pytest.raises(ConnectionResetError) as broken:
        struck(sim, faults.reset())
    assert type(broken.value) is ConnectionResetError
    assert ask(sim).status == 200


def test_hang(sim: Simulator) -> None:
    started = time.monotonic()
    assert struck(sim, faults.hang(0.15)).status == 200
    assert time.monotonic() - started >= 0.15


def test_slow_body_never_keeps_a_read_waiting(sim: Simulator) -> None:
    started = time.monotonic()
    fault = faults.raw(b"0123456789").then(faults.slow_body(0.05))
    assert struck(sim, fault, timeout=0.4).body == b"0123456789"
    assert time.monotonic() - started >= 0.5


def test_slow_headers(sim: Simulator) -> None:
    started = time.monotonic()
    reply = struck(sim, faults.slow_headers(0.002))
    assert reply.json["data"] == sim.rows("information", "services")
    assert time.monotonic() - started >= 0.1


@pytest.mark.timed
def test_slow_faults_end_when_the_client_leaves(sim: Simulator) -> None:
    for fault in (faults.slow_body(0.5), faults.slow_headers(0.5)):
        with pytest.raises(TimeoutError):
            struck(sim, fault, timeout=0.05)
        wait_until(lambda: bool(sim.requests) and sim.requests[-1].ended is not None)


def test_first_one_fault_then_another(sim: Simulator) -> None:
    started = time.monotonic()
    fault = (
        faults.hang(0.05).then(faults.hang(0.05)).then(faults.status(503)).then(faults.cut_json())
    )
    reply = struck(sim, fault)
    assert (fault.name, reply.status) == ("hang+hang+status+cut_json", 503)
    assert time.monotonic() - started >= 0.1


# --- the queue of faults -----------------------------------------------------------------------


def test_faults_strike_in_order_as_often_as_told(sim: Simulator) -> None:
    sim.faults.add(faults.status(500), times=2)
    sim.faults.add(faults.status(503))
    assert [ask(sim).status for _ in range(4)] == [500, 500, 503, 200]


def test_a_fault_for_one_api_leaves_the_others_alone(sim: Simulator) -> None:
    sim.faults.add(faults.status(500), api="rec_screen")
    assert ask(sim).status == 200
    assert ask(sim, "rec_screen", "billing").status == 500
    assert ask(sim, "rec_screen", "billing").status == 200


def test_a_refused_request_uses_no_fault_up(sim: Simulator) -> None:
    sim.faults.add(faults.status(500))
    ask(sim, token="wrong")
    assert len(sim.faults.pending) == 1
    assert ask(sim).status == 500


def test_a_fault_never_is_none() -> None:
    with pytest.raises(ValueError, match="times must be at least 1: 0"):
        Simulator().faults.add(faults.reset(), times=0)


# --- the clock ---------------------------------------------------------------------------------


def test_the_clock_runs_with_real_time_until_set() -> None:
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    clock.advance(timedelta(days=2))
    assert abs(clock.now() - datetime.now(UTC) - timedelta(days=2)) < timedelta(seconds=5)
    clock.set(FRIDAY)
    clock.advance(timedelta(hours=1))
    assert clock.now().isoformat() == "2026-11-20T11:00:00-05:00"
    clock.set(None)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_clock_in_another_zone() -> None:
    clock = Clock("America/Santiago", datetime(2026, 9, 6, 3, 30, tzinfo=UTC))
    assert clock.now().isoformat() == "2026-09-05T23:30:00-04:00"
    clock.advance(timedelta(hours=1))  # the night summer time begins
    assert clock.now().isoformat() == "2026-09-06T01:30:00-03:00"


@pytest.mark.parametrize("name", ["Nowhere/At_all", "", "../etc"])
def test_no_such_zone(name: str) -> None:
    with pytest.raises(ValueError, match="no such time zone"):
        Simulator(timezone=name)


# --- start and stop ----------------------------------------------------------------------------


def test_no_url_before_it_serves() -> None:
    with pytest.raises(RuntimeError):
        _ = Simulator().url


def test_it_listens_on_this_machine_only(sim: Simulator) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/api/v2", sim.url)


@pytest.mark.timed
def test_closing_cuts_off_what_hangs_and_leaves_nothing() -> None:
    before = threading.active_count()
    with Simulator() as sim, closing(http.client.HTTPConnection(urlsplit(sim.url).netloc)) as idle:
        idle.connect()
        port = urlsplit(sim.url).port
        sim.faults.add(faults.hang(60, stubborn=True))
        sim.faults.add(faults.slow_body(60))
        held = [in_background(lambda: in_vain(sim)) for _ in range(2)]
        wait_until(lambda: len(sim.requests) == 2)
        started = time.monotonic()
        sim.close()
        assert time.monotonic() - started < 1
        for thread in held:
            thread.join()
    assert threading.active_count() == before
    with socket.socket() as free:
        assert free.connect_ex(("127.0.0.1", port or 0)) != 0


def test_several_at_once() -> None:
    with Simulator(server="0011", token="one") as first, Simulator(server="0012") as second:
        assert ask(first, token="one").json != ask(second).json
        assert ask(second, token="one").status == 403


# --- over HTTP ---------------------------------------------------------------------------------


def test_set_the_clock_over_http(sim: Simulator) -> None:
    reply = control(sim, "clock", {"now": "2026-11-21T10:00:00"})
    assert (reply.status, reply.json) == (200, {"now": "2026-11-21T10:00:00-05:00"})
    assert sim.clock.today() == date(2026, 11, 21)
    assert control(sim, "clock", {"now": None}).status == 200
    assert abs(sim.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_add_faults_over_http(sim: Simulator) -> None:
    reply = control(sim, "faults", {"fault": "maintenance", "api": "services", "times": 2})
    assert reply.json == {
        "pending": [{"fault": "maintenance", "file": None, "api": "services", "times": 2}]
    }
    assert [ask(sim).status for _ in range(3)] == [403, 403, 200]
    assert control(sim, "faults", {"fault": "reset"}).status == 200
    assert control(sim, "faults", {"fault": None}).json == {"pending": []}
    assert ask(sim).status == 200


def test_a_fault_for_a_namesake_over_http(sim: Simulator) -> None:
    wanted = {"fault": "maintenance", "api": "agents", "file": "real_time"}
    assert control(sim, "faults", wanted).json == {"pending": [wanted | {"times": 1}]}
    assert ask(sim, "agents").status == 200
    assert ask(sim, "agents", "real_time").status == 403


@pytest.mark.parametrize(
    "arguments",
    [
        {"fault": "status", "code": 502, "msg": "x"},
        {"fault": "hang", "seconds": 0},
        {"fault": "hang", "seconds": 0.01, "stubborn": True},
        {"fault": "raw", "body": "[]", "headers": {"X-Odd": "1"}},
        {"fault": "raw", "body": "[]", "headers": None},
        {"fault": "error_code", "code": "9"},
        {"fault": "data", "value": [None]},
        {"fault": "redirect", "url": "http://127.0.0.1:9/"},
    ],
)
def test_arguments_of_faults_over_http(sim: Simulator, arguments: dict[str, object]) -> None:
    assert control(sim, "faults", arguments).status == 200
    assert ask(sim).status in {200, 302, 502}


@pytest.mark.parametrize(
    ("page", "setting", "why"),
    [
        ("clock", {"now": "tomorrow"}, "\"now\" is not like 2026-11-20T10:00:00: 'tomorrow'"),
        ("clock", {"now": 5}, '"now" is not like 2026-11-20T10:00:00: 5'),
        ("clock", {"then": None}, 'send {"now": "2026-11-20T10:00:00"}'),
        ("clock", [1], "a JSON object is wanted"),
        ("faults", {"fault": "no such"}, "no such fault: 'no such'; there are absent, closed"),
        ("faults", {}, "no such fault: None"),
        ("faults", {"fault": "hang"}, "hang: missing a required argument: 'seconds'"),
        ("faults", {"fault": "hang", "seconds": "1"}, "hang: \"seconds\" cannot be '1'"),
        ("faults", {"fault": "hang", "seconds": True}, 'hang: "seconds" cannot be True'),
        ("faults", {"fault": "reset", "hard": 1}, "reset: got an unexpected keyword argument"),
        ("faults", {"fault": "status", "code": 42}, "status: a status lies between 200 and 599"),
        ("faults", {"fault": "raw", "body": "", "headers": {"a": 1}}, 'raw: "headers" cannot be'),
        ("faults", {"fault": "raw", "body": "", "headers": {"a": "→"}}, "raw: "),
        ("faults", {"fault": "reset", "times": 0}, "times must be at least 1: 0"),
        ("faults", {"fault": "reset", "times": "2"}, "\"times\" is a whole number: '2'"),
        ("faults", {"fault": "reset", "api": 3}, '"api" is a text: 3'),
        ("faults", {"fault": "reset", "file": 3}, '"file" is a text: 3'),
    ],
)
def test_bad_settings(sim: Simulator, page: str, setting: object, why: str) -> None:
    reply = control(sim, page, setting)
    assert reply.status == 400
    assert reply.json["error"].startswith(why)
    assert "\n" not in reply.json["error"]
    assert sim.faults.pending == []


@pytest.mark.parametrize("body", [b"{", b"", b"\xff"])
def test_settings_that_are_no_json(sim: Simulator, body: bytes) -> None:
    reply = send(sim.url, "POST /simulator/clock", body=body)
    assert reply.status == 400


def test_pages_of_the_control(sim: Simulator) -> None:
    assert control(sim, "nothing").status == 404
    assert "/simulator/clock" in control(sim, "nothing").json["error"]
    assert control(sim, "clock").status == 405
    assert control(sim, "requests", {}).status == 405


def test_requests_over_http_without_the_token(sim: Simulator) -> None:
    ask(sim)
    ask(sim, token=None)
    control(sim, "nothing")
    reply = control(sim, "requests")
    assert sim.token not in reply.body.decode()
    assert [each["token_sent"] for each in reply.json] == [True, False]
    assert [each["status"] for each in reply.json] == [200, 401]
    assert reply.json[0]["query"] == {"api": "services"}


def test_every_fault_stands_on_the_page_for_people() -> None:
    page = (ROOT / "tests/simulator/README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) >= set(faults.BY_NAME)


# --- the command line --------------------------------------------------------------------------


def run(*arguments: str) -> subprocess.Popen[str]:
    # -S and -E: nothing but the standard library.
    command = [sys.executable, "-S", "-E", "-m", "tests.simulator", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
    )


windows_sends_no_signals = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no such signals to send"
)


@windows_sends_no_signals
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_command_line(stop: signal.Signals) -> None:
    options = [
        "--token",
        "mine",
        "--server",
        "0042",
        "--quota",
        "1",
        "--now",
        "2026-11-20T10:00:00",
        "--months",
        "first",
    ]
    with run("--port", "0", *options) as process:
        assert process.stdout
        greeting = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        (line,) = re.findall("curl .*", greeting)
        url = re.findall('"(http.*)"', line)[0]
        assert json.loads(greeting[greeting.index("{") : greeting.rindex("}") + 1]) == {
            "server": "0042",
            "token": "mine",
            "api_url": url.removesuffix("/information.php?api=services"),
        }
        parts = urlsplit(url)
        replies = [send(url, f"GET {parts.path}?{parts.query}", token="mine") for _ in range(2)]
        assert [reply.status for reply in replies] == [200, 403]
        process.send_signal(stop)
        _, said = process.communicate(timeout=5)
    assert process.returncode == 0
    first, second = said.splitlines()
    assert re.fullmatch(r"GET /api/v2/information\.php services -> 200 in \d\.\d{3} s", first)
    assert "-> 403 in" in second


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--timezone", "Nowhere"], "cannot serve: no such time zone: 'Nowhere'\n"),
        (["--port", "99999999"], "cannot serve: "),
    ],
)
def test_a_command_line_that_cannot_serve(arguments: list[str], why: str) -> None:
    with run(*arguments) as process:
        _, said = process.communicate(timeout=5)
    assert process.returncode == 1
    assert said.startswith(why)
    assert said.count("\n") == 1


def test_a_port_that_is_taken(sim: Simulator) -> None:
    port = urlsplit(sim.url).port
    with run("--port", str(port)) as process:
        _, said = process.communicate(timeout=5)
    assert process.returncode == 1
    assert said == f"cannot serve: port {port} is taken: --port 0 takes a free one\n"
