"""Faults that change the content of an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from typing import Any, TypeAlias

from tests.simulator.endpoints.common.answers import EACH, Answer, Path
from tests.simulator.faults.fault import Fault

# A fault may put any value into a row.
AnyRow: TypeAlias = dict[str, object]
ChangeRows: TypeAlias = Callable[[list[AnyRow]], list[AnyRow]]

# The fields with the number of rows, and the number in such a field.
_COUNTERS = ("msg", "total_records", "total")
_COUNT = re.compile(r"\d+(?= records)|^\d+$")
_WRONG: tuple[object, ...] = (7, None, [], {"value": "7"}, True, 1.5)


def error_code(code: int | str = 500, msg: str = "ERROR") -> Fault:
    """Answer HTTP 200 with an error in the envelope."""
    envelope = {"code": code, "error": "Error", "msg": msg}
    return Fault("error_code", lambda _: Answer(200, envelope))


def data(value: object) -> Fault:
    """Replace ``data`` by any JSON value; or ``records``, or a bare list as a whole.

    An answer without data, such as an error, stays unchanged.
    """

    def edit(answer: Answer) -> Answer:
        if answer.rows_at is None:
            return answer
        place = answer.rows_at[:1]
        content = _with(answer.content, place, lambda _: value)
        return replace(answer, content=content, rows_at=place if isinstance(value, list) else None)

    return Fault("data", edit)


def change_rows(change: ChangeRows, *, recount: bool = False) -> Fault:
    """Change the rows with a function, wherever they are.

    A single object counts as a list of one row. It becomes an empty object if the function returns
    no row. In an object of lists, each list is changed. ``msg`` or the total counts the new rows
    only with ``recount``.
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
    """The content with a new value at the end of a path."""
    if not path:
        return make(content)
    names = tuple(content) if path[0] == EACH else path[:1]
    deeper = {name: _with(content[name], path[1:], make, recount=recount) for name in names}
    return content | deeper | (_counts(content, deeper.get(path[0])) if recount else {})


def _counts(content: dict[str, object], rows: object) -> dict[str, object]:
    """The fields that count the rows beside them, with the new number."""
    if not isinstance(rows, list):
        return {}
    told = {name: content.get(name) for name in _COUNTERS}
    count = str(len(rows))
    return {name: _COUNT.sub(count, text) for name, text in told.items() if isinstance(text, str)}


def fewer_rows(missing: int = 1, *, recount: bool = False) -> Fault:
    """Leave out the last rows. ``msg`` then counts more rows than there are."""
    return change_rows(lambda rows: rows[: max(0, len(rows) - missing)], recount=recount)


def extra_rows(extra: int = 1, *, recount: bool = True) -> Fault:
    """Add copies of the rows at the end. ``msg`` counts them by default."""
    return change_rows(lambda rows: rows + list(islice(cycle(rows), extra)), recount=recount)


def set_field(name: str, value: object) -> Fault:
    """Add a field to every row, or change it."""
    return change_rows(lambda rows: [row | {name: value} for row in rows])


def drop_field(name: str) -> Fault:
    """Remove a field from every row."""
    return change_rows(lambda rows: [{key: row[key] for key in row if key != name} for row in rows])


def wrong_types() -> Fault:
    """Put numbers, null, lists and objects in place of texts."""
    return change_rows(lambda rows: [dict(zip(row, cycle(_WRONG), strict=False)) for row in rows])


def cut_json() -> Fault:
    """Send correct HTTP, but only half of the JSON."""
    return Fault(
        "cut_json", lambda answer: replace(answer, content=answer.body[: len(answer.body) // 2])
    )
