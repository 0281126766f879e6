# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Strength of a robot's motors: one factor on the stiffness and the damping of all its joints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from isaaclab.actuators import ActuatorBase, ActuatorNetLSTMCfg, ActuatorNetMLPCfg, ImplicitActuatorCfg
from isaaclab.actuators.newton import read_group_parameter, write_group_parameter
from isaaclab.managers import ManagerTermBase

if TYPE_CHECKING:
    from isaaclab.assets import Articulation
    from isaaclab.envs import ManagerBasedEnv
    from isaaclab.managers import EventTermCfg, SceneEntityCfg

PARAMETERS = {"stiffness": "kp", "damping": "kd"}
"""Gains, and what Newton's own actuators call them."""

NETWORKS = (ActuatorNetLSTMCfg, ActuatorNetMLPCfg)
"""Actuators in which a network takes the place of gains."""


class Gains:
    """Gains of all joints of a robot, wherever they are held.

    The solver holds those of implicit actuators, Isaac Lab those of explicit ones, unless Newton executes them: then
    Newton does.
    """

    def __init__(self, robot: Articulation) -> None:
        """Find the gains and note what they are now, which is taken for nominal.

        Args:
            robot: The robot.

        Raises:
            ValueError: If a network takes the place of some actuator's gains.
        """
        self._robot = robot
        self._joints: dict[str, torch.Tensor] = {}
        for group, cfg in robot.cfg.actuators.items():
            if isinstance(cfg, NETWORKS):
                raise ValueError(
                    f"Actuator '{group}' is a network ({type(cfg).__name__}) and has no gains, so the strength of its"
                    " motors can be neither changed nor observed: set motor_strength_range to None."
                )
            indices, _ = robot.find_joints(cfg.joint_names_expr)
            self._joints[group] = torch.as_tensor(indices, dtype=torch.long, device=robot.device)
        self._nominal = {
            (group, name): self._read(group, name).clone() for group in self._joints for name in PARAMETERS
        }

    def ratios(self) -> dict[str, torch.Tensor]:
        """Present gains divided by nominal ones, where these are not zero.

        Returns:
            Ratios of all joints' ``stiffness`` and ``damping`` [1]. Shapes are (num_envs, num_joints), in the robot's
            order of joints; NaN for a joint whose nominal gain is zero, or that has no actuator.
        """
        found = {}
        for name in PARAMETERS:
            values = torch.full((self._robot.num_instances, self._robot.num_joints), torch.nan)
            found[name] = values.to(self._robot.device)
            for group, joints in self._joints.items():
                nominal = self._nominal[group, name]
                found[name][:, joints] = torch.where(nominal > 0.0, self._read(group, name) / nominal, torch.nan)
        return found

    def scale(self, factors: torch.Tensor, env_ids: torch.Tensor) -> None:
        """Set the gains to multiples of the nominal ones.

        Args:
            factors: Factor of each environment [1]. Shape is (len(env_ids),).
            env_ids: Environments. Shape is (len(env_ids),).
        """
        for (group, name), nominal in self._nominal.items():
            self._write(group, name, factors[:, None] * nominal[env_ids], env_ids)

    def _read(self, group: str, name: str) -> torch.Tensor:
        """Gains of an actuator's joints. Shape is (num_envs, joints of the actuator)."""
        if isinstance(self._robot.cfg.actuators[group], ImplicitActuatorCfg):
            return getattr(self._robot.data, f"joint_{name}").torch[:, self._joints[group]]
        actuator = self._robot.actuators[group]
        if isinstance(actuator, ActuatorBase):
            return getattr(actuator, name)
        return read_group_parameter(self._robot.actuators, group, "controller", PARAMETERS[name])

    def _write(self, group: str, name: str, values: torch.Tensor, env_ids: torch.Tensor) -> None:
        """Set gains of an actuator's joints. Shape is (len(env_ids), joints of the actuator)."""
        if isinstance(self._robot.cfg.actuators[group], ImplicitActuatorCfg):
            write = getattr(self._robot, f"write_joint_{name}_to_sim_index")
            write(**{name: values}, joint_ids=self._joints[group], env_ids=env_ids)
            return
        actuator = self._robot.actuators[group]
        if isinstance(actuator, ActuatorBase):
            getattr(actuator, name)[env_ids] = values
        else:
            write_group_parameter(
                self._robot.actuators, group, "controller", PARAMETERS[name], values=values, env_ids=env_ids
            )


class ScaleMotorStrength(ManagerTermBase):
    """Event: multiply stiffness and damping of all joints by one factor, drawn for each environment.

    A battery that runs low and motors that are hot or worn do the same to all joints. Isaac Lab's own
    ``randomize_actuator_gains`` draws for each joint, and stiffness and damping apart.
    """

    def __init__(self, cfg: EventTermCfg, env: ManagerBasedEnv) -> None:
        """Note the nominal gains.

        Args:
            cfg: Configuration of the event, with parameters as :meth:`__call__` takes them.
            env: Environment.

        Raises:
            ValueError: If a network takes the place of some actuator's gains.
        """
        super().__init__(cfg, env)
        self._gains = Gains(env.scene[cfg.params["asset_cfg"].name])

    def __call__(
        self,
        env: ManagerBasedEnv,
        env_ids: torch.Tensor | slice | None,
        asset_cfg: SceneEntityCfg,
        strength_range: tuple[float, float],
    ) -> None:
        """Draw factors, uniformly.

        Args:
            env: Environment.
            env_ids: Environments, as indices or a slice; None for all.
            asset_cfg: The robot.
            strength_range: Least and largest factor [1].
        """
        chosen = slice(None) if env_ids is None else env_ids
        indices = torch.arange(env.num_envs, device=env.device)[chosen]
        factors = torch.empty(len(indices), device=env.device).uniform_(*strength_range)
        self._gains.scale(factors, indices)
