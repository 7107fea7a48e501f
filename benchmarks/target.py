"""A target that takes time for each window, like one that loads batches into a warehouse.

    python target.py ROWS SECONDS < messages

It reads the messages and pauses several times per window, as if it loaded a batch each time. During
a pause nobody reads, and the rest of the window is larger than the buffer of a pipe. So the tap
must wait; it would not wait if the target paused only after the last row. At the end the target
prints the number of rows.
"""

from __future__ import annotations

import json
import sys
import time

BATCHES = 5
"""Number of batches per window."""


def main() -> None:
    """Read all messages."""
    of_a_window, seconds = int(sys.argv[1]), float(sys.argv[2])
    rows, of_a_batch = 0, of_a_window // BATCHES
    for line in sys.stdin.buffer:
        if json.loads(line)["type"] != "RECORD":
            continue
        rows += 1
        if rows % of_a_batch == 0:
            time.sleep(seconds / BATCHES)
    print(rows)


if __name__ == "__main__":
    main()
