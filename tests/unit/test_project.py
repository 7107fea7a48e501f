"""The project itself: what is written down agrees with the code, and nothing private is in it."""

from __future__ import annotations

import re
import tomllib
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import pytest
import regenerate
import yaml

from tap_wolkvox.catalog.endpoints import ENDPOINTS
from tap_wolkvox.config import settings
from tap_wolkvox.tap import TapWolkvox
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

OWN = tuple(settings.SCHEMA["properties"])
ALL = TapWolkvox(validate_config=False).config_jsonschema["properties"]
"""All settings that `--about` lists: those of the SDK go after our own."""
README = (ROOT / "README.md").read_text(encoding="utf-8")


def meltano() -> dict[str, Any]:
    text = (ROOT / "meltano.yml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def declared() -> dict[str, dict[str, Any]]:
    """The tap's settings in `meltano.yml`, by name."""
    return {setting["name"]: setting for setting in extractor("tap-wolkvox")["settings"]}


def extractor(name: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {
        each["name"]: each for each in meltano()["plugins"]["extractors"]
    }
    return found[name]


def test_what_is_made_from_the_code_is_up_to_date() -> None:
    """`python scripts/regenerate.py` accepts a change: of users' tables, among others."""
    assert [path.name for path, _ in regenerate.stale()] == []


def test_meltano_knows_the_settings_of_the_tap_and_no_others() -> None:
    assert tuple(declared()) == tuple(ALL)


def test_meltano_converts_no_setting_for_it_would_guess_or_show_a_value() -> None:
    assert {setting.get("kind", "string") for setting in declared().values()} == {"string"}


@pytest.mark.parametrize("name", ALL)
def test_meltano_has_the_defaults_of_the_tap(name: str) -> None:
    assert declared()[name].get("value") == ALL[name].get("default")


@pytest.mark.parametrize("name", ALL)
def test_meltano_hides_what_is_secret_and_nothing_else(name: str) -> None:
    secret = ALL[name].get("secret", False)
    assert declared()[name].get("sensitive", False) == secret


def test_meltano_knows_the_capabilities_of_the_tap() -> None:
    tap = extractor("tap-wolkvox")
    assert tap["capabilities"] == [capability.value for capability in TapWolkvox.capabilities]


def test_every_plugin_is_declared_in_full_and_needs_no_hub() -> None:
    for plugins in meltano()["plugins"].values():
        for plugin in plugins:
            if "inherit_from" in plugin:
                continue
            assert {"namespace", "pip_url", "executable", "settings"} <= set(plugin)


def test_meltano_selects_what_the_tap_reads_by_default() -> None:
    tap = extractor("tap-wolkvox")
    patterns = [pattern.removesuffix(".*") for pattern in tap["select"]]
    for endpoint in ENDPOINTS:
        chosen = any(fnmatch(endpoint.name, pattern) for pattern in patterns)
        assert chosen == endpoint.selected, endpoint.name
    for pattern in patterns:
        assert any(fnmatch(endpoint.name, pattern) for endpoint in ENDPOINTS), pattern


def test_the_readme_names_every_setting_and_the_reference_every_stream() -> None:
    for name in OWN:
        assert f"`{name}`" in README
    reference = (ROOT / "docs" / "streams.md").read_text(encoding="utf-8")
    for endpoint in ENDPOINTS:
        assert f"[`{endpoint.name}`](#{endpoint.schema_name})" in reference
        assert f"\n## {endpoint.schema_name}\n" in reference


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's titles."""
    titles = re.findall(r"(?m)^#+ (.*)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_links_of_the_readme_lead_somewhere() -> None:
    for link in re.findall(r"\]\(((?!http)[^)]+)\)", README):
        path, _, anchor = link.partition("#")
        page = ROOT / (path or "README.md")
        assert page.exists(), link
        assert not anchor or anchor in anchors(page), link


def test_commands_of_the_readme_exist() -> None:
    for path in re.findall(r"python (scripts/\w+\.py)", README):
        assert (ROOT / path).exists()


def test_the_licence_is_the_one_that_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_old_distribution_of_backoff_is_not_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[^\w-]", dependency)[0] for dependency in project["dependencies"]}
    assert "python-backoff" in names
    assert "backoff" not in names
