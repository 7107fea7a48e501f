"""Settings: everything wrong is said before the first request, and no value is shown."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tap_wolkvox.config import completion, settings, validation
from tap_wolkvox.config import operation as operation_settings
from tap_wolkvox.config.operation import Period

TOKEN = "t0ken-Ab.12~!"
GOOD: dict[str, Any] = {"server": "0011", "token": TOKEN}
WHOLE_NUMBERS = [
    "lookback_days",
    "settle_minutes",
    "max_retries",
    "max_requests",
    "quota_reserve",
]
NUMBERS = ["request_interval", "request_timeout", *WHOLE_NUMBERS]
DATES = ["start_date", "end_date"]
YEARS = (datetime.fromisoformat("2001-01-01"), datetime.fromisoformat("2090-01-01"))


def completed(**changed: object) -> dict[str, Any]:
    config = {**GOOD, **changed}
    completion.complete(config, settings.SCHEMA)
    return config


def found(**changed: object) -> list[str]:
    return validation.problems(completed(**changed), settings.SCHEMA)


def only_operation(config: dict[str, Any]) -> operation_settings.Operation:
    [operation] = operation_settings.operations(config)
    return operation


def named(problem: str) -> str:
    """Return the setting that a problem is about."""
    match = re.match(r"setting `([^`]+)`[ ,]", problem)
    assert match, problem
    return match[1]


def only(name: str, value: object, **others: object) -> str:
    """Return the one line that a wrong value of a setting gives."""
    problems = found(**{name: value}, **others)
    assert [named(problem) for problem in problems] == [name]
    assert len(problems[0].splitlines()) == 1
    return problems[0]


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


class TestServer:
    @pytest.mark.parametrize("server", ["0011", "7", "wv-0011", "A1"])
    def test_letters_digits_and_hyphens_are_a_server(self, server: str) -> None:
        assert found(server=server) == []

    @pytest.mark.parametrize(
        "server",
        [
            " ",
            " 0011",
            "0011 ",
            "0011\n",
            "00 11",
            "evil.invalid/#",
            "evil.invalid",
            "a.b",
            "a@b",
            "a/b",
            "a\\b",
            "a:b",
            "a?b",
            "a#b",
            "a%2eb",
            "a_b",
            "[::1]",
            "{server}",
            "٢٢",
            "ñ",
            "0011.wolkvox.com",
            "https://wv0011.wolkvox.com",
            "a\x00b",
            "a\tb",
            "a。b",
        ],
    )
    def test_anything_else_is_refused_for_it_could_change_the_host(self, server: str) -> None:
        assert "letters, digits and `-` only" in only("server", server)

    @pytest.mark.parametrize("server", [11, 1.5, True, ["0011"], {"a": "b"}], ids=repr)
    def test_what_is_no_text_is_told_to_be_quoted(self, server: object) -> None:
        assert "quotes" in only("server", server)

    @given(st.text())
    @example("a.b")
    def test_the_host_is_the_vendors_whatever_the_server(self, server: str) -> None:
        config = completed(server=server)
        if not validation.problems(config, settings.SCHEMA):
            url = only_operation(config).api_url
            assert re.fullmatch(r"https://wv[A-Za-z0-9-]+\.wolkvox\.com/api/v2", url)


class TestToken:
    @pytest.mark.parametrize("token", ["x", "12345", "a.b-c_d~e+f/g=", '!"#$%&{}|'])
    def test_printable_characters_without_blanks_are_a_token(self, token: str) -> None:
        assert found(token=token) == []

    @pytest.mark.parametrize("token", [" ", "\n", "\t \n"], ids=repr)
    def test_a_blank_token_is_told_to_be_set(self, token: str) -> None:
        assert "empty" in only("token", token)

    @pytest.mark.parametrize(
        "token",
        [
            "secret\n",
            "\nsecret",
            "sec ret",
            " secret",
            "sec\tret",
            "sec\r\nX-Evil: 1",
            "secrét",
            "sec\x00ret",
            "sec\x7fret",
            "sec\u00a0ret",
            "\ufeffsecret",
        ],
        ids=repr,
    )
    def test_a_token_that_no_header_can_hold_is_refused(self, token: str) -> None:
        assert "copy it again" in only("token", token)

    @pytest.mark.parametrize("token", [12345, 1.5, True, ["secret"], {"a": "secret"}], ids=repr)
    def test_what_is_no_text_is_told_to_be_quoted(self, token: object) -> None:
        assert "quotes" in only("token", token)


class TestMissingAndUnknown:
    @pytest.mark.parametrize("name", ["server", "token"])
    @pytest.mark.parametrize("given_as", [[], [None], [""]], ids=repr)
    def test_a_missing_setting_is_named(self, name: str, given_as: list[object]) -> None:
        config: dict[str, Any] = {key: value for key, value in GOOD.items() if key != name}
        config |= dict.fromkeys([name] * len(given_as), *given_as)
        completion.complete(config, settings.SCHEMA)
        problems = validation.problems(config, settings.SCHEMA)
        assert [named(problem) for problem in problems] == [name]
        assert "missing" in problems[0]

    def test_an_empty_configuration_misses_two_settings(self) -> None:
        config: dict[str, Any] = {}
        completion.complete(config, settings.SCHEMA)
        problems = validation.problems(config, settings.SCHEMA)
        assert sorted(map(named, problems)) == ["server", "token"]

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            ("tokn", "token"),
            ("Token", "token"),
            ("time_zone", "timezone"),
            ("apiurl", "api_url"),
            ("start-date", "start_date"),
            ("max_retry", "max_retries"),
        ],
    )
    def test_an_unknown_setting_is_told_which_is_meant(self, name: str, meant: str) -> None:
        assert f"did you mean `{meant}`?" in only(name, "x")

    @pytest.mark.parametrize("name", ["tok.EN.1", "two\nlines", "x" * 41, ""])
    def test_a_name_that_could_be_a_value_is_not_shown(self, name: str) -> None:
        [problem] = found(**{name: 1})
        assert not name or name not in problem
        assert "\n" not in problem
        assert "--about" in problem

    @pytest.mark.parametrize("name", ["colour", "wolkvox", "password", "x"])
    def test_an_unknown_setting_like_no_other_is_told_to_be_removed(self, name: str) -> None:
        problem = only(name, "x")
        assert "remove it" in problem
        assert "did you mean" not in problem

    def test_each_problem_has_a_line_of_its_own(self) -> None:
        problems = found(server=11, token=None, tokn="x", max_retries=-1, request_timeout="soon")
        assert sorted(map(named, problems)) == [
            "max_retries",
            "request_timeout",
            "server",
            "token",
            "tokn",
        ]

    def test_each_problem_of_meaning_has_a_line_of_its_own(self) -> None:
        problems = found(
            server="a.b",
            token=" ",
            timezone="Nowhere",
            start_date="soon",
            end_date="later",
        )
        assert sorted(map(named, problems)) == [
            "end_date",
            "server",
            "start_date",
            "timezone",
            "token",
        ]


class TestApiUrl:
    @pytest.mark.parametrize(
        ("url", "filled"),
        [
            ("https://wv{server}.wolkvox.com/api/v2", "https://wv0011.wolkvox.com/api/v2"),
            ("https://wv{server}.wolkvox.com/api/v2/", "https://wv0011.wolkvox.com/api/v2"),
            ("https://proxy.example/{server}/v2", "https://proxy.example/0011/v2"),
            ("https://proxy.example:8443", "https://proxy.example:8443"),
            ("https://proxy.example:{server}/v2", "https://proxy.example:0011/v2"),
            ("https://{server}.proxy.example/{server}", "https://0011.proxy.example/0011"),
            ("http://localhost:8000/api/v2", "http://localhost:8000/api/v2"),
            ("http://LOCALHOST:8000", "http://LOCALHOST:8000"),
            ("http://127.0.0.1:{server}/api/v2", "http://127.0.0.1:0011/api/v2"),
            ("http://127.8.9.1", "http://127.8.9.1"),
            ("http://[::1]:8000/api", "http://[::1]:8000/api"),
            ("https://10.0.0.7/~wolkvox/api_v2", "https://10.0.0.7/~wolkvox/api_v2"),
        ],
    )
    def test_a_plain_url_is_filled(self, url: str, filled: str) -> None:
        config = completed(api_url=url)
        assert validation.problems(config, settings.SCHEMA) == []
        assert only_operation(config).api_url == filled

    @pytest.mark.parametrize(
        "url",
        [
            "http://wv{server}.wolkvox.com/api/v2",
            "http://localhost.evil.com",
            "http://127.0.0.1.evil.com",
            "http://127.1",
            "http://127.0.0.01",
            "http://0x7f.0.0.1",
            "http://2130706433",
            "http://0.0.0.0",
            "http://10.0.0.7",
            "http://[::]",
            "http://[fe80::1]",
            "http://evil.example/localhost",
        ],
    )
    def test_http_is_for_a_loopback_host_only(self, url: str) -> None:
        assert "in the clear" in only("api_url", url)

    @pytest.mark.parametrize(
        "url",
        [
            "https://user@proxy.example",
            "https://user:pass@proxy.example",
            "http://localhost@evil.example",
            "http://localhost:80@evil.example",
            "https://proxy.example/?a=b",
            "https://proxy.example/#",
            "https://proxy.example#/x",
            "https://proxy.example\\x",
            "http://localhost\\@evil.example",
            "https://proxy.example/a b",
            " https://proxy.example",
            "https://proxy.example\n",
            "https://pro\txy.example",
            "https://próxy.example",
            "https://proxy。example",
            "https://proxy.example/%2e%2e",
            "https://{host}.example",
            "https://wv{ server }.wolkvox.com",
            "https://wv{Server}.wolkvox.com",
            "https://wv{server}.wolkvox.com/{api}",
        ],
    )
    def test_what_is_no_plain_url_is_refused(self, url: str) -> None:
        assert "plain URL" in only("api_url", url)

    @pytest.mark.parametrize(
        "url",
        [
            "proxy.example",
            "//proxy.example",
            "https:proxy.example",
            "https:/proxy.example",
            "https://",
            "https:///api/v2",
            "https://:443/api",
            "ftp://proxy.example",
            "file:///etc/passwd",
            "httpss://proxy.example",
            "://proxy.example",
            "https://proxy.example:0",
            "https://proxy.example:65536",
            "https://proxy.example:99999999",
            "https://proxy.example:port",
            "https://proxy.example:-1",
            "https://proxy.example:80:80",
            "https://proxy.example:{server}a",
            "https://[::1",
            "https://::1]",
        ],
    )
    def test_a_url_without_a_scheme_host_or_port_of_its_own_is_refused(self, url: str) -> None:
        assert "must begin with https:// and a host" in only("api_url", url)

    def test_a_blank_url_is_refused(self) -> None:
        only("api_url", " ")

    @pytest.mark.parametrize(
        ("server", "good"),
        [("1", True), ("65535", True), ("65536", False), ("0", False), ("x", False)],
    )
    def test_a_port_is_checked_after_filling(self, server: str, good: bool) -> None:
        problems = found(server=server, api_url="http://localhost:{server}/api/v2")
        assert [named(problem) for problem in problems] == ([] if good else ["api_url"])

    @pytest.mark.parametrize(
        ("server", "good"), [("localhost", True), ("evil", False), ("localhost-evil", False)]
    )
    def test_a_host_is_checked_after_filling(self, server: str, good: bool) -> None:
        problems = found(server=server, api_url="http://{server}/api/v2")
        assert [named(problem) for problem in problems] == ([] if good else ["api_url"])

    def test_a_wrong_server_gives_no_second_line_for_the_url(self) -> None:
        only("server", "evil.invalid/#")

    @given(st.text("htps:/.@#?[]{}\\%_-~aA01 \n", max_size=30))
    def test_no_text_is_taken_that_could_hide_a_user_query_or_fragment(self, rest: str) -> None:
        config = completed(api_url=f"https://{rest}")
        if not validation.problems(config, settings.SCHEMA):
            assert not set(only_operation(config).api_url) & set("@#?\\% \n{}")


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


NO_JSON = (
    "is no JSON: the mistake is at character {} (texts stand in double quotes, and a comma only "
    "between two values)"
)

SDK_LIKE: dict[str, Any] = {
    **settings.SCHEMA,
    "properties": {
        **settings.SCHEMA["properties"],
        "maps": {"type": ["object", "null"], "properties": {"deep": {"type": "array"}}},
        "level": {"type": "string", "enum": ["low", "high"]},
        "depth": {"type": ["integer", "null"], "minimum": 2},
    },
}
"""The SDK adds settings of its own, with rules that ours do not use."""


class TestOtherSchemas:
    def found(self, **changed: object) -> list[str]:
        config = {**GOOD, **changed}
        completion.complete(config, SDK_LIKE)
        return validation.problems(config, SDK_LIKE)

    def test_they_are_no_unknown_settings(self) -> None:
        assert self.found(maps={"deep": []}, level="low", depth="2") == []

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("maps", "[1]", "setting `maps` must be an object"),
            ("maps", '"secret"', "setting `maps` must be an object"),
            ("maps", "secret", f"setting `maps` {NO_JSON.format(1)}"),
            ("maps", '{"deep": 1', f"setting `maps` {NO_JSON.format(11)}"),
            ("maps", {"deep": "secret"}, "setting `maps` must be a list"),
            ("depth", "1", "setting `depth` must be 2 or more"),
            ("depth", "secret", "setting `depth` must be a whole number"),
            (
                "level",
                "secret",
                "setting `level` is not valid (enum): see its description in --about",
            ),
        ],
    )
    def test_a_violation_is_named_without_its_value(
        self, name: str, value: object, problem: str
    ) -> None:
        assert self.found(**{name: value}) == [problem]


class TestOperation:
    def test_it_is_what_the_settings_name(self) -> None:
        config = completed(timezone="America/Santiago")
        assert only_operation(config) == operation_settings.Operation(
            server="0011",
            token=TOKEN,
            api_url="https://wv0011.wolkvox.com/api/v2",
            zone=ZoneInfo("America/Santiago"),
        )

    def test_its_text_does_not_hold_the_token(self) -> None:
        operation = only_operation(completed())
        assert operation.token == TOKEN
        assert TOKEN not in f"{operation!r} {operation}"
        assert "0011" in repr(operation)

    @given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
    def test_a_token_is_sent_as_it_was_given(self, token: str) -> None:
        config = completed(token=token)
        assert validation.problems(config, settings.SCHEMA) == []
        assert only_operation(config).token == token


marked = st.text(st.characters(), max_size=10).map(lambda text: f"Zq7{text}xK")
"""Values that no message of ours holds by chance."""
values = st.one_of(
    marked,
    marked.map(lambda text: [text]),
    marked.map(lambda text: {text: text}),
    st.integers(10**9, 10**300),
    st.floats(allow_nan=True),
    st.booleans(),
)


class TestPeriod:
    """What is to be read, in the operation's local time."""

    def period(self, **given: Any) -> Period:
        config = completed(**given)
        return operation_settings.period(config, ZoneInfo(config["timezone"]))

    def test_by_default_it_has_no_bounds(self) -> None:
        assert self.period() == Period(lookback=timedelta(days=3), settle=timedelta(minutes=15))

    @pytest.mark.parametrize(
        ("text", "start"),
        [
            ("2026-01-31", "2026-01-31T00:00:00"),
            ("2026-01-31T08:00:00", "2026-01-31T08:00:00"),
            ("2026-01-31 08:00", "2026-01-31T08:00:00"),
            ("2026-01-31T08:00:00.75", "2026-01-31T08:00:00"),
            ("2026-01-31T08:00:00Z", "2026-01-31T03:00:00"),
            ("2026-01-31T08:00:00+02:00", "2026-01-31T01:00:00"),
        ],
    )
    def test_a_start_is_a_local_second(self, text: str, start: str) -> None:
        assert self.period(start_date=text).start == datetime.fromisoformat(start)

    def test_a_midnight_that_does_not_exist_stays_one(self) -> None:
        found = self.period(start_date="2026-09-06", timezone="America/Santiago")
        assert found.start == datetime.fromisoformat("2026-09-06T00:00:00")

    @pytest.mark.parametrize(
        ("text", "end"),
        [
            ("2026-01-31", "2026-01-31T23:59:59"),
            ("2026-01-31T08:00:00", "2026-01-31T08:00:00"),
            ("2026-01-31T08:00", "2026-01-31T08:00:00"),
            ("2026-01-31T00:00:00", "2026-01-31T00:00:00"),
            ("2026-01-31T23:59:59.999", "2026-01-31T23:59:59"),
            ("2026-01-31T08:00:00Z", "2026-01-31T03:00:00"),
            ("2026-01-31T03:00:00Z", "2026-01-30T22:00:00"),
            ("9999-12-31", "9999-12-31T23:59:59"),
        ],
    )
    def test_an_end_is_the_last_second(self, text: str, end: str) -> None:
        assert self.period(end_date=text).end == datetime.fromisoformat(end)

    @pytest.mark.parametrize("given_as", [0, "0", 40, "40"], ids=repr)
    def test_days_are_read_again_and_minutes_left_as_set(self, given_as: object) -> None:
        found = self.period(lookback_days=given_as, settle_minutes=given_as)
        assert found.lookback == timedelta(days=int(str(given_as)))
        assert found.settle == timedelta(minutes=int(str(given_as)))

    @given(
        st.datetimes(*YEARS),
        st.integers(-14 * 60, 14 * 60),
        st.sampled_from(["America/Bogota", "America/Santiago", "Europe/Madrid", "Asia/Tokyo"]),
    )
    def test_a_time_with_an_offset_is_what_the_local_clock_shows(
        self, wall: datetime, minutes: int, zone: str
    ) -> None:
        moment = wall.replace(tzinfo=timezone(timedelta(minutes=minutes)), fold=0)
        found = self.period(
            start_date=moment.isoformat(), end_date=moment.isoformat(), timezone=zone
        )
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0, fold=0)
        assert (found.start, found.end) == (shown, shown)

    @given(
        st.datetimes(*YEARS),
        st.sampled_from(["America/Bogota", "America/Santiago", "Europe/Madrid", "Asia/Tokyo"]),
    )
    def test_a_time_without_one_is_as_it_stands_even_if_no_clock_shows_it(
        self, wall: datetime, zone: str
    ) -> None:
        text = wall.isoformat(" ")
        found = self.period(start_date=text, end_date=text, timezone=zone)
        wanted = wall.replace(microsecond=0, fold=0)
        assert (found.start, found.end) == (wanted, wanted)


class TestSecrecy:
    @given(
        st.dictionaries(
            st.sampled_from([*settings.SCHEMA["properties"], "tokn", "colour"]), values, max_size=6
        )
    )
    @example({"token": "Zq7\nxK", "api_url": "http://Zq7xK.example"})
    @example({"request_interval": -987654321, "max_retries": -987654321})
    def test_no_problem_shows_a_value(self, given_config: dict[str, Any]) -> None:
        problems = found(**given_config)
        assert all(len(problem.splitlines()) == 1 for problem in problems)
        assert all(problem.isascii() and problem.isprintable() for problem in problems)
        text = "\n".join(problems)
        assert TOKEN not in text
        assert "Zq7" not in text
        assert "xK" not in text
        for value in given_config.values():
            if isinstance(value, int | float) and abs(value) > 10**6:
                assert str(value) not in text

    @given(
        st.dictionaries(st.sampled_from(list(settings.SCHEMA["properties"])), values, min_size=1)
    )
    def test_each_problem_names_a_setting_that_was_given(
        self, given_config: dict[str, Any]
    ) -> None:
        for problem in found(**given_config):
            # The URL is wrong where the server that fills it is.
            assert named(problem) in {*given_config, "api_url"}

    @given(st.text(min_size=1))
    def test_a_token_shows_up_in_no_problem(self, token: str) -> None:
        assume(len(token) > 3)
        marked_token = f"Zq7{token}"
        wrong: list[dict[str, object]] = [
            {},
            {"server": 11},
            {"server": "a.b"},
            {"timezone": "Nowhere"},
            {"max_retries": -1},
            {"api_url": "http://evil.example"},
            {"token_": marked_token},
            {"token": [marked_token]},
        ]
        for changed in wrong:
            assert not any("Zq7" in line for line in found(**{"token": marked_token, **changed}))


class TestBudget:
    def test_a_reserve_needs_a_request_to_ask_for_it(self) -> None:
        [problem] = found(max_requests=1, quota_reserve=0)
        assert named(problem) == "max_requests"
        assert found(max_requests=2, quota_reserve=0) == found(max_requests=1) == []


ONE: dict[str, Any] = {"server": "0011", "token": "one"}
OTHER: dict[str, Any] = {"server": "0012", "token": "other", "timezone": "Europe/Madrid"}


class TestOperations:
    @staticmethod
    def config(*entries: object, **others: object) -> dict[str, Any]:
        config: dict[str, Any] = {"operations": list(entries), **others}
        completion.complete(config, settings.SCHEMA)
        return config

    def problems(self, *entries: object, **others: object) -> list[str]:
        return validation.problems(self.config(*entries, **others), settings.SCHEMA)

    def test_each_has_a_server_a_token_and_a_zone(self) -> None:
        assert self.problems(ONE, OTHER) == []
        one, other = operation_settings.operations(self.config(ONE, OTHER))
        assert (one.server, one.token, one.zone.key) == ("0011", "one", "America/Bogota")
        assert (other.server, other.token, other.zone.key) == ("0012", "other", "Europe/Madrid")
        assert other.api_url == "https://wv0012.wolkvox.com/api/v2"

    def test_they_are_read_from_text_as_the_environment_holds_it(self) -> None:
        config: dict[str, Any] = {"operations": json.dumps([ONE, OTHER])}
        completion.complete(config, settings.SCHEMA)
        assert validation.problems(config, settings.SCHEMA) == []
        assert operation_settings.operations(config) == operation_settings.operations(
            self.config(ONE, OTHER)
        )

    def test_the_zone_of_the_setting_is_that_of_all_that_have_none(self) -> None:
        config = self.config(ONE | {"timezone": None}, OTHER, timezone="America/Lima")
        assert validation.problems(config, settings.SCHEMA) == []
        zones = [operation.zone.key for operation in operation_settings.operations(config)]
        assert zones == ["America/Lima", "Europe/Madrid"]

    @pytest.mark.parametrize(
        ("entries", "said"),
        [
            ([], "`operations` is empty"),
            ([ONE, "Zq7xK"], "entry 2 must be an object with `server`, `token`"),
            ([ONE, OTHER | {"server": 12}], "entry 2: `server` must be text: put it in quotes"),
            ([ONE, OTHER | {"token": ["Zq7xK"]}], "entry 2: `token` must be text"),
            ([{"server": "0011"}], "entry 1: `token` is missing: set it"),
            ([{"token": "Zq7xK"}], "entry 1: `server` is missing: set it"),
            ([ONE | {"Zq7xK": "Zq7xK"}], "entry 1 holds something else than `server`"),
            ([ONE, OTHER | {"server": "a.Zq7xK"}], "entry 2: `server` must be the server number"),
            ([ONE, OTHER | {"token": " "}], "entry 2: `token` is empty"),
            ([ONE, OTHER | {"token": "Zq7 xK"}], "entry 2: `token` holds blanks"),
            ([ONE, {"server": "a", "token": "a"}], "entry 2: `server` is the token"),
            ([ONE, OTHER | {"timezone": "Zq7xK"}], "entry 2: `timezone` is no IANA time zone"),
            ([ONE, ONE | {"token": "other"}], "has the same `server` twice"),
            ([ONE | {"server": "a1"}, OTHER | {"server": "A1"}], "has the same `server` twice"),
            ([ONE, ONE | {"server": "0012"}], "has the same `token` twice"),
        ],
    )
    def test_what_is_wrong_is_said_with_the_entry(self, entries: list[Any], said: str) -> None:
        [problem] = self.problems(*entries)
        assert named(problem) == "operations"
        assert said in problem
        assert "Zq7" not in problem

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ('[{"server": "0011", "token": "Zq7xK"} {', NO_JSON.format(39)),
            ("[{server: 0011}]", NO_JSON.format(3)),
            ("Zq7xK", NO_JSON.format(1)),
            ("[" * 100_000, NO_JSON.format(1)),
            ('{"server": "0011", "token": "Zq7xK"}', "must be a list"),
            ('"Zq7xK"', "must be a list"),
            ("5", "must be a list"),
            (r'5 or "Zq7\d"', NO_JSON.format(3)),
        ],
        ids=lambda text: text[:40],
    )
    def test_text_that_is_no_list_is_refused(
        self, text: str, said: str, recwarn: pytest.WarningsRecorder
    ) -> None:
        config: dict[str, Any] = {"operations": text}
        completion.complete(config, settings.SCHEMA)
        [problem] = validation.problems(config, settings.SCHEMA)
        assert problem == f"setting `operations` {said}"
        assert not recwarn.list

    def test_a_list_in_the_quotes_of_python_is_taken_as_meltano_takes_it(self) -> None:
        config: dict[str, Any] = {"operations": str([ONE, OTHER])}
        completion.complete(config, settings.SCHEMA)
        assert config["operations"] == [ONE, OTHER]

    @pytest.mark.parametrize("form", [{"server": "0011"}, {"token": "one"}, ONE])
    def test_both_forms_together_are_refused(self, form: dict[str, Any]) -> None:
        [problem] = self.problems(OTHER, **form)
        assert "takes the place of `server` and `token`" in problem

    def test_retiring_rows_is_refused_for_several_and_says_why(self) -> None:
        [problem] = self.problems(ONE, OTHER, emit_activate_version_messages=True)
        assert named(problem) == "emit_activate_version_messages"
        assert "would retire the rows of the others" in problem
        assert self.problems(ONE, emit_activate_version_messages=True) == []

    def test_a_token_is_another_one_in_capitals(self) -> None:
        assert self.problems(ONE | {"token": "abc"}, OTHER | {"token": "ABC"}) == []

    def test_a_problem_of_all_is_said_once(self) -> None:
        [problem] = self.problems(ONE, OTHER, start_date="2026-02-30")
        assert named(problem) == "start_date"
        [problem] = self.problems(ONE, OTHER, timezone="Nowhere")
        assert problem.startswith("setting `timezone` is no IANA")
        [problem] = self.problems(ONE, OTHER, api_url="http://example.com")
        assert named(problem) == "api_url"


class TestHosts:
    @pytest.mark.parametrize(
        "url",
        [
            "http://evil.com[::1]/x",
            "http://[::1]evil.com/",
            "https://..",
            "https://-/",
            "https://a..b",
            "https://a-",
            "HTTP://evil.example",
        ],
    )
    def test_what_is_no_host_is_refused(self, url: str) -> None:
        assert "begin with https:// and a host" in only("api_url", url)

    def test_a_server_is_no_longer_than_a_name_can_be(self) -> None:
        assert found(server="0" * 16) == []
        assert "server number alone" in only("server", "0" * 17)

    def test_the_token_in_the_place_of_the_server_is_told(self) -> None:
        assert any("is the token" in problem for problem in found(server="abc", token="abc"))

    @pytest.mark.parametrize("zone", ["localtime", "Factory", "posix/UTC", "right/UTC"])
    def test_a_zone_that_depends_on_the_machine_is_refused(self, zone: str) -> None:
        assert "IANA" in only("timezone", zone)
