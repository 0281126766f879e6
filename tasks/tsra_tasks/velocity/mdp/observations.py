# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Observations that only the simulator gives, read from what the simulator holds at the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import warp as wp

from isaaclab.managers import ManagerTermBase

from .gains import Gains

if TYPE_CHECKING:
    from isaaclab.envs import ManagerBasedEnv
    from isaaclab.managers import ObservationTermCfg, SceneEntityCfg


class FootFriction(ManagerTermBase):
    """Friction coefficient of each foot [1]: the mean of its shapes. Shape is (num_envs, num_feet).

    It is the foot's own. What a contact has of it depends on the ground's and on how the solver combines the two.
    """

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedEnv) -> None:
        """Find the shapes of the feet in Newton's model.

        Args:
            cfg: Configuration of the term, with parameters as :meth:`__call__` takes them.
            env: Environment.

        Raises:
            ValueError: If the physics is not Newton's, or a foot has no shape that can be touched.
        """
        super().__init__(cfg, env)
        feet = cfg.params["asset_cfg"]
        robot = env.scene[feet.name]
        if not hasattr(env.sim.physics_manager, "get_model") or not hasattr(robot.root_view, "body_shapes"):
            raise ValueError(
                "Friction of feet is read from Newton's model, which this physics has not. Leave the term out:"
                " env.observations.privileged.foot_friction=null"
            )
        # a view of the memory that Isaac Lab's event writes to
        self._coefficients = robot.root_view.get_attribute("shape_material_mu", env.sim.physics_manager.get_model())
        bodies = range(robot.num_bodies)[feet.body_ids] if isinstance(feet.body_ids, slice) else feet.body_ids
        shapes = [robot.root_view.body_shapes[index] for index in robot.map_body_ids_to_backend(list(bodies))]
        for body, found in zip(bodies, shapes, strict=True):
            if not len(found):
                raise ValueError(f"Foot '{robot.body_names[body]}' has no shape that can be touched, so no friction.")
        self._shapes = [torch.as_tensor(found, dtype=torch.long, device=env.device) for found in shapes]

    def __call__(self, env: ManagerBasedEnv, asset_cfg: SceneEntityCfg) -> torch.Tensor:
        """Read the coefficients.

        Args:
            env: Environment.
            asset_cfg: The robot and its feet.

        Returns:
            Coefficients [1]. Shape is (num_envs, num_feet).
        """
        coefficients = wp.to_torch(self._coefficients)[:, 0]
        return torch.stack([coefficients[:, shapes].mean(dim=1) for shapes in self._shapes], dim=1)


class BodyMassRatio(ManagerTermBase):
    """Mass of bodies, divided by what it was before any event changed it [1]. Shape is (num_envs, num_bodies)."""

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedEnv) -> None:
        """Note the nominal masses: terms are made before events change anything.

        Args:
            cfg: Configuration of the term, with parameters as :meth:`__call__` takes them.
            env: Environment.
        """
        super().__init__(cfg, env)
        bodies = cfg.params["asset_cfg"]
        self._nominal = env.scene[bodies.name].data.body_mass.torch[:, bodies.body_ids].clone()

    def __call__(self, env: ManagerBasedEnv, asset_cfg: SceneEntityCfg) -> torch.Tensor:
        """Read the masses.

        Args:
            env: Environment.
            asset_cfg: The robot and its bodies.

        Returns:
            Present mass divided by nominal mass [1]. Shape is (num_envs, num_bodies).
        """
        return env.scene[asset_cfg.name].data.body_mass.torch[:, asset_cfg.body_ids] / self._nominal


class MotorStrength(ManagerTermBase):
    """Stiffness of the joints, divided by what it was before any event changed it [1]. Shape is (num_envs, 1).

    It is the mean over the joints; with :class:`ScaleMotorStrength` all have the same ratio, and so has damping.
    """

    def __init__(self, cfg: ObservationTermCfg, env: ManagerBasedEnv) -> None:
        """Note the nominal gains: terms are made before events change anything.

        Args:
            cfg: Configuration of the term, with parameters as :meth:`__call__` takes them.
            env: Environment.

        Raises:
            ValueError: If a network takes the place of some actuator's gains.
        """
        super().__init__(cfg, env)
        self._gains = Gains(env.scene[cfg.params["asset_cfg"].name])

    def __call__(self, env: ManagerBasedEnv, asset_cfg: SceneEntityCfg) -> torch.Tensor:
        """Read the gains.

        Args:
            env: Environment.
            asset_cfg: The robot.

        Returns:
            Present stiffness divided by nominal stiffness [1]. Shape is (num_envs, 1).
        """
        return self._gains.ratios()["stiffness"].nanmean(dim=1, keepdim=True)


def feet_contact(env: ManagerBasedEnv, sensor_cfg: SceneEntityCfg, threshold: float = 1.0) -> torch.Tensor:
    """Which feet touch something.

    Args:
        env: Environment.
        sensor_cfg: The contact sensor and the feet.
        threshold: Normal force in the world frame that counts as a contact [N].

    Returns:
        1 for a foot that touches something, else 0. Shape is (num_envs, num_feet).
    """
    forces = env.scene.sensors[sensor_cfg.name].data.net_normal_forces_w.torch[:, sensor_cfg.body_ids]
    return (forces.norm(dim=-1) > threshold).float()
