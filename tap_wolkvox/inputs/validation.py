"""Validates the state and the catalog before the first request.

With a wrong state, the tap would repeat or skip rows; with a wrong catalog, it would read nothing.
No message contains a value.
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
    """Return a state without the object `{"singer_state": …}` that `meltano state get` adds."""
    return state["singer_state"] if isinstance(state, dict) and [*state] == _MELTANO else state


def state_problems(state: Any) -> Iterator[str]:
    """Yield the problems of a state, one line each.

    Args:
        state: The value of the state file.
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
        for is_valid, problem in _CHECKS:
            if not is_valid(each):
                return problem
    return None


def _is_checkpoint_valid(partition: dict[str, Any]) -> bool:
    """Whether the checkpoint (`left_off`) is missing, or is one that this tap writes."""
    try:
        Checkpoint.of(partition)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return False
    return True


def _is_zone_valid(partition: dict[str, Any]) -> bool:
    """Whether the time zone is missing, or is one that exists."""
    name = partition.get("timezone")
    return name is None or (isinstance(name, str) and zone(name) is not None)


def _is_partition(partition: Any) -> bool:
    return isinstance(partition, dict) and isinstance(partition.get("context"), dict)


def _is_value_valid(partition: dict[str, Any]) -> bool:
    """Whether the value is missing, or is a date whose text sorts by time: `2026-11-20 …`."""
    value = partition.get("replication_key_value")
    if value is None:
        return True
    try:
        return str(datetime.fromisoformat(value))[:10] == value[:10] and is_usable(value)
    except (TypeError, ValueError):
        return False


_CHECKS = (
    (_is_value_valid, "has a value that is no date"),
    (_is_zone_valid, "has a `timezone` that is none"),
    (_is_checkpoint_valid, "has a `left_off` that can't be gone on from"),
)
"""The checks of a bookmark, each with the end of its message."""


def catalog_problems(catalog: Any, known: Collection[str]) -> Iterator[str]:
    """Yield the problems of a catalog, one line each.

    Args:
        catalog: The value of the catalog file.
        known: Names of the streams of the tap.
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
