"""The script that people write today: it asks once and prints a row a line, as it came.

python script.py URL
"""

from __future__ import annotations

import json
import sys

# `requests` decodes with simplejson where it finds it, which is here only because the SDK wants it:
# who wrote such a script has the library's own way, with the json of Python.
sys.modules["simplejson"] = None  # type: ignore[assignment]  # hides it from the imports below

import requests  # noqa: E402  # after that


def main() -> None:
    """Print the rows, a line each."""
    answer = requests.get(sys.argv[1], headers={"wolkvox-token": "demo-token"}, timeout=300)
    for row in answer.json()["data"]:
        print(json.dumps(row))


if __name__ == "__main__":
    main()
