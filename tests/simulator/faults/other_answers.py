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
    """Answer any HTTP status, with an error envelope.

    Raises:
        ValueError: An answer cannot end with this status.
    """
    answer = failed(ErrorCase(_status(code), msg))
    return Fault("status", lambda _: answer)


def maintenance() -> Fault:
    """Answer 403 "Forbidden", as during a backup."""
    return Fault("maintenance", lambda _: failed(MAINTENANCE))


def no_rows() -> Fault:
    """Answer 404, as if there were no rows."""
    return Fault("no_rows", lambda _: failed(NO_ROWS))


def absent(msg: str = "REPORT NOT FOUND") -> Fault:
    """Answer 404 with another text: the server does not have this report."""
    return Fault("absent", lambda _: failed(ErrorCase(404, msg)))


def retry_after(code: int = 429, seconds: int = 1, *, as_date: bool = False) -> Fault:
    """Answer 429, 503 or another status, with Retry-After in seconds or as a date."""

    def edit(_: Answer) -> Answer:
        when = formatdate(time.time() + seconds, usegmt=True) if as_date else str(seconds)
        return replace(answer, headers=(*answer.headers, ("Retry-After", when)))

    answer = failed(ErrorCase(_status(code), "TRY AGAIN LATER"))
    return Fault("retry_after", edit)


def redirect(url: str, code: int = 302) -> Fault:
    """Send the client to another URL."""
    return raw(b"", code, {"Location": url})


def html(text: str = "Service Temporarily Unavailable", code: int = 200) -> Fault:
    """Send a web page instead of JSON."""
    page = html_page(_status(code), text)
    return Fault("html", lambda _: page)


def raw(body: bytes | str, code: int = 200, headers: GivenHeaders | None = None) -> Fault:
    """Send any body, status and headers. The default headers are those of JSON."""
    given: Headers = JSON_TYPE if headers is None else tuple(headers.items())
    answer = Answer(_status(code), body if isinstance(body, bytes) else body.encode(), given)
    answer.head()  # Headers that cannot be sent fail here, not while a client waits.
    return Fault("raw", lambda _: answer)
