# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Jobs of a benchmark: one training and the cells that need it, in stages, each a command in a process of its own."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import sys
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

from tsra_deploy import Policy
from tsra_lab.runs import CHECKPOINT_PATTERN, STUDENT_FOLDER
from tsra_results import write_report

from .methods import DISTILLATIONS
from .processes import Processes, Stopped
from .results import FAILED, measurements

CHECKPOINT_INTERVAL = 10
"""Iterations from one checkpoint to the next, in trainings and distillations: near enough to each other for what
:mod:`.costs` measures."""

CHECKPOINTS = f"agent.save_interval={CHECKPOINT_INTERVAL}"
"""Override of both."""


@dataclass(frozen=True)
class Training:
    """Training of a teacher, or of a policy without one: what cells must agree in to share it."""

    task: str
    agent: str
    overrides: tuple[str, ...]
    max_iterations: int
    num_steps_per_env: int
    num_envs: int
    seed: int

    @property
    def folder(self) -> Path:
        """Folder of its state and logs."""
        settings = json.dumps([self.overrides, self.max_iterations, self.num_envs])
        digest = hashlib.sha256(settings.encode()).hexdigest()[:8]
        name = f"{self.agent.removesuffix('_cfg_entry_point')}_{digest}_seed{self.seed}"
        return Path("logs", "benchmark", self.task, name).absolute()


@dataclass(frozen=True)
class Distillation:
    """Distillation of a trained teacher."""

    kind: str
    """Key of :data:`~.methods.DISTILLATIONS`."""

    max_iterations: int
    num_steps_per_env: int


@dataclass(frozen=True)
class Cell:
    """One task, method and seed."""

    method: str
    training: Training
    distillation: Distillation | None
    file: Path
    """File of the result."""

    @property
    def key(self) -> dict:
        """Task, method and seed, as files name them."""
        return {"task": self.training.task, "method": self.method, "seed": self.training.seed}

    @property
    def budget(self) -> dict:
        """Environment steps of training and distillation, as files name them."""
        stages = {"env_steps": self.training, "distillation_env_steps": self.distillation}
        return {
            name: stage.max_iterations * stage.num_steps_per_env * self.training.num_envs if stage else 0
            for name, stage in stages.items()
        }

    def __str__(self) -> str:
        """Name for people."""
        return f"{self.training.task}, {self.method}, seed {self.training.seed}"


def environment(overrides: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a method's overrides that hold for distillation and evaluation too: all but the agent's."""
    return tuple(item for item in overrides if not item.startswith("agent."))


@dataclass
class Job:
    """One training and the cells that need it. Its state file tells what is done: stages, their runs and durations."""

    training: Training
    cells: list[Cell]
    """Cells that are not finished."""

    args: argparse.Namespace
    """Arguments of the benchmark."""

    processes: Processes
    """Runs the stages."""

    provenance: dict
    """State of the repository and description of the machine, for the results."""

    lock: int = -1
    """File descriptor of the lock on the folder, once it is held."""

    state: dict = field(default_factory=dict)
    stage: str = "state"
    """Stage that is running, for the report if it fails."""

    @property
    def folder(self) -> Path:
        """Folder of state and logs."""
        return self.training.folder

    def run(self) -> None:
        """Finish the cells or report them as failed. A job that another benchmark is running is left to it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self.processes.stop_signal is None:
                self._run_cells()
        except BlockingIOError:
            print(f"[BENCHMARK] Another process is at work in '{self.folder}'. Left to it.", flush=True)
        except Stopped:
            pass
        finally:
            os.close(self.lock)

    def _run_cells(self) -> None:
        """Train, then finish one cell after the other."""
        with self._reporting_failure(self.cells):
            self._load_state()
            teacher_run = self._train()
            for cell in self.cells:
                with self._reporting_failure([cell]):
                    self._finish(cell, teacher_run)

    @contextlib.contextmanager
    def _reporting_failure(self, cells: list[Cell]) -> Generator[None]:
        """Whatever goes wrong, report it for these cells; the rest of the grid goes on."""
        try:
            yield
        except Stopped:
            raise
        except Exception as error:
            text = str(error) if isinstance(error, RuntimeError) else f"{type(error).__name__}: {error}"
            for cell in cells:
                write_report(cell.key | {"stage": self.stage, "error": text.splitlines()}, failure_file(cell))
                print(f"[BENCHMARK] {cell}: {self.stage} failed.\n{text}", file=sys.stderr, flush=True)

    def _load_state(self) -> None:
        """Read the state file, or begin one."""
        self.stage = "state"
        path = self.folder / "state.json"
        if not path.exists():
            # a name of its own, by which its run directories are found: those of a deleted state must not come back
            name = f"{self.folder.name}_{secrets.token_hex(4)}"
            self.state = {"run_name": name, "stages": {}} | self.provenance
            self._save_state()
            return
        try:
            self.state = json.loads(path.read_text())
        except ValueError as error:
            raise ValueError(f"'{path}' is damaged ({error}). Delete it to train anew.") from error

    def _save_state(self) -> None:
        """Write the state file."""
        write_report(self.state, self.folder / "state.json")

    def _train(self) -> Path:
        """Train, or go on from the last checkpoint; returns the run directory."""
        record = self._begin("train")
        iteration, checkpoint = last_checkpoint(self.state["run_name"])
        if checkpoint is None:
            record.update(run=None, seconds=0.0)
            self.state.update(self.provenance)
        elif any(self.state.get(key) != value for key, value in self.provenance.items()):
            print(
                f"[BENCHMARK] Going on with a training begun at commit {self.state['git']['commit']} on"
                f" {self.state.get('hardware')}. Delete '{self.folder}' to train anew.",
                flush=True,
            )
        if checkpoint is not None and iteration == self.training.max_iterations:
            return self._note_run(checkpoint.parent)  # a benchmark that was killed could not
        self.state["stages"] = {"train": record}  # what came of an earlier teacher is void
        arguments = ["--agent", self.training.agent, "--run_name", self.state["run_name"]]
        arguments += self._budget(self.training.max_iterations)
        if checkpoint is not None:
            arguments += ["--checkpoint", str(checkpoint)]
        return self._note_run(self._run("train", [*arguments, *self.training.overrides, CHECKPOINTS]))

    def _finish(self, cell: Cell, teacher_run: Path) -> None:
        """Distil if asked, evaluate and write the result of a cell."""
        checkpoints = [teacher_run / f"model_{self.training.max_iterations}.pt"]
        stages = ["train"]
        if cell.distillation is not None:
            checkpoints.append(self._distill(cell.method, cell.distillation, checkpoints[0]))
            stages.append(f"distill_{cell.method}")
        self._export(cell, checkpoints[-1])
        report = self._evaluate(cell, checkpoints[-1])
        seconds = sum(self.state["stages"][stage]["seconds"] for stage in stages)
        provenance = {key: self.state.get(key) for key in self.provenance}  # of the training, which is what takes long
        provenance["evaluation_hardware"] = self.provenance["hardware"]
        self.stage = "result"
        measured = measurements(checkpoints, report, seconds)
        write_report(cell.key | cell.budget | measured | provenance, cell.file)
        failure_file(cell).unlink(missing_ok=True)
        rates = {name: numbers["success_rate"] for name, numbers in report["policies"].items()}
        text = ", ".join(f"{name} {rate:.3f}" for name, rate in rates.items() if rate is not None)
        print(f"[BENCHMARK] {cell}: {text}", flush=True)

    def _distill(self, name: str, distillation: Distillation, teacher: Path) -> Path:
        """Distil the teacher; returns the last checkpoint. Distillation is short: it does not resume, but restarts."""
        record = self._begin(f"distill_{name}")
        iterations = distillation.max_iterations
        last = f"model_{iterations}.pt"
        if record["run"] and record["iterations"] == iterations and Path(record["run"], last).is_file():
            return Path(record["run"], last)
        record.update(run=None, seconds=0.0, iterations=iterations)
        agent, method = DISTILLATIONS[distillation.kind]
        arguments = ["--teacher", str(teacher), "--agent", agent, "--method", method]
        arguments += ["--run_name", f"{self.state['run_name']}_{name}", *self._budget(iterations)]
        overrides = (*environment(self.training.overrides), CHECKPOINTS)
        return self._note_run(self._run("distill", [*arguments, *overrides])) / last

    def _export(self, cell: Cell, checkpoint: Path) -> None:
        """Export the student that will be evaluated, for the evaluation of the file, unless it is exported already."""
        if exported_checkpoint(checkpoint.parent) != checkpoint:
            record = self._begin(f"export_{cell.method}")
            record["seconds"] = 0.0
            self._run("export", ["--checkpoint", str(checkpoint), *environment(self.training.overrides)])

    def _evaluate(self, cell: Cell, checkpoint: Path) -> dict:
        """Evaluate the policies of a checkpoint; returns the report."""
        record = self._begin(f"evaluate_{cell.method}")
        record["seconds"] = 0.0
        file = self.folder / f"{cell.method}_evaluation.json"
        arguments = ["--checkpoint", str(checkpoint), "--episodes", str(self.args.episodes), "--json", str(file)]
        self._run("evaluate", [*arguments, *environment(self.training.overrides)])
        return json.loads(file.read_text())

    def _begin(self, stage: str) -> dict:
        """Begin a stage; returns its record in the state: run directory, None until it is done, and duration [s]."""
        self.stage = stage
        return self.state["stages"].setdefault(stage, {"run": None, "seconds": 0.0})

    def _note_run(self, run: str | Path | None) -> Path:
        """Note the run directory of the present stage, which is done with it; returns it."""
        if run is None:
            raise RuntimeError("the command named no run directory")
        self.state["stages"][self.stage]["run"] = str(run)
        self._save_state()
        return Path(run)

    def _run(self, command: str, arguments: list[str]) -> str | None:
        """Run the command of the present stage, noting its duration; returns the run directory it names."""
        record = self.state["stages"][self.stage]
        before = record["seconds"]

        def note(seconds: float) -> None:
            record["seconds"] = before + seconds
            self._save_state()

        machine = ["--task", self.training.task, "--device", self.args.device]
        return self.processes.run(command, machine + arguments, self.folder / f"{self.stage}.log", self.lock, note)

    def _budget(self, iterations: int) -> list[str]:
        """Arguments that training and distillation share."""
        training = self.training
        return f"--num_envs {training.num_envs} --seed {training.seed} --max_iterations {iterations}".split()


def last_checkpoint(run_name: str) -> tuple[int, Path | None]:
    """Iteration and path of a training's last checkpoint, over all run directories whose names end so; else 0, None."""
    files = Path("logs", "rsl_rl").absolute().glob(f"*/*_{run_name}/model_*.pt")
    numbered = [(int(match[1]), file) for file in files if (match := re.fullmatch(CHECKPOINT_PATTERN, file.name))]
    return max(numbered, default=(0, None))


def exported_checkpoint(run: Path) -> Path | None:
    """Checkpoint whose student a run's exported file holds, or None if there is no such file."""
    file = run / STUDENT_FOLDER / "policy.onnx"
    return run / f"model_{Policy.load(file).contract['run']['iteration']}.pt" if file.is_file() else None


def failure_file(cell: Cell) -> Path:
    """File of a cell's failure, beside where its result would be."""
    return cell.file.with_name(cell.file.stem + FAILED)
