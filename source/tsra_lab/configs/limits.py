# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What options may be: kinds, ranges and choices, by the name of the option, wherever it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Limit(Protocol):
    """What an option may be; ``str`` tells it in words."""

    def allows(self, value: Any) -> bool:
        """Whether the option may be this."""


@dataclass(frozen=True)
class Number:
    """A finite number of a range."""

    low: float
    high: float = math.inf
    whole: bool = False
    above: bool = False
    """Whether the lower bound itself is excluded."""
    optional: bool = False
    """Whether there may be no number."""

    def allows(self, value: Any) -> bool:
        """Whether it is one."""
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            return False
        return math.isfinite(value) and (value > self.low if self.above else value >= self.low) and value <= self.high

    def __str__(self) -> str:
        """Words for a message."""
        kind = "a whole number" if self.whole else "a number"
        low = f"above {self.low:g}" if self.above else f"of at least {self.low:g}"
        high = f" and at most {self.high:g}" if math.isfinite(self.high) else ""
        return f"{kind} {low}{high}" + (", or None" if self.optional else "")


@dataclass(frozen=True)
class Choice:
    """One of some names."""

    names: Sequence[str]

    def allows(self, value: Any) -> bool:
        """Whether it is one."""
        return value in self.names

    def __str__(self) -> str:
        """Words for a message."""
        return " or ".join(f"'{name}'" for name in self.names)


@dataclass(frozen=True)
class Switch:
    """True or False."""

    def allows(self, value: Any) -> bool:
        """Whether it is."""
        return isinstance(value, bool)

    def __str__(self) -> str:
        """Words for a message."""
        return "True or False"


@dataclass(frozen=True)
class Layers:
    """Sizes of the hidden layers."""

    def allows(self, value: Any) -> bool:
        """Whether it is a list of them."""
        return isinstance(value, (list, tuple)) and all(Number(1, whole=True).allows(size) for size in value)

    def __str__(self) -> str:
        """Words for a message."""
        return "a list of whole numbers of at least 1"


@dataclass(frozen=True)
class FolderName:
    """The name of a folder, no way out of where it lies."""

    empty: bool = False

    def allows(self, value: Any) -> bool:
        """Whether it is one."""
        return isinstance(value, str) and (value == "" and self.empty or bool(re.fullmatch(r"[\w+-][\w.+-]*", value)))

    def __str__(self) -> str:
        """Words for a message."""
        return "a name of letters, digits and _ . + -, without a path"


COUNT = Number(1, whole=True)
COUNT_OR_NONE_AT_ALL = Number(0, whole=True)
WEIGHT = Number(0)
RATE = Number(0, 1, above=True)

LIMITS: dict[str, Limit] = {
    # PPO
    "num_learning_epochs": COUNT,
    "num_mini_batches": COUNT,
    "learning_rate": RATE,
    "schedule": Choice(("adaptive", "fixed")),
    "gamma": RATE,
    "lam": Number(0, 1),
    "entropy_coef": WEIGHT,
    "desired_kl": Number(0, above=True, optional=True),
    "max_grad_norm": Number(0, above=True, optional=True),
    "value_loss_coef": WEIGHT,
    "clip_param": Number(0, above=True),
    "use_clipped_value_loss": Switch(),
    "normalize_advantage_per_mini_batch": Switch(),
    "optimizer": Choice(("adam", "adamw", "sgd", "rmsprop")),
    # alignment and what follows it
    "embedding_dim": COUNT,
    "contrast_weight": WEIGHT,
    "match_weight": WEIGHT,
    "variance_weight": WEIGHT,
    "covariance_weight": WEIGHT,
    "temperature": Number(0, above=True),
    "steps_per_iteration": COUNT_OR_NONE_AT_ALL,
    "constant_steps": COUNT_OR_NONE_AT_ALL,
    "warmup_steps": COUNT_OR_NONE_AT_ALL,
    "batch_size": Number(2, whole=True),
    "stability_weight": WEIGHT,
    "imitation_weight": WEIGHT,
    "target_decay": Number(0, 1),
    "consistency": Switch(),
    "critic_warmup_iterations": COUNT_OR_NONE_AT_ALL,
    "desired_divergence": Number(0, above=True),
    "action_noise_std": WEIGHT,
    "student_share": Number(0, 1),
    "render_interval": COUNT,
    "kept_pairs": COUNT_OR_NONE_AT_ALL,
    "penalty_weight": WEIGHT,
    "gradient_weight": WEIGHT,
    "regularization_weight": WEIGHT,
    "ramp_iterations": COUNT,
    # distillation
    "gradient_length": COUNT,
    "rollout_policy": Choice(("student", "teacher")),
    "embedding_loss_weight": WEIGHT,
    # models
    "hidden_dims": Layers(),
    "obs_normalization": Switch(),
    "image_normalization": Switch(),
    "rnn_type": Choice(("gru", "lstm")),
    "rnn_hidden_dim": COUNT,
    "rnn_num_layers": COUNT,
    # runs
    "seed": COUNT_OR_NONE_AT_ALL,
    "num_steps_per_env": COUNT,
    "max_iterations": COUNT,
    "save_interval": COUNT,
    "evaluation_interval": COUNT_OR_NONE_AT_ALL,
    "clip_actions": Number(0, above=True, optional=True),
    "init_at_random_ep_len": Switch(),
    "check_for_nan": Switch(),
    "experiment_name": FolderName(),
    "run_name": FolderName(empty=True),
}
"""Limits of options. One of these names means the same in every configuration."""
