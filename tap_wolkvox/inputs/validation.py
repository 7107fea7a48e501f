"""Inputs: what is wrong with a state or a catalog, before the first request.

A state that is misread repeats or skips; a catalog that is misread reads nothing. No message shows
a value.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tap_wolkvox.config.validation import zone
from tap_wolkvox.cursor.bookmarks import is_usable
from tap_wolkvox.cursor.checkpoint import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

STATE = "the state (--state)"
CATALOG = "the catalog (--catalog)"

_MELTANO = ["singer_state"]


def singer_state(state: Any) -> Any:
    """Return a state without what `meltano state get` puts around it."""
    return state["singer_state"] if isinstance(state, dict) and [*state] == _MELTANO else state


def state_problems(state: Any) -> Iterator[str]:
    """Yield what is wrong with a state, a line each.

    Args:
        state: What the file holds.
    """
    bookmarks = state.get("bookmarks") if isinstance(state, dict) else None
    if state == {}:
        return
    if not isinstance(bookmarks, dict):
        yield f"{STATE} is no Singer state: it is an object with an object `bookmarks`"
        return
    for stream, bookmark in bookmarks.items():
        problem = _bookmark_problem(bookmark)
        if problem:
            yield f"{STATE} has a bookmark of `{stream}` that {problem}: mend it, or remove it"


def _bookmark_problem(bookmark: Any) -> str | None:
    if not isinstance(bookmark, dict):
        return "is no object"
    partitions = bookmark.get("partitions", [])
    if not isinstance(partitions, list) or not all(_is_partition(each) for each in partitions):
        return "has `partitions` that are no list of objects with a `context`"
    servers = Counter(str(partition["context"]) for partition in partitions)
    if any(count > 1 for count in servers.values()):
        return "has the same server twice"
    for each in (bookmark, *partitions):
        for holds, problem in _HELD:
            if not holds(each):
                return problem
    return None


def _has_left_off(partition: dict[str, Any]) -> bool:
    """Whether where a stream left off, if it did, is what this tap writes."""
    try:
        Checkpoint.of(partition)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return False
    return True


def _has_zone(partition: dict[str, Any]) -> bool:
    """Whether the zone of a bookmark is not there, or one that there is."""
    name = partition.get("timezone")
    return name is None or (isinstance(name, str) and zone(name) is not None)


def _is_partition(partition: Any) -> bool:
    return isinstance(partition, dict) and isinstance(partition.get("context"), dict)


def _has_value(partition: dict[str, Any]) -> bool:
    """Whether a bookmark's value is not there, or one that sorts as time does: `2026-11-20 …`."""
    value = partition.get("replication_key_value")
    if value is None:
        return True
    try:
        return str(datetime.fromisoformat(value))[:10] == value[:10] and is_usable(value)
    except (TypeError, ValueError):
        return False


_HELD = (
    (_has_value, "has a value that is no date"),
    (_has_zone, "has a `timezone` that is none"),
    (_has_left_off, "has a `left_off` that can't be gone on from"),
)
"""What a bookmark may hold, with what is said where it can't be used."""


def catalog_problems(catalog: Any, known: Collection[str]) -> Iterator[str]:
    """Yield what is wrong with a catalog, a line each.

    Args:
        catalog: What the file holds.
        known: Names of the streams that there are.
    """
    streams = catalog.get("streams") if isinstance(catalog, dict) else None
    if not isinstance(streams, list) or not all(_is_entry(entry) for entry in streams):
        yield f"{CATALOG} is no Singer catalog: make one with --discover"
        return
    for entry in streams:
        if entry["tap_stream_id"] not in known and _is_selected(entry):
            yield f"{CATALOG} selects `{entry['tap_stream_id']}`, which is no stream of this tap"


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("tap_stream_id"), str)
        and isinstance(entry.get("schema", {}), dict)
        and isinstance(entry.get("metadata", []), list)
        and all(_is_metadata(item) for item in entry.get("metadata", []))
    )


def _is_metadata(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("breadcrumb"), list)
        and isinstance(item.get("metadata"), dict)
    )


def _is_selected(entry: dict[str, Any]) -> bool:
    roots = [item["metadata"] for item in entry.get("metadata", []) if not item["breadcrumb"]]
    return any(root.get("selected") is True for root in roots)
