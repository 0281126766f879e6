# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Export the teacher of a run for the page in the browser, and for nothing else.

A teacher sees what no robot can, so neither a robot nor sim2sim takes the file; the page's simulator knows it all.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tsra_lab.export import export_student
from tsra_lab.export.isaac_lab import deployment_contract, record_run
from tsra_lab.runs import (
    EXPORT_ENVS,
    RECORDED_ENVS,
    RECORDED_STEPS,
    OpenRun,
    add_run_arguments,
    find_run,
    git_state,
    make_parser,
    open_run,
    parse_args,
    refusing,
    writable_folder,
)

ONLY_SIMULATED = "known to the simulator alone"
"""Unit and frame of a privileged term, which tells none."""


@refusing
def main() -> int:
    """Run the command.

    Returns:
        Exit status.
    """
    parser = make_parser(__doc__)
    add_run_arguments(parser)
    parser.add_argument("--output", type=writable_folder, required=True, help="Folder for the files.")
    args, overrides = parse_args(parser)
    run = find_run(args.task, args.checkpoint, overrides, "training", args.agent, prefer_best=True, trusted=args.trust)
    with open_run(run, args, num_envs=EXPORT_ENVS) as opened:
        print(f"[INFO] Exported the teacher, for the page alone, to {export_teacher(opened, args.output)}")
    return 0


def export_teacher(opened: OpenRun, directory: str | Path) -> Path:
    """Export the teacher of a run with the students' exporter, which checks it in the same way.

    Args:
        opened: The run.
        directory: Folder for the files.

    Returns:
        Path of the ONNX file.

    Raises:
        ValueError: If the run has no teacher, or the file does not do what the teacher does.
    """
    env, runner = opened.env, opened.runner
    teacher = opened.policies(["teacher"])["teacher"]
    groups = [*teacher.obs_groups, *getattr(teacher, "obs_groups_2d", [])]  # rsl_rl lists image groups apart
    provenance = {
        "name": opened.checkpoint.parent.name,
        "iteration": runner.current_learning_iteration,
        "git": git_state(opened.checkpoint.parent),
    }
    with _described(env.unwrapped, groups):
        recorded = record_run(env, teacher, groups, RECORDED_STEPS, RECORDED_ENVS)
        contract = deployment_contract(env, groups, recorded, opened.task, provenance, None, teacher)
    return export_student(teacher, groups, contract, recorded, directory)


@contextmanager
def _described(base: Any, groups: Sequence[str]) -> Generator[None]:
    """Context in which privileged terms tell a unit and a frame, as the exporter asks of a robot's."""
    cfgs = [
        getattr(getattr(base.cfg.observations, group), name)
        for group in groups
        for name in base.observation_manager.active_terms[group]
    ]
    silent = [cfg for cfg in cfgs if not hasattr(cfg, "unit")]
    for cfg in silent:
        cfg.unit = cfg.frame = ONLY_SIMULATED
    try:
        yield
    finally:
        for cfg in silent:
            del cfg.unit, cfg.frame
