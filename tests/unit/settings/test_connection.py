"""Settings that say where the API is and who asks it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tap_wolkvox.config import completion, settings, validation
from tests.unit.settings.common import GOOD, completed, found, named, only, only_operation


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
