"""What the simulator reports of campaigns and of agents' points: one world with its calls."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.simulator import Simulator
from tests.support.reports_of import (
    DAY,
    MISSING,
    NOON,
    TODAY,
    asked,
    flat_rows,
    percent,
    rows,
    seconds,
    sums,
    total,
)
from tests.support.truth import LINES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator.endpoints.common.answers import Row

at = datetime.fromisoformat

DAYS = ("20261117000000", DAY[1])

BY_RESULT = ("campaign_1", "campaign_4")
SUMS = (*BY_RESULT, "campaign_2", "campaign_6", "campaign_8", "campaign_10")
REPORTS = (*SUMS, "campaign_5", "campaign_9")
STATS = ["date", "points", "hits", "calls", "aht_time", "acw_time", "occupancy", "login_time"]


@pytest.fixture(scope="module")
def sim() -> Simulator:
    return Simulator(seed=1, now=NOON)


def counts(found: Iterable[Row], name: str, column: str) -> Counter[str]:
    return Counter({row[name]: int(row[column]) for row in found})


def campaigns(sim: Simulator, type_: str = "predictive") -> list[str]:
    found = sim.rows("information", "campaigns")
    return [row["campaign_id"] for row in found if row["type_campaign"] == type_]


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
            assert percent(row["percent"]) == pytest.approx(
                100 * int(row["records"]) / every, abs=0.006
            )

    @pytest.mark.parametrize("campaign", ["all", "20716", "20718"])
    def test_codes_end_with_their_sum(self, sim: Simulator, campaign: str) -> None:
        found = rows(sim, "campaign_2", campaign_id=campaign)
        [*others, last] = sim.rows(
            "reports_manager", "campaign_2", **asked("campaign_2", campaign_id=campaign)
        )
        assert others == found
        records = str(total(found, "records"))
        assert last == {"cod_act": "TOTAL", "records": records, "percent": "100.00 %"}
        assert sums(sim, "campaign_2", campaign_id=campaigns(sim)[-1]) == []

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

    def test_a_row_adds_up_each_record_after_its_last_one(self, sim: Simulator) -> None:
        whose = ("campaign_id", "customer_id", "customer_name", "customer_last_name")
        found = sim.rows("reports_manager", "campaign_5", **asked("campaign_5"))
        open_: dict[tuple[str, ...], list[Row]] = {}
        done = set()
        for row in found:
            record = tuple(row[name] for name in whose)
            assert record not in done
            if row["type_of_row"] != "TOTAL":
                open_.setdefault(record, []).append(row)
                continue
            done.add(record)
            calls = [each for each in open_.pop(record) if each["type_of_row"] == "call"]
            assert list(row) == LINES["campaign_5"]["fields"]
            assert seconds(row["time"]) == total(calls, "time")
            assert set(row.values()) <= {"TOTAL", row["time"], *record} | MISSING
        assert not open_
        assert len(done) > 20


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
        order = ("accepted", "submitted", ("delivered", "failed"), "read")
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

    def test_at_last_all_are_read_delivered_or_failed(self, sim: Simulator) -> None:
        found = rows(sim, "campaign_9", ("20261115000000", "20261118235959"))
        results = Counter(row["status"] for row in found)
        assert set(results) == {"read", "delivered", "failed"}
        assert 0 < results["failed"] < results["delivered"] < results["read"]
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
        late = rows(sim, "detail", ("20261119170000", "20261119235959"))
        assert 0 < len(late) < len(whole)
        assert late == whole[-len(late) :]
        assert any(row["calls"] != "1" for row in late)


class TestPoints:
    def test_days_lie_in_the_rows_of_agents(self, sim: Simulator) -> None:
        for row in rows(sim, "agents_kpi"):
            assert list(row) == ["agent_id", "agent_name", "agent_dni", "stats"]
            assert all(list(each) == STATS for each in row["stats"])

    @pytest.mark.parametrize("days", [DAY, DAYS, TODAY, ("20261119030000", "20261119043000")])
    def test_days_are_the_hours_of_agents_together(
        self, sim: Simulator, days: tuple[str, str]
    ) -> None:
        by_hour = rows(sim, "agent_8", days)
        found = {
            (row["agent_id"], str(at(row["date"]).date())): row
            for row in flat_rows(sim, "agents_kpi", days)
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
        found = flat_rows(sim, "agents_kpi")
        assert len(found) == len(of_agents)
        for row in found:
            same = of_agents[row["agent_id"]]
            assert (row["hits"], row["aht_time"]) == (same["hits"], same["aht"])
            assert percent(row["occupancy"]) == pytest.approx(percent(same["occupancy"]), abs=0.51)
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
        counts = {len(row["stats"]) for row in found}
        assert len(counts) > 1
        assert max(counts) <= 10
