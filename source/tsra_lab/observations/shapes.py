# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Shapes that models can take: vectors and images, of which a history makes something else."""

from __future__ import annotations

import torch
from rsl_rl.env import VecEnv
from tensordict import TensorDict

VECTOR, IMAGE = 2, 4
"""Number of dimensions of what a model takes: (num_envs, size) and (num_envs, channels, height, width)."""


def check_shapes(env: VecEnv, obs: TensorDict, obs_groups: dict[str, list[str]]) -> None:
    """Refuse observation groups that are neither vectors nor images, and images that a history flattened into vectors.

    Args:
        env: Environment; a manager-based one tells the histories of its terms.
        obs: Observations of the environment, one tensor per group. Shapes are (num_envs, ...).
        obs_groups: Observation sets and the groups in them.

    Raises:
        ValueError: If there is such a group; the message names it and says what to do.
    """
    for group in sorted({name for names in obs_groups.values() for name in names} & set(obs.keys())):
        # not public, but nothing else tells what one step of a history looks like
        manager = getattr(getattr(env, "unwrapped", None), "observation_manager", None)
        histories = getattr(manager, "_group_obs_term_history_buffer", {}).get(group, {})
        for term, history in histories.items():
            length, *frame = history.buffer.shape[1:]
            if len(frame) > 1:
                raise ValueError(
                    f"Observation term '{term}' of group '{group}' is an image of shape {tuple(frame)} with"
                    f" history_length={length}, which is no image any more. Set history_length=0 and stack frames in"
                    f" the channels: params={{'frame_stack': {length}}} of isaaclab.envs.mdp.image_rgb, image_depth,"
                    " image_normals or image_segmentation."
                )
        values = obs[group]
        if not isinstance(values, torch.Tensor):
            raise ValueError(
                f"Observation group '{group}' is a tensor for each of its terms, {', '.join(values.keys())}, which no"
                " model takes. Set concatenate_terms=True, and give terms that do not fit together groups of their own."
            )
        if values.ndim not in (VECTOR, IMAGE):
            hint = " Set flatten_history_dim=True." if histories else ""
            raise ValueError(
                f"Observation group '{group}' is neither a vector nor an image of channels, height and width: its shape"
                f" is {tuple(values.shape[1:])}.{hint}"
            )
