# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Histories of images, and groups that are neither vectors nor images, are refused by name."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tensordict import TensorDict
from test_runner import CameraEnv, build_runner
from tiny_agent import aligned_cfg

from tsra_lab.observations import check_shapes

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SETS = {"teacher": ["privileged"], "student": ["onboard", "image"]}


def env_with(**histories: torch.Tensor) -> SimpleNamespace:
    """An environment whose group ``image`` has terms with these histories, of shape (num_envs, length, ...)."""
    buffers = {name: SimpleNamespace(buffer=values) for name, values in histories.items()}
    manager = SimpleNamespace(_group_obs_term_history_buffer={"image": buffers})
    return SimpleNamespace(unwrapped=SimpleNamespace(observation_manager=manager))


def observations(*shape: int) -> TensorDict:
    """Observations in which the group ``image`` has a shape."""
    values = {"privileged": torch.zeros(4, 3), "onboard": torch.zeros(4, 2), "image": torch.zeros(4, *shape)}
    return TensorDict(values, batch_size=[4])


@pytest.mark.parametrize("shape", [(3 * 8 * 6,), (3, 1, 8, 6)], ids=["flattened", "not flattened"])
def test_a_history_of_images_is_refused_with_the_remedy(shape: tuple[int, ...]):
    env = env_with(depth=torch.zeros(4, 3, 1, 8, 6))
    with pytest.raises(ValueError, match=r"term 'depth' of group 'image'.*history_length=3.*'frame_stack': 3"):
        check_shapes(env, observations(*shape), SETS)


def test_a_history_of_vectors_must_be_flattened():
    env = env_with(velocity=torch.zeros(4, 3, 2))
    check_shapes(env, observations(6), SETS)
    with pytest.raises(ValueError, match=r"group 'image' is neither.*shape is \(3, 2\). Set flatten_history_dim=True"):
        check_shapes(env, observations(3, 2), SETS)


def test_a_group_of_unconcatenated_terms_is_refused_by_the_settings_name():
    obs = observations(5)
    obs["image"] = TensorDict({"depth": torch.zeros(4, 1, 8, 6), "range": torch.zeros(4, 1)}, batch_size=[4])
    with pytest.raises(ValueError, match="group 'image'.*depth, range.*concatenate_terms=True"):
        check_shapes(env_with(), obs, SETS)


def test_images_vectors_and_groups_that_nobody_sees_pass():
    check_shapes(env_with(), observations(1, 8, 6), SETS)
    check_shapes(SimpleNamespace(), observations(5), SETS)
    check_shapes(env_with(depth=torch.zeros(4, 3, 1, 8, 6)), observations(144), {"student": ["onboard"]})


class HistoryCameraEnv(CameraEnv):
    """A camera environment whose image has a history, flattened as Isaac Lab does."""

    def _observe(self) -> None:
        super()._observe()
        frames = self.observations["image"][:, None].repeat(1, 3, 1, 1, 1)
        self.observation_manager._group_obs_term_history_buffer = {"image": {"depth": SimpleNamespace(buffer=frames)}}
        self.observations["image"] = frames.flatten(1)


@pytest.mark.parametrize("model", ["CNNModel", "MLPModel"])
def test_the_runner_refuses_before_training(tmp_path: Path, model: str):
    """With an MLP too, which would take the pixels for numbers without a word."""
    cnn = {"output_channels": [2], "kernel_size": 3, "stride": 2}
    student = {"class_name": model, "hidden_dims": [8], "activation": "elu"}
    cfg = aligned_cfg(student=student | ({"cnn_cfg": cnn} if model == "CNNModel" else {}))
    cfg["obs_groups"]["student"] = ["onboard", "image"]
    with pytest.raises(ValueError, match="term 'depth' of group 'image' is an image"):
        build_runner(tmp_path, HistoryCameraEnv(4), **cfg)
