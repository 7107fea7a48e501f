"""StreamState: the part of the Singer state that belongs to one stream of one server.

Each server is a partition of the SDK's state:

    {"bookmarks": {"reports_cdr_1": {"partitions": [{
        "context": {"wolkvox_server": "0011"},
        "replication_key": "date",
        "replication_key_value": "2026-11-20T15:04:59+00:00",   the bookmark
        "timezone": "America/Bogota", "begun": "2026-11-01T00:00:00",
        "left_off": {…}                                         the checkpoint
    }]}}}
"""

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
"""Key of the time zone that was set when the bookmark was saved."""

BEGUN = "begun"
"""Key of the first wall-clock second that was read: all from then to the bookmark is read."""


class StateHolder(Protocol):
    """The methods of an SDK stream that this module needs."""

    name: str

    @property
    def replication_key(self) -> str | None:
        """Column of the bookmark."""

    @property
    def replication_method(self) -> str:
        """INCREMENTAL or FULL_TABLE: only the first has a bookmark."""

    @property
    def tap_state(self) -> TapState:
        """The state of all streams."""

    def get_context_state(self, context: Context | None) -> dict[str, Any]:
        """Return the state of a partition. Changes to the dictionary change the state."""

    def finalize_state_progress_markers(self, state: dict[str, Any] | None = None) -> None:
        """Write a STATE message, if the state has changed."""


class StreamState:
    """The bookmark and the checkpoint of one stream of one server.

    Args:
        holder: The SDK stream.
        server: The server of the operation.
        write: Writes a STATE message with the state of all streams.
    """

    def __init__(self, holder: StateHolder, server: str, write: Callable[[TapState], None]) -> None:
        self.context = {SERVER: server}
        """The context of the SDK's partition: it separates the states of several servers."""
        self._holder = holder
        self._write = write

    @property
    def is_incremental(self) -> bool:
        """Whether the stream has a bookmark: the catalog may switch it to FULL_TABLE."""
        return self._holder.replication_method == REPLICATION_INCREMENTAL

    @property
    def saved(self) -> Mapping[str, Any]:
        """The state of the stream, to read from. Unlike `open`, it adds no entry to the state."""
        bookmark = self._holder.tap_state.get("bookmarks", {}).get(self._holder.name, {})
        partitions = bookmark.get("partitions", [])
        return next((each for each in partitions if each["context"] == self.context), {})

    @property
    def bookmark(self) -> str | None:
        """The bookmark; None without one, or if it belongs to another replication key."""
        saved = self.saved
        is_same_key = saved.get("replication_key") == self._holder.replication_key
        value: str | None = saved.get("replication_key_value")
        return value if is_same_key and self.is_incremental else None

    def advance(self, value: str) -> bool:
        """Move the bookmark forward. An earlier value than the present one changes nothing.

        Args:
            value: The new bookmark: everything up to it is read.

        Returns:
            Whether the value is the bookmark now.
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
        """The checkpoint; `NO_CHECKPOINT` if the last run read everything."""
        return Checkpoint.of(self.saved)

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint in the state. Writes no STATE message."""
        checkpoint.put(self.open())

    @property
    def begun(self) -> datetime | None:
        """The first wall-clock second that was read; None if the state does not tell.

        It serves a warning only, so an invalid value is no error.
        """
        try:
            return datetime.fromisoformat(self.saved[BEGUN]).replace(tzinfo=None)
        except (KeyError, TypeError, ValueError):
            return None

    def zone(self, default: ZoneInfo) -> ZoneInfo:
        """Return the time zone that was set when the bookmark was saved.

        Args:
            default: The time zone of the operation, for a state that names none.
        """
        return ZoneInfo(self.saved.get(TIMEZONE) or default.key)

    def open(self) -> dict[str, Any]:
        """Return the state of the stream, to write to. It is created if it does not exist."""
        return self._holder.get_context_state(self.context)

    def publish(self) -> None:
        """Write a STATE message, if the state has changed."""
        self._holder.finalize_state_progress_markers(self.open())

    def write(self) -> None:
        """Write a STATE message."""
        self._write(self._holder.tap_state)
