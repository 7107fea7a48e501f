"""Parser: decides what a response of the API means. No other module decides that.

The HTTP status, the `code` and the `msg` of the envelope decide between five outcomes:

    rows              a 200 with rows, none of which is missing as far as the response can tell
    empty             a 404 whose message is the one for "no rows"
    RetryableError    the same request may succeed later
    StreamError       this stream fails
    OperationError    all streams of this operation stop

An error `code` in a 200 counts like the same HTTP status. A response that is not known to be good
is never treated as rows, and never as empty. A failure without an envelope does not come from the
API itself, so it is retried, whatever its status is (`gateway`).
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
"""The API's limit of rows for one response. A response with as many rows may be truncated."""

SUCCESS_CODES = frozenset({"200", "0", ""})
"""Values of `code` that mean success, as text. A missing `code` and null count as `""`."""

EMPTY_MESSAGE = "VALIDATE DATES ENTERED"
"""The whole message, in capitals, of a 404 that means "no rows"."""

NO_ERROR = frozenset({"", "0", "200", "false", "none", "null"})
"""Values of `error` that mean success, as text in lower case. Null counts as `""`."""

# The API's count in a message: `4 records were found`, `1,234 records were found`.
_COUNT = re.compile(r"(\d[\d.,]{0,15})\s+records?\b", re.ASCII | re.IGNORECASE)
_ENVELOPE = frozenset({"code", "msg"})
"""Fields of every failure that the API itself sends."""

_ADVICE: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "the API does not take the request: please report it",
    HTTPStatus.NOT_FOUND: "this server does not have the report: deselect the stream",
    HTTPStatus.FOUND: gateway.REDIRECTED,
}
"""Messages of statuses that fail one stream. The message of 302 is used for all redirects."""

_NOT_NOW = gateway.TIMEOUTS | {
    HTTPStatus.ACCEPTED,  # the work has begun, the result is not ready
    HTTPStatus.CONFLICT,  # another request works on the same resource
    HTTPStatus.MISDIRECTED_REQUEST,  # the wrong server got the request; retry allowed (RFC 9110)
    HTTPStatus.LOCKED,  # the resource is locked for now (RFC 4918)
    HTTPStatus.TOO_EARLY,  # retry a little later (RFC 8470)
    HTTPStatus.TOO_MANY_REQUESTS,  # retry after a while (RFC 6585)
}
"""Statuses below 500 to retry. Any other is final if the API itself sent it."""

_TOO_MUCH = (
    r"\b(?:exceeds?|exceeded|limit|max|maximum|more\s+than|too\s+many|too\s+large"
    r"|excede|supera|l[ií]mite|m[aá]ximo|m[aá]s\s+de|demasiad[oa]s)\b"
)
_ROWS = r"\b(?:records?|rows|results?|registros|filas|resultados)\b"
_TOO_LARGE = re.compile(
    rf"{_TOO_MUCH}.*{_ROWS}|{_ROWS}.*{_TOO_MUCH}|\bshort(?:er|en)\b.*\brange\b",
    re.IGNORECASE | re.DOTALL,
)
"""What the API may say when it refuses a request that is too large.

Nobody has seen such a refusal. Without this pattern it would fail the stream for good; with it, the
tap sends a smaller request.
"""

_REFUSES_SIZE = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE})
# Python refuses to convert more than 4,300 digits to an integer.
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
# First digits of statuses.
_REDIRECT = 3
_SERVER_ERROR = 5

UNKNOWN_CODE = 0
"""Stands for the status of a 200 whose envelope holds an error `code` that is no HTTP status."""


def parse_response(
    reply: Reply,
    *,
    extractor: RowExtractor = LIST,
    row_cap: int = ROW_CAP,
    secret: str = "",
) -> ResponseRows:
    """Return the rows of a response; no rows if the API says that there are none.

    Args:
        reply: The response.
        extractor: Where the rows lie, and in which structure.
        row_cap: Number of rows at which the response may be truncated.
        secret: The token. Errors quote the API's message, but never the token in it.

    Raises:
        RetryableError: The same request may succeed later: maintenance, a truncated response …
        StreamError: The stream can't be read.
        ResponseTooLargeError: Rows may be missing; a smaller request may succeed.
        OperationError: No stream of the operation can be read.
    """
    document = _document(reply.body, extractor)
    envelope = document if isinstance(document, dict) else {}
    status = _effective_status(reply.status, envelope)
    message = _message(envelope)
    if _says_empty(status, envelope, message, extractor):
        return ResponseRows()
    # Some endpoints send a 200 without an envelope: a bare list of rows.
    is_from_api = reply.status == HTTPStatus.OK or envelope.keys() >= _ENVELOPE
    if document is None or not is_from_api:
        raise gateway.error(reply, secret, is_json=document is not None)
    if status == HTTPStatus.OK:
        return _successful(document, envelope, extractor, row_cap)
    if status in _REFUSES_SIZE and _TOO_LARGE.search(message):
        raise ResponseTooLargeError(
            f"the API says that this is too much for one answer{_quote(message, secret)}",
            truncated=TruncatedResponse(ResponseRows(), 0),
        )
    raise _refusal(status, message.upper(), _quote(message, secret))


def _document(body: Spool, extractor: RowExtractor) -> Any:
    """Return the decoded body; None if it is not JSON.

    If the body holds a list of rows, `ExtractedRows` stands in place of the list.
    """
    try:
        split = splitting.split_list(body, extractor.path[-1]) if extractor.is_list else None
        document = _with_rows(split, extractor) if split else None
        if document is not None:
            return document
        # There is no list to split, or it is not the list of rows but has the same name. An HTML
        # page is not decoded: it may be long, and it is never JSON.
        is_page = without_marks(body.read(0, BLOCK)).startswith(b"<")
        return None if is_page else decode(body.read())
    except ValueError:
        return None


def _with_rows(split: splitting.SplitDocument, extractor: RowExtractor) -> Any:
    """Return a split document with the rows in place of its list.

    Returns None if the path of the extractor does not lead to the list that was split.
    """
    if split.around == split.mark:
        return _split_rows(split, extractor) if len(extractor.path) == 1 else None
    parent = split.around
    for name in extractor.path[:-1]:
        parent = parent.get(name) if isinstance(parent, dict) else None
    last = extractor.path[-1]
    if not isinstance(parent, dict) or parent.get(last) != split.mark:
        return None
    parent[last] = _split_rows(split, extractor)
    return split.around


def _split_rows(
    split: splitting.SplitDocument, extractor: RowExtractor
) -> ExtractedRows[ResponseRows]:
    """Return the rows of a list that was split."""
    batches = [RowBatch(part, extractor) for part in split.parts]
    sent = sum(part.count for part in split.parts)
    rows = sent if extractor.is_plain else sum(len(batch.rows) for batch in batches)
    return ExtractedRows(ResponseRows(batches, rows), sent)


def _effective_status(status: int, envelope: Row) -> int:
    """Return the HTTP status. If it is 200, an error code of the envelope replaces it."""
    code = _text(envelope.get("code")).strip()
    if status != HTTPStatus.OK or code in SUCCESS_CODES:
        return status
    return int(code) if re.fullmatch(r"[1-9]\d\d", code, re.ASCII) else UNKNOWN_CODE


def _says_empty(status: int, envelope: Row, message: str, extractor: RowExtractor) -> bool:
    """Whether the API says that there are no rows, and sends no data beside the message."""
    normalised = message.strip().rstrip(".").upper()
    data = envelope.get("data") or envelope.get(extractor.path[0])
    return status == HTTPStatus.NOT_FOUND and normalised == EMPTY_MESSAGE and not data


def _refusal(status: int, message: str, quote: str) -> WolkvoxError:
    """Return the error for an error status that the API itself sent.

    Args:
        status: The status.
        message: The API's message in capitals; 403 has several meanings.
        quote: The same message in brackets, safe to show.
    """
    if status == HTTPStatus.UNAUTHORIZED:
        return OperationError(f"the API received no token{quote}: check the setting `token`")
    if status == HTTPStatus.FORBIDDEN:
        return _forbidden(message, quote)
    is_server_error = _family(status) == _SERVER_ERROR
    if status == UNKNOWN_CODE or status in _NOT_NOW or is_server_error:
        text = f"the API answers {status or 'an unknown code'}{quote}: run again later"
        return RetryableError(text, size_related=is_server_error or status in gateway.TIMEOUTS)
    advice = _ADVICE.get(status, f"the API answers {status}, which is not known: please report it")
    if _family(status) == _REDIRECT:
        advice = _ADVICE[HTTPStatus.FOUND]
    return StreamError(f"{advice}{quote}")


def _forbidden(message: str, quote: str) -> WolkvoxError:
    """Return the error for a 403. Its message decides between four meanings."""
    if "VALIDATE TOKEN" in message:
        return OperationError(f"the API refuses the token{quote}: check `server` and `token`")
    if "TOKEN LIMIT EXCEEDED" in message:
        return QuotaError(
            f"the operation's quota of today is spent{quote}: run again tomorrow, or ask Wolkvox "
            "for more"
        )
    if "SIMULTANEOUS REQUESTS" in message:
        text = f"the token is in use elsewhere{quote}: let no other program ask meanwhile"
    else:
        text = f"the API is closed, as for maintenance{quote}: run again later"
    return RetryableError(text)


def _successful(document: Any, envelope: Row, extractor: RowExtractor, cap: int) -> ResponseRows:
    """Return the rows of a successful response, after the check that no row is missing."""
    if _text(envelope.get("error")).strip().lower() not in NO_ERROR:
        raise RetryableError(
            "the answer says that all is well, and holds an error: run again later"
        )
    if extractor.is_list and document:
        document = as_list(document)
    data, parent = _value_at(document, extractor.path)
    extracted = data if isinstance(data, ExtractedRows) else _decoded_rows(data, extractor)
    _check_complete(extracted, envelope, parent, cap)
    return extracted.rows


def _decoded_rows(data: Any, extractor: RowExtractor) -> ExtractedRows[ResponseRows]:
    """Return the rows of a value that was not split, but decoded as a whole."""
    extracted = extractor.read(data)
    return ExtractedRows(
        ResponseRows.of(extracted.rows), extracted.received, extracted.counts_either
    )


def _value_at(document: Any, path: tuple[str, ...]) -> tuple[Any, Row]:
    """Return the value at a path, and the object that holds it.

    The value is None if an outer value on the path is empty: then there are no rows.

    Raises:
        StreamError: An outer value is not an object, or it lacks the next field of the path.
    """
    # The document itself may be the list of rows, without an envelope.
    if isinstance(document, list | ExtractedRows) and len(path) == 1:
        return document, {}
    value, parent = document, {}
    for depth, name in enumerate(path):
        if depth and not value and value in (None, "", []):
            return None, {}
        if not isinstance(value, dict):
            location = f"`{'.'.join(path[:depth])}`" if depth else "the answer"
            raise StreamError(f"{location} is {named(value)}, not an object: please report it")
        if name not in value:
            raise StreamError(f"the answer holds no `{'.'.join(path[: depth + 1])}`: report it")
        value, parent = value[name], value
    return value, parent


def _check_complete(
    extracted: ExtractedRows[ResponseRows], envelope: Row, parent: Row, cap: int
) -> None:
    """Check that no row is missing, as far as the response itself can tell.

    Args:
        extracted: The rows.
        envelope: The envelope; its message and its `total_records` may hold a count.
        parent: The object that holds the rows; its `total` and `limit` describe a page.
        cap: Number of rows at which the response may be truncated.

    Raises:
        ResponseTooLargeError: The response reaches the cap.
        StreamError: The response is one page of several.
        RetryableError: The API counts more rows than it sent.
    """
    total, page = (_largest_count("", parent.get(name)) for name in ("total", "limit"))
    counted = max(total, _largest_count(_message(envelope), envelope.get("total_records")))
    rows = max(len(extracted.rows), extracted.received)
    if rows >= cap:
        raise ResponseTooLargeError(
            f"the answer holds {rows} rows, the API's limit is {cap}: rows may be missing, so none "
            "was emitted",
            truncated=TruncatedResponse(extracted.rows, max(rows, counted)),
        )
    # More pages may follow a full page, unless every count says that this page holds all rows.
    if 0 < page <= extracted.received and not total == counted == extracted.received:
        raise StreamError(
            f"the API sent a page of {extracted.received} rows and documents no way to the next "
            "one: rows may be missing, so none was emitted"
        )
    if extracted.lacks(counted):
        raise RetryableError(
            f"the answer is cut: the API counts {counted} rows and sent {extracted.received}",
            truncated=TruncatedResponse(extracted.rows, counted),
        )


def _largest_count(message: str, *figures: object) -> int:
    """Return the largest count that the server names; 0 if it names none.

    Args:
        message: Text that may hold counts, as in `4 records were found`.
        *figures: Values of fields that hold a count.
    """
    texts = [*_COUNT.findall(message), *map(_text, figures)]
    counts = [re.sub(r"[.,]", "", text.strip()) for text in texts]
    return max((int(text) for text in counts if _DIGITS.fullmatch(text)), default=0)


def _family(status: int) -> int:
    """Return the first digit of a status."""
    return status // 100


def _message(envelope: Row) -> str:
    """Return the envelope's message; empty if `msg` is not text. It may be rows then."""
    message = envelope.get("msg")
    return message if isinstance(message, str) else ""


def _text(value: object) -> str:
    """Return a number as text (`2` for 2.0), any other value as its text, null as `""`."""
    if isinstance(value, Decimal):
        return f"{value:.0f}" if value == value.to_integral_value() else str(value)
    return "" if value is None else str(value)


def _quote(message: str, secret: str) -> str:
    """Return the API's message in brackets, safe to show; empty if there is no message."""
    return f" ({quoted(message, secret)})" if message.strip() else ""
