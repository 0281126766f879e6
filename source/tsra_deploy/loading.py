# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Opening a student's file with ONNX Runtime, within a time."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import onnxruntime

from .contract import read_metadata
from .errors import ContractError
from .model_file import read_model

TIME_LIMIT = 10.0
"""Time in which a student must be loaded and have answered, unless the caller says otherwise [s]."""


GRACE = 2.0
"""How long what was told to stop may take to stop [s]. A process that ends while ONNX Runtime works may abort."""


def open_session(path: str | Path) -> tuple[onnxruntime.InferenceSession, dict]:
    """Open a student's file.

    Args:
        path: ONNX file.

    Returns:
        Session of its graph, and its contract.

    Raises:
        ContractError: If the file is no student.
    """
    content = read_model(path)
    options = onnxruntime.SessionOptions()
    # one thread is fastest for small networks and leaves the robot's other cores alone
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised, not printed
    # its own format can refer to other files too, and was not looked through
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        # constants are not computed while the file is loaded, for nothing can stop that
        session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"], disabled_optimizers=["ConstantFolding"]
        )
        metadata = session.get_modelmeta().custom_metadata_map
    except Exception as error:  # ONNX Runtime has no common base class for its errors
        raise ContractError(f"ONNX Runtime refuses it: {error}") from error
    return session, read_metadata(metadata)


def within(seconds: float | None, work: Callable[[], Any], stop: Callable[[], None]) -> Any:
    """Do something, but not for longer than a time.

    Args:
        seconds: The time [s]; None for as long as it takes.
        work: What to do. It runs in a thread, which is left behind if it does not stop within :data:`GRACE`.
        stop: What is called when the time is over, to make it stop.

    Returns:
        What the work returns.

    Raises:
        ContractError: If the time was over.
        ValueError: If the time is no positive number.
    """
    if seconds is not None and not 0.0 < seconds < math.inf:
        raise ValueError(f"time_limit is {seconds}; it must be positive, or None for no limit.")
    future: Future[Any] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # whatever it is, it is raised to who waits
            future.set_exception(error)

    # not an executor's thread, which the interpreter would wait for at its end
    thread = threading.Thread(target=run, name="tsra_deploy", daemon=True)
    thread.start()
    try:
        return future.result(seconds)
    except TimeoutError as error:
        stop()
        thread.join(GRACE)
        raise ContractError(f"It did not answer within {seconds:g} s (time_limit).") from error
