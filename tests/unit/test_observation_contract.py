# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A checkpoint meets only the observations it was trained on."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace

import gymnasium as gym
import pytest
import torch
from tensordict import TensorDict

from isaaclab_tasks.utils import resolve_task_config

import tsra_tasks  # noqa: F401
from tsra_lab.observations import check_contract, observation_contract

pytestmark = [pytest.mark.unit, pytest.mark.kitless]

SETS = {"teacher": ["state"], "student": ["sensors", "camera"]}
TERMS = {
    "state": [("pose", (3,)), ("velocity", (2,))],
    "sensors": [("gyro", (2,)), ("speed", (2,))],
    "camera": [("depth", (1, 4, 4))],
    "unused": [("debug", (7,))],
}


def contract(sets: dict | None = None, terms: dict | None = None, manager: bool = True) -> dict:
    """Contract of an environment with these observation sets and terms."""
    terms = TERMS | (terms or {})
    obs = {}
    for name, parts in terms.items():
        width = sum(shape[0] for _, shape in parts)
        obs[name] = torch.zeros(2, width, *parts[0][1][1:])
    observation_manager = SimpleNamespace(
        active_terms={name: [term for term, _ in parts] for name, parts in terms.items()},
        group_obs_term_dim={name: [shape for _, shape in parts] for name, parts in terms.items()},
    )
    unwrapped = SimpleNamespace(observation_manager=observation_manager) if manager else SimpleNamespace()
    return observation_contract(SimpleNamespace(unwrapped=unwrapped), TensorDict(obs, batch_size=[2]), sets or SETS)


def test_the_contract_describes_the_groups_in_use_in_order():
    described = contract()
    assert described["sets"] == SETS
    assert described["groups"] == {
        "camera": {"shape": [1, 4, 4], "terms": [["depth", [1, 4, 4]]], "settings": None},
        "sensors": {"shape": [4], "terms": [["gyro", [2]], ["speed", [2]]], "settings": None},
        "state": {"shape": [5], "terms": [["pose", [3]], ["velocity", [2]]], "settings": None},
    }


def test_the_contract_survives_a_checkpoint(tmp_path: Path):
    torch.save(contract(), tmp_path / "contract.pt")
    check_contract(torch.load(tmp_path / "contract.pt", weights_only=True), contract())


def test_equal_observations_are_accepted():
    check_contract(contract(), contract())
    check_contract(contract(manager=False), contract(manager=False))


def test_a_group_that_no_set_names_may_change():
    check_contract(contract(), contract(terms={"unused": [("other", (1,))]}))


@pytest.mark.parametrize(
    "sets, terms, message",
    [
        (
            SETS | {"student": ["camera", "sensors"]},
            {},
            r"set 'student'.*\['sensors', 'camera'\], now \['cam",
        ),
        (SETS | {"student": ["sensors"]}, {}, r"set 'student'.*now \['sensors'\]"),
        ({"teacher": ["state"]}, {}, r"set 'student'.*now None"),
        (SETS | {"critic": ["state"]}, {}, r"set 'critic'.*None, now \['state'\]"),
        (SETS, {"sensors": [("gyro", (2,)), ("speed", (3,))]}, r"group 'sensors'.*shape \[4\], now \[5\]"),
        (SETS, {"camera": [("depth", (1, 4, 8))]}, r"group 'camera'.*shape \[1, 4, 4\], now \[1, 4, 8\]"),
        (SETS, {"sensors": [("speed", (2,)), ("gyro", (2,))]}, r"group 'sensors'.*terms .*gyro.*now .*speed.*gyro"),
        (SETS, {"sensors": [("gyro", (2,)), ("range", (2,))]}, r"group 'sensors'.*terms .*speed.*now .*range"),
        (SETS, {"sensors": [("gyro", (1,)), ("speed", (3,))]}, r"group 'sensors'.*terms "),
    ],
)
def test_different_observations_are_refused_and_the_difference_is_named(sets: dict, terms: dict, message: str):
    with pytest.raises(ValueError, match=message):
        check_contract(contract(), contract(sets, terms))


def test_shapes_are_compared_where_the_environment_tells_no_terms():
    other = contract(terms={"sensors": [("gyro", (3,))]}, manager=False)
    with pytest.raises(ValueError, match="group 'sensors'"):
        check_contract(contract(manager=False), other)


def test_all_differences_are_named_at_once():
    other = copy.deepcopy(contract(SETS | {"teacher": ["state", "sensors"]}))
    other["groups"]["camera"]["shape"] = [3, 4, 4]
    with pytest.raises(ValueError) as error:
        check_contract(contract(), other)
    assert "set 'teacher'" in str(error.value) and "group 'camera'" in str(error.value)
    assert "student" not in str(error.value) and "group 'state'" not in str(error.value)


# what gives the numbers their meaning

TASKS = [name for name in gym.registry if name.startswith("TSRA-")]


def contract_of(cfg: object, step_dt: float = 0.1) -> dict:
    """Contract of an environment of a task, all whose groups are used; shapes do not matter here."""
    groups = [name for name, group in vars(cfg.observations).items() if group is not None]
    obs = TensorDict({name: torch.zeros(1, 3) for name in groups}, batch_size=[1])
    env = SimpleNamespace(unwrapped=SimpleNamespace(cfg=cfg, step_dt=step_dt))
    return observation_contract(env, obs, {"teacher": groups})


@pytest.mark.parametrize(
    "change, message",
    [
        ("env.observations.onboard.history_length=3", "observation onboard.history_length: trained with None, now 3"),
        (
            "env.observations.onboard.history_order=time",
            "observation onboard.history_order: trained with term, now time",
        ),
        ("env.observations.onboard.flatten_history_dim=False", "observation onboard.flatten_history_dim"),
        ("env.observations.onboard.velocity.scale=0.1", "observation onboard.velocity.scale: trained with .*, now 0.1"),
        ("env.observations.onboard.velocity.clip=[-1.0,1.0]", "observation onboard.velocity.clip"),
        ("env.observations.onboard.velocity.history_length=2", "observation onboard.velocity.history_length"),
        ("env.observations.onboard.velocity.delay_max_lag=2", "observation onboard.velocity.delay_max_lag"),
        (
            "env.observations.onboard.velocity.unit=km/h",
            "observation onboard.velocity.unit: trained with m/s, now km/h",
        ),
        ("env.actions.velocity.scale=0.5", "action.velocity.scale: trained with 1.0, now 0.5"),
        ("env.actions.velocity.offset=0.5", "action.velocity.offset"),
        ("env.actions.velocity.joint_names=['drive_y','drive_x']", "action.velocity.joint_names"),
    ],
)
def test_settings_that_give_numbers_their_meaning_are_compared(change: str, message: str):
    before, _ = resolve_task_config("TSRA-ColorMaze-Rover", None, False, [])
    now, _ = resolve_task_config("TSRA-ColorMaze-Rover", None, False, [change])
    saved = contract_of(before)
    check_contract(saved, contract_of(before))
    with pytest.raises(ValueError, match=message):
        check_contract(saved, contract_of(now))


def test_delays_may_differ_where_their_cost_is_measured_and_nothing_else():
    before, _ = resolve_task_config("TSRA-ColorMaze-Rover", None, False, [])
    late = ["env.observations.onboard.velocity.delay_min_lag=1", "env.observations.onboard.velocity.delay_max_lag=2"]
    now, _ = resolve_task_config("TSRA-ColorMaze-Rover", None, False, late)
    check_contract(contract_of(before), contract_of(now), delays_may_differ=True)
    now, _ = resolve_task_config("TSRA-ColorMaze-Rover", None, False, [*late, "env.actions.velocity.scale=0.5"])
    with pytest.raises(ValueError, match=r"now 0\.5\n") as error:
        check_contract(contract_of(before), contract_of(now), delays_may_differ=True)
    assert "delay" not in str(error.value)


def test_another_function_modifier_or_control_period_is_another_contract():
    before, _ = resolve_task_config("TSRA-ColorMaze-Rover", None, False, [])
    saved = contract_of(before)
    with pytest.raises(ValueError, match="control period: trained with 0.1 s, now 0.02 s"):
        check_contract(saved, contract_of(before, step_dt=0.02))
    now, _ = resolve_task_config("TSRA-ColorMaze-Rover", None, False, [])
    now.observations.onboard.velocity.func = now.observations.onboard.odometry.func
    with pytest.raises(ValueError, match="observation onboard.velocity.func: trained with"):
        check_contract(saved, contract_of(now))
    now, _ = resolve_task_config("TSRA-ColorMaze-Rover", None, False, [])
    now.observations.onboard.velocity.modifiers = [SimpleNamespace(func=torch.sin, params={})]
    with pytest.raises(ValueError, match="observation onboard.velocity.modifiers: trained with None"):
        check_contract(saved, contract_of(now))


@pytest.mark.parametrize("task", TASKS)
def test_a_task_s_modes_have_one_contract_and_it_is_of_plain_values(task: str, tmp_path: Path):
    training, evaluation, play = (resolve_task_config(task, None, False, [])[0] for _ in range(3))
    evaluation.evaluation_mode()
    play.play_mode()
    saved = contract_of(training)
    torch.save(saved, tmp_path / "contract.pt")
    saved = torch.load(tmp_path / "contract.pt", weights_only=True)
    for cfg in (training, evaluation, play):
        check_contract(saved, contract_of(cfg))
    assert saved["actions"] and all(group["settings"] for group in saved["groups"].values())
