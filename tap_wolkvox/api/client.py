"""Connection: what all requests of one operation share.

The session, the authenticator and the throttle are made once and used by all streams, so that
the rules of a token hold for all of them together.
"""

from __future__ import annotations

import email.utils
import logging
import random
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import backoff
from singer_sdk.authenticators import APIKeyAuthenticator

from tap_wolkvox import clock
from tap_wolkvox.api.session import Session
from tap_wolkvox.api.throttle import Throttle
from tap_wolkvox.errors import (
    ForeignError,
    OperationError,
    PassingError,
    RedirectError,
    StreamError,
    TooLargeError,
)
from tap_wolkvox.spool import told

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    import requests
    from backoff.types import Details
    from singer_sdk.helpers.types import Context, RequestFunc

    from tap_wolkvox.api.budget import Budget
    from tap_wolkvox.config import settings

LONGEST_WAIT = 60.0
"""Seconds; the longest wait between two tries that this tap chooses by itself."""

LONGEST_ASKED_WAIT = 3600.0
"""Seconds; a server that asks to wait longer is left alone until the next run."""

logger = logging.getLogger("tap-wolkvox")

T = TypeVar("T")


class Connection:
    """The way to the API of one operation.

    Args:
        operation: The operation.
        config: The settings.
        budget: What its requests may cost.
    """

    def __init__(
        self, operation: settings.Operation, config: Mapping[str, Any], budget: Budget
    ) -> None:
        self.operation = operation
        self._budget = budget
        self.requests = 0
        """Requests sent so far, retries among them."""
        self.questions = 0
        """Those of them that asked for the quota, on behalf of no stream."""
        self.foreign = 0
        """Those of them that something before the API answered in its place."""
        self.asked_at: datetime | None = None
        """The instant at which the last request was sent, in UTC."""
        self._max_retries: int = config["max_retries"]
        self._timeout: float = config["request_timeout"]
        with told():
            self._throttle = Throttle(operation.token, config["request_interval"])
        self._known: dict[str, Any] = {}
        # Whether the last request failed at its smallest: then size is not the reason.
        self._ails = False

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

    def once(self, name: str, read: Callable[[], T]) -> T:
        """Return what a reading gives, which several streams need and only one asks for.

        A failure is remembered too: asking again would only cost more requests.

        Args:
            name: What is read.
            read: Reads it.

        Raises:
            StreamError: It can't be read.
        """
        if name not in self._known:
            # To keep to the quota may need the same reading.
            self._budget.prepare()
        if name not in self._known:
            try:
                self._known[name] = read()
            except StreamError as error:
                self._known[name] = error.with_traceback(None)
        known = self._known[name]
        if isinstance(known, StreamError):
            raise known
        return cast("T", known)

    def forget(self, name: str) -> None:
        """Let the next reading that several streams need be read anew."""
        self._known.pop(name, None)

    def guard(self, send: RequestFunc, *, divisible: bool = False) -> RequestFunc:
        """Return a function that sends in turn, and again what failed but may pass by itself.

        It raises `StreamError`, `OperationError` or `BudgetError`, never `PassingError`.

        Args:
            send: Sends a request.
            divisible: Whether less could be asked for: where the same is of little use, a
                `TooLargeError` says so, instead of the usual retries.
        """
        in_turn = self._in_turn(send)
        divisible = divisible and not self._ails

        def guarded(
            request: requests.PreparedRequest, context: Context | None
        ) -> requests.Response:
            failed: list[PassingError] = []
            try:
                response = self._retried(in_turn, failed, divisible=divisible)(request, context)
            except PassingError as error:
                failed.append(_apart(error))
            else:
                self._ails = False
                return response
            last = failed[-1]
            if divisible and last.large:
                raise TooLargeError(str(last), cut=last.cut)
            self._ails = last.large and not last.cut
            raise _given_up(failed)

        return guarded

    def _retried(
        self, send: RequestFunc, failed: list[PassingError], *, divisible: bool
    ) -> RequestFunc:
        def note(details: Details) -> None:
            if failed:
                # Only what the last one shows is of use: the others would fill the disk.
                failed[-1].cut = None
            failed.append(_apart(details["exception"]))
            logger.warning("%s; asked again in %.0f s", failed[-1], details["wait"])

        def is_enough(error: Exception) -> bool:
            return _asks_too_long(error) or (divisible and _is_too_large(error, failed))

        return backoff.on_exception(
            waits,
            PassingError,
            max_tries=self._max_retries + 1,
            giveup=is_enough,
            on_backoff=note,
            jitter=None,
            logger=None,
        )(send)

    def _in_turn(self, send: RequestFunc) -> RequestFunc:
        def sent(request: requests.PreparedRequest, context: Context | None) -> requests.Response:
            self._budget.spend()
            with self._throttle.turn():
                self.requests += 1
                self.asked_at = clock.now()
                try:
                    return send(request, context)
                except (ForeignError, RedirectError):
                    self.foreign += 1
                    raise

        return sent


def _apart(error: BaseException | None) -> PassingError:
    """Return an error without what it came through, which would keep an answer from being freed."""
    return cast("PassingError", error).with_traceback(None)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks for: a number, or a date.

    Args:
        header: The header, or None where there is none.
        now: The present, to count from.
    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = email.utils.parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - now).total_seconds(), 0.0)


def waits() -> Generator[float, PassingError, None]:
    """Yield the seconds to wait before each retry: 1, 2, 4 … or what the server asked for.

    It is sent the error that the wait is for, as `backoff` does.
    """
    error, own = (yield 0.0), 1.0
    while True:
        wait = min(own, LONGEST_WAIT) if error.retry_after is None else error.retry_after
        jittered = wait + random.random()  # noqa: S311  # no secret
        error = yield min(jittered, max(wait, LONGEST_WAIT))
        own *= 2


def _asks_too_long(error: Exception) -> bool:
    return isinstance(error, PassingError) and (error.retry_after or 0) > LONGEST_ASKED_WAIT


def _is_too_large(error: Exception, failed: list[PassingError]) -> bool:
    """Whether to ask for less at once: of an answer that is cut, or after one retry."""
    if not isinstance(error, PassingError) or not error.large or error.retry_after is not None:
        return False
    return error.cut is not None or any(before.large for before in failed)


def _given_up(failed: list[PassingError]) -> StreamError | OperationError:
    """Return what is left of requests that all failed: the reach depends on all of them."""
    last = failed[-1]
    ending = f"tried {len(failed)} times"
    if _asks_too_long(last):
        ending = f"the server asks to wait {last.retry_after:.0f} s: run again then"
    message = f"{last} ({ending})"
    if last.cut:
        return TooLargeError(message, cut=last.cut)
    reach = StreamError if any(error.answered for error in failed) else OperationError
    return reach(message)
