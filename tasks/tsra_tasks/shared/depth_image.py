# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""A depth camera's image as an observation term that renders only when it must."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from isaaclab.managers import ManagerTermBase, SceneEntityCfg
from isaaclab.utils.buffers import DelayBuffer

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedRLEnv
    from isaaclab.managers import ObservationTermCfg


class DepthImage(ManagerTermBase):
    """Depth along the camera's axis over its range: 1 where nothing is near. Shape is (num_envs, 1, height, width).

    Isaac Lab renders a camera when its data are read. :meth:`switch` decides whether this term reads them; switched
    off, it repeats the last image, and no frame is rendered. Whoever trains on the images asks :attr:`fresh` which
    ones to trust.

    Latency is drawn for each episode, in whole control steps. Only the frames that are delivered need rendering, so
    latency is kept here rather than in Isaac Lab's own delay of terms, which cannot tell a rendered frame from a
    repeated one.
    """

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedRLEnv) -> None:
        """Find the camera.

        Args:
            cfg: Term configuration with ``params`` as :meth:`__call__` takes them.
            env: Environment that owns the term.

        Raises:
            ValueError: If the latency is no range of steps, or Isaac Lab's own delay is asked for too.
        """
        super().__init__(cfg, env)
        self._camera = env.scene[cfg.params["sensor_cfg"].name]
        low, high = cfg.params.get("latency_steps", (0, 0))
        if not 0 <= low <= high:
            raise ValueError(f"latency_steps must be a range of steps (lowest, highest), not ({low}, {high}).")
        if cfg.delay_max_lag:
            raise ValueError("Give an image's delay as its parameter 'latency_steps', not as 'delay_max_lag'.")
        self._delay = DelayBuffer(high, self.num_envs, self.device, min_lag=low, hold_prob=1.0) if high else None
        # the same delay for the news of whether a frame was rendered
        self._fresh_delay = DelayBuffer(high, self.num_envs, self.device) if high else None
        self._step = -1
        self._on = True
        self._image = torch.ones(self.num_envs, 1, *self._camera.image_shape, device=self.device)
        self.fresh = torch.zeros(self.num_envs, dtype=torch.bool, device=self.device)
        """Whether the last image delivered was rendered when it should have been. Shape is (num_envs,)."""
        self.num_frames = 0
        """Frames rendered for this term so far, over all environments."""

    def switch(self, on: bool) -> None:
        """Render from the next step on, or stop it. A new term renders.

        Args:
            on: Whether to render.
        """
        self._on = on

    def reset(self, env_ids: Sequence[int] | None = None) -> None:
        """Forget the images of finished episodes and draw new latencies.

        Args:
            env_ids: Environments to reset; None for all.
        """
        if self._delay is not None:
            self._delay.reset(env_ids)
            self._fresh_delay.reset(env_ids)
            self._fresh_delay.set_time_lag(self._delay.time_lags)

    def __call__(
        self,
        env: ManagerBasedRLEnv,
        sensor_cfg: SceneEntityCfg,
        max_range: float,
        latency_steps: tuple[int, int] = (0, 0),
    ) -> torch.Tensor:
        """Deliver the image.

        Args:
            env: Environment that owns the term.
            sensor_cfg: The camera, with data type ``distance_to_image_plane``.
            max_range: Depth that reads 1 [m].
            latency_steps: Least and largest age of an image [control steps].

        Returns:
            Images of shape (num_envs, 1, height, width).
        """
        # read twice within a step, as a wrapper may, an image is not rendered again and does not age
        new_step = env.common_step_counter != self._step
        self._step = env.common_step_counter
        if self._on:
            # an episode that began in this step has moved bodies; Isaac Lab would render them where they were
            env.sim.forward()
            depth = self._camera.data.output["distance_to_image_plane"].torch
            self._image = (depth / max_range).clamp(0.0, 1.0).permute(0, 3, 1, 2)
            self.num_frames += self.num_envs * new_step
        rendered = torch.full((self.num_envs, 1), float(self._on), device=self.device)
        if self._delay is None:
            self.fresh = rendered[:, 0] > 0.5
            return self._image
        delivered = self._delay.compute(self._image, update_history=new_step)
        self.fresh = self._fresh_delay.compute(rendered, update_history=new_step)[:, 0] > 0.5
        return delivered
