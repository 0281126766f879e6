# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The page for contributors names what there is, and CI calls what developers call."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text()


def targets() -> set[str]:
    """Targets of the Makefile that are no files."""
    (line,) = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return set(line.split())


def test_every_path_of_the_page_exists() -> None:
    paths = re.findall(r"(?:source|tasks|tests|docs|scripts)/[\w./-]*[\w]", PAGE)
    paths += re.findall(r"[\w/]+\.(?:toml|lock|md)\b", PAGE)
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []
    rooms = re.findall(r"`([\w/.]+)`", PAGE[PAGE.index("Only `agents`") : PAGE.index("in it\nmay import")])
    assert len(rooms) == 5
    assert [room for room in rooms if not (ROOT / "source" / "tsra_lab" / room).exists()] == []


def test_the_one_test_of_the_page_exists() -> None:
    ((file, word),) = re.findall(r"^pytest (\S+) -k (\w+)", PAGE, re.MULTILINE)
    assert re.search(rf"^def test_\w*{word}", (ROOT / file).read_text(), re.MULTILINE)


def test_every_target_and_command_of_the_page_exists() -> None:
    mentioned = set(re.findall(r"(?:^|`)make ([a-z-]+)", PAGE, re.MULTILINE))
    assert {"install", "check", "test-fast", "test"} <= mentioned <= targets()
    commands = set(re.findall(r"\btsra-[a-z0-9]+", PAGE))
    assert commands <= tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"].keys()


def test_the_methods_and_suites_are_where_the_page_says() -> None:
    from tsra_lab.agents import METHODS, AgentSuite, methods

    assert methods.METHODS is METHODS and callable(AgentSuite.register)
    task = (ROOT / "tasks/tsra_tasks/color_maze/__init__.py").read_text()
    assert ".register(" in task


def test_ci_calls_the_same_targets_and_the_hooks_the_same_tools() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    steps = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert {"make check", "make test"} <= set(steps)
    assert {step.removeprefix("make ") for step in steps} <= targets()
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    recipe = (ROOT / "Makefile").read_text().partition("\nlint: ")[2].partition("\n\n")[0]
    for hook in hooks:
        tool = Path(hook["entry"].split()[0]).name
        assert f"$(BIN)/{tool}" in recipe


def test_every_file_of_tests_has_a_name_of_its_own() -> None:
    """pytest imports them by their bare names: of two alike it collects the first alone."""
    files = [file.name for file in (ROOT / "tests").rglob("*.py")]
    assert sorted(name for name in set(files) if files.count(name) > 1) == []
