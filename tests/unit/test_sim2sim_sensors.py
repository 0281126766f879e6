# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Rays, cameras, noise and flight dynamics of the MuJoCo side."""

from __future__ import annotations

import math

import mujoco
import numpy as np
import pytest
import torch
from sim2sim_files import make_contract, make_env_cfg

from tsra_sim2sim import SensorNoise
from tsra_sim2sim.quadrotor_dynamics import QuadrotorDynamics
from tsra_sim2sim.rays import DepthCamera, cast_rays, fan
from tsra_sim2sim.rotations import rotation_matrix, to_mujoco
from tsra_tasks import robots

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SCENE = """
<mujoco>
  <worldbody>
    <body name="seen" pos="2 0 0">
      <geom type="box" size="0.1 0.1 0.1"/>
      <geom type="box" pos="0 1 0" size="0.1 0.1 0.1" contype="0" conaffinity="0"/>
    </body>
    <body name="wall" pos="3 0 0"><geom type="box" size="0.1 5 5"/></body>
  </worldbody>
</mujoco>
"""
"""A small box, one beside it that is only seen, and a wall behind."""


@pytest.fixture
def scene() -> tuple[mujoco.MjModel, mujoco.MjData]:
    model = mujoco.MjModel.from_xml_string(SCENE)
    data = mujoco.MjData(model)
    mujoco.mj_kinematics(model, data)
    return model, data


def camera_cfg(width: int, height: int, far: float) -> dict:
    """A camera of 90 degrees."""
    spawn = {"focal_length": 10.0, "horizontal_aperture": 20.0, "clipping_range": [0.01, far]}
    return {"width": width, "height": height, "spawn": spawn}


def test_rays_meet_what_collides_and_what_is_only_seen(scene) -> None:
    angles = [0.0, math.atan(0.5), math.pi]
    distances = cast_rays(*scene, np.zeros(3), fan(angles, 0.0), ignored_body=-1)
    assert distances == pytest.approx([1.9, 1.9 * math.hypot(1.0, 0.5), math.inf])
    turned = cast_rays(*scene, np.zeros(3), fan([0.0], math.atan(0.5)), ignored_body=-1)
    assert turned == pytest.approx(distances[1:2])


def test_an_ignored_body_is_not_met(scene) -> None:
    model, _ = scene
    seen = model.body("seen").id
    assert cast_rays(*scene, np.zeros(3), fan([0.0], 0.0), ignored_body=seen) == pytest.approx([2.9])


def test_depth_counts_along_the_axis_and_the_far_end_along_the_ray(scene) -> None:
    camera = DepthCamera(camera_cfg(4, 2, far=3.0), max_range=4.0)
    image = camera.render(*scene, np.zeros(3), np.eye(3))
    assert image.shape == (1, 2, 4)
    # columns at slopes of 0.75, 0.25, -0.25, -0.75, rows at 0.25 and -0.25: at 2.9 m along the axis stands the wall
    assert (2.9 * np.linalg.norm([1.0, 0.25, 0.25])) > 3.0
    np.testing.assert_allclose(image, 1.0)
    wide = DepthCamera(camera_cfg(4, 2, far=3.5), max_range=4.0).render(*scene, np.zeros(3), np.eye(3))
    np.testing.assert_allclose(wide[0, :, 1:3], 2.9 / 4.0)
    np.testing.assert_allclose(wide[0, :, [0, 3]], 1.0)


def test_the_image_is_upright_and_not_mirrored(scene) -> None:
    """From below and right of the box, it appears above and left; the camera is turned with its robot."""
    camera = DepthCamera(camera_cfg(20, 20, far=10.0), max_range=2.5)
    model, _ = scene
    model.geom_pos[1] = 0.0  # no second box
    image = camera.render(*scene, np.array([0.0, -0.5, -0.5]), np.eye(3), ignored_body=model.body("wall").id)
    rows, columns = np.nonzero(image[0] < 1.0)
    assert rows.max() < 10 and columns.max() < 10
    rolled = rotation_matrix(to_mujoco(np.array([math.sin(math.pi / 4), 0.0, 0.0, math.cos(math.pi / 4)])))
    image = camera.render(*scene, np.array([0.0, -0.5, -0.5]), rolled, ignored_body=model.body("wall").id)
    rows, columns = np.nonzero(image[0] < 1.0)
    assert rows.min() >= 10 or columns.min() >= 10


def test_flight_dynamics_are_those_of_the_task() -> None:
    cfg = robots.QuadrotorDynamicsCfg()
    inertia, weight = np.array([1.657e-5, 1.666e-5, 2.926e-5]), 0.028 * 9.81
    ours = QuadrotorDynamics(cfg.to_dict(), inertia, weight)
    theirs = robots.QuadrotorDynamics(cfg, torch.tensor(inertia)[None].float(), torch.tensor([weight]).float())
    random = np.random.default_rng(0)
    saturated = 0
    for _ in range(50):
        thrust = weight * random.uniform(0.0, 2.5)
        rates, velocity, body_rates = random.normal(size=(3, 3)) * np.array([[4.0], [2.0], [4.0]])
        force, torque = ours.wrench(thrust, rates, velocity, body_rates, 0.02)
        arguments = [torch.tensor(x, dtype=torch.float32)[None] for x in (thrust, rates, velocity, body_rates)]
        expected_force, expected_torque = theirs.wrench(*arguments, 0.02)
        np.testing.assert_allclose(force, expected_force[0].numpy(), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(torque, expected_torque[0].numpy(), rtol=1e-3, atol=1e-8)
        np.testing.assert_allclose(ours.motor_thrusts, theirs.motor_thrusts[0].numpy(), rtol=1e-4, atol=1e-7)
        saturated += (ours.motor_thrusts < 0.01).any() or (ours.motor_thrusts > 0.1).any()
    assert saturated > 10


def test_noise_is_that_of_the_configuration() -> None:
    task = "TSRA-ObstacleFlight-Quadrotor"
    env_cfg = make_env_cfg(task)
    noise = SensorNoise(make_contract(task), env_cfg, seed=0)
    readings = {"attitude": np.zeros(3), "depth": np.full((1, 24, 32), 0.5)}
    terms = {"body_rates": 3, "velocity": 3, "goal": 3, "altitude": 1, "lateral_position": 1}
    readings |= {name: np.zeros(size) for name, size in terms.items()}
    draws = [noise(readings) for _ in range(400)]
    assert np.std([draw["attitude"] for draw in draws]) == pytest.approx(0.02, rel=0.1)
    assert np.std([draw["goal"] for draw in draws]) == pytest.approx(0.05, rel=0.1)
    depth = np.array([draw["depth"] for draw in draws])
    lost = depth == 1.0
    assert lost.mean() == pytest.approx(0.01, rel=0.1)
    assert np.std(depth[~lost]) == pytest.approx(0.5 * 0.02, rel=0.05)
    assert not readings["attitude"].any()  # the readings themselves stay


def test_noise_that_is_switched_off_or_unknown() -> None:
    task = "TSRA-ColorMaze-Rover"
    env_cfg = make_env_cfg(task)
    env_cfg["observations"]["onboard"]["enable_corruption"] = False
    reading = {"odometry": np.ones(2)}
    assert SensorNoise(make_contract(task), env_cfg, seed=0)(reading)["odometry"].tolist() == [1.0, 1.0]
    env_cfg = make_env_cfg(task)
    env_cfg["observations"]["onboard"]["goal"]["noise"]["func"] = "somewhere:pink_noise"
    with pytest.raises(ValueError, match="'pink_noise' .* of observation 'goal'"):
        SensorNoise(make_contract(task), env_cfg, seed=0)
