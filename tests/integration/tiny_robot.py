# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A tiny robot in the real simulator, whose observations and actions are changed without starting it again."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnx
import torch
from make_tiny_robot import make_tiny_robot
from onnx import TensorProto, helper, numpy_helper
from tensordict import TensorDict

import isaaclab.sim as sim_utils
from isaaclab.actuators import IdealPDActuatorCfg, ImplicitActuatorCfg
from isaaclab.app import launch_simulation
from isaaclab.assets import ArticulationCfg
from isaaclab.envs import ManagerBasedRLEnv, ManagerBasedRLEnvCfg, mdp
from isaaclab.managers import ActionManager, ObservationGroupCfg, ObservationManager
from isaaclab.managers import EventTermCfg as EventTerm
from isaaclab.managers import ObservationTermCfg as ObsTerm
from isaaclab.managers import RewardTermCfg as RewTerm
from isaaclab.managers import TerminationTermCfg as DoneTerm
from isaaclab.scene import InteractiveSceneCfg
from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlVecEnvWrapper

from tsra_deploy import write_metadata
from tsra_lab.export import assemble_inputs
from tsra_lab.export.isaac_lab import deployment_contract
from tsra_tasks.shared.physics_cfg import ContactFreePhysicsCfg

JOINTS = ["left_hip", "left_knee", "right_hip", "right_knee"]
"""Joints of the robot, in alphabetical order; the simulator has an order of its own."""

POSE = {"left_hip": 0.1, "left_knee": -0.3, "right_hip": 0.2, "right_knee": -0.4}
"""Default pose [rad]."""

NUM_ENVS = 4


@configclass
class SceneCfg(InteractiveSceneCfg):
    """The robot alone."""

    robot: ArticulationCfg = ArticulationCfg(
        prim_path="{ENV_REGEX_NS}/Robot",
        init_state=ArticulationCfg.InitialStateCfg(joint_pos=POSE, joint_vel={".*_hip": 0.5, ".*_knee": 0.0}),
        actuators={
            "hips": ImplicitActuatorCfg(
                joint_names_expr=[".*_hip"], stiffness={"left_hip": 4.0, "right_hip": 5.0}, damping=0.2
            ),
            "knees": IdealPDActuatorCfg(
                joint_names_expr=[".*_knee"], stiffness=3.0, damping=0.1, actuator_effort_limit=20.0
            ),
        },
    )


@configclass
class ActionsCfg:
    """All joints."""

    legs = mdp.JointPositionActionCfg(asset_name="robot", joint_names=[".*"])


@configclass
class ObservationsCfg:
    """Joint positions."""

    @configclass
    class PolicyCfg(ObservationGroupCfg):
        """Joint positions."""

        positions = ObsTerm(func=mdp.joint_pos)

    policy: PolicyCfg = PolicyCfg()


@configclass
class EventsCfg:
    """A random start."""

    reset = EventTerm(
        func=mdp.reset_joints_by_offset,
        mode="reset",
        params={"position_range": (-0.5, 0.5), "velocity_range": (-1.0, 1.0)},
    )


@configclass
class RewardsCfg:
    """One that does not matter."""

    alive = RewTerm(func=mdp.is_alive, weight=1.0)


@configclass
class TerminationsCfg:
    """Time."""

    time_out = DoneTerm(func=mdp.time_out, time_out=True)


@configclass
class TinyRobotEnvCfg(ManagerBasedRLEnvCfg):
    """A robot that has nothing to do."""

    scene: SceneCfg = SceneCfg(num_envs=NUM_ENVS, env_spacing=2.0)
    actions: ActionsCfg = ActionsCfg()
    observations: ObservationsCfg = ObservationsCfg()
    events: EventsCfg = EventsCfg()
    rewards: RewardsCfg = RewardsCfg()
    terminations: TerminationsCfg = TerminationsCfg()

    def __post_init__(self) -> None:
        """Short episodes."""
        self.decimation = 1
        self.sim.dt = 0.01
        self.sim.device = "cpu"
        self.sim.physics = ContactFreePhysicsCfg().default
        self.episode_length_s = 0.3
        self.seed = 0


@contextmanager
def tiny_robot(folder: Path) -> Generator[ManagerBasedRLEnv]:
    """Context with the robot in the simulator.

    Args:
        folder: Folder for the robot's file.

    Yields:
        The environment.
    """
    path = folder / "robot.usda"
    make_tiny_robot(path)
    cfg = TinyRobotEnvCfg()
    cfg.scene.robot.spawn = sim_utils.UsdFileCfg(usd_path=str(path))
    with launch_simulation(cfg, argparse.Namespace(device="cpu")):
        env = ManagerBasedRLEnv(cfg)
        yield env
        env.close()


def change(
    env: ManagerBasedRLEnv,
    observations: dict[str, ObservationGroupCfg],
    actions: dict,
    clip_actions: float | None = None,
) -> RslRlVecEnvWrapper:
    """Give the robot other observations and actions.

    Args:
        env: The environment.
        observations: Groups, by name.
        actions: Configurations of action terms, by name.
        clip_actions: Bound of the wrapper on raw actions.

    Returns:
        The environment in rsl_rl's wrapper.
    """
    env.cfg.actions, env.cfg.observations = argparse.Namespace(**actions), argparse.Namespace(**observations)
    env.action_manager = ActionManager(_Cfg(actions), env)
    env.observation_manager = ObservationManager(observations, env)
    env._configure_gym_env_spaces()
    return RslRlVecEnvWrapper(env, clip_actions=clip_actions)


class _Cfg:
    """A configuration whose members are terms."""

    def __init__(self, terms: dict) -> None:
        self.__dict__.update(terms)


class LinearStudent:
    """A student that a handful of numbers make, in PyTorch and as an ONNX file: actions = tanh(obs W) B + c."""

    is_recurrent = False

    def __init__(self, env: RslRlVecEnvWrapper, groups: list[str], seed: int = 0, reach: float = 3.0) -> None:
        """Draw the numbers.

        Args:
            env: Environment whose observations it sees.
            groups: Observation groups, all of them vectors.
            seed: Seed of the numbers.
            reach: Size of the actions.
        """
        random = np.random.default_rng(seed)
        self.groups = groups
        manager = env.unwrapped.observation_manager
        width = sum(manager.group_obs_dim[group][0] for group in groups)
        self.weights = random.normal(0.0, 1.5 / np.sqrt(width), (width, 8)).astype(np.float32)
        self.mixing = (reach * random.normal(0.0, 0.5, (8, env.num_actions))).astype(np.float32)

    def __call__(self, obs: TensorDict) -> torch.Tensor:
        """Act."""
        inputs = assemble_inputs(obs, self.groups)["obs"]
        return (inputs @ torch.from_numpy(self.weights)).tanh() @ torch.from_numpy(self.mixing)

    def reset(self, dones: torch.Tensor | None = None) -> None:
        """Forget nothing, for there is no memory."""

    def save(self, path: Path, contract: dict) -> Path:
        """Write the file.

        Args:
            path: File.
            contract: Its contract.

        Returns:
            The file.
        """
        graph = helper.make_graph(
            [
                helper.make_node("MatMul", ["obs", "weights"], ["hidden"]),
                helper.make_node("Tanh", ["hidden"], ["bounded"]),
                helper.make_node("MatMul", ["bounded", "mixing"], ["actions"]),
            ],
            "student",
            [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", len(self.weights)])],
            [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", self.mixing.shape[1]])],
            [numpy_helper.from_array(self.weights, "weights"), numpy_helper.from_array(self.mixing, "mixing")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        for key, value in write_metadata(contract).items():
            model.metadata_props.add(key=key, value=value)
        onnx.save(model, path)
        return path


def contract_of(env: RslRlVecEnvWrapper, groups: list[str], recorded: dict[str, np.ndarray]) -> dict:
    """The contract of a student of these groups."""
    run = {"name": "tiny", "iteration": 0, "git": []}
    return deployment_contract(env, groups, recorded, "Tiny", run, None)
