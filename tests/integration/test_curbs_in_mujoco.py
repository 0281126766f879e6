# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The curbs in Isaac Lab and in plain MuJoCo side by side, and from a student to its success in both."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
import torch
from conftest import SCRIPTS, Shell, run_directory
from mujoco_twin import Differences, Twin, compare_worlds, initial_state
from unitree_deployment import Deployment, compile_reader

from isaaclab.app import launch_simulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab_rl.rsl_rl import RslRlVecEnvWrapper
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_deploy import Policy, Safety
from tsra_tasks.curbs import mdp
from tsra_tasks.curbs.curbs_env_cfg import CURBS
from tsra_tasks.robots import QUADRUPED_FEET, QUADRUPED_SHAPES

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

TASK = "TSRA-Velocity-Curbs-Quadruped"
NUM_ENVS = 8
EXACT = 2e-5
"""What single precision leaves of readings of the same state, and of one control step in the air, per unit."""


@pytest.fixture(scope="module")
def env() -> Iterator[ManagerBasedRLEnv]:
    """The task on the CPU: friction, mass and strength as drawn, curbs everywhere, no pushes, which both would draw."""
    env_cfg, _ = resolve_task_config(TASK, None, overrides=["env.push_speed=0", "env.curb_share=1.0"])
    env_cfg.evaluation_mode()
    env_cfg.scene.num_envs = NUM_ENVS
    env_cfg.sim.device = "cpu"
    env_cfg.seed = 0
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg).unwrapped
        yield env
        env.close()


def begin(env: ManagerBasedRLEnv, height: float | None = None) -> RslRlVecEnvWrapper:
    """Reset, and put the trunks at a height [m]; returns the environment in the wrapper, which resets it too."""
    wrapped = RslRlVecEnvWrapper(env)
    env.reset(seed=3)
    torch.manual_seed(0)
    if height is not None:
        robot = env.scene["robot"]
        pose = robot.data.root_link_pose_w.torch.clone()
        pose[:, 2] = height
        robot.write_root_pose_to_sim_index(root_pose=pose)
    return wrapped


def compare(env: RslRlVecEnvWrapper, scale: float, num_steps: int) -> Differences:
    """Act at random."""
    return compare_worlds(env, TASK, ["onboard"], lambda: scale * torch.randn(NUM_ENVS, 12), num_steps)


def largest(values: np.ndarray) -> np.ndarray:
    """Largest difference of each comparison."""
    return values.reshape(len(values), -1).max(axis=1)


def test_what_was_drawn_is_told(env: ManagerBasedRLEnv) -> None:
    env.reset(seed=1)
    state, seen = initial_state(env), env.observation_manager.compute_group("surroundings").numpy()
    names = env.observation_manager.active_terms["surroundings"]
    sizes = [shape[0] for shape in env.observation_manager.group_obs_term_dim["surroundings"]]
    terms = dict(zip(names, np.split(seen, np.cumsum(sizes)[:-1], axis=1), strict=True))
    feet = [QUADRUPED_SHAPES.index(f"{foot}/ball_collision") for foot in QUADRUPED_FEET]
    np.testing.assert_allclose(state["friction"][:, feet], terms["foot_friction"], rtol=1e-6)
    np.testing.assert_allclose(state["trunk_mass"], terms["base_mass"][:, 0], rtol=1e-5)
    np.testing.assert_allclose(state["motor_strength"], terms["motor_strength"][:, 0], rtol=1e-5)
    for name in ("friction", "trunk_mass", "motor_strength"):
        assert state[name].std() > 0.05, name
    np.testing.assert_allclose(state["curbs"], mdp.Curbs.of(env, CURBS).poses().numpy())
    assert (state["command_time_left"] == 5.0).all()


def test_mujoco_reads_and_moves_alike(env: ManagerBasedRLEnv) -> None:
    """In the air, with weak and with strong motion, where torques are at their limits."""
    for scale in (0.3, 2.0):
        found = compare(begin(env, height=6.0), scale, num_steps=30)
        # they fell, and did not touch the ground
        assert (env.scene["robot"].data.root_link_pos_w.torch[:, 2] > 3.0).all()
        for differences in (found.readings, found.states):
            for name, values in differences.items():
                assert values.max() < (20 * EXACT if name.endswith(("vel", "velocity")) else EXACT), (scale, name)


def test_mujoco_stands_and_stumbles_alike(env: ManagerBasedRLEnv) -> None:
    """On the ground. A contact that begins in one simulator and, by rounding, in the next step of the other makes a
    difference in that step, of which there are few."""
    for scale in (0.2, 1.0):
        found = compare(begin(env), scale, num_steps=50)
        for name, values in found.readings.items():
            assert values.max() < EXACT, (scale, name)
        for name, values in found.states.items():
            velocity = name.endswith(("vel", "velocity"))
            assert np.quantile(largest(values), 0.9) < (20 * EXACT if velocity else EXACT), (scale, name)
            assert np.quantile(largest(values), 0.98) < (0.1 if velocity else 1e-3), (scale, name)


def test_the_command_goes_on_alike(env: ManagerBasedRLEnv) -> None:
    twin = Twin(begin(env), TASK, ["onboard"])
    for _ in range(5):
        before, action = initial_state(env), 0.2 * torch.randn(NUM_ENVS, 12)
        env.step(action)
        after = initial_state(env)
        for index in range(NUM_ENVS):
            twin.world.reset({name: values[index] for name, values in before.items()})
            twin.step(action[index])
            twin.world.between_steps(np.random.default_rng(0))
            seen = twin.world.observe()["velocity_commands"]
            np.testing.assert_allclose(seen, after["command"][index], atol=1e-4)
    assert (before["command"] != after["command"]).any()


@pytest.mark.smoke
def test_a_student_runs_in_both_and_on_the_robot_of_others(shell: Shell) -> None:
    """Barely trained, it falls: in both simulators, and as soon."""
    shell.task = TASK
    small = ("--num_envs", "16", "--seed", "1")
    run = run_directory(
        shell.run("train.py", *small, "--max_iterations", "3", "agent.algorithm.encoders.warmup_steps=5")
    )
    shell.run("export.py", "--checkpoint", str(run), "--skip_measurement")
    unitree_acts_alike(run / "student", shell.directory)
    arguments = ["--checkpoint", str(run), "--policies", "onnx", "--no_imitability", "--episodes", "16"]
    shell.run("evaluate.py", *arguments, "--num_envs", "16", "--initial_states", "states.npz")
    student = ["--task", TASK, "--policy", str(run / "student" / "policy.onnx"), "--initial_states", "states.npz"]
    command = [sys.executable, str(SCRIPTS / "sim2sim.py"), *student, "--json", "result.json"]
    shell.call(command)
    report = json.loads((shell.directory / "result.json").read_text())
    assert report["episodes"] == 16 and report["agreement"] == 1.0
    lengths = [report[simulator]["episode_length_mean"] for simulator in ("mujoco", "isaac_lab")]
    assert lengths[0] == pytest.approx(lengths[1], rel=0.3)
    model = Path(sys.prefix) / "mjlab/mjlab/asset_zoo/robots/unitree_go1/xmls/go1.xml"
    if not model.is_file():
        pytest.skip("MuJoCo Menagerie's Go1 is not installed (make install)")
    output = shell.call([*command, "--robot", str(model), "--motor_rotors", "--substeps", "2"])
    assert "16 episodes" in output
    assert json.loads((shell.directory / "result.json").read_text())["robot"]["file"] == "go1.xml"
    # the example of a controller, in real time: it falls here too, or comes to its end
    example = SCRIPTS.parent / "docs" / "robot" / "walk_in_mujoco.py"
    policy = [str(run / "student" / "policy.onnx"), "states.npz", "--seconds", "1"]
    printed = shell.call([sys.executable, str(example), *policy, "--robot", str(model), "--motor_rotors"])
    assert all(word in printed for word in (" 1.00 s  standing up", " 2.48 s  standing", " 3.00 s  running", "late by"))


def unitree_acts_alike(student: Path, folder: Path) -> None:
    """Unitree's deployment computes all that the student observes by itself, and sends the motors what we do."""
    assert not (student / "deploy.yaml").read_text().startswith("#")
    ours, random = Policy.load(student / "policy.onnx", Safety(out_of_range="ignore")), np.random.default_rng(0)
    joints = ours.contract["joints"]
    assert joints["sdk_names"] == ours.target_names != joints["names"]
    places = [joints["names"].index(name) for name in joints["sdk_names"]]
    default = np.array(joints["default_position"], np.float32)[places]
    with Deployment(compile_reader(folder), student / "policy_batch1.onnx", student / "deploy.yaml") as theirs:
        for step in range(15):
            turn, gravity = random.normal(0.0, 1.0, (2, 3)).astype(np.float32)
            command = np.array([0.5, 0.1, -0.2], np.float32)
            position, velocity = random.normal(0.0, 2.0, (2, 12)).astype(np.float32)
            measured = np.concatenate([turn, gravity, command, position, velocity])
            if step == 0:
                theirs.ask("reset", measured, answered=False)
            readings = {"base_ang_vel": turn, "projected_gravity": gravity, "velocity_commands": command}
            readings |= {"joint_pos_rel": position - default, "joint_vel_rel": velocity}
            assert theirs.act(measured) == pytest.approx(ours.act(readings), abs=1e-5), step
