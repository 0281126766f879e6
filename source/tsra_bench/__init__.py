# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""Comparing methods over tasks and seeds: methods, jobs, results, tables, plots and films."""
