# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What Isaac Lab 3.1 removes is imported in one place, and everything works without it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import isaaclab_rl.rsl_rl

from tsra_lab.runs import upstream

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

ROOT = Path(__file__).parents[2]
REMOVED = ("handle_deprecated_rsl_rl_cfg", "check_rsl_rl_version")


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The module as it is with the installed Isaac Lab, once a test is over."""
    yield
    monkeypatch.undo()
    importlib.reload(upstream)


@pytest.mark.parametrize("name", REMOVED)
def test_without_the_functions_a_configuration_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module = SimpleNamespace(**{other: None for other in REMOVED if other != name})
    monkeypatch.setitem(importlib.sys.modules, "isaaclab_rl.rsl_rl", module)
    importlib.reload(upstream)
    agent_cfg = SimpleNamespace(seed=3)
    assert upstream.migrated(agent_cfg) is agent_cfg
    assert vars(agent_cfg) == {"seed": 3}


def test_with_the_functions_a_configuration_is_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isaaclab_rl.rsl_rl, "check_rsl_rl_version", lambda: "5.5.1")
    monkeypatch.setattr(
        isaaclab_rl.rsl_rl, "handle_deprecated_rsl_rl_cfg", lambda cfg, version: SimpleNamespace(old=cfg, v=version)
    )
    importlib.reload(upstream)
    migrated = upstream.migrated("configuration")
    assert (migrated.old, migrated.v) == ("configuration", "5.5.1")


def test_no_other_file_names_them() -> None:
    files = [file for folder in ("source", "tasks", "scripts", "docs") for file in (ROOT / folder).rglob("*.py")]
    assert len(files) > 50
    naming = {file.relative_to(ROOT).as_posix() for file in files for name in REMOVED if name in file.read_text()}
    assert naming == {"source/tsra_lab/runs/upstream.py"}
