"""How the API is asked: with the token in its header, in turn, within limits, and nowhere else."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
import requests
import trustme

from tap_wolkvox.api.retry import retry_after, waits
from tap_wolkvox.api.session import Session
from tap_wolkvox.errors import RetryableError
from tests.simulator import CodeForm, Simulator, faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.command_line import CommandLine

pytestmark = pytest.mark.timed


class Thief(BaseHTTPRequestHandler):
    """Takes down whatever it is sent."""

    loot: list[str]

    def do_GET(self) -> None:  # the name that http.server asks for
        self.loot.append(f"{self.path} {self.headers.as_string()}")
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_CONNECT = do_GET  # noqa: N815  # likewise

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # likewise
        pass


@contextmanager
def thief() -> Iterator[tuple[str, list[str]]]:
    """Run a server that no token must reach; yields its URL and what it got."""
    loot: list[str] = []
    handler = type("Handler", (Thief,), {"loot": loot})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", loot
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Listen, and serve the first connection; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=lambda: serve(listener), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=10)


def _shake_hands(listener: socket.socket) -> None:
    """Serve TLS with a certificate that nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        context.wrap_socket(connection, server_side=True).close()


def _drip_after_all(listener: socket.socket) -> None:
    """Serve a whole answer, and then blanks that never end."""
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        connection.recv(65_536)
        connection.sendall(b'HTTP/1.0 200 OK\r\n\r\n{"code": "200", "data": [{"crm": "x"}]}')
        for _ in range(100):
            connection.sendall(b" ")
            time.sleep(0.1)


def test_each_request_carries_the_token_in_its_header_and_nowhere_else(
    tap: CommandLine, simulator: Simulator
) -> None:
    tap.run()
    for request in simulator.requests:
        assert request.token == simulator.token
        assert request.method == "GET"
        assert request.query == {"api": request.api}
        assert request.path in ("/api/v2/billing.php", "/api/v2/information.php")


def test_requests_start_apart_from_each_other(tap: CommandLine, simulator: Simulator) -> None:
    tap.run(request_interval=0.4)
    starts = [request.started for request in simulator.requests]
    assert len(starts) == 5
    assert all(later - earlier >= 0.3 for earlier, later in pairwise(starts))


def test_retries_wait_their_turn_like_everything_else(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    simulator.faults.add(faults.maintenance(), api="services", times=2)
    tap.run(catalog=services, request_interval=3.5, max_retries=2)
    starts = [request.started for request in simulator.requests]
    assert len(starts) == 3
    assert all(later - earlier >= 3.4 for earlier, later in pairwise(starts))


def test_what_retry_after_asks_for_is_waited(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    simulator.faults.add(faults.retry_after(429, 4), api="services")
    tap.run(catalog=services, max_retries=1)
    first, second = (request.started for request in simulator.requests)
    assert 4 <= second - first < 6.5


def test_waits_double_up_to_a_minute_or_are_what_the_server_asks_for() -> None:
    own, asked = RetryableError("busy"), RetryableError("busy", retry_after=90)
    wait = waits()
    next(wait)  # as `backoff` begins
    slept = [wait.send(own) for _ in range(8)]
    for seconds, least in zip(slept, [1, 2, 4, 8, 16, 32, 60, 60], strict=True):
        assert least <= seconds <= min(least + 1, 60)
    assert 90 <= wait.send(asked) <= 91


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 0 ", 0),
        ("soon", None),
        ("-5", None),
        ("Fri, 31 Dec 99999999999999999999 23:59:59 GMT", None),
        ("Fri, 20 Nov 2026 10:01:30 GMT", 90),
        ("Fri, 20 Nov 2026 10:01:30 -0000", 90),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 11, 20, 10, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_does_not_get_the_token(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any], code: int
) -> None:
    with thief() as (url, loot):
        simulator.faults.add(faults.redirect(f"{url}/api/v2/information.php", code))
        result = tap.run(catalog=services, max_retries=3)
    assert result.code == 1
    assert not loot
    assert len(simulator.requests) == 1


def test_a_proxy_does_not_get_an_unencrypted_token(
    tap: CommandLine, services: dict[str, Any]
) -> None:
    with thief() as (url, loot):
        environment = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), url)
        result = tap.run(catalog=services, environment=environment | {"NO_PROXY": ""})
    assert result.code == 0, result.log
    assert not loot


def test_a_proxy_of_the_environment_is_used_for_https_and_sees_no_token(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    with thief() as (url, loot):
        environment = {"HTTPS_PROXY": url, "NO_PROXY": "", "no_proxy": ""}
        result = tap.run(
            catalog=services, api_url="https://wolkvox.invalid/api/v2", environment=environment
        )
    assert result.code == 1
    assert loot
    assert all(simulator.token not in seen for seen in loot)


def test_an_untrusted_certificate_is_no_case_for_a_retry(tap: CommandLine) -> None:
    with listening(_shake_hands) as port:
        began = time.monotonic()
        result = tap.run(api_url=f"https://127.0.0.1:{port}/api/v2", max_retries=5)
    assert result.code == 1
    assert "certificate is not trusted" in result.errors[-2]
    assert "asked again" not in result.log
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(faults.hang(20), id="no answer"),
        pytest.param(faults.slow_body(0.2), id="a body that drips"),
        pytest.param(faults.slow_headers(0.2), id="headers that drip"),
    ],
)
def test_a_request_ends_in_time_all_in_all(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any], fault: faults.Fault
) -> None:
    simulator.faults.add(fault, api="services")
    began = time.monotonic()
    result = tap.run(catalog=services, request_timeout=1, max_retries=0)
    assert time.monotonic() - began < 5
    assert result.code == 1
    assert "within 1 s: raise `request_timeout`" in result.errors[-2]


def test_an_answer_without_an_end_is_not_whole(tap: CommandLine, services: dict[str, Any]) -> None:
    # What came would do, but for all we know more was to come.
    with listening(_drip_after_all) as port:
        result = tap.run(
            catalog=services, api_url=f"http://127.0.0.1:{port}", request_timeout=1, max_retries=0
        )
    assert result.code == 1
    assert "the answer is not whole within 1 s" in result.errors[-2]


def test_a_connection_that_opens_late_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator
) -> None:
    real = socket.getaddrinfo

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(1.5)
        return real(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    simulator.faults.add(faults.slow_body(0.2), api="services")
    request = requests.Request(
        "GET",
        f"{simulator.url}/information.php?api=services",
        headers={"wolkvox-token": simulator.token},
    )
    began = time.monotonic()
    with (
        Session(timeout=1, direct=True) as session,
        pytest.raises(RetryableError, match="within 1 s"),
    ):
        session.send(session.prepare_request(request))
    assert time.monotonic() - began < 5


def test_a_name_that_is_not_known_is_said(tap: CommandLine, services: dict[str, Any]) -> None:
    result = tap.run(catalog=services, api_url="https://wolkvox.invalid/api/v2")
    assert result.code == 1
    assert "the server's name is not known" in result.errors[-2]


def test_certificates_that_are_not_there_are_said_without_a_retry(
    tap: CommandLine, services: dict[str, Any]
) -> None:
    result = tap.run(
        catalog=services,
        api_url="https://127.0.0.1:9/api/v2",
        max_retries=5,
        environment={"REQUESTS_CA_BUNDLE": "nowhere.pem"},
    )
    assert result.code == 1
    assert "REQUESTS_CA_BUNDLE" in result.errors[-2]
    assert "asked again" not in result.log


def test_a_connection_that_does_not_open_points_to_the_firewall(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def does_not_open(*args: object, **kwargs: object) -> None:
        raise requests.ConnectTimeout

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", does_not_open)
    with pytest.raises(RetryableError, match="firewall") as caught:
        Session(timeout=1).send(requests.Request("GET", "https://127.0.0.1").prepare())
    assert not caught.value.answered


def test_a_slow_answer_is_waited_for(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    simulator.faults.add(faults.hang(1.5), api="services")
    assert tap.run(catalog=services, request_timeout=5).code == 0


def test_an_answer_that_came_late_is_asked_for_again(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    simulator.faults.add(faults.slow_body(0.2), api="services")
    result = tap.run(catalog=services, request_timeout=1, max_retries=1)
    assert result.code == 0, result.log
    assert len(result.records("information_services")) == 1
    assert simulator.max_in_flight == 1


def test_text_of_any_language_arrives_as_it_is(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    # The header says nothing of the encoding: what the body is made of must not depend on it.
    text = "José Muñoz 🤖"
    body = f'{{"code": "200", "data": [{{"crm": "{text}"}}]}}'
    simulator.faults.add(faults.raw(body, headers={"Content-Type": "text/html"}), api="services")
    [record] = tap.run(catalog=services).records("information_services")
    assert record["crm"] == text


@pytest.mark.parametrize("code", [200, "200", "0", "", CodeForm.ABSENT], ids=repr)
def test_success_has_many_codes(tap: CommandLine, code: int | str | CodeForm) -> None:
    with Simulator(code=code) as simulator:
        result = tap.run(api_url=simulator.url, token=simulator.token)
    assert result.code == 0, result.log


def test_unknown_and_misfitting_fields_are_rescued_and_named(
    tap: CommandLine, simulator: Simulator, services: dict[str, Any]
) -> None:
    changed = faults.set_field("Nuevo Campo", "valor").then(faults.set_field("licenses", "many"))
    simulator.faults.add(changed, api="services")
    result = tap.run(catalog=services)
    [record] = result.records("information_services")
    assert record["licenses"] is None
    assert json.loads(record["_rescued_data"]) == {"Nuevo Campo": "valor", "licenses": "many"}
    assert result.log.count("`_rescued_data`: Nuevo Campo, licenses") == 1
    assert "valor" not in result.log
