# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The obstacle flight in the real simulator: physics, what the camera sees and when it renders."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator

import gymnasium as gym
import pytest
import torch
from mujoco_twin import compare_worlds

from isaaclab.app import launch_simulation
from isaaclab.utils import replace
from isaaclab.utils.math import quat_from_euler_xyz
from isaaclab_rl.rsl_rl import RslRlVecEnvWrapper
from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_lab.alignment import PairCollector, find_onboard_camera
from tsra_tasks.obstacle_flight.mdp import CourseCommand, ThrustAndRatesAction
from tsra_tasks.obstacle_flight.obstacle_flight_env_cfg import CAMERA_RANGE, CONTROL_PERIOD, FIELD_OF_VIEW
from tsra_tasks.props import POST_HEIGHT, POST_RADIUS
from tsra_tasks.robots import make_quadrotor

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

TASK = "TSRA-ObstacleFlight-Quadrotor"
NUM_ENVS = 16
FAR = 50.0


@pytest.fixture(scope="module")
def env() -> Iterator[RslRlVecEnvWrapper]:
    """The flight on the CPU, with a camera without noise."""
    env_cfg, _ = resolve_task_config(TASK, None, overrides=[])
    env_cfg.evaluation_mode()
    env_cfg.observations.image.enable_corruption = False
    env_cfg.scene.num_envs = NUM_ENVS
    env_cfg.sim.device = "cpu"
    env_cfg.seed = 0
    with launch_simulation(env_cfg, argparse.Namespace(device="cpu")):
        env = gym.make(TASK, cfg=env_cfg)
        yield RslRlVecEnvWrapper(env)
        env.close()


def course_of(env: RslRlVecEnvWrapper) -> CourseCommand:
    """The course command of the environment."""
    return env.unwrapped.command_manager.get_term("course")


def place(
    env: RslRlVecEnvWrapper,
    position: tuple[float, float, float] = (0.0, 0.0, 1.5),
    yaw: float = 0.0,
    post: tuple[float, float] = (FAR, FAR),
) -> CourseCommand:
    """Reset, then put all quadrotors level and at rest at one place, with one post about and the others far away."""
    env.seed(0)
    env.reset()
    course = course_of(env)
    origins = env.unwrapped.scene.env_origins
    zero = torch.zeros(NUM_ENVS)
    pose = torch.cat(
        [origins + torch.tensor(position), quat_from_euler_xyz(zero, zero, torch.full((NUM_ENVS,), yaw))], dim=-1
    )
    course.robot.write_root_pose_to_sim_index(root_pose=pose)
    course.robot.write_root_velocity_to_sim_index(root_velocity=torch.zeros(NUM_ENVS, 6))
    course.posts[:] = FAR
    course.posts[:, 0] = torch.tensor(post)
    for index, asset in enumerate(course.post_assets):
        foot = torch.zeros(NUM_ENVS, 7)
        foot[:, 6] = 1.0
        foot[:, :3] = origins
        foot[:, :2] += course.posts[:, index]
        asset.write_root_pose_to_sim_index(root_pose=foot)
    course.previous_distance[:] = course.distance
    return course


def fly(env: RslRlVecEnvWrapper, action: tuple[float, float, float, float], seconds: float) -> None:
    """Command one action for a while."""
    for _ in range(round(seconds / CONTROL_PERIOD)):
        env.step(torch.tensor([action]).repeat(NUM_ENVS, 1))


def test_mass_and_inertia_are_those_of_the_script(env: RslRlVecEnvWrapper) -> None:
    data = course_of(env).robot.data
    assert data.body_mass.torch[0].item() == pytest.approx(make_quadrotor.MASS, rel=1e-5)
    inertia = data.body_inertia.torch[0].reshape(3, 3)
    torch.testing.assert_close(inertia, torch.diag(torch.tensor(make_quadrotor.INERTIA)), rtol=1e-4, atol=1e-9)


def test_no_action_hovers(env: RslRlVecEnvWrapper) -> None:
    course = place(env)
    fly(env, (0.0, 0.0, 0.0, 0.0), 2.0)
    torch.testing.assert_close(course.position, torch.tensor([[0.0, 0.0, 1.5]]).repeat(NUM_ENVS, 1), atol=2e-3, rtol=0)
    assert course.robot.data.root_com_ang_vel_b.torch.abs().max() < 1e-3


def test_without_thrust_it_falls_as_drag_lets_it(env: RslRlVecEnvWrapper) -> None:
    course = place(env, (0.0, 0.0, 2.0))
    action = env.unwrapped.action_manager.get_term("flight")
    dynamics = action.dynamics
    dynamics.motor_thrusts[:] = 0.0
    weight = dynamics.weight.clone()
    dynamics.weight[:] = 0.0  # no thrust is commanded
    steps = round(7 * CONTROL_PERIOD / env.unwrapped.physics_dt)
    fly(env, (0.0, 0.0, 0.0, 0.0), 7 * CONTROL_PERIOD)
    dynamics.weight[:] = weight
    rate = action.cfg.dynamics.drag[2] / make_quadrotor.MASS
    # m dv/dt = m g - c v from rest, in the simulator's steps
    speed = fallen = 0.0
    for _ in range(steps):
        speed += env.unwrapped.physics_dt * (9.81 - rate * speed)
        fallen += env.unwrapped.physics_dt * speed
    assert 2.0 - course.position[0, 2].item() == pytest.approx(fallen, abs=5e-4)


def test_a_command_arrives_late_by_the_latency_and_motors_hold_the_weight_before(
    env: RslRlVecEnvWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    cfg = replace(env.unwrapped.cfg.actions.flight, latency_steps=3)
    action = ThrustAndRatesAction(cfg, env.unwrapped)
    arrived = []
    wrench = action.dynamics.wrench
    monkeypatch.setattr(
        action.dynamics,
        "wrench",
        lambda thrust, *others: arrived.append(thrust / action.dynamics.weight) or wrench(thrust, *others),
    )

    def command(values: list[float]) -> list[list[float]]:
        arrived.clear()
        for value in values:
            action.process_actions(torch.tensor([[value, 0.0, 0.0, 0.0]]).repeat(NUM_ENVS, 1))
            action.apply_actions()
        return [[round((thrust[index].item() - 1.0) / cfg.thrust_scale, 4) for thrust in arrived] for index in (0, 1)]

    assert command([0.1, 0.2, 0.3, 0.4, 0.5]) == [[0.0, 0.0, 0.0, 0.1, 0.2]] * 2
    action.reset(torch.tensor([1]))
    assert command([0.1, 0.1, 0.1, 0.2]) == [[0.3, 0.4, 0.5, 0.1], [0.0, 0.0, 0.0, 0.1]]


def test_body_rates_follow_their_command(env: RslRlVecEnvWrapper) -> None:
    for axis, sign in ((0, 1.0), (1, -1.0), (2, 1.0)):
        course = place(env)
        action = [0.0, 0.0, 0.0, 0.0]
        action[1 + axis] = 0.25 * sign  # 0.5 rad/s
        fly(env, tuple(action), 0.4)
        rates = course.robot.data.root_com_ang_vel_b.torch[0]
        assert rates[axis].item() == pytest.approx(0.5 * sign, abs=0.06)
        assert rates.abs().sum() - rates[axis].abs() < 0.02


def test_thrust_is_bounded_by_the_motors(env: RslRlVecEnvWrapper) -> None:
    place(env)
    fly(env, (100.0, 0.0, 0.0, 0.0), 0.2)
    term = env.unwrapped.action_manager.get_term("flight")
    assert term.processed_actions[0, 0].item() == pytest.approx(1.8)
    assert (term.dynamics.motor_thrusts <= term.cfg.dynamics.max_motor_thrust).all()


def test_nose_down_flies_ahead(env: RslRlVecEnvWrapper) -> None:
    course = place(env, yaw=math.pi / 2)
    fly(env, (0.0, 0.0, 0.25, 0.0), 0.4)
    fly(env, (0.0, 0.0, 0.0, 0.0), 0.4)
    velocity = course.robot.data.root_link_lin_vel_w.torch[0]
    assert velocity[1] > 0.3 and abs(velocity[0]) < 0.05
    assert course.looks_where_it_flies()[0] > 0.9


@pytest.mark.parametrize("yaw", [0.0, 2.0])
def test_depth_is_the_distance_to_the_post(env: RslRlVecEnvWrapper, yaw: float) -> None:
    distance = 1.5
    post = (distance * math.cos(yaw), distance * math.sin(yaw))
    place(env, (0.0, 0.0, 1.2), yaw, post)
    obs, *_ = env.step(torch.zeros(NUM_ENVS, 4))
    image = obs["image"][0, 0] * CAMERA_RANGE
    height, width = image.shape
    # rays in the row of the horizon, in the plane of the post's circle: x ahead, y left, depth along x
    offset = env.unwrapped.cfg.scene.camera.offset.pos
    left = math.tan(0.5 * FIELD_OF_VIEW) * (1.0 - (2.0 * torch.arange(width) + 1.0) / width)
    centre = distance - offset[0]
    a, b, c = 1.0 + left.square(), -2.0 * centre, centre**2 - POST_RADIUS**2
    hit = b**2 - 4.0 * a * c
    expected = torch.where(hit > 0.0, (-b - hit.clamp(min=0.0).sqrt()) / (2.0 * a), torch.inf)
    seen = image[height // 2]
    sure = (hit.abs() / b**2 > 0.01) & (expected < CAMERA_RANGE)
    assert sure.sum() >= 4
    torch.testing.assert_close(seen[sure], expected[sure], atol=0.01, rtol=0)
    # beside the post, the horizon is as far as the camera sees
    assert seen[width // 2].item() < 1.5 and seen[torch.isinf(expected)].min() > 0.99 * CAMERA_RANGE


def test_the_camera_renders_only_when_switched_on(env: RslRlVecEnvWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    place(env, post=(1.5, 0.0))
    sensor = env.unwrapped.scene["camera"]
    renders = []
    renderer = sensor._renderer
    monkeypatch.setattr(renderer, "render", lambda *args, _render=renderer.render: (renders.append(1), _render(*args)))
    camera = find_onboard_camera(env)
    collector = PairCollector(["privileged", "image"], camera, render_interval=4)
    camera.switch(True)
    obs, *_ = env.step(torch.zeros(NUM_ENVS, 4))
    frames = camera.num_frames
    renders.clear()
    counted = 0
    for _ in range(8):
        counted += int(camera.fresh.sum())
        collector.add(obs)
        obs, *_ = env.step(torch.zeros(NUM_ENVS, 4))
    camera.switch(True)
    # the first sample was rendered before the loop; then the 4th and 8th step
    assert len(renders) == 2 and camera.num_frames - frames == 2 * NUM_ENVS
    assert counted == 2 * NUM_ENVS and len(collector.take()) == 2 * NUM_ENVS


def test_episodes_end_where_they_should(env: RslRlVecEnvWrapper) -> None:
    terms = env.unwrapped.termination_manager
    cases = {
        "collision": {"position": (0.0, 0.0, 1.2), "post": (0.29, 0.0)},
        "left_corridor": {"position": (0.0, 2.5, 1.2)},
        "success": {"position": (3.9, 0.0, 1.2)},
    }
    for name, where in cases.items():
        course = place(env, **where)
        course.goal[:] = torch.tensor([4.0, 0.0, 1.2])
        env.step(torch.zeros(NUM_ENVS, 4))
        assert terms.get_term(name).all(), name
        assert not any(terms.get_term(other).any() for other in cases if other != name)


def test_a_post_out_of_touch_does_not_end_the_episode(env: RslRlVecEnvWrapper) -> None:
    course = place(env, post=(0.32, 0.0))
    env.step(torch.zeros(NUM_ENVS, 4))
    assert not env.unwrapped.termination_manager.dones.any()
    assert course.clearance()[0, 0].item() == pytest.approx(0.02, abs=1e-3)


def test_posts_behind_are_redrawn_and_posts_ahead_are_not(env: RslRlVecEnvWrapper) -> None:
    course = place(env, post=(1.5, 0.0))
    course.posts[:, 1] = torch.tensor([-1.5, 0.0])
    before = course.posts.clone()
    with env.unwrapped.cfg.resampled_hidden_state(env.unwrapped) as redrawn:
        assert redrawn.any()
        assert torch.equal(course.posts[:, 0], before[:, 0])
        assert (course.posts[redrawn, 1] != before[redrawn, 1]).any(dim=-1).float().mean() > 0.9
        assert torch.equal(
            course.posts_in_view(FIELD_OF_VIEW, CAMERA_RANGE)[:, 1], torch.zeros(NUM_ENVS, dtype=torch.bool)
        )
    assert torch.equal(course.posts, before)


def test_spectators_are_shown_the_view_and_what_is_out_of_it(env: RslRlVecEnvWrapper) -> None:
    course = place(env, post=(1.5, 0.0))
    course.posts[:, 1] = torch.tensor([-1.5, 0.0])
    marks = env.unwrapped.cfg.overlay(env.unwrapped)
    camera, unseen = marks["camera"], marks["unseen_posts"]
    ahead = torch.tensor([1.5 - course.cfg.post_radius, 0.0, 1.5])
    assert torch.allclose(camera.ends[:, camera.ends.shape[1] // 2], ahead, atol=1e-4)
    assert not unseen.shown[:, 0].any() and unseen.shown[:, 1].all()
    assert torch.equal(unseen.points[..., :2], course.posts)
    assert unseen.points[..., 2].min() > POST_HEIGHT  # not within the posts


def test_mujoco_reads_and_moves_alike(env: RslRlVecEnvWrapper) -> None:
    env.seed(2)
    env.reset()
    generator = torch.Generator().manual_seed(0)

    def swerve() -> torch.Tensor:
        """About hover, with rates at random, as hard as the controller allows."""
        action = torch.randn(NUM_ENVS, 4, generator=generator)
        return action * torch.tensor([0.5, 1.0, 1.0, 1.0])

    found = compare_worlds(env, TASK, ["onboard", "image"], swerve, num_steps=60)
    assert "left_corridor" in found.outcomes
    depth = found.readings.pop("depth")
    assert (depth > 1e-3).mean() < 1e-3  # but for pixels on a silhouette
    for differences in (found.readings, found.states):
        for name, values in differences.items():
            assert values.max() < 1e-3, name


def test_the_first_image_of_an_episode_is_of_that_episode(env: RslRlVecEnvWrapper) -> None:
    """Episodes that begin within a step, too, not only after a reset of all."""
    place(env, (0.0, 0.0, 1.0), post=(2.0, 0.0))
    camera = env.unwrapped.scene["camera"]
    fly(env, (0.0, 0.0, 0.0, 0.0), CONTROL_PERIOD)
    env.unwrapped.episode_length_buf[: NUM_ENVS // 2] = env.unwrapped.max_episode_length
    obs, _, dones, _ = env.step(torch.zeros(NUM_ENVS, 4))
    assert dones[: NUM_ENVS // 2].all() and not dones[NUM_ENVS // 2 :].any()
    first = obs["image"].clone()
    assert (first[: NUM_ENVS // 2] - first[-1]).abs().amax(dim=(1, 2, 3)).min() > 0.1  # other posts, another view
    env.unwrapped.sim.forward()
    camera.update(0.0, force_recompute=True)
    again = (camera.data.output["distance_to_image_plane"].torch / CAMERA_RANGE).clamp(0.0, 1.0).permute(0, 3, 1, 2)
    torch.testing.assert_close(first, again, atol=1e-5, rtol=0)
