"""Answers as the API sends them."""

from __future__ import annotations

import json

import pytest
from hypothesis import strategies as st

from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tap_wolkvox.errors import (
    OperationError,
    QuotaError,
    ResponseTooLargeError,
    RetryableError,
    StreamError,
    WolkvoxError,
)
from tap_wolkvox.response.extractors import (
    LIST,
    KeyedRows,
    NestedRows,
    RowExtractor,
    Rows,
)
from tests.support.reading import rows

SHAPES: list[RowExtractor] = list(
    {repr(line.extractor): line.extractor for line in ENDPOINTS}.values()
)
"""Each shape that an endpoint has, once."""

each_shape = pytest.mark.parametrize("shape", SHAPES, ids=repr)

CAP = 60_000
ROW = {"operation": "demo", "items": "5"}
HTML = b"<!DOCTYPE html><html><body>Ana 3001234567</body></html>"
EMPTY = "Validate dates entered"


class Absent:
    """A field that is not in the envelope."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()

SUCCESS_CODES = [200, "200", "0", "", 0, None, ABSENT]

ERRORS: list[tuple[int, str, type[WolkvoxError]]] = [
    (404, "REPORT NOT FOUND", StreamError),
    (404, "", StreamError),
    (400, "THE API YOU WANT TO CONSULT DOES NOT EXIST", StreamError),
    (400, "SOME PARAMETERS ARE REQUIRED", StreamError),
    (400, "THE RESULT EXCEEDS THE LIMIT OF RECORDS, SHORTEN THE RANGE", ResponseTooLargeError),
    (413, "TOO MANY RECORDS", ResponseTooLargeError),
    (413, "", StreamError),
    (401, "PLEASE ENTER THE WOLKVOX-TOKEN", OperationError),
    (403, "PLEASE VALIDATE TOKEN", OperationError),
    (403, "TOKEN LIMIT EXCEEDED", QuotaError),
    (403, "EXCEEDS THE LIMIT OF SIMULTANEOUS REQUESTS PER TOKEN (2)", RetryableError),
    (403, "Forbidden", RetryableError),
    (403, "", RetryableError),
    (429, "Too many requests", RetryableError),
    (500, "Internal error", RetryableError),
    (502, "", RetryableError),
    (503, "Maintenance", RetryableError),
]
"""The API's errors: status, message, and how far each reaches."""


def body(**fields: object) -> bytes:
    return json.dumps(
        {name: value for name, value in fields.items() if value is not ABSENT}
    ).encode()


def answer(
    data: object = ABSENT, msg: object = "", code: object = 200, error: object = None
) -> bytes:
    return body(code=code, error=error, msg=msg, data=data)


def placed(
    shape: RowExtractor, data: object, msg: object = "", code: object = 200, **around: object
) -> bytes:
    """Return an answer that holds something where a shape expects its rows.

    Args:
        shape: The shape.
        data: What lies there.
        msg: The envelope's message.
        code: The envelope's code.
        **around: What lies beside it, in the same object.
    """
    *outside, last = shape.path
    beside = {name: value for name, value in around.items() if value is not ABSENT}
    holder: dict[str, object] = {last: data, **beside}
    for name in reversed(outside):
        holder = {name: holder}
    return body(code=code, msg=msg, **holder)


def failure(
    status: int, content: bytes, *, extractor: RowExtractor = LIST, secret: str = ""
) -> WolkvoxError:
    with pytest.raises(WolkvoxError) as caught:
        rows(status, content, extractor=extractor, secret=secret)
    return caught.value


CHATS = NestedRows(field="active_chats")
SURVEYS = KeyedRows(column="survey")
PAGE = Rows(path=("data", "data"))


def found(count: int) -> str:
    return f"{count} records were found"


SECRET = "Sup3r-s3cret_T0ken"
names = st.sampled_from(["active_chats", "active_interactions", "by_agent", "by_ip", "agent_id"])
