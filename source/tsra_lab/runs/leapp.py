# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The student of a run as a LEAPP pipeline, which ``isaaclab leapp deploy`` runs.

Isaac Lab's own ``isaaclab leapp export`` takes the policy that PPO trains, which here is the teacher. So its parts are
put together for the student, in the environment that the run was trained in, and what comes out is compared with it.

Needs the package ``leapp``, and the simulator to be running when it is imported.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import leapp
import torch
from leapp import ExportManager, TensorSemantics, annotate
from leapp.leapp_graph.datatypes import is_traced_type
from rsl_rl.env import VecEnv
from rsl_rl.models import MLPModel
from tensordict import TensorDict

from isaaclab.utils.leapp.utils import build_command_connection
from isaaclab_rl.entrypoints.backends.export_common import create_graph_configs, prepare_export_env
from isaaclab_rl.entrypoints.backends.export_rsl_rl import (
    actor_hidden_from_registered,
    ensure_actor_hidden_state_initialized,
    get_actor_hidden_state,
    is_actor_recurrent_policy,
    set_actor_hidden_state,
    state_dict_from_actor_hidden,
)

from tsra_lab.export import OnnxPolicy

from .opening import OpenRun

TRACED_STEPS = 5
"""Steps that LEAPP sees; it traces the first."""

EPISODES, STEPS = 4, 50
"""Episodes, and steps of each, in which the pipeline is compared with the student."""

TOLERANCE = 1.0e-5
"""Largest difference of targets that is accepted, relative to the largest target."""

TARGETS = {
    "set_joint_position_target_index": "joint_pos_target",
    "set_joint_velocity_target_index": "joint_vel_target",
    "set_joint_effort_target_index": "joint_effort_target",
}
"""Where the robot's data have what a method of it writes."""


def export_pipeline(opened: OpenRun, directory: Path) -> Path:
    """Write the student's pipeline, and only if it gives the targets that the student gives.

    The contract of the exported student goes along, under ``pipeline.configs.tsra`` of the description.

    Args:
        opened: Run with one environment. The environment serves for nothing else afterwards.
        directory: Folder for the files.

    Returns:
        Path of the pipeline's description, a YAML file.

    Raises:
        ValueError: If the exported student is of another iteration, LEAPP cannot trace what a term does, or the
            pipeline acts otherwise than the student.
    """
    contract = OnnxPolicy(opened.exported).runtime.contract
    iteration = opened.runner.current_learning_iteration
    if contract["run"]["iteration"] != iteration:
        raise ValueError(
            f"'{opened.exported}' is the student of iteration {contract['run']['iteration']}, the checkpoint of"
            f" {iteration}: export the student of this checkpoint first (scripts/export.py)."
        )
    env, student = opened.env, opened.runner.trained_student()
    groups = opened.runner.contract["sets"]["student"]
    # it replaces methods of the environment's managers
    node = prepare_export_env(env, argparse.Namespace(export_method=None), required_obs_groups=set(groups))
    readings = _watch(env, groups, node, contract)
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix=".export") as temporary:
        description = _trace(env, student, node, opened.task, temporary, contract)
        difference = _compare(env, student, node, description, readings)
        for file in description.parent.iterdir():
            os.replace(file, directory / file.name)
    path = directory / description.name
    print(f"[INFO] Exported the student of iteration {iteration} to {path}; its targets differ by {difference:.1e}.")
    alone = [name for name, reading in readings.items() if reading.is_input and not reading.command]
    if alone:
        print(f"[INFO] 'isaaclab leapp deploy' cannot read {', '.join(alone)}: whoever runs the pipeline must.")
    return path


class Reading:
    """An observation term that remembers its value, and is an input of the pipeline where LEAPP cannot see its source.

    LEAPP sees annotated data of the scene. What a term takes from elsewhere would become a constant.
    """

    def __init__(self, term: Any, name: str, node: str, told: dict, command_name: str | None) -> None:
        """Watch a term.

        Args:
            term: Function or object that computes the observation.
            name: Name of the input that it may be.
            node: Name of LEAPP's node.
            told: What a deployer must know of it.
            command_name: Command that the term names, or None.
        """
        self.term, self.name, self.node, self.told, self.command_name = term, name, node, told, command_name
        self.is_input: bool | None = None
        self.command = False
        """Whether it is the command itself, which ``isaaclab leapp deploy`` can read."""
        self.value: torch.Tensor | None = None

    def __getattr__(self, name: str) -> Any:
        """What else the term has: ``reset``, say."""
        return getattr(self.term, name)

    def __call__(self, env: Any, *args: Any, **params: Any) -> torch.Tensor:
        """Compute the observation."""
        value = self.term(env, *args, **params)
        if not ExportManager.is_interpret_graph_enabled():
            self.value = value.clone()
            return value
        if self.is_input is None:
            self.is_input = not is_traced_type(value)
            if self.is_input and self.command_name is not None:
                self.command = torch.equal(value, env.command_manager.get_command(self.command_name))
        if not self.is_input:
            return value
        told = self.told | (build_command_connection(self.command_name) if self.command else {})
        return annotate.input_tensors(self.node, TensorSemantics(name=self.name, ref=value, extra=told))


def _watch(env: VecEnv, groups: list[str], node: str, contract: dict) -> dict[str, Reading]:
    """Put readings in the place of the student's terms; returns them by the names of the inputs that they may be."""
    manager = env.unwrapped.observation_manager
    terms = {term["name"]: term for item in contract["inputs"] for term in item["terms"]}
    readings = {}
    for group in groups:
        for name, cfg in zip(manager.active_terms[group], manager._group_obs_term_cfgs[group], strict=True):
            told = {key: terms[name][key] for key in ("unit", "frame")}
            called = f"{group}_{name}"  # an output may have the term's own name
            readings[called] = cfg.func = Reading(cfg.func, called, node, told, cfg.params.get("command_name"))
    return readings


def _trace(env: VecEnv, student: MLPModel, node: str, task: str, folder: str, contract: dict) -> Path:
    """Let LEAPP look on, and compile what it saw; returns the description.

    Raises:
        ValueError: If LEAPP cannot.
    """
    frequency = create_graph_configs(env.unwrapped.cfg).frequency
    leapp.start(task, save_path=folder, max_cached_io=TRACED_STEPS)
    try:
        obs = _begin(env, student)
        for _ in range(TRACED_STEPS):
            obs = _step(env, student, node, obs)
        leapp.stop()
        configs = leapp.GraphConfigs(frequency=frequency, extra={"tsra": contract})
        leapp.compile_graph(visualize=False, graph_configs=configs)
    except Exception as error:  # LEAPP, torch's exporter and ONNX have no common base class for their errors
        with contextlib.suppress(Exception):
            leapp.stop()
        raise ValueError(f"LEAPP cannot trace what a term of {task} computes, or what it reads: {error}") from error
    return Path(folder, task, f"{task}.yaml")


@torch.no_grad()
def _begin(env: VecEnv, student: MLPModel) -> TensorDict:
    """Begin an episode."""
    student.reset()
    return env.reset()[0]


@torch.no_grad()
def _step(env: VecEnv, student: MLPModel, node: str, obs: TensorDict) -> TensorDict:
    """Act, and tell LEAPP of the memory."""
    recurrent = is_actor_recurrent_policy(student)
    if recurrent:
        kind = next(student.parameters())
        before = ensure_actor_hidden_state_initialized(student, env.num_envs, kind.device, kind.dtype)
        registered = annotate.state_tensors(node, state_dict_from_actor_hidden(before))
        set_actor_hidden_state(student, actor_hidden_from_registered(registered, before))
    actions = student(obs)
    if recurrent:
        annotate.update_state(node, state_dict_from_actor_hidden(get_actor_hidden_state(student)))
    return env.step(actions)[0]


def _compare(env: VecEnv, student: MLPModel, node: str, description: Path, readings: dict[str, Reading]) -> float:
    """Run the pipeline beside the student; returns the largest difference of targets.

    Raises:
        ValueError: If it exceeds :data:`TOLERANCE`.
    """
    inference = leapp.InferenceManager(str(description))
    nodes = inference.nodes[node]
    inputs = {item["name"]: item for item in nodes.input_descriptions}
    given = {key.partition("/")[2] for key in inference.outputs}  # without what is fed back
    outputs = {item["name"]: item for item in nodes.output_descriptions if item["name"] in given}
    outputs = {name: item for name, item in outputs.items() if item.get("kind") not in ("kp", "kd")}
    manager, targets = env.unwrapped.action_manager, {}
    apply = manager.apply_action

    def note_targets() -> None:
        """Apply the actions; note the targets of the first physics step, for terms may move them in later ones."""
        apply()
        if not targets:
            targets.update({name: _target(env, item).clone() for name, item in outputs.items()})

    manager.apply_action = note_targets
    difference = largest = 0.0
    for _ in range(EPISODES):
        obs = _begin(env, student)
        inference.reset()
        for _ in range(STEPS):
            names = [key.partition("/")[2] for key in inference.inputs]
            # copies: reset() of LEAPP 0.7.2 zeroes what it was fed, which would be the simulator's state
            feed = {f"{node}/{name}": _measure(env, inputs[name], readings).clone() for name in names}
            answers = inference.run_policy(feed)
            targets.clear()
            obs = _step(env, student, node, obs)
            for name, target in targets.items():
                answer = answers[f"{node}/{name}"].reshape(target.shape)
                difference = max(difference, float((answer - target).abs().max()))
                largest = max(largest, float(target.abs().max()))
    manager.apply_action = apply
    if not difference <= TOLERANCE * max(largest, 1.0):
        raise ValueError(
            f"The LEAPP pipeline's targets differ from the student's by {difference:.1e}: something that a term, a"
            " delay or an action reads was taken for a constant. Let each observation term read either data of the"
            " scene or something else, not both."
        )
    return difference


def _measure(env: VecEnv, description: dict, readings: dict[str, Reading]) -> torch.Tensor:
    """Value of an input, read as ``isaaclab leapp deploy`` does; else what the term gave."""
    base = env.unwrapped
    kind, *place = description.get("isaaclab_connection", "").split(":")
    if kind == "command":
        return base.command_manager.get_command(place[0])
    if kind != "state":
        value = readings[description["name"]].value
        assert value is not None  # an episode has begun
        return value
    data: Any = base.scene[place[0]].data
    for part in place[1].split("."):
        data = data[part] if isinstance(data, Mapping) else getattr(data, part)
    return data.torch


def _target(env: VecEnv, description: dict) -> torch.Tensor:
    """What the student's action made of an output of the pipeline."""
    base = env.unwrapped
    if "isaaclab_connection" not in description:
        return base.action_manager.get_term(description["name"]).processed_actions
    _, entity, method = description["isaaclab_connection"].split(":")
    if method not in TARGETS:
        raise ValueError(f"The pipeline's output '{description['name']}' ({method}) cannot be compared.")
    robot = base.scene[entity]
    joints, _ = robot.find_joints(description["element_names"][0], preserve_order=True)
    return getattr(robot.data, TARGETS[method]).torch[:, joints]
