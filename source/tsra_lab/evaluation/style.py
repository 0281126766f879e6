# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What all pictures look like."""

INK = "#333333"
"""Colour of text, axes and intervals."""

STYLE = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.titlesize": 10.0,
    "legend.frameon": False,
    # the same picture gives the same file
    "svg.hashsalt": "tsra_lab",
}
"""Settings of matplotlib."""
