# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The onboard image as an observation term: when it renders, how old it is, and what corrupts it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from isaaclab.managers import SceneEntityCfg

from tsra_tasks.shared.depth_image import DepthImage
from tsra_tasks.shared.image_noise import ImageNoiseCfg

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

NUM_ENVS, SIZE, MAX_RANGE = 3, (2, 4), 5.0


class CountingCamera:
    """Sees its own count of images everywhere [m], and notes how often it is read."""

    image_shape = SIZE

    def __init__(self) -> None:
        self.reads = 0
        self.depth = 0.0

    @property
    def data(self) -> SimpleNamespace:
        self.reads += 1
        depth = torch.full((NUM_ENVS, *SIZE, 1), self.depth)
        return SimpleNamespace(output={"distance_to_image_plane": SimpleNamespace(torch=depth)})


class Flight:
    """An environment with a camera, which shows the number of the step as depth."""

    def __init__(self, latency: tuple[int, int] = (0, 0), delay_max_lag: int = 0) -> None:
        self.camera = CountingCamera()
        self.env = SimpleNamespace(
            num_envs=NUM_ENVS,
            device="cpu",
            scene={"camera": self.camera},
            common_step_counter=0,
            sim=SimpleNamespace(forward=lambda: None),
        )
        params = {"sensor_cfg": SceneEntityCfg("camera"), "max_range": MAX_RANGE, "latency_steps": latency}
        self.params = params
        self.term = DepthImage(SimpleNamespace(params=params, delay_max_lag=delay_max_lag), self.env)
        self.term.reset()

    def step(self) -> torch.Tensor:
        """Advance by a step; returns what each environment's image shows [m]."""
        self.env.common_step_counter += 1
        self.camera.depth = float(self.env.common_step_counter)
        return self.read()

    def read(self) -> torch.Tensor:
        return MAX_RANGE * self.term(self.env, **self.params)[:, 0, 0, 0]


def test_the_image_is_depth_over_range_and_channels_come_first() -> None:
    flight = Flight()
    assert flight.term(flight.env, **flight.params).shape == (NUM_ENVS, 1, *SIZE)
    assert [flight.step()[0].item() for _ in range(7)] == pytest.approx([1.0, 2.0, 3.0, 4.0, 5.0, 5.0, 5.0])


def test_switched_off_it_reads_nothing_and_repeats_the_last_image() -> None:
    flight = Flight()
    flight.step()
    flight.term.switch(False)
    reads = flight.camera.reads
    assert [flight.step()[0].item() for _ in range(3)] == pytest.approx([1.0] * 3)
    assert flight.camera.reads == reads and not flight.term.fresh.any()
    flight.term.switch(True)
    assert flight.step()[0].item() == pytest.approx(5.0) and flight.term.fresh.all()


def test_frames_are_counted_once_a_step() -> None:
    flight = Flight()
    for _ in range(3):
        flight.step()
        flight.read()
    assert flight.term.num_frames == 3 * NUM_ENVS


def test_latency_is_an_age_in_steps_that_reading_twice_does_not_change() -> None:
    flight = Flight(latency=(2, 2))
    shown = []
    for _ in range(4):
        shown.append(flight.step()[0].item())
        assert flight.read()[0].item() == pytest.approx(shown[-1])
    # the oldest there is, until there are enough
    assert shown == pytest.approx([1.0, 1.0, 1.0, 2.0])


def test_latency_is_drawn_for_each_episode() -> None:
    flight = Flight(latency=(0, 2))
    torch.manual_seed(0)
    ages = set()
    for _ in range(30):
        flight.term.reset(torch.tensor([0]))
        flight.env.common_step_counter = 0
        ages.add(round(3.0 - [flight.step() for _ in range(3)][-1][0].item()))
    assert ages == {0, 1, 2}


def test_a_late_image_is_fresh_if_it_was_rendered_when_it_was_taken() -> None:
    flight = Flight(latency=(1, 1))
    fresh = []
    for on in (True, False, False, True, False):
        flight.term.switch(on)
        flight.step()
        fresh.append(flight.term.fresh.all().item())
    assert fresh == [True, True, False, False, True]


@pytest.mark.parametrize("latency", [(-1, 0), (2, 1)])
def test_a_latency_that_is_no_range_is_refused(latency: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="latency_steps must be a range"):
        Flight(latency)


def test_isaac_lab_s_own_delay_is_refused() -> None:
    with pytest.raises(ValueError, match="latency_steps"):
        Flight(delay_max_lag=2)


def test_noise_grows_with_depth_and_pixels_drop_out_as_often_as_asked() -> None:
    torch.manual_seed(0)
    cfg = ImageNoiseCfg(relative_std=0.05, dropout_probability=0.1, dropout_value=1.0)
    for depth in (0.2, 0.6):
        image = torch.full((50, 1, 20, 20), depth)
        noisy = cfg.func(image, cfg)
        dropped = noisy == 1.0
        assert dropped.float().mean().item() == pytest.approx(0.1, abs=0.01)
        assert noisy[~dropped].mean().item() == pytest.approx(depth, abs=1e-3)
        assert noisy[~dropped].std().item() == pytest.approx(0.05 * depth, rel=0.05)
    assert torch.equal(image, torch.full_like(image, 0.6))  # noise must not change what it is given
