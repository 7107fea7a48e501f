"""Numbers, dates and defaults among the settings."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_wolkvox.config import completion, settings
from tests.unit.settings.common import GOOD, completed, found, named, only

WHOLE_NUMBERS = [
    "lookback_days",
    "settle_minutes",
    "max_retries",
    "max_requests",
    "quota_reserve",
]
NUMBERS = ["request_interval", "request_timeout", *WHOLE_NUMBERS]
DATES = ["start_date", "end_date"]


class TestDefaults:
    def test_server_and_token_are_enough(self) -> None:
        assert found() == []
        assert completed() == {
            **GOOD,
            "api_url": "https://wv{server}.wolkvox.com/api/v2",
            "timezone": "America/Bogota",
            "lookback_days": 3,
            "settle_minutes": 15,
            "request_interval": 1.0,
            "request_timeout": 90,
            "max_retries": 5,
            "emit_activate_version_messages": False,
        }

    def test_what_is_set_is_kept(self) -> None:
        assert completed(timezone="UTC", max_retries=0)["timezone"] == "UTC"
        assert completed(timezone="UTC", max_retries=0)["max_retries"] == 0

    @pytest.mark.parametrize("name", settings.SCHEMA["properties"])
    @pytest.mark.parametrize("nothing", [None, ""], ids=repr)
    def test_null_and_an_empty_text_are_as_good_as_not_there(
        self, name: str, nothing: object
    ) -> None:
        without = {key: value for key, value in GOOD.items() if key != name}
        completion.complete(without, settings.SCHEMA)
        assert completed(**{name: nothing}) == without

    @pytest.mark.parametrize("name", settings.SCHEMA["properties"])
    def test_every_setting_has_a_title_and_a_description(self, name: str) -> None:
        declared = settings.SCHEMA["properties"][name]
        assert declared["title"]
        assert declared["description"].endswith(".")

    def test_what_holds_a_token_is_declared_a_secret(self) -> None:
        properties = settings.SCHEMA["properties"]
        assert [name for name in properties if properties[name].get("secret")] == [
            "token",
            "operations",
        ]


class TestNumbersAsText:
    @pytest.mark.parametrize(
        ("given_as", "number"),
        [
            ("5", 5),
            (" 5 ", 5),
            ("+5", 5),
            ("0", 0),
            (5, 5),
            ("0005", 5),
        ],
        ids=repr,
    )
    def test_text_of_the_environment_is_a_number(self, given_as: object, number: int) -> None:
        for name in NUMBERS:
            value = completed(**{name: given_as})[name]
            assert value == number
            assert type(value) is int

    @pytest.mark.parametrize("given_as", ["2.5", Decimal("2.5"), 2.5], ids=repr)
    def test_a_decimal_is_a_float(self, given_as: object) -> None:
        value = completed(request_interval=given_as)["request_interval"]
        assert value == 2.5
        assert type(value) is float
        assert found(request_interval=given_as) == []

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize(
        "text", [" ", "five", "5s", "1,5", "1e3", "0x5", "1_0", "٣", "5 5", "nan", "inf", "--5"]
    )
    def test_other_text_is_no_number(self, name: str, text: str) -> None:
        assert "number" in only(name, text)

    def test_text_settings_are_never_made_numbers(self) -> None:
        assert completed(server="0011", token="12345")["token"] == "12345"
        assert completed(server="0011")["server"] == "0011"

    def test_the_schema_of_the_environment_has_text_alone_and_changes_nothing_else(self) -> None:
        before = repr(settings.SCHEMA)
        schema = completion.as_text(settings.SCHEMA)
        for name, declared in settings.SCHEMA["properties"].items():
            assert schema["properties"][name] == {**declared, "type": "string"}
        assert {**schema, "properties": None} == {**settings.SCHEMA, "properties": None}
        assert repr(settings.SCHEMA) == before


class TestTimes:
    @pytest.mark.parametrize(
        "name", ["America/Bogota", "UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires"]
    )
    def test_an_iana_name_is_a_time_zone(self, name: str) -> None:
        assert found(timezone=name) == []

    @pytest.mark.parametrize(
        "name",
        [
            "Nowhere",
            " ",
            ".",
            "/",
            "America",
            "America/",
            "America/Nowhere",
            "../etc/passwd",
            "/etc/passwd",
            "America/../../etc/passwd",
            "..x/y",
            "UTC-5",
            "-05:00",
            "America/Bogota\n",
            "America/Bogota\x00",
            "zone.tab",
            "A" * 5000,
            "Ñ/ñ",
            "\ud800",
        ],
        ids=ascii,
    )
    def test_what_is_no_iana_name_is_refused(self, name: str) -> None:
        assert "IANA" in only("timezone", name)

    @given(st.text(st.characters()))
    def test_no_text_for_a_time_zone_raises(self, name: str) -> None:
        assert len(found(timezone=name)) <= 1

    @pytest.mark.parametrize("name", DATES)
    @pytest.mark.parametrize(
        "text",
        [
            "2026-01-31",
            "2028-02-29",
            "2026-01-31T08:00",
            "2026-01-31T08:00:00",
            "2026-01-31 08:00:00",
            "2026-01-31T08:00:00.5",
            "2026-01-31T08:00:00.000000",
            "2026-01-31T08:00:00Z",
            "2026-01-31T08:00:00-05:00",
            "2026-01-31T08:00:00+0530",
        ],
    )
    def test_a_date_or_date_time_is_taken(self, name: str, text: str) -> None:
        assert found(**{name: text}) == []

    @pytest.mark.parametrize("name", DATES)
    @pytest.mark.parametrize(
        "text",
        [
            " ",
            "yesterday",
            "2026",
            "2026-01",
            "2026-02-29",
            "2026-13-01",
            "2026-00-00",
            "0000-01-01",
            "20260131",
            "2026-W05",
            "2026-1-31",
            "31/01/2026",
            "2026-01-31T",
            "2026-01-31T25:00:00",
            "2026-01-31T08:61",
            "2026-01-31T08",
            "2026-01-31T08:00:00+25:00",
            "2026-01-31T08:00:00 -05:00",
            "2026-01-31-05:00",
            " 2026-01-31",
            "2026-01-31\n",
            "٢٠٢٦-01-31",
            "99999-01-01",
        ],
        ids=ascii,
    )
    def test_what_is_no_date_is_refused(self, name: str, text: str) -> None:
        assert "no date" in only(name, text)

    @pytest.mark.parametrize("name", DATES)
    @pytest.mark.parametrize(
        "text", ["0206-01-31", "1999-12-31", "0001-01-01T00:00:00", "9999-12-31T23:59:59-05:00"]
    )
    def test_a_year_that_can_not_be_meant_is_refused(self, name: str, text: str) -> None:
        assert only(name, text) == f"setting `{name}` is before 2000 or after 2999: check its year"

    @pytest.mark.parametrize("name", DATES)
    def test_the_first_year_that_can_be_meant_is_taken(self, name: str) -> None:
        assert found(**{name: "2000-01-01"}) == []

    @pytest.mark.parametrize("name", [*DATES, "timezone", "api_url"])
    @pytest.mark.parametrize("value", [20260131, 1.5, True, [], {}], ids=repr)
    def test_what_is_no_text_is_told_to_be_quoted(self, name: str, value: object) -> None:
        assert "quotes" in only(name, value)

    @given(st.text("0123456789-+:TZ. ", max_size=30))
    def test_no_text_for_a_date_raises(self, text: str) -> None:
        assert len(found(start_date=text)) <= 1


class TestOrder:
    def test_an_end_before_the_start_is_refused(self) -> None:
        assert "before `start_date`" in only("end_date", "2026-01-01", start_date="2026-01-02")

    def test_offsets_count(self) -> None:
        assert found(start_date="2026-01-01T10:00:00+02:00", end_date="2026-01-01T09:00:00Z") == []

    def test_a_bare_end_is_its_whole_day(self) -> None:
        assert found(start_date="2026-01-31T08:00:00", end_date="2026-01-31") == []
        late = {"start_date": "2026-01-31T08:00:00"}
        assert "before" in only("end_date", "2026-01-31T07:59:59", **late)

    @pytest.mark.parametrize("day", ["2026-01-01", "2026-01-01T23:59:59"])
    def test_a_single_day_is_an_order(self, day: str) -> None:
        assert found(start_date="2026-01-01", end_date=day) == []


class TestNumbers:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("request_interval", 0),
            ("request_interval", 0.25),
            ("request_interval", 3600),
            ("request_timeout", 0.001),
            ("request_timeout", 3600),
            ("max_retries", 0),
            ("max_retries", 1000),
            ("lookback_days", 0),
            ("lookback_days", 3650),
            ("settle_minutes", 0),
            ("settle_minutes", 44_640),
        ],
    )
    def test_numbers_in_their_range_are_taken(self, name: str, value: float) -> None:
        assert found(**{name: value}) == []
        assert found(**{name: str(value)}) == []

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize("value", [-1, "-1", -0.5, Decimal(-1), -1e300], ids=repr)
    def test_a_negative_number_is_refused(self, name: str, value: object) -> None:
        problems = found(**{name: value})
        # -0.5 retries are neither a whole number nor none or more.
        assert {named(problem) for problem in problems} == {name}
        assert any("more" in problem or "whole" in problem for problem in problems)

    @pytest.mark.parametrize("value", [0, 0.0, "0", "-0", Decimal(0)], ids=repr)
    def test_no_time_at_all_is_refused_for_a_request(self, value: object) -> None:
        assert "more than 0" in only("request_timeout", value)

    @pytest.mark.parametrize("name", ["request_interval", "request_timeout"])
    @pytest.mark.parametrize(
        "value",
        [3600.5, 3601, 10**9, 1e300, float("inf"), float("nan"), Decimal("NaN"), Decimal("1e400")],
        ids=repr,
    )
    def test_an_absurd_time_is_refused(self, name: str, value: object) -> None:
        problem = only(name, value)
        assert "3600 or less" in problem or "a number" in problem

    @pytest.mark.parametrize("value", [10**400, Decimal("1e400")], ids=["int", "decimal"])
    def test_a_number_too_large_for_the_machine_is_refused(self, value: object) -> None:
        assert "3600 or less" in only("request_timeout", value)

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize("value", ["9" * 400, "9" * 5000, "1e5"], ids=["400", "5000", "1e5"])
    def test_a_text_that_is_no_number_of_this_world_is_refused(self, name: str, value: str) -> None:
        assert "number" in only(name, value)

    @pytest.mark.parametrize("name", WHOLE_NUMBERS)
    @pytest.mark.parametrize("value", [1.5, "1.5", Decimal("1.5")], ids=repr)
    def test_days_minutes_and_retries_are_whole(self, name: str, value: object) -> None:
        assert "a whole number" in only(name, value)

    @pytest.mark.parametrize(
        ("name", "most"), [("lookback_days", 3650), ("settle_minutes", 44_640)]
    )
    def test_more_days_or_minutes_than_can_be_meant_are_refused(self, name: str, most: int) -> None:
        for value in (most + 1, str(most + 1), 10**400, 1e300):
            assert only(name, value) == f"setting `{name}` must be {most} or less"

    @pytest.mark.parametrize("name", NUMBERS)
    @pytest.mark.parametrize("value", [True, False, [], [1], {}], ids=repr)
    def test_what_is_no_number_is_refused(self, name: str, value: object) -> None:
        assert "number" in only(name, value)

    @pytest.mark.parametrize(
        ("text", "meant"),
        [
            *((text, True) for text in ("yes", "true", " True ", "1", "on")),
            *((text, False) for text in ("no", "False", "0", "OFF")),
        ],
    )
    def test_a_word_of_the_environment_is_a_boolean(self, text: str, meant: bool) -> None:
        name = "emit_activate_version_messages"
        assert completed(**{name: text})[name] is meant
        assert found(**{name: text}) == []

    @pytest.mark.parametrize("value", [0, 1, "banana", " ", []], ids=repr)
    def test_yes_no_is_a_boolean(self, value: object) -> None:
        assert "true or false" in only("emit_activate_version_messages", value)
        assert found(emit_activate_version_messages=True) == []


class TestBudget:
    def test_a_reserve_needs_a_request_to_ask_for_it(self) -> None:
        [problem] = found(max_requests=1, quota_reserve=0)
        assert named(problem) == "max_requests"
        assert found(max_requests=2, quota_reserve=0) == found(max_requests=1) == []
