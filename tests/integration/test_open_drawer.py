# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The drawer task in the real simulator: the arm, the drawer, contact between them, and what the camera sees."""

from __future__ import annotations

import argparse
import itertools
import math
from collections.abc import Iterator

import gymnasium as gym
import numpy as np
import pytest
import torch
from mujoco_twin import Twin, compare_worlds, initial_state

import isaaclab.utils.math as math_utils
from isaaclab.app import launch_simulation
from isaaclab.assets import Articulation
from isaaclab.envs import ManagerBasedRLEnv
from isaaclab.managers import SceneEntityCfg
from isaaclab.utils import clone
from isaaclab_newton.physics import NewtonManager
from isaaclab_rl.rsl_rl import RslRlVecEnvWrapper
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_tasks.open_drawer import mdp
from tsra_tasks.open_drawer.camera import CAMERA_POSITION, FIELD_OF_VIEW, IMAGE_SIZE, MAX_DEPTH
from tsra_tasks.open_drawer.mdp.events import NEAR
from tsra_tasks.open_drawer.open_drawer_env_cfg import ARM_AND_CABINET, GRIPPER_OFFSET, HOOKED, SUCCESS_OPENING
from tsra_tasks.props.make_cabinet import BODY_SIZE, DRAWER_TRAVEL
from tsra_tasks.robots import panda
from tsra_tasks.robots.arm import ARM_JOINTS

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

TASK = "TSRA-OpenDrawer-Arm"
NUM_ENVS = 32


@pytest.fixture(scope="module")
def env() -> Iterator[ManagerBasedRLEnv]:
    """The task on the CPU, with its camera."""
    env_cfg, _ = resolve_task_config(TASK, None, overrides=[])
    env_cfg.evaluation_mode()
    env_cfg.scene.num_envs = NUM_ENVS
    env_cfg.sim.device = "cpu"
    env_cfg.observations.image.enable_corruption = False
    env_cfg.seed = 0
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg).unwrapped
        yield env
        env.close()


@pytest.fixture
def arm(env: ManagerBasedRLEnv) -> Articulation:
    """The arm at the start of an episode that depends on nothing before."""
    env.reset(seed=0)
    return env.scene["robot"]


@pytest.fixture
def cabinet(env: ManagerBasedRLEnv, arm: Articulation) -> Articulation:
    """The cabinet at the start of the same episode."""
    return env.scene["cabinet"]


def gripper(env: ManagerBasedRLEnv) -> torch.Tensor:
    """The gripper's point in the environment's frame."""
    hand = SceneEntityCfg("robot", body_names=["link7"])
    hand.resolve(env.scene)
    return mdp.point_on_body(env, hand, GRIPPER_OFFSET)


def handle(env: ManagerBasedRLEnv) -> tuple[torch.Tensor, torch.Tensor]:
    """The handle's position in the environment's frame and rotation matrix."""
    body = SceneEntityCfg("cabinet", body_names=["handle"])
    body.resolve(env.scene)
    return mdp.body_pose(env, body)


def opening(cabinet: Articulation) -> torch.Tensor:
    """How far the drawers are open."""
    (drawer,), _ = cabinet.find_joints("drawer")
    return cabinet.data.joint_pos.torch[:, drawer].clone()


def simulate(env: ManagerBasedRLEnv, seconds: float) -> None:
    """Step the physics alone: no actions, no resets."""
    for _ in range(round(seconds / env.physics_dt)):
        env.scene.write_data_to_sim()
        env.sim.step(render=False)
        env.scene.update(env.physics_dt)


def put_cabinet_away(cabinet: Articulation) -> None:
    """Move the cabinet out of the arm's reach."""
    pose = cabinet.data.root_link_pose_w.torch.clone()
    pose[:, 2] -= 5.0
    cabinet.write_root_pose_to_sim_index(root_pose=pose)


def num_contacts() -> int:
    """Contacts that the solver found in its last step, in all environments."""
    return int(NewtonManager._solver.mjw_data.nacon.numpy()[0])


def contact_distances() -> np.ndarray:
    """Distances of the contacts that the solver found in its last step [m]; negative where bodies overlap."""
    return NewtonManager._solver.mjw_data.contact.dist.numpy()[: num_contacts()]


REACHING = 45
"""Steps that the gripper needs to the handle."""


def towards_handle(env: ManagerBasedRLEnv, height: float, step: int) -> torch.Tensor:
    """Actions that bring the gripper to the handle from above, as far as a height over where it hooks the bar."""
    position, rotation = handle(env)
    error = position + rotation @ torch.tensor(HOOKED) - gripper(env)
    above = error[:, :2].norm(dim=-1) > 0.015
    error[:, 2] += torch.where(above | (step < 15), max(height, 0.08), height)
    return torch.cat([(50.0 * error).clamp(-1.0, 1.0), torch.zeros(NUM_ENVS, 1)], dim=-1)


def move_to_handle(env: ManagerBasedRLEnv, height: float) -> None:
    """Bring the gripper to the handle."""
    for step in range(REACHING):
        env.step(towards_handle(env, height, step))


def out_of_the_front(env: ManagerBasedRLEnv) -> torch.Tensor:
    """Actions that move the gripper out of the cabinet's front."""
    _, rotation = handle(env)
    return torch.cat([rotation[:, :, 0], torch.zeros(NUM_ENVS, 1)], dim=-1)


def pull(env: ManagerBasedRLEnv, steps: int) -> torch.Tensor:
    """Move the gripper out of the cabinet's front; returns which environments succeeded on the way."""
    success = torch.zeros(NUM_ENVS, dtype=torch.bool)
    for _ in range(steps):
        success |= env.step(out_of_the_front(env) * ~success[:, None])[2]
    return success


def test_the_flange_is_where_the_published_parameters_put_it(env: ManagerBasedRLEnv, arm: Articulation) -> None:
    limits = torch.tensor(panda.POSITION_LIMITS)
    joints, _ = arm.find_joints(ARM_JOINTS, preserve_order=True)
    positions = arm.data.joint_pos.torch.clone()
    positions[:, joints] = limits[:, 0] + (limits[:, 1] - limits[:, 0]) * torch.rand(NUM_ENVS, panda.NUM_JOINTS)
    arm.write_joint_position_to_sim_index(position=positions)
    pose = torch.eye(4).repeat(NUM_ENVS, 1, 1)
    for (a, d, alpha), joint in zip(panda.DH_PARAMETERS, joints, strict=True):
        theta, zero, one = positions[:, joint], torch.zeros(NUM_ENVS), torch.ones(NUM_ENVS)
        ct, st, ca, sa = theta.cos(), theta.sin(), math.cos(alpha), math.sin(alpha)
        rows = [ct, -st, zero, a * one, st * ca, ct * ca, -sa * one, -d * sa * one]
        rows += [st * sa, ct * sa, ca * one, d * ca * one, zero, zero, zero, one]
        pose = pose @ torch.stack(rows, dim=-1).view(NUM_ENVS, 4, 4)
    body = arm.body_names.index("link7")
    position = arm.data.body_link_pos_w.torch[:, body] - env.scene.env_origins
    rotation = math_utils.matrix_from_quat(arm.data.body_link_quat_w.torch[:, body])
    torch.testing.assert_close(position, pose[:, :3, 3], atol=1e-4, rtol=0.0)
    torch.testing.assert_close(rotation, pose[:, :3, :3], atol=1e-4, rtol=0.0)


@pytest.mark.parametrize("side", [0, 1])
def test_joint_limits_hold(env: ManagerBasedRLEnv, arm: Articulation, cabinet: Articulation, side: int) -> None:
    put_cabinet_away(cabinet)
    joints, _ = arm.find_joints(ARM_JOINTS, preserve_order=True)
    limits = torch.tensor(panda.POSITION_LIMITS)[:, side]
    outward = 1.0 if side else -1.0
    start, beyond = ((limits + outward * offset).repeat(NUM_ENVS, 1) for offset in (-0.1, 0.04))
    arm.write_joint_position_to_sim_index(position=start, joint_ids=joints)
    arm.set_joint_position_target_index(target=beyond, joint_ids=joints)
    simulate(env, 1.0)
    past = outward * (arm.data.joint_pos.torch[:, joints] - limits)
    assert past.max().item() < 0.02  # limits are soft: without them it would be the 0.04 of the target
    assert past.min().item() > -0.01  # every joint got there


def test_the_drawer_stays_where_it_is_left_and_moves_against_friction_alone(
    env: ManagerBasedRLEnv, cabinet: Articulation
) -> None:
    (drawer,), _ = cabinet.find_joints("drawer")
    moved = {}
    for force in (0.0, 4.0, 7.0):
        env.reset(seed=0)
        start = torch.full((NUM_ENVS, 1), 0.1)
        cabinet.write_joint_position_to_sim_index(position=start, joint_ids=[drawer])
        cabinet.set_joint_effort_target_index(target=torch.full((NUM_ENVS, 1), force), joint_ids=[drawer])
        simulate(env, 0.5)
        moved[force] = (opening(cabinet) - 0.1).max().item()
    cabinet.set_joint_effort_target_index(target=torch.zeros(NUM_ENVS, 1), joint_ids=[drawer])
    assert abs(moved[0.0]) < 1e-4
    assert moved[4.0] < 5e-3  # friction of 5 N holds it, softly
    assert moved[7.0] > 0.05
    assert (opening(cabinet) <= DRAWER_TRAVEL + 0.005).all()


def test_nothing_touches_at_the_start(env: ManagerBasedRLEnv) -> None:
    for seed in range(8):
        env.reset(seed=seed)
        simulate(env, env.physics_dt)
        assert num_contacts() == 0


def test_the_arm_holds_still_without_actions(env: ManagerBasedRLEnv, arm: Articulation, cabinet: Articulation) -> None:
    for _ in range(20):  # at first it straightens up: the gripper comes to point down
        env.step(torch.zeros(NUM_ENVS, 4))
    start = gripper(env)
    for _ in range(20):
        env.step(torch.zeros(NUM_ENVS, 4))
    assert (gripper(env) - start).norm(dim=-1).max().item() < 0.002
    assert arm.data.joint_vel.torch.abs().max().item() < 0.02
    assert opening(cabinet).abs().max().item() < 1e-4


def test_actions_move_the_gripper_along_the_axes(env: ManagerBasedRLEnv, arm: Articulation) -> None:
    for axis in range(3):
        env.reset(seed=0)
        env.step(torch.zeros(NUM_ENVS, 4))
        start = gripper(env)
        action = torch.zeros(NUM_ENVS, 4)
        action[:, axis] = -0.5 if axis == 0 else 0.5
        for _ in range(8):
            env.step(action)
        motion = gripper(env) - start
        along = motion[:, axis] * action[:, axis].sign()
        assert along.min().item() > 0.03
        motion[:, axis] = 0.0
        assert motion.norm(dim=-1).max().item() < 0.012


def test_resets_vary_cabinet_and_handle(env: ManagerBasedRLEnv) -> None:
    ranges = env.cfg.events.place_cabinet.params
    draws = []
    for seed in (1, 2):
        env.reset(seed=seed)
        cabinet = env.scene["cabinet"]
        position = cabinet.data.root_link_pos_w.torch - env.scene.env_origins
        (mount,), _ = cabinet.find_joints("handle")
        draws.append(torch.cat([position, cabinet.data.joint_pos.torch[:, [mount]]], dim=-1))
    assert (draws[0] != draws[1]).all()
    draws = torch.cat(draws)
    for values, name in zip(draws.T, ("x", "y", "z", "handle"), strict=True):
        lower, upper = ranges[name]
        assert lower - 1e-5 <= values.min().item() and values.max().item() <= upper + 1e-5
        assert values.max().item() - values.min().item() > 0.7 * (upper - lower)


def test_the_handle_stays_where_it_is_mounted(env: ManagerBasedRLEnv, cabinet: Articulation) -> None:
    (mount,), _ = cabinet.find_joints("handle")
    start = cabinet.data.joint_pos.torch[:, mount].clone()
    move_to_handle(env, 0.0)
    pull(env, 10)
    assert opening(cabinet).min().item() > 0.01
    torch.testing.assert_close(cabinet.data.joint_pos.torch[:, mount], start, atol=2e-3, rtol=0.0)


def test_a_hooked_bar_opens_the_drawer(env: ManagerBasedRLEnv, cabinet: Articulation) -> None:
    move_to_handle(env, 0.0)
    assert opening(cabinet).max().item() < 0.01
    assert pull(env, 35).all()


def test_training_starts_at_the_handle_too_and_evaluation_does_not(env: ManagerBasedRLEnv) -> None:
    reset = env.event_manager.get_term_cfg("reset_arm").params
    assert reset["near_fraction"] == 0.0
    reset["near_fraction"] = 1.0
    env.reset(seed=0)
    reset["near_fraction"] = 0.0
    position, rotation = handle(env)
    place = (rotation.mT @ (gripper(env) - position).unsqueeze(-1)).squeeze(-1) - torch.tensor(HOOKED)
    # on a way from above, the more aside the higher
    aside, above, turned = NEAR
    assert -1e-4 <= place[:, 2].min().item() < 0.02 and 0.06 < place[:, 2].max().item() < above + 1e-4
    assert (place[:, :2].abs() <= aside / above * place[:, 2:] + 1e-4).all()
    hand = env.scene["robot"].data.body_link_quat_w.torch[:, env.scene["robot"].body_names.index("link7")]
    opening_axis = math_utils.quat_apply(hand, torch.tensor(ARM_AND_CABINET.opening).expand(NUM_ENVS, 3))
    towards_cabinet = -(opening_axis * rotation[:, :, 0]).sum(dim=-1) / panda.FINGER_TRAVEL
    assert (towards_cabinet > math.cos(turned + 1e-3)).all()
    simulate(env, env.physics_dt)
    assert contact_distances().min().item() > -1e-3
    hooked = place[:, 2] < 0.01
    assert hooked.any() and pull(env, 35)[hooked].all()


def test_pulling_above_the_bar_opens_nothing(env: ManagerBasedRLEnv, cabinet: Articulation) -> None:
    move_to_handle(env, 0.06)
    pull(env, 35)
    assert opening(cabinet).max().item() < 1e-3


def test_success_is_a_drawer_that_is_open_far_enough(env: ManagerBasedRLEnv, cabinet: Articulation) -> None:
    (drawer,), _ = cabinet.find_joints("drawer")
    positions = torch.full((NUM_ENVS, 1), SUCCESS_OPENING - 0.01)
    positions[::2] += 0.02
    cabinet.write_joint_position_to_sim_index(position=positions, joint_ids=[drawer])
    _, rewards, terminated, _, _ = env.step(torch.zeros(NUM_ENVS, 4))
    assert terminated[::2].all() and not terminated[1::2].any()
    assert rewards[::2].min().item() > 1.5
    assert rewards[1::2].max().item() < 0.1


def test_depth_is_the_distance_to_floor_and_cabinet(env: ManagerBasedRLEnv, cabinet: Articulation) -> None:
    image = env.observation_manager.compute_group("image")
    assert image.shape == (NUM_ENVS, 1, IMAGE_SIZE, IMAGE_SIZE)
    assert image.min().item() > 0.0 and image.max().item() <= 1.0
    depth = image[:, 0] * MAX_DEPTH
    # rays through the middles of the pixels, of unit depth, in the camera's frame: x ahead, y left, z up
    offsets = (0.5 * IMAGE_SIZE - 0.5 - torch.arange(IMAGE_SIZE)) * 2.0 * math.tan(0.5 * FIELD_OF_VIEW) / IMAGE_SIZE
    left, up = offsets[None, :], offsets[:, None]
    rays = torch.stack(torch.broadcast_tensors(torch.ones(1, 1), left, up), dim=-1)
    rotation = math_utils.matrix_from_quat(torch.tensor([env.cfg.scene.camera.offset.rot]))[0]
    rays = rays @ rotation.T
    eye = torch.tensor(CAMERA_POSITION)

    root = cabinet.data.root_link_pos_w.torch - env.scene.env_origins
    frame = math_utils.matrix_from_quat(cabinet.data.root_link_quat_w.torch)
    top = (root[:, 2] + BODY_SIZE[2] - eye[2])[:, None, None] / rays[..., 2]
    hits = eye + top[..., None] * rays - root[:, None, None]
    hits = torch.einsum("nij,nhwi->nhwj", frame, hits)
    margin = 0.03
    inside = (hits[..., 0] < -margin) & (hits[..., 0] > margin - BODY_SIZE[0])
    inside &= hits[..., 1].abs() < 0.5 * BODY_SIZE[1] - margin
    assert inside.sum().item() > 50 * NUM_ENVS
    clear = inside & (depth > top - 0.1)  # but for the arm
    assert clear.sum().item() > 0.9 * inside.sum().item()
    torch.testing.assert_close(depth[clear], top[clear], atol=3e-3, rtol=0.0)

    floor = (-0.001 - eye[2]) / rays[..., 2]
    nearest_row = depth[:, -1, : IMAGE_SIZE // 4]  # nothing stands between the camera and this part of the floor
    expected = floor[-1, : IMAGE_SIZE // 4].clamp(max=MAX_DEPTH).expand_as(nearest_row)
    torch.testing.assert_close(nearest_row, expected, atol=3e-3, rtol=0.0)


def test_an_arm_above_the_handle_hides_it(env: ManagerBasedRLEnv, arm: Articulation) -> None:
    hidden = env.cfg.step_metrics(env)["handle_hidden"]
    assert hidden.shape == (NUM_ENVS,) and hidden.mean().item() < 0.1
    move_to_handle(env, 0.0)
    assert env.cfg.step_metrics(env)["handle_hidden"].mean().item() > 0.4


def test_spectators_are_shown_what_of_the_bar_the_camera_sees(env: ManagerBasedRLEnv, arm: Articulation) -> None:
    move_to_handle(env, 0.0)
    marks, bar = env.cfg.overlay(env), torch.tensor(ARM_AND_CABINET.bar_points)
    sight, hidden = marks["sight"], marks["hidden_bar"]
    position, rotation = handle(env)
    places = position[:, None] + (rotation[:, None] @ bar.unsqueeze(-1)).squeeze(-1)
    for found in (sight.ends, hidden.points):
        torch.testing.assert_close(found, places, atol=1e-5, rtol=0.0)
    assert torch.equal(sight.points, torch.tensor(CAMERA_POSITION).expand_as(places))
    assert torch.equal(sight.shown, ~hidden.shown) and sight.shown.any() and hidden.shown.any()
    # a point is hidden where something else is nearer to the camera: its pixel tells
    depth = env.observation_manager.compute_group("image")[:, 0] * MAX_DEPTH
    view = math_utils.matrix_from_quat(torch.tensor([env.cfg.scene.camera.offset.rot]))[0]
    ahead, left, up = ((places - torch.tensor(CAMERA_POSITION)) @ view).unbind(dim=-1)
    scale = 0.5 * IMAGE_SIZE / math.tan(0.5 * FIELD_OF_VIEW)
    row, column = (
        (0.5 * IMAGE_SIZE - scale * way / ahead).floor().long().clamp(0, IMAGE_SIZE - 1) for way in (up, left)
    )
    nearer = depth[torch.arange(NUM_ENVS)[:, None], row, column] < ahead - 0.05
    assert (nearer == hidden.shown).float().mean().item() > 0.8


def test_mujoco_reads_and_moves_alike(env: ManagerBasedRLEnv) -> None:
    wrapped = RslRlVecEnvWrapper(env)
    env.reset(seed=2)
    steps = itertools.count()
    act = lambda: towards_handle(env, 0.0, next(steps))  # noqa: E731
    found = compare_worlds(wrapped, TASK, ["onboard", "image"], act, num_steps=REACHING, num_compared=4)
    depth = found.readings.pop("depth")
    assert (depth > 1e-3).mean() < 1e-3  # but for pixels on a silhouette
    for differences in (found.readings, found.states):
        for name, values in differences.items():
            assert values.max() < (3e-3 if name.endswith("vel") else 3e-4), name


def test_mujoco_opens_the_drawer_by_the_same_actions(env: ManagerBasedRLEnv, cabinet: Articulation) -> None:
    """Open loop, through contact."""
    twin = Twin(RslRlVecEnvWrapper(env), TASK, ["onboard", "image"])
    env.reset(seed=2)
    start, actions, grippers, openings = initial_state(env), [], [], []
    for step in range(REACHING + 15):
        actions.append(towards_handle(env, 0.0, step) if step < REACHING else out_of_the_front(env))
        env.step(actions[-1])
        grippers.append(gripper(env).numpy())
        openings.append(opening(cabinet).numpy())
    assert openings[-1].min() > 0.1
    for index in range(8):
        twin.world.reset({name: values[index] for name, values in start.items()})
        for action, expected_gripper, expected_opening in zip(actions, grippers, openings, strict=True):
            twin.step(action[index])
            np.testing.assert_allclose(twin.world.gripper, expected_gripper[index], atol=1e-3)
            np.testing.assert_allclose(twin.world.state()["cabinet_joint_pos"][0], expected_opening[index], atol=1e-3)


def test_an_unknown_redundant_joint_is_refused(env: ManagerBasedRLEnv) -> None:
    cfg = clone(env.cfg.actions.gripper)
    cfg.redundant_joint = "elbow"
    with pytest.raises(ValueError, match="redundant joint 'elbow'"):
        mdp.GripperIncrementAction(cfg, env)
