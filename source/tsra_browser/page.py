# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Assembly of a page from exported policies and recorded initial states."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import mujoco
import numpy as np

from tsra_deploy import Policy
from tsra_results import InitialStates, write_report
from tsra_sim2sim import SensorDelays, SensorNoise

from .bundle import build_script, mujoco_version
from .worlds import WORLDS

FORMAT_VERSION = 1
"""Version of `page.json`."""

PAGE_FILE = "page.json"
"""What the page shows; it is written last."""


class PageError(ValueError):
    """A page cannot be made of these files, or a folder is none."""


class _Entrant(NamedTuple):
    """A policy that is to be on the page."""

    name: str
    path: Path
    policy: Policy


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
    of_tasks: dict[str, list[_Entrant]] = {}
    for name, path in policies:
        entrant = _Entrant(name, Path(path), Policy.load(path))
        of_tasks.setdefault(entrant.policy.contract["task"], []).append(entrant)
    if absent := [task for task in of_tasks if task not in WORLDS]:
        raise PageError(f"The page has no world for {', '.join(absent)}; it has {', '.join(WORLDS)}.")
    if absent := [task for task in of_tasks if task not in states]:
        raise PageError(f"There are no initial states of {', '.join(absent)}: give them with --initial_states.")
    tasks = [_describe_task(entrants, states[task], episodes) for task, entrants in of_tasks.items()]
    (page / "policies").mkdir(parents=True, exist_ok=True)
    (page / PAGE_FILE).unlink(missing_ok=True)
    build_script(page)
    for described, entrants in zip(tasks, of_tasks.values(), strict=True):
        for item, entrant in zip(described["policies"], entrants, strict=True):
            shutil.copyfile(entrant.path, page / item["file"])
        world = WORLDS[described["task"]](entrants[0].policy.contract, states[described["task"]].env_cfg)
        mujoco.mj_saveModel(world.model, str(page / described["model"]), None)
    write_report({"format_version": FORMAT_VERSION, "mujoco": mujoco.__version__, "tasks": tasks}, page / PAGE_FILE)


def check_page(page: str | Path) -> None:
    """Refuse a folder that holds no page.

    Args:
        page: Folder.

    Raises:
        PageError: If it holds none.
    """
    if not Path(page, PAGE_FILE).is_file():
        raise PageError(f"'{page}' holds no page ({PAGE_FILE}): give policies to build one of.")


def _describe_task(entrants: Sequence[_Entrant], recorded: InitialStates, episodes: int) -> dict:
    """What the page must know of a task, once it is seen that its policies run in its world."""
    env_cfg, task = recorded.env_cfg, recorded.task
    names = [entrant.name for entrant in entrants]
    if len(set(names)) < len(names):
        raise PageError(f"Policies of {task} share a name: {', '.join(names)}.")
    timing = entrants[0].policy.contract["timing"]
    if any(entrant.policy.contract["timing"] != timing for entrant in entrants):
        raise PageError(f"The policies of {task} have different control periods or physics steps.")
    described = []
    for index, (name, _, policy) in enumerate(entrants):
        world = WORLDS[task](policy.contract, env_cfg)
        noise = SensorNoise(policy.contract, env_cfg, seed=0)
        if late := SensorDelays(policy.contract, env_cfg, seed=0).ranges:
            raise PageError(f"The task delays {', '.join(late)}; on the page no sensor is late.")
        world.reset(recorded.state(0))
        policy.act(noise(world.observe()))  # no sensor is missing, and all have the sizes that it was trained with
        normal = {term: {key: cfg[key] for key in ("mean", "std")} for term, cfg in noise.settings.items()}
        described.append({"name": name, "file": f"policies/{task}_{index}.onnx", "noise": normal})
    states = [recorded.state(episode) for episode in range(min(episodes, len(recorded)))]
    return {
        "task": task,
        "model": f"{task}.mjb",
        "control_period_s": timing["control_period_s"],
        "world": WORLDS[task](entrants[0].policy.contract, env_cfg).describe(env_cfg),
        "initial_states": [{name: np.asarray(values).tolist() for name, values in state.items()} for state in states],
        "policies": described,
    }
