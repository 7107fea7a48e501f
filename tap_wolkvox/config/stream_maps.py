"""Checks stream maps before the first request.

The SDK ignores a map that matches no stream or no column. Such a map is usually a typing error,
and the column that it should remove would be loaded. No message contains a value, or a name that
could be a value.
"""

from __future__ import annotations

import difflib
import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Columns = Mapping[str, Mapping[str, bool]]

# Special names and values of the SDK's stream maps.
_SOURCE, _KEY = "__source__", "__key_properties__"
_REMOVED = (None, "__NULL__")
# What the name of a stream or column looks like, or a pattern. Other names are not shown.
_NAME = re.compile(r"[a-z*][a-z0-9_*?]{0,62}", re.ASCII)


def problems(maps: Mapping[str, Any], columns: Columns) -> Iterator[str]:
    """Yield the problems of stream maps, one line each.

    Args:
        maps: The setting `stream_maps`, valid by its schema.
        columns: For each stream of the tap, its columns; for each column, whether it is part of
            the key.
    """
    for name, changes in maps.items():
        # The SDK checks options such as `__else__` itself.
        if not name.startswith("__"):
            yield from _map_problems(name, changes or {}, columns)


def _map_problems(name: str, changes: Mapping[str, Any] | str, columns: Columns) -> Iterator[str]:
    """Yield the problems of one map.

    Args:
        name: Name or pattern of the streams that the map changes, or name of the copy it creates.
        changes: The new value of each column, by name; a text if the map removes the stream.
        columns: The columns of each stream.
    """
    new_values = changes if isinstance(changes, dict) else {}
    source = new_values.get(_SOURCE, name)
    matched = {stream: own for stream, own in columns.items() if fnmatch(stream, source)}
    if not matched:
        yield f"setting `stream_maps` has a map of {_unknown(source, 'stream', columns)}"
        return
    prefix = f"setting `stream_maps` removes, in {_quoted(name)}, "
    for column, new_value in new_values.items():
        if new_value in _REMOVED and not column.startswith("__"):
            problem = _removal_problem(column, matched, has_other_key=_KEY in new_values)
            if problem:
                yield prefix + problem


def _removal_problem(column: str, columns: Columns, *, has_other_key: bool) -> str | None:
    """Return why a column can't be removed from streams; None if it can.

    Args:
        column: Name of the column.
        columns: The columns of the streams.
        has_other_key: Whether the map defines another key for the streams.
    """
    is_key_of = {stream: own[column] for stream, own in columns.items() if column in own}
    if not is_key_of:
        return _unknown(column, "column", {each for own in columns.values() for each in own})
    keyed = [stream for stream, is_key in is_key_of.items() if is_key]
    if keyed and not has_other_key:
        return f"`{column}`, which is of the key of `{keyed[0]}`: map the others one by one"
    return None


def _unknown(name: str, kind: str, candidates: Collection[str]) -> str:
    """Return the end of a message about an unknown name, with the name that may be meant."""
    close = difflib.get_close_matches(name, sorted(candidates), n=1, cutoff=0.8)
    advice = f"did you mean `{close[0]}`?" if close else "check its name in the stream reference"
    return f"{_quoted(name)}, which is no {kind}: {advice}"


def _quoted(name: str) -> str:
    return f"`{name}`" if _NAME.fullmatch(name) else "a name that is not shown"
