"""Cases."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.reports_of import MISSING, rows, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.simulator import Simulator
    from tests.simulator.endpoints.common.answers import Row

from tests.unit.simulator.cases_and_journeys.common import DAYS, KNOWN, ODD, WIDE, at, by

TODAY = "2026-11-20T00:00:00", "2026-11-20T23:59:59"


def closed_on(found: Iterable[Row], days: tuple[str, str]) -> list[Row]:
    """The cases that were closed in a range."""
    begin, end = map(at, days)
    return [
        row
        for row in found
        if row["close_date"] not in MISSING and begin <= at(row["close_date"]) <= end
    ]


def lasted(case: Row) -> int:
    return int((at(case["close_date"]) - at(case["date_creation"])).total_seconds())


class TestCases:
    def test_they_go_from_open_to_closed_to_archived(self, early: Simulator) -> None:
        found = rows(early, "chat_4", ("2026-11-14T00:00:00", TODAY[1]))
        assert {row["status"] for row in found} == {"open", "close", "archived"}
        for row in found:
            ended = row["status"] != "open"
            assert (row["close_date"] not in MISSING) is ended
            assert (row["cod_act"] not in MISSING) is ended
            assert ended or {row["comments"], row["evaluation_survey"]} <= MISSING
            assert row["evaluation_survey"] in MISSING | set("12345")
            if ended:
                assert 600 <= lasted(row) <= 3 * 86_400
            else:
                assert KNOWN - at(row["date_creation"]) < timedelta(days=3)

    def test_what_comes_later_was_missing_before(self, early: Simulator, sim: Simulator) -> None:
        days = "2026-11-17T00:00:00", KNOWN.isoformat()
        after = by("case_id", rows(sim, "chat_4", days))
        before = by("case_id", rows(early, "chat_4", days))
        assert list(before) == list(after)
        changed: dict[str, set[str]] = {}
        for id_, row in before.items():
            for name, value in row.items():
                if value != after[id_][name]:
                    changed.setdefault(name, set()).add(value)
        assert set(changed) == {
            "agent_name",
            "answer",
            "close_date",
            "cod_act",
            "comments",
            "evaluation_survey",
            "status",
        }
        assert changed.pop("status") == {"open", "close"}
        assert not changed.pop("agent_name") & MISSING
        assert all(values <= MISSING for values in changed.values())

    def test_the_longest_are_closed_after_three_days(self, sim: Simulator) -> None:
        assert max(map(lasted, rows(sim, "chat_4", WIDE))) == 3 * 86_400

    def test_emails_have_addresses_and_posts_have_names(self, sim: Simulator) -> None:
        customers = {row["customer_name"] for row in rows(sim, "chat_2", WIDE)}
        for row in rows(sim, "chat_4", DAYS):
            is_email = row["channel"] == "email"
            assert bool(re.fullmatch(r"cliente\d+@example\.com", row["from"])) is is_email
            assert (row["to"] == "servicio@example.com") is is_email
            assert (row["subject"] in MISSING) is not is_email
            assert is_email or row["from"] in customers

    @pytest.mark.parametrize(
        "asked",
        [
            {"include_attachments": "true", "attach_array": "yes"},
            {"attach_array": "yes"},
        ],
    )
    def test_attachments_may_be_lists(self, sim: Simulator, asked: dict[str, str]) -> None:
        found = [row["attachments"] for row in rows(sim, "chat_4", DAYS, **asked)]
        lists = [each for each in found if each != ""]
        assert 0 < len(lists) < len(found)
        assert {len(each) for each in lists} == {1, 2}
        for each in (file for files in lists for file in files):
            assert list(each) == ["name", "url"]

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"include_attachments": "true"},
            {"attach_array": "no"},
            {"include_attachments": "", "attach_array": ""},
        ],
    )
    def test_attachments_are_text_that_holds_json(
        self, sim: Simulator, asked: dict[str, str]
    ) -> None:
        lists = rows(sim, "chat_4", DAYS, attach_array="yes")
        for row, same in zip(rows(sim, "chat_4", DAYS, **asked), lists, strict=True):
            files = row["attachments"]
            assert isinstance(files, str)
            assert (json.loads(files) if files else "") == same["attachments"]
            assert row | {"attachments": ""} == same | {"attachments": ""}

    @pytest.mark.parametrize("as_array", ["yes", "no"])
    def test_attachments_may_be_left_out(self, sim: Simulator, as_array: str) -> None:
        asked = {"include_attachments": "false", "attach_array": as_array}
        assert {row["attachments"] for row in rows(sim, "chat_4", DAYS, **asked)} == {""}

    @pytest.mark.parametrize("days", [DAYS, ODD])
    @pytest.mark.parametrize(
        ("api", "columns", "time"),
        [
            ("chat_3", ("channel",), "closing_time"),
            ("chat_5", ("agent_name",), "close_time"),
            ("chat_6", ("date",), "close_time"),
            ("chat_7", ("agent_name", "cod_act"), None),
        ],
    )
    def test_they_add_up_to_the_sums(
        self,
        sim: Simulator,
        api: str,
        columns: tuple[str, ...],
        time: str | None,
        days: tuple[str, str],
    ) -> None:
        counts, times = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for case in closed_on(rows(sim, "chat_4", WIDE), days):
            group = tuple((case | {"date": case["close_date"][:10]})[each] for each in columns)
            counts[group] += 1
            times[group] += lasted(case)
        found = {tuple(row[each] for each in columns): row for row in rows(sim, api, days)}
        assert {group: int(row["interactions"]) for group, row in found.items()} == counts
        if time:
            assert {group: seconds(row[time]) for group, row in found.items()} == times
        assert list(found) == sorted(found)

    def test_codes_are_described_as_in_the_catalogue(self, sim: Simulator) -> None:
        told = {row["cod_act"]: row for row in sim.rows("information", "activity_codes")}
        for row in rows(sim, "chat_7", DAYS):
            assert row["description_cod_act"] in told[row["cod_act"]].values()

    def test_only_emails_are_passed_on(self, sim: Simulator) -> None:
        cases = by("case_id", rows(sim, "chat_4", WIDE))
        found = rows(sim, "chat_9", DAYS)
        queued = [row for row in found if row["receiver_agent_name"] == "SKILL"]
        assert 0 < len(queued) < len(found)
        for row in found:
            case = cases[row["conn_id"]]
            assert row["channel"] == case["channel"] == "email"
            assert case["date_creation"] < row["date"] < case["close_date"]
            assert row["transfer_agent_id"] == row["conn_id"].partition(".")[0]
            assert row["transfer_agent_id"] != row["receiver_agent_id"]
            if row in queued:
                assert row["receiver_agent_id"] == case["skill_id"]
            else:
                assert row["receiver_agent_name"] == case["agent_name"]

    def test_whoever_has_a_case_is_named(self, early: Simulator) -> None:
        days = "2026-11-17T00:00:00", TODAY[1]
        first = {row["agent_id"]: row["agent_name"] for row in early.rows("information", "agents")}
        passed = {row["conn_id"]: row for row in rows(early, "chat_9", days)}
        for row in rows(early, "chat_4", days):
            if row["case_id"] not in passed:
                assert row["agent_name"] == first[row["case_id"].partition(".")[0]]

    def test_answers_are_those_that_were_sent(self, sim: Simulator) -> None:
        cases = by("case_id", rows(sim, "chat_4", WIDE))
        sent = by("conn_id", rows(sim, "chat_12", WIDE))
        begun = rows(sim, "chat_4", DAYS)
        assert {row["case_id"] for row in begun} & set(sent) == {
            row["case_id"]
            for row in begun
            if row["channel"] == "email" and row["answer"] not in MISSING
        }
        for row in rows(sim, "chat_12", DAYS):
            case = cases[row["conn_id"]]
            assert row["channel"] == case["channel"] == "email"
            assert (row["from"], row["to"]) == (case["to"], case["from"])
            assert row["subject"] == f"Re: {case['subject']}"
            assert (row["body"], row["agent_name"]) == (case["answer"], case["agent_name"])
            assert case["date_creation"] < row["date"] < case["close_date"]
