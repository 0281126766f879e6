# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The code in the pages is code: it compiles, it imports what there is, it calls scripts and targets that exist."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest
from doc_pages import PAGES, ROOT, Block, blocks

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

PYTHON = [block for page in PAGES for block in blocks(page, "python")]
SHELL = [block for page in PAGES for block in blocks(page, "bash", "console")]
PLACEHOLDERS = {"my_package"}
"""Packages that stand for the reader's own."""


def imported(tree: ast.Module) -> list[tuple[str, str]]:
    """Module and name of each import; the name is empty where a module is imported."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.module or "", alias.name) for alias in node.names]
    return [(module, name) for module, name in found if module.partition(".")[0] not in PLACEHOLDERS]


def missing(module: str, name: str) -> bool:
    """Whether an import would fail."""
    try:
        found = importlib.import_module(module)
    except ImportError:
        return True
    return bool(name) and not hasattr(found, name)


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_compiles_and_imports_what_there_is(block: Block) -> None:
    tree = ast.parse(block.text)
    assert [item for item in imported(tree) if missing(*item)] == []


def test_an_import_of_nothing_would_be_found() -> None:
    tree = ast.parse("import json, no_such_module\nfrom pathlib import Path, NoSuchName\nfrom my_package import mine")
    assert [item for item in imported(tree) if missing(*item)] == [("no_such_module", ""), ("pathlib", "NoSuchName")]


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_shell_is_shell_and_calls_what_there_is(block: Block) -> None:
    text = re.sub(r"^\$ ", "", block.text, flags=re.MULTILINE)
    if block.language == "bash":
        done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
    scripts = re.findall(r"\b((?:scripts|tests)/[\w/]+\.py)\b", text)
    assert [script for script in scripts if not (ROOT / script).is_file()] == []
    (targets,) = re.findall(r"^\.PHONY: (.*)$", Path(ROOT, "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE)) <= set(targets.split())


def test_the_pages_have_code() -> None:
    assert len(PYTHON) >= 5 and len(SHELL) >= 25
