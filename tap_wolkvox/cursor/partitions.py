"""Partitions: one request for each id, and which ids are already read."""

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
    """One id for which a request is sent.

    Args:
        columns: Columns that the rows of the response lack, with their values: the id.
        params: Parameters that select the id in the request.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


UNPARTITIONED = Partition()
"""The partition of an endpoint that returns the rows of all ids in one response."""


class PartitionProgress:
    """Which ids are read. One run may not have enough requests for all of them.

    The state stores hashes instead of ids, because an id may be personal data.

    Args:
        secret: Key of the hashes.
        before: The checkpoint of earlier runs.
    """

    def __init__(self, secret: str, before: Checkpoint = NO_CHECKPOINT) -> None:
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._before = before
        self._read: list[Partition] = []
        self._failed: list[Partition] = []

    def unread(self, partitions: Sequence[Partition]) -> list[Partition]:
        """Return the ids that are not read yet; ids that failed in an earlier run come last.

        So an id that always fails does not use up the requests of the others.
        """
        if not (self._before.done or self._before.failed):
            return list(partitions)
        hashes = [(self.hash_of(each), each) for each in partitions]
        unread = [(hashed, each) for hashed, each in hashes if hashed not in self._before.done]
        return [each for _, each in sorted(unread, key=lambda pair: pair[0] in self._before.failed)]

    def add(self, partition: Partition, *, failed: bool = False) -> None:
        """Record that an id is read, or that its requests failed."""
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
        """Hashes of the ids whose requests failed and that no later request has read."""
        return self._before.failed - self.done | {self.hash_of(each) for each in self._failed}

    def hash_of(self, partition: Partition) -> str:
        """Return the keyed hash of an id: without the secret, nobody can guess ids and compare."""
        text = json.dumps(sorted(partition.params.items()))
        return hashlib.blake2b(text.encode(), digest_size=8, key=self._secret).hexdigest()
