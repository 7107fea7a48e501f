"""The private and final names of the SDK that the tap uses: an SDK that lacks one fails here."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from singer_sdk import Tap
from singer_sdk.streams import RESTStream

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = ROOT / "tap_wolkvox"
FACES = {PACKAGE / "tap.py", PACKAGE / "streams" / "base.py"}
"""The files that meet the SDK."""

OF_TAP = {
    "_config",
    "_env_var_config",
    "_env_var_prefix",
    "_handle_termination",
    "_reset_state_progress_markers",
    "_validate_config",
}
OF_STREAM = {
    "_finalize_state",
    "_increment_stream_state",
    "_logger",
    "_stream_version",
    "_sync_records",
    "_write_activate_version_message",
    "_write_starting_replication_value",
    "_write_state_message",
}
FINAL = {"run_connection_test", "sync_all"}
IMPORTED = {
    "singer_sdk.configuration._dict_config": "parse_environment_config",
    "singer_sdk.helpers._classproperty": "classproperty",
    "singer_sdk.plugin_base": "_ConfigInput",
}
SET_BY_INSTANCES = {"_config", "_logger", "_stream_version"}
"""Names that only an instance has: the source of the class sets them."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def defined(tree: ast.AST) -> Iterator[str]:
    """Yield the private names that a file has of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            if not any(
                isinstance(each, ast.Name) and each.id == "override" for each in node.decorator_list
            ):
                yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def used(tree: ast.AST) -> Iterator[str]:
    """Yield the private names that a file reads of `self`, `cls` or `super()`, or overrides."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            owner = node.value.func if isinstance(node.value, ast.Call) else node.value
            if isinstance(owner, ast.Name) and owner.id in {"self", "cls", "super"}:
                yield node.attr
        elif isinstance(node, ast.FunctionDef):
            yield node.name


def foreign_names(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    own = set(defined(tree))
    return {name for name in used(tree) if is_private(name) and name not in own}


def test_only_two_files_use_private_names_of_the_sdk() -> None:
    names = {file: foreign_names(file) for file in PACKAGE.rglob("*.py")}
    assert {file for file, found in names.items() if found} <= FACES
    assert names[PACKAGE / "tap.py"] <= OF_TAP
    assert names[PACKAGE / "streams" / "base.py"] == OF_STREAM


@pytest.mark.parametrize("name", sorted(OF_TAP - SET_BY_INSTANCES | FINAL))
def test_the_taps_names_are_there(name: str) -> None:
    assert any(name in vars(base) for base in Tap.__mro__)


@pytest.mark.parametrize("name", sorted(OF_STREAM - SET_BY_INSTANCES))
def test_the_streams_names_are_there(name: str) -> None:
    assert any(name in vars(base) for base in RESTStream.__mro__)


@pytest.mark.parametrize("name", sorted(SET_BY_INSTANCES))
def test_what_instances_have_is_set_by_the_sdk(name: str) -> None:
    modules = [
        importlib.import_module(base.__module__) for base in (*Tap.__mro__, *RESTStream.__mro__)
    ]
    sources = [
        Path(module.__file__ or "")
        for module in modules
        if module.__name__.startswith("singer_sdk")
    ]
    assert any(f"self.{name}" in source.read_text(encoding="utf-8") for source in set(sources))


@pytest.mark.parametrize(("module", "name"), IMPORTED.items())
def test_what_is_imported_from_private_places_is_there(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)


def test_nothing_else_is_imported_from_private_places() -> None:
    found = {}
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("singer_sdk"):
                parts = f"{node.module}".split(".")
                for each in node.names:
                    if any(map(is_private, [*parts, each.name])):
                        found[f"{node.module}"] = each.name
    assert found == IMPORTED
