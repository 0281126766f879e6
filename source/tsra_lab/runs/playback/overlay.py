# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What is drawn into the scene for somebody who watches, by Isaac Lab's markers: every visualizer shows them."""

from __future__ import annotations

from typing import Any

import torch

import isaaclab.sim as sim_utils
from isaaclab.markers import VisualizationMarkers, VisualizationMarkersCfg
from isaaclab.utils.math import quat_from_euler_xyz

from tsra_lab.hooks import Marks, hooks_of

PART_COLORS = ((0.12, 0.42, 0.85), (0.95, 0.55, 0.10), (0.55, 0.25, 0.70))
"""Colours of the parts; a fourth has the first's again."""

COLOR_NAMES = ("blue", "orange", "purple")


class Overlay:
    """Marks of the task, and a ball in each environment in the colour of its part."""

    def __init__(self, env: Any, parts: list[slice]) -> None:
        """Look at where the environments are.

        Args:
            env: Environment, unwrapped.
            parts: Environments of each part; a single one is not coloured.
        """
        self._env = env
        self._origins = env.scene.env_origins[:, None]
        self._drawn: dict[str, VisualizationMarkers] = {}
        self._balls = {} if len(parts) == 1 else {f"part_{index}": part for index, part in enumerate(parts)}

    def draw(self) -> None:
        """Draw the present state."""
        marks = dict(hooks_of(self._env).overlay(self._env))
        corner, size = self.corner(self._env), 0.04 * self._env.cfg.scene.env_spacing
        for index, (name, part) in enumerate(self._balls.items()):
            shown = torch.zeros(len(self._origins), 1, dtype=torch.bool, device=self._origins.device)
            shown[part] = True
            color = PART_COLORS[index % len(PART_COLORS)]
            marks[name] = Marks(corner.expand(len(shown), 1, 3), color, size, shown=shown)
        for name, item in marks.items():
            if name not in self._drawn:
                self._drawn[name] = _markers(name, item)
            translations, orientations, scales = _placed(item)
            self._drawn[name].visualize(
                (translations + self._origins).flatten(0, 1), orientations.flatten(0, 1), scales.flatten(0, 1)
            )

    @staticmethod
    def corner(env: Any) -> torch.Tensor:
        """Where a part's ball is, from the environment's origin [m]. Shape is (3,)."""
        side = 0.4 * env.cfg.scene.env_spacing
        return torch.tensor([-side, side, 0.05 * side], device=env.device)


def _markers(name: str, marks: Marks) -> VisualizationMarkers:
    """Markers of unit length that are scaled where they are drawn."""
    material = sim_utils.PreviewSurfaceCfg(diffuse_color=marks.color)
    if marks.ends is None:
        shape = sim_utils.SphereCfg(radius=0.5 * marks.size, visual_material=material)
    else:
        shape = sim_utils.CuboidCfg(size=(1.0, marks.size, marks.size), visual_material=material)
    return VisualizationMarkers(VisualizationMarkersCfg(prim_path=f"/Visuals/{name}", markers={name: shape}))


def _placed(marks: Marks) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Places, orientations (x, y, z, w) and scales. Shapes are (num_envs, num_marks, 3), (..., 4) and (..., 3)."""
    scales = torch.ones_like(marks.points)
    if marks.ends is None:
        places, yaw, pitch = marks.points, torch.zeros_like(scales[..., 0]), torch.zeros_like(scales[..., 0])
    else:
        way = marks.ends - marks.points
        places = 0.5 * (marks.points + marks.ends)
        yaw, pitch = torch.atan2(way[..., 1], way[..., 0]), -torch.atan2(way[..., 2], way[..., :2].norm(dim=-1))
        scales[..., 0] = way.norm(dim=-1)
    if marks.shown is not None:
        scales = scales * marks.shown[..., None]
    orientations = quat_from_euler_xyz(torch.zeros_like(yaw).flatten(), pitch.flatten(), yaw.flatten())
    return places, orientations.reshape(*yaw.shape, 4), scales
