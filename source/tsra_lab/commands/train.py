# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Train an agent on a task. The last line printed is ``Run directory: PATH``."""

from __future__ import annotations

from tsra_lab.runners import load_checkpoint
from tsra_lab.runs import (
    DEFAULT_AGENT,
    add_training_arguments,
    apply_arguments,
    find_checkpoint,
    is_preset,
    make_parser,
    named,
    open_training,
    parse_args,
    refusing,
    resolve_configs,
)


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status: 0, or 128 plus the number of the signal that stopped training.
    """
    parser = make_parser(__doc__, video="training")
    add_training_arguments(parser)
    parser.add_argument("--agent", type=named, default=DEFAULT_AGENT, help="Key of the agent's configuration.")
    parser.add_argument(
        "--checkpoint", type=named, default=None, help="Resume: a checkpoint, a run directory, 'latest' or 'best'."
    )
    parser.add_argument(
        "--distributed", action="store_true", help="One of several processes, which torchrun starts: one for each GPU."
    )
    args, overrides = parse_args(parser)

    env_cfg, agent_cfg = resolve_configs(args.task, args.agent, overrides)
    if agent_cfg.class_name != "OnPolicyRunner":
        parser.error(f"'{args.agent}' distils a teacher: use scripts/distill.py")
    agent = apply_arguments(args, env_cfg, agent_cfg)
    resume = None
    if args.checkpoint:
        resume = find_checkpoint(args.task, args.checkpoint, args.agent, experiment=agent["experiment_name"])
        load_checkpoint(resume, "cpu")  # refused before the simulator starts

    with open_training(args, env_cfg, agent, args.agent, list(filter(is_preset, overrides))) as training:
        if resume is not None:
            print(f"[INFO] Resuming from {resume}")
            training.runner.load(str(resume))
        training.runner.learn(agent_cfg.max_iterations, agent_cfg.init_at_random_ep_len)
        if training.exit_status:
            iteration = training.runner.current_learning_iteration
            print(f"[INFO] Stopped at iteration {iteration}. Go on with --checkpoint latest.")
    return training.exit_status
