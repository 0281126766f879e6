# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""After an error the policy is as it was before the call, or reset, and never something in between."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper
from tiny_file import describe_action, describe_vector, metadata_of, save
from tiny_student import describe_term

from tsra_deploy import ActionError, ObservationError, Policy, Safety

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TROUBLES = ("fails", "loses a row", "is no number", "is huge")


@pytest.fixture
def make(tmp_path: Path):
    """Makes a student with history, last action, memory and a bound on how fast its target changes.

    Its action is the speed before, plus twice the speed now, plus half of its last action, plus the sum of all speeds
    before; and each of four troubles is done to it where it is asked for.
    """

    def weights(name: str, *values: float):
        return helper.make_tensor(name, TensorProto.FLOAT, [7, 1], values)

    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [0])
    column = helper.make_tensor("column", TensorProto.INT64, [1], [1])
    one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
    troubles = [weights(f"trouble_{index}", *np.eye(7)[3 + index]) for index in range(4)]
    node = helper.make_node
    nodes = [
        node("MatMul", ["obs", "sum"], ["summed"]),
        node("Squeeze", ["h", "axis"], ["past"]),
        node("Add", ["summed", "past"], ["action"]),
        *(node("MatMul", ["obs", f"trouble_{index}"], [f"flag_{index}"]) for index in range(4)),
        node("Cast", ["flag_0"], ["place"], to=TensorProto.INT64),
        node("GatherElements", ["action", "place"], ["gathered"], axis=1),
        node("Sub", ["one", "flag_2"], ["zero_or_one"]),
        node("Log", ["zero_or_one"], ["log"]),
        node("Add", ["gathered", "log"], ["logged"]),
        node("Mul", ["flag_3", "large"], ["much"]),
        node("Add", ["logged", "much"], ["large_or_not"]),
        node("Less", ["flag_1", "one"], ["kept"]),
        node("Squeeze", ["kept", "column"], ["rows"]),
        node("Compress", ["large_or_not", "rows"], ["actions"], axis=0),
        node("MatMul", ["obs", "newest"], ["speed"]),
        node("Unsqueeze", ["speed", "axis"], ["state"]),
        node("Add", ["h", "state"], ["h_out"]),
    ]
    state = ("batch", 1)
    graph = helper.make_graph(
        nodes,
        "student",
        [
            helper.make_tensor_value_info("obs", TensorProto.FLOAT, ["batch", 7]),
            helper.make_tensor_value_info("h", TensorProto.FLOAT, [1, *state]),
        ],
        [
            helper.make_tensor_value_info("actions", TensorProto.FLOAT, ["rows", 1]),
            helper.make_tensor_value_info("h_out", TensorProto.FLOAT, [1, *state]),
        ],
        [
            weights("sum", 1, 2, 0.5, 0, 0, 0, 0),
            weights("newest", 0, 1, 0, 0, 0, 0, 0),
            *troubles,
            axis,
            column,
            one,
            helper.make_tensor("large", TensorProto.FLOAT, [1], [3e38]),
        ],
    )
    terms = [
        describe_term("speed", "imu", [1], history_length=2),
        describe_term("last", "imu", [1], source="last_action"),
        describe_term("trouble", "imu", [4]),
    ]
    contract = describe_vector(
        terms,
        7,
        actions=[describe_action(["a"], [10.0], [0.0])],
        memory=[{"input": "h", "output": "h_out", "shape": [1, 1]}],
    )
    path = save(graph, tmp_path / "policy.onnx", metadata_of(contract))
    return lambda: Policy.load(path, Safety(out_of_range="stop", max_target_rate=20000.0))  # 400 a step


def readings(speed: float, trouble: str | None = None) -> dict[str, np.ndarray]:
    """For two robots, the second of which has the trouble."""
    flags = np.zeros((2, 4))
    flags[1] = [trouble == name for name in TROUBLES]
    return {"speed": np.full((2, 1), speed), "trouble": flags}


def path_of(policy: Policy, *speeds: float) -> list:
    return [policy.act(readings(speed)).tolist() for speed in speeds]


def test_the_student_remembers_in_all_four_ways(make) -> None:
    """3; 1 + 4 + 1.5 + 1; and 50 + 400 from then on, for the target was 75."""
    assert path_of(make(), 1.0, 2.0) == [[[30.0]] * 2, [[75.0]] * 2]
    assert path_of(make(), 1.0, 2.0, 90.0)[2] == [[475.0]] * 2


REFUSED = [
    readings(np.nan),
    readings(1e4),
    readings(1.0) | {"speed": np.zeros((3, 1))},
    {"speed": np.zeros((3, 1)), "trouble": np.zeros((3, 4))},
    {"speed": np.zeros(1), "trouble": np.zeros(4)},
    {"speed": np.zeros((2, 1))},
    readings(1.0) | {"speed": "fast"},
    None,
]


@pytest.mark.parametrize("refused", REFUSED, ids=range(len(REFUSED)))
def test_a_refused_observation_leaves_the_policy_as_it_was(make, refused: object) -> None:
    policy, undisturbed = make(), make()
    path_of(policy, 1.0, 2.0)
    with pytest.raises(ObservationError):
        policy.act(refused)
    with pytest.raises(ObservationError):
        policy.act(readings(3.0), observed_at=0.0)
    assert path_of(policy, 3.0, 4.0) == path_of(undisturbed, 1.0, 2.0, 3.0, 4.0)[2:]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_network_that_fails_leaves_the_policy_reset(make, trouble: str) -> None:
    policy = make()
    path_of(policy, 1.0, 2.0)
    with pytest.raises(ActionError):
        policy.act(readings(3.0, trouble))
    assert path_of(policy, 3.0, 4.0) == path_of(make(), 3.0, 4.0)


def test_an_interruption_leaves_the_policy_reset(make, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = make()
    path_of(policy, 1.0, 2.0)
    with monkeypatch.context() as patched:
        patched.setattr(policy, "_limit_rate", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            policy.act(readings(3.0))
    assert path_of(policy, 3.0, 4.0) == path_of(make(), 3.0, 4.0)


MASKS = [
    [0],
    [1, 0],
    np.array([0, 1]),
    np.array([1.0, 0.0]),
    [True],
    [True, False, True],
    [[True, False]],
    True,
    1,
    "all",
    [None, True],
    [],
]


@pytest.mark.parametrize("mask", MASKS, ids=str)
def test_what_is_no_mask_resets_nothing(make, mask: object) -> None:
    """Indices would be taken for a mask: [0] for none, [1, 0] for the first robot."""
    policy = make()
    path_of(policy, 1.0, 2.0)
    with pytest.raises(ValueError, match=r"a mask of type bool and shape \(2,\), not"):
        policy.reset(mask)
    assert path_of(policy, 3.0) == path_of(make(), 1.0, 2.0, 3.0)[2:]


def test_a_mask_resets_its_robots(make) -> None:
    policy, fresh, old = make(), make(), make()
    policy.reset([True, False, True])  # nothing is remembered, so of how many robots is not known yet
    path_of(policy, 1.0, 2.0)
    policy.reset([True, False])
    (first, second) = policy.act(readings(3.0)).tolist()
    assert first == path_of(fresh, 3.0)[0][0] and second == path_of(old, 1.0, 2.0, 3.0)[2][1]


INPUTS = [
    {},
    None,
    {"obs": np.zeros((2, 6), np.float32)},
    {"obs": np.zeros((2, 7))},
    {"obs": np.zeros(7, np.float32)},
    {"obs": [[0.0] * 7]},
    {"obs": np.zeros((2, 7), np.float32), "h": np.zeros((1, 2, 1), np.float32)},
]


@pytest.mark.parametrize("inputs", INPUTS, ids=range(len(INPUTS)))
def test_inputs_that_are_not_the_networks_are_refused(make, inputs: object) -> None:
    with pytest.raises(ObservationError, match=r"[Ii]nputs? .*obs"):
        make().infer(inputs)


def test_the_network_alone_is_reset_by_a_failure_too(make) -> None:
    policy, inputs = make(), {"obs": np.array([[0, 1, 0, 0, 0, 0, 0]], np.float32)}
    assert [policy.infer(inputs).item() for _ in range(2)] == [2.0, 3.0]
    with pytest.raises(ObservationError, match="3 robots.*reset"):
        policy.infer({"obs": np.repeat(inputs["obs"], 3, axis=0)})
    with pytest.raises(ActionError, match=r"'actions' of shape \(0, 1\), not \(1, 1\)"):
        policy.infer({"obs": np.array([[0, 0, 0, 0, 1, 0, 0]], np.float32)})
    assert policy.infer(inputs).item() == 2.0
