# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Assembly of a page from exported policies and recorded initial states."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import mujoco
import numpy as np

from tsra_deploy import Policy
from tsra_results import InitialStates, write_report
from tsra_sim2sim import SensorNoise

from .bundle import build_script, mujoco_version
from .worlds import WORLDS

FORMAT_VERSION = 1
"""Version of `page.json`."""

PAGE_FILE = "page.json"
"""What the page shows; it is written last."""


class PageError(ValueError):
    """A page cannot be made of these files, or a folder is none."""


def build_page(
    page: str | Path, policies: Sequence[tuple[str, str]], recorded: Sequence[InitialStates], episodes: int
) -> None:
    """Write a page. It needs no network and no server but one of static files.

    Args:
        page: Folder of the page; what an earlier page left there is replaced.
        policies: Name and ONNX file of each policy, of any tasks that the page has. The first two of a task are shown
            first.
        recorded: Recorded episodes of each of these tasks; the first ones are where episodes begin.
        episodes: Most episodes of a task.

    Raises:
        PageError: If policies and episodes do not belong together, or the page lacks a world for them.
        tsra_deploy.ContractError: If a file is no exported policy.
        tsra_sim2sim.WorldError: If a policy does not fit its task's world.
        BuildError: If the script cannot be built.
    """
    page = Path(page)
    if mujoco.__version__ != mujoco_version():
        raise PageError(f"The page runs MuJoCo {mujoco_version()}, and cannot load models of {mujoco.__version__}.")
    states = {item.task: item for item in recorded}
    if len(states) < len(recorded):
        raise PageError("Give one file of initial states for each task.")
    loaded = [(name, path, Policy.load(path)) for name, path in policies]
    tasks = list(dict.fromkeys(policy.contract["task"] for _, _, policy in loaded))
    if absent := [task for task in tasks if task not in WORLDS]:
        raise PageError(f"The page has no world for {', '.join(absent)}; it has {', '.join(WORLDS)}.")
    if absent := [task for task in tasks if task not in states]:
        raise PageError(f"There are no initial states of {', '.join(absent)}: give them with --initial_states.")
    (page / "policies").mkdir(parents=True, exist_ok=True)
    (page / PAGE_FILE).unlink(missing_ok=True)
    build_script(page)
    entries = []
    for task in tasks:
        of_task = [item for item in loaded if item[2].contract["task"] == task]
        names = [name for name, _, _ in of_task]
        if len(set(names)) < len(names):
            raise PageError(f"Policies of {task} share a name: {', '.join(names)}.")
        entries.append(_write_task(page, task, of_task, states[task], episodes))
    data = {"format_version": FORMAT_VERSION, "mujoco": mujoco.__version__, "tasks": entries}
    write_report(data, page / PAGE_FILE)


def check_page(page: str | Path) -> None:
    """Refuse a folder that holds no page.

    Args:
        page: Folder.

    Raises:
        PageError: If it holds none.
    """
    if not Path(page, PAGE_FILE).is_file():
        raise PageError(f"'{page}' holds no page ({PAGE_FILE}): give policies to build one of.")


def _write_task(
    page: Path, task: str, policies: Sequence[tuple[str, str, Policy]], recorded: InitialStates, episodes: int
) -> dict:
    """Write the files of a task, and describe it."""
    env_cfg = recorded.env_cfg
    contracts = [policy.contract for _, _, policy in policies]
    if any(contract["timing"] != contracts[0]["timing"] for contract in contracts):
        raise PageError(f"The policies of {task} have different control periods or physics steps.")
    count = min(episodes, len(recorded))
    described = []
    for index, (name, path, policy) in enumerate(policies):
        world = WORLDS[task](policy.contract, env_cfg)
        noise = SensorNoise(policy.contract, env_cfg, seed=0)
        world.reset(recorded.state(0))
        policy.act(noise(world.observe()))  # sizes fit, and no sensor is missing
        file = f"policies/{task}_{index}.onnx"
        shutil.copyfile(path, page / file)
        described.append({"name": name, "file": file, "noise": _describe_noise(policy.contract, env_cfg)})
    world = WORLDS[task](contracts[0], env_cfg)
    mujoco.mj_saveModel(world.model, str(page / f"{task}.mjb"), None)
    return {
        "task": task,
        "model": f"{task}.mjb",
        "control_period_s": contracts[0]["timing"]["control_period_s"],
        "world": world.describe(env_cfg),
        "initial_states": [_plain(recorded.state(episode)) for episode in range(count)],
        "policies": described,
    }


def _describe_noise(contract: Mapping, env_cfg: dict) -> dict[str, dict[str, float]]:
    """Mean and standard deviation of each sensor's noise; that it is normal was checked by SensorNoise."""
    noises = {}
    for term in (term for item in contract["inputs"] for term in item["terms"] if not term["noise_free"]):
        noise = env_cfg["observations"][term["group"]][term["name"]]["noise"]
        noises[term["name"]] = {"mean": noise["mean"], "std": noise["std"]}
    return noises


def _plain(state: Mapping[str, np.ndarray]) -> dict:
    """Arrays as lists."""
    return {name: np.asarray(values).tolist() for name, values in state.items()}
