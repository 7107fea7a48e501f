"""Foreign answers: what came instead of an answer of the API.

A gateway, a proxy or a web server that restarts may answer in its place. What it says of the
server is no word of the API's, which alone knows what reports there are: it may pass.
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
        HTTPStatus.REQUEST_TIMEOUT,  # a balancer has waited too long
        499,  # nginx: whoever asked for it, such as a balancer, has waited too long
    }
)
"""Statuses below 500 that may pass where less is asked for."""

_TITLE = re.compile(rb"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TITLE_LENGTH = 40
_MEDIA_TYPE = re.compile(r"[\w.+-]{1,40}/[\w.+-]{1,40}", re.ASCII)
_REDIRECT = 3
_SERVER_ERROR = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """What came over HTTP.

    Args:
        status: Its status.
        body: The whole body, decoded from its transfer but not from UTF-8.
        media: Its content type.
    """

    status: int
    body: Spool
    media: str = ""


def error(reply: Reply, secret: str, *, is_json: bool) -> WolkvoxError:
    """Return the error that a reply is which the API has not made; it says what came.

    A redirect is final: to ask again would be of no use.

    Args:
        reply: The reply.
        secret: The token, which no message may repeat.
        is_json: Whether its body is a JSON document.
    """
    status, text = reply.status, without_marks(reply.body.read(0, BLOCK))
    kind = _of(reply.media, secret)
    if status == HTTPStatus.OK and text[:1] in (b"{", b"["):
        return RetryableError(f"the answer is no whole JSON document{kind}", size_related=True)
    if status // 100 == _REDIRECT:
        return RedirectError(REDIRECTED)
    title = _title(text, secret)
    message = (
        f"no answer of the API came, but {status} with {_kind(text, title, is_json=is_json)}"
        f"{kind}: run again later; if it stays, check `server` and `api_url`"
    )
    large = status == HTTPStatus.OK or status // 100 == _SERVER_ERROR or status in TIMEOUTS
    # A script that fails for what it was asked, as it runs out of memory, makes no whole page.
    is_page = status == HTTPStatus.OK and title
    if large and not is_page and status != HTTPStatus.SERVICE_UNAVAILABLE:
        return RetryableError(message, size_related=True)
    return ForeignError(message, size_related=large)


def _kind(text: bytes, title: str, *, is_json: bool) -> str:
    """Say what a body is, without saying what it holds."""
    if not text:
        return "an empty body"
    if text.startswith(b"<"):
        return f'a page "{title}"' if title else "HTML or XML without a title"
    if is_json:
        return "other JSON than the API's"
    return "broken JSON" if text[:1] in (b"{", b"[") else "text"


def _title(text: bytes, secret: str) -> str:
    """Return the title of a page, fit to be shown; nothing where there is none."""
    found = _TITLE.search(text) if text.startswith(b"<") else None
    title = html.unescape(found[1].decode(errors="replace")) if found else ""
    return quoted(title, secret, _TITLE_LENGTH)


def _of(media: str, secret: str) -> str:
    """Return the type of a body in brackets, if it is one."""
    found = _MEDIA_TYPE.match(quoted(media, secret))
    return f" ({found[0]})" if found else ""
