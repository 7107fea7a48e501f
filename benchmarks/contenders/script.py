"""The script that people write today: it sends one request and prints one row per line.

python script.py URL
"""

from __future__ import annotations

import json
import sys

# `requests` decodes with simplejson if it is installed. Here it is, only because the SDK needs it.
# Authors of such a script do not have it, so `requests` uses Python's json.
sys.modules["simplejson"] = None  # type: ignore[assignment]  # hides it from the imports below

import requests  # noqa: E402  # after that


def main() -> None:
    """Print one row per line."""
    response = requests.get(sys.argv[1], headers={"wolkvox-token": "demo-token"}, timeout=300)
    for row in response.json()["data"]:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
