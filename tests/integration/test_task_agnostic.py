# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""AlignedPPO trains a task it has never heard of: Isaac Lab's own cartpole, with Isaac Lab's own trainer."""

from __future__ import annotations

import json
import math
import re
import sys
from pathlib import Path

import gymnasium as gym
import pytest
import torch
from conftest import Shell
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import tsra_lab
import tsra_tasks

pytestmark = [pytest.mark.integration, pytest.mark.kitless]

HERE = Path(__file__).parent
NUM_ITERATIONS = 4

TRAIN = f"""
    -m isaaclab train --rl_library rsl_rl --task Isaac-Cartpole --device cpu --num_envs 32
    --external_callback cartpole_agent.register --agent rsl_rl_aligned_cfg_entry_point
    --max_iterations {NUM_ITERATIONS} physics=newton_mjwarp agent.device=cpu
"""
"""Isaac Lab's command, which runs stock rsl_rl's ``OnPolicyRunner``; only the agent's configuration is ours."""


@pytest.fixture(scope="module")
def run(shell: Shell) -> Path:
    """Run directory of a short training."""
    mirror = shell.directory / "mirror"
    shell.call([sys.executable, str(HERE.parent / "assets" / "make_cartpole_mirror.py"), str(mirror)])
    # PYTHONPATH: the callback lies beside this file
    shell.environment |= {"ISAACSIM_ASSET_ROOT": str(mirror), "PYTHONPATH": str(HERE)}
    shell.call([sys.executable, *TRAIN.split()])
    (directory,) = (shell.directory / "logs" / "rsl_rl" / "cartpole_aligned").iterdir()
    return directory


@pytest.fixture(scope="module")
def scalars(run: Path) -> dict[str, list[float]]:
    """What the run logged, by name, in the order of the iterations."""
    events = EventAccumulator(str(run)).Reload()
    return {name: [event.value for event in events.Scalars(name)] for name in events.Tags()["scalars"]}


def checkpoint(run: Path, iteration: int) -> dict:
    """Checkpoint that the stock runner wrote after an iteration."""
    return torch.load(run / f"model_{iteration}.pt", weights_only=True)


def moved(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor], prefix: str = "") -> bool:
    """Whether every weight matrix under a prefix changed."""
    names = [name for name in before if name.startswith(prefix) and name.endswith("weight")]
    return bool(names) and all(not torch.equal(before[name], after[name]) for name in names)


def test_it_is_isaac_labs_task(run: Path) -> None:
    assert json.loads((run / "run.json").read_text())["task"] == "Isaac-Cartpole"
    contract = checkpoint(run, 0)["observation_contract"]
    assert contract["groups"].keys() == {"policy"}
    policy = contract["groups"]["policy"]
    assert policy["shape"] == [4] and policy["terms"] == [["joint_pos_rel", [2]], ["joint_vel_rel", [2]]]
    assert policy["settings"].keys() >= {"joint_pos_rel", "joint_vel_rel", "history_length"}
    assert contract["actions"].keys() == {"joint_effort"} and contract["actions"]["joint_effort"]["scale"] == 100.0


def test_training_moves_everything_that_learns(run: Path) -> None:
    first, last = checkpoint(run, 0), checkpoint(run, NUM_ITERATIONS - 1)
    assert last["iter"] == NUM_ITERATIONS - 1
    for name in ("teacher", "student"):
        assert moved(first["aligner_state_dict"], last["aligner_state_dict"], f"{name}."), name
        # the policies act on the encoders' moving averages
        policy = f"{name}_state_dict"
        assert moved(first[policy], last[policy], "encoder."), policy
    for part in ("actor_state_dict", "critic_state_dict"):
        assert moved(first[part], last[part]), part


def test_losses_are_finite(scalars: dict[str, list[float]]) -> None:
    assert len(scalars["Loss/alignment"]) == NUM_ITERATIONS
    for name in ("value", "surrogate", "entropy", "policy_drift", "action_distance"):
        assert len(scalars[f"Loss/{name}"]) == NUM_ITERATIONS - 1  # the first iteration warms the encoders up
    broken = {name: values for name, values in scalars.items() if not all(map(math.isfinite, values))}
    assert not broken


def test_the_student_follows_the_teacher_zero_shot(scalars: dict[str, list[float]]) -> None:
    # encoders that do not learn reach 0.002, 0.07 and 0.18; a batch drawn with replacement from a rollout this short
    # holds doubles, which limit the retrieval to 0.88
    assert scalars["Loss/retrieval_accuracy"][-1] > 0.5
    assert scalars["Loss/embedding_std_min"][-1] > 0.1
    assert scalars["Loss/action_distance"][-1] < 0.1 * scalars["Policy/mean_std"][-1]


def test_the_library_names_no_task() -> None:
    ours = [spec for spec in gym.registry.values() if spec.id.startswith("TSRA-")]
    assert ours
    packages = {spec.kwargs["env_cfg_entry_point"].split(".")[1] for spec in ours}
    # a velocity is not only a task
    packages = packages - {"velocity"} | {"blind_velocity", "tsra_tasks.velocity"}
    names = {"cartpole", tsra_tasks.__name__} | {spec.id for spec in ours} | packages
    pattern = re.compile("|".join(map(re.escape, names)), re.IGNORECASE)
    for path in Path(tsra_lab.__file__).parent.rglob("*.py"):
        assert not pattern.search(path.read_text()), path
