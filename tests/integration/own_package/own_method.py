# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A package of someone else's: a method in one class and one row, and a task in one suite.

Isaac Lab finds it through the entry point group ``isaaclab.tasks``, as it finds ours.
"""

from __future__ import annotations

import torch
from tensordict import TensorDict

from isaaclab.utils import configclass

from tsra_lab.agents import AgentSuite, Method, add_method
from tsra_lab.algorithms import TeacherStudentPPO
from tsra_lab.alignment import Pairs, optimizer_step
from tsra_lab.configs import MLPModelCfg, PolicyHeadCfg, TeacherStudentPPOCfg


class CopyingPPO(TeacherStudentPPO):
    """PPO of a teacher whose embedding is kept small, and a student that copies its embedding."""

    def __init__(self, *parts: object, shrinking: float, **ppo: object) -> None:
        super().__init__(*parts, **ppo)
        self.shrinking = shrinking
        self.copies = 0
        self.copier = torch.optim.Adam(self.student.encoder.parameters(), lr=1.0e-3)
        self.registry.add_optimizer("copier", self.copier)
        self.registry.add_number("copies", self, "copies")

    def auxiliary_loss(self, observations: TensorDict) -> torch.Tensor:
        return self.shrinking * self.teacher.get_latent(observations).square().mean()

    def after_ppo(self, observations: TensorDict, pairs: Pairs) -> dict[str, float]:
        batch = pairs.draw(256)
        with torch.no_grad():
            target = self.teacher.get_latent(batch)
        loss = (self.student.get_latent(batch) - target).square().mean()
        optimizer_step(self.copier, loss, self.max_grad_norm)
        self.copies += 1
        return {"copying": loss.item()}


@configclass
class CopyingPPOCfg(TeacherStudentPPOCfg):
    class_name: str = "own_method:CopyingPPO"
    shrinking: float = 0.01


add_method(Method(key="copying", label="Copying", algorithm=CopyingPPOCfg))

MODEL = {"hidden_dims": [32], "activation": "elu"}

AgentSuite(
    experiment="own_maze",
    teacher_encoder=MLPModelCfg(**MODEL),
    student_encoder=MLPModelCfg(**MODEL),
    head=PolicyHeadCfg(distribution_cfg=MLPModelCfg.GaussianDistributionCfg(init_std=1.0), **MODEL),
    critic=MLPModelCfg(**MODEL),
    max_iterations=2,
).register("Own-Maze", "tsra_tasks.color_maze.color_maze_env_cfg:ColorMazeEnvCfg")
