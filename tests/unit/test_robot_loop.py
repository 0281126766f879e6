# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The example of a robot's loop keeps its rate, and commands the safe targets when the student must not act."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from tiny_file import describe_action, describe_vector, load_vector
from tiny_student import describe_term

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

EXAMPLE = Path(__file__).parents[2] / "docs" / "robot" / "robot_loop.py"


def load_example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("robot_loop", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_loop_keeps_its_rate_and_is_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = load_example()
    contract = describe_vector(
        [describe_term("speed", "imu", [1])], 1, actions=[describe_action(["wheel"], [2.0], [0.5])]
    )
    policy = load_vector(tmp_path, contract)
    commanded, read = [], loop.read_sensors

    def broken_in_the_middle(student: object) -> tuple[dict, float]:
        readings, when = read(student)
        return ({"speed": np.array([np.nan])} if len(commanded) == 3 else {"speed": np.array([1.0])}), when

    monkeypatch.setattr(loop, "read_sensors", broken_in_the_middle)
    monkeypatch.setattr(loop, "command", lambda targets: commanded.append(targets.tolist()))
    lateness = loop.run(policy, steps=6)
    assert commanded == [[2.5], [2.5], [2.5], [0.5], [2.5], [2.5]]
    assert (lateness >= 0.0).all() and np.median(lateness) < 0.05
    assert policy.latency.summary()["count"] == 5
