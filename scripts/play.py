# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Watch a policy: in Isaac Sim (``--viz kit``), or kit-less (``--viz newton``, ``viser`` or ``rerun``)."""

from __future__ import annotations

import sys

from isaaclab_rl.entrypoints.common import (
    add_video_args,
    apply_video_recording,
    enable_cameras_for_video,
    pre_launch_video_config,
    run_playback,
)

from run_directory import agent_of_run, find_checkpoint
from task_session import check_groups_exist, make_parser, open_environment, parse_args, resolve_configs
from tsra_lab.export import OnnxPolicy
from tsra_lab.runners import AlignedRunner


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--agent", default="rsl_rl_cfg_entry_point", help="Agent among whose runs 'latest' looks.")
    parser.add_argument("--checkpoint", required=True, help="A checkpoint, a run directory, 'latest' or 'best'.")
    parser.add_argument("--policy", default="student", choices=("teacher", "student", "onnx"), help="Who acts.")
    parser.add_argument("--real-time", action="store_true", help="Do not run faster than real time.")
    add_video_args(parser, action="play")
    args, overrides = parse_args(parser)
    enable_cameras_for_video(args)

    checkpoint = find_checkpoint(args.task, args.checkpoint, args.agent)
    agent = agent_of_run(checkpoint)
    env_cfg, _ = resolve_configs(args.task, None, overrides, play_mode=True)
    check_groups_exist(env_cfg, agent["obs_groups"])
    env_cfg.seed = 0 if args.seed is None else args.seed
    env_cfg.log_dir = str(checkpoint.parent)
    pre_launch_video_config(env_cfg, args)
    apply_video_recording(env_cfg, str(checkpoint.parent), args, subdir="play", checkpoint_path=str(checkpoint))

    with open_environment(args, env_cfg, agent["clip_actions"]) as env:
        if args.policy == "onnx":
            policy = OnnxPolicy(checkpoint.parent / "exported" / "policy.onnx")
        else:
            runner = AlignedRunner(env, agent | {"device": args.device}, device=args.device)
            runner.load(str(checkpoint))
            policies = runner.policies()
            if args.policy not in policies:
                parser.error(f"this run has no {args.policy}; it has {', '.join(policies)}")
            policy = policies[args.policy]
        obs = env.get_observations()

        def step() -> None:
            nonlocal obs
            obs, _, dones, _ = env.step(policy(obs).to(env.device))
            if hasattr(policy, "reset"):
                policy.reset(dones)

        run_playback(step, dt=env.unwrapped.step_dt, args_cli=args, env_cfg=env_cfg)
    return 0


if __name__ == "__main__":
    sys.exit(main())
