"""Faults that send another answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from email.utils import formatdate
from typing import TypeAlias

from tests.simulator.endpoints.common.answers import (
    JSON_TYPE,
    MAINTENANCE,
    NO_ROWS,
    Answer,
    ErrorCase,
    Headers,
    failed,
)
from tests.simulator.endpoints.common.answers import html as html_page
from tests.simulator.faults.fault import Fault

GivenHeaders: TypeAlias = Mapping[str, str]


def _status(code: int) -> int:
    if not 200 <= code <= 599:
        raise ValueError(f"a status lies between 200 and 599: {code}")
    return code


def status(code: int, msg: str = "ERROR") -> Fault:
    """Any HTTP status, with an error envelope.

    Raises:
        ValueError: Not a status an answer can end with.
    """
    answer = failed(ErrorCase(_status(code), msg))
    return Fault("status", lambda _: answer)


def maintenance() -> Fault:
    """403 "Forbidden", as during a backup."""
    return Fault("maintenance", lambda _: failed(MAINTENANCE))


def no_rows() -> Fault:
    """404 as for a window without rows."""
    return Fault("no_rows", lambda _: failed(NO_ROWS))


def absent(msg: str = "REPORT NOT FOUND") -> Fault:
    """404 with any other text: a report this server does not have."""
    return Fault("absent", lambda _: failed(ErrorCase(404, msg)))


def retry_after(code: int = 429, seconds: int = 1, *, as_date: bool = False) -> Fault:
    """429, 503 or another, with Retry-After in seconds or as the date that comes to."""

    def edit(_: Answer) -> Answer:
        when = formatdate(time.time() + seconds, usegmt=True) if as_date else str(seconds)
        return replace(answer, headers=(*answer.headers, ("Retry-After", when)))

    answer = failed(ErrorCase(_status(code), "TRY AGAIN LATER"))
    return Fault("retry_after", edit)


def redirect(url: str, code: int = 302) -> Fault:
    """Sends the client elsewhere."""
    return raw(b"", code, {"Location": url})


def html(text: str = "Service Temporarily Unavailable", code: int = 200) -> Fault:
    """A web page where JSON is expected."""
    page = html_page(_status(code), text)
    return Fault("html", lambda _: page)


def raw(body: bytes | str, code: int = 200, headers: GivenHeaders | None = None) -> Fault:
    """Any body, status and headers; the headers are those of JSON if none are given."""
    given: Headers = JSON_TYPE if headers is None else tuple(headers.items())
    answer = Answer(_status(code), body if isinstance(body, bytes) else body.encode(), given)
    answer.head()  # headers that cannot be sent fail here, and not while a client waits
    return Fault("raw", lambda _: answer)
