"""Partitions: what the state keeps apart by server, whatever way the server was spelt."""

from __future__ import annotations

from typing import Any

from tap_wolkvox.catalog.endpoints import SERVER

State = dict[str, Any]


def by_server(state: State) -> State:
    """Return a state whose servers are in small letters, each once, as the settings have them.

    Args:
        state: A state that has no problems.
    """
    bookmarks = {name: _merged(each) for name, each in state.get("bookmarks", {}).items()}
    return {**state, "bookmarks": bookmarks} if bookmarks else state


def _merged(bookmark: State) -> State:
    found: dict[str, State] = {}
    for partition in bookmark.get("partitions", ()):
        context = _small(partition["context"])
        kept = found.setdefault(repr(context), {**partition, "context": context})
        # What is read again replaces itself, so the one that is behind is kept.
        if _value(partition) < _value(kept):
            found[repr(context)] = {**partition, "context": context}
    return {**bookmark, "partitions": list(found.values())} if found else bookmark


def _small(context: State) -> State:
    server = context.get(SERVER)
    return {**context, SERVER: server.lower()} if isinstance(server, str) else context


def _value(partition: State) -> str:
    return partition.get("replication_key_value") or ""
