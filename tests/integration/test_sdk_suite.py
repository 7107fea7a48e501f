"""The SDK's standard tests, for all streams and with nothing ignored, and what they leave out."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from singer_sdk.testing import get_tap_test_class

from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tap_wolkvox.tap import TapWolkvox
from tests.simulator import Simulator
from tests.support.command_line import TOKEN, Result, for_simulator, selection
from tests.support.loops import for_each

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The suite makes its taps from this at import; where the simulator is, it learns once that runs.
SETTINGS: dict[str, Any] = {
    "server": "0011",
    "token": TOKEN,
    "api_url": "http://127.0.0.1/api/v2",
    "request_interval": 0,
    "max_retries": 0,
    "start_date": "2026-11-18",
    "end_date": "2026-11-19",
}

NOW = datetime.fromisoformat("2026-11-20T10:00:00")
"""A moment at which every stream has rows."""

ALL = tuple(endpoint.name for endpoint in ENDPOINTS)

Suite = get_tap_test_class(
    TapWolkvox, config=SETTINGS, catalog=selection(*ALL), parse_env_config=False
)


def of_all(name: str, cases: list[Any]) -> Callable[..., None]:
    """Return the same test of all streams, or columns, in place of one of each."""
    run = getattr(Suite, name)

    @for_each("case", cases, ids=lambda case: str(case.id))
    def test(self: object, config: Any, resource: Any, runner: Any, case: Any) -> None:
        # The suite has one object for all columns, which keeps the values of the first.
        vars(run.__self__).pop("non_null_attribute_values", None)
        run(config, resource, runner, **case.values._asdict())

    return test


for _name, _cases in Suite.params.items():
    setattr(Suite, _name, of_all(_name, _cases))
Suite.params = {}


# Some columns have no value in two days.
@pytest.mark.filterwarnings("ignore:No records were available to test")
class TestStandard(Suite):  # type: ignore[misc, valid-type]  # a class made at run time
    """The suite, against a simulator of its own."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _simulator(cls) -> Iterator[None]:
        with Simulator(token=TOKEN, now=NOW, pace=0.1) as simulator:
            SETTINGS["api_url"] = simulator.url
            yield


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A run over all streams, of two days of those that take dates."""
    with Simulator(token=TOKEN, now=NOW, pace=0.1) as simulator:
        tap = for_simulator(simulator, tmp_path_factory.mktemp("tap"), *ALL)
        return tap.run(start_date="2026-11-18", end_date="2026-11-19")


def test_every_record_has_a_key_of_its_own(result: Result) -> None:
    # The SDK's own test of this counts generators, and can't fail.
    schemas = {m["stream"]: m for m in result.messages if m["type"] == "SCHEMA"}
    assert schemas.keys() == result.streams == set(ALL)
    for stream, schema in schemas.items():
        keys = Counter(
            tuple(record[name] for name in schema["key_properties"])
            for record in result.records(stream)
        )
        assert keys
        assert max(keys.values()) == 1
        assert not [key for key in keys if None in key]


def test_every_record_is_valid_by_its_schema(result: Result) -> None:
    for message in result.messages:
        if message["type"] == "SCHEMA":
            validator = Draft202012Validator(
                message["schema"], format_checker=Draft202012Validator.FORMAT_CHECKER
            )
            for record in result.records(message["stream"]):
                validator.validate(record)
