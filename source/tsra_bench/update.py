# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Time the learning part of an iteration, rollout excluded, of several agents on the same task, in turn."""

from __future__ import annotations

import statistics
import time

import torch
from rsl_rl.algorithms import PPO
from rsl_rl.env import VecEnv

from isaaclab.utils import to_dict

from tsra_lab.runners import AlignedRunner
from tsra_lab.runs import make_parser, open_environment, parse_args, positive, resolve_configs
from tsra_results import write_report

from .results import hardware


def main() -> int:
    """Run the command.

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
    parser.add_argument("--repeats", type=positive, default=40, help="Updates that are timed for each agent.")
    parser.add_argument("--json", default=None, help="File for the results.")
    args, overrides = parse_args(parser)
    if overrides:
        parser.error("overrides would not apply to all agents; register a configuration instead")
    if args.repeats < 2:
        parser.error("--repeats must be at least 2: one duration has no spread")
    agents = {key: to_dict(resolve_configs(args.task, key, [])[1]) for key in args.agents}
    env_cfg, _ = resolve_configs(args.task, None, [])
    env_cfg.seed = 0 if args.seed is None else args.seed
    with open_environment(args, env_cfg) as env:
        learners = {key: Learner(env, agent, args.device) for key, agent in agents.items()}
        for learner in learners.values():
            for _ in range(2):  # the first update of an aligned agent is its warm-up
                learner.time_update()
        times: dict[str, list[float]] = {key: [] for key in agents}
        for _ in range(args.repeats):  # in turn, so that a busy machine slows all alike
            for key, learner in learners.items():
                times[key].append(learner.time_update())
    report = {"task": args.task, "num_envs": env.num_envs, "repeats": args.repeats, "threads": args.num_threads}
    report |= {"hardware": hardware(args.device), "agents": compare(times)}
    print(f"{args.task}, {env.num_envs} environments, {args.repeats} updates each in turn: median [quartiles]")
    for key, result in report["agents"].items():
        low, high = result["ratio_quartiles"]
        print(f"{key:50s} {1000 * result['median_s']:8.1f} ms   x{result['ratio']:.2f} [{low:.2f}, {high:.2f}]")
    if args.json is not None:
        write_report(report, args.json)
    return 0


class Learner:
    """An agent whose updates are timed, each on a rollout of its own."""

    def __init__(self, env: VecEnv, agent: dict, device: str) -> None:
        """Build the agent.

        Args:
            env: Environment.
            agent: Configuration of the agent.
            device: Device of the agent.
        """
        self.env = env
        self.device = device
        self.num_steps: int = agent["num_steps_per_env"]
        self.algorithm: PPO = AlignedRunner(env, agent | {"device": device}, device=device).alg
        self.algorithm.train_mode()

    def time_update(self) -> float:
        """Roll the policy out and learn from it.

        Returns:
            Duration of the learning [s].
        """
        obs = self.env.get_observations().to(self.device)
        with torch.inference_mode():
            for _ in range(self.num_steps):
                obs, rewards, dones, extras = self.env.step(self.algorithm.act(obs).to(self.env.device))
                obs, rewards, dones = obs.to(self.device), rewards.to(self.device), dones.to(self.device)
                self.algorithm.process_env_step(obs, rewards, dones, extras)
            self.algorithm.compute_returns(obs)
        self._synchronize()
        start = time.perf_counter()
        self.algorithm.update()
        self._synchronize()
        return time.perf_counter() - start

    def _synchronize(self) -> None:
        """Wait for the GPU, if there is one."""
        if self.device.startswith("cuda"):
            torch.cuda.synchronize()


def compare(times: dict[str, list[float]]) -> dict[str, dict]:
    """Compare durations that were measured in turn.

    Args:
        times: Durations by the agent's key, at least two of each [s]. The first agent is the reference.

    Returns:
        For each agent its ``median_s``, and ``ratio`` and ``ratio_quartiles``: median and quartiles of the ratios to
        the reference's duration of the same turn.
    """
    reference = next(iter(times.values()))
    report = {}
    for key, values in times.items():
        ratios = [value / other for value, other in zip(values, reference, strict=True)]
        low, ratio, high = statistics.quantiles(ratios, n=4, method="inclusive")
        report[key] = {"median_s": statistics.median(values), "ratio": ratio, "ratio_quartiles": [low, high]}
    return report
