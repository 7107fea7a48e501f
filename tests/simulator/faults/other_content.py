"""Faults that change what an answer holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from typing import Any, TypeAlias

from tests.simulator.endpoints.common.answers import EACH, Answer, Path
from tests.simulator.faults.fault import Fault

# A fault may make of a row what no row is, so its fields are any values here.
AnyRow: TypeAlias = dict[str, object]
ChangeRows: TypeAlias = Callable[[list[AnyRow]], list[AnyRow]]

# Where an answer says how many rows it has, and the number in it.
_COUNTERS = ("msg", "total_records", "total")
_COUNT = re.compile(r"\d+(?= records)|^\d+$")
_WRONG: tuple[object, ...] = (7, None, [], {"value": "7"}, True, 1.5)


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


def cut_json() -> Fault:
    """Sound HTTP, and JSON that stops half-way."""
    return Fault(
        "cut_json", lambda answer: replace(answer, content=answer.body[: len(answer.body) // 2])
    )
