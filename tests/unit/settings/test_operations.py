"""Settings of operations and of their dates, and that none shows a secret."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tap_wolkvox.config import completion, settings, validation
from tap_wolkvox.config import operation as operation_settings
from tap_wolkvox.config.operation import Period
from tests.unit.settings.common import GOOD, TOKEN, completed, found, named, only_operation

YEARS = (datetime.fromisoformat("2001-01-01"), datetime.fromisoformat("2090-01-01"))


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
