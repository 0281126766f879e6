# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Running the scripts as a user does: each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
TASK = "TSRA-ColorMaze-Rover"


class Shell:
    """Runs scripts in one working directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.task = TASK
        self.environment = os.environ | {"OMP_NUM_THREADS": "1"}
        self.timeout = 300.0  # of a command [s]

    def command(self, script: str, *arguments: str) -> list[str]:
        """Command line of a script on the task, the colour maze unless said otherwise, on the CPU."""
        return [sys.executable, str(SCRIPTS / script), "--task", self.task, "--device", "cpu", *arguments]

    def run(self, script: str, *arguments: str, status: int = 0) -> str:
        """Run a script to its end, expecting an exit status; returns what it printed."""
        return self.call(self.command(script, *arguments), status)

    def call(self, command: list[str], status: int = 0) -> str:
        """Run a command to its end, expecting an exit status; returns what it printed."""
        done = subprocess.run(
            command, cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=self.timeout
        )
        assert done.returncode == status, f"status {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stderr + done.stdout

    def call_until(self, command: list[str], text: str) -> int:
        """Run a command until it prints a text, interrupt it, and give its exit status."""
        environment = self.environment | {"PYTHONUNBUFFERED": "1"}
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        with subprocess.Popen(command, cwd=self.directory, env=environment, **output) as process:
            watch = threading.Timer(300.0, process.kill)
            watch.start()
            printed = []
            for line in process.stdout:
                printed.append(line)
                if text in line:
                    process.send_signal(signal.SIGINT)
                    break
            rest, _ = process.communicate(timeout=120)
            watch.cancel()
        assert text in "".join(printed), "".join([*printed, rest])[-4000:]
        return process.returncode

    def start(self, script: str, *arguments: str) -> subprocess.Popen:
        """Start a script in the background."""
        return subprocess.Popen(
            self.command(script, *arguments),
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def run_directory(output: str) -> Path:
    """Run directory that a script named."""
    lines = [line for line in output.splitlines() if line.startswith("Run directory: ")]
    assert len(lines) == 1, output[-2000:]
    return Path(lines[0].removeprefix("Run directory: "))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell in a fresh working directory, one for each module."""
    return Shell(tmp_path_factory.mktemp("work"))
