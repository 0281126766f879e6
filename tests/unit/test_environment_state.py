# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""An environment goes on, after something else ran in it, as if nothing had."""

from __future__ import annotations

import random
from collections import deque
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import warp
from hidden_env import HiddenEnv, LinearPolicy

from tsra_lab.evaluation import preserved, run_episodes

pytestmark = [pytest.mark.unit, pytest.mark.kitless]


class Slotted:
    __slots__ = ("value", "__private")

    def __init__(self) -> None:
        self.value = torch.zeros(2)


class Manager:
    """A physics manager as Isaac Lab has them: a class with state."""

    base_steps = 0


class SpecialManager(Manager):
    state = torch.zeros(3)
    other = torch.ones(3)
    callbacks: list[str] = []


class Counter:
    """An object whose bound method is all that the environment knows of it."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1

    def step(self) -> None:
        self.count += 1


def environment() -> SimpleNamespace:
    """An environment with state of every kind."""
    counter = Counter()
    env = SimpleNamespace(
        tensor=torch.arange(4.0),
        expanded=torch.zeros(1).expand(5),
        array=np.arange(3.0),
        warp_array=warp.zeros(3, dtype=warp.float32, device="cpu"),
        generator=torch.Generator().manual_seed(3),
        history=deque([torch.zeros(1)], maxlen=3),
        names=["a", "b"],
        table={"x": torch.zeros(1), "nested": {"y": [1, 2]}},
        seen={1, 2},
        fixed=(torch.zeros(2), "text"),
        slotted=Slotted(),
        callback=counter.step,
        number=7,
        sim=SimpleNamespace(physics_manager=SpecialManager),
    )
    env.view = env.tensor[1:3]
    env.unwrapped = env
    env.itself = env
    return env


def disturb(env: SimpleNamespace) -> None:
    """Change everything, in place and by other objects."""
    env.tensor += 1.0
    env.view.mul_(3.0)
    env.array *= 2.0
    env.warp_array.fill_(5.0)
    torch.rand(3, generator=env.generator)
    env.history.append(torch.ones(1))
    env.names.append("c")
    env.table["x"].fill_(9.0)
    env.table["nested"]["y"][0] = 100
    env.table["new"] = 1
    env.seen.add(3)
    env.fixed[0].fill_(4.0)
    env.slotted.value += 1.0
    env.slotted.value = torch.ones(2)
    env.callback()
    env.number = 8
    env.added = "something"
    SpecialManager.state, SpecialManager.other = SpecialManager.other, SpecialManager.state + 1.0
    SpecialManager.callbacks.append("called")
    Manager.base_steps += 1


def describe(env: SimpleNamespace) -> dict:
    """Everything that disturb changes, as plain values."""
    return {
        "names": sorted(vars(env)),
        "tensor": env.tensor.tolist(),
        "array": env.array.tolist(),
        "warp": env.warp_array.numpy().tolist(),
        "generator": torch.rand(2, generator=torch.Generator().set_state(env.generator.get_state())).tolist(),
        "history": [item.item() for item in env.history],
        "list": list(env.names),
        "table": {key: str(value) for key, value in env.table.items()},
        "set": set(env.seen),
        "fixed": env.fixed[0].tolist(),
        "slotted": env.slotted.value.tolist(),
        "counter": env.callback.__self__.count,
        "number": env.number,
        "manager": (SpecialManager.state.tolist(), SpecialManager.other.tolist(), list(SpecialManager.callbacks)),
        "base": Manager.base_steps,
    }


def test_state_of_every_kind_is_restored():
    env = environment()
    before, tensor, state = describe(env), env.tensor, SpecialManager.state
    with preserved(env):
        disturb(env)
        changed = describe(env)
    assert {key for key in before if before[key] != changed[key]} == set(before)  # all of it was disturbed
    assert describe(env) == before
    # in place: who holds the memory sees it restored too
    assert env.tensor is tensor and env.view.tolist() == [1.0, 2.0] and SpecialManager.state is state


def test_the_state_is_restored_after_an_error():
    env = environment()
    before = describe(env)
    with pytest.raises(RuntimeError, match="broken"), preserved(env):
        disturb(env)
        raise RuntimeError("broken")
    assert describe(env) == before


def test_a_tensor_of_inference_mode_can_be_restored():
    with torch.inference_mode():
        env = SimpleNamespace(tensor=torch.zeros(2))
    with preserved(env), torch.inference_mode():
        env.tensor += 1.0
    assert env.tensor.tolist() == [0.0, 0.0]


def test_episodes_in_between_leave_no_trace():
    def roll_out(between: bool) -> list[torch.Tensor]:
        torch.manual_seed(0)
        random.seed(0)
        env = HiddenEnv(16)
        env.reset()
        seen = []
        for step in range(20):
            seen.append(env.step(torch.ones(16, 1))[0]["privileged"].clone())
            if between and step == 7:
                state = torch.get_rng_state()
                with preserved(env):
                    run_episodes(env, LinearPolicy([[1.0, 0.0, 0.0, 0.0, 0.0]]), 16, seed=5)
                torch.set_rng_state(state)
        return seen

    assert all(map(torch.equal, roll_out(False), roll_out(True)))
