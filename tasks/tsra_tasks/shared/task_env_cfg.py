# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the environment configurations of all tasks share."""

from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg
from isaaclab.managers import ObservationGroupCfg
from isaaclab.utils import configclass

from tsra_lab.hooks import TaskHooks

from .depth_image import DepthImage


@configclass
class OnboardGroupCfg(ObservationGroupCfg):
    """Observations of the robot's own sensors, which are noisy."""

    enable_corruption: bool = True


@configclass
class TaskEnvCfg(TaskHooks, ManagerBasedRLEnvCfg):
    """Environment of a task."""

    def _set_times(self, control_period: float, decimation: int = 1, episode_length: float = 8.0) -> None:
        """Set the durations of steps and episodes.

        Args:
            control_period: Duration of an environment step [s].
            decimation: Physics steps in an environment step.
            episode_length: Longest episode [s].
        """
        self.sim.dt = control_period / decimation
        self.decimation = decimation
        self.sim.render_interval = decimation
        self.episode_length_s = episode_length

    def play_mode(self):
        """Few environments, no noise, and episodes that begin as in evaluation."""
        super().play_mode()
        self.evaluation_mode()
        self.scene.num_envs = min(self.scene.num_envs, 9)


@configclass
class SpectatorCfg:
    """Where a spectator of the recorded pictures stands, and what they look at."""

    eye: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Place of the spectator [m]."""

    target: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """What they look at [m]."""

    follows: str | None = None
    """Name of the rigid object in the scene that both are relative to; None for the environment's origin."""


@configclass
class CameraTaskEnvCfg(TaskEnvCfg):
    """Environment of a task with an onboard camera, whose term is ``observations.image.depth``."""

    spectator: SpectatorCfg = SpectatorCfg()
    """Who watches the robot in recorded pictures."""

    def onboard_camera(self, env: ManagerBasedRLEnv) -> DepthImage | None:
        """The image's observation term, which whoever trains may switch off.

        Args:
            env: Environment of this configuration.

        Returns:
            The term; None where the group was taken away.
        """
        image = env.observation_manager.cfg.image
        return None if image is None else image.depth.func
