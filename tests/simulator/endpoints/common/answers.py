"""Answers of the API: the envelope, the table of errors, and their bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]
Path: TypeAlias = tuple[str, ...]
Headers: TypeAlias = tuple[tuple[str, str], ...]

EACH = "*"
"""In a path, this stands for every key of an object."""

JSON_TYPE: Headers = (("Content-Type", "application/json; charset=utf-8"),)
HTML_TYPE: Headers = (("Content-Type", "text/html; charset=utf-8"),)

_NO_BODY = (204, 304)
_FRAMING = {"content-length", "transfer-encoding"}


class CodeForm(Enum):
    """Ways to write the envelope's ``code`` other than a value."""

    DOCUMENTED = "as the endpoint's page shows it"
    ABSENT = "no code at all"


Code: TypeAlias = int | str | CodeForm


@dataclass(frozen=True)
class Answer:
    """One answer. Bytes are sent unchanged, anything else as pretty-printed JSON.

    ``rows_at`` is the path to the rows in the content, None if there are no rows.
    """

    status: int
    content: object
    headers: Headers = JSON_TYPE
    rows_at: Path | None = None

    @cached_property
    def body(self) -> bytes:
        """The bytes after the headers."""
        if self.status in _NO_BODY:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, ensure_ascii=False, indent=4).encode()

    def head(self) -> bytes:
        """Status line and headers. The length of the body is added if no header gives it."""
        lines = [f"HTTP/1.1 {self.status} {phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not _FRAMING & {name.lower() for name, _ in self.headers}:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join((*lines, "", "")).encode("latin-1")


@dataclass(frozen=True)
class ErrorCase:
    """One row of the error table."""

    status: int
    msg: str


NO_TOKEN = ErrorCase(401, "PLEASE ENTER THE WOLKVOX-TOKEN")
BAD_TOKEN = ErrorCase(403, "PLEASE VALIDATE TOKEN")
TOO_MANY_AT_ONCE = ErrorCase(403, "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)")
QUOTA_SPENT = ErrorCase(403, "TOKEN LIMIT EXCEEDED")
MAINTENANCE = ErrorCase(403, "Forbidden")
UNKNOWN_API = ErrorCase(400, "THE API YOU WANT TO CONSULT DOES NOT EXIST")
PARAMETER_MISSING = ErrorCase(400, "SOME PARAMETERS ARE REQUIRED")
NO_ROWS = ErrorCase(404, "Validate dates entered")
# The vendor does not say what a connector of another channel gets: our words.
NOT_WHATSAPP = ErrorCase(400, "THE CONNECTOR IS NOT A WHATSAPP CONNECTOR")
# The vendor's pages say only that the API is read with GET: our words.
ONLY_GET = ErrorCase(405, "METHOD NOT ALLOWED")


def phrase(status: int) -> str:
    """The standard phrase for a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def envelope(code: Code, msg: str) -> dict[str, object]:
    """The envelope of a success, without data. It has no ``code`` if that is ABSENT."""
    around: dict[str, object] = {"code": code, "error": None, "msg": msg}
    if code is CodeForm.ABSENT:
        del around["code"]
    return around


def failed(case: ErrorCase) -> Answer:
    """An error: ``code`` repeats the status, and there are no data."""
    return Answer(case.status, {"code": case.status, "error": phrase(case.status), "msg": case.msg})


def html(status: int, text: str) -> Answer:
    """A page of the web server, for requests that do not reach the API."""
    page = f"<html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>\n"
    return Answer(status, page.encode(), HTML_TYPE)


NOT_FOUND = html(404, "404 Not Found")
"""The answer to an unknown path."""
