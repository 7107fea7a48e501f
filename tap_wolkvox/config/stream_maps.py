"""Map checks: stream maps that would change nothing, before the first request.

A map that matches nothing is a typing error, and what it was to hide would be loaded. No message
shows a value, nor a name that could be one.
"""

from __future__ import annotations

import difflib
import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Columns = Mapping[str, Mapping[str, bool]]

_SOURCE, _KEY = "__source__", "__key_properties__"
_REMOVED = (None, "__NULL__")
_NAME = re.compile(r"[a-z*][a-z0-9_*?]{0,62}", re.ASCII)


def problems(maps: Mapping[str, Any], columns: Columns) -> Iterator[str]:
    """Yield what is wrong with stream maps, a line each.

    Args:
        maps: The setting `stream_maps`, as its schema wants it.
        columns: The columns of each stream that there is, by the stream's name, each with whether
            it is of the key.
    """
    for name, changes in maps.items():
        # Options, as `__else__`, are the SDK's to check.
        if not name.startswith("__"):
            yield from _of_one(name, changes or {}, columns)


def _of_one(name: str, changes: Mapping[str, Any] | str, columns: Columns) -> Iterator[str]:
    """Yield what is wrong with one map.

    Args:
        name: Name or pattern of the streams that it changes, or of the copy that it makes.
        changes: What becomes of the columns, by name; a text where the stream is removed.
        columns: The columns of each stream.
    """
    named = changes if isinstance(changes, dict) else {}
    source = named.get(_SOURCE, name)
    matched = {each: its for each, its in columns.items() if fnmatch(each, source)}
    if not matched:
        yield f"setting `stream_maps` has a map of {_shown(source, 'stream', columns)}"
        return
    begin = f"setting `stream_maps` removes, in {_quoted(name)}, "
    for column, becomes in named.items():
        if becomes in _REMOVED and not column.startswith("__"):
            problem = _removal_problem(column, matched, has_other_key=_KEY in named)
            if problem:
                yield begin + problem


def _removal_problem(column: str, columns: Columns, *, has_other_key: bool) -> str | None:
    """Return why a column can't be removed from streams, if that is so.

    Args:
        column: Its name.
        columns: The columns of the streams.
        has_other_key: Whether the map says what their key is.
    """
    having = {name: its[column] for name, its in columns.items() if column in its}
    if not having:
        return _shown(column, "column", {each for its in columns.values() for each in its})
    keyed = [name for name, is_key in having.items() if is_key]
    if keyed and not has_other_key:
        return f"`{column}`, which is of the key of `{keyed[0]}`: map the others one by one"
    return None


def _shown(name: str, what: str, known: Collection[str]) -> str:
    """Return what a name is called that is none of those that are known."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    advice = f"did you mean `{close[0]}`?" if close else "check its name in the stream reference"
    return f"{_quoted(name)}, which is no {what}: {advice}"


def _quoted(name: str) -> str:
    return f"`{name}`" if _NAME.fullmatch(name) else "a name that is not shown"
