# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Agents of the drawer task, one for each method: those of all camera tasks, with name and what was tuned here."""

from isaaclab.utils import configclass, replace

from tsra_lab.configs import (
    AlignedPPOCfg,
    AlignmentCfg,
    AsymmetricPPOCfg,
    CNNModelCfg,
    PPOCfg,
    StudentInformedPPOCfg,
)

from ..cameras import agents

ITERATIONS = 100
"""Iterations of every method: with 24 steps and 512 environments, 1.23 million environment steps."""

PPO_SETTINGS = {"entropy_coef": 0.02, "desired_kl": 0.01}
"""PPO settings of every method."""

EMBEDDING_DIM = 16
"""Dimensions of the embedding; the privileged view has eleven."""

KEPT_ROLLOUTS = 64
"""Alignment draws from the pairs of so many rollouts, early and clumsy ones among them: a student that strays from the
teacher's path must still know where it is."""

ALIGNMENT_STEPS = 64
"""Encoder steps after each PPO update."""

# the handle's place must be told to a centimetre: features keep the image's resolution, and pixels are normalised
IMAGES = {
    "cnn_cfg": CNNModelCfg.CNNCfg(
        output_channels=[16, 32, 32], kernel_size=3, stride=2, padding="zeros", activation="elu"
    ),
    "image_normalization": True,
}
"""Changes of all students' models."""


@configclass
class DrawerAlignedRunnerCfg(agents.CameraAlignedRunnerCfg):
    """TSRA."""

    max_iterations = ITERATIONS
    experiment_name = "open_drawer_aligned"
    student = replace(agents.STUDENT_ENCODER, **IMAGES)
    algorithm = AlignedPPOCfg(
        alignment=AlignmentCfg(embedding_dim=EMBEDDING_DIM, steps_per_iteration=ALIGNMENT_STEPS),
        render_interval=agents.RENDER_INTERVAL,
        kept_rollouts=KEPT_ROLLOUTS,
        **PPO_SETTINGS,
    )


@configclass
class DrawerMemoryRunnerCfg(DrawerAlignedRunnerCfg):
    """TSRA whose student has a memory."""

    experiment_name = "open_drawer_memory"
    student = replace(agents.STUDENT_ENCODER_WITH_MEMORY, **IMAGES)
    # sequences are of one rollout
    algorithm = replace(DrawerAlignedRunnerCfg().algorithm, kept_rollouts=1)


@configclass
class DrawerSITTRunnerCfg(agents.CameraSITTRunnerCfg):
    """Student-Informed Teacher Training."""

    max_iterations = ITERATIONS
    experiment_name = "open_drawer_sitt"
    student = replace(agents.STUDENT_ENCODER, **IMAGES)
    algorithm = StudentInformedPPOCfg(
        embedding_dim=EMBEDDING_DIM,
        alignment_steps=ALIGNMENT_STEPS,
        render_interval=agents.RENDER_INTERVAL,
        kept_rollouts=KEPT_ROLLOUTS,
        **PPO_SETTINGS,
    )


@configclass
class DrawerAsymmetricRunnerCfg(agents.CameraAsymmetricRunnerCfg):
    """PPO on onboard observations with a privileged critic."""

    max_iterations = ITERATIONS
    experiment_name = "open_drawer_asymmetric"
    actor = replace(agents.STUDENT, **IMAGES)
    algorithm = AsymmetricPPOCfg(**PPO_SETTINGS)


@configclass
class DrawerPPORunnerCfg(agents.CameraPPORunnerCfg):
    """Plain PPO on the privileged state."""

    max_iterations = ITERATIONS
    experiment_name = "open_drawer_ppo"
    algorithm = PPOCfg(**PPO_SETTINGS)


@configclass
class DrawerDistillationRunnerCfg(agents.CameraDistillationRunnerCfg):
    """DAgger or behaviour cloning of the plain PPO teacher."""

    experiment_name = "open_drawer_distillation"
    student = replace(agents.DISTILLED_STUDENT, **IMAGES)


@configclass
class DrawerAlignedDistillationRunnerCfg(agents.CameraAlignedDistillationRunnerCfg):
    """DAgger on the aligned teacher."""

    experiment_name = "open_drawer_aligned_distillation"
