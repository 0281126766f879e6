# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What is printed while training, in a file of the run directory."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, cast


class RunLog:
    """Context in which all that Python prints also goes to a file.

    On a terminal, what is printed until :meth:`started` goes to the file alone: the noise of start-up.
    """

    def __init__(self, path: Path) -> None:
        """Prepare the log.

        Args:
            path: File to append to.
        """
        self.path = path

    def __enter__(self) -> RunLog:
        """Redirect output."""
        self._streams = sys.stdout, sys.stderr
        if sys.stdout.isatty():
            print(f"[INFO] Starting. The full log is {self.path}", flush=True)
        self._file = self.path.open("a", buffering=1)
        self._tees = [_Tee(stream, self._file, quiet=sys.stdout.isatty()) for stream in self._streams]
        sys.stdout, sys.stderr = (cast(TextIO, tee) for tee in self._tees)
        return self

    def started(self) -> None:
        """Show on a terminal, too, what is printed from now on."""
        for tee in self._tees:
            tee.quiet = False

    def __exit__(self, _kind: type | None, error: BaseException | None, _traceback: TracebackType | None) -> None:
        """Note an error and restore the streams."""
        if error is not None:
            traceback.print_exception(error, file=self._file)
        sys.stdout, sys.stderr = self._streams
        self._file.close()


class _Tee:
    """A stream that writes to a file too."""

    def __init__(self, stream: TextIO, file: TextIO, quiet: bool) -> None:
        self.stream, self.file, self.quiet = stream, file, quiet

    def write(self, text: str) -> int:
        """Write text; a line that a terminal draws again and again is not kept."""
        # whoever still holds this stream after the end may go on writing
        if not self.file.closed and not text.startswith("\r"):
            self.file.write(text)
        return len(text) if self.quiet else self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)
