# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Distil a teacher into a student and export the student. The last line printed is ``Run directory: PATH``.

The zero-shot student of an aligned teacher, or of a baseline's, is refined in embedding and action space. A stock PPO
teacher is distilled by rsl_rl's own distillation (DAgger) or by behaviour cloning: the control of every comparison.
"""

from __future__ import annotations

import sys

from isaaclab.utils import to_dict
from isaaclab_rl.rsl_rl import check_rsl_rl_version, handle_deprecated_rsl_rl_cfg

from export import export_run
from run_directory import agent_of_run, find_checkpoint, new_run, write_params
from task_session import check_groups_exist, make_parser, open_environment, parse_args, resolve_configs
from tsra_lab.runners import AlignedRunner


def main() -> int:
    """Run the script.

    Returns:
        Exit status: 0, or 128 plus the number of the signal that stopped training.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--teacher", required=True, help="Run directory or checkpoint of the teacher, or latest.")
    parser.add_argument("--method", default="dagger", choices=("dagger", "bc"), help="Who acts: student or teacher.")
    parser.add_argument("--agent", default=None, help="Key of the distillation's configuration; by the teacher's kind.")
    parser.add_argument("--max_iterations", type=int, default=None, help="Iterations.")
    parser.add_argument("--experiment_name", default=None, help="Folder of the run under logs/rsl_rl.")
    parser.add_argument("--run_name", default=None, help="Suffix of the run directory's name.")
    args, overrides = parse_args(parser)

    teacher = find_checkpoint(args.task, args.teacher)
    teacher_agent = agent_of_run(teacher)
    aligned = "student" in teacher_agent  # its encoder: the teacher comes with a zero-shot student
    agent_key = args.agent or f"rsl_rl_{'aligned_' if aligned else ''}distillation_cfg_entry_point"
    env_cfg, agent_cfg = resolve_configs(args.task, agent_key, overrides)
    for option in ("seed", "max_iterations", "experiment_name", "run_name"):
        if getattr(args, option) is not None:
            setattr(agent_cfg, option, getattr(args, option))
    agent_cfg.device = args.device
    agent = to_dict(handle_deprecated_rsl_rl_cfg(agent_cfg, check_rsl_rl_version()))
    if aligned:
        agent |= aligned_models(teacher_agent)
        agent["algorithm"]["rollout_policy"] = "teacher" if args.method == "bc" else "student"
    elif args.method == "bc":
        agent["algorithm"]["class_name"] = "tsra_lab.algorithms:BehaviorCloning"
    env_cfg.seed = agent["seed"]
    check_groups_exist(env_cfg, agent["obs_groups"])

    run = new_run(args.task, agent_key, agent["experiment_name"], agent["run_name"])
    env_cfg.log_dir = str(run)
    with open_environment(args, env_cfg, agent["clip_actions"]) as env:
        write_params(run, env_cfg, agent)
        runner = AlignedRunner(env, agent, log_dir=str(run), device=args.device)
        runner.load_teacher(str(teacher))
        runner.learn(agent["max_iterations"], agent["init_at_random_ep_len"])
        export_run(args.task, env, runner, run)
    print(f"Run directory: {run}")
    return 0 if runner.stop_signal is None else 128 + runner.stop_signal


def aligned_models(teacher_agent: dict) -> dict:
    """Observation sets and policies of an aligned teacher and its zero-shot student.

    Args:
        teacher_agent: Configuration of the teacher's run.

    Returns:
        The entries ``obs_groups``, ``teacher`` and ``student`` of a distillation's configuration.
    """
    views = ("teacher", "student")
    settings = teacher_agent["algorithm"]
    return {"obs_groups": {view: teacher_agent["obs_groups"][view] for view in views}} | {
        view: {
            "class_name": "tsra_lab.models:EncodedPolicy",
            "encoder": teacher_agent[view],
            "head": teacher_agent["actor"],
            "embedding_dim": settings.get("alignment", settings)["embedding_dim"],
        }
        for view in views
    }


if __name__ == "__main__":
    sys.exit(main())
