# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What can go wrong on the robot."""


class ContractError(ValueError):
    """The file is not a student that this runtime can run."""


class ObservationError(ValueError):
    """An observation must not be acted on: missing, unknown, of the wrong shape or type, not finite, out of range. The
    policy is as it was before."""


class StaleObservationError(ObservationError):
    """The observations are too old to be acted on, or seem to be of the future."""


class ActionError(ArithmeticError):
    """The network gave nothing that may be commanded: it failed, or what it gave is of another shape or not finite. The
    policy was reset."""
