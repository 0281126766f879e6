# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Time a task's environment steps, with its onboard camera rendering at every step and with none, if it has one."""

from __future__ import annotations

import time

import torch
from rsl_rl.env import VecEnv

from tsra_lab.hooks import hooks_of
from tsra_lab.runs import make_parser, open_environment, parse_args, positive, resolve_configs
from tsra_results import write_report

from .results import hardware

WARM_UP = 10
"""Steps before the clock starts."""


def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument("--steps", type=positive, default=100, help="Environment steps that are timed.")
    parser.add_argument("--json", default=None, help="File for the results.")
    args, overrides = parse_args(parser)
    env_cfg, _ = resolve_configs(args.task, None, overrides)
    env_cfg.seed = 0 if args.seed is None else args.seed
    rates = {}
    with open_environment(args, env_cfg) as env:
        camera = hooks_of(env).onboard_camera(env.unwrapped)
        for name, on in (("without camera", False), ("camera at every step", True)):
            if camera is not None:
                camera.switch(on)
            elif on:
                break
            rates[name] = time_steps(env, args.steps)
    for name, rate in rates.items():
        print(f"{args.task}, {env.num_envs} environments, {name}: {rate:.0f} environment steps per second")
    if args.json is not None:
        report = {"task": args.task, "num_envs": env.num_envs, "hardware": hardware(args.device)}
        write_report(report | {"env_steps_per_s": rates}, args.json)
    return 0


def time_steps(env: VecEnv, steps: int) -> float:
    """Environment steps per second, over all environments, under small random actions."""
    shape = (env.num_envs, env.num_actions)
    for _ in range(WARM_UP):
        env.step(torch.zeros(shape, device=env.device))
    start = time.perf_counter()
    for _ in range(steps):
        env.step(0.3 * torch.randn(shape, device=env.device))
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return env.num_envs * steps / (time.perf_counter() - start)
