# Copyright (c) 2026, The TSRA Lab Developers.
# All rights reserved.
#
# SPDX-License-Identifier: BSD-3-Clause

"""What a run came from: the command line, and the versions of the packages that decide what it gives."""

from __future__ import annotations

import platform
import shlex
import sys
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("tsra-lab", "isaaclab", "newton", "warp-lang", "mujoco-warp", "rsl-rl-lib", "torch", "numpy")
"""Packages whose versions are recorded, as they are called where they are installed from."""


def command_line() -> str:
    """The command that is running, which a shell takes as it is, in the folder in which it was given."""
    return shlex.join(sys.orig_argv)  # Isaac Lab's launch takes the arguments out of sys.argv


def package_versions() -> dict[str, str]:
    """Versions of Python and of :data:`PACKAGES`, those that are installed."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:  # an installation from source may lack it, as Isaac Sim's own torch does
            continue
    return versions
