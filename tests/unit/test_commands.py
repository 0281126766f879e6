# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Scripts are command lines: what they call lies in packages, where the entry points find it too."""

from __future__ import annotations

import ast
import tomllib
from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
ENTRY_POINTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


def imports(file: Path) -> list[str]:
    """Modules that a file imports."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return names + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]


@pytest.mark.parametrize("script", [file for file in SCRIPTS if file.stem != "demo"], ids=lambda file: file.stem)
def test_a_script_only_calls_a_main(script: Path) -> None:
    system, module = imports(script)
    assert system == "sys"
    text = script.read_text()
    assert text.endswith(f'from {module} import main\n\nif __name__ == "__main__":\n    sys.exit(main())\n')
    assert f": see {module.replace('.', '/')}.py." in text


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_an_entry_point_is_a_main_without_arguments(name: str) -> None:
    module, _, function = ENTRY_POINTS[name].partition(":")
    main = getattr(import_module(module), function)
    assert signature(main).parameters == {}
    script = ROOT / "scripts" / f"{name.removeprefix('tsra-').replace('-', '_')}.py"
    assert module in imports(script)


def test_every_command_of_the_library_has_a_script_and_an_entry_point() -> None:
    commands = {file.stem for file in (ROOT / "source" / "tsra_lab" / "commands").glob("[!_]*.py")}
    assert commands == {"train", "evaluate", "distill", "export", "export_leapp", "play", "diagnose", "report"}
    assert {f"tsra-{name.replace('_', '-')}" for name in commands} <= ENTRY_POINTS.keys()
    assert commands <= {file.stem for file in SCRIPTS}


def test_scripts_stay_below_1000_lines() -> None:
    assert sum(len(file.read_text().splitlines()) for file in SCRIPTS) < 1000


def test_nothing_edits_the_path_that_modules_are_looked_for_on() -> None:
    folders = ("source", "tasks", "scripts", "docs", "tests")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py") if file != Path(__file__)]
    assert len(files) > 100
    assert [file.name for file in files if "sys.path" in file.read_text()] == []
