# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Typed configurations. An unknown option is an error at the moment it is set."""

from .alignment_cfg import AlignmentCfg, AlignmentPresetsCfg
from .baselines_cfg import (
    AsymmetricPPOCfg,
    AsymmetricRunnerCfg,
    EncodedPPOCfg,
    OnlineAdaptationCfg,
    StudentInformedPPOCfg,
)
from .distillation_cfg import AlignedDistillationCfg, AlignedDistillationRunnerCfg
from .models_cfg import CNNModelCfg, MLPModelCfg, RecurrentCNNModelCfg, RNNModelCfg
from .observation_sets import ObservationSets, check_observation_sets
from .onboard_term_cfg import OnboardTermCfg
from .runner_cfg import AlignedPPOCfg, AlignedRunnerCfg, PPOCfg
from .strict import StrictCfg

__all__ = [
    "AlignedDistillationCfg",
    "AlignedDistillationRunnerCfg",
    "AlignedPPOCfg",
    "AlignedRunnerCfg",
    "AlignmentCfg",
    "AlignmentPresetsCfg",
    "AsymmetricPPOCfg",
    "AsymmetricRunnerCfg",
    "CNNModelCfg",
    "EncodedPPOCfg",
    "MLPModelCfg",
    "ObservationSets",
    "OnboardTermCfg",
    "OnlineAdaptationCfg",
    "PPOCfg",
    "RNNModelCfg",
    "RecurrentCNNModelCfg",
    "StrictCfg",
    "StudentInformedPPOCfg",
    "check_observation_sets",
]
