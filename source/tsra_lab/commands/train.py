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
    add_trust_argument,
    agent_of_run,
    apply_arguments,
    environment_of_run,
    find_checkpoint,
    fine_tuning_agent,
    is_fine_tuning,
    is_preset,
    make_parser,
    named,
    open_training,
    parse_args,
    recorded_presets,
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
        "--checkpoint",
        type=named,
        default=None,
        help="Resume: a checkpoint, a run directory, 'latest' or 'best'. To fine-tune: that of the student.",
    )
    add_trust_argument(parser)
    parser.add_argument(
        "--distributed", action="store_true", help="One of several processes, which torchrun starts: one for each GPU."
    )
    args, overrides = parse_args(parser)

    env_cfg, agent_cfg = resolve_configs(args.task, args.agent, overrides)
    if agent_cfg.class_name != "OnPolicyRunner":
        parser.error(f"'{args.agent}' distils a teacher: use scripts/distill.py")
    agent = apply_arguments(args, env_cfg, agent_cfg)
    checkpoint, contract, presets, goes_on = None, None, list(filter(is_preset, overrides)), True
    if args.checkpoint:
        checkpoint = find_checkpoint(args.task, args.checkpoint, args.agent, experiment=agent["experiment_name"])
        contract = load_checkpoint(checkpoint, "cpu").get("observation_contract")  # refused before the simulator starts
    if is_fine_tuning(agent):
        if checkpoint is None:
            parser.error(f"'{args.agent}' goes on from a student: name its run with --checkpoint")
        source = agent_of_run(checkpoint, args.trust)
        presets = presets or recorded_presets(checkpoint.parent) or []
        of_env = [item for item in overrides if item.startswith("env.")]
        env_cfg = environment_of_run(checkpoint.parent, args.task, "training", [*presets, *of_env])
        agent = fine_tuning_agent(apply_arguments(args, env_cfg, agent_cfg), source, contract)
        goes_on = is_fine_tuning(source)

    with open_training(args, env_cfg, agent, args.agent, presets) as training:
        if checkpoint is not None and goes_on:
            print(f"[INFO] Resuming from {checkpoint}")
            training.runner.load(str(checkpoint))
        elif checkpoint is not None:
            training.runner.load_student(str(checkpoint))
        training.runner.learn(agent_cfg.max_iterations, agent_cfg.init_at_random_ep_len)
        if training.exit_status:
            iteration = training.runner.current_learning_iteration
            print(f"[INFO] Stopped at iteration {iteration}. Go on with --checkpoint latest.")
    return training.exit_status
