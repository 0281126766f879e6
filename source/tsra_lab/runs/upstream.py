# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""The only file that imports what Isaac Lab 3.1 removes: the migration of agents written for older rsl_rl."""

from __future__ import annotations

try:
    from isaaclab_rl.rsl_rl import check_rsl_rl_version, handle_deprecated_rsl_rl_cfg
except ImportError:  # Isaac Lab 3.1: such agents are no longer supported, so there is nothing to migrate
    handle_deprecated_rsl_rl_cfg = None


def migrated[AgentCfg](agent_cfg: AgentCfg) -> AgentCfg:
    """Bring an agent's configuration to the installed version of rsl_rl, where Isaac Lab still knows how.

    Args:
        agent_cfg: Configuration of an agent; changed in place.

    Returns:
        The configuration.
    """
    if handle_deprecated_rsl_rl_cfg is None:
        return agent_cfg
    return handle_deprecated_rsl_rl_cfg(agent_cfg, check_rsl_rl_version())
