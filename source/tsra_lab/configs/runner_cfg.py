# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Configuration of a run: models, algorithm, observation sets and budget."""

from dataclasses import MISSING

import torch

from isaaclab.utils import configclass
from isaaclab_rl.rsl_rl import RslRlOnPolicyRunnerCfg

from tsra_lab.observations import SHARED, ObservationSets

from .aligned_ppo_cfg import AlignedPPOCfg
from .asymmetric_ppo_cfg import AsymmetricPPOCfg
from .models_cfg import CNNModelCfg, MLPModelCfg, PolicyHeadCfg, RNNModelCfg
from .ppo_cfg import PPOCfg, TeacherStudentPPOCfg
from .strict import StrictCfg

DEFAULT_DEVICE = "cuda:0" if torch.cuda.is_available() else "cpu"
"""Device of the agent: the GPU when there is one."""

REQUIRED = ("num_steps_per_env", "max_iterations", "save_interval", "experiment_name", "obs_groups")
"""Fields of every run that have no default."""


@configclass
class RunnerCfg(StrictCfg, RslRlOnPolicyRunnerCfg):
    """A run under :class:`tsra_lab.runners.AlignedRunner` or stock rsl_rl's ``OnPolicyRunner``."""

    device: str = DEFAULT_DEVICE
    """Device of the agent."""

    evaluation_interval: int = 0
    """Iterations between evaluations during training; 0 for none. Only our runner does it."""


@configclass
class TeacherStudentRunnerCfg(RunnerCfg):
    """A run of a method with a teacher and a student.

    ``obs_groups`` must name the groups of three observation sets: ``teacher`` (privileged), ``student`` (onboard)
    and ``critic``. ``actor`` is the policy head on the embedding, which both share.
    """

    teacher: MLPModelCfg | CNNModelCfg = MISSING
    """Encoder of the ``teacher`` observation set. It has no distribution: its output is the embedding."""

    student: MLPModelCfg | CNNModelCfg | RNNModelCfg = MISSING
    """Encoder of the ``student`` observation set; it may have a memory."""

    actor: PolicyHeadCfg = MISSING
    """Policy on the embedding."""

    algorithm: TeacherStudentPPOCfg = MISSING
    """The algorithm."""

    def __post_init__(self):
        """Check what can be checked before the simulator starts.

        Raises:
            ValueError: If a required field is not set, an observation set is missing, empty or unknown, or the policy
                head would normalise.
            TypeError: If a model's configuration would accept misspelt options.
        """
        refuse_unset(self, (*REQUIRED, "actor", "critic", "teacher", "student", "algorithm"))
        self.obs_groups = ObservationSets(self.obs_groups, ("teacher", "student", "critic"), optional=(SHARED,))
        refuse_lenient(self, ("actor", "critic", "teacher", "student"))
        if self.actor.obs_normalization:
            raise ValueError(
                f"'actor' of {type(self).__name__} is the policy head, which takes the embedding as it is: make it a"
                " tsra_lab.configs.PolicyHeadCfg."
            )


@configclass
class AlignedRunnerCfg(TeacherStudentRunnerCfg):
    """A run of TSRA."""

    algorithm: TeacherStudentPPOCfg = AlignedPPOCfg()
    """The algorithm."""


@configclass
class AsymmetricRunnerCfg(RunnerCfg):
    """A run of AsymmetricPPO. ``obs_groups`` names the groups of two observation sets: ``student`` and ``critic``."""

    actor: MLPModelCfg | CNNModelCfg = MISSING
    """The student."""

    algorithm: AsymmetricPPOCfg = AsymmetricPPOCfg()
    """The algorithm."""

    def __post_init__(self):
        """Check what can be checked before the simulator starts.

        Raises:
            ValueError: If a required field is not set, or an observation set is missing, empty or unknown.
            TypeError: If a model's configuration would accept misspelt options.
        """
        refuse_unset(self, (*REQUIRED, "actor", "critic"))
        self.obs_groups = ObservationSets(self.obs_groups, ("student", "critic"))
        refuse_lenient(self, ("actor", "critic"))


@configclass
class PPORunnerCfg(RunnerCfg):
    """A run of rsl_rl's own PPO: the usual teacher on privileged observations, to be distilled."""

    algorithm: PPOCfg = PPOCfg()
    """The algorithm."""


def refuse_unset(config: object, names: tuple[str, ...]) -> None:
    """Refuse a configuration that leaves one of these fields unset.

    Args:
        config: Configuration.
        names: Names of its fields.

    Raises:
        ValueError: If one is unset.
    """
    unset = [name for name in names if isinstance(getattr(config, name), type(MISSING))]
    if unset:
        raise ValueError(f"{type(config).__name__} must set: {', '.join(unset)}.")


def refuse_lenient(config: object, names: tuple[str, ...]) -> None:
    """Refuse models whose configuration would accept misspelt options.

    Args:
        config: Configuration.
        names: Names of its models.

    Raises:
        TypeError: If one is not of :mod:`tsra_lab.configs`.
    """
    for name in names:
        if not isinstance(getattr(config, name), StrictCfg):
            raise TypeError(f"'{name}' must be a model configuration of tsra_lab.configs, to catch misspelt options.")
