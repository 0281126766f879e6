# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The student measures where cart and pole are, three times in a row and with noise, but not how fast they move."""

from isaaclab.managers import ObservationGroupCfg, ObservationTermCfg, SceneEntityCfg
from isaaclab.utils import configclass
from isaaclab.utils.noise import GaussianNoiseCfg
from isaaclab_tasks.core.cartpole import mdp
from isaaclab_tasks.core.cartpole.cartpole_manager_env_cfg import CartpoleEnvCfg

from tsra_lab.configs import OnboardTermCfg
from tsra_lab.hooks import TaskHooks

CART = SceneEntityCfg("robot", joint_names=["slider_to_cart"])
POLE = SceneEntityCfg("robot", joint_names=["cart_to_pole"])


@configclass
class ObservationsCfg:
    """What teacher and student see."""

    @configclass
    class PrivilegedCfg(ObservationGroupCfg):
        """The state."""

        joint_pos = ObservationTermCfg(func=mdp.joint_pos_rel)
        joint_vel = ObservationTermCfg(func=mdp.joint_vel_rel)

    @configclass
    class OnboardCfg(ObservationGroupCfg):
        """What the robot measures."""

        enable_corruption = True
        history_length = 3

        cart_position = OnboardTermCfg(
            func=mdp.joint_pos_rel,
            params={"asset_cfg": CART},
            noise=GaussianNoiseCfg(std=0.005),
            unit="m",
            frame="along the rail",
        )
        pole_angle = OnboardTermCfg(
            func=mdp.joint_pos_rel,
            params={"asset_cfg": POLE},
            noise=GaussianNoiseCfg(std=0.005),
            unit="rad",
            frame="about the hinge",
        )

    privileged: PrivilegedCfg = PrivilegedCfg()
    onboard: OnboardCfg = OnboardCfg()


@configclass
class NoisyPositionsEnvCfg(TaskHooks, CartpoleEnvCfg):
    """Isaac Lab's cart-pole with two observation groups in place of its own."""

    observations: ObservationsCfg = ObservationsCfg()
