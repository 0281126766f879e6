# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""An exported student in the simulator, run by the robot's own runtime."""

from __future__ import annotations

from pathlib import Path

import torch
from tensordict import TensorDict

from tsra_deploy import ContractError, Policy

from .inputs import assemble_inputs


class OnnxPolicy:
    """Acts on the simulator's observations with an exported file, for evaluation and playback."""

    def __init__(self, path: str | Path) -> None:
        """Load the file.

        Args:
            path: ONNX file.

        Raises:
            tsra_deploy.ContractError: If the file is no exported student.
        """
        try:
            self.runtime = Policy.load(path)
        except ContractError as error:
            raise ContractError(f"{error} Export the student again (scripts/export.py).") from error
        terms = [term for item in self.runtime.inputs for term in item["terms"]]
        self.groups = list(dict.fromkeys(term["group"] for term in terms))
        """Observation groups that the student sees, in the order of its inputs."""

    def __call__(self, obs: TensorDict) -> torch.Tensor:
        """Act.

        Args:
            obs: Observations, one tensor per group. Shapes are (num_envs, ...).

        Returns:
            Raw actions of shape (num_envs, num_actions), as the environment takes them.
        """
        inputs = {name: tensor.cpu().numpy() for name, tensor in assemble_inputs(obs, self.groups).items()}
        return torch.from_numpy(self.runtime.infer(inputs))

    def reset(self, dones: torch.Tensor | None = None) -> None:
        """Forget finished episodes.

        Args:
            dones: Which episodes ended, of shape (num_envs,); None for all.
        """
        self.runtime.reset(None if dones is None else dones.bool().cpu().numpy())  # rsl_rl has integers
