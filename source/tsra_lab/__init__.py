# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Teacher-student representational alignment: policies trained with privileged state that work on onboard sensors.

Method: TSRA, arXiv:2605.28372. The rooms, each importing only those before it: ``configs``, ``models``,
``alignment``, ``algorithms``, ``evaluation``, ``export``, ``runners``.
"""
