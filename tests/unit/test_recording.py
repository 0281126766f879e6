# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Recordings have resets in between, and tell differences that matter from rounding."""

from __future__ import annotations

import functools
import operator
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tensordict import TensorDict
from test_memory import Walk
from tiny_student import VECTORS, build_student, describe_student

from tsra_lab.export import assemble_inputs, export_student, record_inputs, verify_student
from tsra_lab.export.parity import check_actions
from tsra_lab.models import EncodedPolicy
from tsra_lab.runs.exporting import student_performance

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


class LongWalk(Walk):
    """Episodes far longer than a recording, which end by time or not at all."""

    def __init__(self, timed: bool) -> None:
        self.max_episode_length = 1000
        if timed:
            self.episode_length_buf = torch.zeros(self.num_envs, dtype=torch.long)
        self.resets = 0

    def reset(self) -> tuple[TensorDict, dict]:
        self.resets += 1
        return super().reset()

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict]:
        obs, reward, dones, extras = super().step(actions)
        dones[:] = False
        if hasattr(self, "episode_length_buf"):
            self.episode_length_buf += 1
            dones = self.episode_length_buf >= self.max_episode_length
            self.episode_length_buf[dones] = 0
        return obs, reward, dones, extras


def test_long_episodes_end_one_after_the_other() -> None:
    env = LongWalk(timed=True)
    first = record_inputs(env, build_student(VECTORS), VECTORS, 40, 0)["first"]
    assert [np.flatnonzero(column).tolist() for column in first.T] == [[0, 1], [0, 11], [0, 21], [0, 31]]
    assert not env.episode_length_buf.is_inference()  # the environment goes on with it


def test_episodes_that_never_end_are_ended() -> None:
    env = LongWalk(timed=False)
    recorded = record_inputs(env, build_student(VECTORS), VECTORS, 40, 0, num_envs=3)
    assert np.flatnonzero(recorded["first"].all(axis=1)).tolist() == [0, 20] and env.resets == 2
    assert recorded["obs"].shape == (120, 5) and recorded["actions"].shape == (120, 2)


def test_a_recording_is_computed_as_the_file_computes() -> None:
    """On a GPU, a student with a memory was once refused: its recurrent layer had rounded to TF32."""

    class Student(EncodedPolicy):
        """Notes the precision with which it acts."""

        def forward(self, *args: object, **kwargs: object) -> torch.Tensor:
            precisions.add((torch.backends.cudnn.allow_tf32, torch.get_float32_matmul_precision()))
            return super().forward(*args, **kwargs)

    precisions: set[tuple[bool, str]] = set()
    student = build_student(VECTORS)
    student.__class__ = Student
    before = torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("high")
    try:
        record_inputs(LongWalk(timed=True), student, VECTORS, 2, 0)
        assert precisions == {(False, "highest")}
        assert torch.backends.cudnn.allow_tf32 == before and torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision("highest")


def test_a_difference_counts_by_the_range_of_its_action() -> None:
    """Unbounded actions of a sound student were once refused at 1.65e-5."""
    actions = np.array([[-4.0, -0.01], [4.0, 0.01]], np.float32)
    check_actions(np.array([1.65e-5, 0.9e-5]), actions)
    for wrong in ([1.0e-4, 0.0], [0.0, 1.65e-5], [np.nan, 0.0]):
        with pytest.raises(ValueError, match=r"differ by .* in action \d, whose range is .*clip_actions.*report"):
            check_actions(np.array(wrong), actions)
    with pytest.raises(ValueError, match=re.escape("differ by 1.65e-05 in action 1, whose range is 0.02")):
        check_actions(np.array([1.65e-5, 1.65e-5]), actions)


def replayable(count: int = 16) -> tuple[EncodedPolicy, dict[str, np.ndarray]]:
    """A student, and a recording of four robots from raw readings to commands, by the contract of tiny students."""
    student, random = build_student(VECTORS), torch.Generator().manual_seed(0)
    speed = 8.0 * torch.rand(count, 2, generator=random) - 4.0
    heading, goal = (torch.randn(count, width, generator=random) for width in (1, 2))
    proprio = torch.cat([0.1 * speed, heading], dim=-1)
    obs = TensorDict({"proprio": proprio, "command": goal / 3.0}, batch_size=[count])
    with torch.no_grad():
        actions = student(obs)
    commanded = actions * torch.tensor([10.0 / 3.0, 7.1]) + torch.tensor([0.1, -0.2])
    tensors = assemble_inputs(obs, VECTORS) | {
        "actions": actions,
        "reading/wheel_speed": speed,
        "reading/heading": heading,
        "reading/goal": goal,
        "processed/wheels": commanded,
        "commanded/velocity": commanded,
        "unsteady/velocity": torch.zeros(count, 2),
        "live/stiffness": torch.zeros(2),
        "live/damping": torch.tensor([123.456789, torch.nan]),
        "live/default_position": torch.tensor([1.0e-7, -3.14159265]),
    }
    names = {"live/joint_names": np.array(["left_wheel", "right_wheel"])}
    first = {"first": np.eye(4, dtype=bool)[:, [0] * 4]}
    return student, {name: tensor.numpy() for name, tensor in tensors.items()} | names | first


@pytest.mark.parametrize(
    "place, lie, message",
    [
        (("inputs", 0, "terms", 0, "scale", 1), 0.1001, r"\['wheel_speed'\] of input 'obs' differ"),
        (("actions", 0, "offset", 0), 0.11, r"targets \['left_wheel'\] of action 'wheels'"),
        (("joints", "damping", 0), 120.0, "damping of joint 'left_wheel' is 120 .* but 123.457 in every environment"),
    ],
)
def test_what_a_robot_would_do_otherwise_is_not_exported(
    place: tuple[str | int, ...], lie: float, message: str, tmp_path: Path
) -> None:
    student, recorded = replayable()
    contract = describe_student(VECTORS)
    path = export_student(student, VECTORS, contract, recorded, tmp_path / "true")
    verify_student(path)
    *way, last = place
    functools.reduce(operator.getitem, way, contract)[last] = lie
    with pytest.raises(ValueError, match=message):
        export_student(student, VECTORS, contract, recorded, tmp_path / "false")
    assert list((tmp_path / "false").iterdir()) == []


def test_a_target_that_changes_within_a_control_period_is_not_the_contracts(tmp_path: Path) -> None:
    student, recorded = replayable()
    recorded["unsteady/velocity"][3, 1] = 0.01
    with pytest.raises(ValueError, match="'right_wheel'.*changed by up to 1.00e-02 within"):
        export_student(student, VECTORS, describe_student(VECTORS), recorded, tmp_path)


def test_the_measurement_can_be_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    runner = SimpleNamespace(current_learning_iteration=3, evaluations=[])
    assert student_performance(runner, SimpleNamespace(), "A-Task", measure=False) is None
    assert "not measured" in capsys.readouterr().out
