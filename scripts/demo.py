# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""From nothing to an ONNX student on the colour maze: train, distil, export, evaluate, draw. ``make demo`` runs it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

from tsra_lab.evaluation import format_table
from tsra_lab.runs import find_run, make_parser, open_run, parse_args, positive
from tsra_tasks.color_maze.drawing import animate_paths, draw_paths, record_episodes

TASK = "TSRA-ColorMaze-Rover"

MAZES = 6
"""Number of mazes in the pictures."""


def main() -> int:
    """Run the script.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__, TASK)
    parser.add_argument("--output", default="demo_output", help="Folder for the results.")
    parser.add_argument("--episodes", type=positive, default=1024, help="Episodes of each policy.")
    parser.add_argument("--max_iterations", type=positive, default=None, help="Iterations of the teacher's training.")
    args, overrides = parse_args(parser)
    output = Path(args.output)
    output.mkdir(parents=True, exist_ok=True)
    machine = ["--task", args.task, "--device", args.device, "--num_threads", str(args.num_threads)]
    training = [*machine]
    for option in ("num_envs", "seed"):
        if getattr(args, option) is not None:
            training += [f"--{option}", str(getattr(args, option))]
    budget = [] if args.max_iterations is None else ["--max_iterations", str(args.max_iterations)]

    start = time.time()
    teacher_run = run_script("train.py", *training, *budget, *overrides)
    student_run = run_script("distill.py", "--teacher", teacher_run, *training)
    reports = {}
    for name, run in (("zero-shot", teacher_run), ("distilled", student_run)):
        file = output / f"evaluation_{name}.json"
        run_script("evaluate.py", "--checkpoint", run, "--episodes", str(args.episodes), "--json", str(file), *machine)
        reports[name] = json.loads(file.read_text())
    draw_learning_curve(Path(teacher_run), output / "learning_curve.png")
    draw_mazes(args, student_run, overrides, output)

    print(f"\n{TASK}: {time.time() - start:.0f} s from start to end\n")
    for name, report in reports.items():
        print(f"Student {name}:\n{format_table(report)}\n")
    exported = Path(student_run, "student", "policy.onnx")
    print("\n".join(f"  {path}" for path in (*sorted(output.iterdir()), exported)))
    return 0


def run_script(name: str, *arguments: str) -> str:
    """Run one of the scripts as a user would, showing what it prints.

    Args:
        name: File name of the script.
        arguments: Its arguments.

    Returns:
        The run directory that the script named at its end, or an empty string.

    Raises:
        SystemExit: If the script fails.
    """
    command = [sys.executable, str(Path(__file__).with_name(name)), *arguments]
    print(f"\n$ python scripts/{name} {' '.join(arguments)}", flush=True)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    last = ""
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line
    if process.wait() != 0:
        sys.exit(f"scripts/{name} failed with status {process.returncode}.")
    prefix = "Run directory: "
    return last.removeprefix(prefix).strip() if last.startswith(prefix) else ""


def draw_learning_curve(run: Path, path: Path) -> None:
    """Plot the success of teacher and zero-shot student over training.

    Args:
        run: Run directory of the teacher.
        path: Image file to write.
    """
    evaluations = json.loads((run / "evaluations.json").read_text())
    steps = [item["env_steps"] / 1.0e6 for item in evaluations]
    figure, axis = pyplot.subplots(figsize=(5.0, 3.2), layout="constrained")
    for name, label in (("teacher", "teacher"), ("student", "student, zero-shot")):
        rates = [item["policies"][name]["success_rate"] for item in evaluations]
        axis.plot(steps, rates, marker="o", markersize=3, label=label)
    axis.set_xlabel("environment steps [millions]")
    axis.set_ylabel("success rate")
    axis.set_ylim(0.0, 1.02)
    axis.legend(loc="lower right")
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def draw_mazes(args: object, run: str, overrides: list[str], output: Path) -> None:
    """Draw and animate teacher, student and ONNX student in the same mazes.

    Args:
        args: Arguments of the script.
        run: Run directory of the distilled student.
        overrides: Overrides of the environment's configuration.
        output: Folder for the pictures.
    """
    finished = find_run(args.task, run, [item for item in overrides if not item.startswith("agent.")])
    args.seed, args.num_envs = 0, MAZES
    with open_run(finished, args) as opened:
        policies = opened.policies()
        policies["ONNX student"] = policies.pop("onnx")
        recordings = {name: record_episodes(opened.env, policy, MAZES, seed=7) for name, policy in policies.items()}
        period = opened.env.unwrapped.step_dt
    draw_paths(recordings, output / "paths.png")
    animate_paths({name: recordings[name] for name in ("teacher", "ONNX student")}, output / "paths.gif", period)


if __name__ == "__main__":
    sys.exit(main())
