"""Where things of the project lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas"
GOLDEN = ROOT / "tests" / "golden"
ENDPOINTS_JSON = GOLDEN / "endpoints.json"
"""The API as it is documented, kept by hand."""
