"""The floor: decode the response and encode its rows, with no work between.

    python floor.py URL

It is of no practical use, because its rows are what the API sent. But no tap can be faster.
"""

from __future__ import annotations

import sys

# `requests` decodes with simplejson if it is installed. Here it is, only because the SDK needs it.
sys.modules["simplejson"] = None  # type: ignore[assignment]  # hides it from the imports below

import msgspec  # noqa: E402  # after that
import requests  # noqa: E402  # after that


def main() -> None:
    """Print one row per line."""
    response = requests.get(sys.argv[1], headers={"wolkvox-token": "demo-token"}, timeout=300)
    rows = msgspec.json.decode(response.content)["data"]
    sys.stdout.buffer.write(msgspec.json.Encoder().encode_lines(rows))


if __name__ == "__main__":
    main()
