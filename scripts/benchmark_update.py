# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Time the learning part of an iteration, rollout excluded, of several agents side by side on the same task."""

from __future__ import annotations

import platform
import statistics
import sys
import time

import torch
from rsl_rl.algorithms import PPO
from rsl_rl.env import VecEnv
from rsl_rl.utils import resolve_callable

from isaaclab.utils import to_dict
from isaaclab_rl.rsl_rl import check_rsl_rl_version, handle_deprecated_rsl_rl_cfg

from task_session import make_parser, open_environment, parse_args, resolve_configs
from tsra_results import write_report


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    parser.add_argument(
        "--agents",
        nargs="+",
        default=["rsl_rl_ppo_cfg_entry_point", "rsl_rl_cfg_entry_point"],
        help="Keys of the agents' configurations; the first is what the others are compared with.",
    )
    parser.add_argument("--repeats", type=int, default=20, help="Updates that are timed for each agent.")
    parser.add_argument("--json", default=None, help="File for the results.")
    args, overrides = parse_args(parser)
    if overrides:
        parser.error("overrides would not apply to all agents; register a configuration instead")
    env_cfg, _ = resolve_configs(args.task, None, [])
    env_cfg.seed = 0 if args.seed is None else args.seed
    with open_environment(args, env_cfg) as env:
        algorithms = {key: build(args.task, key, env, args.device) for key in args.agents}
        times: dict[str, list[float]] = {key: [] for key in args.agents}
        for _ in range(args.repeats):  # in turn, so that a busy machine slows all alike
            for key, algorithm in algorithms.items():
                times[key].append(time_update(algorithm))
    first = statistics.median(times[args.agents[0]])
    report = {
        "task": args.task,
        "num_envs": env.num_envs,
        "device": args.device if args.device == "cpu" else torch.cuda.get_device_name(),
        "threads": args.num_threads,
        "machine": f"{platform.machine()}, {platform.system()}, torch {torch.__version__}",
        "agents": {
            key: {
                "median_s": statistics.median(values),
                "min_s": min(values),
                "max_s": max(values),
                "ratio": statistics.median(values) / first,
            }
            for key, values in times.items()
        },
    }
    for key, numbers in report["agents"].items():
        print(f"{key:50s} {1000 * numbers['median_s']:8.1f} ms   x{numbers['ratio']:.2f}")
    if args.json is not None:
        write_report(report, args.json)
    return 0


def build(task: str, key: str, env: VecEnv, device: str) -> PPO:
    """Build an agent's algorithm, let it roll out once and pass what happens only once.

    Args:
        task: Name of the task.
        key: Key of the agent's configuration.
        env: Environment.
        device: Device of the agent.

    Returns:
        The algorithm with a full storage.
    """
    _, agent_cfg = resolve_configs(task, key, [])
    cfg = to_dict(handle_deprecated_rsl_rl_cfg(agent_cfg, check_rsl_rl_version())) | {"multi_gpu": None}
    obs = env.get_observations().to(device)
    algorithm = resolve_callable(cfg["algorithm"]["class_name"]).construct_algorithm(obs, env, cfg, device)
    for _ in range(2):  # the first update of an aligned agent is its warm-up
        with torch.inference_mode():
            for _ in range(cfg["num_steps_per_env"]):
                obs, rewards, dones, extras = env.step(algorithm.act(obs).to(env.device))
                obs, rewards, dones = obs.to(device), rewards.to(device), dones.to(device)
                algorithm.process_env_step(obs, rewards, dones, extras)
            algorithm.compute_returns(obs)
        algorithm.update()
    return algorithm


def time_update(algorithm: PPO) -> float:
    """Duration of one update on the rollout in the storage [s]; an update leaves the rollout in place."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    start = time.perf_counter()
    algorithm.update()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
