"""Regenerate files from the code: the stream reference, tables of the README, golden catalogs.

python scripts/regenerate.py           write the files that have changed
python scripts/regenerate.py --check   write nothing; fail if a file is out of date
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import stream_reference
from environment import ROOT, enter
from stream_reference import names, table

if TYPE_CHECKING:
    from collections.abc import Iterator

README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "streams.md"
CATALOGS = ROOT / "tests" / "golden" / "catalog"

File = tuple[Path, str]


def main() -> None:
    """Write the files that are out of date, or only report them."""
    enter("test")
    found = stale()
    if "--check" in sys.argv and found:
        sys.exit(f"Out of date: {', '.join(path.name for path, _ in found)}")
    for path, text in found:
        path.parent.mkdir(exist_ok=True)
        if text:
            path.write_text(text, encoding="utf-8", newline="\n")
        else:
            path.unlink()


def stale() -> list[File]:
    """Return the files that differ from the code, each with its correct text."""
    wanted = list(made())
    gone = set(CATALOGS.glob("*.json")) - {path for path, _ in wanted}
    changed = [(path, text) for path, text in wanted if read(path) != text]
    return changed + [(path, "") for path in sorted(gone)]


def read(path: Path) -> str:
    """Return the text of a file, or an empty text if the file does not exist."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def made() -> Iterator[File]:
    """Yield each generated file with its correct text."""
    from tap_wolkvox.tap import TapWolkvox

    text = replaced(read(README), "settings", settings_table())
    yield README, replaced(text, "streams", streams_table())
    yield REFERENCE, stream_reference.page()
    tap = TapWolkvox(validate_config=False)
    for entry in json.loads(tap.catalog_json_text)["streams"]:
        path = CATALOGS / f"{entry['tap_stream_id']}.json"
        yield path, json.dumps(entry, indent=2, ensure_ascii=False) + "\n"


def replaced(text: str, name: str, table: str) -> str:
    """Return a text with a new table between the marks of a name."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    return pattern.sub(lambda _: f"{begin}\n{table}\n{end}", text)


def settings_table() -> str:
    """Return a table of the tap's own settings. The SDK documents its settings itself."""
    from tap_wolkvox.config.settings import SCHEMA

    rows = [
        [
            f"`{name}`",
            default(declared),
            declared["description"],
        ]
        for name, declared in SCHEMA["properties"].items()
    ]
    return table(["setting", "default", "meaning"], rows)


def default(declared: dict[str, Any]) -> str:
    """Return the default of a setting as JSON."""
    return f"`{json.dumps(declared['default'])}`" if "default" in declared else ""


def streams_table() -> str:
    """Return a table of the groups of streams, with the streams that are read by default."""
    from tap_wolkvox.catalog.endpoints import ENDPOINTS

    groups: dict[str, list[tuple[str, bool]]] = {}
    for endpoint in ENDPOINTS:
        # Reports are numbered within their subject: `agent_8_1`.
        numbered = re.fullmatch(r"reports_([a-z]+)_([\d_]+)", endpoint.name)
        group = endpoint.name.removesuffix(numbered[2] if numbered else endpoint.api)
        groups.setdefault(group, []).append((endpoint.name, endpoint.selected))
    rows = [[f"`{group}…`", str(len(those)), by_default(those)] for group, those in groups.items()]
    return table(["group", "streams", "read by default"], rows)


def by_default(streams: list[tuple[str, bool]]) -> str:
    """Return which streams of a group are selected by default."""
    left = tuple(name for name, selected in streams if not selected)
    read = tuple(name for name, selected in streams if selected)
    if not left or not read:
        return "none" if left else "all"
    return f"all but {names(left)}" if len(left) < len(read) else names(read)


if __name__ == "__main__":
    main()
