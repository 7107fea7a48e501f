"""The floor: the answer decoded and its rows encoded, with nothing between.

    python floor.py URL

Nobody can do with it, for its rows are what the API sent. No tap can be faster.
"""

from __future__ import annotations

import sys

# `requests` decodes with simplejson where it finds it, which is here only because the SDK wants it.
sys.modules["simplejson"] = None  # type: ignore[assignment]  # hides it from the imports below

import msgspec  # noqa: E402  # after that
import requests  # noqa: E402  # after that


def main() -> None:
    """Print the rows, a line each."""
    answer = requests.get(sys.argv[1], headers={"wolkvox-token": "demo-token"}, timeout=300)
    rows = msgspec.json.decode(answer.content)["data"]
    sys.stdout.buffer.write(msgspec.json.Encoder().encode_lines(rows))


if __name__ == "__main__":
    main()
