"""Connection: what all requests of one operation share.

The session, the authenticator and the throttle are made once and used by all streams, so that
the rules of a token hold for all of them together.
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
    """The way to the API of one operation.

    Args:
        operation: The operation.
        config: The settings.
        budget: What its requests may cost.
    """

    def __init__(self, operation: Operation, config: Mapping[str, Any], budget: Budget) -> None:
        self.operation = operation
        self._budget = budget
        self.requests = 0
        """Requests sent so far, retries among them."""
        self.quota_requests = 0
        """Those of them that asked for the quota, on behalf of no stream."""
        self.foreign_responses = 0
        """Those of them that something before the API answered in its place."""
        self.last_request_at: datetime | None = None
        """The instant at which the last request was sent, in UTC."""
        self._max_retries: int = config["max_retries"]
        self._timeout: float = config["request_timeout"]
        with explained_os_errors():
            self._throttle = Throttle(operation.token, config["request_interval"])
        self._cached: dict[str, Any] = {}
        # Whether the last request failed at its smallest: then its size was not the cause.
        self._size_not_the_cause = False

    @cached_property
    def authenticator(self) -> APIKeyAuthenticator:
        """Puts the token into the header of each request."""
        return APIKeyAuthenticator(key="wolkvox-token", value=self.operation.token)

    @cached_property
    def session(self) -> Session:
        """The session of all requests."""
        # A proxy of the environment would see the token of an unencrypted request.
        unencrypted = urlsplit(self.operation.api_url).scheme == "http"
        return Session(timeout=self._timeout, direct=unencrypted)

    def cached(self, name: str, read: Callable[[], T]) -> T:
        """Return what a reading gives, which several streams need and only one asks for.

        A failure is remembered too: asking again would only cost more requests.

        Args:
            name: What is read.
            read: Reads it.

        Raises:
            StreamError: It can't be read.
        """
        if name not in self._cached:
            try:
                self._cached[name] = read()
            except StreamError as error:
                self._cached[name] = error.with_traceback(None)
        known = self._cached[name]
        if isinstance(known, StreamError):
            raise known
        return cast("T", known)

    def invalidate(self, name: str) -> None:
        """Let the next reading that several streams need be read anew."""
        self._cached.pop(name, None)

    def with_retries(self, send: RequestFunc) -> RequestFunc:
        """Return a function that sends when it may, and again after what may pass by itself.

        Where its `RequestContext` says that less could be asked for, it raises
        `ResponseTooLargeError` once the same is of little use. It raises `StreamError`,
        `OperationError` or `BudgetError` otherwise, never `RetryableError`.

        Args:
            send: Sends a request once.
        """
        throttled = self._throttled(send)

        def sent(request: requests.PreparedRequest, context: Context | None) -> requests.Response:
            can_split = isinstance(context, RequestContext) and context.can_split
            can_split = can_split and not self._size_not_the_cause
            failed: list[RetryableError] = []
            try:
                response = self._retried(throttled, failed, can_split)(request, context)
            except RetryableError as error:
                failed.append(_without_traceback(error))
            else:
                self._size_not_the_cause = False
                return response
            last = failed[-1]
            if can_split and last.size_related:
                raise ResponseTooLargeError(str(last), truncated=last.truncated)
            self._size_not_the_cause = last.size_related and not last.truncated
            raise final_error(failed)

        return sent

    def _retried(
        self,
        send: RequestFunc,
        failed: list[RetryableError],
        can_split: bool,  # noqa: FBT001
    ) -> RequestFunc:
        def note(details: Details) -> None:
            if failed:
                # Only what the last one shows is of use: the others would fill the disk.
                failed[-1].truncated = None
            failed.append(_without_traceback(details["exception"]))
            logger.warning("%s; asked again in %.0f s", failed[-1], details["wait"])

        def is_enough(error: Exception) -> bool:
            return asks_too_long(error) or (can_split and is_too_large(error, failed))

        return backoff.on_exception(
            waits,
            RetryableError,
            max_tries=self._max_retries + 1,
            giveup=is_enough,
            on_backoff=note,
            jitter=None,
            logger=None,
        )(send)

    def _throttled(self, send: RequestFunc) -> RequestFunc:
        def sent(request: requests.PreparedRequest, context: Context | None) -> requests.Response:
            self._budget.spend()
            with self._throttle.turn():
                self.requests += 1
                self.last_request_at = clock.now()
                try:
                    return send(request, context)
                except (ForeignError, RedirectError):
                    self.foreign_responses += 1
                    raise

        return sent


def _without_traceback(error: BaseException | None) -> RetryableError:
    """Return an error without its traceback, which would keep a response in memory."""
    return cast("RetryableError", error).with_traceback(None)
