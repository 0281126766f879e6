# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Environment configurations of the velocity tasks: Isaac Lab's own, and what teacher and student see of them.

The robots' files come from NVIDIA's asset server, or from a mirror that the environment variable
``ISAACSIM_ASSET_ROOT`` names. **Not verified: the files were never loaded here.** The tests run stand-ins with the same
names of joints and bodies.
"""

from isaaclab.utils import configclass
from isaaclab_tasks.core.velocity.config.anymal_d.flat_env_cfg import AnymalDFlatEnvCfg
from isaaclab_tasks.core.velocity.config.anymal_d.rough_env_cfg import AnymalDRoughEnvCfg
from isaaclab_tasks.core.velocity.config.g1.flat_env_cfg import G1FlatEnvCfg
from isaaclab_tasks.core.velocity.config.g1.rough_env_cfg import G1RoughEnvCfg
from isaaclab_tasks.core.velocity.config.go2.flat_env_cfg import UnitreeGo2FlatEnvCfg
from isaaclab_tasks.core.velocity.config.go2.rough_env_cfg import UnitreeGo2RoughEnvCfg

from .blind_velocity_cfg import BlindVelocityCfg

GO2_MOTORS = [f"{leg}_{part}_joint" for leg in ("FR", "FL", "RR", "RL") for part in ("hip", "thigh", "calf")]
"""Joints of the Go2 in the order of the motors of Unitree's SDK."""


@configclass
class Go2FlatCfg(BlindVelocityCfg, UnitreeGo2FlatEnvCfg):
    """Unitree's Go2 on flat ground."""

    joint_sdk_names = GO2_MOTORS


@configclass
class Go2RoughCfg(BlindVelocityCfg, UnitreeGo2RoughEnvCfg):
    """Unitree's Go2 on rough ground."""

    joint_sdk_names = GO2_MOTORS


@configclass
class AnymalDFlatCfg(BlindVelocityCfg, AnymalDFlatEnvCfg):
    """ANYbotics' ANYmal-D on flat ground."""


@configclass
class AnymalDRoughCfg(BlindVelocityCfg, AnymalDRoughEnvCfg):
    """ANYbotics' ANYmal-D on rough ground."""


@configclass
class G1FlatCfg(BlindVelocityCfg, G1FlatEnvCfg):
    """Unitree's G1 on flat ground."""


@configclass
class G1RoughCfg(BlindVelocityCfg, G1RoughEnvCfg):
    """Unitree's G1 on rough ground."""
