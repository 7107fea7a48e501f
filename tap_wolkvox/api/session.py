"""Transport: one HTTP exchange, whole or not at all.

A session of `requests` that ends at a deadline, follows no redirect (`requests` would hand the
token to the host it is sent to), keeps to the loopback where it is told to, and says what went
wrong in the terms of `errors`.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from tap_wolkvox.errors import OperationError, RedirectError, RetryableError, WolkvoxError
from tap_wolkvox.spool import BLOCK, Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import HTTPConnectionPool

# At DEBUG it logs each URL, and some hold the id that is asked for.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

FIREWALL = "is this machine's IP registered in the Wolkvox firewall?"


class Session(requests.Session):
    """A session whose `send` raises nothing but errors of this tap.

    Args:
        timeout: Seconds that one exchange may take, from connecting to the last byte.
        direct: Whether to pass by the proxies that the environment names.
    """

    def __init__(self, *, timeout: float, direct: bool = False) -> None:
        super().__init__()
        self._timeout = timeout
        self.trust_env = not direct
        self._exchange = _WatchedAdapter()
        self.mount("https://", self._exchange)
        self.mount("http://", self._exchange)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request and receive its whole answer, whose `raw` is a spool of its body.

        Raises:
            PassingError: No answer, or not all of it, came in time.
            RedirectError: It redirects to what is no URL.
            OperationError: No request can be sent to this place.
        """
        outcome = self._exchanged(request, kwargs)
        # Outside of any handler: what the library says may quote the answer.
        if isinstance(outcome, WolkvoxError):
            raise outcome
        return outcome

    def _exchanged(
        self, request: requests.PreparedRequest, kwargs: dict[str, Any]
    ) -> requests.Response | WolkvoxError:
        # As `Session.request` does, for REQUESTS_CA_BUNDLE to count.
        kwargs |= self.merge_environment_settings(request.url, {}, False, None, None)  # noqa: FBT003
        kwargs |= {"allow_redirects": False, "timeout": self._timeout, "stream": True}
        body = Spool()
        with self._exchange.deadline(self._timeout) as passed:
            try:
                response = super().send(request, **kwargs)
                for block in response.iter_content(BLOCK):
                    body.write(block)
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                answered = self._exchange.answered
                if passed.is_set() or isinstance(error, requests.Timeout):
                    return self._late(error, answered=answered)
                proxy = _Proxy.of(request.url or "", kwargs["proxies"])
                return _failure(error, proxy, answered=answered)
        if passed.is_set():
            return self._late(None, answered=True)
        response.raw = body
        return response

    def _late(self, error: Exception | None, *, answered: bool) -> RetryableError:
        what = f"the answer {'is not whole' if answered else 'does not come'}"
        advice = "raise `request_timeout` if the server is slow"
        message = f"{what} within {self._timeout:g} s: {advice}"
        if isinstance(error, requests.ConnectTimeout):
            return RetryableError(f"the connection does not open: {FIREWALL}", answered=False)
        return RetryableError(message, answered=answered, size_related=True)


class _WatchedAdapter(HTTPAdapter):
    """An adapter that can end the exchange in progress.

    A timeout of `requests` starts anew with each byte that comes; an exchange that drips would
    never end.
    """

    def __init__(self) -> None:
        self._connections: WeakSet[HTTPConnection] = WeakSet()
        self.answered = False
        super().__init__()

    @contextlib.contextmanager
    def deadline(self, seconds: float) -> Iterator[threading.Event]:
        """End what is in progress after so many seconds; the event tells that it was ended."""
        passed, over = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._watch, args=(seconds, passed, over), daemon=True)
        self.answered = False
        watch.start()
        try:
            yield passed
        finally:
            over.set()
            # Else it could end the exchange after this one.
            watch.join()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send a request; returns once the headers of its answer are there."""
        response = super().send(request, *args, **kwargs)
        self.answered = True
        return response

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """Return the pool for a request, whose connections are known here from then on."""
        pool = cast("HTTPConnectionPool", super().get_connection_with_tls_context(*args, **kwargs))
        if not isinstance(pool.ConnectionCls, partial):
            known = cast("Any", partial(_known, self._connections, pool.ConnectionCls))
            pool.ConnectionCls = known
        return pool

    def _watch(self, seconds: float, passed: threading.Event, over: threading.Event) -> None:
        if over.wait(seconds):
            return
        passed.set()
        self._end()
        # A connection that opens only now would go on without an end.
        while not over.wait(0.2):
            self._end()

    def _end(self) -> None:
        for connection in list(self._connections):
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    # Of the plain socket: a TLS one would drop its state under the reader's feet.
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _known(
    connections: WeakSet[HTTPConnection],
    make: Callable[..., Any],
    *args: Any,
    **kwargs: Any,
) -> HTTPConnection:
    connection: HTTPConnection = make(*args, **kwargs)
    connections.add(connection)
    return connection


@dataclass(frozen=True, slots=True)
class _Proxy:
    """The proxy of a request, as the environment names it.

    Args:
        variable: The variable that names it.
        url: Its URL; empty where there is none.
    """

    variable: str = "HTTPS_PROXY"
    url: str = ""

    @classmethod
    def of(cls, url: str, proxies: Mapping[str, str]) -> _Proxy:
        """Return the proxy that `requests` takes for a URL."""
        for scheme in (urlsplit(url).scheme, "all"):
            if scheme in proxies:
                return cls(f"{scheme.upper()}_PROXY", proxies[scheme])
        return cls()

    @property
    def misfit(self) -> OperationError:
        """The error that it is where no request can be made by it."""
        is_socks = self.url.lower().startswith("socks")
        if is_socks and not find_spec("socks"):
            advice = 'a SOCKS proxy needs PySocks: pip install "requests[socks]"'
        else:
            advice = "write it as http://host:port"
        return OperationError(f"the proxy that {self.variable} names can't be used: {advice}")


def _failure(error: Exception, proxy: _Proxy, *, answered: bool) -> WolkvoxError:
    """Say what an exception of the library means for the request."""
    if _is_untrusted(error):
        return OperationError(
            "the server's TLS certificate is not trusted: check `api_url`, and the certificates "
            "of this machine (REQUESTS_CA_BUNDLE)"
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return RetryableError(f"the proxy does not answer: check {proxy.variable}", answered=False)
    if proxy.url and not answered and isinstance(error, ValueError):
        return proxy.misfit
    if isinstance(error, (ValueError, requests.exceptions.InvalidURL)) and answered:
        what = "the API redirects to a place that is no URL: check `server` and `api_url`"
        return RedirectError(what)
    if isinstance(
        error,
        (
            requests.ConnectionError,
            requests.exceptions.ChunkedEncodingError,
            requests.exceptions.ContentDecodingError,
            ConnectionError,
            HTTPError,
        ),
    ):
        return RetryableError(
            _broken(error, answered=answered), answered=answered, size_related=answered
        )
    return OperationError(
        f"no request can be made ({type(error).__name__}): check `api_url`, and "
        "REQUESTS_CA_BUNDLE if it is set"
    )


def _broken(error: Exception, *, answered: bool) -> str:
    if answered:
        return "the answer is cut before its end"
    if "NameResolutionError" in repr(error):
        return "the server's name is not known: check `server`, and this machine's network"
    return f"the connection fails: {FIREWALL}"


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether a certificate is at the bottom of it, which does not pass by itself."""
    reasons: list[Any] = [error]
    for reason in reasons:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return True
        if isinstance(reason, BaseException):
            causes = (getattr(reason, "reason", None), reason.__cause__, *reason.args)
            reasons += [cause for cause in causes if cause not in reasons]
    return False
