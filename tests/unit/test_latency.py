# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What is timed in PyTorch is the loop of a robot: it gives the student what it saw in training."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tensordict import TensorDict

from tsra_bench.latency import torch_act

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


def term(name: str, history_order: str, history_length: int, size: int) -> dict:
    order = {"history_order": history_order, "history_length": history_length}
    return {"name": name, "group": "onboard", "scale": [2.0] * size, "clip": [-10.0, 10.0], **order}


@pytest.mark.parametrize(
    ("order", "length", "expected"),
    [
        ("term", 0, [6.0, 6.0, 0.0]),
        ("term", 2, [2.0, 2.0, 6.0, 6.0, 0.0, 0.0]),
        ("time", 2, [2.0, 2.0, 0.0, 6.0, 6.0, 0.0]),
    ],
)
def test_the_loop_in_pytorch_gives_the_student_its_history(order: str, length: int, expected: list[float]) -> None:
    seen: list[TensorDict] = []

    def student(obs: TensorDict) -> torch.Tensor:
        seen.append(obs)
        return torch.ones(1, 1)

    action = {"scale": [0.5], "offset": [1.0], "clip": None, "targets": ["wheel"]}
    terms = [term("rate", order, length, 2), term("last_action", order, length, 1)]
    policy = SimpleNamespace(inputs=[{"name": "obs", "terms": terms}], contract={"actions": [action]})
    sensors = {"rate": np.ones(2, np.float32)}
    act = torch_act(student, policy, sensors)
    act()
    sensors["rate"] = np.full(2, 3.0, np.float32)
    assert act().tolist() == [1.5]
    assert seen[-1]["onboard"].tolist() == [expected]
