# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Who may know what: the learning knows no simulator, the robot's side and its like not even torch."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SOURCE = Path(__file__).parents[2] / "source"

SIMULATOR = ("isaac", "newton", "warp", "pxr")
"""What the names of a simulator's modules begin with."""

LEARNING = ("observations", "models", "alignment", "algorithms", "runners", "evaluation", "export")
"""Rooms of tsra_lab that work with any environment of rsl_rl's."""

ROBOT = ("tsra_deploy", "tsra_results", "tsra_sim2sim", "tsra_browser")
"""Packages that work without torch."""

KNOW_ISAAC_LAB = (
    "tsra_lab/agents/",
    "tsra_lab/commands/",
    "tsra_lab/configs/",
    "tsra_lab/export/isaac_lab/",
    "tsra_lab/runs/",
    "tsra_bench/",
)
"""The only files that may import Isaac Lab."""


IMPORT = """
import importlib, json, sys
loaded = {}
for name in sys.argv[1:]:
    importlib.import_module(name)
    loaded[name] = sorted(sys.modules)
print(json.dumps(loaded))
"""


def modules_after(*packages: str) -> dict[str, list[str]]:
    """All modules that a new process has after importing each of these packages in turn."""
    done = subprocess.run([sys.executable, "-c", IMPORT, *packages], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def beginning_with(prefixes: tuple[str, ...], modules: Iterable[str]) -> list[str]:
    return [name for name in modules if name.startswith(prefixes)]


def test_the_learning_imports_no_simulator() -> None:
    for room, modules in modules_after(*(f"tsra_lab.{room}" for room in LEARNING)).items():
        assert room in modules and beginning_with(SIMULATOR, modules) == [], f"{room} imports a simulator"


@pytest.mark.parametrize("package", ROBOT)
def test_the_robot_s_side_imports_neither_simulator_nor_torch(package: str) -> None:
    modules = modules_after(package)[package]
    assert package in modules
    assert beginning_with((*SIMULATOR, "torch", "tensordict", "rsl_rl", "tsra_lab"), modules) == []


def imports(file: Path) -> set[str]:
    """Every module that a file imports anywhere, inside functions and behind guards too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module is not None:
            names.add(node.module)
    return names


def test_only_the_named_rooms_know_isaac_lab() -> None:
    files = [file for file in SOURCE.rglob("*.py") if "build" not in file.parts]
    knowing = {str(file.relative_to(SOURCE)) for file in files if beginning_with(("isaac",), imports(file))}
    assert any(name.startswith("tsra_lab/export/isaac_lab/") for name in knowing)
    assert sorted(name for name in knowing if not name.startswith(KNOW_ISAAC_LAB)) == []
