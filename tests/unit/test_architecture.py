# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The page on the architecture tells what there is: its arrows are the imports, its names exist."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def room_of(module: str) -> str:
    """Room of a module: a package, or a part of tsra_lab."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "tsra_lab" else parts[0]


def imported(path: Path, package: list[str]) -> set[str]:
    """Our modules that a file imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            names.add(".".join([*above, *([node.module] if node.module else [])]))
    return {name for name in names if name.startswith("tsra_") and name != "tsra_lab"}


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """Rooms that each room imports, itself excluded."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in ("source", "tasks"):
        for path in (ROOT / folder).rglob("*.py"):
            module = list(path.relative_to(ROOT / folder).with_suffix("").parts)
            here = room_of(".".join(module))
            if here != "tsra_lab.__init__":
                found[here] |= {room_of(name) for name in imported(path, module[:-1])} - {here}
    return dict(found)


def reachable(arrows: dict[str, set[str]], start: str) -> set[str]:
    """Rooms that can be reached along arrows."""
    seen: set[str] = set()
    stack = [start]
    while stack:
        for room in arrows.get(stack.pop(), set()) - seen:
            seen.add(room)
            stack.append(room)
    return seen


def test_the_rooms_have_no_circle(imports: dict[str, set[str]]):
    assert len(list(TopologicalSorter(imports).static_order())) >= 15


def test_the_arrows_of_the_picture_are_imports(imports: dict[str, set[str]]):
    arrows = re.findall(r"^    ([\w.]+) --> ([\w.]+)$", PAGE, re.MULTILINE)
    assert len(arrows) > 15
    assert [(start, end) for start, end in arrows if end not in imports[start]] == []


def test_the_picture_leaves_no_room_out(imports: dict[str, set[str]]):
    table = set(re.findall(r"^\| `(tsra_[\w.]+)` \|", PAGE, re.MULTILINE))
    assert table == imports.keys() | set().union(*imports.values())
    drawn = {room for arrow in re.findall(r"([\w.]+) --> ([\w.]+)", PAGE) for room in arrow}
    assert drawn == table


def names_in_code() -> set[str]:
    """Every name that is defined or imported in the repository's packages, and every module."""
    names: set[str] = set()
    for folder in ("source", "tasks"):
        for path in (ROOT / folder).rglob("*.py"):
            names |= {path.name, path.stem, path.parent.name}
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    names.add(node.name)
                elif isinstance(node, ast.Name | ast.Attribute):
                    names.add(node.id if isinstance(node, ast.Name) else node.attr)
                elif isinstance(node, ast.arg):
                    names.add(node.arg)
    return names


@pytest.mark.parametrize("page", ["architecture.md"])
def test_every_name_on_the_page_exists(page: str):
    known = names_in_code()
    text = re.sub(r"```.*?```", "", (ROOT / "docs" / page).read_text(), flags=re.DOTALL)
    unknown = []
    for quoted in re.findall(r"`([^`]+)`", text):
        if "/" in quoted:
            if not (ROOT / quoted).exists():
                unknown.append(quoted)
        else:
            parts = quoted.removeprefix("import ").removesuffix("()").split(".")
            last = quoted if quoted.endswith(".py") else parts[-1]
            if last not in known:
                unknown.append(quoted)
    assert unknown == []
