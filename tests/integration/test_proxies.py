"""Proxies: one that can't be used is named by its variable, with what to do."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tap_wolkvox.api.session import Session
from tap_wolkvox.errors import OperationError, RetryableError

if TYPE_CHECKING:
    from tests.simulator import Simulator
    from tests.support.command_line import CommandLine

PYSOCKS = 'a SOCKS proxy needs PySocks: pip install "requests[socks]"'
HOW = "write it as http://host:port"


def told(
    patch: pytest.MonkeyPatch, kind: type[OperationError | RetryableError], **variables: str
) -> str:
    """Return what is said of a request that no proxy of these takes."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        patch.delenv(name)
    for name, value in variables.items():
        patch.setenv(name, value)
    request = requests.Request("GET", "https://wv0011.invalid/").prepare()
    with pytest.raises(kind) as caught:
        Session(timeout=30).send(request)
    return str(caught.value)


@pytest.mark.skipif(find_spec("socks") is not None, reason="PySocks is here")
@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "SOCKS5", "socks"])
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_socks_proxy_needs_pysocks(
    monkeypatch: pytest.MonkeyPatch, variable: str, scheme: str
) -> None:
    said = told(monkeypatch, OperationError, **{variable: f"{scheme}://user:s3cr3t@127.0.0.1:9"})
    assert said == f"the proxy that {variable} names can't be used: {PYSOCKS}"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://",
        "http://[::1",
        "http://user:s3cr3t@#x@127.0.0.1:9",
        "http://a..b:9",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_no_url_is_named_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, url: str
) -> None:
    said = told(monkeypatch, OperationError, **{variable: url})
    assert said == f"the proxy that {variable.upper()} names can't be used: {HOW}"


def test_a_proxy_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTPS_PROXY", "ALL_PROXY"):
        said = told(monkeypatch, RetryableError, **{variable: "http://127.0.0.1:9"})
        assert said == f"the proxy does not answer: check {variable}"
        monkeypatch.undo()


def test_of_two_the_one_for_the_scheme_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch, OperationError, HTTPS_PROXY="http://", ALL_PROXY="http://127.0.0.1:9")
    assert "HTTPS_PROXY" in said


def test_it_stops_the_operation_before_any_request(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    environment = {"HTTPS_PROXY": "http://127.0.0.1:port", "NO_PROXY": "", "no_proxy": ""}
    result = tap.run(catalog=services, api_url="https://127.0.0.1:9/", environment=environment)
    assert result.code == 1
    assert result.errors[0].startswith("Server 0011 stopped: the proxy that HTTPS_PROXY names")
    assert HOW in result.errors[0]
