# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The methods that ``benchmark.py`` compares: which agent trains, with what changes, and how a student comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from tsra_lab.evaluation.plots import PLAIN


@dataclass(frozen=True)
class Method:
    """A way to a student."""

    agent: str
    """Key of the agent's configuration in the registry."""

    label: str
    """What tables and pictures call it."""

    description: str
    """What it does, in a sentence."""

    overrides: tuple[str, ...] = ()
    """Overrides of the agent's configuration, or of the environment's."""

    distillation: Literal["dagger", "bc", "aligned"] | None = None
    """How the trained teacher is distilled: a key of :data:`DISTILLATIONS`. None for a student that training leaves."""

    iteration_factor: float = 1
    """Factor of the agent's iterations."""

    color: str = PLAIN
    """Colour in pictures."""


DISTILLATIONS = {
    "dagger": ("rsl_rl_distillation_cfg_entry_point", "dagger"),
    "bc": ("rsl_rl_distillation_cfg_entry_point", "bc"),
    "aligned": ("rsl_rl_aligned_distillation_cfg_entry_point", "dagger"),
}
"""Agent and method of ``distill.py`` for each distillation."""

PPO = "rsl_rl_ppo_cfg_entry_point"
TSRA = "rsl_rl_cfg_entry_point"
DWBC = "rsl_rl_dwbc_cfg_entry_point"

# the colours are those of Okabe and Ito, which colour-blind readers can tell apart
MAIN = {
    "bc": Method(PPO, "BC", "Plain PPO teacher; behaviour cloning of its actions.", distillation="bc", color="#e69f00"),
    "dagger": Method(
        PPO, "DAgger", "Plain PPO teacher; imitation where the student leads.", distillation="dagger", color="#56b4e9"
    ),
    "sitt": Method(
        "rsl_rl_sitt_cfg_entry_point",
        "SITT",
        "Student-informed teacher training: the teacher pays for what its student cannot imitate.",
        color="#009e73",
    ),
    "asymmetric": Method(
        "rsl_rl_asymmetric_cfg_entry_point",
        "asymmetric PPO",
        "No teacher: PPO on onboard observations with a privileged critic.",
        color="#cc79a7",
    ),
    "dwbc": Method(DWBC, "DWBC", "Regularised online adaptation, of Deep Whole-Body Control.", color="#0072b2"),
    "tsra": Method(TSRA, "TSRA", "Aligned teacher; its zero-shot student.", color="#d55e00"),
}
"""The methods of the comparison, in the order of tables and pictures."""

ABLATIONS = {
    "tsra_distilled": Method(
        TSRA, "TSRA, distilled", "The zero-shot student is distilled further.", distillation="aligned"
    ),
    "tsra_no_mask": Method(
        "rsl_rl_unmasked_cfg_entry_point",
        "TSRA, no gradient mask",
        "The gradient of reinforcement learning moves the teacher's encoder too.",
    ),
    "tsra_no_alignment": Method(
        DWBC,
        "TSRA, no alignment",
        "The teacher's encoder learns from reinforcement learning alone; the student's only follows it.",
        overrides=("agent.algorithm.regularization_weight=0.0",),
    ),
    "tsra_no_stability": Method(
        TSRA,
        "TSRA, no stability",
        "Neither moving averages of the encoders nor consistency steps of the head.",
        overrides=("agent.algorithm.alignment.target_decay=0.0", "agent.algorithm.consistency_steps=0"),
    ),
    "tsra_no_warm_up": Method(
        TSRA,
        "TSRA, no warm-up",
        "The encoders start with the policy, not before it.",
        overrides=("agent.algorithm.alignment.warmup_steps=0",),
    ),
    "tsra_l2": Method(
        TSRA,
        "TSRA, L2 alignment",
        "Nothing in the loss keeps the embedding from collapsing.",
        overrides=("agent.algorithm.alignment=l2",),
    ),
    "tsra_contrastive": Method(
        TSRA,
        "TSRA, contrastive alignment",
        "InfoNCE with variance and covariance terms.",
        overrides=("agent.algorithm.alignment=contrastive",),
    ),
    "tsra_narrow": Method(
        TSRA,
        "TSRA, narrow encoders",
        "Encoders of half the width.",
        overrides=("agent.teacher.hidden_dims=[64,64]", "agent.student.hidden_dims=[64,64]"),
    ),
    "tsra_no_normalization": Method(
        TSRA,
        "TSRA, no normalisation",
        "Encoders of observations as they come.",
        overrides=("agent.teacher.obs_normalization=False", "agent.student.obs_normalization=False"),
    ),
    "tsra_long": Method(TSRA, "TSRA, 5 x iterations", "Five times the iterations.", iteration_factor=5),
}
"""TSRA with one thing changed."""

FRAMES = {
    "tsra_every_frame": Method(
        TSRA,
        "TSRA, every frame",
        "The camera renders at every step.",
        overrides=("agent.algorithm.render_interval=1",),
    ),
    "asymmetric_quarter": Method(
        MAIN["asymmetric"].agent,
        "asymmetric PPO, a quarter of the steps",
        "As many rendered frames as a method has that renders at one step of four.",
        iteration_factor=0.25,
    ),
}
"""What frames are worth, on tasks with a camera."""

PPO_TRIALS = {
    "entropy_low": ("agent.algorithm.entropy_coef=0.003",),
    "entropy_high": ("agent.algorithm.entropy_coef=0.02",),
    "divergence_high": ("agent.algorithm.desired_kl=0.015",),
}
"""Changes of PPO's settings."""

SITT_TRIALS = {
    f"penalty_{penalty}_gradient_{gradient}_steps_{steps}": (
        f"agent.algorithm.penalty_weight={penalty}",
        f"agent.algorithm.gradient_weight={gradient}",
        f"agent.algorithm.alignment_steps={steps}",
    )
    for penalty, gradient, steps in (
        (0.1, 0.1, 16),
        (0.02, 0.05, 16),
        (0.05, 0.1, 64),
        (0.1, 0.3, 64),
        (0.3, 0.3, 64),
        (0.5, 1.0, 64),
        (0.2, 0.3, 16),
        (0.1, 1.0, 64),
        (0.2, 0.6, 64),
        (0.1, 0.3, 128),
    )
}

DWBC_TRIALS = {
    f"weight_{weight}_steps_{steps}": (
        f"agent.algorithm.regularization_weight={weight}",
        f"agent.algorithm.alignment_steps={steps}",
    )
    for weight, steps in ((1.0, 16), (1.0, 64), (4.0, 16), (4.0, 64), (16.0, 16), (16.0, 64), (64.0, 64))
}

TSRA_TRIALS = {
    "embedding_10": ("agent.algorithm.alignment.embedding_dim=10",),
    "match_high": ("agent.algorithm.alignment.match_weight=25.0",),
    "targets_slow": ("agent.algorithm.alignment.target_decay=0.99",),
}

TRIALS = {
    f"{method}_{name}": replace(
        MAIN[method], label=f"{MAIN[method].label}, {name.replace('_', ' ')}", overrides=overrides
    )
    for method, trials in {
        "dagger": PPO_TRIALS,
        "asymmetric": PPO_TRIALS,
        "sitt": SITT_TRIALS,
        "dwbc": DWBC_TRIALS,
        "tsra": TSRA_TRIALS,
    }.items()
    for name, overrides in trials.items()
}
"""Settings that were tried while tuning, beside those of :data:`MAIN`. They are run on other seeds than the results."""

METHODS = MAIN | ABLATIONS | FRAMES | TRIALS
"""All methods by name."""


def select_methods(names: Iterable[str]) -> list[str]:
    """Expand the shorthands among names of methods.

    Args:
        names: Names of methods, or ``main``, ``ablations``, ``frames``, ``trials``, or ``all`` for the first two.

    Returns:
        Names of methods, each once.

    Raises:
        ValueError: If there is no such method.
    """
    shorthands = {"main": list(MAIN), "ablations": list(ABLATIONS), "frames": list(FRAMES), "trials": list(TRIALS)}
    shorthands["all"] = shorthands["main"] + shorthands["ablations"]
    selected = [method for name in names for method in shorthands.get(name, [name])]
    for name in selected:
        if name not in METHODS:
            raise ValueError(
                f"there is no method '{name}'. Methods: {', '.join(METHODS)}; shorthands: {', '.join(shorthands)}"
            )
    return list(dict.fromkeys(selected))
