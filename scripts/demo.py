# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""From nothing to an ONNX student on the colour maze, and to a page that shows it all and drives it in the browser.

``make demo`` runs it: train, distil, export, evaluate, draw, report.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from html import escape
from pathlib import Path
from string import Template

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot

from tsra_browser import BuildError, build_page, heartbeat, page_server
from tsra_browser.command import PORT
from tsra_browser.serving import address_of
from tsra_lab.evaluation import format_table
from tsra_lab.runs import find_run, make_parser, open_run, parse_args, positive
from tsra_results import read_initial_states
from tsra_tasks.color_maze.drawing import animate_paths, draw_paths, record_episodes

TASK = "TSRA-ColorMaze-Rover"

START = time.monotonic()

TEMPLATE = Path(__file__).with_name("demo_page.html")
"""The page that shows it all."""

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
    parser.add_argument("--max_iterations", type=positive, default=150, help="Iterations of the teachers' trainings.")
    args, overrides = parse_args(parser)
    output = Path(args.output)
    output.mkdir(parents=True, exist_ok=True)
    machine = ["--task", args.task, "--device", args.device, "--num_threads", str(args.num_threads)]
    training = [*machine]
    for option in ("num_envs", "seed"):
        if getattr(args, option) is not None:
            training += [f"--{option}", str(getattr(args, option))]
    # the task's own 250 are for comparisons; five of five seeds solved it in these (docs/benchmarks/imitation_gap)
    budget = ["--max_iterations", str(args.max_iterations)]

    log, states = output / "other_core.log", output / "initial_states.npz"
    log.write_text("")
    numbers = {name: output / f"evaluation_{name}.json" for name in ("zero-shot", "distilled")}
    evaluation = [*machine, "--episodes", str(args.episodes)]
    with ThreadPoolExecutor(1) as other_core:
        # a plain teacher and its student, for comparison
        control = other_core.submit(make_control, output, training, [*budget, *overrides], machine, log)
        teacher_run = run_script("train.py", *training, *budget, *overrides)
        measured = ["--json", str(numbers["zero-shot"]), "--initial_states", str(states)]
        zero_shot = other_core.submit(
            run_script, "evaluate.py", "--checkpoint", teacher_run, *measured, *evaluation, log=log
        )
        student_run = run_script("distill.py", "--teacher", teacher_run, *training)
        measured = ["--json", str(numbers["distilled"])]
        run_script("evaluate.py", "--checkpoint", student_run, *measured, *evaluation)
        draw_learning_curve(Path(teacher_run), output / "learning_curve.png")
        with heartbeat("Drawing"):
            draw_mazes(args, student_run, overrides, output)
        with heartbeat("Waiting for the other core"):
            plain_student, plain_teacher = control.result()
            zero_shot.result()
    sources = ["--evaluation", str(numbers["zero-shot"]), "--film", str(output / "paths.gif")]
    verdict = run_script(
        "report.py", "--checkpoint", teacher_run, *sources, "--output", str(output / "report.html"), told="Verdict: "
    )
    exported = exported_student(student_run)
    policies = {
        "Student of a plain teacher": plain_student,
        "TSRA's student, distilled": exported,
        "Plain teacher, which sees the lava": plain_teacher,
    }
    drive = make_driving_page(output / "page", policies, states)
    tables = {name: format_table(json.loads(file.read_text())) for name, file in numbers.items()}
    write_overview(output / "index.html", verdict, drive, tables, exported)

    print(f"\n{TASK}: {time.monotonic() - START:.0f} s from start to end\n")
    for name, table in tables.items():
        print(f"Student {name}:\n{table}\n")
    print("\n".join(f"  {path}" for path in (*sorted(output.iterdir()), exported)))
    show(output, PORT)
    return 0


def make_control(
    output: Path, training: list[str], options: list[str], machine: list[str], log: Path
) -> tuple[Path, Path]:
    """Train a plain PPO teacher, distil its student by DAgger and export both, without a word on the terminal.

    Args:
        output: Folder for the results.
        training: Arguments of both trainings.
        options: Further arguments of the teacher's.
        machine: Arguments of the teacher's export.
        log: File for what the scripts print.

    Returns:
        Exported student and teacher.
    """
    plain = run_script("train.py", "--agent", "rsl_rl_ppo_cfg_entry_point", *training, *options, log=log)
    student = run_script("distill.py", "--teacher", plain, *training, log=log)
    teacher = output / "teacher_for_the_page"
    run_script("export_teacher.py", "--checkpoint", plain, "--output", str(teacher), *machine, log=log)
    return exported_student(student), teacher / "policy.onnx"


def exported_student(run: str) -> Path:
    """The exported student of a run."""
    return Path(run, "student", "policy.onnx")


def run_script(name: str, *arguments: str, log: Path | None = None, told: str = "Run directory: ") -> str:
    """Run one of the scripts as a user would, showing what it prints.

    Args:
        name: File name of the script.
        arguments: Its arguments.
        log: File that gets what it prints, errors included; None for the terminal.
        told: Beginning of the line of interest.

    Returns:
        The rest of the last such line, such as the run directory that the script names at its end, or an empty string.

    Raises:
        SystemExit: If the script fails.
    """
    command = [sys.executable, str(Path(__file__).with_name(name)), *arguments]
    words = f"python scripts/{name} {' '.join(arguments)}{f' > {log}' if log else ''}"
    print(f"\n[{time.monotonic() - START:.0f} s] $ {words}", flush=True)
    found = ""
    errors, environment = None if log is None else subprocess.STDOUT, os.environ | {"PYTHONUNBUFFERED": "1"}
    with (
        nullcontext(sys.stdout) if log is None else log.open("a") as shown,
        heartbeat(f"{name} is at work") if log is None else nullcontext(lambda: None) as heard,
    ):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
        for line in process.stdout:
            print(line, end="", flush=True, file=shown)
            heard()
            if line.startswith(told):
                found = line.removeprefix(told).strip()
    if process.wait() != 0:
        sys.exit(f"scripts/{name} failed with status {process.returncode}{f': see {log}' if log else ''}.")
    return found


def make_driving_page(page: Path, policies: dict[str, Path], states: Path) -> str:
    """Build a page in which one drives the policies.

    Args:
        page: Folder of the page.
        policies: Exported policies by name.
        states: File of initial states.

    Returns:
        HTML that shows it, or says why there is none.
    """
    try:
        build_page(page, [(name, str(path)) for name, path in policies.items()], [read_initial_states(states)], 100)
    except BuildError as error:  # of a machine that reaches no registry for the page's packages
        print(f"\n[WARNING] There is no page to drive them: {error}")
        return f"<p>It could not be built:</p><pre>{escape(str(error))}</pre>"
    return (
        f'<p><a href="{page.name}/">In a window of its own</a></p>\n'
        f'    <iframe src="{page.name}/" title="The policies, to be driven"></iframe>'
    )


def write_overview(path: Path, verdict: str, drive: str, tables: dict[str, str], exported: Path) -> None:
    """Write the page that shows it all.

    Args:
        path: File to write.
        verdict: What the report says of the training.
        drive: HTML of the page in which one drives.
        tables: Evaluations of teacher and student, ``zero-shot`` and ``distilled``.
        exported: The exported student.
    """
    texts = {name.replace("-", "_"): table for name, table in tables.items()}
    texts |= {"task": TASK, "verdict": verdict, "exported": str(exported)}
    texts = {name: escape(text) for name, text in texts.items()}
    path.write_text(Template(TEMPLATE.read_text()).substitute(texts, drive=drive))


def show(output: Path, port: int) -> None:
    """Serve the page until Ctrl-C, where somebody sees the address; else say how.

    Args:
        output: Folder for the results.
        port: Port of the server; another one is taken if somebody has it.
    """
    if not sys.stdout.isatty():
        print("\nTo see it all, serve it:")
        print(f"  {sys.executable} -m http.server {port} --bind 127.0.0.1 --directory {output}")
        print(f"and open http://127.0.0.1:{port}/")
        return
    try:
        server = page_server(output, port)
    except OSError:
        server = page_server(output, 0)
    with server, contextlib.suppress(KeyboardInterrupt):
        print(f"\nSee it all, until Ctrl-C, at {address_of(server)}", flush=True)
        server.serve_forever()


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
