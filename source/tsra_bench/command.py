# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Compare methods over tasks and seeds, and write results, tables and pictures.

Each cell of the grid (task, method, seed) is trained, distilled if the method asks for it, and evaluated. Cells that
need the same training share it. What is finished is not run again, and an interrupted training goes on from its last
checkpoint, so the same command continues a grid.
"""

from __future__ import annotations

import argparse
import functools
import re
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import gymnasium as gym
import torch

from isaaclab.cli import load_external_tasks

from tsra_lab.runs import check_device, positive, resolve_configs, seed
from tsra_results import write_report

from .jobs import Cell, Distillation, Job, Training, environment
from .methods import DISTILLATIONS, BenchmarkMethod, all_methods, method_groups, select_methods
from .plots import draw_bars, draw_curves
from .processes import Processes
from .results import git_state, hardware, read_cell, read_cells
from .summary import summarize
from .tables import format_tables

Groups = dict[str, dict[str, BenchmarkMethod]]
"""Methods by group and name."""


def main() -> int:
    """Run the command.

    Returns:
        Exit status: 0, 1 if a cell has no result, or 128 plus the number of the signal that stopped the benchmark.
    """
    parser = make_parser()
    args = parser.parse_args()
    processes = Processes()
    cells: list[Cell] = []
    try:
        groups = method_groups(args.trials)
        if not args.summarize_only:
            check_device(args.device)
            cells = plan_cells(args, groups)
            check_budgets(cells, args.episodes)
            run_grid(cells, args, processes)
        write_summary(args.output, groups)
    except (ValueError, FileNotFoundError) as error:
        if processes.stop_signal is None:
            parser.error(str(error))
    if processes.stop_signal is not None:
        print("[BENCHMARK] Stopped. The same command goes on from here.")
        return 128 + processes.stop_signal
    return 0 if all(cell.file.exists() for cell in cells) else 1


def make_parser() -> argparse.ArgumentParser:
    """Parser of the command line."""
    load_external_tasks()  # first: a package of tasks may add methods
    methods = all_methods(method_groups())
    listing = "\n".join(f"  {name:18s} {method.description}" for name, method in methods.items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"methods:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--tasks", nargs="+", default=[], help="Names of registered tasks.")
    parser.add_argument(
        "--methods", nargs="+", default=["main"], help="Methods, or main, ablations, frames, all, or trials of a file."
    )
    parser.add_argument(
        "--trials", type=Path, default=None, metavar="FILE", help="File of more methods: name, based_on and overrides."
    )
    parser.add_argument("--seeds", nargs="+", type=seed, default=[1, 2, 3], help="Seeds of training.")
    parser.add_argument("--parallel", type=positive, default=1, help="Trainings that run at once.")
    parser.add_argument("--output", type=Path, default=Path("docs/benchmarks/imitation_gap"), help="Folder of results.")
    parser.add_argument("--episodes", type=positive, default=1024, help="Episodes of each policy.")
    parser.add_argument("--max_iterations", type=positive, default=None, help="Iterations; the agent's if omitted.")
    parser.add_argument(
        "--distillation_iterations", type=positive, default=None, help="Iterations; the distillation's if omitted."
    )
    parser.add_argument("--num_envs", type=positive, default=None, help="Environments; the task's own if omitted.")
    device = "cuda:0" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", default=device, help="Device of simulator and agent.")
    parser.add_argument("--summarize_only", action="store_true", help="Run nothing; summarise the results there are.")
    return parser


def plan_cells(args: argparse.Namespace, groups: Groups) -> list[Cell]:
    """Plan the grid, and check all that can be checked before anything runs.

    Args:
        args: Arguments of the command.
        groups: Methods by group and name.

    Returns:
        The cells: all tasks and methods of the first seed, then those of the next, so that an unfinished grid is
        balanced.

    Raises:
        ValueError: If a task, a method, an agent or an override does not exist.
    """
    names, methods = select_methods(args.methods, groups), all_methods(groups)
    if not args.tasks:
        raise ValueError(f"name --tasks. TSRA Lab's tasks: {', '.join(our_tasks())}")
    tasks = list(dict.fromkeys(args.tasks))
    plans = [_plan_method(task, name, methods[name], args) for task in tasks for name in names]
    return [make_cell(seed) for seed in dict.fromkeys(args.seeds) for make_cell in plans]


def our_tasks() -> list[str]:
    """Names of TSRA Lab's tasks."""
    return sorted(name for name in gym.registry if name.startswith("TSRA-"))


def _plan_method(task: str, name: str, method: BenchmarkMethod, args: argparse.Namespace) -> Callable[[int], Cell]:
    """Plan a method on a task; returns the function that makes the cell of a seed."""
    env_cfg, agent = _load_configs(task, method.agent, method.overrides)
    num_envs = args.num_envs or env_cfg.scene.num_envs
    iterations = max(1, round((args.max_iterations or agent.max_iterations) * method.iteration_factor))
    distillation = None
    if method.distillation is not None:
        _, distilling = _load_configs(task, DISTILLATIONS[method.distillation][0], environment(method.overrides))
        distillation = Distillation(
            method.distillation,
            args.distillation_iterations or distilling.max_iterations,
            distilling.num_steps_per_env,
        )
    settings = (task, method.agent, method.overrides, iterations, agent.num_steps_per_env, num_envs)
    folder = (args.output / "cells" / task).absolute()
    return lambda seed: Cell(name, Training(*settings, seed), distillation, folder / f"{name}_{seed}.json")


@functools.cache
def _load_configs(task: str, agent: str, overrides: tuple[str, ...]) -> tuple[Any, Any]:
    """Load the configurations of a task and an agent, refusing what is not registered."""
    try:
        registered = [key for key in gym.spec(task).kwargs if re.fullmatch(r"rsl_rl_(\w+_)?cfg_entry_point", key)]
    except gym.error.Error as error:
        raise ValueError(f"there is no task '{task}'. TSRA Lab's tasks: {', '.join(our_tasks())}") from error
    if agent not in registered:
        raise ValueError(
            f"{task} has no agent '{agent}', so not every method can be run on it. Its agents: {', '.join(registered)}"
        )
    return resolve_configs(task, agent, list(overrides))


def check_budgets(cells: list[Cell], episodes: int) -> None:
    """Refuse to mix results of different budgets.

    Args:
        cells: The grid.
        episodes: Episodes of each policy.

    Raises:
        ValueError: If a finished cell was made with another budget than the one asked for, or its file is no cell.
    """
    for cell in cells:
        if not cell.file.exists():
            continue
        found = read_cell(cell.file)
        for name, asked in (cell.budget | {"episodes": episodes}).items():
            if found.get(name) != asked:
                raise ValueError(
                    f"'{cell.file}' was made with {name} {found.get(name)}, not the {asked} asked for now. Choose"
                    " another --output, or delete it to have it measured again."
                )


def run_grid(cells: list[Cell], args: argparse.Namespace, processes: Processes) -> None:
    """Run the cells that are not finished, some at once, until they are or a signal comes.

    Args:
        cells: The grid.
        args: Arguments of the command.
        processes: Runs the stages.
    """
    pending: dict[Training, list[Cell]] = {}
    for cell in cells:
        if not cell.file.exists():
            pending.setdefault(cell.training, []).append(cell)
    count = sum(map(len, pending.values()))
    print(f"[BENCHMARK] {len(cells)} cells, {count} to do, in {len(pending)} trainings", flush=True)
    machine = f"{hardware(args.device)}, {args.parallel} trainings at once"
    provenance = {"git": git_state(), "hardware": machine}
    jobs = [Job(training, group, args, processes, provenance) for training, group in pending.items()]
    handlers = {name: signal.signal(name, processes.stop) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        with ThreadPoolExecutor(args.parallel) as pool:
            list(pool.map(lambda job: job.run(), jobs))
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)


def write_summary(output: Path, groups: Groups) -> None:
    """Write summary, tables and pictures of all cells in the output folder, and print the tables.

    Args:
        output: Folder of results.
        groups: Methods by group and name.

    Raises:
        FileNotFoundError: If there is no cell.
        ValueError: If a file is no cell.
    """
    cells, failures = read_cells(output / "cells")
    if not cells and not failures:
        raise FileNotFoundError(f"there is no cell in '{output / 'cells'}'")
    summary = summarize(cells, failures)
    write_report(summary, output / "summary.json")
    labels = {name: method.label for name, method in all_methods(groups).items()}
    colors = {name: method.color for name, method in all_methods(groups).items()}
    tables = format_tables(summary, labels)
    (output / "table.md").write_text(tables)
    comparison = groups["main"] | groups["memory"]
    for task, methods in summary["tasks"].items():
        compared = {name: numbers for name, numbers in methods.items() if name in comparison}
        changed = {name: numbers for name, numbers in methods.items() if name not in comparison}
        if compared:
            draw_bars(compared, labels, colors, task, output / f"bars_{task}")
            draw_curves(compared, labels, colors, task, output / f"curves_{task}")
        if changed:
            whole = {name: numbers for name, numbers in methods.items() if name == "tsra"}
            draw_bars(whole | changed, labels, colors, f"{task}: ablations", output / f"ablations_{task}")
    print(f"\n{tables}\n[BENCHMARK] Results: {output.absolute()}", flush=True)
