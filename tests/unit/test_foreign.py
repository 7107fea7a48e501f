"""Foreign answers: what did not come from the API may pass, and it is said what it was."""

from __future__ import annotations

import json

import pytest

from tap_wolkvox.errors import (
    ForeignError,
    OperationError,
    RedirectError,
    RetryableError,
    StreamError,
    WolkvoxError,
)
from tests.support.reading import rows

SECRET = "Sup3r-s3cret_T0ken"
MARK = b"\xef\xbb\xbf"


def page(title: str) -> bytes:
    return f"<!DOCTYPE html>\n<html><head><TITLE>{title}</TITLE></head></html>".encode()


def envelope(status: int) -> bytes:
    return json.dumps({"code": status, "error": "Error", "msg": "SAID BY THE API"}).encode()


def failure(status: int, content: bytes, media: str = "text/html; charset=utf-8") -> WolkvoxError:
    with pytest.raises(WolkvoxError) as caught:
        rows(status, content, media=media, secret=SECRET)
    return caught.value


NGINX = page("404 Not Found")
FOREIGN = [
    NGINX,
    b"",
    b"Not found",
    b'{"message": "Forbidden"}',
    b'{"code": 404, "error": "x"}',
    b'{"msg": "Not found"}',
    b"[]",
    b"null",
    b'{"msg": nu',
]


@pytest.mark.parametrize("content", FOREIGN)
@pytest.mark.parametrize(
    "status", [201, 202, 204, 400, 401, 403, 404, 405, 413, 418, 429, 501, 503, 600]
)
def test_whatever_its_status_an_answer_that_is_not_the_apis_may_pass(
    status: int, content: bytes
) -> None:
    error = failure(status, content)
    assert isinstance(error, RetryableError)
    for advice in ("deselect", "maintenance", "`token`", "report it"):
        assert advice not in str(error)
    assert "check `server` and `api_url`" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("content", [NGINX, b""])
def test_a_redirect_is_final_for_it_leads_to_another_place(status: int, content: bytes) -> None:
    assert type(failure(status, content)) is RedirectError


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, StreamError), (401, OperationError), (404, StreamError), (405, StreamError)],
)
def test_what_the_api_says_itself_is_final(status: int, kind: type[WolkvoxError]) -> None:
    error = failure(status, envelope(status))
    assert type(error) is kind
    assert "SAID BY THE API" in str(error)


@pytest.mark.parametrize(
    "status", [202, 408, 409, 421, 423, 425, 429, 499, 500, 502, 503, 504, 520]
)
def test_a_status_that_says_not_now_may_pass_whoever_says_it(status: int) -> None:
    for content in (envelope(status), NGINX, b""):
        error = failure(status, content)
        assert isinstance(error, RetryableError)
        assert error.size_related == (status in {408, 499} or status >= 500)
        assert str(status) in str(error)
    as_code = failure(200, envelope(status))
    assert str(as_code) == str(failure(status, envelope(status)))


@pytest.mark.parametrize(
    ("status", "content", "is_foreign"),
    [
        pytest.param(200, page("Log in"), True, id="a portal"),
        pytest.param(404, NGINX, True, id="404"),
        pytest.param(503, b"", True, id="503"),
        pytest.param(200, b"", False, id="a script that ends without a word"),
        pytest.param(200, b"<br /><b>Fatal error</b>: memory", False, id="one that says so"),
        pytest.param(500, page("Error"), False, id="500"),
        pytest.param(502, b"", False, id="a script that broke off"),
        pytest.param(504, NGINX, False, id="one that takes long"),
        pytest.param(408, b"", False, id="the same"),
        pytest.param(200, b'{"code": 200, "da', False, id="cut"),
    ],
)
def test_what_may_come_of_the_request_is_told_from_what_answers_to_all(
    status: int, content: bytes, is_foreign: bool
) -> None:
    error = failure(status, content)
    assert isinstance(error, ForeignError) == is_foreign
    assert isinstance(error, RetryableError)
    assert error.size_related == (not is_foreign or status in {200, 503})


@pytest.mark.parametrize(
    ("content", "media", "said"),
    [
        (NGINX, "text/html", '404 with a page "404 Not Found" (text/html): run'),
        (MARK + b"\n" + NGINX, "", '404 with a page "404 Not Found": run'),
        (
            b"<br /><b>Warning</b> Ana {",
            "text/html",
            "with HTML or XML without a title (text/html)",
        ),
        (page(" "), "text/html", "HTML or XML without a title"),
        (b"<title>never ends", "text/html", "HTML or XML without a title"),
        (b"", "text/plain; charset=utf-8", "404 with an empty body (text/plain):"),
        (MARK + b" \n", "", "404 with an empty body:"),
        (b"Ana 300", "text/plain", "404 with text (text/plain):"),
        (b'Notice: Ana <title>Ana</title>{"a": 1}', "text/html", "404 with text (text/html):"),
        (b'{"Ana": "1"}', "application/problem+json", "than the API's (application/problem+json):"),
        (b'{"Ana": ', "application/json", "404 with broken JSON (application/json):"),
        (b"", "Ana 3001234567", "404 with an empty body: run"),
        (b"", "\x1b[31m/x", "404 with an empty body: run"),
        (b"", f"{SECRET}/x", "404 with an empty body: run"),
        (b"", "x/3001234567", "404 with an empty body: run"),
    ],
)
def test_it_is_said_what_came(content: bytes, media: str, said: str) -> None:
    message = str(failure(404, content, media))
    assert message.startswith("no answer of the API came, but 404 with ")
    assert said in message
    assert "Ana" not in message


def test_a_document_that_is_cut_is_called_so() -> None:
    message = str(failure(200, b'[{"Ana": "', "application/json"))
    assert message == "the answer is no whole JSON document (application/json)"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("x" * 50, f'"{"x" * 40}…"'),
        (f"No {SECRET.upper()} here", '"No … here"'),
        (f"{'a ' * 15}{SECRET}", f'"{"a " * 15}…"'),
        ("Call 300 123 4567", '"Call …"'),
        ("ana@example.com is\n\nout", '"… is out"'),
        ("a\x1b[31m\x07b\u202ec", '"a [31m b c"'),
        ("Caf&eacute; &amp; T&#233;", '"Café & Té"'),
    ],
)
def test_a_title_is_short_and_shows_nothing_that_it_must_not(title: str, said: str) -> None:
    assert said in str(failure(403, page(title)))


def test_a_title_in_another_encoding_stops_nothing() -> None:
    content = "<html><title>P\xe1gina</title>".encode("latin-1")
    assert '"P\ufffdgina"' in str(failure(404, content))
