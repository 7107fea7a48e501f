"""The simulator's packages are layers: each imports only from those below it, none from the tap."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

SIMULATOR = "tests.simulator"
LAYERS = (
    f"{SIMULATOR}.world",
    f"{SIMULATOR}.world.events",
    f"{SIMULATOR}.endpoints.common",
    f"{SIMULATOR}.endpoints",
    f"{SIMULATOR}.endpoints.reports",
    f"{SIMULATOR}.faults",
    f"{SIMULATOR}.http",
    SIMULATOR,
)
"""From the lowest to the highest."""

FOLDER = ROOT / "tests" / "simulator"
FILES = sorted(FOLDER.rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Return the names of the modules a file imports, and of what it imports from them."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "relative imports hide where they lead"
            found |= {f"{node.module}.{each.name}" for each in node.names}
    return found


def layer(name: str) -> int:
    """Return the number of the layer that a module belongs to."""
    of_name = [each for each in LAYERS if f"{name}.".startswith(f"{each}.")]
    return LAYERS.index(max(of_name, key=len))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_imports_only_from_its_layer_and_those_below(file: Path) -> None:
    own = layer(".".join(file.relative_to(ROOT).with_suffix("").parts))
    names = imported(file)
    above = {each for each in names if each.startswith(f"{SIMULATOR}.") and layer(each) > own}
    assert not above
    assert not {each for each in names if each.startswith("tap_wolkvox")}


def test_the_layers_are_those_that_the_simulator_describes() -> None:
    face = ast.parse((FOLDER / "__init__.py").read_text(encoding="utf-8"))
    described = (ast.get_docstring(face) or "").split()
    folders = [f"{each.removeprefix(f'{SIMULATOR}.').replace('.', '/')}/" for each in LAYERS[:-1]]
    assert [each for each in described if each in folders] == folders[::-1]
