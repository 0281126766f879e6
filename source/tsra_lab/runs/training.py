# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Beginning a run: its directory, its log, the environment and the runner."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rsl_rl.env import VecEnv
from torch import distributed

from isaaclab.utils import to_dict

from tsra_lab.runners import BEST_CHECKPOINT, AlignedRunner
from tsra_lab.runners.progress import LOG_FILE

from .arguments import positive
from .directory import new_run, write_params
from .log import RunLog
from .session import check_camera, check_groups_exist, open_environment, record_video


@dataclass
class Training:
    """A run that has begun."""

    env: VecEnv
    """The environment."""

    runner: AlignedRunner
    """The runner, with nothing loaded yet."""

    run: Path | None
    """Run directory; None on all ranks but the first, which alone writes."""

    @property
    def exit_status(self) -> int:
        """0, or 128 plus the number of the signal that stopped training."""
        return 0 if self.runner.stop_signal is None else 128 + self.runner.stop_signal

    def load_best(self) -> None:
        """Go back to the best checkpoint of the run, if evaluation found one."""
        if self.run is not None and (best := self.run / BEST_CHECKPOINT).is_file():
            self.runner.load(str(best))


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that change the agent's configuration.

    Args:
        parser: Parser of a command.
    """
    parser.add_argument(
        "--max_iterations", type=positive, default=None, help="Iterations in total, before a resume included."
    )
    parser.add_argument("--experiment_name", default=None, help="Folder of the run under logs/rsl_rl.")
    parser.add_argument("--run_name", default=None, help="Suffix of the run directory's name.")
    parser.add_argument("--logger", default=None, choices=("tensorboard", "wandb", "neptune"), help="Logger.")


def apply_arguments(args: argparse.Namespace, env_cfg: Any, agent_cfg: Any) -> dict:
    """Apply the arguments of :func:`add_training_arguments`, seed and device.

    Args:
        args: Arguments of the command.
        env_cfg: Configuration of the environment, whose seed becomes the agent's.
        agent_cfg: Configuration of the agent.

    Returns:
        The agent's configuration as a dictionary.
    """
    for option in ("seed", "max_iterations", "experiment_name", "run_name", "logger"):
        if getattr(args, option) is not None:
            setattr(agent_cfg, option, getattr(args, option))
    agent_cfg.device = args.device
    agent_cfg.seed += args.rank
    env_cfg.seed = agent_cfg.seed
    return to_dict(agent_cfg)


@contextlib.contextmanager
def open_training(
    args: argparse.Namespace, env_cfg: Any, agent: dict, agent_key: str, presets: Sequence[str]
) -> Generator[Training]:
    """Begin a run. What is printed goes to ``train.log`` in its directory too; the last line names the directory.

    Args:
        args: Arguments of the command.
        env_cfg: Configuration of the environment.
        agent: Configuration of the agent.
        agent_key: Its key in the registry.
        presets: Preset selectors of the command line, to be recorded.

    Yields:
        The run, ready to load a checkpoint and to learn.

    Raises:
        ValueError: If an observation set is empty or names an unknown group, or there is no camera to switch.
    """
    check_groups_exist(env_cfg, agent["obs_groups"])
    check_camera(env_cfg, agent)
    with contextlib.ExitStack() as stack:
        run = log = None
        if args.rank == 0:
            run = new_run(args.task, agent_key, agent["experiment_name"], agent["run_name"])
            log = stack.enter_context(RunLog(run / LOG_FILE))
            record_video(args, env_cfg, run)
        with open_environment(args, env_cfg, agent["clip_actions"]) as env:
            if run is not None:
                write_params(run, env_cfg, agent, presets)
            runner = AlignedRunner(env, agent, log_dir=None if run is None else str(run), device=args.device)
            runner.add_git_repo_to_log(__file__)
            if log is not None:
                log.started()
            yield Training(env, runner, run)
            if distributed.is_initialized():
                distributed.destroy_process_group()
        if run is not None:
            print(f"Run directory: {run}")
