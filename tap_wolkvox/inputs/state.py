"""Merges the partitions of a state that belong to the same server in different spellings."""

from __future__ import annotations

from typing import Any

from tap_wolkvox.catalog.endpoint import SERVER

State = dict[str, Any]


def by_server(state: State) -> State:
    """Return a state with each server once, in lower case, as in the operations.

    {"server": "A1"}, {"server": "a1"}  →  {"server": "a1"}, with the earlier bookmark

    Args:
        state: A validated state.
    """
    bookmarks = {name: _merged(each) for name, each in state.get("bookmarks", {}).items()}
    return {**state, "bookmarks": bookmarks} if bookmarks else state


def _merged(bookmark: State) -> State:
    by_context: dict[str, State] = {}
    for partition in bookmark.get("partitions", ()):
        context = _lower_case(partition["context"])
        kept = by_context.setdefault(repr(context), {**partition, "context": context})
        # Keep the earlier bookmark: to read rows twice is harmless, to skip rows is not.
        if _value(partition) < _value(kept):
            by_context[repr(context)] = {**partition, "context": context}
    return {**bookmark, "partitions": list(by_context.values())} if by_context else bookmark


def _lower_case(context: State) -> State:
    server = context.get(SERVER)
    return {**context, SERVER: server.lower()} if isinstance(server, str) else context


def _value(partition: State) -> str:
    return partition.get("replication_key_value") or ""
