"""StreamState: what the state holds of one stream of one server."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL

from tap_wolkvox.catalog.endpoint import SERVER
from tap_wolkvox.cursor import bookmarks
from tap_wolkvox.cursor.checkpoint import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from singer_sdk.helpers.types import Context, TapState

TIMEZONE = "timezone"
"""Key of the time zone in which the times were that a bookmark is made of."""

BEGUN = "begun"
"""Key of the wall-clock second from which on everything up to the bookmark was read."""


class StateHolder(Protocol):
    """The part of an SDK stream that keeps its state."""

    name: str

    @property
    def replication_key(self) -> str | None:
        """Column that the bookmark speaks of."""

    @property
    def replication_method(self) -> str:
        """Whether there is a bookmark at all."""

    @property
    def tap_state(self) -> TapState:
        """The state of all streams."""

    def get_context_state(self, context: Context | None) -> dict[str, Any]:
        """Return the state of a partition, to be written to."""

    def finalize_state_progress_markers(self, state: dict[str, Any] | None = None) -> None:
        """Write a STATE message, if the state has changed."""


class StreamState:
    """The bookmark and the checkpoint of one stream, kept apart for each server.

    Args:
        holder: The stream.
        server: The server.
        write: Writes a STATE message with the state of all streams.
    """

    def __init__(self, holder: StateHolder, server: str, write: Callable[[TapState], None]) -> None:
        self.context = {SERVER: server}
        """What tells the state of this server from that of others."""
        self._holder = holder
        self._write = write

    @property
    def is_incremental(self) -> bool:
        """Whether the stream has a bookmark; the catalog may say that it has none."""
        return self._holder.replication_method == REPLICATION_INCREMENTAL

    @property
    def saved(self) -> Mapping[str, Any]:
        """What the state holds; reading it adds nothing to the state."""
        bookmark = self._holder.tap_state.get("bookmarks", {}).get(self._holder.name, {})
        partitions = bookmark.get("partitions", [])
        return next((each for each in partitions if each["context"] == self.context), {})

    @property
    def bookmark(self) -> str | None:
        """The bookmark, if there is one and it is of this stream's replication key."""
        saved = self.saved
        is_its = saved.get("replication_key") == self._holder.replication_key
        value: str | None = saved.get("replication_key_value")
        return value if is_its and self.is_incremental else None

    def advance(self, value: str) -> bool:
        """Move the bookmark to the end of what is read whole; it never goes back.

        Args:
            value: The new bookmark.

        Returns:
            Whether it is the bookmark now.
        """
        key = self._holder.replication_key
        if not self.is_incremental or not key:
            return False
        before, state = self.bookmark, self.open()
        state["replication_key"] = key
        state["replication_key_value"] = bookmarks.later(before or value, value)
        return bool(state["replication_key_value"] == value)

    @property
    def checkpoint(self) -> Checkpoint:
        """Where the last run stopped, if it could not read everything."""
        return Checkpoint.of(self.saved)

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Let the state say where the next run goes on."""
        checkpoint.put(self.open())

    @property
    def begun(self) -> datetime | None:
        """The wall-clock second from which on everything up to the bookmark was read."""
        try:
            return datetime.fromisoformat(self.saved[BEGUN]).replace(tzinfo=None)
        except (KeyError, TypeError, ValueError):
            return None

    def zone(self, default: ZoneInfo) -> ZoneInfo:
        """Return the time zone that was set when the bookmark was made."""
        return ZoneInfo(self.saved.get(TIMEZONE) or default.key)

    def open(self) -> dict[str, Any]:
        """Return what the state holds, to be written to."""
        return self._holder.get_context_state(self.context)

    def publish(self) -> None:
        """Write a STATE message, if the state has changed."""
        self._holder.finalize_state_progress_markers(self.open())

    def write(self) -> None:
        """Write a STATE message."""
        self._write(self._holder.tap_state)
