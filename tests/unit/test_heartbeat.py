# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What says nothing of itself for long is heard of nevertheless."""

from __future__ import annotations

import stat
import threading
import time
from pathlib import Path

import pytest

from tsra_browser import BuildError, bundle, heartbeat
from tsra_browser.heartbeat import INTERVAL

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def test_there_is_a_line_at_each_interval_and_none_afterwards(capsys: pytest.CaptureFixture) -> None:
    assert INTERVAL <= 15.0
    threads = threading.active_count()
    with heartbeat("Waiting", interval=0.2):
        time.sleep(0.9)
    assert threading.active_count() == threads
    time.sleep(0.3)
    lines = capsys.readouterr().out.splitlines()
    assert 2 <= len(lines) <= 4
    assert lines[0] == "[INFO] Waiting: 0 s so far."


def test_what_speaks_for_itself_is_not_spoken_for(capsys: pytest.CaptureFixture) -> None:
    with heartbeat("Talking", interval=1.0) as heard:
        for _ in range(15):
            time.sleep(0.1)
            heard()
        assert capsys.readouterr().out == ""
        time.sleep(1.3)
    assert capsys.readouterr().out.startswith("[INFO] Talking: ")


def test_what_is_quick_or_fails_leaves_no_line_behind(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(ZeroDivisionError), heartbeat("Dividing", interval=0.2):
        _ = 1 / 0
    time.sleep(0.3)
    assert capsys.readouterr().out == ""


def test_node_is_heard_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    """Installing packages for the first time takes long."""
    node = tmp_path / "bin" / "node"
    node.parent.mkdir()
    node.write_text('#!/bin/sh\nsleep 0.9\nexit "$2"\n')
    node.chmod(node.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(bundle, "_nodejs", lambda: tmp_path)
    monkeypatch.setattr(bundle, "heartbeat", lambda text: heartbeat(text, 0.2))
    bundle.run_node(Path("npm-cli.js"), 0, packages=None)
    assert capsys.readouterr().out.startswith("[INFO] npm-cli.js is at work: 0 s so far.\n")
    with pytest.raises(BuildError, match="npm-cli.js failed with status 3"):
        bundle.run_node(Path("npm-cli.js"), 3, packages=None)
