# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""All that a run directory holds for a report, read as what a stranger may have made of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tsra_lab.export import STUDENT_FILE, OnnxPolicy, contract_page
from tsra_lab.runners import BEST_CHECKPOINT, DIAGNOSTIC_FILE, load_checkpoint
from tsra_lab.runs import STUDENT_FOLDER, git_state, newest_checkpoint, read_manifest, read_plain_yaml

from .events import Events, read_events
from .figures import AlignmentFigure, find_figure
from .film import Film, find_film, open_film
from .json_parts import LARGEST, plain_text
from .measurements import Evaluation, Imitability, read_diagnosis, read_evaluation, read_evaluations

EVALUATIONS = "evaluations.json"
"""File of the evaluations while training."""

EVALUATION = "evaluation.json"
"""File in which the report looks for an evaluation afterwards."""

DIAGNOSIS = Path("diagnosis", "diagnosis.json")
"""File that diagnose.py writes."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """What is known of a run."""

    run: Path
    """Run directory."""

    task: str
    """Name of the task; empty where nothing tells it."""

    agent_key: str
    """Key of the agent in the registry; empty where nothing tells it."""

    created: str
    """When the training began; empty where nothing tells it."""

    command_line: str
    """Command line of the training; empty where nothing tells it."""

    versions: Mapping[str, str]
    """Versions of packages at the training, by name; empty where nothing tells them."""

    agent: Mapping[str, Any]
    """Configuration of the agent. Nothing that it names is imported."""

    env: Mapping[str, Any]
    """Configuration of the environment."""

    git: list[dict]
    """State of the code that trained, as :func:`tsra_lab.runs.git_state` gives it."""

    iteration: int | None
    """Iteration of the newest checkpoint; None where there is none."""

    best_iteration: int | None
    """Iteration of the best checkpoint; None where there is none."""

    rendered_frames: int
    """Onboard images that training rendered."""

    diverged: bool
    """Whether the training diverged."""

    evaluations: list[Evaluation]
    """Evaluations while training."""

    events: Events
    """What was logged."""

    figure: AlignmentFigure | None
    """Picture of both views' embeddings at the last evaluation while training."""

    measured: Evaluation | None
    """The evaluation afterwards."""

    imitability: Imitability | None
    """What it measured of imitability."""

    diagnosis: dict[str, Any] | None
    """The diagnosis."""

    contract: str | None
    """The exported file's contract, in Markdown."""

    film: Film | None
    """A film of the run."""

    @property
    def steps(self) -> float | None:
        """Environment steps of an iteration; None where they are not known."""
        for evaluation in reversed(self.evaluations):
            if evaluation.iteration and evaluation.env_steps:
                return evaluation.env_steps / evaluation.iteration
        scene = self.env.get("scene")
        envs = scene.get("num_envs") if isinstance(scene, Mapping) else None
        length = self.agent.get("num_steps_per_env")
        if isinstance(envs, int) and isinstance(length, int) and 0 < envs * length < LARGEST:
            return float(envs * length)
        return None

    def command(self, script: str, *options: str) -> str:
        """A command line on this run.

        Args:
            script: Name of the script.
            options: Further options.

        Returns:
            The command, which a shell takes as it is.
        """
        words = ["--task", self.task or "TASK", "--checkpoint", os.path.relpath(self.run), *options]
        return f"python scripts/{script}.py {shlex.join(words)}"

    def training_command(self) -> str:
        """A command line that trains such a run; empty for one that distilled a teacher, which is not recorded."""
        if not self.task or not self.agent_key or self.agent.get("class_name") != "OnPolicyRunner":
            return ""
        scene = self.env.get("scene")
        numbers = {
            "--seed": self.agent.get("seed"),
            "--num_envs": scene.get("num_envs") if isinstance(scene, Mapping) else None,
            "--max_iterations": self.agent.get("max_iterations"),
        }
        words = ["--task", self.task, "--agent", self.agent_key]
        words += [word for name, number in numbers.items() if isinstance(number, int) for word in (name, str(number))]
        return f"python scripts/train.py {shlex.join(words)}"


def read_run(
    run: Path, evaluation: Path | None = None, diagnosis: Path | None = None, film: Path | None = None
) -> Record:
    """Read a run directory.

    Args:
        run: Run directory.
        evaluation: What evaluate.py wrote; None for :data:`EVALUATION` in the run directory, if it is there.
        diagnosis: What diagnose.py wrote; None for :data:`DIAGNOSIS` in the run directory, if it is there.
        film: A film; None for the newest in the run directory, if there is one.

    Returns:
        The record.

    Raises:
        FileNotFoundError: If the configurations are missing: then it is no run directory.
        ValueError: If a file is damaged, or of another task than the run; it is named.
    """
    manifest = read_manifest(run) or {}
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    versions = metadata.get("versions")
    task, created = (_text(manifest.get(name)) for name in ("task", "created_at"))
    measured = imitability = None
    evaluation = evaluation or _if_there(run / EVALUATION)
    if evaluation is not None:
        measured, imitability, of_task = read_evaluation(evaluation)
        if task and of_task != task:
            raise ValueError(f"'{evaluation}' is of {of_task}, not of {task}, which the run is of.")
    diagnosis = diagnosis or _if_there(run / DIAGNOSIS)
    newest, best = newest_checkpoint(run), _if_there(run / BEST_CHECKPOINT)
    checkpoint = {} if newest is None else load_checkpoint(newest, "cpu")
    frames = checkpoint.get("rendered_frames", 0)
    return Record(
        run=run,
        task=task,
        agent_key=_text(metadata.get("agent")),
        created=created,
        command_line=_text(metadata.get("command")),
        versions={_text(name): _text(value) for name, value in versions.items()} if isinstance(versions, dict) else {},
        agent=read_plain_yaml(run / "params" / "agent.yaml"),
        env=read_plain_yaml(run / "params" / "env.yaml"),
        git=git_state(run),
        iteration=checkpoint.get("iter"),
        best_iteration=None if best is None else load_checkpoint(best, "cpu").get("iter"),
        rendered_frames=frames if isinstance(frames, int) else 0,
        diverged=(run / DIAGNOSTIC_FILE).exists(),
        evaluations=[] if (path := _if_there(run / EVALUATIONS)) is None else read_evaluations(path),
        events=read_events(run),
        figure=find_figure(run),
        measured=measured,
        imitability=imitability,
        diagnosis=None if diagnosis is None else read_diagnosis(diagnosis),
        contract=_read_contract(run / STUDENT_FOLDER / STUDENT_FILE),
        film=find_film(run) if film is None else open_film(film),
    )


def _read_contract(path: Path) -> str | None:
    """The contract of an exported file, told in Markdown; None where there is none."""
    return contract_page(OnnxPolicy(path).runtime.contract) if path.exists() else None


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def _text(value: object) -> str:
    return plain_text(value) if isinstance(value, str) else ""
