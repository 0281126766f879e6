# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the runtime remembers from call to call: histories and the last action."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_file import describe_action, describe_vector, load_vector
from tiny_student import describe_term

from tsra_deploy import ObservationError, Policy

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


@pytest.fixture
def stacked(tmp_path: Path) -> Policy:
    """Three samples of two elements, and two samples of one, after which comes a term without history."""
    terms = [
        describe_term("gyro", "imu", [2], history_length=3),
        describe_term("speed", "imu", [1], 10.0, [-1.0, 1.0], history_length=2),
        describe_term("goal", "imu", [1]),
    ]
    return load_vector(tmp_path, describe_vector(terms, 9))


def reading(step: float) -> dict[str, np.ndarray]:
    return {"gyro": np.array([step, -step]), "speed": np.array([0.1 * step]), "goal": np.array([7.0])}


def test_the_first_moment_fills_the_history(stacked: Policy) -> None:
    assert stacked.act(reading(1)) == pytest.approx([1, -1, 1, -1, 1, -1, 1, 1, 7])


def test_moments_are_kept_from_oldest_to_newest_for_each_term(stacked: Policy) -> None:
    """Term by term, as Isaac Lab flattens it; clip and scale come before."""
    for step in range(1, 5):
        targets = stacked.act(reading(step))
    assert targets == pytest.approx([2, -2, 3, -3, 4, -4, 3, 4, 7])
    for step in (5, 20):
        targets = stacked.act(reading(step))
    assert targets[6:8] == pytest.approx([5.0, 10.0])


def test_a_reset_forgets_the_history(stacked: Policy) -> None:
    stacked.act(reading(1))
    stacked.reset()
    assert stacked.act(reading(2)) == pytest.approx([2, -2, 2, -2, 2, -2, 2, 2, 7])


def test_one_robot_of_a_batch_forgets_and_the_others_do_not(stacked: Policy) -> None:
    def batch(step: float) -> dict[str, np.ndarray]:
        return {name: np.stack([array, array]) for name, array in reading(step).items()}

    stacked.act(batch(1))
    stacked.reset(np.array([True, False]))
    targets = stacked.act(batch(2))
    assert targets[0] == pytest.approx([2, -2, 2, -2, 2, -2, 2, 2, 7])
    assert targets[1] == pytest.approx([1, -1, 1, -1, 2, -2, 1, 2, 7])


def test_a_history_by_time_lies_sample_by_sample(tmp_path: Path) -> None:
    """All terms of its group for each sample; the groups around it have their own histories."""
    by_time = {"history_length": 2, "history_order": "time"}
    terms = [
        describe_term("goal", "command", [1], history_length=2),
        describe_term("gyro", "imu", [2], **by_time),
        describe_term("speed", "imu", [1], 10.0, **by_time),
        describe_term("slope", "ground", [1], **by_time),
    ]
    policy = load_vector(tmp_path, describe_vector(terms, 10))
    for step in (1, 2, 3):
        targets = policy.act(reading(step) | {"goal": np.array([7.0 + step]), "slope": np.array([0.5 * step])})
    assert targets == pytest.approx([9, 10, 2, -2, 2, 3, -3, 3, 1.0, 1.5])


def test_each_element_has_its_scale(tmp_path: Path) -> None:
    policy = load_vector(tmp_path, describe_vector([describe_term("gyro", "imu", [2], [2.0, -0.5], [-1.0, 4.0])], 2))
    assert policy.act({"gyro": np.array([3.0, -2.0])}) == pytest.approx([6.0, 0.5])


def test_another_batch_needs_a_reset(stacked: Policy) -> None:
    stacked.act(reading(1))
    with pytest.raises(ObservationError, match="3 robots.*reset"):
        stacked.act({name: np.stack([array] * 3) for name, array in reading(1).items()})


def test_a_refused_observation_leaves_no_trace(stacked: Policy) -> None:
    stacked.act(reading(1))
    with pytest.raises(ObservationError):
        stacked.act(reading(2) | {"goal": np.array([np.nan])})
    assert stacked.act(reading(3))[:6] == pytest.approx([1, -1, 1, -1, 3, -3])


@pytest.fixture
def recalling(tmp_path: Path) -> Policy:
    """The action is the speed plus half of the last action; the target is ten times that and five."""
    terms = [
        describe_term("speed", "imu", [1]),
        describe_term("last_action", "imu", [1], 0.5, [-3.0, 3.0], source="last_action"),
    ]
    contract = describe_vector(terms, 2, clip_actions=8.0, actions=[describe_action(["a"], [10.0], [5.0])])
    return load_vector(tmp_path, contract, sums=True)


def test_the_runtime_knows_its_last_action(recalling: Policy) -> None:
    """It is the raw one: before scale and offset, but within the wrapper's bound of 8, then the term's clip of 3."""
    assert recalling.sensor_names == ["speed"]
    speeds, actions = [1.0, 1.0, 20.0, 0.0], [1.0, 1.5, 8.0, 1.5]
    for speed, action in zip(speeds, actions, strict=True):
        assert recalling.act({"speed": [speed]}) == pytest.approx([10.0 * action + 5.0])


def test_a_reset_forgets_the_last_action(recalling: Policy) -> None:
    batch = {"speed": np.ones((2, 1))}
    recalling.act(batch)
    recalling.reset(np.array([True, False]))
    assert recalling.act(batch) == pytest.approx(np.array([[15.0], [20.0]]))
    recalling.reset()
    assert recalling.act({"speed": [1.0]}) == pytest.approx([15.0])


@pytest.fixture
def late(tmp_path: Path) -> Policy:
    """The action is the speed plus 100 times the action of three steps ago, which is told two periods late."""
    terms = [
        describe_term("speed", "imu", [1]),
        describe_term("last_action", "imu", [1], 100.0, source="last_action", delay_periods=[2, 2]),
    ]
    contract = describe_vector(terms, 2, actions=[describe_action(["a"], [1.0], [0.0])])
    return load_vector(tmp_path, contract, sums=True)


def test_the_last_action_is_as_late_as_in_training(late: Policy) -> None:
    targets = [late.act({"speed": [speed]}).item() for speed in (1.0, 2.0, 3.0, 4.0, 5.0)]
    assert targets == pytest.approx([1.0, 2.0, 3.0, 104.0, 205.0])


def test_what_is_on_its_way_does_not_outlive_an_episode(late: Policy) -> None:
    for speed in (1.0, 2.0):
        late.act({"speed": np.full((2, 1), speed)})
    late.reset(np.array([True, False]))
    targets = np.stack([late.act({"speed": np.full((2, 1), speed)})[:, 0] for speed in (3.0, 4.0, 5.0)])
    assert targets[:, 0] == pytest.approx([3.0, 4.0, 5.0])
    assert targets[:, 1] == pytest.approx([3.0, 104.0, 205.0])


def test_sensors_are_not_delayed(tmp_path: Path) -> None:
    """What they read is as late as the robot makes it."""
    policy = load_vector(tmp_path, describe_vector([describe_term("gyro", "imu", [1], delay_periods=[1, 3])], 1))
    assert [policy.act({"gyro": [step]}).item() for step in (1.0, 2.0, 3.0)] == [1.0, 2.0, 3.0]


def test_who_brings_the_last_action_is_told_that_it_is_not_needed(recalling: Policy) -> None:
    with pytest.raises(ObservationError, match="unknown.*last_action.*runtime's own"):
        recalling.act({"speed": [1.0], "last_action": [0.0]})
