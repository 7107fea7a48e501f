"""Errors for responses that the API did not write itself.

A gateway, a proxy or a web server that restarts may respond in place of the API. Only the API
knows which reports exist. So its 404 is final, while the 404 of a gateway is worth a retry.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from tap_wolkvox.errors import ForeignError, RedirectError, RetryableError, WolkvoxError
from tap_wolkvox.response.decoding import without_marks
from tap_wolkvox.response.redaction import quoted
from tap_wolkvox.spool import BLOCK

if TYPE_CHECKING:
    from tap_wolkvox.spool import Spool

REDIRECTED = (
    "the API redirects, and the token is not sent to another place: check `server` and `api_url`"
)

TIMEOUTS = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,  # a load balancer waited too long
        499,  # nginx: its client, such as a load balancer, closed the connection
    }
)
"""Statuses below 500 that a smaller request may avoid."""

_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TITLE_LENGTH = 40
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,40}", re.ASCII)
# First digits of statuses.
_REDIRECT = 3
_SERVER_ERROR = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP response.

    Args:
        status: The status code.
        body: The whole body as bytes, without transfer and content encoding (gzip).
        media: The `Content-Type` header; empty if there is none.
    """

    status: int
    body: Spool
    media: str = ""


def error(reply: Reply, secret: str, *, is_json: bool) -> WolkvoxError:
    """Return the error for a response that the API did not write; the message says what it is.

    Args:
        reply: The response.
        secret: The token; the message never repeats it.
        is_json: Whether the body is a JSON document.
    """
    status, text = reply.status, without_marks(reply.body.read(0, BLOCK))
    media_type = _media_type(reply.media, secret)
    if status == HTTPStatus.OK and text[:1] in (b"{", b"["):
        return RetryableError(
            f"the answer is no whole JSON document{media_type}", size_related=True
        )
    if status // 100 == _REDIRECT:
        # The same request would lead to the same redirect: no retry.
        return RedirectError(REDIRECTED)
    title = _title(text, secret)
    message = (
        f"no answer of the API came, but {status} with {_kind(text, title, is_json=is_json)}"
        f"{media_type}: run again later; if it stays, check `server` and `api_url`"
    )
    may_be_large = status == HTTPStatus.OK or status // 100 == _SERVER_ERROR or status in TIMEOUTS
    # A 200 with a titled page comes from a portal. A script that ran out of memory under the load
    # of this request writes no whole page, and 503 is what a gateway says to every request.
    is_page = status == HTTPStatus.OK and title
    if may_be_large and not is_page and status != HTTPStatus.SERVICE_UNAVAILABLE:
        return RetryableError(message, size_related=True)
    return ForeignError(message, size_related=may_be_large)


def _kind(text: bytes, title: str, *, is_json: bool) -> str:
    """Return what kind of body this is, without any of its content except the title."""
    if not text:
        return "an empty body"
    if text.startswith(b"<"):
        return f'a page "{title}"' if title else "HTML or XML without a title"
    if is_json:
        return "other JSON than the API's"
    return "broken JSON" if text[:1] in (b"{", b"[") else "text"


def _title(text: bytes, secret: str) -> str:
    """Return the title of an HTML page, safe to show; empty if there is none."""
    match = _TITLE.search(text) if text.startswith(b"<") else None
    title = html.unescape(match[1].decode(errors="replace")) if match else ""
    return quoted(title, secret, _TITLE_LENGTH)


def _media_type(media: str, secret: str) -> str:
    """Return the media type of a body in brackets; empty if the header holds none."""
    match = _MEDIA_TYPE.match(quoted(media, secret))
    return f" ({match[0]})" if match else ""
