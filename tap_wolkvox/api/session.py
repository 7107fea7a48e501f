"""Session: one HTTP exchange, complete or an error.

A `requests` session with four differences: it ends an exchange at a deadline; it follows no
redirect, because `requests` would send the token to the new host; it can ignore proxies; and it
raises only the errors of `tap_wolkvox.errors`.
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

# At level DEBUG, urllib3 logs each URL. A URL may hold personal data, such as a customer's id.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

FIREWALL = "is this machine's IP registered in the Wolkvox firewall?"


class Session(requests.Session):
    """A session whose `send` raises only errors of this tap.

    Args:
        timeout: Seconds that one exchange may take, from connecting to the last byte.
        direct: Whether to ignore the proxies that the environment names.
    """

    def __init__(self, *, timeout: float, direct: bool = False) -> None:
        super().__init__()
        self._timeout = timeout
        self.trust_env = not direct
        self._adapter = _WatchedAdapter()
        self.mount("https://", self._adapter)
        self.mount("http://", self._adapter)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request and receive the whole response. Its `raw` is a `Spool` of its body.

        Raises:
            RetryableError: The response did not come in time, or not completely.
            RedirectError: The response redirects to something that is not a URL.
            OperationError: No request can be sent to this host.
        """
        outcome = self._exchange(request, kwargs)
        # Raised here, outside of the `except`: otherwise the exception of the library, which may
        # quote the response, would be its context and appear in a traceback.
        if isinstance(outcome, WolkvoxError):
            raise outcome
        return outcome

    def _exchange(
        self, request: requests.PreparedRequest, kwargs: dict[str, Any]
    ) -> requests.Response | WolkvoxError:
        """Return the response, or the error to raise."""
        # `Session.request` does the same; without it, REQUESTS_CA_BUNDLE would have no effect.
        kwargs |= self.merge_environment_settings(request.url, {}, False, None, None)  # noqa: FBT003
        kwargs |= {"allow_redirects": False, "timeout": self._timeout, "stream": True}
        body = Spool()
        with self._adapter.deadline(self._timeout) as timed_out:
            try:
                response = super().send(request, **kwargs)
                for block in response.iter_content(BLOCK):
                    body.write(block)
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                answered = self._adapter.answered
                if timed_out.is_set() or isinstance(error, requests.Timeout):
                    return self._timeout_error(error, answered=answered)
                proxy = _Proxy.of(request.url or "", kwargs["proxies"])
                return _failure(error, proxy, answered=answered)
        # A body without a length ends with the connection. Maybe the deadline ended that.
        if timed_out.is_set():
            return self._timeout_error(None, answered=True)
        response.raw = body
        return response

    def _timeout_error(self, error: Exception | None, *, answered: bool) -> RetryableError:
        fact = f"the answer {'is not whole' if answered else 'does not come'}"
        advice = "raise `request_timeout` if the server is slow"
        message = f"{fact} within {self._timeout:g} s: {advice}"
        if isinstance(error, requests.ConnectTimeout):
            return RetryableError(f"the connection does not open: {FIREWALL}", answered=False)
        return RetryableError(message, answered=answered, size_related=True)


class _WatchedAdapter(HTTPAdapter):
    """An adapter that can end the exchange in progress.

    The timeout of `requests` starts again with each byte. If a server sends one byte now and then,
    the exchange would never end.
    """

    def __init__(self) -> None:
        self._connections: WeakSet[HTTPConnection] = WeakSet()
        self.answered = False
        """Whether the headers of the response to the current request have arrived."""
        super().__init__()

    @contextlib.contextmanager
    def deadline(self, seconds: float) -> Iterator[threading.Event]:
        """End the exchange after so many seconds.

        Yields:
            An event that is set once the time is over.
        """
        timed_out, done = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._watch, args=(seconds, timed_out, done), daemon=True)
        self.answered = False
        watch.start()
        try:
            yield timed_out
        finally:
            done.set()
            # Without this, the thread could end the next exchange.
            watch.join()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> requests.Response:
        """Send a request; return when the headers of the response have arrived."""
        response = super().send(request, *args, **kwargs)
        self.answered = True
        return response

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """Return the pool for a request, changed so that `_connections` gets its connections."""
        pool = cast("HTTPConnectionPool", super().get_connection_with_tls_context(*args, **kwargs))
        if not isinstance(pool.ConnectionCls, partial):
            factory = cast("Any", partial(_tracked, self._connections, pool.ConnectionCls))
            pool.ConnectionCls = factory
        return pool

    def _watch(self, seconds: float, timed_out: threading.Event, done: threading.Event) -> None:
        if done.wait(seconds):
            return
        timed_out.set()
        self._end()
        # Repeat it: a connection may open only now, for example after a slow DNS lookup.
        while not done.wait(0.2):
            self._end()

    def _end(self) -> None:
        for connection in list(self._connections):
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    # The method of the plain socket: that of a TLS socket also drops the TLS
                    # state, which the other thread is still reading from.
                    socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _tracked(
    connections: WeakSet[HTTPConnection],
    connection_class: Callable[..., Any],
    *args: Any,
    **kwargs: Any,
) -> HTTPConnection:
    """Return a new connection, after adding it to a set."""
    connection: HTTPConnection = connection_class(*args, **kwargs)
    connections.add(connection)
    return connection


@dataclass(frozen=True, slots=True)
class _Proxy:
    """The proxy of a request.

    Args:
        variable: The environment variable that names the proxy.
        url: The URL of the proxy; empty if there is none.
    """

    variable: str = "HTTPS_PROXY"
    url: str = ""

    @classmethod
    def of(cls, url: str, proxies: Mapping[str, str]) -> _Proxy:
        """Return the proxy that `requests` uses for a URL."""
        for scheme in (urlsplit(url).scheme, "all"):
            if scheme in proxies:
                return cls(f"{scheme.upper()}_PROXY", proxies[scheme])
        return cls()

    @property
    def unusable(self) -> OperationError:
        """The error if no request can be sent through this proxy."""
        is_socks = self.url.lower().startswith("socks")
        if is_socks and not find_spec("socks"):
            advice = 'a SOCKS proxy needs PySocks: pip install "requests[socks]"'
        else:
            advice = "write it as http://host:port"
        return OperationError(f"the proxy that {self.variable} names can't be used: {advice}")


def _failure(error: Exception, proxy: _Proxy, *, answered: bool) -> WolkvoxError:
    """Return the error for an exception of `requests`, `urllib3` or the system.

    Args:
        error: The exception.
        proxy: The proxy of the request.
        answered: Whether the headers of a response arrived.
    """
    if _is_untrusted(error):
        return OperationError(
            "the server's TLS certificate is not trusted: check `api_url`, and the certificates "
            "of this machine (REQUESTS_CA_BUNDLE)"
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return RetryableError(f"the proxy does not answer: check {proxy.variable}", answered=False)
    if proxy.url and not answered and isinstance(error, ValueError):
        return proxy.unusable
    # `requests` parses the target of a redirect, even if it does not follow the redirect.
    if isinstance(error, (ValueError, requests.exceptions.InvalidURL)) and answered:
        message = "the API redirects to a place that is no URL: check `server` and `api_url`"
        return RedirectError(message)
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
            _connection_message(error, answered=answered), answered=answered, size_related=answered
        )
    return OperationError(
        f"no request can be made ({type(error).__name__}): check `api_url`, and "
        "REQUESTS_CA_BUNDLE if it is set"
    )


def _connection_message(error: Exception, *, answered: bool) -> str:
    if answered:
        return "the answer is cut before its end"
    if "NameResolutionError" in repr(error):
        return "the server's name is not known: check `server`, and this machine's network"
    return f"the connection fails: {FIREWALL}"


def _is_untrusted(error: BaseException | None) -> bool:
    """Whether the cause is a certificate that is not trusted: a retry would not help."""
    # The libraries wrap one exception in another, in three different ways. The list grows during
    # the loop.
    chain: list[Any] = [error]
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return True
        if isinstance(link, BaseException):
            causes = (getattr(link, "reason", None), link.__cause__, *link.args)
            chain += [cause for cause in causes if cause not in chain]
    return False
