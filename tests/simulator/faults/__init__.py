"""Faults on demand: what an answer says instead, and how it is sent.

A fault edits an answer, waits before it, and delivers it. Each public function below makes one,
and ``first.then(second)`` makes one of two: ``hang(1).then(status(503, "BUSY"))``. ``BY_NAME``
holds those that can be asked for over HTTP.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from itertools import cycle, islice
from typing import Any, TypeAlias

from tests.simulator.endpoints.common.answers import (
    EACH,
    JSON_TYPE,
    MAINTENANCE,
    NO_ROWS,
    Answer,
    ErrorCase,
    Headers,
    Path,
    failed,
)
from tests.simulator.endpoints.common.answers import html as html_page
from tests.simulator.http.wire import Wire

Edit: TypeAlias = Callable[[Answer], Answer]
Wait: TypeAlias = Callable[[Wire], None]
Delivery: TypeAlias = Callable[[Wire, Answer], None]
# A fault may make of a row what no row is, so its fields are any values here.
AnyRow: TypeAlias = dict[str, object]
GivenHeaders: TypeAlias = Mapping[str, str]
ChangeRows: TypeAlias = Callable[[list[AnyRow]], list[AnyRow]]

# Where an answer says how many rows it has, and the number in it.
_COUNTERS = ("msg", "total_records", "total")
_COUNT = re.compile(r"\d+(?= records)|^\d+$")
_WRONG: tuple[object, ...] = (7, None, [], {"value": "7"}, True, 1.5)


def _unchanged(answer: Answer) -> Answer:
    return answer


def _at_once(_: Wire) -> None:
    pass


def _whole(wire: Wire, answer: Answer) -> None:
    wire.send(answer)


@dataclass(frozen=True)
class Fault:
    """What becomes of one answer."""

    name: str
    edit: Edit = _unchanged
    wait: Wait = _at_once
    deliver: Delivery = _whole

    def then(self, other: Fault) -> Fault:
        """Both: the edits and the waits of this one first, the delivery that is out of order."""

        def wait(wire: Wire) -> None:
            self.wait(wire)
            other.wait(wire)

        deliver = self.deliver if other.deliver is _whole else other.deliver
        name = f"{self.name}+{other.name}"
        return Fault(name, lambda answer: other.edit(self.edit(answer)), wait, deliver)

    def strike(self, wire: Wire, answer: Answer) -> None:
        """Send an answer as this fault will have it."""
        edited = self.edit(answer)
        self.wait(wire)
        self.deliver(wire, edited)


NONE = Fault("none")


def _status(code: int) -> int:
    if not 200 <= code <= 599:
        raise ValueError(f"a status lies between 200 and 599: {code}")
    return code


# --- other answers -----------------------------------------------------------------------------


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


# --- other envelopes ---------------------------------------------------------------------------


def error_code(code: int | str = 500, msg: str = "ERROR") -> Fault:
    """HTTP 200, and an error only in the envelope."""
    envelope = {"code": code, "error": "Error", "msg": msg}
    return Fault("error_code", lambda _: Answer(200, envelope))


def data(value: object) -> Fault:
    """Any JSON value as ``data``, or as what stands for it: ``records``, the whole bare list.

    An answer without it, such as an error, stays as it is.
    """

    def edit(answer: Answer) -> Answer:
        if answer.rows_at is None:
            return answer
        place = answer.rows_at[:1]
        content = _with(answer.content, place, lambda _: value)
        return replace(answer, content=content, rows_at=place if isinstance(value, list) else None)

    return Fault("data", edit)


def change_rows(change: ChangeRows, *, recount: bool = False) -> Fault:
    """The rows a function makes of them, wherever they lie.

    One object is a list of one, and stays one: empty if nothing is made of it. Each list of an
    object of lists is changed. ``msg`` or the total counts the new rows only if told so.
    """

    def other(found: Any) -> object:
        rows = change([dict(row) for row in (found if isinstance(found, list) else [found])])
        return rows if isinstance(found, list) else next(iter(rows), {})

    def edit(answer: Answer) -> Answer:
        if answer.rows_at is None:
            return answer
        content = _with(answer.content, answer.rows_at, other, recount=recount)
        return replace(answer, content=content)

    return Fault("change_rows", edit)


def _with(
    content: Any, path: Path, make: Callable[[Any], object], *, recount: bool = False
) -> object:
    """The content with what is made of the end of a path in its place."""
    if not path:
        return make(content)
    names = tuple(content) if path[0] == EACH else path[:1]
    deeper = {name: _with(content[name], path[1:], make, recount=recount) for name in names}
    return content | deeper | (_counts(content, deeper.get(path[0])) if recount else {})


def _counts(content: dict[str, object], rows: object) -> dict[str, object]:
    """What counts the rows beside it, with their number; nothing beside anything else."""
    if not isinstance(rows, list):
        return {}
    told = {name: content.get(name) for name in _COUNTERS}
    count = str(len(rows))
    return {name: _COUNT.sub(count, text) for name, text in told.items() if isinstance(text, str)}


def fewer_rows(missing: int = 1, *, recount: bool = False) -> Fault:
    """The last rows left out, so that ``msg`` counts more than come."""
    return change_rows(lambda rows: rows[: max(0, len(rows) - missing)], recount=recount)


def extra_rows(extra: int = 1, *, recount: bool = True) -> Fault:
    """Copies of the rows in turn after them, counted by ``msg`` unless told otherwise."""
    return change_rows(lambda rows: rows + list(islice(cycle(rows), extra)), recount=recount)


def set_field(name: str, value: object) -> Fault:
    """A field added to every row, or changed."""
    return change_rows(lambda rows: [row | {name: value} for row in rows])


def drop_field(name: str) -> Fault:
    """A field gone from every row."""
    return change_rows(lambda rows: [{key: row[key] for key in row if key != name} for row in rows])


def wrong_types() -> Fault:
    """Numbers, null, lists and objects where text belongs."""
    return change_rows(lambda rows: [dict(zip(row, cycle(_WRONG), strict=False)) for row in rows])


# --- trouble on the wire -----------------------------------------------------------------------


def cut_json() -> Fault:
    """Sound HTTP, and JSON that stops half-way."""
    return Fault(
        "cut_json", lambda answer: replace(answer, content=answer.body[: len(answer.body) // 2])
    )


def cut_body() -> Fault:
    """The connection closed after half the promised bytes."""

    def deliver(wire: Wire, answer: Answer) -> None:
        wire.write(answer.head() + answer.body[: len(answer.body) // 2])
        wire.close()

    return Fault("cut_body", deliver=deliver)


def closed() -> Fault:
    """The connection closed without a byte."""
    return Fault("closed", deliver=lambda wire, _: wire.close())


def reset() -> Fault:
    """The connection reset before any answer."""
    return Fault("reset", deliver=lambda wire, _: wire.reset())


def hang(seconds: float, *, stubborn: bool = False) -> Fault:
    """Silence, then the answer.

    The seat comes free when the client hangs up; a stubborn one stays taken to the end, as with
    a server that works on a query nobody waits for any more.
    """
    return Fault("hang", wait=lambda wire: wire.pause(seconds, stubborn=stubborn))


def slow_body(seconds: float) -> Fault:
    """The body a byte at a time, with a pause before each: no read ever waits long."""

    def deliver(wire: Wire, answer: Answer) -> None:
        wire.write(answer.head())
        _trickle(wire, answer.body[:-1], seconds)
        wire.pause(seconds)
        wire.finish(answer.body[-1:], answer.status)

    return Fault("slow_body", deliver=deliver)


def slow_headers(seconds: float) -> Fault:
    """The headers a byte at a time, then the body at once."""

    def deliver(wire: Wire, answer: Answer) -> None:
        _trickle(wire, answer.head(), seconds)
        wire.finish(answer.body, answer.status)

    return Fault("slow_headers", deliver=deliver)


def _trickle(wire: Wire, data_: bytes, seconds: float) -> None:
    for byte in data_:
        wire.pause(seconds)
        wire.write(bytes([byte]))


_OVER_HTTP = (
    status,
    maintenance,
    no_rows,
    absent,
    retry_after,
    redirect,
    html,
    raw,
    error_code,
    data,
    fewer_rows,
    extra_rows,
    set_field,
    drop_field,
    wrong_types,
    cut_json,
    cut_body,
    closed,
    reset,
    hang,
    slow_body,
    slow_headers,
)
# All but change_rows, which takes a function.
BY_NAME: Mapping[str, Callable[..., Fault]] = {make.__name__: make for make in _OVER_HTTP}
