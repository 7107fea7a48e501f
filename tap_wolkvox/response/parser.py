"""Answers: what a reply of the API means, decided here alone.

From the HTTP status, the envelope's `code` and its `msg`, a reply is one of five things: rows,
empty, may pass by itself (`RetryableError`), this stream fails (`StreamError`), this operation
stops (`OperationError`). A 200 with an error `code` is read as if that were its status. What is
not known to be good is never taken for rows, and never for empty. A failure without an envelope is
not the API's word: it may pass, whatever its status is (`foreign`).
"""

from __future__ import annotations

import re
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from tap_wolkvox.errors import (
    OperationError,
    QuotaError,
    ResponseTooLargeError,
    RetryableError,
    StreamError,
    TruncatedResponse,
    WolkvoxError,
)
from tap_wolkvox.response import gateway, splitting
from tap_wolkvox.response.decoding import decode, without_marks
from tap_wolkvox.response.extractors import LIST, ExtractedRows, Row, RowExtractor, as_list, named
from tap_wolkvox.response.redaction import quoted
from tap_wolkvox.response.rows import ResponseRows, RowBatch
from tap_wolkvox.spool import BLOCK

if TYPE_CHECKING:
    from tap_wolkvox.response.gateway import Reply
    from tap_wolkvox.spool import Spool

ROW_CAP = 60_000
"""Rows at which a response may be truncated: the API's limit for one response."""

SUCCESS_CODES = frozenset({"200", "0", ""})
"""Values of `code` on success, as text; absent and null count as empty."""

EMPTY_MESSAGE = "VALIDATE DATES ENTERED"
"""What a 404 says, and nothing else, where there are no rows."""

NO_ERROR = frozenset({"", "0", "200", "false", "none", "null"})
"""Values of `error` on success, as text in lower case; null counts as empty."""

_COUNT = re.compile(r"(\d[\d.,]{0,15})\s+records?\b", re.ASCII | re.IGNORECASE)
_ENVELOPE = frozenset({"code", "msg"})
"""What each failure of the API's own holds."""

_ADVICE: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "the API does not take the request: please report it",
    HTTPStatus.NOT_FOUND: "this server does not have the report: deselect the stream",
    HTTPStatus.FOUND: gateway.REDIRECTED,
}
"""What fails one stream, by status; a 302 stands for all redirects."""

_NOT_NOW = gateway.TIMEOUTS | {
    HTTPStatus.ACCEPTED,  # it has begun, and is not ready yet
    HTTPStatus.CONFLICT,  # something else is at work on the same
    HTTPStatus.MISDIRECTED_REQUEST,  # it came to another server, and may be sent anew (RFC 9110)
    HTTPStatus.LOCKED,  # it is locked for the time being (RFC 4918)
    HTTPStatus.TOO_EARLY,  # it may be sent again a little later (RFC 8470)
    HTTPStatus.TOO_MANY_REQUESTS,  # it may be sent again after a while (RFC 6585)
}
"""Statuses below 500 that say "not now"; any other is final where the API says it itself."""

_TOO_MUCH = (
    r"\b(?:exceeds?|exceeded|limit|max|maximum|more\s+than|too\s+many|too\s+large"
    r"|excede|supera|l[ií]mite|m[aá]ximo|m[aá]s\s+de|demasiad[oa]s)\b"
)
_ROWS = r"\b(?:records?|rows|results?|registros|filas|resultados)\b"
_TOO_LARGE = re.compile(
    rf"{_TOO_MUCH}.*{_ROWS}|{_ROWS}.*{_TOO_MUCH}|\bshort(?:er|en)\b.*\brange\b",
    re.IGNORECASE | re.DOTALL,
)
"""What a refusal may say of an answer that would be too large: nobody has seen one."""

_REFUSES_SIZE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_REDIRECT = 3
_SERVER_ERROR = 5

UNKNOWN_CODE = 0
"""Status of a 200 whose envelope holds an error `code` that is no HTTP status."""


def parse_response(
    reply: Reply,
    *,
    extractor: RowExtractor = LIST,
    row_cap: int = ROW_CAP,
    secret: str = "",
) -> ResponseRows:
    """Return the rows of a reply; none where the API says that there are none.

    Args:
        reply: The reply.
        extractor: Where the rows lie in it, and in what form.
        row_cap: Rows at which it may have been cut.
        secret: The token, which no message may repeat should the API do so.

    Raises:
        PassingError: It may pass by itself: maintenance, too many at once, a cut answer …
        StreamError: This stream can't be read.
        TooLargeError: It can't be read so; asked for less, it may.
        OperationError: No stream of the operation can be read.
    """
    document = _document(reply.body, extractor)
    envelope = document if isinstance(document, dict) else {}
    status = _effective_status(reply.status, envelope)
    message = _message(envelope)
    if _says_empty(status, envelope, message, extractor):
        return ResponseRows()
    is_its_own = reply.status == HTTPStatus.OK or envelope.keys() >= _ENVELOPE
    if document is None or not is_its_own:
        raise gateway.error(reply, secret, is_json=document is not None)
    if status == HTTPStatus.OK:
        return _data(document, envelope, extractor, row_cap)
    if status in _REFUSES_SIZE and _TOO_LARGE.search(message):
        raise ResponseTooLargeError(
            f"the API says that this is too much for one answer{_said(message, secret)}",
            truncated=TruncatedResponse(ResponseRows(), 0),
        )
    raise _refusal(status, message.upper(), _said(message, secret))


def _document(body: Spool, shape: RowExtractor) -> Any:
    """Return what the body holds; None where it is no JSON.

    A long list of rows becomes `ExtractedRows`.
    """
    try:
        split = splitting.split_list(body, shape.path[-1]) if shape.is_list else None
        document = _with_rows(split, shape) if split else None
        if document is not None:
            return document
        # There is no such list, or what was found is another one of that name. A page of HTML is
        # left as it is, however long.
        is_page = without_marks(body.read(0, BLOCK)).startswith(b"<")
        return None if is_page else decode(body.read())
    except ValueError:
        return None


def _with_rows(split: splitting.SplitDocument, shape: RowExtractor) -> Any:
    """Return a document with its rows in their place; None where that is another place."""
    if split.around == split.mark:
        return _found(split, shape) if len(shape.path) == 1 else None
    holder = split.around
    for name in shape.path[:-1]:
        holder = holder.get(name) if isinstance(holder, dict) else None
    last = shape.path[-1]
    if not isinstance(holder, dict) or holder.get(last) != split.mark:
        return None
    holder[last] = _found(split, shape)
    return split.around


def _found(split: splitting.SplitDocument, shape: RowExtractor) -> ExtractedRows[ResponseRows]:
    """Return the rows of a list that was split."""
    batches = [RowBatch(part, shape) for part in split.parts]
    sent = sum(part.count for part in split.parts)
    rows = sent if shape.is_plain else sum(len(batch.rows) for batch in batches)
    return ExtractedRows(ResponseRows(batches, rows), sent)


def _effective_status(status: int, envelope: Row) -> int:
    """Return the HTTP status, or the envelope's error code where HTTP says that all is well."""
    code = _text(envelope.get("code")).strip()
    if status != HTTPStatus.OK or code in SUCCESS_CODES:
        return status
    return int(code) if re.fullmatch(r"[1-9]\d\d", code, re.ASCII) else UNKNOWN_CODE


def _says_empty(status: int, envelope: Row, message: str, shape: RowExtractor) -> bool:
    """Whether the API says, in its own words, that there are no rows, and sends none."""
    said = message.strip().rstrip(".").upper()
    sent = envelope.get("data") or envelope.get(shape.path[0])
    return status == HTTPStatus.NOT_FOUND and said == EMPTY_MESSAGE and not sent


def _refusal(status: int, message: str, said: str) -> WolkvoxError:
    """Return what an error status means: the table of the API's errors.

    Args:
        status: The status.
        message: The API's message in capitals, to decide by.
        said: The same, fit to be shown.
    """
    if status == HTTPStatus.UNAUTHORIZED:
        return OperationError(f"the API received no token{said}: check the setting `token`")
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(message, said)
    is_server_error = _family(status) == _SERVER_ERROR
    if status == UNKNOWN_CODE or status in _NOT_NOW or is_server_error:
        what = f"the API answers {status or 'an unknown code'}{said}: run again later"
        return RetryableError(what, size_related=is_server_error or status in gateway.TIMEOUTS)
    advice = _ADVICE.get(status, f"the API answers {status}, which is not known: please report it")
    if _family(status) == _REDIRECT:
        advice = _ADVICE[HTTPStatus.FOUND]
    return StreamError(f"{advice}{said}")


def _forbidden(message: str, said: str) -> WolkvoxError:
    """Return what a 403 means, which the API answers to four different things."""
    if "VALIDATE TOKEN" in message:
        return OperationError(f"the API refuses the token{said}: check `server` and `token`")
    if "TOKEN LIMIT EXCEEDED" in message:
        return QuotaError(
            f"the operation's quota of today is spent{said}: run again tomorrow, or ask Wolkvox "
            "for more"
        )
    if "SIMULTANEOUS REQUESTS" in message:
        what = f"the token is in use elsewhere{said}: let no other program ask meanwhile"
    else:
        what = f"the API is closed, as for maintenance{said}: run again later"
    return RetryableError(what)


def _data(document: Any, envelope: Row, shape: RowExtractor, cap: int) -> ResponseRows:
    """Return the rows of a successful answer, once they are known to be whole."""
    if _text(envelope.get("error")).strip().lower() not in NO_ERROR:
        raise RetryableError(
            "the answer says that all is well, and holds an error: run again later"
        )
    if shape.is_list and document:
        document = as_list(document)
    data, holder = _at(document, shape.path)
    found = data if isinstance(data, ExtractedRows) else _found_at_once(data, shape)
    _check_whole(found, envelope, holder, cap)
    return found.rows


def _found_at_once(data: Any, shape: RowExtractor) -> ExtractedRows[ResponseRows]:
    """Return what was decoded at once: what is in the place of rows."""
    found = shape.read(data)
    return ExtractedRows(ResponseRows.of(found.rows), found.sent, found.counts_either)


def _at(document: Any, path: tuple[str, ...]) -> tuple[Any, Row]:
    """Return what lies at a path, and the object that holds it."""
    if isinstance(document, list | ExtractedRows) and len(path) == 1:
        return document, {}
    found, holder = document, {}
    for depth, name in enumerate(path):
        if depth and not found and found in (None, "", []):
            return None, {}
        if not isinstance(found, dict):
            place = f"`{'.'.join(path[:depth])}`" if depth else "the answer"
            raise StreamError(f"{place} is {named(found)}, not an object: please report it")
        if name not in found:
            raise StreamError(f"the answer holds no `{'.'.join(path[: depth + 1])}`: report it")
        found, holder = found[name], found
    return found, holder


def _check_whole(found: ExtractedRows[ResponseRows], envelope: Row, holder: Row, cap: int) -> None:
    """Make sure that no row is missing, as far as the answer itself can tell."""
    total, page = (_counted("", holder.get(name)) for name in ("total", "limit"))
    counted = max(total, _counted(_message(envelope), envelope.get("total_records")))
    rows = max(len(found.rows), found.sent)
    if rows >= cap:
        raise ResponseTooLargeError(
            f"the answer holds {rows} rows, the API's limit is {cap}: rows may be missing, so none "
            "was emitted",
            truncated=TruncatedResponse(found.rows, max(rows, counted)),
        )
    if 0 < page <= found.sent and not total == counted == found.sent:
        raise StreamError(
            f"the API sent a page of {found.sent} rows and documents no way to the next one: rows "
            "may be missing, so none was emitted"
        )
    if found.lacks(counted):
        raise RetryableError(
            f"the answer is cut: the API counts {counted} rows and sent {found.sent}",
            truncated=TruncatedResponse(found.rows, counted),
        )


def _counted(message: str, *figures: object) -> int:
    """Return the largest of the server's own counts, or 0.

    Args:
        message: Text that may hold one, as in `4 records were found`.
        *figures: Fields that are one.
    """
    said = [*_COUNT.findall(message), *map(_text, figures)]
    counts = [re.sub(r"[.,]", "", text.strip()) for text in said]
    return max((int(text) for text in counts if _DIGITS.fullmatch(text)), default=0)


def _family(status: int) -> int:
    return status // 100


def _message(envelope: Row) -> str:
    """Return the envelope's message; what is no text may be rows, and is never shown."""
    message = envelope.get("msg")
    return message if isinstance(message, str) else ""


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:.0f}" if value == value.to_integral_value() else str(value)
    return "" if value is None else str(value)


def _said(message: str, secret: str) -> str:
    """Return the API's message in brackets, fit to be shown."""
    return f" ({quoted(message, secret)})" if message.strip() else ""
