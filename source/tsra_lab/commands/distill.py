# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Distil a teacher into a student and export the student. The last line printed is ``Run directory: PATH``.

The zero-shot student of an aligned teacher, or of a baseline's, is refined in embedding and action space. A stock PPO
teacher is distilled by rsl_rl's own distillation (DAgger) or by behaviour cloning: the control of every comparison.
"""

from __future__ import annotations

from tsra_lab.runners import load_checkpoint
from tsra_lab.runs import (
    DEFAULT_AGENT,
    add_training_arguments,
    add_trust_argument,
    agent_of_run,
    apply_arguments,
    distillation_agent,
    distillation_agent_key,
    environment_of_run,
    export_run,
    find_checkpoint,
    is_preset,
    make_parser,
    named,
    open_training,
    parse_args,
    reading,
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
    parser = make_parser(__doc__)
    add_training_arguments(parser)
    parser.add_argument(
        "--teacher", type=named, required=True, help="Checkpoint or run directory of the teacher, latest or best."
    )
    parser.add_argument("--method", default="dagger", choices=("dagger", "bc"), help="Who acts: student or teacher.")
    parser.add_argument(
        "--teacher_agent", type=named, default=DEFAULT_AGENT, help="Agent among whose runs 'latest' looks."
    )
    parser.add_argument(
        "--agent", type=named, default=None, help="Key of the distillation's configuration; by the teacher's kind."
    )
    add_trust_argument(parser)
    args, overrides = parse_args(parser)

    teacher = find_checkpoint(args.task, args.teacher, args.teacher_agent)
    print(f"[INFO] Teacher: {teacher}")
    contract = load_checkpoint(teacher, "cpu").get("observation_contract")  # refused before the simulator starts
    of_env = [item for item in overrides if item.startswith("env.")]
    with reading(teacher.parent):
        teacher_agent = agent_of_run(teacher, args.trust)
        presets = [item for item in overrides if is_preset(item)] or recorded_presets(teacher.parent) or []
        env_cfg = environment_of_run(teacher.parent, args.task, "training", [*presets, *of_env])
    agent_key = args.agent or distillation_agent_key(teacher_agent)
    _, agent_cfg = resolve_configs(args.task, agent_key, [item for item in overrides if item not in of_env])
    with reading(teacher.parent):
        agent = distillation_agent(apply_arguments(args, env_cfg, agent_cfg), teacher_agent, contract, args.method)

    with open_training(args, env_cfg, agent, agent_key, presets) as training:
        training.runner.load_teacher(str(teacher))
        training.runner.learn(agent_cfg.max_iterations, agent_cfg.init_at_random_ep_len)
        if training.runner.stop_signal is None:
            training.load_best()
            assert training.run is not None  # it runs in one process
            export_run(args.task, training.env, training.runner, training.run)
        else:
            print("[INFO] The student is unfinished, so it was not exported; export.py exports it as it is.")
    return training.exit_status
