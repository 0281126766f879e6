# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Opening a finished run: its checkpoint, its agent, an environment for it, and its policies."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rsl_rl.env import VecEnv

from isaaclab_tasks.utils import load_cfg_from_registry

from tsra_lab.export import STUDENT_FILE, OnnxPolicy
from tsra_lab.runners import AlignedRunner, load_checkpoint

from .arguments import named
from .directory import DEFAULT_AGENT, STUDENT_FOLDER, find_checkpoint
from .environment import Mode, environment_of_run
from .recorded_agent import agent_of_run
from .refusals import reading
from .session import check_groups_exist, open_environment


@dataclass
class FinishedRun:
    """A run as its directory describes it."""

    task: str
    """Name of the task."""

    checkpoint: Path
    """The checkpoint that was taken."""

    agent: dict
    """Configuration of the agent."""

    env_cfg: Any
    """Configuration of an environment for it."""

    mode: Mode = field(default="training", kw_only=True)
    """Mode of the environment."""

    @property
    def exported(self) -> Path:
        """Where the run's exported student lies, if it was exported."""
        return self.checkpoint.parent / STUDENT_FOLDER / STUDENT_FILE

    def check_exported(self, names: Sequence[str] | None) -> None:
        """Refuse an exported student that is asked for and missing, or is none: before the simulator starts.

        Args:
            names: Policies that are asked for; None for all there are.

        Raises:
            FileNotFoundError: If it is asked for by name and was not exported.
            tsra_deploy.ContractError: If the file is no exported student.
        """
        if names is not None and "onnx" not in names:
            return
        if self.exported.is_file():
            OnnxPolicy(self.exported)
        elif names is not None:
            raise FileNotFoundError(f"'{self.exported}' is missing: export the student first (scripts/export.py).")


@dataclass
class OpenRun(FinishedRun):
    """A run with its checkpoint loaded, in an environment."""

    env: VecEnv
    """The environment."""

    runner: AlignedRunner
    """The runner that holds the checkpoint."""

    def policies(self, names: Sequence[str] | None = None) -> dict[str, Any]:
        """Policies by name: ``teacher``, ``student`` and, of an exported student, ``onnx``.

        Args:
            names: Which ones; None for all there are.

        Returns:
            The policies, ready for inference.

        Raises:
            ValueError: If the run lacks one of them.
        """
        policies: dict[str, Any] = dict(self.runner.policies())
        if self.exported.is_file() and (names is None or "onnx" in names):
            policies["onnx"] = onnx = OnnxPolicy(self.exported)
            exported, loaded = onnx.runtime.contract["run"]["iteration"], self.runner.current_learning_iteration
            if exported != loaded:  # the best student was exported, and this is not it
                print(f"[WARNING] onnx is the student of iteration {exported}; the checkpoint that of {loaded}.")
        if absent := [name for name in names or () if name not in policies]:
            raise ValueError(f"this run has no {' or '.join(absent)}; it has {', '.join(policies)}")
        return {name: policies[name] for name in names or policies}


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a finished run.

    Args:
        parser: Parser of a command.
    """
    parser.add_argument(
        "--agent", type=named, default=DEFAULT_AGENT, help="Agent among whose runs 'latest' and 'best' look."
    )
    parser.add_argument(
        "--checkpoint", type=named, required=True, help="A checkpoint, a run directory, 'latest' or 'best'."
    )
    add_trust_argument(parser)


def add_trust_argument(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says whose classes a run may name.

    Args:
        parser: Parser of a command.
    """
    parser.add_argument(
        "--trust", nargs="+", default=(), metavar="PACKAGE", help="Packages whose classes the run may name too."
    )


def find_run(
    task: str,
    checkpoint: str,
    overrides: Sequence[str] = (),
    mode: Mode = "evaluation",
    agent_key: str = DEFAULT_AGENT,
    prefer_best: bool = False,
    trusted: Sequence[str] = (),
) -> FinishedRun:
    """Read what is needed to open a run, and print the checkpoint that was taken. The simulator does not start yet.

    Args:
        task: Name of the task.
        checkpoint: What the command line names, as :func:`find_checkpoint` takes it.
        overrides: ``key=value`` overrides of the environment's configuration, on top of the run's own.
        mode: Mode of the environment.
        agent_key: Key of the agent among whose runs ``latest`` and ``best`` look.
        prefer_best: Whether to take the best checkpoint of the run rather than its newest.
        trusted: Packages whose classes the run may name, beside those that are known.

    Returns:
        The run.

    Raises:
        FileNotFoundError: If there is no such checkpoint, or nothing describes it.
        ValueError: If an override names nothing, the run's environment cannot be rebuilt, or its configuration is
            damaged or not to be trusted.
    """
    path = find_checkpoint(task, checkpoint, agent_key, prefer_best)
    print(f"[INFO] Checkpoint: {path}")
    with reading(path.parent):
        agent = agent_of_run(path, trusted)
        env_cfg = environment_of_run(path.parent, task, mode, overrides)
        check_groups_exist(env_cfg, agent["obs_groups"])
    return FinishedRun(task, path, agent, env_cfg, mode=mode)


@contextlib.contextmanager
def open_run(
    run: FinishedRun, args: argparse.Namespace, seed: int = 0, num_envs: int | None = None
) -> Generator[OpenRun]:
    """Start the simulator, create the environment and load the checkpoint.

    Args:
        run: As :func:`find_run` gives it.
        args: Arguments of the command; its ``seed`` and ``num_envs`` take precedence.
        seed: Seed of the environment.
        num_envs: Number of environments; None for the task's own.

    Yields:
        The run with environment and runner.

    Raises:
        ValueError: If the checkpoint is damaged, of another format, or does not fit the environment.
    """
    load_checkpoint(run.checkpoint, "cpu")  # refused before the simulator starts
    run.env_cfg.seed = seed if args.seed is None else args.seed
    args.num_envs = args.num_envs or num_envs
    with open_environment(args, run.env_cfg, run.agent.get("clip_actions")) as env:
        runner = load_run(env, run, args.device)
        yield OpenRun(run.task, run.checkpoint, run.agent, run.env_cfg, env, runner, mode=run.mode)


def load_run(env: VecEnv, run: FinishedRun, device: str) -> AlignedRunner:
    """Build the runner that made a checkpoint and load it.

    Args:
        env: Environment in rsl_rl's wrapper.
        run: The run.
        device: Device of the agent.

    Returns:
        The runner.

    Raises:
        ValueError: If the checkpoint does not fit the environment.
    """
    runner = AlignedRunner(env, run.agent | {"device": device}, device=device)
    if run.mode != "training":  # later sensors, which somebody asked for, are measured or watched, and not exported
        runner.accept_other_delays()
    runner.load(str(run.checkpoint))
    return runner


def onboard_groups(run: FinishedRun) -> list[str]:
    """Find out what the student sees: from the run itself, else from the task's default agent.

    Args:
        run: The run.

    Returns:
        Observation groups.

    Raises:
        ValueError: If neither has an observation set ``student``.
    """
    if "student" in run.agent["obs_groups"]:
        return list(run.agent["obs_groups"]["student"])
    try:
        default = load_cfg_from_registry(run.task, DEFAULT_AGENT)
    except ValueError:  # the task has no such agent
        default = {}
    groups = default.get("obs_groups") if isinstance(default, dict) else getattr(default, "obs_groups", None)
    if not isinstance(groups, dict) or "student" not in groups:
        raise ValueError(
            f"What the student of {run.task} sees is unknown: neither the run's nor the task's default agent has an"
            " observation set 'student'. Name its observation groups with --onboard."
        )
    return list(groups["student"])
