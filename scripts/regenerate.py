"""Write anew what is made from the code: the stream reference, tables of the README, catalogs.

python scripts/regenerate.py           write what has changed
python scripts/regenerate.py --check   write nothing, fail if anything is out of date
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import stream_reference
from environment import ROOT, enter
from stream_reference import table

if TYPE_CHECKING:
    from collections.abc import Iterator

README = ROOT / "README.md"
REFERENCE = ROOT / "docs" / "streams.md"
CATALOGS = ROOT / "tests" / "golden" / "catalog"

File = tuple[Path, str]


def main() -> None:
    """Write what is out of date, or only complain of it."""
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
    """Return the files that are not what the code says, each with the text it should have."""
    wanted = list(made())
    gone = set(CATALOGS.glob("*.json")) - {path for path, _ in wanted}
    changed = [(path, text) for path, text in wanted if read(path) != text]
    return changed + [(path, "") for path in sorted(gone)]


def read(path: Path) -> str:
    """Return a file's text, or nothing where there is no file."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def made() -> Iterator[File]:
    """Yield each file that is made from the code, with the text it should have."""
    from tap_wolkvox.tap import TapWolkvox

    text = replaced(read(README), "settings", settings_table())
    yield README, replaced(text, "streams", streams_table())
    yield REFERENCE, stream_reference.page()
    tap = TapWolkvox(validate_config=False)
    for entry in json.loads(tap.catalog_json_text)["streams"]:
        path = CATALOGS / f"{entry['tap_stream_id']}.json"
        yield path, json.dumps(entry, indent=2, ensure_ascii=False) + "\n"


def replaced(text: str, name: str, table: str) -> str:
    """Return a text with what stands between the marks of a name made anew."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    return pattern.sub(lambda _: f"{begin}\n{table}\n{end}", text)


def settings_table() -> str:
    """Return the tap's own settings as a table; the SDK's are documented by the SDK."""
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
    """Return a setting's default as it is written in JSON."""
    return f"`{json.dumps(declared['default'])}`" if "default" in declared else ""


def streams_table() -> str:
    """Return the groups of streams, and which of them are read by default."""
    from tap_wolkvox.catalog.endpoints import ENDPOINTS

    groups: dict[str, list[tuple[str, bool]]] = {}
    for endpoint in ENDPOINTS:
        # Reports are numbered within their subject: `agent_8_1`.
        numbered = re.fullmatch(r"reports_([a-z]+)_([\d_]+)", endpoint.name)
        name = numbered[2] if numbered else endpoint.api
        groups.setdefault(endpoint.name.removesuffix(name), []).append((name, endpoint.selected))
    rows = [
        [f"`{group}…`", str(len(names)), ", ".join(name for name, _ in names), by_default(names)]
        for group, names in groups.items()
    ]
    return table(["group", "streams", "`…`", "read by default"], rows)


def by_default(names: list[tuple[str, bool]]) -> str:
    """Return which streams of a group are read unless somebody says otherwise."""
    left = [name for name, selected in names if not selected]
    read = [name for name, selected in names if selected]
    if not left or not read:
        return "none" if left else "all"
    return f"all but {', '.join(left)}" if len(left) < len(read) else ", ".join(read)


if __name__ == "__main__":
    main()
