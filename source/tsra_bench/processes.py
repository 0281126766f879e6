# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Commands of TSRA Lab in processes of their own: watched, logged, and stopped by signals."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

COMMANDS = "tsra_lab.commands"
"""Package of the commands."""

HEARTBEAT = 10.0
"""Seconds between two notes of how long a command has run: what a killed benchmark loses of its wall time."""

TAIL = 20
"""Lines of a failed command's log that are shown and kept."""


def command_line(name: str, *arguments: str) -> list[str]:
    """Command line of a command in :mod:`tsra_lab.commands`, wherever the package is installed."""
    return [sys.executable, "-c", f"import sys; from {COMMANDS}.{name} import main; sys.exit(main())", *arguments]


class Stopped(Exception):
    """A signal asked the benchmark to stop."""


class Processes:
    """Runs commands, each in a process of its own, and passes signals on to them."""

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
        self, name: str, arguments: list[str], log: Path, lock: int, on_heartbeat: Callable[[float], None]
    ) -> str | None:
        """Run a command to its end.

        Args:
            name: Name of the command, as in :mod:`tsra_lab.commands`.
            arguments: Its arguments.
            log: File to which its output is appended.
            lock: File descriptor of the job's lock. The process inherits it, so the job stays locked as long as the
                process lives, even if the benchmark is killed.
            on_heartbeat: Called now and then, and at the end, with the seconds that the command has run.

        Returns:
            The run directory that the command named at its end, or None if it named none.

        Raises:
            RuntimeError: If the command fails, with the end of its output.
            Stopped: If a signal came before it was done.
        """
        if self.stop_signal is not None:
            raise Stopped
        command = command_line(name, *arguments)
        start = time.monotonic()
        with log.open("ab") as stream:
            stream.write(f"$ {shlex.join(command)}\n".encode())
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
            raise RuntimeError("\n".join([*output[-TAIL:], f"{name} ended with status {process.returncode}: {log}"]))
        prefix = "Run directory: "
        named = [line.removeprefix(prefix) for line in output if line.startswith(prefix)]
        return named[-1] if named else None
