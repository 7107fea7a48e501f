"""What the simulator reports of campaigns and of agents' points: one world with its calls."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from tests.simulator import Simulator
from tests.simulator.missing import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.simulator.answers import Row

at = datetime.fromisoformat
NOON = at("2026-11-20T12:00")
DAY = ("20261119000000", "20261119235959")
DAYS = ("20261117000000", "20261119235959")
TODAY = ("20261120000000", "20261120235959")

BY_RESULT = ("campaign_1", "campaign_4")
SUMS = (*BY_RESULT, "campaign_2", "campaign_6", "campaign_8", "campaign_10")
REPORTS = (*SUMS, "campaign_5", "campaign_9")
APIS = (*REPORTS, "detail", "agents_kpi")
FILES = {"detail": "campaign", "agents_kpi": "gamification"}
DATED = {"campaign_5": "date", "campaign_9": "date", "detail": "date"}
DOCUMENTED_CODES = {"campaign_10": "200", "detail": "200", "agents_kpi": "200"}
STATS = ["date", "points", "hits", "calls", "aht_time", "acw_time", "occupancy", "login_time"]

LISTED: dict[tuple[str, str], dict[str, Any]] = {
    (each["file"], each["api"]): each
    for each in json.loads(
        (Path(__file__).parent / "endpoints.json").read_text(encoding="utf-8")
    )
}  # fmt: skip
MISSING = set(FORMS)

each_api = pytest.mark.parametrize("api", APIS)
each_event = pytest.mark.parametrize("api", DATED)


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)


@pytest.fixture(scope="module")
def same() -> Simulator:
    """Another that holds the same, asked for something else before."""
    return Simulator(seed=1, now=NOON)


@pytest.fixture(scope="module")
def stranger() -> Simulator:
    return Simulator(seed=2, now=NOON)


@pytest.fixture(scope="module")
def quiet() -> Simulator:
    return Simulator(seed=1, now=NOON, pace=0.05)


def file_of(api: str) -> str:
    return FILES.get(api, "reports_manager")


def asked(api: str, days: tuple[str, str], **more: str) -> dict[str, str]:
    query = {"date_ini": days[0], "date_end": days[1]}
    if api == "detail":
        query |= {"type_campaign": "predictive", "campaign_id": "20716", "detail": "all"}
    elif api not in FILES:
        query |= {"campaign_id": "all"}
    return query | more


def rows(sim: Simulator, api: str, days: tuple[str, str] = DAY, **more: str) -> list[Row]:
    """What is answered, a row that adds up the others left out."""
    found = sim.rows(file_of(api), api, **asked(api, days, **more))
    return [row for row in found if row.get("type_of_row") != "TOTAL"]


def ask(sim: Simulator, api: str, days: tuple[str, str] = DAY, **more: str) -> tuple[int, Any]:
    """Ask over HTTP; returns status and content."""
    query = urlencode({"api": api} | asked(api, days, **more))
    request = urllib.request.Request(
        f"{sim.url}/{file_of(api)}.php?{query}", headers={"wolkvox-token": sim.token}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def seconds(text: str) -> int:
    hours, minutes, rest = map(int, text.split(":"))
    return 3600 * hours + 60 * minutes + rest


def share(text: str) -> float:
    number, sign = text.split(" ")
    assert sign == "%"
    return float(number.replace(",", ""))


def total(found: Iterable[Row], column: str) -> int:
    return sum(int(row[column]) for row in found)


def counts(found: Iterable[Row], name: str, column: str) -> Counter[str]:
    return Counter({row[name]: int(row[column]) for row in found})


def campaigns(sim: Simulator, type_: str = "predictive") -> list[str]:
    found = sim.rows("information", "campaigns")
    return [row["campaign_id"] for row in found if row["type_campaign"] == type_]


def flat(found: Iterable[Row]) -> Iterator[Row]:
    """The days of agents as rows of their own."""
    for row in found:
        for stats in row["stats"]:
            yield {name: row[name] for name in row if name != "stats"} | stats


@each_api
def test_rows_have_the_documented_fields_and_are_text(sim: Simulator, api: str) -> None:
    found = rows(sim, api)
    # The documented example has no age.
    fields = [name for name in LISTED[file_of(api), api]["fields"] if name != "age"]
    if api == "agents_kpi":
        assert all(list(row) == ["agent_id", "agent_name", "agent_dni", "stats"] for row in found)
        assert all(list(each) == STATS for row in found for each in row["stats"])
        found = list(flat(found))
    assert found
    for row in found:
        assert list(row) == fields
        assert all(isinstance(value, str) for value in row.values())


@each_api
def test_an_answer_counts_its_rows(api: str) -> None:
    with Simulator(seed=1, now=NOON, pace=0.2) as sim:
        status, content = ask(sim, api)
    assert (status, content["code"]) == (200, DOCUMENTED_CODES.get(api, 200))
    assert content["msg"] == f"{len(content['data'])} records were found"


@each_api
def test_what_has_no_rows_or_is_no_range_is_refused_alike(api: str) -> None:
    with Simulator(seed=1, now=NOON, pace=0) as sim:
        for days in (DAY, DAY[::-1], ("20261020000000", "20261120000000"), ("20261119", DAY[1])):
            status, content = ask(sim, api, days)
            assert (status, content["msg"]) == (404, "Validate dates entered")
            assert "data" not in content


@each_api
def test_a_missing_parameter_is_refused(api: str) -> None:
    with Simulator(seed=1, now=NOON, pace=0.05) as sim:
        for name in asked(api, DAY):
            if name != "detail":
                status, content = ask(sim, api, DAY, **{name: ""})
                assert (status, content["msg"]) == (400, "SOME PARAMETERS ARE REQUIRED")


@each_api
def test_the_longest_range_is_answered(api: str) -> None:
    with Simulator(seed=1, now=NOON, pace=0.05) as sim:
        assert ask(sim, api, ("20261020000000", DAY[1]))[0] == 200
        assert ask(sim, api, ("20261019235959", DAY[1]))[0] == 404


@each_api
def test_little_pace_still_gives_some_rows(quiet: Simulator, api: str) -> None:
    days = (date(2026, 10, 8) + timedelta(days=n) for n in range(42))
    found = (rows(quiet, api, (f"{day:%Y%m%d}000000", f"{day:%Y%m%d}235959")) for day in days)
    assert sum(map(len, found)) >= 21


@each_api
def test_another_asks_and_is_told_the_same(
    sim: Simulator, same: Simulator, stranger: Simulator, api: str
) -> None:
    rows(same, api, ("20261119101500", "20261119123000"))
    assert rows(same, api) == rows(sim, api)
    assert rows(stranger, api) != rows(sim, api)


@pytest.mark.parametrize("api", [*SUMS, "agents_kpi", "detail"])
def test_a_key_comes_once(sim: Simulator, api: str) -> None:
    key = LISTED[file_of(api), api]["natural_key"]
    found = list(flat(rows(sim, api, DAYS))) if api == "agents_kpi" else rows(sim, api, DAYS)
    keys = Counter(tuple(row.get(name) for name in key) for row in found)
    assert max(keys.values()) == 1


@pytest.mark.parametrize("api", ["campaign_5", "campaign_9"])
def test_a_key_of_events_nearly_always_comes_once(sim: Simulator, api: str) -> None:
    key = LISTED[file_of(api), api]["natural_key"]
    found = rows(sim, api, ("20261112000000", DAY[1]))
    assert len({tuple(row[name] for name in key) for row in found}) > 0.99 * len(found)


@each_event
@pytest.mark.parametrize("zone", ["America/Bogota", "America/New_York"])
def test_ranges_that_touch_give_what_the_whole_gives(api: str, zone: str) -> None:
    # In New York the hour from 1 to 2 comes twice that day.
    sim = Simulator(seed=1, now=NOON, timezone=zone)
    edges = [at(each) for each in ("2026-10-31T22:17:05", "2026-11-01T01:31:08",
             "2026-11-01T16:40:00", "2026-11-02T00:00:00", "2026-11-02T13:04:05")]  # fmt: skip
    ends = [*(each - timedelta(seconds=1) for each in edges[1:-1]), edges[-1]]
    parts = [
        rows(sim, api, (f"{begin:%Y%m%d%H%M%S}", f"{end:%Y%m%d%H%M%S}"))
        for begin, end in zip(edges[:-1], ends, strict=True)
    ]
    whole = rows(sim, api, (f"{edges[0]:%Y%m%d%H%M%S}", f"{edges[-1]:%Y%m%d%H%M%S}"))
    assert sum(map(bool, parts)) >= 3

    def counted(found: list[Row]) -> Counter[str]:
        return Counter(json.dumps(row) for row in found)

    assert sum(map(counted, parts), Counter()) == counted(whole)
    if zone == "America/Bogota":
        assert [row for part in parts for row in part] == whole


@each_event
@pytest.mark.parametrize("zone", ["America/Bogota", "Asia/Kolkata"])
def test_rows_lie_in_the_range_oldest_first(api: str, zone: str) -> None:
    found = rows(Simulator(seed=1, now=NOON, timezone=zone), api, DAYS)
    dates = [row["date"] for row in found]
    assert dates == sorted(dates)
    assert {each[:10] for each in dates} == {"2026-11-17", "2026-11-18", "2026-11-19"}


@pytest.mark.parametrize("api", ["campaign_5", "campaign_9"])
def test_both_ends_are_in_the_range(sim: Simulator, api: str) -> None:
    for row in rows(sim, api)[:20]:
        second = f"{at(row['date']):%Y%m%d%H%M%S}"
        assert row in rows(sim, api, (second, second))


@pytest.mark.parametrize("api", APIS[:-1])
def test_nothing_is_from_the_future(api: str) -> None:
    sim = Simulator(seed=1, now=NOON)
    before = rows(sim, api, TODAY)
    known = ("20261120000000", "20261120115000")
    assert rows(sim, api, known) == before
    sim.clock.advance(timedelta(hours=3))
    assert rows(sim, api, TODAY) != before
    assert rows(sim, api, ("20261121000000", "20261121235959")) == []


@pytest.mark.parametrize("api", REPORTS)
def test_nobody_knows_a_campaign_that_is_none(sim: Simulator, api: str) -> None:
    assert rows(sim, api, campaign_id="nobody") == []


class TestSums:
    @pytest.mark.parametrize(
        ("api", "name", "column"),
        [
            ("campaign_1", "result", "records"),
            ("campaign_2", "cod_act", "records"),
            ("campaign_4", "result", "records"),
            ("campaign_6", "campaign_id", "total_amd"),
            ("campaign_8", "telephone", "total_machine_recognitions"),
            ("campaign_10", "machinecode", "cantidad"),
        ],
    )
    def test_campaigns_add_up_to_all(
        self, sim: Simulator, api: str, name: str, column: str
    ) -> None:
        every = [*campaigns(sim), *campaigns(sim, "preview")]
        parts = [counts(rows(sim, api, DAYS, campaign_id=each), name, column) for each in every]
        assert sum(map(bool, parts)) >= 3
        assert sum(parts, Counter()) == +counts(rows(sim, api, DAYS), name, column)

    @pytest.mark.parametrize("api", [*BY_RESULT, "campaign_2"])
    def test_shares_are_those_of_the_counts(self, sim: Simulator, api: str) -> None:
        found = rows(sim, api)
        every = total(found, "records")
        assert len(found) > 3
        for row in found:
            assert share(row["percent"]) == pytest.approx(
                100 * int(row["records"]) / every, abs=0.006
            )

    @pytest.mark.parametrize("campaign", ["all", "20716", "20717-"])
    def test_attempts_are_those_that_are_told_one_by_one(
        self, sim: Simulator, campaign: str
    ) -> None:
        told = Counter(row["result"] for row in rows(sim, "campaign_7", campaign_id=campaign))
        results = counts(rows(sim, "campaign_4", campaign_id=campaign), "result", "records")
        codes = counts(rows(sim, "campaign_10", campaign_id=campaign), "machinecode", "cantidad")
        assert told == {"human": results["ANSWER"], "machine": results["ANSWER MACHINE"]}
        assert codes == {result.lower(): count for result, count in results.items()}
        connected = [row for row in rows(sim, "cdr_1") if row["type_interaction"] == "out_pre"]
        assert results["ANSWER"] == sum(
            campaign in {"all", row["campaign_id"]} for row in connected
        )

    def test_records_end_as_they_stand(self, sim: Simulator) -> None:
        for campaign in campaigns(sim)[:2]:
            records = rows(sim, "detail", campaign_id=campaign)
            ended = counts(rows(sim, "campaign_1", campaign_id=campaign), "result", "records")
            attempts = rows(sim, "campaign_4", campaign_id=campaign)
            assert ended == Counter(row["result"] for row in records)
            assert total(records, "calls") == total(attempts, "records") > len(records)

    @pytest.mark.parametrize("hours", [0, 45])
    def test_codes_are_those_of_the_last_call_that_has_one(self, hours: int) -> None:
        sim = Simulator(seed=1, now=NOON)
        sim.clock.advance(timedelta(hours=hours))
        last = {
            (row["campaign_id"], row["customer_id"]): row["cod_act"]
            for row in rows(sim, "cdr_1")
            if not {row["campaign_id"], row["cod_act"]} & MISSING
        }
        assert counts(rows(sim, "campaign_2"), "cod_act", "records") == Counter(last.values())

    def test_machines_that_answered_are_counted_by_campaign(self, sim: Simulator) -> None:
        told = Counter(
            row["campaign_id"] for row in rows(sim, "campaign_7") if row["result"] == "machine"
        )
        assert counts(rows(sim, "campaign_6"), "campaign_id", "total_amd") == told
        [row] = rows(sim, "campaign_6", campaign_id="20717-")
        assert row == {"campaign_id": "20717-", "total_amd": str(told["20717-"])}

    def test_phones_are_those_of_the_records(self, sim: Simulator) -> None:
        found = rows(sim, "campaign_8", campaign_id="20716")
        records = rows(sim, "detail", campaign_id="20716")
        assert {row["telephone"] for row in found} == {row["tel1"] for row in records}
        results = counts(rows(sim, "campaign_4", campaign_id="20716"), "result", "records")
        for row in found:
            columns = list(row.values())[2:]
            assert int(row["total_machine_recognitions"]) == sum(map(int, columns))
        for column in ("no_answer", "answer_machine", "busy", "congestion"):
            assert total(found, column) == results[column.replace("_", " ").upper()]
        assert total(found, "failed") == results["FAILED"] + results["CHANUNAVAIL"]


class TestPreview:
    def test_a_record_is_shown_and_then_called(self, sim: Simulator) -> None:
        found = rows(sim, "campaign_5")
        shown, called = (
            [row for row in found if row["type_of_row"] == each] for each in ("preview", "call")
        )
        assert len(found) == len(shown) + len(called)
        assert abs(len(shown) - len(called)) <= 1
        for row in shown:
            assert not MISSING & {row[name] for name in ("campaign_id", "customer_id", "date")}
            for name in ("conn_id", "telephone", "call_result", "time", "cod_act", "comments"):
                assert row[name] in MISSING
        assert {row["campaign_id"] for row in found} == set(campaigns(sim, "preview"))
        assert {row["result"] for row in found} == {"rpc", "clean"}

    def test_connected_calls_are_those_of_the_other_reports(self, sim: Simulator) -> None:
        def told(found: list[Row], *names: str) -> list[tuple[str, ...]]:
            return sorted(tuple(row[name] for name in names) for row in found)

        same = ("conn_id", "date", "campaign_id", "customer_id", "agent_id", "telephone",
                "hang_up", "cod_act")  # fmt: skip
        calls = [row for row in rows(sim, "cdr_1") if row["type_interaction"] == "outbound_ma"]
        mine = [row for row in rows(sim, "campaign_5") if row["call_result"] == "ANSWER"]
        assert len(mine) > 20
        assert told(mine, *same, "comments") == told(calls, *same, "comment")
        by_id = {row["conn_id"]: row for row in calls}
        for row in mine:
            assert seconds(row["time"]) == int(by_id[row["conn_id"]]["time_seg"])
            assert row["last_code_act"] == row["cod_act"]
        for row in rows(sim, "campaign_5"):
            assert (row["conn_id"] in MISSING) == (row["call_result"] != "ANSWER")

    def test_comments_are_those_of_the_record(self, sim: Simulator) -> None:
        every = rows(sim, "campaign_5")
        for campaign in campaigns(sim, "preview"):
            loaded = {
                row["id_cliente"]: row
                for row in sim.rows("campaign", "campaign_15", campaign_id=campaign)
            }
            found = rows(sim, "campaign_5", campaign_id=campaign)
            assert found
            assert found == [row for row in every if row["campaign_id"] == campaign]
            for row in found:
                record = loaded[row["customer_id"]]
                assert row["comments_customer_reg"] == record["comentarios"]
                assert row["customer_last_name"] == record["apellido_cliente"]

    def test_codes_come_later(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        before = rows(sim, "campaign_5", DAYS)
        sim.clock.advance(timedelta(hours=45))
        after = rows(sim, "campaign_5", DAYS)
        changed = set[str]()
        for row, later in zip(before, after, strict=True):
            changed |= {name for name in row if row[name] != later[name]}
            assert row["cod_act"] == later["cod_act"] or row["cod_act"] in MISSING
        assert {"cod_act", "last_code_act", "result"} <= changed
        assert changed <= {"cod_act", "last_code_act", "result", "comments"}

    def test_now_and_then_a_last_row_adds_up_the_others(self, sim: Simulator) -> None:
        with_total = 0
        for hour in range(7, 19):
            days = (f"20261119{hour:02}0000", f"20261119{hour:02}5959")
            found = sim.rows("reports_manager", "campaign_5", **asked("campaign_5", days))
            assert found == sim.rows("reports_manager", "campaign_5", **asked("campaign_5", days))
            real = rows(sim, "campaign_5", days)
            assert found[: len(real)] == real
            for row in found[len(real) :]:
                with_total += 1
                calls = [each["time"] for each in real if each["type_of_row"] == "call"]
                assert list(row) == LISTED["reports_manager", "campaign_5"]["fields"]
                assert seconds(row["time"]) == sum(map(seconds, calls))
                assert set(row.values()) <= {"TOTAL", row["time"]} | MISSING
            assert len(found) <= len(real) + bool(real)
        assert 0 < with_total < 12


class TestWhatsApp:
    def test_messages_are_to_customers_of_campaigns(self, sim: Simulator) -> None:
        found = rows(sim, "campaign_9", DAYS)
        phones = {
            campaign: {
                row["tel1"] for row in sim.rows("campaign", "campaign_15", campaign_id=campaign)
            }
            for campaign in (*campaigns(sim), *campaigns(sim, "preview"))
        }
        for row in found:
            assert row["telephone"] in phones[row["campaing_id"]]
        for campaign, theirs in phones.items():
            some = [row for row in found if row["campaing_id"] == campaign]
            assert rows(sim, "campaign_9", DAYS, campaign_id=campaign) == some
            assert bool(some) == bool(theirs)

    def test_a_status_changes_and_its_date_with_it(self) -> None:
        sim = Simulator(seed=1, now=NOON)
        order = ("accepted", "submitted", ("delivered", "failed"))
        known = at("2026-11-20T11:50")
        seen: list[dict[tuple[str, str], Row]] = []
        for _ in range(90):
            found = rows(sim, "campaign_9", TODAY)
            for row in found:
                assert at(row["date"]) <= at(row["last_update"]) <= known
                assert (row["errors"] in MISSING) == (row["status"] != "failed")
                assert (row["date"] == row["last_update"]) == (row["status"] == "accepted")
            seen.append({(row["telephone"], row["date"]): row for row in found})
            sim.clock.advance(timedelta(seconds=40))
            known += timedelta(seconds=40)
        places = {name: place for place, names in enumerate(order)
                  for name in ([names] if isinstance(names, str) else names)}  # fmt: skip
        changes = 0
        for before, after in pairwise(seen):
            for key, row in before.items():
                later = after[key]
                assert places[row["status"]] <= places[later["status"]]
                assert (row["status"] == later["status"]) == (row == later)
                changes += row != later
        assert changes > 5
        assert {row["status"] for each in seen for row in each.values()} == set(places)

    def test_at_last_all_are_delivered_or_failed(self, sim: Simulator) -> None:
        found = rows(sim, "campaign_9", ("20261115000000", "20261118235959"))
        results = Counter(row["status"] for row in found)
        assert set(results) == {"delivered", "failed"}
        assert 0 < results["failed"] < results["delivered"]
        assert any(row["last_update"][:10] > row["date"][:10] for row in found)


class TestRecords:
    @pytest.mark.parametrize(
        ("type_", "campaign"), [("predictive", "20717-"), ("preview", "20718")]
    )
    def test_rows_are_records_of_the_campaign(
        self, sim: Simulator, type_: str, campaign: str
    ) -> None:
        theirs = {"customer_name": "nombre_cliente", "customer_last_name": "apellido_cliente",
                  "id_type": "tipo_doc", "gender": "sexo", "city": "ciudad", "opt4": "opt4",
                  "opt12": "opt12", "address": "direccion", "tel1": "tel1",
                  "tel3": "tel3"}  # fmt: skip
        loaded = {
            row["id_cliente"]: row
            for row in sim.rows("campaign", "campaign_15", campaign_id=campaign)
        }
        found = rows(sim, "detail", type_campaign=type_, campaign_id=campaign)
        assert found
        for row in found:
            record = loaded[row["customer_id"]]
            assert row["date"] == "2026-11-19"
            assert {name: row[name] for name in theirs} == {
                name: record[other] for name, other in theirs.items()
            }
        other = "preview" if type_ == "predictive" else "predictive"
        assert rows(sim, "detail", type_campaign=other, campaign_id=campaign) == []

    def test_records_of_previews_have_three_phones(self, sim: Simulator) -> None:
        of_previews = rows(sim, "detail", type_campaign="preview", campaign_id="20718")
        gone = {*(f"tel{n}" for n in range(4, 11)), "tel_extra"}
        fields = [name for name in rows(sim, "detail")[0] if name not in gone]
        assert of_previews
        assert all(list(row) == fields for row in of_previews)

    def test_a_campaign_without_records_has_no_rows(self, sim: Simulator) -> None:
        assert rows(sim, "detail", campaign_id=campaigns(sim)[-1]) == []

    @pytest.mark.parametrize("hours", [0, 45])
    @pytest.mark.parametrize(("type_", "campaign"), [("predictive", "20716"), ("preview", "20720")])
    def test_ids_and_codes_are_those_of_the_last_call(
        self, hours: int, type_: str, campaign: str
    ) -> None:
        sim = Simulator(seed=1, now=NOON)
        sim.clock.advance(timedelta(hours=hours))
        last = {
            (row["customer_id"], row["date"][:10]): row
            for row in rows(sim, "cdr_1", DAYS)
            if row["campaign_id"] == campaign
        }
        found = rows(sim, "detail", DAYS, type_campaign=type_, campaign_id=campaign)
        for row in found:
            if row["conn_id"] in MISSING:
                assert (row["customer_id"], row["date"]) not in last
                assert {row["agent_id"], row["cod_act"], row["comments"]} <= MISSING
                assert row["result"] != "ANSWER"
                continue
            call = last.pop((row["customer_id"], row["date"]))
            for name in ("conn_id", "agent_id"):
                assert row[name] == call[name]
            for name, theirs in (("cod_act", "cod_act"), ("cod_act_2", "cod_act_2"),
                                 ("comments", "comment")):  # fmt: skip
                assert row[name] == call[theirs] or {row[name], call[theirs]} <= MISSING
        assert last == {}

    def test_only_what_was_connected_unless_all_is_wanted(self, sim: Simulator) -> None:
        every = rows(sim, "detail", DAYS)
        some = [row for row in every if row["conn_id"] not in MISSING]
        assert 0 < len(some) < len(every)
        for more in ("default", "", "some"):
            assert rows(sim, "detail", DAYS, detail=more) == some

    def test_who_asks_to_be_called_again_is(self, sim: Simulator) -> None:
        found = rows(sim, "detail", ("20261112000000", DAY[1]))
        assert {row["recall_count"] for row in found} == {"0", "1"}
        for row in found:
            again = row["cod_act"] == "VOLVER_LLAMAR"
            assert row["recall_count"] == str(int(again))
            assert (row["recall"] in MISSING) != again
            assert not again or at(row["recall"]) > at(row["date"])

    def test_a_row_is_the_same_in_any_range(self, sim: Simulator) -> None:
        whole = rows(sim, "detail")
        late = rows(sim, "detail", ("20261119200000", "20261119235959"))
        assert 0 < len(late) < len(whole)
        assert late == whole[-len(late) :]
        assert any(row["calls"] != "1" for row in late)


class TestPoints:
    @pytest.mark.parametrize("days", [DAY, DAYS, TODAY, ("20261119030000", "20261119043000")])
    def test_days_are_the_hours_of_agents_together(
        self, sim: Simulator, days: tuple[str, str]
    ) -> None:
        by_hour = rows(sim, "agent_8", days)
        found = {
            (row["agent_id"], str(at(row["date"]).date())): row
            for row in flat(rows(sim, "agents_kpi", days))
        }
        assert set(found) == {(row["agent_id"], row["date"]) for row in by_hour}
        for (agent, day), row in found.items():
            mine = [r for r in by_hour if (r["agent_id"], r["date"]) == (agent, day)]
            assert (row["agent_name"], row["agent_dni"]) == (
                mine[0]["agent_name"],
                mine[0]["agent_dni"],
            )
            assert int(row["calls"]) == total(mine, "calls")
            for name in ("acw_time", "login_time"):
                assert seconds(row[name]) == sum(seconds(each[name]) for each in mine)

    def test_hits_and_shares_are_those_of_the_day(self, sim: Simulator) -> None:
        of_agents = {row["agent_id"]: row for row in rows(sim, "agent_1")}
        found = list(flat(rows(sim, "agents_kpi")))
        assert len(found) == len(of_agents)
        for row in found:
            same = of_agents[row["agent_id"]]
            assert (row["hits"], row["aht_time"]) == (same["hits"], same["aht"])
            assert share(row["occupancy"]) == pytest.approx(share(same["occupancy"]), abs=0.51)
            assert "." not in row["occupancy"]
            assert int(row["points"]) == 3 * int(row["calls"]) + 25 * int(row["hits"])
        assert total(found, "hits") > 0

    def test_the_last_day_comes_first(self, sim: Simulator) -> None:
        found = rows(sim, "agents_kpi", ("20261110000000", DAY[1]))
        ids = [row["agent_id"] for row in found]
        assert ids == sorted(set(ids))
        for row in found:
            days = [each["date"] for each in row["stats"]]
            assert days == sorted(set(days), reverse=True)
            assert all("20261110" <= day <= "20261119" for day in days)
        assert {len(row["stats"]) for row in found} > {10}
