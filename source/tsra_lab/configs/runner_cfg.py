# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of a run of AlignedPPO."""

from dataclasses import MISSING

import torch

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlOnPolicyRunnerCfg, RslRlPpoAlgorithmCfg

from .alignment_cfg import AlignmentCfg, AlignmentPresetsCfg
from .models_cfg import CNNModelCfg, MLPModelCfg, RNNModelCfg
from .observation_sets import ObservationSets
from .strict import StrictCfg


def is_missing(config: object, name: str) -> bool:
    """Whether a field of a configuration was never set."""
    return isinstance(getattr(config, name), type(MISSING))


@configclass
class PPOCfg(StrictCfg, RslRlPpoAlgorithmCfg):
    """Settings of rsl_rl's PPO that all methods share, so that comparisons are fair."""

    num_learning_epochs: int = 4
    num_mini_batches: int = 4
    learning_rate: float = 1.0e-3
    schedule: str = "adaptive"
    gamma: float = 0.99
    lam: float = 0.95
    entropy_coef: float = 0.012
    desired_kl: float = 0.015
    max_grad_norm: float = 1.0
    value_loss_coef: float = 1.0
    use_clipped_value_loss: bool = True
    clip_param: float = 0.2


@configclass
class AlignedPPOCfg(PPOCfg):
    """Settings of :class:`tsra_lab.algorithms.AlignedPPO`: PPO's, alignment and consistency."""

    class_name: str = "tsra_lab.algorithms:AlignedPPO"
    """The algorithm, resolved by rsl_rl."""

    alignment: AlignmentCfg | AlignmentPresetsCfg = AlignmentPresetsCfg()
    """Alignment of the two views, or presets to choose from by name."""

    consistency_steps: int = 4
    """Steps of the policy head per iteration that undo the drift caused by moving encoders. 0 switches them off."""

    max_consistency_steps: int = 64
    """So many of these steps are taken at most, while the drift that is left exceeds ``desired_kl``."""

    consistency_learning_rate: float = 1.0e-3
    """Learning rate of these steps (Adam)."""

    render_interval: int = 1
    """The onboard camera renders at one of so many steps of the rollout, and only these are aligned."""

    kept_rollouts: int = 1
    """Alignment draws from the pairs of so many rollouts: old pairs stay true, and more are more varied."""


@configclass
class AlignedRunnerCfg(StrictCfg, RslRlOnPolicyRunnerCfg):
    """A run of AlignedPPO, under :class:`tsra_lab.runners.AlignedRunner` or stock rsl_rl's ``OnPolicyRunner``.

    ``obs_groups`` must name the groups of three observation sets: ``teacher`` (privileged), ``student`` (onboard)
    and ``critic``.
    """

    device: str = "cuda:0" if torch.cuda.is_available() else "cpu"
    """Device of the agent: the GPU when there is one."""

    teacher: MLPModelCfg | CNNModelCfg = MISSING
    """Encoder of the ``teacher`` observation set. It has no distribution: its output is the embedding."""

    student: MLPModelCfg | CNNModelCfg | RNNModelCfg = MISSING
    """Encoder of the ``student`` observation set; it may have a memory."""

    algorithm: PPOCfg = AlignedPPOCfg()
    """The algorithm: aligned, or one of the baselines that train the same models."""

    evaluation_interval: int = 0
    """Iterations between evaluations of teacher and student during training; 0 for none. Only our runner does it."""

    def __post_init__(self):
        """Check what can be checked before the simulator starts.

        Raises:
            ValueError: If a required field is not set, or an observation set is missing, empty or unknown.
            TypeError: If a model's configuration would accept misspelt options.
        """
        required = ("num_steps_per_env", "max_iterations", "save_interval", "experiment_name", "obs_groups")
        unset = [name for name in (*required, "actor", "critic", "teacher", "student") if is_missing(self, name)]
        if unset:
            raise ValueError(f"{type(self).__name__} must set: {', '.join(unset)}.")
        self.obs_groups = ObservationSets(self.obs_groups, ("teacher", "student", "critic"))
        for name in ("actor", "critic", "teacher", "student"):
            if not isinstance(getattr(self, name), StrictCfg):
                raise TypeError(
                    f"'{name}' must be a model configuration of tsra_lab.configs, to catch misspelt options."
                )
