"""Client: sends the requests of one operation.

All streams of an operation share one client. So the limits of a token apply to all its streams
together.
"""

from __future__ import annotations

import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import backoff
from singer_sdk.authenticators import APIKeyAuthenticator

from tap_wolkvox import clock
from tap_wolkvox.api.request import RequestContext
from tap_wolkvox.api.retry import asks_too_long, final_error, is_too_large, waits
from tap_wolkvox.api.session import Session
from tap_wolkvox.api.throttle import Throttle
from tap_wolkvox.errors import (
    ForeignError,
    RedirectError,
    ResponseTooLargeError,
    RetryableError,
    StreamError,
)
from tap_wolkvox.spool import explained_os_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import requests
    from backoff.types import Details
    from singer_sdk.helpers.types import Context, RequestFunc

    from tap_wolkvox.api.budget import Budget
    from tap_wolkvox.config.operation import Operation

logger = logging.getLogger("tap-wolkvox")

T = TypeVar("T")


class Client:
    """The HTTP client of one operation.

    Args:
        operation: The operation.
        config: The settings.
        budget: The limits on its requests.
    """

    def __init__(self, operation: Operation, config: Mapping[str, Any], budget: Budget) -> None:
        self.operation = operation
        self._budget = budget
        self.requests = 0
        """Number of requests sent so far, including retries."""
        self.quota_requests = 0
        """How many of them read the quota, and so belong to no stream."""
        self.foreign_responses = 0
        """How many of them got a response that the API did not write."""
        self.last_request_at: datetime | None = None
        """When the last request was sent, in UTC."""
        self._max_retries: int = config["max_retries"]
        self._timeout: float = config["request_timeout"]
        with explained_os_errors():
            self._throttle = Throttle(operation.token, config["request_interval"])
        self._cached: dict[str, Any] = {}
        # Whether the last request failed although no smaller one was possible. Then the size is
        # not the cause, and no request is split until one succeeds.
        self._size_not_the_cause = False

    @cached_property
    def authenticator(self) -> APIKeyAuthenticator:
        """The authenticator that adds the token to the headers of each request."""
        return APIKeyAuthenticator(key="wolkvox-token", value=self.operation.token)

    @cached_property
    def session(self) -> Session:
        """The session of all requests."""
        # Without TLS, a proxy that the environment names would see the token.
        unencrypted = urlsplit(self.operation.api_url).scheme == "http"
        return Session(timeout=self._timeout, direct=unencrypted)

    def cached(self, name: str, read: Callable[[], T]) -> T:
        """Return a value that several streams need, but only the first one requests.

        A failure is cached too: to try again would only cost more requests.

        Args:
            name: Name of the value.
            read: Requests the value.

        Raises:
            StreamError: The value can't be read.
        """
        if name not in self._cached:
            try:
                self._cached[name] = read()
            except StreamError as error:
                self._cached[name] = error.with_traceback(None)
        value = self._cached[name]
        if isinstance(value, StreamError):
            raise value
        return cast("T", value)

    def invalidate(self, name: str) -> None:
        """Forget a cached value, so that the next stream requests it again."""
        self._cached.pop(name, None)

    def with_retries(self, send: RequestFunc) -> RequestFunc:
        """Return a function that sends a request within all limits, and retries it.

        The function never raises `RetryableError`. If the retries fail, it raises `StreamError`,
        `OperationError` or `BudgetError`. If the `RequestContext` says that the request can be
        split, and the size may be the cause, it stops retrying early and raises
        `ResponseTooLargeError`.

        Args:
            send: Sends a request once.
        """
        throttled = self._throttled(send)

        def send_with_retries(
            request: requests.PreparedRequest, context: Context | None
        ) -> requests.Response:
            can_split = isinstance(context, RequestContext) and context.can_split
            can_split = can_split and not self._size_not_the_cause
            failures: list[RetryableError] = []
            try:
                response = self._retried(throttled, failures, can_split=can_split)(request, context)
            except RetryableError as error:
                failures.append(_without_traceback(error))
            else:
                self._size_not_the_cause = False
                return response
            last = failures[-1]
            if can_split and last.size_related:
                raise ResponseTooLargeError(str(last), truncated=last.truncated)
            self._size_not_the_cause = last.size_related and not last.truncated
            raise final_error(failures)

        return send_with_retries

    def _retried(
        self, send: RequestFunc, failures: list[RetryableError], *, can_split: bool
    ) -> RequestFunc:
        def log_retry(details: Details) -> None:
            if failures:
                # Only the rows of the last failure are used. Those of the others fill the disk.
                failures[-1].truncated = None
            failures.append(_without_traceback(details["exception"]))
            logger.warning("%s; asked again in %.0f s", failures[-1], details["wait"])

        def gives_up(error: Exception) -> bool:
            return asks_too_long(error) or (can_split and is_too_large(error, failures))

        return backoff.on_exception(
            waits,
            RetryableError,
            max_tries=self._max_retries + 1,
            giveup=gives_up,
            on_backoff=log_retry,
            jitter=None,
            logger=None,
        )(send)

    def _throttled(self, send: RequestFunc) -> RequestFunc:
        def send_throttled(
            request: requests.PreparedRequest, context: Context | None
        ) -> requests.Response:
            self._budget.spend()
            with self._throttle.turn():
                self.requests += 1
                self.last_request_at = clock.now()
                try:
                    return send(request, context)
                except (ForeignError, RedirectError):
                    self.foreign_responses += 1
                    raise

        return send_throttled


def _without_traceback(error: BaseException | None) -> RetryableError:
    """Return an error without its traceback: the traceback would keep the response in memory."""
    return cast("RetryableError", error).with_traceback(None)
