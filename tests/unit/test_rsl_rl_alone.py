# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The library is of use to any rsl_rl project: it learns a task of plain tensors where Isaac Lab is not to be had."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.kitless]  # processes of their own

PROGRAM = str(Path(__file__).with_name("rsl_rl_alone.py"))


@pytest.mark.parametrize("runner", ["stock", "ours"])
def test_a_teacher_and_its_student_learn_without_isaac_lab(tmp_path: Path, runner: str):
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, PROGRAM, runner, str(tmp_path)], env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["loaded"] == []
    assert result["before"] > 1.0  # as far from the goal as at the start
    assert result["teacher"] < 0.3 and result["student"] < 0.3
