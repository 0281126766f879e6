# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Absurd values of options are refused where they are set, by name, with what is allowed."""

from __future__ import annotations

import dataclasses
import math

import gymnasium as gym
import pytest

from isaaclab_tasks.utils import load_cfg_from_registry, resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_lab import configs
from tsra_lab.agents import METHODS
from tsra_lab.configs import OutOfRange, StrictCfg
from tsra_lab.configs.limits import LIMITS, Choice, FolderName, Layers, Number, Switch

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

TASK = "TSRA-ColorMaze-Rover"

WITHOUT_LIMIT = {
    "class_name": "resolved by rsl_rl, or refused",
    "activation": "rsl_rl knows its names",
    "device": "checked by the command line",
    "logger": "rsl_rl knows its names",
    "neptune_project": "a name of the service's",
    "wandb_project": "a name of the service's",
    "load_run": "not used by our commands",
    "load_checkpoint": "not used by our commands",
    "resume": "not used by our commands",
    "loss_type": "rsl_rl knows its names",
    "torch_compile_mode": "PyTorch knows its names",
    "share_cnn_encoders": "refused by the algorithms where it is not False",
    "use_mixed_precision": "PyTorch's",
    "empirical_normalization": "of rsl_rl before 5",
    "stochastic": "of rsl_rl before 5",
    "init_noise_std": "of rsl_rl before 5",
    "noise_std_type": "of rsl_rl before 5",
    "state_dependent_std": "of rsl_rl before 5",
    "grad_reduce_bucket_mb": "rsl_rl's",
    "unit": "a text",
    "frame": "a text",
}
"""Options of plain values that have no limit, and why."""

PLAIN_TYPES = ("int", "float", "bool", "str")


def strict_classes() -> list[type]:
    """All our configurations that refuse what they should not be given."""
    found = [member for member in vars(configs).values() if isinstance(member, type) and issubclass(member, StrictCfg)]
    return [kind for kind in found if kind is not StrictCfg]


def test_every_option_of_a_plain_value_has_a_limit_or_a_reason():
    """Fails when Isaac Lab or we add an option and nobody thinks of what it may be."""
    unknown = {
        field.name
        for kind in strict_classes()
        for field in dataclasses.fields(kind)
        if any(str(field.type).replace("<class '", "").startswith(plain) for plain in PLAIN_TYPES)
        and field.name not in LIMITS
        and field.name not in WITHOUT_LIMIT
    }
    assert unknown == set()


def test_every_limit_is_of_an_option():
    names = {field.name for kind in strict_classes() for field in dataclasses.fields(kind)}
    assert LIMITS.keys() <= names


ABSURD = {
    Number: [-1e9, math.nan, math.inf, -math.inf, "many", [1], True],
    Choice: ["adaptve", "", 3, None],
    Switch: ["yes", 2, None, 0.5],
    Layers: [0, [0], [64, -1], ["64"], [1.5], "64"],
    FolderName: ["../x", "a/b", "..", "/tmp", ".hidden", None, 3, "a b"],
}


def owner_of(option: str) -> StrictCfg:
    """A configuration that has the option."""
    for method in METHODS.values():
        agent = load_cfg_from_registry(TASK, method.agent_key)
        stack = [agent]
        while stack:
            cfg = stack.pop()
            if isinstance(cfg, StrictCfg) and option in {field.name for field in dataclasses.fields(cfg)}:
                return cfg
            stack += [value for value in vars(cfg).values() if dataclasses.is_dataclass(value)]
            if option in configs.AlignmentLossCfg().to_dict():
                return configs.AlignmentLossCfg()
    return configs.CNNModelCfg(hidden_dims=[8], activation="elu")


@pytest.mark.parametrize("option", sorted(LIMITS))
def test_absurd_values_are_refused_and_the_present_one_is_kept(option: str):
    cfg = owner_of(option)
    assert option in {field.name for field in dataclasses.fields(cfg)}
    before = getattr(cfg, option)
    for value in ABSURD[type(LIMITS[option])]:
        with pytest.raises(OutOfRange, match=f"'{option}' of {type(cfg).__name__} must be"):
            setattr(cfg, option, value)
        assert getattr(cfg, option) is before
    setattr(cfg, option, before)


@pytest.mark.parametrize(
    "override",
    [
        "agent.algorithm.gamma=2",
        "agent.algorithm.schedule=adaptve",
        "agent.algorithm.encoders.target_decay=2",
        "agent.algorithm.encoders.batch_size=0",
        "agent.algorithm.encoders.steps_per_iteration=1.5",
        "agent.algorithm.alignment.temperature=-1",
        "agent.algorithm.alignment.match_weight=nan",
        "agent.algorithm.embedding_dim=0",
        "agent.algorithm.consistency=2",
        "agent.algorithm.pairs.render_interval=0",
        "agent.algorithm.learning_rate=0",
        "agent.algorithm.use_clipped_value_loss=maybe",
        "agent.save_interval=-1",
        "agent.seed=-1",
        "agent.num_steps_per_env=0",
        "agent.teacher.hidden_dims=[0]",
        "agent.experiment_name=../../elsewhere",
        "agent.run_name=a/b",
    ],
)
def test_the_command_line_refuses_them(override: str):
    with pytest.raises(OutOfRange, match=f"'{override.split('=')[0].split('.')[-1]}' of "):
        resolve_task_config(TASK, METHODS["tsra"].agent_key, False, [override])


@pytest.mark.parametrize("task", [name for name in gym.registry if name.startswith("TSRA-")])
def test_our_own_settings_are_allowed(task: str):
    for method in METHODS.values():
        load_cfg_from_registry(task, method.agent_key)


@pytest.mark.parametrize(
    "limit, good, bad",
    [
        (Number(0, 1), [0, 1, 0.5], [-0.1, 1.1]),
        (Number(0, 1, above=True), [1, 1e-9], [0, 0.0]),
        (Number(1, whole=True), [1, 10**9], [0, 1.0]),
        (Number(0, optional=True), [None, 0], [-1]),
        (Choice(("a", "b")), ["a"], ["c"]),
        (Layers(), [[], [3, 4], (5,)], [[True]]),
        (FolderName(), ["a", "a-b_c.d+1"], [""]),
        (FolderName(empty=True), [""], [".."]),
    ],
)
def test_limits_allow_what_they_say(limit: object, good: list, bad: list):
    assert all(limit.allows(value) for value in good)
    assert not any(limit.allows(value) for value in bad)
    assert str(limit)
