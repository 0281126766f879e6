# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Walking at a commanded velocity: Isaac Lab's own tasks, for a student that is blind."""

from isaaclab_tasks.core.velocity.config.anymal_d.agents import rsl_rl_ppo_cfg as anymal_d
from isaaclab_tasks.core.velocity.config.g1.agents import rsl_rl_ppo_cfg as g1
from isaaclab_tasks.core.velocity.config.go2.agents import rsl_rl_ppo_cfg as go2

from .agents import suite_like

for robot, ground, stock in (
    ("Go2", "Flat", go2.UnitreeGo2FlatPPORunnerCfg),
    ("Go2", "Rough", go2.UnitreeGo2RoughPPORunnerCfg),
    ("AnymalD", "Flat", anymal_d.AnymalDFlatPPORunnerCfg),
    ("AnymalD", "Rough", anymal_d.AnymalDRoughPPORunnerCfg),
    ("G1", "Flat", g1.G1FlatPPORunnerCfg),
    ("G1", "Rough", g1.G1RoughPPORunnerCfg),
):
    suite_like(f"velocity_{ground}_{robot}".lower(), stock()).register(
        f"TSRA-Velocity-{ground}-{robot}", f"{__name__}.robots_env_cfg:{robot}{ground}Cfg"
    )
