# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Every kind of student, from a recorded rollout with resets to the robot's runtime. Those with memory: test_memory."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from tensordict import TensorDict
from test_memory import Walk
from tiny_student import IMAGE, IMAGE_BETWEEN_VECTORS, TERMS, VECTORS, build_student, describe_student

from tsra_deploy import Policy, Safety
from tsra_lab.export import check_parity, export_student, record_inputs

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

KINDS = {"mlp": VECTORS, "history": VECTORS, "cnn": IMAGE, "cnn and vector": IMAGE_BETWEEN_VECTORS}
STEPS = 200
GOAL = 2
"""Elements of the term that is stacked: its two elements become two samples of one."""


def describe_kind(kind: str) -> dict:
    """Contract of a kind of student; one that stacks takes its last term for a history."""
    contract = copy.deepcopy(describe_student(KINDS[kind]))
    if kind == "history":
        (goal,) = (term for term in contract["inputs"][0]["terms"] if term["name"] == "goal")
        valid_range = {"low": [-100.0], "high": [100.0]}
        goal |= {"shape": [1], "scale": goal["scale"][:1], "history_length": GOAL, "valid_range": valid_range}
    return contract


def readings(kind: str, batch: int) -> dict[str, np.ndarray]:
    """What the sensors read."""
    sensors = {name: tuple(shape) for group in KINDS[kind] for name, shape, _, _ in TERMS[group]}
    if kind == "history":
        sensors["goal"] = (1,)
    return {name: np.random.randn(batch, *shape).astype(np.float32) for name, shape in sensors.items()}


class Preparation:
    """Observations as the simulator prepares them: clipped, scaled, and the goal stacked."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.past: np.ndarray | None = None

    def __call__(self, sensors: dict[str, np.ndarray], first: np.ndarray) -> TensorDict:
        groups = {}
        for group in KINDS[self.kind]:
            parts = []
            for name, _, scale, clip in TERMS[group]:
                value = sensors[name] if clip is None else sensors[name].clip(*clip)
                value = value * scale
                if self.kind == "history" and name == "goal":
                    past = value if self.past is None else np.where(first[:, None], value, self.past)
                    self.past = value
                    value = np.concatenate([past, value], axis=1)
                parts.append(value)
            groups[group] = torch.from_numpy(np.concatenate(parts, axis=1).astype(np.float32))
        return TensorDict(groups, batch_size=[len(first)])


@pytest.mark.parametrize("kind", KINDS)
def test_from_a_recording_to_the_robot(kind: str, tmp_path: Path) -> None:
    groups, student = KINDS[kind], build_student(KINDS[kind]).eval()
    recorded = record_inputs(Walk(), student, groups, num_steps=STEPS, seed=3)
    assert len(recorded["actions"]) >= STEPS
    path = export_student(student, groups, describe_kind(kind), recorded, tmp_path)
    assert check_parity(path, recorded) <= 1.0e-5

    policy = Policy.load(path, Safety(out_of_range="ignore"))
    (action,) = policy.contract["actions"]
    scale, offset = (np.array(action[name], np.float32) for name in ("scale", "offset"))
    np.random.seed(1)
    for batch in (1, 64):
        policy.reset()
        prepare, first = Preparation(kind), np.ones(batch, bool)
        for _ in range(STEPS):
            sensors = readings(kind, batch)
            with torch.no_grad():
                expected = student(prepare(sensors, first)).numpy() * scale + offset
            # targets are raw actions times up to seven
            np.testing.assert_allclose(policy.act(sensors), expected, atol=7.1e-5, rtol=0)
            first = np.random.rand(batch) < 0.05
            policy.reset(first)
