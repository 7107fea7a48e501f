"""The endpoints that are streams: one table, one line an endpoint.

A new endpoint is a line here and, where its columns are new, a file in `schemas/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

ROW_CAP = 60_000
"""Rows at which an answer may have been cut: the API's limit for one answer."""


class Kind(Enum):
    """How the rows of an endpoint relate to time.

    The value is the column that the tap adds and that the stream is replicated on.
    """

    SNAPSHOT = "snapshot_date"
    """Figures of the moment they are asked for: stamped with the day, to keep their history."""


class Shape(Enum):
    """What an endpoint's `data` holds."""

    ROWS = "a list of objects"
    ONE_OBJECT = "one object, bare or in a list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint of the API.

    Args:
        file: File of the API that serves it, without `.php`.
        api: Its name there.
        kind: How its rows relate to time.
        key: Columns of a row that tell it from the others of the same answer.
        schema: Stem of its file in `schemas/`, where it shares one; else the stream's name.
        shape: What its `data` holds.
    """

    file: str
    api: str
    kind: Kind
    key: tuple[str, ...] = ()
    schema: str = ""
    shape: Shape = Shape.ROWS

    @property
    def name(self) -> str:
        """Name of the stream."""
        return f"{self.file}_{self.api}"

    @property
    def schema_name(self) -> str:
        """Stem of the file in `schemas/` that declares its columns."""
        return self.schema or self.name

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Columns that tell a row from all others, those of other servers and days too."""
        return ("wolkvox_server", *self.key, self.kind.value)


def _billing(api: str) -> Endpoint:
    return Endpoint(
        file="billing",
        api=api,
        kind=Kind.SNAPSHOT,
        key=("operation", "description"),
        schema="billing",
    )


def _single(file: str, api: str) -> Endpoint:
    return Endpoint(file=file, api=api, kind=Kind.SNAPSHOT, shape=Shape.ONE_OBJECT)


ENDPOINTS: tuple[Endpoint, ...] = (
    _billing("agent_script"),
    _billing("intelligent_dial"),
    _billing("rsync_s3_mp3"),
    _billing("rec_screen"),
    _single("information", "services"),
)

TOKEN_INFO = _single("information", "token_info")
"""Asked by `--test`; not a stream yet."""
