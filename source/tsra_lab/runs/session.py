# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What every command needs around its work: arguments, configurations checked before the simulator starts, and the
simulator itself."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch
from rsl_rl.env import VecEnv

from isaaclab.app import add_launcher_args, launch_simulation
from isaaclab.cli import load_external_tasks
from isaaclab_rl.entrypoints.common import (
    add_video_args,
    apply_env_overrides,
    apply_video_recording,
    close_env,
    enable_cameras_for_video,
    pre_launch_video_config,
)
from isaaclab_rl.rsl_rl import RslRlVecEnvWrapper
from isaaclab_tasks.utils import resolve_task_config, setup_preset_cli

from tsra_lab.hooks import TaskHooks, hooks_of
from tsra_lab.observations import SHARED, check_observation_sets

from .arguments import check_device, positive, seed
from .environment_limits import check_environment
from .ranks import join_ranks
from .refusals import note_start
from .upstream import migrated


def make_parser(description: str | None, task: str | None = None, video: str | None = None) -> argparse.ArgumentParser:
    """Parser with the arguments that all commands share.

    Args:
        description: What the command does.
        task: Task of a command that serves one task only; None for a required argument.
        video: What can be recorded on video, for the help text; None for nothing.

    Returns:
        The parser.
    """
    # no abbreviations: a misspelt option must not pass for another
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("--task", default=task, required=task is None, help="Name of a registered task.")
    parser.add_argument(
        "--num_envs", type=positive, default=None, help="Number of environments; the task's own if omitted."
    )
    parser.add_argument(
        "--seed", type=seed, default=None, help="Seed of environment and agent; the agent's if omitted."
    )
    # on busy cores, PyTorch's own default made updates of small networks many times slower
    parser.add_argument(
        "--num_threads",
        type=positive,
        default=os.environ.get("OMP_NUM_THREADS", "1"),  # a text is checked as an argument is
        help="Threads of PyTorch on the CPU (default: OMP_NUM_THREADS, else 1).",
    )
    if video is not None:
        add_video_args(parser, action=video)
    return parser


def parse_args(parser: argparse.ArgumentParser) -> tuple[argparse.Namespace, list[str]]:
    """Parse the command line into arguments and ``key=value`` overrides of the configurations.

    Args:
        parser: Parser with the command's arguments.

    Returns:
        Arguments, with this process's ``rank``, and overrides, the latter as Isaac Lab's command line takes them.
    """
    load_external_tasks()  # ours too: they are an entry point like anybody's
    add_launcher_args(parser)
    parser.set_defaults(device="cuda:0" if torch.cuda.is_available() else "cpu")
    args, overrides = setup_preset_cli(parser)
    wrong = [token for token in overrides if not re.match(r"\+{0,2}[A-Za-z_][\w.]*=", token)]
    if wrong:
        parser.error(f"unrecognised arguments: {' '.join(wrong)}")
    for name in ("video_length", "video_interval"):
        number = getattr(args, name, None)
        if number is not None and number < 1:
            parser.error(f"--{name}: must be at least 1, not {number}")
    try:
        check_device(args.device)
        args.rank = join_ranks(args)
    except ValueError as error:
        parser.error(str(error))
    enable_cameras_for_video(args)
    torch.set_num_threads(args.num_threads)
    sys.argv = sys.argv[:1]
    check_task(parser, args.task)
    return args, overrides


def check_task(parser: argparse.ArgumentParser, task: str) -> None:
    """End the command if there is no such task. Tasks must have been loaded.

    Args:
        parser: Parser of the command.
        task: Name of the task.
    """
    try:
        gym.spec(task)
    except gym.error.Error:
        ours = sorted(name for name in gym.registry if name.startswith("TSRA-"))
        parser.error(f"there is no task '{task}'. TSRA Lab's tasks: {', '.join(ours)}")


def is_preset(override: str) -> bool:
    """Whether an override selects a preset."""
    return override.split("=")[0] in ("physics", "renderer", "presets")


def resolve_configs(task: str, agent: str | None, overrides: list[str], play_mode: bool = False) -> tuple[Any, Any]:
    """Load the configurations of a task and an agent and apply the overrides, refusing those that name nothing.

    Args:
        task: Name of the task.
        agent: Key of the agent's configuration in the registry; None for none.
        overrides: ``key=value`` overrides and preset selectors.
        play_mode: Whether to apply the task's play mode.

    Returns:
        Configurations of environment and agent, the latter None for no agent.

    Raises:
        ValueError: If an override names an option that does not exist.
    """
    presets = [item for item in overrides if is_preset(item)]
    if named := [item for item in overrides if item not in presets]:
        plain = dict(zip(("env", "agent"), resolve_task_config(task, agent, play_mode, presets), strict=True))
        for item in named:
            _check_override(plain, item, task, agent)
    env_cfg, agent_cfg = resolve_task_config(task, agent, play_mode, overrides)
    return env_cfg, None if agent_cfg is None else migrated(agent_cfg)


def _check_override(configs: dict, item: str, task: str, agent: str | None) -> None:
    """Refuse an override whose path does not exist; Isaac Lab would set a new attribute without effect."""
    root, *path = item.split("=")[0].split(".")
    if root not in ("env", "agent") or not path:
        raise ValueError(f"Override '{item}' must start with 'env.' or 'agent.', or be a preset selector.")
    if [root, *path] == ["env", "seed"]:
        raise ValueError(f"Override '{item}' has no effect: the environment takes the agent's seed. Use --seed.")
    config = configs[root]
    if config is None:
        raise ValueError(f"Override '{item}' has no effect here: the agent's configuration comes from its run.")
    for depth, name in enumerate(path):
        options = config.keys() if isinstance(config, Mapping) else {key for key in vars(config) if key[0] != "_"}
        if name not in options:
            where = ".".join([root, *path[:depth]])
            key = agent if root == "agent" else "env_cfg_entry_point"
            raise ValueError(
                f"Override '{item}': '{where}' of {task} ({key}) has no option '{name}'."
                f" Its options: {', '.join(sorted(map(str, options)))}."
            )
        config = config[name] if isinstance(config, Mapping) else getattr(config, name)


def check_groups_exist(env_cfg: Any, obs_groups: dict[str, list[str]]) -> None:
    """Check the agent's observation sets against the task's observation groups.

    Args:
        env_cfg: Configuration of the environment.
        obs_groups: Observation sets and the groups in them.

    Raises:
        ValueError: If a set is empty or names an unknown group.
    """
    observations = getattr(env_cfg, "observations", None)
    if observations is None:
        return  # a direct environment: its groups are known once it runs, and the algorithm checks them then
    available = [name for name, group in vars(observations).items() if group is not None]
    required = [name for name in obs_groups if name != SHARED]
    check_observation_sets(obs_groups, required, available, optional=(SHARED,))


def check_camera(env_cfg: Any, agent: Mapping[str, Any]) -> None:
    """Check that there is a camera to switch, where one is not to render at every step.

    Args:
        env_cfg: Configuration of the environment.
        agent: Configuration of the agent.

    Raises:
        ValueError: If there is none.
    """
    interval = agent["algorithm"].get("pairs", {}).get("render_interval", 1)
    if interval > 1 and type(hooks_of(env_cfg)).onboard_camera is TaskHooks.onboard_camera:
        raise ValueError(
            f"agent.algorithm.pairs.render_interval is {interval}, but {type(env_cfg).__name__} has no camera to"
            " switch: set it to 1, or give the task the hook 'onboard_camera' (tsra_lab.hooks.TaskHooks)."
        )


@contextlib.contextmanager
def open_environment(args: argparse.Namespace, env_cfg: Any, clip_actions: float | None = None) -> Generator[VecEnv]:
    """Start the simulator and create the task's environment in rsl_rl's wrapper.

    Args:
        args: Arguments of the command.
        env_cfg: Configuration of the environment; its seed must be set.
        clip_actions: Bound of the actions; None for none.

    Yields:
        The environment.
    """
    apply_env_overrides(args, env_cfg)
    check_environment(env_cfg)
    note_start()
    with launch_simulation(env_cfg, args), contextlib.ExitStack() as cleanup:
        env = gym.make(args.task, cfg=env_cfg)
        cleanup.callback(close_env, env)
        yield RslRlVecEnvWrapper(env, clip_actions=clip_actions)


def record_video(
    args: argparse.Namespace, env_cfg: Any, run: Path, folder: str = "train", checkpoint: Path | None = None
) -> None:
    """Let the environment write to a run directory: its logs, and, with ``--video``, videos.

    Args:
        args: Arguments of the command.
        env_cfg: Configuration of the environment.
        run: Run directory.
        folder: Folder of the videos within the directory's ``videos``.
        checkpoint: Checkpoint that the videos are named after; None for training.
    """
    env_cfg.log_dir = str(run)
    pre_launch_video_config(env_cfg, args)
    name = None if checkpoint is None else str(checkpoint)
    apply_video_recording(env_cfg, str(run), args, subdir=folder, checkpoint_path=name)
