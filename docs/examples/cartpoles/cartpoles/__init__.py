# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Isaac Lab's cart-pole for students that do not see all of it."""

from .agents import BLIND_SUITE, CAMERA_SUITE, SUITE

SUITE.register("Cartpole-Noisy-Positions", f"{__name__}.noisy_positions:NoisyPositionsEnvCfg")
BLIND_SUITE.register("Cartpole-Hidden-Force", f"{__name__}.hidden_force:HiddenForceEnvCfg")
CAMERA_SUITE.register("Cartpole-Camera", f"{__name__}.camera:CameraEnvCfg")
