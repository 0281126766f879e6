# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The curbs in the real simulator: the robot's body and motors, its contacts, and where the curbs are."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
import torch
import warp as wp
from PIL import Image

from isaaclab.app import launch_simulation
from isaaclab.assets import Articulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.envs import mdp as isaac_mdp
from isaaclab.managers import EventTermCfg, SceneEntityCfg
from isaaclab.utils.math import matrix_from_quat
from isaaclab_rl.rsl_rl import RslRlVecEnvWrapper
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_tasks.curbs import mdp
from tsra_tasks.curbs.curbs_env_cfg import AHEAD, CONTROL_PERIOD, CURBS, LEFT, NOMINAL_HEIGHT
from tsra_tasks.curbs.drawing import animate_paths, draw_paths, record_episodes
from tsra_tasks.props import CURB_HEIGHT
from tsra_tasks.robots import QUADRUPED_FEET, QUADRUPED_JOINTS, go1
from tsra_tasks.velocity.mdp import Gains

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

TASK = "TSRA-Velocity-Curbs-Quadruped"
NUM_ENVS = 16
GRAVITY = 9.81
STILL = torch.zeros(NUM_ENVS, 12)


@pytest.fixture(scope="module")
def env() -> Iterator[ManagerBasedRLEnv]:
    """The task on the CPU, with a robot that is as published, and curbs everywhere."""
    overrides = [
        "env.push_speed=0",
        "env.curb_share=1.0",
        "env.friction_range=[1.0,1.0]",
        "env.observation_delay=[0,0]",
    ]
    overrides += ["env.base_mass_range=[1.0,1.0]", "env.motor_strength_range=[1.0,1.0]"]
    env_cfg, _ = resolve_task_config(TASK, None, overrides=overrides)
    env_cfg.evaluation_mode()
    env_cfg.scene.num_envs = NUM_ENVS
    env_cfg.sim.device = "cpu"
    env_cfg.seed = 0
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg).unwrapped
        yield env
        env.close()


@pytest.fixture
def curbs(env: ManagerBasedRLEnv) -> mdp.Curbs:
    """The curbs of an episode that depends on nothing before."""
    env.reset(seed=0)
    return mdp.Curbs.of(env, CURBS)


@pytest.fixture
def robot(env: ManagerBasedRLEnv, curbs: mdp.Curbs) -> Articulation:
    """The robot at rest in its default pose, on the ground, with all curbs taken away."""
    poses = curbs.poses()
    poses[..., 2] = -1.0
    curbs.place(poses, torch.arange(NUM_ENVS))
    robot = env.scene["robot"]
    put(env, robot, height=0.288)
    return robot


def put(env: ManagerBasedRLEnv, robot: Articulation, height: float, x: float = 0.0) -> None:
    """Put the robot at rest in its default pose."""
    pose = torch.zeros(NUM_ENVS, 7)
    pose[:, :3] = env.scene.env_origins + torch.tensor([x, 0.0, height])
    pose[:, 6] = 1.0
    robot.write_root_pose_to_sim_index(root_pose=pose)
    robot.write_root_velocity_to_sim_index(root_velocity=torch.zeros(NUM_ENVS, 6))
    position = robot.data.default_joint_pos.torch.clone()
    robot.write_joint_position_to_sim_index(position=position)
    robot.write_joint_velocity_to_sim_index(velocity=torch.zeros_like(position))
    robot.actuators.target_command.set_position_index(value=position)


def simulate(env: ManagerBasedRLEnv, seconds: float) -> None:
    """Step the physics alone: no actions, no resets."""
    for _ in range(round(seconds / env.physics_dt)):
        env.scene.write_data_to_sim()
        env.sim.step(render=False)
        env.scene.update(env.physics_dt)


def height_of(env: ManagerBasedRLEnv, robot: Articulation) -> torch.Tensor:
    """Height of the trunk's middle above the flat ground [m]."""
    return robot.data.root_link_pos_w.torch[:, 2] - env.scene.env_origins[:, 2]


def foot_forces(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Vertical forces on the feet [N]. Shape is (num_envs, 4)."""
    sensor = env.scene.sensors["contact_forces"]
    feet, _ = sensor.find_sensors(QUADRUPED_FEET, preserve_order=True)
    return sensor.data.net_normal_forces_w.torch[:, feet, 2]


def solver(env: ManagerBasedRLEnv) -> object:
    """MuJoCo's solver."""
    return env.sim.physics_manager._solver


def deepest_contact(env: ManagerBasedRLEnv) -> float:
    """How deep shapes are within each other [m]."""
    data = solver(env).mjw_data
    count = int(data.nacon.numpy()[0])
    assert count >= 4 * NUM_ENVS
    return -float(data.contact.dist.numpy()[:count].min())


def test_masses_and_inertias_are_the_published_ones(robot: Articulation) -> None:
    masses, inertias = robot.data.body_mass.torch[0], robot.data.body_inertia.torch[0].reshape(-1, 3, 3)
    centers = robot.data.body_com_pos_b.torch[0]
    bodies = {"trunk": go1.TRUNK} | {
        f"{leg}_{part}": body for leg in go1.LEGS for part, body in go1.leg_bodies(leg).items()
    }
    assert set(robot.body_names) == bodies.keys()
    assert masses.sum().item() == pytest.approx(12.743448, rel=1e-5)  # Menagerie's
    for index, name in enumerate(robot.body_names):
        body = bodies[name]
        assert masses[index].item() == pytest.approx(body.mass, rel=1e-5)
        np.testing.assert_allclose(centers[index], body.center, atol=1e-6)
        np.testing.assert_allclose(inertias[index], body.tensor, atol=1e-3 * body.tensor.max())


def test_joints_have_the_published_limits_and_gains(robot: Articulation) -> None:
    for index, name in enumerate(robot.joint_names):
        joint = name.split("_")[1]
        limits = robot.data.joint_pos_limits.torch[0, index].tolist()
        assert limits == pytest.approx(go1.POSITION_LIMITS[joint], abs=1e-4)
        for values, expected in (
            (robot.data.joint_stiffness, go1.STIFFNESS),
            (robot.data.joint_damping, go1.DAMPING),
            (robot.data.joint_armature, go1.ARMATURE),
            (robot.data.joint_effort_limits, go1.EFFORT_LIMITS),
        ):
            assert values.torch[0, index].item() == pytest.approx(expected[joint], rel=1e-4)


def test_it_stands_on_its_motors(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    simulate(env, 1.5)
    before = robot.data.root_link_pos_w.torch.clone()
    simulate(env, 0.5)
    height = height_of(env, robot)
    # the weight on the knees alone, 31 N with a lever of 0.17 m, bends them by 0.15 rad
    assert (height > 0.23).all() and (height < 0.27).all()
    assert (robot.data.root_link_pos_w.torch - before).norm(dim=1).max() < 0.02  # its motors are soft, and it sways
    assert robot.data.root_lin_vel_b.torch.norm(dim=1).max() < 0.08
    assert robot.data.projected_gravity_b.torch[:, 2].max() < -0.97  # it leans a little, for its front is heavier
    weight = torch.full((NUM_ENVS,), go1.MASS * GRAVITY)
    torch.testing.assert_close(foot_forces(env).sum(dim=1), weight, rtol=0.03, atol=0.0)
    assert foot_forces(env).min() > 10.0
    assert deepest_contact(env) < 2e-3
    # the friction of a contact is the foot's
    contact, count = solver(env).mjw_data.contact, int(solver(env).mjw_data.nacon.numpy()[0])
    np.testing.assert_allclose(contact.friction.numpy()[:count, 0], 1.0)


def test_it_falls_as_everything_falls(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    put(env, robot, height=3.0)
    simulate(env, 0.3)
    expected = torch.tensor([0.0, 0.0, -GRAVITY * 0.3]).expand(NUM_ENVS, 3)
    masses = robot.data.body_mass.torch
    momentum = (masses[..., None] * robot.data.body_com_lin_vel_w.torch).sum(dim=1)
    torch.testing.assert_close(momentum / masses.sum(dim=1, keepdim=True), expected, atol=2e-3, rtol=0.0)


def test_joints_stop_at_their_limits(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    limits = robot.data.joint_pos_limits.torch
    for side, beyond in ((1, 0.5), (0, -0.5)):
        put(env, robot, height=20.0)
        stop = limits[..., side]
        robot.actuators.target_command.set_position_index(value=(stop + beyond).contiguous())
        simulate(env, 1.5)
        torch.testing.assert_close(robot.data.joint_pos.torch, stop, atol=0.05, rtol=0.0)


def test_torques_stay_within_their_limits(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    put(env, robot, height=20.0)
    efforts = robot.data.joint_effort_limits.torch
    largest = torch.zeros_like(efforts)
    far = torch.where(torch.arange(12) % 2 == 0, 6.0, -6.0).expand(NUM_ENVS, 12)
    for target in (far, -far):
        robot.actuators.target_command.set_position_index(value=target.contiguous())
        for _ in range(20):
            simulate(env, env.physics_dt)
            # the solver has the joints in the robot's order
            largest = torch.maximum(largest, wp.to_torch(solver(env).mjw_data.qfrc_actuator)[:, 6:].abs())
    assert (largest <= efforts * 1.001).all() and (largest > 0.9 * efforts).all()


def test_energy_of_a_robot_without_motors_only_shrinks(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    gains = Gains(robot)
    everywhere = torch.arange(NUM_ENVS)
    gains.scale(torch.zeros(NUM_ENVS), everywhere)
    try:
        put(env, robot, height=0.6)
        energies = []
        for _ in range(round(1.0 / env.physics_dt)):
            energies.append(energy_of(env, robot))
            simulate(env, env.physics_dt)
    finally:
        gains.scale(torch.ones(NUM_ENVS), everywhere)
    energy = torch.stack(energies)
    assert (energy[-1] < 0.25 * energy[0]).all()  # it fell down and lies
    # it falls: the velocity is ahead of the position by half a step of integration
    falling = energy[: round(0.25 / env.physics_dt)]
    expected = 0.5 * go1.MASS * GRAVITY**2 * env.physics_dt * 0.25
    assert (falling - energy[0]).abs().max() < 1.1 * expected
    # a contact gives back what it took, and no more
    assert (energy - energy.cummin(dim=0).values).max() < 0.1 * energy[0].max()


def energy_of(env: ManagerBasedRLEnv, robot: Articulation) -> torch.Tensor:
    """Kinetic and potential energy of the robot, with its motors' rotors [J]. Shape is (num_envs,)."""
    data = robot.data
    masses = data.body_mass.torch
    height = data.body_com_pos_w.torch[..., 2] - env.scene.env_origins[:, None, 2]
    linear = 0.5 * masses * data.body_com_lin_vel_w.torch.square().sum(dim=-1)
    rotation = matrix_from_quat(data.body_link_quat_w.torch)
    rates = (rotation.transpose(-1, -2) @ data.body_com_ang_vel_w.torch[..., None])[..., 0]
    tensors = data.body_inertia.torch.reshape(NUM_ENVS, -1, 3, 3)
    turning = 0.5 * (rates * (tensors @ rates[..., None])[..., 0]).sum(dim=-1)
    rotors = 0.5 * (data.joint_armature.torch * data.joint_vel.torch.square()).sum(dim=1)
    return (masses * GRAVITY * height + linear + turning).sum(dim=1) + rotors


def test_feet_slide_on_ice_and_not_on_stone(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    every = SceneEntityCfg("robot", body_names=".*")
    every.resolve(env.scene)
    params = {"asset_cfg": every, "restitution_range": (0.0, 0.0), "num_buckets": 1}

    def set_friction(value: float, env_ids: torch.Tensor) -> None:
        chosen = params | {"static_friction_range": (value, value), "dynamic_friction_range": (value, value)}
        cfg = EventTermCfg(func=isaac_mdp.randomize_rigid_body_material, mode="reset", params=chosen)
        isaac_mdp.randomize_rigid_body_material(cfg, env)(env, env_ids, **chosen)

    ice, stone = torch.arange(NUM_ENVS // 2), torch.arange(NUM_ENVS // 2, NUM_ENVS)
    set_friction(0.1, ice)
    set_friction(0.8, stone)
    simulate(env, 0.5)
    feet, _ = robot.find_bodies(QUADRUPED_FEET)
    before = robot.data.body_link_pos_w.torch[:, feet].clone()
    (trunk,), _ = robot.find_bodies("trunk")
    push = torch.tensor([0.0, 0.2 * go1.MASS * GRAVITY, 0.0]).expand(NUM_ENVS, 1, 3)
    composer = robot.permanent_wrench_composer
    composer.set_forces_and_torques_index(forces=push.contiguous(), torques=0.0 * push, body_ids=[trunk])
    simulate(env, 0.3)
    composer.reset()
    set_friction(1.0, torch.arange(NUM_ENVS))
    slid = (robot.data.body_link_pos_w.torch[:, feet] - before)[..., 1].median(dim=1).values
    # on ice, 0.2 g less 0.1 g accelerates it for 0.3 s: 44 mm
    assert (slid[ice] > 0.025).all() and (slid[ice] < 0.07).all()
    assert (slid[stone].abs() < 0.01).all()


def test_it_stands_on_a_curb(env: ManagerBasedRLEnv, robot: Articulation, curbs: mdp.Curbs) -> None:
    poses = curbs.poses()
    deepest = list(CURBS).index("Curb_4")
    poses[:, deepest] = torch.tensor([0.0, 0.0, 0.1, 0.0])
    curbs.place(poses, torch.arange(NUM_ENVS))
    put(env, robot, height=0.39)
    simulate(env, 1.0)
    height = height_of(env, robot)
    assert (height > 0.32).all() and (height < 0.37).all()
    assert deepest_contact(env) < 2e-3


def test_curbs_are_replaced_at_a_reset_where_it_happens(env: ManagerBasedRLEnv, curbs: mdp.Curbs) -> None:
    before = curbs.poses()
    low, high = env.cfg.curb_heights
    assert (before[..., 2] > low - 1e-4).all() and (before[..., 2] < high + 1e-4).all()
    assert before[..., 0].unique().numel() == NUM_ENVS * len(CURBS)
    env.episode_length_buf[: NUM_ENVS // 2] = env.max_episode_length
    _, _, terminated, truncated, _ = env.step(STILL)
    assert truncated[: NUM_ENVS // 2].all() and not (truncated | terminated)[NUM_ENVS // 2 :].any()
    after = curbs.poses()
    assert torch.equal(after[NUM_ENVS // 2 :], before[NUM_ENVS // 2 :])
    assert (after[: NUM_ENVS // 2, :, :3] != before[: NUM_ENVS // 2, :, :3])[..., [0, 2]].all()


def test_the_height_profile_is_that_of_the_solver_s_boxes(env: ManagerBasedRLEnv, curbs: mdp.Curbs) -> None:
    # the robot among the curbs, turned
    robot = env.scene["robot"]
    pose = torch.zeros(NUM_ENVS, 7)
    pose[:, :3] = env.scene.env_origins + torch.tensor([2.0, 0.3, 0.6])
    pose[:, 0] += torch.linspace(0.0, 4.0, NUM_ENVS)
    pose[:, 5], pose[:, 6] = np.sin(0.2), np.cos(0.2)
    robot.write_root_pose_to_sim_index(root_pose=pose)
    robot.write_root_velocity_to_sim_index(root_velocity=torch.zeros(NUM_ENVS, 6))
    obs, *_ = env.step(STILL)
    names = env.observation_manager.active_terms["surroundings"]
    sizes = [shape[0] for shape in env.observation_manager.group_obs_term_dim["surroundings"]]
    profile = dict(zip(names, obs["surroundings"].split(sizes, dim=1), strict=True))["height_profile"]

    data, model = solver(env).mjw_data, solver(env).mj_model
    boxes = [index for index in range(model.ngeom) if "/Curb_" in model.geom(index).name]
    assert len(boxes) == len(CURBS)
    half = model.geom_size[boxes]
    np.testing.assert_allclose(sorted(2.0 * half[:, 2]), [CURB_HEIGHT] * len(CURBS), rtol=1e-5)
    place, turn = data.geom_xpos.numpy()[:, boxes], data.geom_xmat.numpy().reshape(NUM_ENVS, -1, 3, 3)[:, boxes]
    root, heading = robot.data.root_link_pos_w.torch.numpy(), robot.data.heading_w.torch.numpy()
    seen = 0
    for index in range(NUM_ENVS):
        cos, sin = np.cos(heading[index]), np.sin(heading[index])
        points = [(x, y) for x in AHEAD for y in LEFT]
        for point, (x, y) in enumerate(points):
            world = root[index, :2] + [cos * x - sin * y, sin * x + cos * y]
            height, near_edge = 0.0, False
            for box in range(len(boxes)):
                local = turn[index, box].T @ ([*world, place[index, box, 2]] - place[index, box])
                inside = half[box, :2] - np.abs(local[:2])
                near_edge |= bool(np.abs(inside).min() < 1e-3)
                if (inside > 0.0).all():
                    height = max(height, place[index, box, 2] + half[box, 2])
            if not near_edge:
                expected = height - (root[index, 2] - NOMINAL_HEIGHT)
                assert profile[index, point].item() == pytest.approx(expected, abs=1e-4)
                seen += height > 0.0
    assert seen > 50


def test_spectators_are_shown_the_ground_that_the_teacher_looks_up(env: ManagerBasedRLEnv, curbs: mdp.Curbs) -> None:
    points = env.cfg.overlay(env)["height_profile"].points
    assert points.shape == (NUM_ENVS, len(AHEAD) * len(LEFT), 3)
    assert torch.equal(points[..., 2], curbs.heights_at(points[..., :2]))
    assert points[..., 2].max() > 0.04 and points[..., 2].min() == 0.0
    middle = env.scene["robot"].data.root_link_pos_w.torch - env.scene.env_origins
    reach = (points[..., :2] - middle[:, None, :2]).norm(dim=-1).amax(dim=-1)
    assert torch.allclose(reach, torch.tensor([max(AHEAD), max(LEFT)]).norm(), atol=1e-4)


def test_spectators_are_shown_the_curbs_where_they_are(env: ManagerBasedRLEnv, curbs: mdp.Curbs) -> None:
    marks, poses, seen = env.cfg.overlay(env), curbs.poses(), 0
    for index, (name, (depth, width)) in enumerate(CURBS.items()):
        mark = marks[name]
        axis = (mark.ends - mark.points)[:, 0]
        assert torch.allclose(axis.norm(dim=-1), torch.tensor(width), atol=1e-3) and mark.size == depth
        # just inside of both ends and faces the ground is as high as the bar
        across = torch.stack([axis[:, 1], -axis[:, 0]], dim=-1) / width
        for share in (0.01, 0.99):
            end = mark.points[:, 0, :2] + share * axis[:, :2]
            points = torch.stack([end + 0.49 * depth * across, end - 0.49 * depth * across], dim=1)
            top = mark.points[:, 0, 2] + 0.5 * depth
            there = mark.shown[:, 0]
            assert torch.equal(there, poses[:, index, 2] > 0.0)
            assert (curbs.heights_at(points)[there] >= top[there, None] - 1e-5).all()
            seen += int(there.sum())
    assert seen > NUM_ENVS


def test_what_is_hidden_is_redrawn_and_put_back(env: ManagerBasedRLEnv, curbs: mdp.Curbs) -> None:
    env.cfg.curb_share, share = 0.5, env.cfg.curb_share
    robot = env.scene["robot"]
    put(env, robot, height=0.288, x=1.0)
    obs, *_ = env.step(STILL)
    before, poses = obs["surroundings"].clone(), curbs.poses()
    joints = robot.data.joint_pos.torch.clone()
    with env.cfg.resampled_hidden_state(env) as redrawn:
        assert redrawn.any() and not redrawn.all()
        changed = env.observation_manager.compute_group("surroundings")
        moved = curbs.poses() != poses
        assert moved.any()
        assert torch.equal(joints, robot.data.joint_pos.torch)
    env.cfg.curb_share = share
    assert torch.equal(moved.any(dim=-1).any(dim=-1), redrawn)
    assert not moved[..., [0, 1, 3]].any()
    assert not (changed != before)[~redrawn].any() and (changed != before)[redrawn].any()
    assert torch.equal(env.observation_manager.compute_group("surroundings"), before)


def test_a_followed_command_is_a_success_and_standing_still_is_none(env: ManagerBasedRLEnv, curbs: mdp.Curbs) -> None:
    robot, command = env.scene["robot"], env.command_manager.get_term("base_velocity")
    put(env, robot, height=0.288)
    env.episode_length_buf[:] = env.max_episode_length - 10
    command.is_standing_env[: NUM_ENVS // 2] = True
    command.vel_command_b[: NUM_ENVS // 2] = 0.0
    for _ in range(10):
        assert not env.termination_manager.get_term("success").any()
        env.step(STILL)
    assert env.termination_manager.get_term("time_out").all()
    assert env.termination_manager.get_term("success").tolist() == [True] * (NUM_ENVS // 2) + [False] * (NUM_ENVS // 2)


def test_a_fall_ends_the_episode(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    pose = robot.data.root_link_pose_w.torch.clone()
    pose[:, 2] = env.scene.env_origins[:, 2] + 0.09
    pose[:, 3:] = torch.tensor([1.0, 0.0, 0.0, 0.0])  # on its back
    robot.write_root_pose_to_sim_index(root_pose=pose)
    env.step(STILL)
    assert env.termination_manager.get_term("tipped_over").all()
    assert not env.termination_manager.get_term("success").any()


def test_motors_are_commanded_in_unitree_s_order(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    action = STILL.clone()
    action[:, 2] = 0.5  # the calf of the right front leg
    put(env, robot, height=1.0)
    for _ in range(10):
        env.step(action)
    moved = (robot.data.joint_pos.torch - robot.data.default_joint_pos.torch)[0]
    assert robot.joint_names[int(moved.abs().argmax())] == QUADRUPED_JOINTS[2] == "FR_calf_joint"
    assert moved.max() > 0.05


def test_how_it_walks_is_measured(env: ManagerBasedRLEnv, robot: Articulation) -> None:
    command = env.command_manager.get_term("base_velocity")
    command.is_standing_env[:] = False
    command.vel_command_b[:] = torch.tensor([0.5, 0.0, 0.0])
    simulate(env, 1.0)
    standing, lift = env.cfg.step_metrics(env), env.reward_manager.get_term_cfg("foot_lift")
    assert lift.func(env, **lift.params).max() == 0.0
    assert standing["foot_clearance"].isnan().all()
    assert standing["cost_of_transport"].max() < 0.1 and standing["progress"].abs().max() < 0.2
    torch.testing.assert_close(standing["velocity_error"], torch.full((NUM_ENVS,), 0.5), atol=0.1, rtol=0.0)
    put(env, robot, height=1.288)
    robot.write_root_velocity_to_sim_index(root_velocity=torch.tensor([[0.25, 0, 0, 0, 0, 0]]).repeat(NUM_ENVS, 1))
    simulate(env, env.physics_dt)
    flying = env.cfg.step_metrics(env)
    torch.testing.assert_close(flying["foot_clearance"], torch.ones(NUM_ENVS), atol=0.01, rtol=0.0)
    assert lift.func(env, **lift.params).min() == 4.0
    torch.testing.assert_close(flying["progress"], torch.full((NUM_ENVS,), 0.5), atol=0.02, rtol=0.0)
    robot.write_joint_velocity_to_sim_index(velocity=torch.full((NUM_ENVS, 12), 3.0))
    robot.actuators.target_command.set_position_index(value=robot.data.joint_pos.torch + 0.5)
    simulate(env, env.physics_dt)
    assert env.cfg.step_metrics(env)["cost_of_transport"].min() > 0.5
    command.vel_command_b[:] = 0.0
    assert env.cfg.step_metrics(env)["cost_of_transport"].isnan().all()


def test_walks_are_drawn_from_the_side(env: ManagerBasedRLEnv, tmp_path: Path) -> None:
    env.cfg.episode_length_s, length = 0.4, env.cfg.episode_length_s
    wrapped = RslRlVecEnvWrapper(env)
    try:
        walks = record_episodes(wrapped, lambda obs: STILL, 2, seed=3)
    finally:
        env.cfg.episode_length_s = length
    for walk in walks:
        assert len(walk.trunk) == 5 and not walk.success
        hip, knee, foot = np.moveaxis(walk.legs, 2, 0)
        for upper, lower in ((hip, knee), (knee, foot)):
            assert 0.1 < np.linalg.norm(upper - lower, axis=-1).max() < 0.2131
        assert foot[..., 1].min() > 0.0 and np.ptp(walk.trunk[..., 0], axis=1).min() > 0.28
        assert walk.ground[..., 1].min() == 0.0 and len(walk.seen[0]) == len(AHEAD) * len(LEFT)
    draw_paths({"standing": walks, "again": walks}, tmp_path / "walks.png")
    animate_paths({"standing": walks}, tmp_path / "walks.gif", CONTROL_PERIOD)
    with Image.open(tmp_path / "walks.gif") as film:
        assert film.n_frames >= 5 and len(np.unique(np.asarray(film.convert("RGB")).reshape(-1, 3), axis=0)) > 10
