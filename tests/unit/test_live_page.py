# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The site's page in which one drives policies: of files that are there, and told of where it cannot be built."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tsra_browser import BuildError
from tsra_deploy import Policy
from tsra_results import read_initial_states

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def live_page() -> ModuleType:
    """The extension, which belongs to no package."""
    spec = importlib.util.spec_from_file_location("live_page", DOCS / "_ext" / "live_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_files_are_small_and_belong_together(live_page: ModuleType) -> None:
    files = {path.name: path for path in (DOCS / live_page.FOLDER).iterdir()}
    assert files.keys() == {*live_page.POLICIES.values(), live_page.STATES}
    assert sum(path.stat().st_size for path in files.values()) < 1_500_000
    states = read_initial_states(files[live_page.STATES])
    assert len(states) >= live_page.EPISODES
    tasks = {Policy.load(files[name]).contract["task"] for name in live_page.POLICIES.values()}
    assert tasks == {states.task}


def test_a_site_whose_page_cannot_be_built_says_so(
    live_page: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise BuildError("npm-cli.js <failed>")

    monkeypatch.setattr(live_page, "build_page", fail)
    app = SimpleNamespace(builder=SimpleNamespace(format="html"), srcdir=DOCS, outdir=tmp_path)
    live_page.build(app, None)
    assert "npm-cli.js &lt;failed&gt;" in (tmp_path / "live" / "index.html").read_text()
    assert "[WARNING] The site has no page to drive policies in: npm-cli.js <failed>" in capsys.readouterr().err


@pytest.mark.parametrize(("builder", "error"), [("latex", None), ("html", OSError())])
def test_only_a_site_that_was_built_gets_it(
    live_page: ModuleType, tmp_path: Path, builder: str, error: Exception | None
) -> None:
    app = SimpleNamespace(builder=SimpleNamespace(format=builder), srcdir=DOCS, outdir=tmp_path)
    live_page.build(app, error)
    assert list(tmp_path.iterdir()) == []
