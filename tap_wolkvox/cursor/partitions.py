"""Partitions: the ids that an endpoint is asked for one by one, and which of them are read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_wolkvox.cursor.checkpoint import NO_CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_wolkvox.cursor.checkpoint import Checkpoint


@dataclass(frozen=True, slots=True)
class Partition:
    """One id that is asked for.

    Args:
        columns: Columns that the rows of its response lack: the id.
        params: Parameters that ask for it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


UNPARTITIONED = Partition()
"""All rows at once."""


class PartitionProgress:
    """The ids that are read; it takes several runs where one can't afford all of them.

    The state holds ids as hashes, for ids may be personal.

    Args:
        secret: Key of the hashes.
        before: What earlier runs have read.
    """

    def __init__(self, secret: str, before: Checkpoint = NO_CHECKPOINT) -> None:
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._before = before
        self._read: list[Partition] = []
        self._failed: list[Partition] = []

    def unread(self, partitions: Sequence[Partition]) -> list[Partition]:
        """Return the ids that are not read yet; last those that failed in an earlier run."""
        if not (self._before.done or self._before.failed):
            return list(partitions)
        hashes = [(self.hash_of(each), each) for each in partitions]
        unread = [(hashed, each) for hashed, each in hashes if hashed not in self._before.done]
        return [each for _, each in sorted(unread, key=lambda pair: pair[0] in self._before.failed)]

    def add(self, partition: Partition, *, failed: bool = False) -> None:
        """Note that an id is read, or that it failed."""
        (self._failed if failed else self._read).append(partition)

    @property
    def is_resumed(self) -> bool:
        """Whether an earlier run has read some of the ids."""
        return bool(self._before.done)

    @property
    def has_grown(self) -> bool:
        """Whether this run has read an id."""
        return bool(self._read)

    @property
    def done(self) -> frozenset[str]:
        """Hashes of the ids that are read."""
        return self._before.done | {self.hash_of(each) for each in self._read}

    @property
    def failed(self) -> frozenset[str]:
        """Hashes of the ids that failed."""
        return self._before.failed - self.done | {self.hash_of(each) for each in self._failed}

    def hash_of(self, partition: Partition) -> str:
        """Return the hash of an id, which nobody can make without the secret."""
        text = json.dumps(sorted(partition.params.items()))
        return hashlib.blake2b(text.encode(), digest_size=8, key=self._secret).hexdigest()
