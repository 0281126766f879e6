# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Checking an exported file again, long after it was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from tsra_deploy import Policy
from tsra_deploy.observations import layout_of

from .metadata import standard_metadata
from .parity import check_parity
from .replay import check_replay, has_readings
from .student import PARITY_FILE, SINGLE_FILE


def verify_student(path: str | Path) -> dict[str, float | int]:
    """Check a file's contract, its standard keys, that it is alone, its parity, its replay, and that its ranges hold.

    Args:
        path: ONNX file; ``parity.npz`` lies beside it.

    Returns:
        ``parity``: largest difference from what the student answered; ``steps``: number of recorded observations;
        ``opset``: ONNX operator set.

    Raises:
        FileNotFoundError: If the file, or the recording beside it, is missing.
        ValueError: If a check fails (a :class:`tsra_deploy.ContractError` is one too).
    """
    path = Path(path)
    parity = path.with_name(PARITY_FILE)
    for file in (path, parity):
        if not file.is_file():
            raise FileNotFoundError(f"'{file}' is missing; {PARITY_FILE} is written beside the ONNX file by export.")
    policy = Policy.load(path)
    model = onnx.load(path, load_external_data=False)
    onnx.checker.check_model(model, full_check=True)
    outside = [item.name for item in model.graph.initializer if item.data_location == onnx.TensorProto.EXTERNAL]
    if outside:
        raise ValueError(f"'{path}' keeps weights in other files: {outside}.")
    metadata = {item.key: item.value for item in model.metadata_props}
    wrong = [key for key, value in standard_metadata(policy.contract).items() if metadata.get(key) != value]
    if wrong:
        raise ValueError(f"The standard keys {wrong} of '{path}' do not tell what the contract tells.")
    with np.load(parity) as archive:
        recorded = {name: archive[name] for name in archive.files}
    difference = check_parity(path, recorded)
    single = path.with_name(SINGLE_FILE)
    if single.is_file():
        other = {item.key: item.value for item in onnx.load(single, load_external_data=False).metadata_props}
        if other != metadata:
            raise ValueError(f"'{single}' is of another export than '{path}'.")
        check_parity(single, recorded)
    if has_readings(recorded):
        check_replay(path, recorded)
    _check_ranges(policy.inputs, recorded)
    (opset,) = (item.version for item in model.opset_import if item.domain == "")
    return {"parity": difference, "steps": len(recorded["actions"]), "opset": opset}


def _check_ranges(inputs: list[dict], recorded: dict[str, np.ndarray]) -> None:
    """Refuse valid ranges that the recording itself leaves."""
    for item in inputs:
        for bound, beyond in (("low", np.less), ("high", np.greater)):
            limits = np.array([limit for term in item["terms"] for limit in term["valid_range"][bound]], np.float32)
            owners = [term["name"] for term in item["terms"] for _ in term["valid_range"][bound]]
            places = layout_of(item["terms"])[0] if len(item["shape"]) == 1 else 0
            outside = beyond(recorded[item["name"]], limits[places]).any(axis=0)
            if outside.any():
                names = sorted(set(np.broadcast_to(np.array(owners)[places], outside.shape)[outside]))
                raise ValueError(f"The recording leaves the valid range of {', '.join(map(repr, map(str, names)))}.")
