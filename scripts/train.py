# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Train an agent on a task. The last line printed is ``Run directory: PATH``."""

from __future__ import annotations

import sys

from isaaclab.utils import to_dict
from isaaclab_rl.entrypoints.common import (
    add_video_args,
    apply_video_recording,
    enable_cameras_for_video,
    pre_launch_video_config,
)
from isaaclab_rl.rsl_rl import check_rsl_rl_version, handle_deprecated_rsl_rl_cfg

from run_directory import find_checkpoint, new_run, write_params
from task_session import check_groups_exist, make_parser, open_environment, parse_args, resolve_configs
from tsra_lab.runners import AlignedRunner


def main() -> int:
    """Run the script.

    Returns:
        Exit status: 0, or 128 plus the number of the signal that stopped training.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--agent", default="rsl_rl_cfg_entry_point", help="Key of the agent's configuration.")
    parser.add_argument(
        "--max_iterations", type=int, default=None, help="Iterations in total, before a resume included."
    )
    parser.add_argument("--checkpoint", default=None, help="Resume: a checkpoint, a run directory, 'latest' or 'best'.")
    parser.add_argument("--experiment_name", default=None, help="Folder of the run under logs/rsl_rl.")
    parser.add_argument("--run_name", default=None, help="Suffix of the run directory's name.")
    parser.add_argument("--logger", default=None, choices=("tensorboard", "wandb", "neptune"), help="Logger.")
    add_video_args(parser, action="training")
    args, overrides = parse_args(parser)
    enable_cameras_for_video(args)

    env_cfg, agent_cfg = resolve_configs(args.task, args.agent, overrides)
    for option in ("seed", "max_iterations", "experiment_name", "run_name", "logger"):
        if getattr(args, option) is not None:
            setattr(agent_cfg, option, getattr(args, option))
    agent_cfg = handle_deprecated_rsl_rl_cfg(agent_cfg, check_rsl_rl_version())
    agent_cfg.device = args.device
    env_cfg.seed = agent_cfg.seed
    check_groups_exist(env_cfg, agent_cfg.obs_groups)
    if agent_cfg.class_name != "OnPolicyRunner":
        parser.error(f"'{args.agent}' distils a teacher: use scripts/distill.py")
    resume = find_checkpoint(args.task, args.checkpoint, args.agent) if args.checkpoint else None

    run = new_run(args.task, args.agent, agent_cfg.experiment_name, agent_cfg.run_name)
    env_cfg.log_dir = str(run)
    pre_launch_video_config(env_cfg, args)
    apply_video_recording(env_cfg, str(run), args)

    with open_environment(args, env_cfg, agent_cfg.clip_actions) as env:
        write_params(run, env_cfg, agent_cfg)
        runner = AlignedRunner(env, to_dict(agent_cfg), log_dir=str(run), device=agent_cfg.device)
        runner.add_git_repo_to_log(__file__)
        if resume is not None:
            print(f"[INFO] Resuming from {resume}")
            runner.load(str(resume))
        runner.learn(agent_cfg.max_iterations, agent_cfg.init_at_random_ep_len)
    if runner.stop_signal is not None:
        print(f"[INFO] Stopped at iteration {runner.current_learning_iteration}. Go on with --checkpoint latest.")
    print(f"Run directory: {run}")
    return 0 if runner.stop_signal is None else 128 + runner.stop_signal


if __name__ == "__main__":
    sys.exit(main())
