# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Jobs of the benchmark: one training and the cells that need it, in stages, each a script in a process of its own."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmark_methods import DISTILLATIONS, METHODS
from benchmark_results import result
from run_directory import CHECKPOINT_PATTERN
from tsra_lab.evaluation.aggregate import FAILED
from tsra_results import write_report

SCRIPTS = Path(__file__).parent

HEARTBEAT = 10.0
"""Seconds between two notes of how long a stage has run: what a killed benchmark loses of its wall time."""

TAIL = 20
"""Lines of a failed stage's log that are shown and kept."""


@dataclass(frozen=True)
class Training:
    """Training of a teacher, or of a policy without one: what cells must agree in to share it."""

    task: str
    agent: str
    overrides: tuple[str, ...]
    max_iterations: int
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
class Cell:
    """One task, method and seed, and what it may cost."""

    method: str
    training: Training
    env_steps: int
    """Environment steps of the training."""

    distillation_iterations: int
    """Iterations of the distillation; 0 for none."""

    distillation_env_steps: int
    """Environment steps of the distillation."""

    file: Path
    """File of the result."""

    @property
    def key(self) -> dict:
        """Task, method and seed, as files name them."""
        return {"task": self.training.task, "method": self.method, "seed": self.training.seed}

    def __str__(self) -> str:
        """Name for people."""
        return f"{self.training.task}, {self.method}, seed {self.training.seed}"


class Stopped(Exception):
    """A signal asked the benchmark to stop."""


def environment(overrides: tuple[str, ...]) -> tuple[str, ...]:
    """Those of a method's overrides that hold for distillation and evaluation too: all but the agent's."""
    return tuple(item for item in overrides if not item.startswith("agent."))


class Processes:
    """Runs scripts, each in a process of its own, and passes signals on to them."""

    def __init__(self) -> None:
        """Begin with no process."""
        self.stop_signal: int | None = None
        """Signal that asked to stop."""
        self._running: set[subprocess.Popen] = set()

    def stop(self, signal_number: int, _frame: object) -> None:
        """Start nothing more, and ask what runs to stop: training leaves a checkpoint. Twice stops it at once."""
        self.stop_signal = signal_number
        print(f"[BENCHMARK] {signal.Signals(signal_number).name}: stopping. Send it again to stop now.", flush=True)
        for process in list(self._running):
            process.terminate()

    def run(
        self, script: str, arguments: list[str], log: Path, lock: int, on_heartbeat: Callable[[float], None]
    ) -> str | None:
        """Run a script to its end.

        Args:
            script: File name of the script.
            arguments: Its arguments.
            log: File to which its output is appended.
            lock: File descriptor of the job's lock. The process inherits it, so the job stays locked as long as the
                process lives, even if the benchmark is killed.
            on_heartbeat: Called now and then, and at the end, with the seconds that the script has run.

        Returns:
            The run directory that the script named at its end, or None if it named none.

        Raises:
            RuntimeError: If the script fails, with the end of its output.
            Stopped: If a signal came before it was done.
        """
        if self.stop_signal is not None:
            raise Stopped
        command = [sys.executable, str(SCRIPTS / script), *arguments]
        start = time.monotonic()
        with log.open("ab") as stream:
            stream.write(f"$ {' '.join(command)}\n".encode())
            stream.flush()
            begin = stream.tell()
            process = subprocess.Popen(
                command,
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
                pass_fds=(lock,),
                start_new_session=True,  # a terminal's Ctrl-C reaches it only through stop(), and so only once
            )
        self._running.add(process)
        try:
            if self.stop_signal is not None:  # it came while the process was being started
                process.terminate()
            while process.returncode is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(HEARTBEAT)
                on_heartbeat(time.monotonic() - start)
        finally:
            self._running.discard(process)
        output = log.read_bytes()[begin:].decode(errors="replace").splitlines()
        if process.returncode != 0:
            if self.stop_signal is not None:
                raise Stopped
            raise RuntimeError("\n".join([*output[-TAIL:], f"{script} ended with status {process.returncode}: {log}"]))
        prefix = "Run directory: "
        named = [line.removeprefix(prefix) for line in output if line.startswith(prefix)]
        return named[-1] if named else None


class Job:
    """One training and the cells that need it. Its state file tells what is done: stages, their runs and durations."""

    def __init__(
        self,
        training: Training,
        cells: list[Cell],
        args: argparse.Namespace,
        processes: Processes,
        provenance: dict,
    ) -> None:
        """Prepare the job.

        Args:
            training: The training.
            cells: Cells that are not finished.
            args: Arguments of the script.
            processes: Runs the stages.
            provenance: State of the repository and description of the machine, for the results.
        """
        self.training = training
        self.cells = cells
        self.args = args
        self.processes = processes
        self.provenance = provenance
        self.folder = training.folder
        self.lock: int | None = None
        """File descriptor of the lock on the folder."""
        self.state: dict = {}
        self.stage = "state"
        """Stage that is running, for the report if it fails."""

    def run(self) -> None:
        """Finish the cells or report them as failed. A job that another benchmark is running is left to it."""
        with lock_folder(self.folder) as self.lock, contextlib.suppress(Stopped):
            if self.lock is None:
                print(f"[BENCHMARK] Another process is at work in '{self.folder}'. Left to it.", flush=True)
                return
            if self.processes.stop_signal is not None:
                return
            with self._reporting_failure(self.cells):
                self._load_state()
                teacher_run = self._train()
                for cell in self.cells:
                    with self._reporting_failure([cell]):
                        self._finish(cell, teacher_run)

    @contextlib.contextmanager
    def _reporting_failure(self, cells: list[Cell]) -> Iterator[None]:
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
            self.state = {"run_name": name, "git": self.provenance["git"], "stages": {}}
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
            self.state["git"] = self.provenance["git"]
        elif self.state["git"] != self.provenance["git"]:
            print(
                f"[BENCHMARK] Going on with a training begun at commit {self.state['git']['commit']}. Delete"
                f" '{self.folder}' to train anew.",
                flush=True,
            )
        if iteration == self.training.max_iterations:
            # a benchmark that was killed could not note it
            record["run"] = str(checkpoint.parent)
        else:
            self.state["stages"] = {"train": record}  # what came of an earlier teacher is void
            arguments = ["--agent", self.training.agent, "--run_name", self.state["run_name"]]
            arguments += self._budget(self.training.max_iterations)
            if checkpoint is not None:
                arguments += ["--checkpoint", str(checkpoint)]
            record["run"] = self._run("train.py", [*arguments, *self.training.overrides])
        self._save_state()
        return Path(record["run"])

    def _finish(self, cell: Cell, teacher_run: Path) -> None:
        """Distil if asked, evaluate and write the result of a cell."""
        runs = [teacher_run]
        if cell.distillation_iterations:
            runs.append(self._distill(cell, teacher_run))
        else:
            self._export(teacher_run, cell)
        report = self._evaluate(cell, runs[-1])
        stages = ("train", f"distill_{cell.method}") if cell.distillation_iterations else ("train",)
        seconds = sum(self.state["stages"][stage]["seconds"] for stage in stages)
        provenance = self.provenance | {"git": self.state["git"]}
        self.stage = "result"
        write_report(cell.key | result(runs, report, seconds) | provenance, cell.file)
        failure_file(cell).unlink(missing_ok=True)
        rates = {name: numbers["success_rate"] for name, numbers in report["policies"].items()}
        text = ", ".join(f"{name} {rate:.3f}" for name, rate in rates.items() if rate is not None)
        print(f"[BENCHMARK] {cell}: {text}", flush=True)

    def _distill(self, cell: Cell, teacher_run: Path) -> Path:
        """Distil the teacher; returns the run directory. Distillation is short, so it does not resume but restarts."""
        record = self._begin(f"distill_{cell.method}")
        iterations = cell.distillation_iterations
        done = record["run"] is not None and Path(record["run"]).is_dir() and record["iterations"] == iterations
        if not done:
            record.update(run=None, seconds=0.0, iterations=iterations)
            agent, method = DISTILLATIONS[METHODS[cell.method].distillation]
            arguments = ["--teacher", str(teacher_run), "--agent", agent, "--method", method]
            arguments += ["--run_name", f"{self.state['run_name']}_{cell.method}"]
            arguments += self._budget(iterations)
            record["run"] = self._run("distill.py", [*arguments, *environment(self.training.overrides)])
            self._save_state()
        return Path(record["run"])

    def _export(self, run: Path, cell: Cell) -> None:
        """Export the student that training left, for the evaluation of the file; distillation has exported its own."""
        record = self._begin(f"export_{cell.method}")
        if not (run / "exported" / "policy.onnx").is_file():
            record["seconds"] = 0.0
            self._run("export.py", ["--checkpoint", str(run), *environment(self.training.overrides)])

    def _evaluate(self, cell: Cell, run: Path) -> dict:
        """Evaluate the policies of a run; returns the report."""
        record = self._begin(f"evaluate_{cell.method}")
        record["seconds"] = 0.0
        file = self.folder / f"{cell.method}_evaluation.json"
        arguments = ["--checkpoint", str(run), "--episodes", str(self.args.episodes), "--json", str(file)]
        self._run("evaluate.py", [*arguments, *environment(self.training.overrides)])
        return json.loads(file.read_text())

    def _begin(self, stage: str) -> dict:
        """Begin a stage; returns its record in the state: run directory, None until it is done, and duration [s]."""
        self.stage = stage
        return self.state["stages"].setdefault(stage, {"run": None, "seconds": 0.0})

    def _run(self, script: str, arguments: list[str]) -> str | None:
        """Run the script of the present stage, noting its duration; returns the run directory it names."""
        record = self.state["stages"][self.stage]
        before = record["seconds"]

        def note(seconds: float) -> None:
            record["seconds"] = before + seconds
            self._save_state()

        machine = ["--task", self.training.task, "--device", self.args.device]
        return self.processes.run(script, machine + arguments, self.folder / f"{self.stage}.log", self.lock, note)

    def _budget(self, iterations: int) -> list[str]:
        """Arguments that training and distillation share."""
        training = self.training
        return f"--num_envs {training.num_envs} --seed {training.seed} --max_iterations {iterations}".split()


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[int | None]:
    """Make a folder and hold a lock on it.

    Args:
        folder: The folder.

    Yields:
        File descriptor of the lock, or None if another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    lock: int | None = descriptor
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock = None
        yield lock
    finally:
        os.close(descriptor)


def last_checkpoint(run_name: str) -> tuple[int, Path | None]:
    """Last checkpoint of a training, over the run directories of all its parts.

    Args:
        run_name: Suffix of the run directories' names.

    Returns:
        Its iteration and path; 0 and None if there is none.
    """
    files = Path("logs", "rsl_rl").absolute().glob(f"*/*_{run_name}/model_*.pt")
    numbered = [(int(match[1]), file) for file in files if (match := re.fullmatch(CHECKPOINT_PATTERN, file.name))]
    return max(numbered, default=(0, None))


def failure_file(cell: Cell) -> Path:
    """File of a cell's failure, beside where its result would be."""
    return cell.file.with_name(cell.file.stem + FAILED)
