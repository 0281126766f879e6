# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Environment configuration of ``TSRA-ColorMaze-Rover``.

A rover must cross from the start to the goal. Between them lies a maze of cells, each *path* or *lava*, drawn anew
each episode; lava ends the episode with a penalty. The privileged observations hold the cells' types. The onboard ones
tell where the maze is, but lava and path look alike in them, so only the longer way around is safe. The task follows
the colour maze of Student-Informed Teacher Training (Messikommer et al., arXiv:2412.09149), as a driven robot.
"""

from contextlib import AbstractContextManager

import torch

from isaaclab.assets import ArticulationCfg
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as isaac_mdp
from isaaclab.managers import EventTermCfg as EventTerm
from isaaclab.managers import ObservationGroupCfg as ObsGroup
from isaaclab.managers import ObservationTermCfg as ObsTerm
from isaaclab.managers import RewardTermCfg as RewTerm
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.scene import InteractiveSceneCfg
from isaaclab.utils import configclass, replace
from isaaclab.utils.noise import GaussianNoiseCfg
from isaaclab.visualizers import VisualizerCfg

from tsra_lab.configs import OnboardTermCfg as OnboardTerm

from ..robots import ROVER_CFG
from ..shared.physics_cfg import ContactFreePhysicsCfg
from ..shared.scene import LIGHT_CFG, floor_cfg
from ..shared.task_env_cfg import OnboardGroupCfg, TaskEnvCfg
from ..shared.terms import goal_in_robot_frame, progress_to_goal, reached_goal
from . import mdp

CONTROL_PERIOD = 0.1
"""Duration of an environment step [s]. Rewards per episode event are divided by it, as Isaac Lab multiplies by it."""


@configclass
class ColorMazeSceneCfg(InteractiveSceneCfg):
    """A rover on a floor. The maze is painted by the maze command, which knows its cells."""

    floor = floor_cfg(5.2, 4.8)
    robot: ArticulationCfg = replace(ROVER_CFG, prim_path="{ENV_REGEX_NS}/Robot")
    light = LIGHT_CFG


@configclass
class CommandsCfg:
    """The maze and its goal."""

    maze = mdp.MazeCommandCfg(asset_name="robot")


@configclass
class ActionsCfg:
    """Velocity of the rover along x and y."""

    velocity = isaac_mdp.JointVelocityActionCfg(
        asset_name="robot",
        joint_names=["drive_x", "drive_y"],
        preserve_order=True,
        scale=1.0,
        clip={".*": (-1.2, 1.2)},
    )


@configclass
class ObservationsCfg:
    """What the rover's own sensors give, and what only the simulator knows."""

    @configclass
    class OnboardCfg(OnboardGroupCfg):
        """Onboard: odometry, velocity, goal and a local occupancy grid that is blind to colour."""

        odometry = OnboardTerm(
            func=isaac_mdp.joint_pos,
            noise=GaussianNoiseCfg(std=0.02),
            unit="m",
            frame="maze: x to the goal, y to the left",
        )
        velocity = OnboardTerm(
            func=isaac_mdp.joint_vel, noise=GaussianNoiseCfg(std=0.05), unit="m/s", frame="as odometry"
        )
        goal = OnboardTerm(
            func=goal_in_robot_frame,
            params={"command_name": "maze"},
            noise=GaussianNoiseCfg(std=0.02),
            unit="m",
            frame="robot: axes of the maze",
        )
        occupancy = OnboardTerm(
            func=mdp.local_occupancy,
            params={"command_name": "maze", "size": 5, "spacing": 0.25},
            noise=GaussianNoiseCfg(std=0.05),
            unit="1 over the maze, 0 over free ground",
            frame="robot: rows along y, both from negative to positive",
        )

    @configclass
    class PrivilegedCfg(ObsGroup):
        """Privileged: the exact state and the type of every cell."""

        position = ObsTerm(func=isaac_mdp.joint_pos)
        velocity = ObsTerm(func=isaac_mdp.joint_vel)
        goal = ObsTerm(func=goal_in_robot_frame, params={"command_name": "maze"})
        cells = ObsTerm(func=mdp.cell_types, params={"command_name": "maze"})

    onboard: OnboardCfg = OnboardCfg()
    privileged: PrivilegedCfg = PrivilegedCfg()


@configclass
class EventCfg:
    """Start of an episode."""

    reset_rover = EventTerm(
        func=mdp.reset_rover_around_maze,
        mode="reset",
        params={
            "start_x": -2.0,
            "start_y_range": (-0.4, 0.4),
            "anywhere_fraction": 0.5,
            "command_name": "maze",
        },
    )


@configclass
class RewardsCfg:
    """Progress to the goal, costs of time and effort, and what ends the episode."""

    progress = RewTerm(func=progress_to_goal, weight=0.5, params={"command_name": "maze"})
    time = RewTerm(func=isaac_mdp.is_alive, weight=-0.05 / CONTROL_PERIOD)
    # without it, commands grow far beyond their bounds, and exploration noise with them
    effort = RewTerm(func=isaac_mdp.action_l2, weight=-0.005 / CONTROL_PERIOD)
    goal = RewTerm(func=isaac_mdp.is_terminated_term, weight=3.0 / CONTROL_PERIOD, params={"term_keys": "success"})
    lava = RewTerm(func=isaac_mdp.is_terminated_term, weight=-2.0 / CONTROL_PERIOD, params={"term_keys": "lava"})


@configclass
class TerminationsCfg:
    """Outcomes of an episode. Evaluation reports the rate of each; ``success`` is the task's success."""

    success = DoneTerm(func=reached_goal, params={"command_name": "maze"})
    lava = DoneTerm(func=mdp.entered_lava, params={"command_name": "maze"})
    time_out = DoneTerm(func=isaac_mdp.time_out, time_out=True)


@configclass
class ColorMazeEnvCfg(TaskEnvCfg):
    """Configuration of the colour maze."""

    scene: ColorMazeSceneCfg = ColorMazeSceneCfg(num_envs=512, env_spacing=6.0)
    commands: CommandsCfg = CommandsCfg()
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventCfg = EventCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()

    def __post_init__(self):
        """Set times, physics and the viewpoint."""
        # velocity drives are integrated implicitly and nothing touches: one physics step per control step is enough
        self._set_times(CONTROL_PERIOD)
        self.sim.physics = ContactFreePhysicsCfg()
        self.sim.default_visualizer_cfg = VisualizerCfg(eye=(-1.0, -9.0, 9.0))

    def evaluation_mode(self):
        """Start every episode at the start. Sensors stay noisy, as on the robot."""
        self.events.reset_rover.params["anywhere_fraction"] = 0.0

    def resampled_hidden_state(self, env: ManagerBasedRLEnv) -> AbstractContextManager[torch.Tensor]:
        """Redraw what the onboard sensors cannot tell, the cells, for as long as the context lasts.

        Args:
            env: Environment of this configuration.

        Returns:
            Context that yields which environments were redrawn, of shape (num_envs,), and puts the cells back.
        """
        return env.command_manager.get_term("maze").redrawn_cells()

    def initial_state(self, env: ManagerBasedRLEnv) -> dict[str, torch.Tensor]:
        """All that another simulator needs to begin the present episodes.

        Args:
            env: Environment of this configuration.

        Returns:
            ``position`` [m] and ``velocity`` [m/s] of the rover and ``goal`` [m], of shape (num_envs, 2); ``lava``, of
            shape (num_envs, rows, columns).
        """
        maze = env.command_manager.get_term("maze")
        return {"position": maze.position, "velocity": maze.velocity, "goal": maze.goal, "lava": maze.lava}

    def play_mode(self):
        """Paint the maze in its colours, too."""
        super().play_mode()
        self.commands.maze.debug_vis = True
