# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What the runtime refuses, warns of and bounds, and what it counts."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tiny_file import describe_action, describe_vector, load_vector, metadata_of, save
from tiny_student import describe_term

from tsra_deploy import ActionError, Latency, ObservationError, Policy, Safety, SafetyWarning, StaleObservationError

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def load(directory: Path, safety: Safety | None = None) -> Policy:
    """Two elements seen from -1 to 1 and from 0 to 10; two targets with scale 2, offset 1 and -1, bounded to 9."""
    term = describe_term("speed", "imu", [2]) | {"valid_range": {"low": [-1.0, 0.0], "high": [1.0, 10.0]}}
    action = describe_action(["a", "b"], [2.0, 2.0], [1.0, -1.0], [[-9.0, 9.0]] * 2)
    return load_vector(directory, describe_vector([term], 2, actions=[action]), safety)


INSIDE, SLIGHTLY_OUTSIDE, OUTSIDE = [0.5, 3.0], [1.9, -4.0], [0.5, 15.5]
"""Half of the range's width is accepted beyond it: to 2 and to 15, by default."""


def test_what_training_showed_raises_no_warning(tmp_path: Path) -> None:
    policy = load(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        policy.act({"speed": INSIDE})
        policy.act({"speed": SLIGHTLY_OUTSIDE})


def test_an_observation_out_of_range_is_warned_of_and_named(tmp_path: Path) -> None:
    with pytest.warns(SafetyWarning, match="'speed' is beyond") as given:
        assert load(tmp_path).act({"speed": OUTSIDE}) == pytest.approx([2.0, 9.0])
    assert given[0].filename == __file__  # who acted is told, not where the runtime noticed


def test_or_refused_or_ignored(tmp_path: Path) -> None:
    with pytest.raises(ObservationError, match="'speed' is beyond"):
        load(tmp_path, Safety(out_of_range="stop")).act({"speed": OUTSIDE})
    with pytest.raises(ObservationError, match="'speed' is beyond"):
        load(tmp_path, Safety(out_of_range="stop", range_margin=0.0)).act({"speed": SLIGHTLY_OUTSIDE})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(tmp_path, Safety(out_of_range="ignore")).act({"speed": OUTSIDE})


def test_old_observations_are_refused_or_warned_of(tmp_path: Path) -> None:
    policy = load(tmp_path)  # a control period of 0.02 s: 0.04 s are too long
    policy.act({"speed": INSIDE}, observed_at=time.monotonic() - 0.01)
    with pytest.raises(StaleObservationError, match="s old"):
        policy.act({"speed": INSIDE}, observed_at=time.monotonic() - 0.06)
    with pytest.warns(SafetyWarning, match="0.0.. s old"):
        load(tmp_path, Safety(stale="warn")).act({"speed": INSIDE}, observed_at=time.monotonic() - 0.06)


def test_observations_of_the_future_are_refused_or_warned_of(tmp_path: Path) -> None:
    """They are of another clock, such as that of time.time(), so nothing is known of their age."""
    policy = load(tmp_path)
    policy.act({"speed": INSIDE}, observed_at=time.monotonic())
    policy.act({"speed": INSIDE}, observed_at=np.float64(time.monotonic()))
    for ahead in (0.01, 1.0, 1e300):
        with pytest.raises(StaleObservationError, match="in the future.*another clock"):
            policy.act({"speed": INSIDE}, observed_at=time.monotonic() + ahead)
    with pytest.raises(StaleObservationError, match="in the future"):
        policy.act({"speed": INSIDE}, observed_at=time.time())
    with pytest.warns(SafetyWarning, match="in the future"):
        load(tmp_path, Safety(stale="warn")).act({"speed": INSIDE}, observed_at=time.monotonic() + 1.0)


@pytest.mark.parametrize("stale", ["ignore", "warn", "stop"])
@pytest.mark.parametrize(
    "when", [float("nan"), float("inf"), -float("inf"), "12.0", b"1", [1.0], {}, 10**400, 1.0j, np.array([1.0, 2.0])]
)
def test_a_time_that_is_none_is_refused_whatever_is_done_about_old_ones(
    tmp_path: Path, when: object, stale: str
) -> None:
    with pytest.raises(ObservationError, match="observed_at is .*no time"):
        load(tmp_path, Safety(stale=stale)).act({"speed": INSIDE}, observed_at=when)


def test_safe_targets_are_those_of_a_zero_action_or_ones_own(tmp_path: Path) -> None:
    assert load(tmp_path).safe_targets == pytest.approx([1.0, -1.0])
    assert load(tmp_path, Safety(safe_targets=(0.5, 0.0))).safe_targets == pytest.approx([0.5, 0.0])
    with pytest.raises(ValueError, match="safe_targets has 1 numbers for 2"):
        load(tmp_path, Safety(safe_targets=(0.5,)))


def test_targets_move_only_so_fast(tmp_path: Path) -> None:
    """At most 50 per second are 1 per step, from the safe targets on."""
    policy = load(tmp_path, Safety(max_target_rate=(50.0, 1000.0)))
    paths = [policy.act({"speed": [1.0, 1.0]}).tolist() for _ in range(3)]
    assert paths == pytest.approx(np.array([[2.0, 1.0], [3.0, 1.0], [3.0, 1.0]]))
    policy.reset()
    assert policy.act({"speed": [1.0, 1.0]}) == pytest.approx([2.0, 1.0])
    with pytest.raises(ValueError, match="max_target_rate has 3 numbers for 2"):
        load(tmp_path, Safety(max_target_rate=(1.0, 1.0, 1.0)))


@pytest.mark.parametrize(
    "settings",
    [
        {"out_of_range": "panic"},
        {"stale": "Stop"},
        {"range_margin": -0.1},
        {"max_age_periods": 0.0},
        {"max_target_rate": 0.0},
        {"max_target_rate": (1.0, float("nan"))},
        {"safe_targets": (float("inf"), 0.0)},
        {"safe_targets": (1e39, 0.0)},
        {"safe_targets": ("a", 0.0)},
        {"safe_targets": "stand"},
        {"max_target_rate": (1.0, None)},
        {"max_target_rate": float("inf")},
        {"max_target_rate": -1.0},
        {"range_margin": float("nan")},
        {"range_margin": float("inf")},
        {"range_margin": "wide"},
        {"max_age_periods": float("nan")},
        {"max_age_periods": None},
        {"stale": None},
        {"out_of_range": True},
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: dict) -> None:
    with pytest.raises(ValueError, match=f"Safety.{next(iter(settings))}"):
        Safety(**settings)


@pytest.mark.parametrize(
    "value", [["a", "b"], [None, 1.0], [1.0 + 2.0j, 0.0], [[1.0], [2.0, 3.0]], "speed", None, {"x": 1.0}]
)
def test_what_is_no_array_of_numbers_is_refused(tmp_path: Path, value: object) -> None:
    with pytest.raises(ObservationError, match="'speed'"):
        load(tmp_path).act({"speed": value})


def test_integers_and_double_precision_are_numbers(tmp_path: Path) -> None:
    policy = load(tmp_path)
    assert policy.act({"speed": np.array([1, 3])}) == pytest.approx([3.0, 5.0])
    assert policy.act({"speed": np.array([1.0, 3.0], np.float64)}) == pytest.approx([3.0, 5.0])


def test_an_action_that_is_not_finite_is_not_commanded(tmp_path: Path) -> None:
    """The logarithm of a negative number."""
    graph = helper.make_graph(
        [helper.make_node("Log", ["obs"], ["actions"])],
        "student",
        [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", 2])],
    )
    contract = describe_vector([describe_term("speed", "imu", [2])], 2)
    policy = Policy.load(save(graph, tmp_path / "log.onnx", metadata_of(contract)))
    assert policy.act({"speed": [1.0, 1.0]}) == pytest.approx([0.0, 0.0])
    with pytest.raises(ActionError, match="not finite"):
        policy.act({"speed": [1.0, -1.0]})


LARGEST = 3.4e38


@pytest.mark.parametrize(
    "scale, offset, rate, speed",
    [
        ([LARGEST, 1.0], [0.0, 0.0], None, [10.0, 0.0]),
        ([-LARGEST, 1.0], [0.0, 0.0], None, [10.0, 0.0]),
        ([1.0, 1.0], [LARGEST, 0.0], None, [3e38, 0.0]),
        ([LARGEST, 1.0], [0.0, 0.0], LARGEST, [10.0, 0.0]),
    ],
)
def test_a_target_that_is_not_finite_is_not_commanded(
    tmp_path: Path, scale: list, offset: list, rate: float | None, speed: list
) -> None:
    contract = describe_vector(
        [describe_term("speed", "imu", [2])], 2, actions=[describe_action(["a", "b"], scale, offset)]
    )
    policy = load_vector(tmp_path, contract, Safety(out_of_range="ignore", max_target_rate=rate))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ActionError, match=r"the targets \['a'\] are not finite"):
            policy.act({"speed": speed})
        assert np.isfinite(policy.act({"speed": [0.0, 0.0]})).all()


def test_a_bound_makes_a_huge_target_finite(tmp_path: Path) -> None:
    action = describe_action(["a", "b"], [LARGEST, 1.0], [0.0, 0.0], [[-1.0, 1.0], [None, None]])
    contract = describe_vector([describe_term("speed", "imu", [2])], 2, actions=[action])
    assert load_vector(tmp_path, contract, Safety(out_of_range="ignore")).act({"speed": [9.0, 2.0]}).tolist() == [1, 2]


@pytest.mark.parametrize("out_of_range", ["ignore", "warn", "stop"])
def test_an_observation_that_is_not_finite_once_scaled_is_refused(tmp_path: Path, out_of_range: str) -> None:
    contract = describe_vector([describe_term("speed", "imu", [2], 1e30)], 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ObservationError, match="'speed' is not finite once it is scaled"):
            load_vector(tmp_path, contract, Safety(out_of_range=out_of_range)).act({"speed": [1e20, 0.0]})


class Rebellious:
    """Fails when it is made an array."""

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "observations",
    [
        None,
        3,
        "speed",
        ["speed"],
        [("speed", [0.0, 0.0])],
        np.zeros(2),
        {"speed": Rebellious()},
        {"speed": np.ma.array([0.0, 1.0], mask=[True, False])},
        {"speed": np.zeros((0, 2))},
        {"speed": np.zeros((2, 0))},
        {"speed": np.zeros(2), 3: np.zeros(2)},
        {"speed": np.array([np.datetime64("2026-01-01")] * 2)},
        {"speed": [10**400, 0]},
    ],
)
def test_what_are_no_observations_is_refused(tmp_path: Path, observations: object) -> None:
    with pytest.raises(ObservationError):
        load(tmp_path).act(observations)


def test_a_range_as_wide_as_numbers_are_lets_all_of_them_pass(tmp_path: Path) -> None:
    valid = {"low": [-LARGEST, -LARGEST], "high": [LARGEST, LARGEST]}
    contract = describe_vector([describe_term("speed", "imu", [2], valid_range=valid)], 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for margin in (0.0, 0.5):
            policy = load_vector(tmp_path, contract, Safety(out_of_range="stop", range_margin=margin))
            assert policy.act({"speed": [1e38, -1e38]}) == pytest.approx([1e38, -1e38])


def test_calls_are_timed(tmp_path: Path) -> None:
    policy = load(tmp_path)
    assert policy.latency.summary()["count"] == 0
    for _ in range(20):
        policy.act({"speed": INSIDE})
    summary = policy.latency.summary()
    assert summary["count"] == 20
    assert 0.0 < summary["p50_s"] <= summary["p99_s"] <= summary["max_s"] < 0.1


def test_latency_remembers_the_latest() -> None:
    with pytest.raises(ValueError, match="size is 0"):
        Latency(size=0)
    latency = Latency(size=4)
    for duration in (100.0, 1.0, 2.0, 3.0, 4.0):
        latency.add(duration)
    assert latency.summary() == pytest.approx({"count": 5, "mean_s": 2.5, "p50_s": 2.5, "p99_s": 3.97, "max_s": 4.0})


def test_weights_in_another_file_are_not_read(tmp_path: Path) -> None:
    """A student is one file; what else lies beside it, or where a tampered file points to, is none of its business."""
    weight = helper.make_tensor("weight", TensorProto.FLOAT, [2], np.ones(2, np.float32).tobytes(), raw=True)
    graph = helper.make_graph(
        [helper.make_node("Mul", ["obs", "weight"], ["actions"])],
        "student",
        [helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["batch", 2])],
        [weight],
    )
    metadata = metadata_of(describe_vector([describe_term("speed", "imu", [2])], 2))
    whole = save(graph, tmp_path / "whole.onnx", metadata)
    Policy.load(whole)
    model = onnx.load(whole)
    onnx.save(model, tmp_path / "split.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    with pytest.raises(ValueError, match="split.onnx"):
        Policy.load(tmp_path / "split.onnx")
