"""A target that needs its time for each window, as one that loads a batch into a warehouse.

    python target.py ROWS SECONDS < messages

It reads the messages and stops now and then, several times a window, as if it loaded a batch each
time. Meanwhile nobody reads, and the rest of the window is more than a pipe holds: the tap has to
wait, as it would not if the target stopped after the last row only. At the end it prints how many
rows there were.
"""

from __future__ import annotations

import json
import sys
import time

BATCHES = 5
"""Those of a window."""


def main() -> None:
    """Read all there is."""
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
